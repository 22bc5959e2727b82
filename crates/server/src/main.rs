//! The binary `portcullis`.

mod answer;
mod audit;
mod authenticate;
mod backup;
mod body;
mod check;
mod clock;
mod command_line;
mod config;
mod credentials;
mod destination;
mod export;
mod first_start;
mod listen;
mod metrics;
mod mfa;
mod migrate;
mod node;
mod open;
mod operator;
mod plane_server;
mod policies;
mod policy;
mod ready;
mod restore;
mod rotate_keys;
mod route;
mod serve;
mod system_random;
mod throttle;

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
    let failure_code = command.failure_code();
    log();
    match run(command) {
        Ok(code) => code,
        // Who reads no further, as `head` does, misses nothing.
        Err(error) if is_broken_pipe(&*error) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::from(failure_code)
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Audit(flags) => on_runtime(done(audit::command::run(flags))),
        Command::Backup(flags) => on_runtime(done(backup::back_up(flags))),
        Command::Check(flags) => on_runtime(check::check(flags)),
        Command::Credentials(flags) => on_runtime(done(credentials::print(flags))),
        Command::Export(flags) => on_runtime(done(export::export(flags))),
        Command::Mfa(command) => on_runtime(done(mfa::run(command))),
        Command::Migrate(flags) => on_runtime(done(migrate::migrate(flags))),
        Command::Policies(command) => on_runtime(done(policies::run(command))),
        Command::Policy(command) => policy::run(&command),
        Command::Restore(flags) => on_runtime(restore::restore(flags)),
        Command::RotateKeys(flags) => on_runtime(done(rotate_keys::rotate(flags))),
        Command::Serve(flags) => on_runtime(done(serve::serve(flags))),
    }
}

fn on_runtime(work: impl Future<Output = Result<ExitCode, Failure>>) -> Result<ExitCode, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// The exit code of a command that either does its work or fails.
async fn done(work: impl Future<Output = Result<(), Failure>>) -> Result<ExitCode, Failure> {
    work.await.map(|()| ExitCode::SUCCESS)
}

fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let kind = error.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let of_json = error.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    kind.or(of_json) == Some(std::io::ErrorKind::BrokenPipe)
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
    let mut text = format!("portcullis: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        // Some errors say their cause themselves.
        if !text.ends_with(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    eprintln!("{text}");
}
