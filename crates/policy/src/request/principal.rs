//! Who is asking.

use std::borrow::Cow;

use crate::language::arn_pattern::split_arn;
use crate::request::is_account_id;

/// What sort of principal signed the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// Nobody: the request is not signed.
    Anonymous,
    /// A session of a role.
    AssumedRole,
    /// Someone whom a SAML or OpenID Connect provider vouches for and who asks for a role.
    Federated,
    /// A session that GetFederationToken made for a user.
    FederatedUser,
    /// A role itself, where a decision is asked for without a session (policy simulation).
    Role,
    /// The root user of an account.
    Root,
    /// An AWS service that acts for itself.
    Service,
    /// An IAM user, with long-term keys or a session of GetSessionToken.
    User,
}

/// The principal of a request, with every name a policy can call it by. A unique id or issuer that is not known is given
/// as empty text: no policy then names the principal by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    kind: PrincipalKind,
    account: Option<String>,
    arn: Option<String>,
    /// Of a role session its role, of a federated user the user (or root user) who asked for the session.
    issuer_arn: Option<String>,
    /// AIDA... of users, AROA... of roles and their sessions.
    unique_id: Option<String>,
    canonical_user_id: Option<String>,
    /// A service name like `ec2.amazonaws.com` or the ARN or domain of an identity provider.
    provider: Option<String>,
    service_linked: bool,
}

impl Principal {
    /// Nobody.
    pub fn anonymous() -> Self {
        Self::of(PrincipalKind::Anonymous)
    }

    /// A session of a role: the 12-digit account, `arn:..:sts::..:assumed-role/NAME/SESSION`, the role's own ARN with
    /// its path, and the role's unique id `AROA...`.
    pub fn assumed_role(account: &str, session_arn: &str, role_arn: &str, role_id: &str) -> Self {
        Self {
            account: Some(account.to_owned()),
            arn: Some(session_arn.to_owned()),
            issuer_arn: Some(role_arn.to_owned()),
            unique_id: known(role_id),
            ..Self::of(PrincipalKind::AssumedRole)
        }
    }

    /// Someone whom an identity provider vouches for: the provider's ARN, or its domain for the built-in ones.
    pub fn federated(provider: &str) -> Self {
        Self { provider: Some(provider.to_owned()), ..Self::of(PrincipalKind::Federated) }
    }

    /// A session of GetFederationToken: the 12-digit account, `arn:..:sts::..:federated-user/NAME` and the ARN of the
    /// user or root user who asked for it.
    pub fn federated_user(account: &str, session_arn: &str, issuer_arn: &str) -> Self {
        Self {
            account: Some(account.to_owned()),
            arn: Some(session_arn.to_owned()),
            issuer_arn: known(issuer_arn),
            ..Self::of(PrincipalKind::FederatedUser)
        }
    }

    /// A role without a session: the 12-digit account, its ARN and its unique id `AROA...`.
    pub fn role(account: &str, role_arn: &str, role_id: &str) -> Self {
        Self {
            account: Some(account.to_owned()),
            arn: Some(role_arn.to_owned()),
            issuer_arn: Some(role_arn.to_owned()),
            unique_id: known(role_id),
            ..Self::of(PrincipalKind::Role)
        }
    }

    /// The root user: the 12-digit account and `arn:..:iam::..:root`.
    pub fn root(account: &str, arn: &str) -> Self {
        Self { account: Some(account.to_owned()), arn: Some(arn.to_owned()), ..Self::of(PrincipalKind::Root) }
    }

    /// A service, by the name that policies use, for example `ec2.amazonaws.com`.
    pub fn service(name: &str) -> Self {
        Self { provider: Some(name.to_owned()), ..Self::of(PrincipalKind::Service) }
    }

    /// An IAM user: the 12-digit account, the user's ARN with its path, and its unique id `AIDA...`.
    pub fn user(account: &str, arn: &str, user_id: &str) -> Self {
        Self {
            account: Some(account.to_owned()),
            arn: Some(arn.to_owned()),
            unique_id: known(user_id),
            ..Self::of(PrincipalKind::User)
        }
    }

    /// The user, role, session or root user that an ARN names, as far as the ARN tells: there is no unique id, and the role
    /// of a session is taken to have no path. None for ARNs of anything else.
    pub fn from_arn(arn: &str) -> Option<Self> {
        let [_, partition, service, _, account, resource] = split_arn(arn)?;
        if !is_account_id(account) {
            return None;
        }
        let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
        match (service, kind) {
            ("iam", "root") if name.is_empty() => Some(Self::root(account, arn)),
            ("iam", "user") if !name.is_empty() => Some(Self::user(account, arn, "")),
            ("iam", "role") if !name.is_empty() => Some(Self::role(account, arn, "")),
            ("sts", "assumed-role") => {
                let (role, _) =
                    name.split_once('/').filter(|(role, session)| !role.is_empty() && !session.is_empty())?;
                let role_arn = format!("arn:{partition}:iam::{account}:role/{role}");
                Some(Self::assumed_role(account, arn, &role_arn, ""))
            }
            _ => None,
        }
    }

