//! The principal of a case, from its ARN and from what else is known of it.

use crate::case::form::{KindForm, PrincipalForm};
use crate::language::arn_pattern::split_arn;
use crate::language::policy::Policy;
use crate::language::statement::Effect;
use crate::request::context::ContextValue;
use crate::request::is_account_id;
use crate::request::key::Key;
use crate::request::principal::Principal;

/// Builds the principal. `given`: the condition keys that the case has. `naming`: the policies that name principals.
pub(super) fn build(
    form: PrincipalForm,
    given: &[(Key, ContextValue)],
    naming: &[&Policy],
) -> Result<Principal, String> {
    let known = Known { given, naming };
    let kind = form.kind;
    let PrincipalForm { arn, account, service, issuer, .. } = form;
    let has_issuer = matches!(kind, KindForm::AssumedRole | KindForm::FederatedUser);
    none("service", service.as_ref().filter(|_| !matches!(kind, KindForm::Service)))?;
    none("issuer", issuer.as_ref().filter(|_| !has_issuer))?;
    match kind {
        KindForm::Anonymous => {
            none("arn", arn.as_ref())?;
            Ok(Principal::anonymous())
        }
        KindForm::Service => {
            none("arn", arn.as_ref())?;
            let service = service.filter(|name| !name.is_empty());
            Ok(Principal::service(&service.ok_or("service: must be a name like ec2.amazonaws.com")?))
        }
        KindForm::Federated => {
            let provider = arn.filter(|name| !name.is_empty());
            Ok(Principal::federated(&provider.ok_or("arn: must be the identity provider's ARN or domain")?))
        }
        KindForm::Root => {
            let arn = match (arn, &account) {
                (Some(arn), _) => arn,
                (None, Some(account)) => format!("arn:aws:iam::{account}:root"),
                (None, None) => return Err("account: must be the 12 digits of an account".to_owned()),
            };
            let named = Named::read("arn", &arn, "iam", "root")?.of(account.as_ref())?;
            Ok(Principal::root(named.account, &arn))
        }
        KindForm::User => {
            let arn = required(arn)?;
            let named = Named::read("arn", &arn, "iam", "user/")?.of(account.as_ref())?;
            Ok(Principal::user(named.account, &arn, known.unique_id("AIDA")?))
        }
        KindForm::Role => {
            let arn = required(arn)?;
            let named = Named::read("arn", &arn, "iam", "role/")?.of(account.as_ref())?;
            let role = Principal::role(named.account, &arn, known.unique_id("AROA")?);
            Ok(if named.is_service_linked() { role.service_linked() } else { role })
        }
        KindForm::AssumedRole => {
            let arn = required(arn)?;
            let named = Named::read("arn", &arn, "sts", "assumed-role/")?.of(account.as_ref())?;
            // What exempts from control policies must be told, not inferred from what a policy names.
            let is_told = issuer.is_some() || known.key("aws:PrincipalArn").is_some();
            let role_arn = known.role_arn(&named, issuer)?;
            let is_service_linked = Named::read("issuer", &role_arn, "iam", "role/")?.is_service_linked();
            let session = Principal::assumed_role(named.account, &arn, &role_arn, known.unique_id("AROA")?);
            Ok(if is_told && is_service_linked { session.service_linked() } else { session })
        }
        KindForm::FederatedUser => {
            let arn = required(arn)?;
            let named = Named::read("arn", &arn, "sts", "federated-user/")?.of(account.as_ref())?;
            let issuer = known.user_arn(&named, issuer)?;
            Ok(Principal::federated_user(named.account, &arn, &issuer))
        }
    }
}

fn required(arn: Option<String>) -> Result<String, String> {
    arn.ok_or_else(|| "arn: must be given".to_owned())
}

fn none(member: &str, value: Option<&String>) -> Result<(), String> {
    match value {
        None => Ok(()),
        Some(_) => Err(format!("{member}: this type of principal has none")),
    }
}

/// An ARN of a principal, taken apart.
struct Named<'a> {
    partition: &'a str,
    account: &'a str,
    /// What follows the kind of resource: path and name of a user or role, role name and session name of a session.
    rest: &'a str,
}

impl<'a> Named<'a> {
    fn read(member: &str, arn: &'a str, service: &str, start: &str) -> Result<Self, String> {
        let parts = split_arn(arn).and_then(|[_, partition, of, region, account, resource]| {
            let rest = resource.strip_prefix(start)?;
            let complete = match start {
                "root" => rest.is_empty(),
                "assumed-role/" => rest
                    .split_once('/')
                    .is_some_and(|(role, session)| !role.is_empty() && !session.is_empty()),
                _ => rest.rsplit('/').next().is_some_and(|name| !name.is_empty()),
            };
            let valid = partition.starts_with("aws")
                && of == service
                && region.is_empty()
                && is_account_id(account)
                && complete
                && !rest.contains(['*', '?']);
            valid.then_some(Self { partition, account, rest })
        });
        let shape = match start {
            "assumed-role/" => "assumed-role/ROLE/SESSION".to_owned(),
            "root" => start.to_owned(),
            _ => format!("{start}NAME"),
        };
        parts.ok_or_else(|| format!("{member}: must be of the form arn:aws:{service}::ACCOUNT:{shape}"))
    }

