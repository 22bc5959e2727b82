//! A plane in memory, and calls on it through the whole pipeline: constraints, authorisation, handling, audit, commit.

use domain::{
    AccessKeyId, Account, AccountId, Caller, Principal, Random, RoleSessionName, Session, UserName,
};
use jiff::Timestamp;
use services::{
    Audit, AuditSettings, CallerPolicies, Code, Cx, Directory, Error, LastUses, Operation, Outbound,
    OutboundSettings, PasswordPool, Plane, Prepared, PrincipalPolicies, RoleTemplates, dispatch,
};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
};
use store::{Access, Location, RootKey, Sealer, Store};
use wire::{Decode, Encode, Node, OperationDescription, RequestParts, Service};

/// The account of every test.
pub const ACCOUNT: &str = "123456789012";

/// Errors of the services' models that operations give, as AWS does, though they are not listed for them.
pub const UNLISTED: [(&str, &str); 6] = [
    ("AssumeRole", "InvalidParameterValue"),
    ("CreateRole", "NoSuchEntity"),
    ("TagRole", "UnmodifiableEntity"),
    ("UntagRole", "InvalidInput"),
    ("UntagRole", "UnmodifiableEntity"),
    ("UntagUser", "InvalidInput"),
];

/// A plane with one account and its root user.
pub struct TestPlane {
    pub plane: Arc<Plane>,
    pub account: AccountId,
    seconds: AtomicI64,
}

/// An error as a client sees it.
#[derive(Debug, PartialEq, Eq)]
pub struct Refused {
    pub code: &'static str,
    pub status: u16,
    pub message: String,
}

/// Repeatable randomness.
struct Seeded(AtomicU64);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut z = self.0.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            *byte = z.to_le_bytes()[3];
        }
    }
}

impl TestPlane {
    pub async fn new() -> Self {
        Self::made(
            &Location::Memory,
            AuditSettings::default(),
            RoleTemplates::default(),
            OutboundSettings::default(),
        )
        .await
    }

    pub async fn with_trail(settings: AuditSettings) -> Self {
        Self::made(&Location::Memory, settings, RoleTemplates::default(), OutboundSettings::default()).await
    }

    /// With role templates of its own.
    pub async fn with_role_templates(json: &str) -> Self {
        let templates = RoleTemplates::with(json).unwrap();
        Self::made(&Location::Memory, AuditSettings::default(), templates, OutboundSettings::default()).await
    }

    /// One that may open those connections.
    pub async fn with_outbound(settings: OutboundSettings) -> Self {
        Self::made(&Location::Memory, AuditSettings::default(), RoleTemplates::default(), settings).await
    }

    /// The same on another store.
    pub async fn on(location: &Location) -> Self {
        Self::made(location, AuditSettings::default(), RoleTemplates::default(), OutboundSettings::default())
            .await
    }

    async fn made(
        location: &Location,
        settings: AuditSettings,
        role_templates: RoleTemplates,
        outbound: OutboundSettings,
    ) -> Self {
        let now = "2026-01-01T00:00:00Z".parse().unwrap();
        let store = Store::open(location, Access::Server).await.unwrap();
        let sealer = Sealer::open(&store, &RootKey::generate().unwrap(), now).await.unwrap();
        let account = AccountId::parse(ACCOUNT).unwrap();
        let mut tx = store.write().await.unwrap();
        let record = Account {
            id: account,
            name: "Test".into(),
            email: "root@example.com".into(),
            alias: None,
            created_at: now,
        };
        store::account::insert(&mut tx, &record).await.unwrap();
        tx.commit().await.unwrap();
        let plane = Plane {
            directory: Directory::new(&store),
            store,
            sealer,
            audit: Audit::new(settings),
            last_uses: LastUses::default(),
            passwords: PasswordPool::default(),
            role_templates,
            outbound: Outbound::new(outbound),
            random: Arc::new(Seeded(AtomicU64::new(1))),
        };
        Self { plane: Arc::new(plane), account, seconds: AtomicI64::new(now.as_second()) }
    }

