//! What a request costs on Portcullis, on its peers, and on a bare hyper server that sends the same bytes; driven by the
//! same load, in one run, in turns.

pub(crate) mod operation;
pub(crate) mod prepare;
mod probe;
mod report;

use crate::{
    Failure, client,
    command_line::Compare,
    figure::{Spread, float},
    load::{self, Load},
    machine,
    progress::say,
    server::{Kind, Process, Server, floor},
};
use operation::{Operation, WRITE_CONNECTIONS};
use prepare::Prepared;
use probe::Probe;
use std::{fs, net::SocketAddr, time::Duration};

/// How long each is driven before it is measured.
const WARM_UP: Duration = Duration::from_millis(200);
/// An account may have 5000 users, of which these are those of one round.
const MOST_MADE: usize = 3500;

/// Everything that was found out.
struct Findings {
    machine: String,
    servers: Vec<Subject>,
    /// Servers that are not measured, and why.
    skipped: Vec<(String, String)>,
    operations: Vec<(Operation, Vec<Row>)>,
}

/// What is known of a server beside its operations.
struct Subject {
    kind: Kind,
    version: String,
    /// Milliseconds from its start to the first good answer.
    started: Spread,
    /// After the load.
    resident_megabytes: f64,
    /// What it refuses, with which code.
    refusals: Vec<(Probe, Result<Option<String>, Failure>)>,
}

/// A server that runs and is prepared.
struct Running {
    server: Server,
    prepared: Prepared,
    starts: Vec<Duration>,
}

/// What one operation costs on one server; `None` for the floor.
struct Row {
    kind: Option<Kind>,
    answer_bytes: usize,
    rounds: Vec<Round>,
}

/// What one round showed.
struct Round {
    cpu_microseconds: f64,
    load: Load,
}

/// Measures, and writes tables and chart; gives the tables.
pub(crate) fn run(compare: &Compare) -> Result<String, Failure> {
    fs::create_dir_all(&compare.places.work)?;
    fs::create_dir_all(&compare.places.results)?;
    let findings = measure(compare)?;
    let tables = report::tables(&findings, compare);
    fs::write(compare.places.results.join("requests.md"), &tables)?;
    fs::write(compare.places.results.join("requests.svg"), report::chart(&findings))?;
    Ok(tables)
}

fn measure(compare: &Compare) -> Result<Findings, Failure> {
    let machine = machine::describe();
    let (running, skipped) = start_all(compare);
    if running.is_empty() {
        return Err(format!(
            "no server to measure, not even for the floor's answer; not to be had: {skipped:?}"
        )
        .into());
    }
    let refused = |Running { server, prepared, .. }: &Running| -> Vec<_> {
        Probe::ALL.map(|probe| (probe, probe.refusal(server.address, prepared))).into()
    };
    let refusals: Vec<_> = running.iter().map(refused).collect();
    let mut operations = Vec::new();
    for operation in Operation::ALL {
        say(format_args!("{}", operation.title()));
        operations.push((operation, measure_operation(operation, &running, compare)?));
    }
    let mut servers = Vec::new();
    for (Running { server, starts, .. }, refusals) in running.iter().zip(refusals) {
        let started = Spread::of(starts.iter().map(|took| took.as_secs_f64() * 1e3)).ok_or("no start")?;
        servers.push(Subject {
            kind: server.kind,
            version: server.kind.version(&compare.places)?,
            started,
            resident_megabytes: server.process.resident_megabytes()?,
            refusals,
        });
    }
    Ok(Findings { machine, servers, skipped, operations })
}

/// Starts and prepares every server that is wanted and can be had.
fn start_all(compare: &Compare) -> (Vec<Running>, Vec<(String, String)>) {
    let mut running = Vec::new();
    let mut skipped = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|kind| compare.wants(kind.family())) {
        say(format_args!("starting {kind}"));
        match start(kind, compare) {
            Ok(started) => running.push(started),
            Err(error) => skipped.push((kind.to_string(), error.to_string())),
        }
    }
    (running, skipped)
}

