//! What stands on the other side of a server: signed requests and the connections they go over.

mod answer;
mod connection;
mod signed;

pub(crate) use answer::Answer;
pub(crate) use connection::Connection;
pub(crate) use signed::{Call, now};

use crate::Failure;
use std::net::SocketAddr;

/// An access key, long-term or temporary.
#[derive(Clone)]
#[expect(clippy::struct_field_names, reason = "the names of AWS")]
pub(crate) struct Key {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
}

impl Key {
    /// A long-term key.
    pub(crate) fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
        }
    }

    /// The key in the answer of `iam:CreateAccessKey` or `sts:AssumeRole`.
    pub(crate) fn from_answer(answer: &Answer) -> Result<Self, Failure> {
        let member = |name: &str| answer.element(name).ok_or(format!("no {name} in: {}", answer.text()));
        Ok(Self {
            access_key_id: member("AccessKeyId")?,
            secret_access_key: member("SecretAccessKey")?,
            session_token: answer.element("SessionToken"),
        })
    }
}

/// Sends raw bytes over a connection of their own.
pub(crate) fn once(address: SocketAddr, request: &[u8]) -> Result<Answer, Failure> {
    let mut connection = Connection::new(address);
    connection.send(request)?;
    Answer::parse(connection.answer())
}

/// Asks for a page that needs no signature.
pub(crate) fn get(address: SocketAddr, path: &str) -> Result<Answer, Failure> {
    let answer = once(address, format!("GET {path} HTTP/1.1\r\nhost: {address}\r\n\r\n").as_bytes())?;
    if answer.status == 200 { Ok(answer) } else { Err(format!("{path}: HTTP {}", answer.status).into()) }
}

/// Makes a call that must succeed.
pub(crate) fn call(address: SocketAddr, key: &Key, call: &Call) -> Result<Answer, Failure> {
    let answer = once(address, &call.signed(address, key)?)?;
    if answer.status == 200 {
        Ok(answer)
    } else {
        Err(format!("{call:?} was refused: {}", answer.text()).into())
    }
}
