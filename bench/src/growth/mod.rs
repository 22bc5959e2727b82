//! What a request costs, and how much memory a principal takes, as the number of principals grows.

mod fill;

use crate::{
    Failure,
    client::{self, Call, Key},
    command_line::Grow,
    figure::{float, readable},
    load::{self, Load, Requests},
    machine,
    progress::say,
    server::{RATES, Serve, Served},
};
use std::{
    fmt::Write as _,
    fs,
    time::{Duration, Instant},
};

/// Enough for a million principals.
const DIRECTORY: &str = "[directory]\nmebibytes = 4096\n";
/// Enough for a few.
const NO_DIRECTORY: &str = "[directory]\nmebibytes = 1\n";
const CONNECTIONS: usize = 32;
/// Requests that are signed at a time: they take memory.
const SIGNED: usize = 50_000;
/// Requests of the measured round, each by a principal picked at random.
const WARM: usize = 200_000;
/// Between two looks at memory, and how many of them find no less before it is taken for what stays.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const LOOKS: usize = 12;
/// Longer than it takes.
const PATIENCE: Duration = Duration::from_mins(10);
/// How many times the start is timed.
const STARTS: usize = 3;

/// What one size showed.
struct Size {
    principals: usize,
    database_megabytes: f64,
    start_milliseconds: f64,
    /// Every principal's first request, which reads the store.
    first: Cost,
    /// Requests of principals picked at random, all in memory.
    warm: Cost,
    /// Requests of one principal.
    one: Cost,
    directory_bytes: f64,
    resident_bytes: f64,
    /// The part of it that is there without a directory to speak of.
    other_bytes: f64,
}

/// What requests cost.
struct Cost {
    cpu_microseconds: f64,
    p50_milliseconds: f64,
    p99_milliseconds: f64,
}

/// Measures, and writes the table; gives it.
pub(crate) fn run(grow: &Grow) -> Result<String, Failure> {
    fs::create_dir_all(&grow.places.work)?;
    fs::create_dir_all(&grow.places.results)?;
    let machine = machine::describe();
    let sizes: Vec<Size> = grow
        .principals
        .iter()
        .map(|principals| one_size(grow, usize::try_from(*principals)?))
        .collect::<Result<_, _>>()?;
    let table = report(&machine, &sizes);
    fs::write(grow.places.results.join("growth.md"), &table)?;
    Ok(table)
}

fn one_size(grow: &Grow, principals: usize) -> Result<Size, Failure> {
    let places = &grow.places;
    let data = tempfile::Builder::new().prefix("growth-").tempdir_in(&places.work)?;
    let (configuration, without) = (format!("{RATES}{DIRECTORY}"), format!("{RATES}{NO_DIRECTORY}"));
    let serve = Serve::embedded(data.path(), &configuration);
    let output = places.work.join(format!("growth-{principals}.log"));
    serve.start(places, &output)?.process.stop()?;
    say(format_args!("{principals} principals: filling the store"));
    let keys = fill::fill(data.path(), principals)?;
    let first_key = keys.first().ok_or("no keys")?;

    let mut starts = Vec::new();
    for _ in 1..STARTS {
        let (served, took) = start(&serve, grow, &output, first_key)?;
        served.process.stop()?;
        starts.push(took);
    }
    let (served, took) = start(&serve, grow, &output, first_key)?;
    starts.push(took);
    starts.sort_unstable();
    let database = fs::metadata(data.path().join("portcullis.db"))?.len();

    say(format_args!("{principals} principals: the first request of each"));
    let (first, grown) = first_of_each(&served, &keys)?;
    say(format_args!("{principals} principals: requests of any"));
    let mut place = 0_usize;
    let any = (0..WARM).map(|_| {
        // A step that shares no factor with the number of principals comes past all of them, far from its last place.
        place = (place + 7_368_787) % keys.len();
        place
    });
    let warm = each(&served, &keys, any)?;
    let one = each(&served, &keys, std::iter::repeat_n(0, WARM))?;
    served.process.stop()?;
    say(format_args!("{principals} principals: the same without a directory"));
    let (served, _) = start(&Serve::embedded(data.path(), &without), grow, &output, first_key)?;
    let (_, other) = first_of_each(&served, &keys)?;
    served.process.stop()?;
    Ok(Size {
        principals,
        database_megabytes: float(usize::try_from(database)?) / 1e6,
        start_milliseconds: starts.get(STARTS / 2).ok_or("no start")?.as_secs_f64() * 1e3,
        first,
        warm,
        one,
        directory_bytes: grown.directory / float(principals),
        resident_bytes: grown.resident / float(principals),
        other_bytes: other.resident / float(principals),
    })
}

