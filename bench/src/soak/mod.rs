//! The soak: mixed calls at a modest fixed rate, for long, while the server's process and its files are looked at. What is
//! asked is not how fast it is but whether it stays as it is.

mod mix;
mod sample;

use crate::{
    Failure,
    command_line::Soak,
    machine,
    request::prepare::Prepared,
    server::{Kind, Server},
};
use mix::{Mix, Tally};
use sample::{Sample, judge, table};
use std::{
    fmt::Write as _,
    fs,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

/// Between two looks at the process.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Connections that are kept, and threads that send over them.
const CONNECTIONS: u64 = 8;

/// Soaks; gives the table. Fails when a call is not answered as it must be, or what has to be flat is not.
#[expect(clippy::print_stderr, reason = "nobody waits half an hour without a word")]
pub(crate) fn run(soak: &Soak) -> Result<String, Failure> {
    let places = soak.places();
    fs::create_dir_all(&places.work)?;
    let mut report = format!("# Soak\n\n{}\n\n", machine::describe());
    let server = Kind::Portcullis.start(&places)?;
    let prepared = Prepared::on(&server)?;
    let mix = Mix::new(server.address, &prepared, soak.rate);
    let (begun, time) = (Instant::now(), soak.time());
    let over = AtomicBool::new(false);
    let (samples, tally) = thread::scope(|scope| {
        let senders: Vec<_> = (0..CONNECTIONS)
            .map(|number| {
                let (mix, over) = (&mix, &over);
                scope.spawn(move || mix.send(number, begun, over))
            })
            .collect();
        let samples = look(&server, begun, time, |sample| eprintln!("{sample}"));
        over.store(true, Ordering::Relaxed);
        let mut tally = Tally::default();
        for sender in senders {
            tally.add(sender.join().map_err(|_| "a sender stopped")?);
        }
        Ok::<_, Failure>((samples?, tally))
    })?;
    drop(server.stop()?);
    let _ = writeln!(
        report,
        "{} calls in {:.1} minutes ({:.0} a second), {} over {CONNECTIONS} kept connections, the others over new ones.\n",
        tally.calls(),
        begun.elapsed().as_secs_f64() / 60.0,
        tally.calls_per_second(begun.elapsed()),
        tally.kept,
    );
    report.push_str(&tally.table());
    report.push_str(&table(&samples));
    let wrong = [tally.wrong(), judge(&samples)].concat();
    if wrong.is_empty() {
        report.push_str("\nFlat, and every call was answered as it must be.\n");
        Ok(report)
    } else {
        Err(format!("{report}\n{}", wrong.join("\n")).into())
    }
}

fn look(
    server: &Server,
    begun: Instant,
    time: Duration,
    tell: impl Fn(&Sample),
) -> Result<Vec<Sample>, Failure> {
    let mut samples = Vec::new();
    while begun.elapsed() < time {
        thread::sleep(LOOK_EVERY.min(time.saturating_sub(begun.elapsed())));
        let sample = Sample::of(server, begun.elapsed())?;
        if samples.len() % 12 == 11 {
            tell(&sample);
        }
        samples.push(sample);
    }
    Ok(samples)
}
