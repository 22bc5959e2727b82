//! Durable writes: users a second that Portcullis makes on its embedded store, beside what SQLite alone does with the very
//! rows that this left behind, on the same disk: committed in groups of as many as there were connections, and one by one.

mod rows;

use crate::{
    Failure,
    chart::{self, Bar, Colour, Group},
    client::Key,
    command_line::Compare,
    figure::{Spread, float, readable},
    load::{self, Requests},
    machine,
    request::operation::{WRITE_CONNECTIONS, create_user},
    server::{Kind, Server},
};
use rows::Rows;
use std::{fmt::Write as _, fs, time::Duration};

/// Nearly as many users as an account may have.
const USERS: usize = 4500;
const QUICK_USERS: usize = 1000;
/// Made before the clock runs.
const WARM_UP_USERS: usize = 200;
/// Longer than it takes.
const PATIENCE: Duration = Duration::from_mins(5);

/// Users a second.
struct Round {
    portcullis: f64,
    p50_milliseconds: f64,
    p99_milliseconds: f64,
    grouped: f64,
    single: f64,
}

/// Measures, and writes table and chart; gives the table.
pub(crate) fn run(compare: &Compare) -> Result<String, Failure> {
    fs::create_dir_all(&compare.places.work)?;
    fs::create_dir_all(&compare.places.results)?;
    let machine = machine::describe();
    let users = if compare.quick { QUICK_USERS } else { USERS };
    let rounds: Vec<Round> =
        (0..compare.rounds()).map(|_| round(compare, users)).collect::<Result<_, _>>()?;
    let (table, drawn) = report(&machine, users, &rounds)?;
    fs::write(compare.places.results.join("writes.md"), &table)?;
    fs::write(compare.places.results.join("writes.svg"), drawn)?;
    Ok(table)
}

/// Each round has an account of its own, as an account may not have many more users than a round makes.
fn round(compare: &Compare, users: usize) -> Result<Round, Failure> {
    let server = Kind::Portcullis.start(&compare.places)?;
    made(&server, 0, WARM_UP_USERS)?;
    let load = made(&server, WARM_UP_USERS, users)?;
    let latency = |percent| load.latency(percent).map(|it| it / 1e3).ok_or("nothing was made");
    let (p50_milliseconds, p99_milliseconds) = (latency(50)?, latency(99)?);
    let portcullis = float(users) / load.elapsed.as_secs_f64();

    let data = server.stop()?.ok_or("there is no data directory")?;
    let rows = Rows::read(data.path(), users)?;
    let beside = tempfile::Builder::new().prefix("rows-").tempdir_in(&compare.places.work)?;
    let rate = |name: &str, group: usize| -> Result<f64, Failure> {
        Ok(float(users) / rows.commit(&beside.path().join(name), group)?.as_secs_f64())
    };
    Ok(Round {
        portcullis,
        p50_milliseconds,
        p99_milliseconds,
        grouped: rate("grouped", WRITE_CONNECTIONS.into())?,
        single: rate("single", 1)?,
    })
}

/// Makes users of so many numbers from `first` on; all must be made.
fn made(server: &Server, first: usize, count: usize) -> Result<load::Load, Failure> {
    let Server { address, root, .. } = server;
    let signed = |number: usize, key: &Key| create_user(number).signed(*address, key);
    let requests = (first..first + count).map(|number| signed(number, root));
    let requests = Requests::Each(requests.collect::<Result<_, _>>()?);
    let load = load::drive(*address, &requests, WRITE_CONNECTIONS.into(), PATIENCE)?;
    match &load.error {
        None => Ok(load),
        Some(error) => Err(format!("{} of {count} users could not be made: {error}", load.errors).into()),
    }
}

fn report(machine: &str, users: usize, rounds: &[Round]) -> Result<(String, String), Failure> {
    let of = |value: fn(&Round) -> f64| Spread::of(rounds.iter().map(value)).ok_or("no rounds");
    let (portcullis, grouped, single) = (of(|r| r.portcullis)?, of(|r| r.grouped)?, of(|r| r.single)?);
    let (of_floor, of_single) = (of(|r| 100.0 * r.portcullis / r.grouped)?, of(|r| r.portcullis / r.single)?);
    let (p50, p99) = (of(|r| r.p50_milliseconds)?, of(|r| r.p99_milliseconds)?);
    let rows = [
        ("SQLite, 64 users a commit", grouped, Colour::Floor),
        ("Portcullis", portcullis, Colour::Portcullis),
        ("SQLite, one user a commit", single, Colour::Other),
    ];
    let mut table = format!(
        "# Durable writes\n\n{machine}\n{} rounds of {users} users over 64 connections; medians (low to high). A user is its record and its \
         audit event; the events of a commit are packed into one batch. Every commit is on disk (`synchronous=FULL`) before it \
         is answered. SQLite alone writes the rows that Portcullis leaves behind, packed for each of its commits, without a \
         network, a signature or a decision.\n\n\
         | | users per second |\n|---|---:|\n",
        rounds.len(),
    );
    for (name, rate, _) in &rows {
        let _ = writeln!(table, "| {name} | {} |", shown(*rate));
    }
    let _ = write!(
        table,
        "\nPortcullis reaches {} % of the grouped commits' rate and {} times that of single commits. \
         Latency over 64 connections: p50 {} ms, p99 {} ms.\n",
        shown(of_floor),
        shown(of_single),
        shown(p50),
        shown(p99),
    );
    let bars = rows.map(|(name, rate, colour)| Bar { label: name.to_owned(), value: rate.median, colour });
    let group = Group { title: "iam:CreateUser over 64 connections".to_owned(), bars: bars.into() };
    Ok((table, chart::bars("Users made durably in a second", "longer is better", &[group])))
}

fn shown(spread: Spread) -> String {
    let Spread { low, median, high } = spread;
    format!("{} ({} to {})", readable(median), readable(low), readable(high))
}