/// Starts it; the time to its first good answer.
fn start(
    serve: &Serve<'_>,
    grow: &Grow,
    output: &std::path::Path,
    key: &Key,
) -> Result<(Served, Duration), Failure> {
    let begun = Instant::now();
    let served = serve.start(&grow.places, output)?;
    client::call(served.address, key, &identity())?;
    Ok((served, begun.elapsed()))
}

fn identity() -> Call {
    Call::sts("GetCallerIdentity", &[])
}

/// One request of each, and by how much memory has grown with them.
fn first_of_each(served: &Served, keys: &[Key]) -> Result<(Cost, Memory), Failure> {
    let before = Memory::of(served)?;
    let cost = each(served, keys, 0..keys.len())?;
    let after = Memory::settled(served)?;
    let grown =
        Memory { directory: after.directory - before.directory, resident: after.resident - before.resident };
    Ok((cost, grown))
}

/// One request of each principal named.
fn each(
    Served { process, address, .. }: &Served,
    keys: &[Key],
    principals: impl Iterator<Item = usize>,
) -> Result<Cost, Failure> {
    let mut principals = principals.peekable();
    let (mut cpu, mut whole) = (0.0, Load::default());
    while principals.peek().is_some() {
        let signed = principals
            .by_ref()
            .take(SIGNED)
            .map(|place| identity().signed(*address, keys.get(place).ok_or("no such key")?));
        let requests = Requests::Each(signed.collect::<Result<_, _>>()?);
        let before = process.cpu_microseconds()?;
        let load = load::drive(*address, &requests, CONNECTIONS, PATIENCE)?;
        cpu += process.cpu_microseconds()? - before;
        if let Some(error) = load.error {
            return Err(format!("{} of {} requests failed: {error}", load.errors, load.answered).into());
        }
        whole.answered += load.answered;
        whole.latencies.extend(load.latencies);
    }
    whole.latencies.sort_unstable();
    let milliseconds = |percent| whole.latency(percent).map(|it| it / 1e3).ok_or("nothing was answered");
    Ok(Cost {
        cpu_microseconds: cpu / float(whole.answered),
        p50_milliseconds: milliseconds(50)?,
        p99_milliseconds: milliseconds(99)?,
    })
}

/// Bytes in use.
struct Memory {
    /// What the directory says that it takes.
    directory: f64,
    resident: f64,
}

impl Memory {
    /// When no more is given back: the uses and the records of the last requests are written, and their memory is free.
    fn settled(served: &Served) -> Result<Self, Failure> {
        let (mut least, mut looks) = (Self::of(served)?, 0);
        while looks < LOOKS {
            std::thread::sleep(LOOK_EVERY);
            let now = Self::of(served)?;
            looks += 1;
            if now.resident < least.resident {
                (least, looks) = (now, 0);
            }
        }
        Ok(least)
    }

    fn of(served: &Served) -> Result<Self, Failure> {
        let metrics = client::get(served.operations, "/metrics")?.text();
        let line = metrics.lines().find(|line| line.starts_with("portcullis_directory_size_bytes"));
        let value =
            line.and_then(|line| line.rsplit(' ').next()).ok_or("no size of the directory in the metrics")?;
        Ok(Self { directory: value.parse()?, resident: served.process.resident_megabytes()? * 1e6 })
    }
}

fn report(machine: &str, sizes: &[Size]) -> String {
    let mut table = format!(
        "# Growth\n\n{machine}\nUsers of accounts of 5,000, each with an access key and in two of twenty groups that \
         carry AWS-managed policies. `sts:GetCallerIdentity` over {CONNECTIONS} connections. First: each principal's first request, \
         which reads the store; warm: {WARM} requests of principals far from each other; one: as many of one principal. Bytes for \
         each principal: what the directory counts; by how much resident memory grew with the first requests; and the part of \
         that which grows in a process without a directory to speak of, of derived signing keys, SQLite's pages and \
         what the trail holds, which have bounds of their own.\n\n\
         | principals | database, MB | start, ms | first: CPU µs, p50, p99 ms | warm: CPU µs, p50, p99 ms | one: CPU µs, \
         p50, p99 ms | bytes each: directory | resident | without directory |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let cost = |cost: &Cost| {
        format!(
            "{}, {}, {}",
            readable(cost.cpu_microseconds),
            readable(cost.p50_milliseconds),
            readable(cost.p99_milliseconds)
        )
    };
    for size in sizes {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            readable(float(size.principals)),
            readable(size.database_megabytes),
            readable(size.start_milliseconds),
            cost(&size.first),
            cost(&size.warm),
            cost(&size.one),
            readable(size.directory_bytes),
            readable(size.resident_bytes),
            readable(size.other_bytes),
        );
    }
    table
}
