//! The command line.

use clap::{Args, Parser, Subcommand};
use std::{path::PathBuf, time::Duration};

/// Measurements that need a process of their own; `cargo bench -p bench` has the rest.
#[derive(Debug, Parser)]
#[command(name = "bench")]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// `requests`, then `writes`.
    All(Compare),
    /// What requests cost on Portcullis, on its peers and on a bare HTTP server, and what each of them refuses.
    Requests(Compare),
    /// How many users a second are made durably, beside SQLite alone.
    Writes(Compare),
    /// What requests cost, and how much memory a principal takes, among ever more principals.
    Growth(Grow),
    /// How much two nodes on one PostgreSQL serve, beside one, and how soon one knows what the other has revoked.
    Nodes(Nodes),
    /// Whether the server stays as it is under mixed calls at a fixed rate, for long.
    Soak(Soak),
    /// What operations cost in accounts of 100, 1,000 and 10,000 users.
    Size(Compare),
    /// What a decision costs: `flat`, `memory`, or `repeat W1|W2|W3 N`.
    Decision {
        #[arg(required = true)]
        words: Vec<String>,
    },
    /// Serve one fixed answer, from a file, until killed.
    #[command(hide = true)]
    Floor { answer: PathBuf },
}

/// What to compare, and how thoroughly.
#[derive(Clone, Debug, Args)]
pub(crate) struct Compare {
    /// Look at everything for a moment, in about a minute: to see that it works, not for figures.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Only these: `floor`, `portcullis`, `fakecloud`, `ministack`, `moto`.
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', value_parser = FAMILIES)]
    pub(crate) only: Vec<String>,
    /// Rounds; the servers take turns in each. The median counts [default: 5, quick: 1].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=101))]
    rounds: Option<u32>,
    /// How long a server is driven in a round [default: 2, quick: 0.3].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    seconds: Option<Duration>,
    /// Connections; `iam:CreateUser` and the durable writes have 64.
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) connections: u16,
    #[command(flatten)]
    pub(crate) places: Places,
}

/// How many principals.
#[derive(Clone, Debug, Args)]
pub(crate) struct Grow {
    #[arg(long, value_name = "N,...", value_delimiter = ',', default_values_t = [1_000, 100_000, 1_000_000],
          value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    pub(crate) principals: Vec<u64>,
    #[command(flatten)]
    pub(crate) places: Places,
}

/// How thoroughly nodes are looked at.
#[derive(Clone, Debug, Args)]
pub(crate) struct Nodes {
    /// Rounds of one node and of two. The median counts.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=101))]
    pub(crate) rounds: u32,
    /// How long a round is.
    #[arg(long, value_name = "SECONDS", default_value = "4", value_parser = seconds)]
    pub(crate) time: Duration,
    /// Keys that are revoked under load.
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..=2000))]
    pub(crate) revocations: u16,
    #[command(flatten)]
    pub(crate) places: Places,
}

/// How long to soak, and how much.
#[derive(Clone, Debug, Args)]
pub(crate) struct Soak {
    /// Half of them are the warm-up.
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u16).range(2..=10_080))]
    minutes: u16,
    /// Calls a second.
    #[arg(long, value_name = "N", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) rate: u32,
    /// The program `portcullis`.
    #[arg(long, value_name = "FILE")]
    portcullis: PathBuf,
    /// Directory for data and logs.
    #[arg(long, value_name = "DIR")]
    work: PathBuf,
}

impl Soak {
    pub(crate) fn time(&self) -> Duration {
        Duration::from_mins(self.minutes.into())
    }

    /// No peers, and no results.
    pub(crate) fn places(&self) -> Places {
        Places {
            portcullis: self.portcullis.clone(),
            peers: PathBuf::new(),
            work: self.work.clone(),
            results: PathBuf::new(),
        }
    }
}

/// Where things are; `bench/run` knows.
#[derive(Clone, Debug, Args)]
pub(crate) struct Places {
    /// The program `portcullis`.
    #[arg(long, value_name = "FILE")]
    pub(crate) portcullis: PathBuf,
    /// Directory that the peers are installed in.
    #[arg(long, value_name = "DIR")]
    pub(crate) peers: PathBuf,
    /// Directory for data and logs, on the disk whose writes are measured.
    #[arg(long, value_name = "DIR")]
    pub(crate) work: PathBuf,
    /// Directory that tables and charts are written to.
    #[arg(long, value_name = "DIR")]
    pub(crate) results: PathBuf,
}

const FAMILIES: [&str; 5] = ["floor", "portcullis", "fakecloud", "ministack", "moto"];

impl Compare {
    pub(crate) fn wants(&self, family: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| wanted == family)
    }

    pub(crate) fn rounds(&self) -> u32 {
        self.rounds.unwrap_or(if self.quick { 1 } else { 5 })
    }

    pub(crate) fn time(&self) -> Duration {
        self.seconds.unwrap_or(Duration::from_millis(if self.quick { 300 } else { 2000 }))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.01..=600.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("from 0.01 to 600".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn is_consistent() {
        CommandLine::command().debug_assert();
    }
}
