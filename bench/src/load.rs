//! The load: signed requests, sent over keep-alive connections by threads that block.

use crate::{
    Failure,
    client::{Answer, Connection},
};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

/// What is sent; signed ahead.
pub(crate) enum Requests {
    /// One request, again and again.
    Same(Vec<u8>),
    /// Each request once.
    Each(Vec<Vec<u8>>),
}

/// How a load went.
#[derive(Default)]
pub(crate) struct Load {
    /// Answers, good or not.
    pub(crate) answered: usize,
    /// Requests that were not answered with 200.
    pub(crate) errors: usize,
    /// What one of them said.
    pub(crate) error: Option<String>,
    pub(crate) elapsed: Duration,
    /// Microseconds from the first byte sent to the last received, of good answers; sorted.
    pub(crate) latencies: Vec<u32>,
}

impl Requests {
    fn take(&self, next: &AtomicUsize) -> Option<&[u8]> {
        match self {
            Self::Same(request) => Some(request),
            Self::Each(requests) => requests.get(next.fetch_add(1, Ordering::Relaxed)).map(Vec::as_slice),
        }
    }
}

/// Sends requests over so many connections until the time is up or all are sent. Requests under way are waited for.
pub(crate) fn drive(
    address: SocketAddr,
    requests: &Requests,
    connections: usize,
    time: Duration,
) -> Result<Load, Failure> {
    let next = AtomicUsize::new(0);
    let begun = Instant::now();
    let mut whole = Load::default();
    thread::scope(|scope| {
        let threads: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| one_connection(address, requests, &next, begun + time)))
            .collect();
        for thread in threads {
            let part = thread.join().map_err(|_| "a load thread stopped")?;
            whole.answered += part.answered;
            whole.errors += part.errors;
            whole.error = whole.error.take().or(part.error);
            whole.latencies.extend(part.latencies);
        }
        Ok::<_, Failure>(())
    })?;
    whole.elapsed = begun.elapsed();
    whole.latencies.sort_unstable();
    Ok(whole)
}

fn one_connection(address: SocketAddr, requests: &Requests, next: &AtomicUsize, until: Instant) -> Load {
    let mut load = Load::default();
    let mut connection = Connection::new(address);
    loop {
        let sent = Instant::now();
        if sent >= until {
            return load;
        }
        let Some(request) = requests.take(next) else { return load };
        let error = match connection.send(request) {
            Ok(outcome) => {
                load.answered += 1;
                if outcome.status == 200 {
                    let took = u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX);
                    load.latencies.push(took);
                    continue;
                }
                Answer::parse(connection.answer()).map_or_else(|error| error.to_string(), |a| a.complaint())
            }
            Err(error) => error.to_string(),
        };
        load.errors += 1;
        load.error.get_or_insert(error);
    }
}

impl Load {
    /// The latency that so much of the good answers stayed within, in microseconds.
    pub(crate) fn latency(&self, percent: usize) -> Option<f64> {
        let last = self.latencies.len().checked_sub(1)?;
        self.latencies.get(last * percent / 100).copied().map(f64::from)
    }
}
