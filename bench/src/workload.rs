//! Three decisions to measure, from the simplest to one with every layer.

use policy::{Bundle, Context, Policies, Policy, PolicyError, PolicyKind, Principal, Request, Source};
use std::sync::Arc;

/// Policies on the principal, statements in each, actions in each of those.
const POLICIES: usize = 10;
const STATEMENTS: usize = 10;
const ACTIONS: usize = 5;
/// The actions that statements draw from.
const KNOWN_ACTIONS: usize = 200;

const ACCOUNT: &str = "123456789012";
const RESOURCE: &str = "arn:aws:s3:::bucket/home/ann/file";

/// A request and all policies that apply to it.
pub struct Workload {
    /// `W1`, `W2` or `W3`.
    pub name: &'static str,
    principal: Principal,
    action: String,
    identity: Vec<Source>,
    boundary: Option<Vec<Source>>,
    session: Option<Vec<Source>>,
    service_control: Vec<Vec<Source>>,
    resource: Option<Source>,
}

/// One statement, in terms that other languages have as well.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Whether it denies.
    pub deny: bool,
    /// The names of its actions.
    pub actions: Vec<String>,
    /// What resources begin with.
    pub prefix: String,
    /// Whether address, name and MFA are asked for too.
    pub conditions: bool,
}

impl Workload {
    /// One identity policy with one statement: an exact action, a resource with a star.
    pub fn w1() -> Result<Self, PolicyError> {
        let identity = sources(PolicyKind::Identity, &[single()])?;
        Ok(Self {
            name: "W1",
            principal: user(),
            action: action(0),
            identity,
            boundary: None,
            session: None,
            service_control: Vec::new(),
            resource: None,
        })
    }

    /// Ten managed policies of ten statements of five actions, each with IpAddress, StringLike on a variable and Bool
    /// MFA; one statement in ten denies.
    pub fn w2() -> Result<Self, PolicyError> {
        Self::w2_variant(0)
    }

    /// The same for another principal: other actions and resources in the policies that do not matter here.
    pub fn w2_variant(variant: usize) -> Result<Self, PolicyError> {
        let identity = sources(PolicyKind::Identity, &managed(variant))?;
        Ok(Self { name: "W2", action: busy_action(), identity, ..Self::w1()? })
    }

    /// W2 of an assumed-role session, with a boundary, three levels of service control policies, a session policy and
    /// a resource policy.
    pub fn w3() -> Result<Self, PolicyError> {
        let everything =
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
        let guard = r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Action": ["organizations:LeaveOrganization", "account:CloseAccount"], "Resource": "*"},
            {"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
                "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]}}}]}"#;
        let of = |text| {
            let policy = Policy::parse(text, PolicyKind::ServiceControl)?;
            Ok::<_, PolicyError>(Source::new("scp", "scp", Arc::new(policy)))
        };
        // What an organization begins with at every level, and a policy of each level's own.
        let everything = of(everything)?;
        let level = || Ok::<_, PolicyError>(vec![everything.clone(), of(guard)?]);
        let resource = format!(
            r#"{{"Version": "2012-10-17", "Statement": [
                {{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*",
                    "Condition": {{"Bool": {{"aws:SecureTransport": "false"}}}}}},
                {{"Effect": "Allow", "Principal": {{"AWS": "arn:aws:iam::{ACCOUNT}:root"}}, "Action": "s3:*",
                    "Resource": "arn:aws:s3:::bucket/*"}}]}}"#
        );
        let resource = Policy::parse(&resource, PolicyKind::Resource)?;
        let session = r#"{"Version": "2012-10-17",
            "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::bucket/*"}}"#;
        let session = Policy::parse(session, PolicyKind::Session)?;
        Ok(Self {
            name: "W3",
            principal: Principal::assumed_role(
                ACCOUNT,
                "arn:aws:sts::123456789012:assumed-role/r/ann",
                "arn:aws:iam::123456789012:role/r",
                "AROAEXAMPLEEXAMPLEEXA",
            ),
            boundary: Some(sources(PolicyKind::Boundary, &[boundary()])?),
            session: Some(vec![Source::new("session", "session", Arc::new(session))]),
            service_control: vec![level()?, level()?, level()?],
            resource: Some(Source::new("resource", "resource", Arc::new(resource))),
            ..Self::w2()?
        })
    }

    /// All three.
    pub fn all() -> Result<[Self; 3], PolicyError> {
        Ok([Self::w1()?, Self::w2()?, Self::w3()?])
    }

    /// The condition keys of the request, made as for every request that comes in.
    pub fn context(&self) -> Context {
        let mut context = Context::new();
        context.insert_principal(&self.principal);
        context.insert_time(1_790_000_000);
        context.insert_source_ip(std::net::IpAddr::from([192, 0, 2, 7]));
        context.insert(policy::Key::known("aws:securetransport"), true);
        context.insert(policy::Key::known("aws:multifactorauthpresent"), true);
        context.insert(policy::Key::known("aws:requestedregion"), "eu-central-1");
        context.insert(policy::Key::known("aws:viaawsservice"), false);
        context.insert(policy::Key::known("aws:username"), "ann");
        context.insert(policy::Key::known("s3:prefix"), "home/ann/2026");
        context
    }

    /// The request with those keys.
    pub fn request<'a>(&'a self, context: &'a Context) -> Request<'a> {
        Request {
            principal: &self.principal,
            action: &self.action,
            resource: RESOURCE,
            resource_account: Some(ACCOUNT),
            context,
        }
    }

    /// The action that is asked for.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// All policies.
    pub fn policies(&self) -> Policies<'_> {
        Policies { session: self.session.as_deref(), resource: self.resource.as_ref(), ..self.of_principal() }
    }

    /// The policies bundled as they are kept: the principal's, the session's, the resource's.
    pub fn bundles(&self) -> [Bundle; 3] {
        let session = Policies { session: self.session.as_deref(), ..Policies::default() };
        let resource = Policies { resource: self.resource.as_ref(), ..Policies::default() };
        [self.of_principal(), session, resource].map(|policies| Bundle::new(&policies))
    }

    fn of_principal(&self) -> Policies<'_> {
        Policies {
            identity: &self.identity,
            boundary: self.boundary.as_deref(),
            service_control: &self.service_control,
            ..Policies::default()
        }
    }
}

