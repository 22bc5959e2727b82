//! Signed requests, as the AWS CLI sends them: POST, form in the body, signature in the headers.

use super::Key;
use crate::Failure;
use jiff::Timestamp;
use sigv4::{Body, Canonicalization, Credentials, Request, Signer, SigningScope};
use std::{fmt::Write, net::SocketAddr};

const CONTENT_TYPE: &str = "application/x-www-form-urlencoded; charset=utf-8";
const REGION: &str = "us-east-1";

/// An operation with its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    service: &'static str,
    form: String,
}

impl Call {
    pub(crate) fn iam(action: &str, parameters: &[(&str, &str)]) -> Self {
        Self::new("iam", "2010-05-08", action, parameters)
    }

    pub(crate) fn sts(action: &str, parameters: &[(&str, &str)]) -> Self {
        Self::new("sts", "2011-06-15", action, parameters)
    }

    fn new(service: &'static str, version: &str, action: &str, parameters: &[(&str, &str)]) -> Self {
        let form = form_urlencoded::Serializer::new(String::new())
            .append_pair("Action", action)
            .append_pair("Version", version)
            .extend_pairs(parameters)
            .finish();
        Self { service, form }
    }

    /// The raw bytes of the request, signed now and therefore good for fifteen minutes.
    pub(crate) fn signed(&self, address: SocketAddr, key: &Key) -> Result<Vec<u8>, Failure> {
        self.signed_at(now(), address, key)
    }

    /// The same, as if signed at another time.
    pub(crate) fn signed_at(
        &self,
        signed_at: Timestamp,
        address: SocketAddr,
        key: &Key,
    ) -> Result<Vec<u8>, Failure> {
        let host = address.to_string();
        let signer = Signer {
            credentials: Credentials {
                access_key_id: &key.access_key_id,
                secret_access_key: &key.secret_access_key,
                session_token: key.session_token.as_deref(),
            },
            scope: SigningScope::Region(REGION),
            service: self.service,
            signed_at,
            rules: Canonicalization::DEFAULT,
        };
        let headers: [(&str, &[u8]); 2] =
            [("host", host.as_bytes()), ("content-type", CONTENT_TYPE.as_bytes())];
        let request = Request {
            method: "POST",
            path: "/",
            query: "",
            headers: &headers,
            body: Body::Bytes(self.form.as_bytes()),
        };
        Ok(self.raw(&host, &signer.sign(&request)?))
    }

    /// The raw bytes of the request without a signature.
    pub(crate) fn unsigned(&self, address: SocketAddr) -> Vec<u8> {
        self.raw(&address.to_string(), &[])
    }

    fn raw(&self, host: &str, added: &[(&str, String)]) -> Vec<u8> {
        let mut text = format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\ncontent-type: {CONTENT_TYPE}\r\ncontent-length: {}\r\n\
             user-agent: aws-cli/2.38.5 bench\r\naccept-encoding: identity\r\n",
            self.form.len()
        );
        for (name, value) in added {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        text.push_str("\r\n");
        text.push_str(&self.form);
        text.into_bytes()
    }
}

/// Now, as the clients of this benchmark see it.
#[expect(clippy::disallowed_methods, reason = "a benchmark signs with the time it runs at")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}
