//! What a server has to know before it can be measured: users, a role, keys. Made through its own interface.

use crate::{
    Failure,
    client::{Call, Key, call},
    load::{self, Requests},
    server::Server,
};
use std::{net::SocketAddr, time::Duration};

/// Users beside the two that call; `iam:ListUsers` lists them.
const USERS: usize = 1000;
/// Connections that make them.
const CONNECTIONS: usize = 16;
/// Longer than any server takes for them.
const PATIENCE: Duration = Duration::from_mins(5);

/// Who calls, and whom they call about.
pub(crate) struct Prepared {
    /// The long-term key of a user who may do everything; the load is signed with it.
    pub(crate) operator: Key,
    /// The long-term key of a user who may do nothing.
    pub(crate) nobody: Key,
    /// A session of a role that may do everything.
    pub(crate) session: Key,
    role_arn: String,
    /// The name of one of the users.
    pub(crate) user: String,
    /// The name of another, as long.
    pub(crate) other_user: String,
}

const OPERATOR: &str = "operator";
const NOBODY: &str = "nobody";
const ROLE: &str = "measured";
const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

impl Prepared {
    /// Prepares the server, and turns on the checks it does not have on from the beginning.
    pub(crate) fn on(server: &Server) -> Result<Self, Failure> {
        let address = server.address;
        let root = |call_: Call| call(address, &server.root, &call_);
        let made = root(Call::iam("CreateUser", &[("UserName", OPERATOR)]))?;
        let operator_arn = made.element("Arn").ok_or("CreateUser gave no Arn")?;
        let policy = [("UserName", OPERATOR), ("PolicyName", "everything"), ("PolicyDocument", EVERYTHING)];
        root(Call::iam("PutUserPolicy", &policy))?;
        let operator = Key::from_answer(&root(Call::iam("CreateAccessKey", &[("UserName", OPERATOR)]))?)?;
        root(Call::iam("CreateUser", &[("UserName", NOBODY)]))?;
        let nobody = Key::from_answer(&root(Call::iam("CreateAccessKey", &[("UserName", NOBODY)]))?)?;
        let role_arn = role(address, &server.root, &operator_arn)?;
        users(address, &server.root)?;
        server.turn_on_checks()?;
        let mut prepared = Self {
            session: operator.clone(),
            operator,
            nobody,
            role_arn,
            user: user_name(1),
            other_user: user_name(2),
        };
        prepared.session = Key::from_answer(&call(address, &prepared.operator, &prepared.assume_role())?)?;
        Ok(prepared)
    }

    /// The call that gives a session of the role.
    pub(crate) fn assume_role(&self) -> Call {
        Call::sts("AssumeRole", &[("RoleArn", &self.role_arn), ("RoleSessionName", "bench")])
    }
}

/// A role that the operator may assume.
fn role(address: SocketAddr, root: &Key, operator_arn: &str) -> Result<String, Failure> {
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"{operator_arn}"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    let parameters = [("RoleName", ROLE), ("AssumeRolePolicyDocument", trust.as_str())];
    let made = call(address, root, &Call::iam("CreateRole", &parameters))?;
    let policy = [("RoleName", ROLE), ("PolicyName", "everything"), ("PolicyDocument", EVERYTHING)];
    call(address, root, &Call::iam("PutRolePolicy", &policy))?;
    made.element("Arn").ok_or("CreateRole gave no Arn".into())
}

fn users(address: SocketAddr, root: &Key) -> Result<(), Failure> {
    let requests = (1..=USERS)
        .map(|number| Call::iam("CreateUser", &[("UserName", &user_name(number))]).signed(address, root));
    let requests = Requests::Each(requests.collect::<Result<_, _>>()?);
    let load = load::drive(address, &requests, CONNECTIONS, PATIENCE)?;
    match load.error {
        None => Ok(()),
        Some(error) => Err(format!("{} of {USERS} users could not be made: {error}", load.errors).into()),
    }
}

fn user_name(number: usize) -> String {
    format!("listed-{number:04}")
}
