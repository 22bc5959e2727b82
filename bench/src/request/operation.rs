//! What is asked of the servers.

use super::prepare::Prepared;
use crate::{Failure, client::Call, load::Requests};
use std::net::SocketAddr;

/// Connections for writes, which servers can put into groups only when many come at once.
pub(crate) const WRITE_CONNECTIONS: u16 = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    GetCallerIdentity,
    GetCallerIdentityOfSession,
    AssumeRole,
    GetUser,
    ListUsers,
    CreateUser,
}

impl Operation {
    pub(crate) const ALL: [Self; 6] = [
        Self::GetCallerIdentity,
        Self::GetCallerIdentityOfSession,
        Self::AssumeRole,
        Self::GetUser,
        Self::ListUsers,
        Self::CreateUser,
    ];

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::GetCallerIdentity => "sts:GetCallerIdentity",
            Self::GetCallerIdentityOfSession => "sts:GetCallerIdentity with temporary credentials",
            Self::AssumeRole => "sts:AssumeRole",
            Self::GetUser => "iam:GetUser",
            Self::ListUsers => "iam:ListUsers, a page of 1,000",
            Self::CreateUser => "iam:CreateUser",
        }
    }

    /// One signed request.
    pub(crate) fn request(self, address: SocketAddr, prepared: &Prepared) -> Result<Vec<u8>, Failure> {
        let (call, key) = match self {
            Self::GetCallerIdentity => (Call::sts("GetCallerIdentity", &[]), &prepared.operator),
            Self::GetCallerIdentityOfSession => (Call::sts("GetCallerIdentity", &[]), &prepared.session),
            Self::AssumeRole => (prepared.assume_role(), &prepared.operator),
            Self::GetUser => (Call::iam("GetUser", &[("UserName", &prepared.user)]), &prepared.operator),
            Self::ListUsers => (Call::iam("ListUsers", &[("MaxItems", "1000")]), &prepared.operator),
            Self::CreateUser => (create_user(0), &prepared.operator),
        };
        call.signed(address, key)
    }

    /// Requests for a round. Where each has to be another one, `count` of them.
    pub(crate) fn requests(
        self,
        address: SocketAddr,
        prepared: &Prepared,
        count: usize,
    ) -> Result<Requests, Failure> {
        if self != Self::CreateUser {
            return Ok(Requests::Same(self.request(address, prepared)?));
        }
        signed_each(count, address, prepared, create_user)
    }

    /// Requests that undo the first `count` of the round's.
    pub(crate) fn undo(
        self,
        address: SocketAddr,
        prepared: &Prepared,
        count: usize,
    ) -> Result<Option<Requests>, Failure> {
        if self != Self::CreateUser {
            return Ok(None);
        }
        let delete = |number| Call::iam("DeleteUser", &[("UserName", &made_name(number))]);
        signed_each(count, address, prepared, delete).map(Some)
    }
}

/// The call that makes the user of that number.
pub(crate) fn create_user(number: usize) -> Call {
    Call::iam("CreateUser", &[("UserName", &made_name(number))])
}

fn made_name(number: usize) -> String {
    format!("made-{number:05}")
}

fn signed_each(
    count: usize,
    address: SocketAddr,
    prepared: &Prepared,
    call: impl Fn(usize) -> Call,
) -> Result<Requests, Failure> {
    let signed = (0..count).map(|number| call(number).signed(address, &prepared.operator));
    Ok(Requests::Each(signed.collect::<Result<_, _>>()?))
}