    /// Adds the canonical user id of the principal's account, which old S3 policies name.
    #[must_use]
    pub fn with_canonical_user_id(self, id: &str) -> Self {
        Self { canonical_user_id: Some(id.to_owned()), ..self }
    }

    /// Marks the role as a service-linked role, which service and resource control policies do not limit.
    #[must_use]
    pub fn service_linked(self) -> Self {
        Self { service_linked: true, ..self }
    }

    /// What sort of principal this is.
    pub fn kind(&self) -> PrincipalKind {
        self.kind
    }

    /// The 12-digit account; none for services, identity providers and nobody.
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// The ARN that names the principal most closely: of a session, the session's.
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// The ARN as the key `aws:PrincipalArn` has it: of a role session, the role's.
    pub fn principal_arn(&self) -> Option<&str> {
        match self.kind {
            PrincipalKind::AssumedRole | PrincipalKind::Role => self.issuer_arn.as_deref(),
            _ => self.arn.as_deref(),
        }
    }

    /// Whether the principal is a service-linked role.
    pub fn is_service_linked(&self) -> bool {
        self.service_linked
    }

    /// `aws`, `aws-cn` and so on, of principals that have an ARN.
    pub(crate) fn partition(&self) -> Option<&str> {
        self.arn()?.split(':').nth(1)
    }

    pub(crate) fn issuer_arn(&self) -> Option<&str> {
        self.issuer_arn.as_deref()
    }

    pub(crate) fn unique_id(&self) -> Option<&str> {
        self.unique_id.as_deref()
    }

    pub(crate) fn canonical_user_id(&self) -> Option<&str> {
        self.canonical_user_id.as_deref()
    }

    /// The service name, or the ARN or domain of the identity provider, of a principal that is one or comes from one.
    pub fn provider(&self) -> Option<&str> {
        self.provider.as_deref()
    }

    pub(crate) fn service_name(&self) -> Option<&str> {
        self.provider().filter(|_| self.kind == PrincipalKind::Service)
    }

    /// Whether the account's own policies decide over the principal; the others live by resource policies alone.
    pub(crate) fn belongs_to_account(&self) -> bool {
        !matches!(self.kind, PrincipalKind::Anonymous | PrincipalKind::Federated | PrincipalKind::Service)
    }

    /// Whether the permissions are those of a root user, who needs no identity policy.
    pub(crate) fn has_root_permissions(&self) -> bool {
        self.kind == PrincipalKind::Root || self.issuer_arn().is_some_and(|arn| arn.ends_with(":root"))
    }

    /// The value of `aws:userid`.
    pub(crate) fn user_id(&self) -> Option<Cow<'_, str>> {
        match self.kind {
            PrincipalKind::User | PrincipalKind::Role => self.unique_id().map(Cow::Borrowed),
            PrincipalKind::AssumedRole => {
                let role_id = self.unique_id()?;
                let (_, session_name) = self.arn()?.rsplit_once('/')?;
                Some(Cow::Owned(format!("{role_id}:{session_name}")))
            }
            PrincipalKind::FederatedUser => {
                let account = self.account()?;
                let (_, name) = self.arn()?.rsplit_once('/')?;
                Some(Cow::Owned(format!("{account}:{name}")))
            }
            PrincipalKind::Root => self.account().map(Cow::Borrowed),
            PrincipalKind::Anonymous | PrincipalKind::Federated | PrincipalKind::Service => None,
        }
    }

    /// The value of `aws:username`, which IAM users alone have.
    pub(crate) fn user_name(&self) -> Option<&str> {
        match self.kind {
            PrincipalKind::User => self.arn()?.rsplit_once('/').map(|(_, name)| name),
            _ => None,
        }
    }

    fn of(kind: PrincipalKind) -> Self {
        Self {
            kind,
            account: None,
            arn: None,
            issuer_arn: None,
            unique_id: None,
            canonical_user_id: None,
            provider: None,
            service_linked: false,
        }
    }
}

fn known(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_tells_who_it_is() {
        let kind = |arn| Principal::from_arn(arn).map(|principal| principal.kind());
        assert_eq!(kind("arn:aws:iam::111122223333:user/p/ann"), Some(PrincipalKind::User));
        assert_eq!(kind("arn:aws:iam::111122223333:role/r"), Some(PrincipalKind::Role));
        assert_eq!(kind("arn:aws:iam::111122223333:root"), Some(PrincipalKind::Root));
        let session = Principal::from_arn("arn:aws-cn:sts::111122223333:assumed-role/r/s").unwrap();
        assert_eq!(session.kind(), PrincipalKind::AssumedRole);
        assert_eq!(session.principal_arn(), Some("arn:aws-cn:iam::111122223333:role/r"));
        for arn in [
            "",
            "ann",
            "arn:aws:iam::1111:user/ann",
            "arn:aws:iam::111122223333:user/",
            "arn:aws:iam::111122223333:group/g",
            "arn:aws:sts::111122223333:assumed-role/r",
            "arn:aws:s3:::bucket",
        ] {
            assert_eq!(kind(arn), None, "{arn}");
        }
    }
}
