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
const CONNECTIONS: usize = 32;
/// Requests that are signed at a time: they take memory.
const SIGNED: usize = 50_000;
/// Requests of the measured round, each by a principal picked at random.
const WARM: usize = 200_000;
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
    /// The same of the second half of the principals, when what is not theirs has grown.
    marginal_bytes: f64,
}

/// What requests have cost so far.
#[derive(Default)]
struct Spent {
    cpu_microseconds: f64,
    load: Load,
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
    let configuration = format!("{RATES}{DIRECTORY}");
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
    let before = Memory::of(&served)?;
    let (half, mut first) = (keys.len() / 2, Spent::default());
    first.each(&served, &keys, 0..half)?;
    let halfway = Memory::of(&served)?;
    first.each(&served, &keys, half..keys.len())?;
    let after = Memory::of(&served)?;
    say(format_args!("{principals} principals: requests of any"));
    let mut place = 0_usize;
    let any = (0..WARM).map(|_| {
        // A step that shares no factor with the number of principals comes past all of them, far from its last place.
        place = (place + 7_368_787) % keys.len();
        place
    });
    let (mut warm, mut one) = (Spent::default(), Spent::default());
    warm.each(&served, &keys, any)?;
    one.each(&served, &keys, std::iter::repeat_n(0, WARM))?;
    served.process.stop()?;
    Ok(Size {
        principals,
        database_megabytes: float(usize::try_from(database)?) / 1e6,
        start_milliseconds: starts.get(STARTS / 2).ok_or("no start")?.as_secs_f64() * 1e3,
        first: first.cost()?,
        warm: warm.cost()?,
        one: one.cost()?,
        directory_bytes: (after.directory - before.directory) / float(principals),
        resident_bytes: (after.resident - before.resident) / float(principals),
        marginal_bytes: (after.resident - halfway.resident) / float(keys.len() - half),
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

impl Spent {
    /// One request of each principal named.
    fn each(
        &mut self,
        Served { process, address, .. }: &Served,
        keys: &[Key],
        principals: impl Iterator<Item = usize>,
    ) -> Result<(), Failure> {
        let mut principals = principals.peekable();
        while principals.peek().is_some() {
            let signed = principals
                .by_ref()
                .take(SIGNED)
                .map(|place| identity().signed(*address, keys.get(place).ok_or("no such key")?));
            let requests = Requests::Each(signed.collect::<Result<_, _>>()?);
            let before = process.cpu_microseconds()?;
            let load = load::drive(*address, &requests, CONNECTIONS, PATIENCE)?;
            self.cpu_microseconds += process.cpu_microseconds()? - before;
            if let Some(error) = load.error {
                return Err(format!("{} of {} requests failed: {error}", load.errors, load.answered).into());
            }
            self.load.answered += load.answered;
            self.load.latencies.extend(load.latencies);
        }
        Ok(())
    }

    fn cost(mut self) -> Result<Cost, Failure> {
        self.load.latencies.sort_unstable();
        let milliseconds =
            |percent| self.load.latency(percent).map(|it| it / 1e3).ok_or("nothing was answered");
        Ok(Cost {
            cpu_microseconds: self.cpu_microseconds / float(self.load.answered),
            p50_milliseconds: milliseconds(50)?,
            p99_milliseconds: milliseconds(99)?,
        })
    }
}

/// Bytes in use.
struct Memory {
    /// What the directory says that it takes.
    directory: f64,
    resident: f64,
}

impl Memory {
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
         each principal: what the directory counts; by how much resident memory grew with the first requests, whatever else \
         they leave behind; and by how much with those of the second half, when derived signing keys and SQLite's pages \
         have taken what they may.\n\n\
         | principals | database, MB | start, ms | first: CPU µs, p50, p99 ms | warm: CPU µs, p50, p99 ms | one: CPU µs, \
         p50, p99 ms | bytes each: directory | resident | of the second half |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
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
            readable(size.marginal_bytes),
        );
    }
    table
}
