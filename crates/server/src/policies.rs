//! `portcullis policies`: the managed policies that all accounts have, in the store.

use crate::{Failure, clock::Clock, command_line::Place, config::Storage, open, operator, policy::files};
use clap::{Args, Subcommand};
use jiff::Timestamp;
use services::ImportFile;
use std::{io::Write, path::PathBuf};

/// What to do with the managed policies of a plane.
#[derive(Debug, Subcommand)]
pub(crate) enum PoliciesCommand {
    /// Add managed policies to those of AWS, or newer documents of these, also beside running servers. The file is a
    /// JSON list of {"PolicyName", "Path", "Description", "PolicyDocument"}, or what `aws iam
    /// get-account-authorization-details` prints. It is checked whole before anything is written; importing it again
    /// changes nothing.
    Import(Import),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    #[command(flatten)]
    place: Place,
    /// Policies to import; `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs the command.
pub(crate) async fn run(command: PoliciesCommand) -> Result<(), Failure> {
    let PoliciesCommand::Import(flags) = command;
    let file = ImportFile::parse(&files::read(&flags.file)?)?;
    let storage = Storage::for_place(&flags.place)?;
    let (store, _) = open::store(&storage).await?;
    let now = Timestamp::from_second(Clock::default().now().as_second())?;
    let imported = file.import(&store, &operator::current(), now).await?;
    let mut out = std::io::stdout();
    for (word, arns) in [("added", &imported.added), ("changed", &imported.changed)] {
        for arn in arns {
            writeln!(out, "{word} {arn}")?;
        }
    }
    let unchanged = imported.unchanged.len();
    writeln!(
        out,
        "{} added, {} changed, {unchanged} unchanged",
        imported.added.len(),
        imported.changed.len()
    )?;
    Ok(())
}
