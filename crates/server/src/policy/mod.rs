//! `portcullis policy`: the policy language on files and streams. Needs neither a server nor a store.

mod evaluate;
mod input;

use crate::Failure;
use clap::Subcommand;
use std::process::ExitCode;

/// What to do with policies.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Decide cases, one JSON object on each line of standard input; one answer on each line of standard output.
    Evaluate,
}

/// Runs the command. Exit code 0: all is well; 1: the command did its work and found what should not be; 2: it could
/// not do its work.
pub(crate) fn run(command: &PolicyCommand) -> Result<ExitCode, Failure> {
    match command {
        PolicyCommand::Evaluate => evaluate::evaluate(std::io::stdin().lock(), std::io::stdout().lock()),
    }
}
