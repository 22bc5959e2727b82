use crate::{AccessKeyId, AccountId, Arn, Role, RoleSessionName, Session, User};
use std::sync::Arc;

/// Who is acting: the principal behind a verified request, with its session if it has one.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The account the caller acts in.
    pub account_id: AccountId,
    /// Who it is.
    pub principal: Principal,
    /// The key that signed the request.
    pub access_key_id: AccessKeyId,
    /// The session behind a temporary key; `None` for long-term keys.
    pub session: Option<Arc<Session>>,
}

/// The kinds of principal that can act.
#[derive(Clone, Debug)]
pub enum Principal {
    /// A session of a role.
    AssumedRole {
        /// The role as it is now.
        role: Arc<Role>,
        /// The session's name.
        session_name: RoleSessionName,
    },
    /// The account's root user.
    Root,
    /// An IAM user as it is now.
    User(Arc<User>),
}

impl Caller {
    /// The ARN that `sts:GetCallerIdentity` and denial messages show.
    pub fn arn(&self) -> Arn {
        match &self.principal {
            Principal::AssumedRole { role, session_name } => {
                Arn::sts(self.account_id, format!("assumed-role/{}/{session_name}", role.name))
            }
            Principal::Root => Arn::iam(self.account_id, "root"),
            Principal::User(user) => user.arn(),
        }
    }

    /// The unique id that `sts:GetCallerIdentity` and `aws:userid` show: the account id for root, `AIDA...` for a user,
    /// `AROA...:session` for a role session.
    pub fn user_id(&self) -> String {
        match &self.principal {
            Principal::AssumedRole { role, session_name } => format!("{}:{session_name}", role.id),
            Principal::Root => self.account_id.to_string(),
            Principal::User(user) => user.id.to_string(),
        }
    }

    /// Whether the caller is the account's root user, by key or by session.
    pub fn is_root(&self) -> bool {
        matches!(self.principal, Principal::Root)
    }

    /// The IAM user behind the caller, if it is one.
    pub fn user(&self) -> Option<&Arc<User>> {
        match &self.principal {
            Principal::User(user) => Some(user),
            Principal::AssumedRole { .. } | Principal::Root => None,
        }
    }
}
