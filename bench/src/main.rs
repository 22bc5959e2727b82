//! Measurements that need a process of their own; `cargo bench -p bench` has the rest.

mod chart;
mod client;
mod command_line;
mod decision;
mod figure;
mod growth;
mod load;
mod machine;
mod nodes;
mod progress;
mod request;
mod server;
mod size;
mod soak;
mod writes;

use clap::Parser;
use command_line::{Command, CommandLine};
use std::process::ExitCode;

/// What a measurement says when it cannot be made.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool")]
fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::All(compare) => request::run(&compare).and_then(|report| {
            Ok(if compare.wants("portcullis") { report + "\n" + &writes::run(&compare)? } else { report })
        }),
        Command::Decision { words } => decision::run(words.into_iter()),
        Command::Floor { answer } => server::floor::serve(&answer).map(|()| String::new()),
        Command::Growth(grow) => growth::run(&grow),
        Command::Nodes(nodes) => nodes::run(&nodes),
        Command::Requests(compare) => request::run(&compare),
        Command::Soak(soak) => soak::run(&soak),
        Command::Size(compare) => size::run(&compare),
        Command::Writes(compare) => writes::run(&compare),
    };
    match outcome {
        Ok(report) => {
            print!("{report}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}
