//! The binary `portcullis`.

mod answer;
mod authenticate;
mod check;
mod clock;
mod command_line;
mod config;
mod credentials;
mod first_start;
mod listen;
mod metrics;
mod node;
mod open;
mod plane_server;
mod ready;
mod route;
mod serve;
mod system_random;

use clap::Parser;
use command_line::{Command, CommandLine};
use std::{io::IsTerminal, process::ExitCode};
use tracing_subscriber::EnvFilter;

// Fewer and cheaper trips to the allocator than the system's: a request makes dozens of small allocations.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a command says when it cannot do its work; printed with all its causes.
type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let command = CommandLine::parse().command;
    log();
    let outcome =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::from).and_then(
            |runtime| {
                runtime.block_on(async {
                    match command {
                        Command::Serve(flags) => serve::serve(flags).await,
                        Command::Credentials(flags) => credentials::print(flags).await,
                        Command::Check(flags) => check::check(flags).await,
                    }
                })
            },
        );
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Logs go to standard error, so that standard output belongs to what a command answers. `PORTCULLIS_LOG` chooses what
/// is logged; `PORTCULLIS_LOG_FORMAT=json` makes every line a JSON object.
fn log() {
    let filter = EnvFilter::try_from_env("PORTCULLIS_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let builder =
        tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours).with_writer(std::io::stderr);
    if std::env::var("PORTCULLIS_LOG_FORMAT").is_ok_and(|format| format == "json") {
        builder.json().init();
    } else {
        builder.compact().init();
    }
}

#[expect(clippy::print_stderr, reason = "the command line's way to say why it failed")]
fn complain(error: &dyn std::error::Error) {
    eprint!("portcullis: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        eprint!(": {error}");
        cause = error.source();
    }
    eprintln!();
}
