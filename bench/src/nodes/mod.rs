//! Two nodes on one PostgreSQL: how much more than one they serve, and how soon one refuses a key that the other revoked.

mod postgres;

use crate::{
    Failure,
    client::{self, Call, Connection, Key},
    command_line::Nodes,
    figure::{Spread, float, readable},
    load::{self, Load, Requests},
    machine,
    progress::say,
    server::{RATES, Serve, Served},
};
use nix::{
    sched::{CpuSet, sched_setaffinity},
    unistd::Pid,
};
use postgres::Postgres;
use std::{
    fs,
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Connections to each node.
const CONNECTIONS: usize = 16;
const WARM_UP: Duration = Duration::from_millis(500);
/// Between two looks at whether a key is still good.
const PAUSE: Duration = Duration::from_millis(1);
/// When a revocation that does not arrive is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// Measures, and writes the table; gives it.
pub(crate) fn run(nodes: &Nodes) -> Result<String, Failure> {
    let places = &nodes.places;
    fs::create_dir_all(&places.work)?;
    fs::create_dir_all(&places.results)?;
    let cores = thread::available_parallelism()?.get();
    if cores < 2 {
        return Err("two nodes need two cores".into());
    }
    let machine = machine::describe();
    let postgres = Postgres::start(&places.work)?;
    let data = tempfile::Builder::new().prefix("nodes-").tempdir_in(&places.work)?;
    let serve = |core| Serve {
        data: data.path(),
        configuration: RATES,
        store: Some(&postgres.url),
        core: Some(core),
    };
    let first = serve(0).start(places, &places.work.join("node-0.log"))?;
    let second = serve(1).start(places, &places.work.join("node-1.log"))?;
    let administrator = serve(0).administrator(places)?;

    let key = user_with_key(first.address, &administrator, "load")?;
    let mut rounds = Vec::new();
    for round in 1..=nodes.rounds {
        say(format_args!("round {round}: one node, then two"));
        let alone = rate(&drive_pinned(&[(first.address, 0)], &key, nodes.time)?);
        let both = drive_pinned(&[(first.address, 0), (second.address, 1)], &key, nodes.time)?;
        rounds.push((alone, rate(&both)));
    }
    say(format_args!("{} revocations under load", nodes.revocations));
    let delays = revocations(nodes, &first, &second, &administrator, &key)?;
    let table = report(&machine, nodes, &rounds, &delays)?;
    fs::write(places.results.join("nodes.md"), &table)?;
    Ok(table)
}

/// A user without permissions, whom `sts:GetCallerIdentity` answers all the same.
fn user_with_key(address: SocketAddr, administrator: &Key, name: &str) -> Result<Key, Failure> {
    let name = [("UserName", name)];
    client::call(address, administrator, &Call::iam("CreateUser", &name))?;
    Key::from_answer(&client::call(address, administrator, &Call::iam("CreateAccessKey", &name))?)
}

fn identity() -> Call {
    Call::sts("GetCallerIdentity", &[])
}

/// Drives each node from the core that it runs on, so that what the load itself takes is the same for one and for two.
fn drive_pinned(nodes: &[(SocketAddr, usize)], key: &Key, time: Duration) -> Result<Vec<Load>, Failure> {
    let one = |&(address, core): &(SocketAddr, usize), time: Duration| -> Result<Load, Failure> {
        let mut cores = CpuSet::new();
        cores.set(core)?;
        // Threads that this one starts stay on the core as well.
        sched_setaffinity(Pid::from_raw(0), &cores)?;
        let requests = Requests::Same(identity().signed(address, key)?);
        load::drive(address, &requests, CONNECTIONS, time)
    };
    let each = |time: Duration| -> Result<Vec<Load>, Failure> {
        thread::scope(|scope| {
            let threads: Vec<_> = nodes.iter().map(|node| scope.spawn(move || one(node, time))).collect();
            threads.into_iter().map(|thread| thread.join().map_err(|_| "a load thread stopped")?).collect()
        })
    };
    each(WARM_UP)?;
    let loads = each(time)?;
    match loads.iter().find_map(|load| load.error.clone()) {
        Some(error) => Err(format!("a request failed: {error}").into()),
        None => Ok(loads),
    }
}

/// Requests a second of all nodes together.
fn rate(loads: &[Load]) -> f64 {
    loads.iter().map(|load| float(load.answered) / load.elapsed.as_secs_f64()).sum()
}

/// Milliseconds from the answer to a revocation on the first node to the first refusal by the second, while both are driven.
fn revocations(
    nodes: &Nodes,
    first: &Served,
    second: &Served,
    administrator: &Key,
    key: &Key,
) -> Result<Vec<f64>, Failure> {
    let keys: Vec<(String, Key)> = (0..nodes.revocations)
        .map(|number| {
            let name = format!("revoked-{number}");
            let key = user_with_key(first.address, administrator, &name)?;
            client::call(second.address, &key, &identity())?;
            Ok::<_, Failure>((name, key))
        })
        .collect::<Result<_, _>>()?;
    let ending = AtomicBool::new(false);
    thread::scope(|scope| {
        let loads: Vec<_> = [first.address, second.address]
            .map(|address| {
                let ending = &ending;
                scope.spawn(move || -> Result<(), Failure> {
                    let requests = Requests::Same(identity().signed(address, key)?);
                    while !ending.load(Ordering::Relaxed) {
                        load::drive(address, &requests, CONNECTIONS, Duration::from_millis(200))?;
                    }
                    Ok(())
                })
            })
            .into();
        let delays: Result<Vec<f64>, Failure> =
            keys.iter().map(|(name, key)| revocation(first, second, administrator, name, key)).collect();
        ending.store(true, Ordering::Relaxed);
        for load in loads {
            load.join().map_err(|_| "a load thread stopped")??;
        }
        delays
    })
}

fn revocation(
    first: &Served,
    second: &Served,
    administrator: &Key,
    name: &str,
    key: &Key,
) -> Result<f64, Failure> {
    let parameters = [("UserName", name), ("AccessKeyId", &key.access_key_id), ("Status", "Inactive")];
    let ask = identity().signed(second.address, key)?;
    let mut connection = Connection::new(second.address);
    if connection.send(&ask)?.status != 200 {
        return Err("a key was refused before it was revoked".into());
    }
    client::call(first.address, administrator, &Call::iam("UpdateAccessKey", &parameters))?;
    let revoked = Instant::now();
    while connection.send(&ask)?.status == 200 {
        if revoked.elapsed() > PATIENCE {
            return Err(format!("{name}'s key still opens after {PATIENCE:?}").into());
        }
        thread::sleep(PAUSE);
    }
    Ok(revoked.elapsed().as_secs_f64() * 1e3)
}

fn report(machine: &str, nodes: &Nodes, rounds: &[(f64, f64)], delays: &[f64]) -> Result<String, Failure> {
    let of = |value: fn(&(f64, f64)) -> f64| Spread::of(rounds.iter().map(value)).ok_or("no rounds");
    let (alone, both, times) = (of(|r| r.0)?, of(|r| r.1)?, of(|r| r.1 / r.0)?);
    let mut delays = delays.to_vec();
    delays.sort_by(f64::total_cmp);
    let delay = |percent: usize| -> Result<f64, Failure> {
        let last = delays.len().checked_sub(1).ok_or("no revocations")?;
        Ok(delays.get(last * percent / 100).copied().ok_or("no revocations")?)
    };
    let shown = |Spread { low, median, high }: Spread| {
        format!("{} ({} to {})", readable(median), readable(low), readable(high))
    };
    Ok(format!(
        "# Nodes\n\n{machine}\nTwo nodes on one PostgreSQL, each pinned to a core together with the {CONNECTIONS} connections that drive \
         it. `sts:GetCallerIdentity` with a long-term key, all checks on; {} rounds of {} s, medians (low to high).\n\n\
         | | requests per second |\n|---|---:|\n| one node | {} |\n| two nodes | {} |\n| times | {} |\n\n\
         Revocation: {} keys made inactive on one node while both are driven; from the answer to the other node's first \
         refusal: p50 {} ms, p99 {} ms, longest {} ms.\n",
        rounds.len(),
        nodes.time.as_secs_f64(),
        shown(alone),
        shown(both),
        shown(times),
        delays.len(),
        readable(delay(50)?),
        readable(delay(99)?),
        readable(delay(100)?),
    ))
}