    fn of(self, account: Option<&String>) -> Result<Self, String> {
        match account {
            Some(account) if *account != self.account => Err("account: is another than the ARN's".to_owned()),
            _ => Ok(self),
        }
    }

    /// The name of a user or role without its path.
    fn name(&self) -> &'a str {
        self.rest.rsplit('/').next().unwrap_or_default()
    }

    fn is_service_linked(&self) -> bool {
        self.rest.starts_with("aws-service-role/")
    }
}

/// Where to look for what an ARN does not tell.
struct Known<'a> {
    given: &'a [(Key, ContextValue)],
    naming: &'a [&'a Policy],
}

impl Known<'_> {
    fn key(&self, name: &'static str) -> Option<&str> {
        let key = Key::from(name);
        self.given.iter().find_map(|(given, value)| match value {
            ContextValue::One(value) if *given == key => Some(value.as_str()),
            _ => None,
        })
    }

    /// The unique id before the colon of `aws:userid`; empty where it is not known.
    fn unique_id(&self, start: &str) -> Result<&str, String> {
        let id = self.key("aws:userid").and_then(|id| id.split(':').next()).unwrap_or_default();
        if !id.starts_with(start) && self.denies(|name| name.starts_with(start)) {
            let hint =
                format!("aws:userid: must tell the principal's {start}... id, since a policy denies by id");
            return Err(hint);
        }
        Ok(if id.starts_with(start) { id } else { "" })
    }

    /// Whether a policy denies principals whose name is such, or allows all others.
    fn denies(&self, is_such: impl Fn(&str) -> bool) -> bool {
        let statements = self.naming.iter().flat_map(|policy| policy.statements());
        let elements = statements.filter_map(|statement| Some((statement.effect(), statement.principal()?)));
        let mut harmful = elements.filter(|(effect, element)| element.negated || *effect == Effect::Deny);
        harmful.any(|(_, element)| element.entries.iter().any(|entry| is_such(&entry.text)))
    }

    /// The ARN of a session's role.
    fn role_arn(&self, session: &Named<'_>, issuer: Option<String>) -> Result<String, String> {
        let name = session.rest.split('/').next().unwrap_or_default();
        let is_role = |arn: &str| {
            Named::read("", arn, "iam", "role/").is_ok_and(|role| {
                (role.partition, role.account, role.name()) == (session.partition, session.account, name)
            })
        };
        if let Some(issuer) = issuer {
            let wrong = || "issuer: must be the ARN of the session's role".to_owned();
            return if is_role(&issuer) { Ok(issuer) } else { Err(wrong()) };
        }
        if let Some(arn) = self.key("aws:PrincipalArn") {
            let wrong = || "aws:PrincipalArn: must be the ARN of the session's role".to_owned();
            return if is_role(arn) { Ok(arn.to_owned()) } else { Err(wrong()) };
        }
        let names =
            self.naming.iter().flat_map(|policy| policy.principals().map(|principal| principal.value));
        let mut roles: Vec<&str> = names.filter(|arn| is_role(arn)).collect();
        roles.sort_unstable();
        roles.dedup();
        match &*roles {
            [] => Ok(format!("arn:{}:iam::{}:role/{name}", session.partition, session.account)),
            [arn] => Ok((*arn).to_owned()),
            _ => Err(format!(
                "issuer: must tell the ARN of the session's role, since it could be {}",
                roles.join(" or ")
            )),
        }
    }

    /// The ARN of the user behind a federated session; empty where it is not known.
    fn user_arn(&self, session: &Named<'_>, issuer: Option<String>) -> Result<String, String> {
        let is_user = |arn: &str, start: &str| {
            Named::read("", arn, "iam", start).is_ok_and(|user| user.account == session.account)
        };
        match issuer {
            Some(issuer) if is_user(&issuer, "user/") || is_user(&issuer, "root") => Ok(issuer),
            Some(_) => Err("issuer: must be the ARN of a user or root user of the account".to_owned()),
            None if self.denies(|name| is_user(name, "user/") || name.starts_with("AIDA")) => {
                Err("issuer: must tell the user behind the session, since a policy denies users".to_owned())
            }
            None => Ok(String::new()),
        }
    }
}