    /// Makes another account, if it is not there.
    pub async fn other_account(&self, account: AccountId) {
        let mut tx = self.plane.store.write().await.unwrap();
        if store::account::find(&mut tx, account).await.unwrap().is_none() {
            let email = format!("{account}@example.com");
            let record =
                Account { id: account, name: "Other".into(), email, alias: None, created_at: self.now() };
            store::account::insert(&mut tx, &record).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// Makes another account, if it is not there, and a role in it.
    pub async fn role_in(&self, account: AccountId, name: &str, trust: &str) {
        self.other_account(account).await;
        let input = shapes::iam::CreateRoleInput {
            role_name: name.into(),
            assume_role_policy_document: trust.into(),
            ..Default::default()
        };
        self.root_of::<shapes::iam::CreateRole>(account, input).await.unwrap();
    }

    /// Calls as the root user of another account.
    pub async fn root_of<O: Operation>(
        &self,
        account: AccountId,
        input: O::Input,
    ) -> Result<O::Output, Refused> {
        call::<O>(&self.root_cx(account), input).await
    }

    /// A call of IAM with a form, as clients make it: by the root user of the account of that id, or else by the user of
    /// that name. Nothing of the store is needed any more to know who calls.
    pub async fn form(
        &self,
        caller: &str,
        operation: &'static OperationDescription,
        form: &str,
    ) -> impl Future<Output = Result<Node, Refused>> + use<> {
        let cx = match AccountId::parse(caller) {
            Ok(account) => {
                self.other_account(account).await;
                self.root_cx(account)
            }
            Err(_) => self.user_cx(caller).await,
        };
        let header = |_: &str| None;
        let request =
            RequestParts { method: "POST", path: "/", query: "", header: &header, body: form.as_bytes() };
        let service = &shapes::iam::SERVICE;
        let input = wire::decode_input(operation, service, &request).unwrap();
        async move { answer(&cx, service, operation, input).await }
    }

    /// Lets time pass.
    pub fn advance(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp::from_second(self.seconds.load(Ordering::Relaxed)).unwrap()
    }

    /// Calls as the root user.
    pub async fn root<O: Operation>(&self, input: O::Input) -> Result<O::Output, Refused> {
        let cx = self.cx(Principal::Root, CallerPolicies::default(), None);
        call::<O>(&cx, input).await
    }

    /// Calls as the root user; the bytes of the answer, be it an output or an error.
    pub async fn bytes<O: Operation>(&self, input: O::Input) -> String {
        let cx = self.cx(Principal::Root, CallerPolicies::default(), None);
        let id = cx.request_id.clone();
        let format = wire::ResponseFormat::Xml;
        let answer = match dispatch(&cx, O::SERVICE, O::DESCRIPTION, input.encode()).await {
            Ok(output) => wire::encode_output(O::DESCRIPTION, O::SERVICE, output, format, &id),
            Err(error) => {
                wire::encode_error(O::SERVICE, &error.into_answer(O::SERVICE.protocol), format, &id)
            }
        };
        format!("{} {}\n{}", answer.status, answer.content_type, String::from_utf8(answer.body).unwrap())
    }

    /// Calls as the user of that name, with the policies it has now.
    pub async fn user<O: Operation>(&self, name: &str, input: O::Input) -> Result<O::Output, Refused> {
        call::<O>(&self.user_cx(name).await, input).await
    }

    /// Calls with the session that a token holds.
    pub async fn session<O: Operation>(
        &self,
        access_key_id: &str,
        token: &str,
        input: O::Input,
    ) -> Result<O::Output, Refused> {
        let id = AccessKeyId::parse(access_key_id).unwrap();
        let session = services::session_token::open(token, &id, self.plane.sealer.sessions()).unwrap();
        let (principal, of_principal) = self.principal(&session).await;
        let of_session = self.plane.directory.session_policies(&self.plane, &session).await.unwrap();
        let policies = CallerPolicies { principal: of_principal, session: of_session };
        let cx = self.cx(principal, policies, Some(session));
        call::<O>(&cx, input).await
    }

    async fn principal(&self, session: &Session) -> (Principal, Arc<PrincipalPolicies>) {
        let directory = &self.plane.directory;
        match &session.principal {
            domain::SessionPrincipal::Root => (Principal::Root, Arc::default()),
            domain::SessionPrincipal::User { id } => {
                let entry = directory.user(&self.plane, session.account_id, id).await.unwrap().unwrap();
                (Principal::User(entry.user.clone()), entry.policies.clone())
            }
            domain::SessionPrincipal::Role { name, session_name, .. } => {
                let entry = directory.role(&self.plane, session.account_id, name).await.unwrap().unwrap();
                let session_name = RoleSessionName::parse(session_name.as_str()).unwrap();
                (Principal::AssumedRole { role: entry.role.clone(), session_name }, entry.policies.clone())
            }
        }
    }

    fn root_cx(&self, account: AccountId) -> Cx {
        let mut cx = self.cx(Principal::Root, CallerPolicies::default(), None);
        cx.caller.account_id = account;
        cx
    }

    async fn user_cx(&self, name: &str) -> Cx {
        let mut tx = self.plane.store.read();
        let name = UserName::parse(name).unwrap();
        let id = store::user::find_by_name(&mut tx, self.account, &name).await.unwrap().unwrap().id;
        drop(tx);
        let entry = self.plane.directory.user(&self.plane, self.account, &id).await.unwrap().unwrap();
        let policies = CallerPolicies { principal: entry.policies.clone(), session: None };
        self.cx(Principal::User(entry.user.clone()), policies, None)
    }

    fn cx(&self, principal: Principal, policies: CallerPolicies, session: Option<Session>) -> Cx {
        let random = &*self.plane.random;
        let access_key_id = AccessKeyId::long_term(self.account, random);
        Cx {
            plane: self.plane.clone(),
            caller: Caller {
                account_id: self.account,
                principal,
                access_key_id,
                session: session.map(Arc::new),
            },
            policies,
            now: self.now(),
            received_at: self.now(),
            request_id: "00000000-0000-0000-0000-000000000000".into(),
            region: "us-east-1".into(),
            source_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            user_agent: Some("test".into()),
            secure_transport: false,
            tls: None,
            prepared: Prepared::Nothing,
        }
    }
}

/// Through everything that lies between the wire and the operation.
async fn call<O: Operation>(cx: &Cx, input: O::Input) -> Result<O::Output, Refused> {
    let output = answer(cx, O::SERVICE, O::DESCRIPTION, input.encode()).await?;
    Ok(O::Output::decode(output).unwrap())
}

async fn answer(
    cx: &Cx,
    service: &'static Service,
    operation: &'static OperationDescription,
    input: Node,
) -> Result<Node, Refused> {
    let refused = |error: Error| {
        let (code, status) = error.on(service.protocol);
        Refused { code, status, message: error.message().to_owned() }
    };
    if let Some(message) = wire::violations(operation.input, &input) {
        return Err(refused(Error::validation(message)));
    }
    let answer = dispatch(cx, service, operation, input).await;
    if let Err(Code::Modelled(code, _)) = answer.as_ref().map_err(Error::code) {
        let is_listed = operation.errors.iter().any(|error| error.code == code);
        assert!(is_listed || UNLISTED.contains(&(operation.name, code)), "{} {code}", operation.name);
    }
    answer.map_err(refused)
}

impl Refused {
    #[track_caller]
    pub fn is(&self, code: &str, message_part: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.message.contains(message_part), "{self:?}");
    }
}