fn start(kind: Kind, compare: &Compare) -> Result<Running, Failure> {
    let mut starts = Vec::new();
    for _ in 1..compare.rounds() {
        starts.push(kind.start(&compare.places)?.took);
    }
    let server = kind.start(&compare.places)?;
    starts.push(server.took);
    let prepared = Prepared::on(&server)?;
    Ok(Running { server, prepared, starts })
}

/// A server, or the floor, as the load sees it.
struct Target<'a> {
    kind: Option<Kind>,
    process: &'a Process,
    address: SocketAddr,
    prepared: &'a Prepared,
}

fn measure_operation(
    operation: Operation,
    running: &[Running],
    compare: &Compare,
) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    for Running { server, prepared, .. } in running {
        let address = server.address;
        let answer = client::once(address, &operation.request(address, prepared)?)?;
        undo(operation, address, prepared, 1)?;
        let target = Target { kind: Some(server.kind), process: &server.process, address, prepared };
        rows.push((target, answer));
    }
    // The first, which is Portcullis if it takes part, is what the floor copies.
    let floor = match rows.first() {
        Some((target, answer)) if compare.wants(floor::FAMILY) => {
            Some((floor::start(&compare.places, answer)?, target.prepared, answer.clone()))
        }
        _ => None,
    };
    if let Some(((process, address), prepared, answer)) = &floor {
        rows.insert(0, (Target { kind: None, process, address: *address, prepared }, answer.clone()));
    }

    let mut measured = Vec::new();
    for (target, answer) in rows {
        let warm = round(operation, &target, compare, MOST_MADE, WARM_UP)?;
        let row = Row { kind: target.kind, answer_bytes: answer.body.len(), rounds: Vec::new() };
        measured.push((target, warm.requests_in(compare.time()), row));
    }
    // In turns, so that whatever else the machine does falls on all alike.
    for _ in 0..compare.rounds() {
        for (target, count, row) in &mut measured {
            row.rounds.push(round(operation, target, compare, *count, compare.time())?);
        }
    }
    Ok(measured.into_iter().map(|(_, _, row)| row).collect())
}

fn round(
    operation: Operation,
    target: &Target<'_>,
    compare: &Compare,
    count: usize,
    time: Duration,
) -> Result<Round, Failure> {
    let connections =
        if operation == Operation::CreateUser { WRITE_CONNECTIONS } else { compare.connections };
    let requests = operation.requests(target.address, target.prepared, count)?;
    let before = target.process.cpu_microseconds()?;
    let load = load::drive(target.address, &requests, connections.into(), time)?;
    let used = target.process.cpu_microseconds()? - before;
    if target.kind.is_some() {
        undo(operation, target.address, target.prepared, load.answered)?;
    }
    Ok(Round { cpu_microseconds: used, load })
}

/// Removes what a round made, so that every round begins with the same.
fn undo(operation: Operation, address: SocketAddr, prepared: &Prepared, count: usize) -> Result<(), Failure> {
    if let Some(requests) = operation.undo(address, prepared, count)? {
        load::drive(address, &requests, WRITE_CONNECTIONS.into(), Duration::from_mins(10))?;
    }
    Ok(())
}

impl Round {
    /// How many requests of which each is used once are enough for that time, with some to spare.
    fn requests_in(&self, time: Duration) -> usize {
        let rate = float(self.load.answered) / self.load.elapsed.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small positive number"
        )]
        let count = (1.5 * rate * time.as_secs_f64()) as usize;
        count.clamp(usize::from(WRITE_CONNECTIONS), MOST_MADE)
    }
}

impl Row {
    fn errors(&self) -> usize {
        self.rounds.iter().map(|round| round.load.errors).sum()
    }

    fn requests(&self) -> usize {
        self.rounds.iter().map(|round| round.load.answered).sum()
    }

    /// CPU microseconds for each request.
    fn cpu(&self) -> Option<Spread> {
        let answered = self.rounds.iter().filter(|round| round.load.answered > 0);
        Spread::of(answered.map(|round| round.cpu_microseconds / float(round.load.answered)))
    }

    /// The latency in microseconds that so much of the requests stayed within: the median of the rounds.
    fn latency(&self, percent: usize) -> Option<f64> {
        Spread::of(self.rounds.iter().filter_map(|round| round.load.latency(percent)))
            .map(|spread| spread.median)
    }
}