/// The one statement of W1.
pub fn single() -> Vec<Statement> {
    vec![Statement {
        deny: false,
        actions: vec![action(0)],
        prefix: "arn:aws:s3:::bucket/".to_owned(),
        conditions: false,
    }]
}

/// The statements of W2's policies. Only the last that names the busy action speaks of the request's resource.
pub fn managed(variant: usize) -> Vec<Vec<Statement>> {
    (0..POLICIES)
        .map(|policy| {
            (0..STATEMENTS)
                .map(|number| {
                    let start = (policy * STATEMENTS + number) * ACTIONS;
                    let last = policy + 1 == POLICIES;
                    Statement {
                        deny: number == 0,
                        // Steps of 7 visit all of the known actions, and each of them several times in all.
                        actions: (start..start + ACTIONS).map(|at| action(at * 7)).collect(),
                        prefix: if last {
                            "arn:aws:s3:::bucket/home/".to_owned()
                        } else {
                            format!("arn:aws:s3:::bucket-{variant}-{policy}/")
                        },
                        conditions: true,
                    }
                })
                .collect()
        })
        .collect()
}

/// The boundary of W3: some services in full.
pub fn boundary() -> Vec<Statement> {
    vec![Statement {
        deny: false,
        actions: vec!["s3:*".to_owned(), "sts:*".to_owned()],
        prefix: "arn:aws:s3:::".to_owned(),
        conditions: false,
    }]
}

/// The action of W2's and W3's request: of the last statement, named by two more.
pub fn busy_action() -> String {
    action((POLICIES * STATEMENTS * ACTIONS - 1) * 7)
}

fn action(number: usize) -> String {
    format!("s3:GetThing{:03}", number % KNOWN_ACTIONS)
}

fn user() -> Principal {
    Principal::user(ACCOUNT, "arn:aws:iam::123456789012:user/ann", "AIDAEXAMPLEEXAMPLEEXA")
}

fn sources(kind: PolicyKind, policies: &[Vec<Statement>]) -> Result<Vec<Source>, PolicyError> {
    let parse = |(number, statements): (usize, &Vec<Statement>)| {
        let policy = Policy::parse(&document(statements), kind)?;
        let id = format!("arn:aws:iam::{ACCOUNT}:policy/p{number}");
        Ok(Source::new(id, "user-managed", Arc::new(policy)))
    };
    policies.iter().enumerate().map(parse).collect()
}

/// The statements as an IAM policy.
pub fn document(statements: &[Statement]) -> String {
    let statements: Vec<String> = statements.iter().map(Statement::text).collect();
    format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(","))
}

impl Statement {
    fn text(&self) -> String {
        let effect = if self.deny { "Deny" } else { "Allow" };
        let (present, addresses) =
            if self.deny { ("false", "203.0.113.0/24") } else { ("true", "192.0.2.0/24") };
        let conditions = format!(
            r#", "Condition": {{"IpAddress": {{"aws:SourceIp": "{addresses}"}},
                "StringLike": {{"s3:prefix": "home/${{aws:username}}/*"}},
                "Bool": {{"aws:MultiFactorAuthPresent": "{present}"}}}}"#
        );
        format!(
            r#"{{"Effect": "{effect}", "Action": ["{}"], "Resource": "{}*"{}}}"#,
            self.actions.join("\", \""),
            self.prefix,
            if self.conditions { conditions.as_str() } else { "" },
        )
    }
}
