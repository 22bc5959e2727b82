//! What is called in a soak, and how each call must end.

use crate::{
    Failure,
    client::{Answer, Call, Connection, Key},
    figure::float,
    request::prepare::Prepared,
};
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    net::SocketAddr,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// A session is used until so many others have been minted.
const SESSIONS_BETWEEN: u64 = 64;
/// One call in so many comes over a connection of its own.
const NEW_CONNECTION_EVERY: u64 = 16;

/// The calls in turn, as many of each as its share.
const TURNS: [Kind; 20] = [
    Kind::Identity,
    Kind::AssumeRole,
    Kind::GetUser,
    Kind::CreateOrDelete,
    Kind::Identity,
    Kind::Denied,
    Kind::SessionIdentity,
    Kind::GetUser,
    Kind::AssumeRole,
    Kind::ChangePolicy,
    Kind::Identity,
    Kind::BadSignature,
    Kind::SessionIdentity,
    Kind::CreateOrDelete,
    Kind::Identity,
    Kind::ListUsers,
    Kind::AssumeRole,
    Kind::Denied,
    Kind::GetUser,
    Kind::SessionIdentity,
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    AssumeRole,
    BadSignature,
    ChangePolicy,
    CreateOrDelete,
    Denied,
    GetUser,
    Identity,
    ListUsers,
    SessionIdentity,
}

impl Kind {
    fn title(self) -> &'static str {
        match self {
            Self::AssumeRole => "sts:AssumeRole",
            Self::BadSignature => "sts:GetCallerIdentity with a wrong signature",
            Self::ChangePolicy => "iam:PutUserPolicy, another policy each time",
            Self::CreateOrDelete => "iam:CreateUser and iam:DeleteUser in turn",
            Self::Denied => "iam:ListUsers without permission",
            Self::GetUser => "iam:GetUser",
            Self::Identity => "sts:GetCallerIdentity",
            Self::ListUsers => "iam:ListUsers, a page of 100",
            Self::SessionIdentity => "sts:GetCallerIdentity of a session",
        }
    }

    /// The status and the error code of the answer; no code for success.
    fn due(self) -> (u16, &'static str) {
        match self {
            Self::BadSignature => (403, "SignatureDoesNotMatch"),
            Self::Denied => (403, "AccessDenied"),
            _ => (200, ""),
        }
    }
}

/// The load.
pub(super) struct Mix<'a> {
    address: SocketAddr,
    prepared: &'a Prepared,
    /// Calls a second.
    rate: u32,
    /// Calls so far.
    next: AtomicU64,
    /// Sessions minted so far, and the one in use.
    minted: AtomicU64,
    session: Mutex<Key>,
}

impl<'a> Mix<'a> {
    pub(super) fn new(address: SocketAddr, prepared: &'a Prepared, rate: u32) -> Self {
        let session = Mutex::new(prepared.session.clone());
        Self { address, prepared, rate, next: AtomicU64::new(0), minted: AtomicU64::new(0), session }
    }

    /// Sends calls, each at its time, until it is over. `number` tells this sender from others.
    pub(super) fn send(&self, number: u64, begun: Instant, over: &AtomicBool) -> Tally {
        let mut tally = Tally::default();
        let mut kept = Connection::new(self.address);
        let mut made = None;
        while !over.load(Ordering::Relaxed) {
            let turn = self.next.fetch_add(1, Ordering::Relaxed);
            let due = Duration::from_secs(turn) / self.rate;
            thread::sleep(due.saturating_sub(begun.elapsed()));
            let share = usize::try_from(turn % 20).unwrap_or_default();
            let Some(&kind) = TURNS.get(share) else { continue };
            let outcome = if turn.is_multiple_of(NEW_CONNECTION_EVERY) {
                self.call(kind, turn, number, &mut made, &mut Connection::new(self.address))
            } else {
                tally.kept += 1;
                self.call(kind, turn, number, &mut made, &mut kept)
            };
            tally.note(kind, outcome);
        }
        tally
    }

