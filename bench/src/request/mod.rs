//! What a request costs: CPU time per `sts:GetCallerIdentity` in Portcullis, beside a bare hyper server that sends the
//! same bytes, driven by the same load in the same run.

pub(crate) mod floor;
mod load;
mod process;
mod signed;

use std::{error::Error, net::SocketAddr};

/// How hard to drive, and what.
struct Plan {
    binary: String,
    requests: usize,
    connections: usize,
    rounds: usize,
}

/// What one round of one server showed.
struct Round {
    cpu_microseconds: f64,
    requests_per_second: f64,
}

/// Measures and reports.
pub(crate) fn run(words: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
    compare(&plan(words)?)
}

fn plan(mut words: impl Iterator<Item = String>) -> Result<Plan, Box<dyn Error>> {
    let mut plan = Plan { binary: String::new(), requests: 200_000, connections: 32, rounds: 5 };
    while let Some(name) = words.next() {
        let mut number = || words.next().and_then(|n| n.parse().ok()).ok_or("a number is missing");
        match name.as_str() {
            "--requests" => plan.requests = number()?,
            "--connections" => plan.connections = number()?,
            "--rounds" => plan.rounds = number()?,
            _ => plan.binary = name,
        }
    }
    Ok(plan)
}

fn compare(plan: &Plan) -> Result<String, Box<dyn Error>> {
    let plane = process::Server::plane(&plan.binary)?;
    let request = signed::get_caller_identity(plane.address, &plane.access_key_id, &plane.secret_access_key)?;
    let answer = load::once(plane.address, &request)?;
    if !answer.starts_with(b"HTTP/1.1 200") {
        return Err(format!("the plane refused: {}", String::from_utf8_lossy(&answer)).into());
    }
    let floor = process::Server::floor(&answer)?;

    let mut floor_rounds = Vec::new();
    let mut plane_rounds = Vec::new();
    // Alternating, so that whatever else the machine does falls on both alike.
    for _ in 0..plan.rounds {
        floor_rounds.push(round(plan, &floor, floor.address, &request)?);
        plane_rounds.push(round(plan, &plane, plane.address, &request)?);
    }
    let floor_best = median(&mut floor_rounds);
    let plane_best = median(&mut plane_rounds);
    Ok(format!(
        "sts:GetCallerIdentity, {} requests over {} connections, median of {} rounds\n\
         {:<12} {:>14} {:>12}\n{:<12} {:>14.2} {:>12.0}\n{:<12} {:>14.2} {:>12.0}\nratio of CPU {:>13.2}\n\
         resident memory of the plane after the load: {:.1} MB\n",
        plan.requests,
        plan.connections,
        plan.rounds,
        "server",
        "CPU us/request",
        "requests/s",
        "bare hyper",
        floor_best.cpu_microseconds,
        floor_best.requests_per_second,
        "portcullis",
        plane_best.cpu_microseconds,
        plane_best.requests_per_second,
        plane_best.cpu_microseconds / floor_best.cpu_microseconds,
        plane.resident_megabytes()?,
    ))
}

fn round(
    plan: &Plan,
    server: &process::Server,
    address: SocketAddr,
    request: &[u8],
) -> Result<Round, Box<dyn Error>> {
    let before = server.cpu_microseconds()?;
    let took = load::drive(address, request, plan.connections, plan.requests)?;
    let used = server.cpu_microseconds()? - before;
    #[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
    let requests = plan.requests as f64;
    Ok(Round { cpu_microseconds: used / requests, requests_per_second: requests / took.as_secs_f64() })
}

fn median(rounds: &mut Vec<Round>) -> Round {
    rounds.sort_by(|a, b| a.cpu_microseconds.total_cmp(&b.cpu_microseconds));
    let middle = rounds.len() / 2;
    rounds.swap_remove(middle)
}
