//! `portcullis policy`: the policy language on files and streams. Needs neither a server nor a store.

mod compare;
mod evaluate;
mod explain;
pub(crate) mod files;
mod input;
mod simulate;
mod validate;

use crate::Failure;
use clap::{Args, Subcommand, ValueEnum};
use policy::PolicyKind;
use std::{path::PathBuf, process::ExitCode};

/// What to do with policies. A file `-` is standard input.
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say what is wrong, dangerous or needless in policies, as Access Analyzer's ValidatePolicy does.
    Validate(Validate),
    /// Decide cases, one JSON object on each line of standard input; one answer on each line of standard output.
    Evaluate,
    /// Decide cases as `evaluate` does and say why, and what came closest where nothing allows.
    Explain(Explain),
    /// Answer what `aws iam simulate-custom-policy --cli-input-json` asks.
    Simulate(Simulate),
    /// Prove that a policy allows no more than another, or show a request that it alone allows.
    Compare(Compare),
    /// Prove that a policy grants none of some actions and resources, or show a request that it allows.
    Grants(Grants),
    /// Prove that a policy grants nothing to the public, or show a request that anyone may make.
    Public(Public),
}

#[derive(Debug, Args)]
pub(crate) struct Validate {
    /// Policies.
    #[arg(value_name = "FILE", default_value = "-")]
    files: Vec<PathBuf>,
    /// What the policies are for.
    #[arg(long = "type", value_enum, default_value_t = Kind::Identity)]
    kind: Kind,
    /// How to print what is found.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// Cases, one JSON object on each line.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// How to print the explanations.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// The input of SimulateCustomPolicy in JSON.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// The new policy.
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// The policy it is compared with.
    #[arg(value_name = "EXISTING")]
    existing: PathBuf,
    #[command(flatten)]
    language: Language,
}

#[derive(Debug, Args)]
pub(crate) struct Grants {
    /// The policy.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    /// Actions, with wildcards if need be [default: every action].
    #[arg(long = "action", value_name = "ACTION")]
    actions: Vec<String>,
    /// Resources, with wildcards if need be [default: every resource].
    #[arg(long = "resource", value_name = "ARN")]
    resources: Vec<String>,
    #[command(flatten)]
    language: Language,
}

#[derive(Debug, Args)]
pub(crate) struct Public {
    /// The policy of a resource.
    #[arg(value_name = "FILE", default_value = "-")]
    file: PathBuf,
    #[command(flatten)]
    language: Language,
}

/// How policies are read where questions are put about all requests.
#[derive(Debug, Args)]
struct Language {
    /// What the policies are for [default: resource if a statement has a principal, else identity].
    #[arg(long = "type", value_enum)]
    kind: Option<Kind>,
    /// Which actions there are.
    #[arg(long, value_enum, default_value_t = Actions::Known)]
    actions_are: Actions,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Actions {
    /// Those of AWS's services, as far as they are known.
    Known,
    /// Any text of the form `service:name`.
    Any,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Lines for a person.
    Text,
    /// JSON.
    Json,
}

/// A kind of policy by a short name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A permissions boundary.
    Boundary,
    /// Attached to a user, group or role.
    Identity,
    /// A resource control policy.
    Rcp,
    /// Attached to a resource.
    Resource,
    /// A service control policy.
    Scp,
    /// Passed when a session is made.
    Session,
    /// Who may assume a role.
    Trust,
}

impl From<Kind> for PolicyKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Boundary => Self::Boundary,
            Kind::Identity => Self::Identity,
            Kind::Rcp => Self::ResourceControl,
            Kind::Resource => Self::Resource,
            Kind::Scp => Self::ServiceControl,
            Kind::Session => Self::Session,
            Kind::Trust => Self::Trust,
        }
    }
}

/// Runs the command. Exit code 0: all is well, proven or decided; 1: it is not; 2 (what a failure becomes): the command
/// could not do its work.
pub(crate) fn run(command: &PolicyCommand) -> Result<ExitCode, Failure> {
    let output = std::io::stdout().lock();
    match command {
        PolicyCommand::Compare(flags) => compare::compare(flags, output),
        PolicyCommand::Evaluate => evaluate::evaluate(std::io::stdin().lock(), output),
        PolicyCommand::Explain(flags) => explain::explain(flags, output),
        PolicyCommand::Grants(flags) => compare::grants(flags, output),
        PolicyCommand::Public(flags) => compare::public(flags, output),
        PolicyCommand::Simulate(flags) => simulate::simulate(flags, output),
        PolicyCommand::Validate(flags) => validate::validate(flags, output),
    }
}