    /// Makes the call; what is wrong with its answer, if anything is. `made` is the user that this sender has made.
    fn call(
        &self,
        kind: Kind,
        turn: u64,
        number: u64,
        made: &mut Option<String>,
        connection: &mut Connection,
    ) -> Result<(), Failure> {
        let operator = &self.prepared.operator;
        let request = match kind {
            Kind::AssumeRole => self.prepared.assume_role().signed(self.address, operator)?,
            Kind::BadSignature => {
                let wrong = Key::new(operator.access_key_id.clone(), "not the secret of this key");
                Call::sts("GetCallerIdentity", &[]).signed(self.address, &wrong)?
            }
            Kind::ChangePolicy => {
                let document = format!(
                    r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::123456789012:user/u{turn}"}}]}}"#
                );
                let user =
                    if number.is_multiple_of(2) { &self.prepared.user } else { &self.prepared.other_user };
                let parameters =
                    [("UserName", user.as_str()), ("PolicyName", "soak"), ("PolicyDocument", &document)];
                Call::iam("PutUserPolicy", &parameters).signed(self.address, operator)?
            }
            Kind::CreateOrDelete => {
                let (action, name) = match made.take() {
                    Some(name) => ("DeleteUser", name),
                    None => ("CreateUser", made.insert(format!("soak-{number}-{turn}")).clone()),
                };
                Call::iam(action, &[("UserName", &name)]).signed(self.address, operator)?
            }
            Kind::Denied => Call::iam("ListUsers", &[]).signed(self.address, &self.prepared.nobody)?,
            Kind::GetUser => {
                Call::iam("GetUser", &[("UserName", &self.prepared.user)]).signed(self.address, operator)?
            }
            Kind::Identity => Call::sts("GetCallerIdentity", &[]).signed(self.address, operator)?,
            Kind::ListUsers => {
                Call::iam("ListUsers", &[("MaxItems", "100")]).signed(self.address, operator)?
            }
            Kind::SessionIdentity => {
                let session = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
                Call::sts("GetCallerIdentity", &[]).signed(self.address, &session)?
            }
        };
        let status = connection.send(&request)?.status;
        let (due, code) = kind.due();
        let answer = || Answer::parse(connection.answer());
        if status != due || (!code.is_empty() && answer()?.complaint() != code) {
            return Err(answer()?.complaint().into());
        }
        if kind == Kind::AssumeRole
            && self.minted.fetch_add(1, Ordering::Relaxed).is_multiple_of(SESSIONS_BETWEEN)
        {
            let session = Key::from_answer(&answer()?)?;
            *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
        }
        Ok(())
    }
}

/// How the calls ended.
#[derive(Default)]
pub(super) struct Tally {
    /// Calls over connections that are kept.
    pub(super) kept: u64,
    kinds: BTreeMap<Kind, (u64, u64)>,
    /// What was said of some of those that ended wrongly.
    complaints: Vec<String>,
}

impl Tally {
    fn note(&mut self, kind: Kind, outcome: Result<(), Failure>) {
        let (calls, wrong) = self.kinds.entry(kind).or_default();
        *calls += 1;
        if let Err(error) = outcome {
            *wrong += 1;
            self.complaints.push(format!("{}: {error}", kind.title()));
            self.complaints.truncate(10);
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.kept += other.kept;
        for (kind, (calls, wrong)) in other.kinds {
            let sum = self.kinds.entry(kind).or_default();
            *sum = (sum.0 + calls, sum.1 + wrong);
        }
        self.complaints.extend(other.complaints);
        self.complaints.truncate(10);
    }

    pub(super) fn calls(&self) -> u64 {
        self.kinds.values().map(|(calls, _)| calls).sum()
    }

    pub(super) fn calls_per_second(&self, elapsed: Duration) -> f64 {
        float(usize::try_from(self.calls()).unwrap_or_default()) / elapsed.as_secs_f64()
    }

    pub(super) fn table(&self) -> String {
        let mut table = "| call | calls | answered wrongly |\n|---|---:|---:|\n".to_owned();
        for (kind, (calls, wrong)) in &self.kinds {
            let _ = writeln!(table, "| {} | {calls} | {wrong} |", kind.title());
        }
        table + "\n"
    }

    /// What some of the calls that ended wrongly said.
    pub(super) fn wrong(&self) -> Vec<String> {
        self.complaints.clone()
    }
}
