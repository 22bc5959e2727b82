//! The command line: the contract that scripts and service units hold on to.

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{AccountId, RoleName};
use std::{net::SocketAddr, path::PathBuf};

/// An identity and credentials plane that AWS clients already speak.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, about)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start the plane and serve until told to stop.
    Serve(Serve),
    /// Mint short-term administrator credentials from the data directory and its root key.
    Credentials(Credentials),
    /// Check the configuration, the store and the root key; exit 0 when all is well.
    Check(Check),
}

/// Where the configuration and the data are; shared by every command.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Place {
    /// Configuration file (TOML). Flags win over environment, environment over file.
    #[arg(long, value_name = "FILE", env = "PORTCULLIS_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Directory of the embedded store and the root key [default: data].
    #[arg(long, value_name = "DIR", env = "PORTCULLIS_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Store: `sqlite:PATH` or `postgres://...` [default: sqlite in the data directory].
    #[arg(long, value_name = "URL", env = "PORTCULLIS_STORE", hide_env_values = true)]
    pub(crate) store: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Address of the API listener; port 0 picks a free one [default: 127.0.0.1:4500].
    #[arg(long, value_name = "ADDR", env = "PORTCULLIS_LISTEN")]
    pub(crate) listen: Option<SocketAddr>,
    /// Address of the operations listener: health, readiness, metrics [default: 127.0.0.1:4501].
    #[arg(long, value_name = "ADDR", env = "PORTCULLIS_OPERATIONS_LISTEN")]
    pub(crate) operations_listen: Option<SocketAddr>,
    /// Id of the management account that the first start makes [default: random].
    #[arg(long, value_name = "ID", env = "PORTCULLIS_ACCOUNT_ID")]
    pub(crate) account_id: Option<AccountId>,
    /// What to call this process among others on the same store [default: the host's name].
    #[arg(long, value_name = "NAME", env = "PORTCULLIS_NODE_NAME")]
    pub(crate) node_name: Option<String>,
    /// For tests and laptops: store in memory, loopback only, a root access key in the ready line.
    #[arg(long)]
    pub(crate) dev: bool,
    /// How to say that the plane is ready.
    #[arg(long, value_enum, default_value_t = ReadyFormat::Text)]
    pub(crate) format: ReadyFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Credentials {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Account to act in [default: the management account].
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// Role to hold a session of [default: the administrator role made at the first start].
    #[arg(long, value_name = "NAME", value_parser = |text: &str| RoleName::parse(text))]
    pub(crate) role: Option<RoleName>,
    /// `process` for credential_process, `env` for a shell, `profile` for the credentials file.
    #[arg(long, value_enum, default_value_t = CredentialsFormat::Process)]
    pub(crate) format: CredentialsFormat,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    #[command(flatten)]
    pub(crate) place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReadyFormat {
    /// Words for a person.
    Text,
    /// One line of JSON.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CredentialsFormat {
    /// The JSON of `credential_process`.
    Process,
    /// `export` lines.
    Env,
    /// A section for `~/.aws/credentials`.
    Profile,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn reads_the_documented_flags() {
        let words = "portcullis serve --dev --listen 127.0.0.1:0 --account-id 000000000123 --format json";
        let Command::Serve(serve) = CommandLine::try_parse_from(words.split(' ')).unwrap().command else {
            panic!("not serve");
        };
        assert!(serve.dev);
        assert_eq!(serve.format, ReadyFormat::Json);
        assert_eq!(serve.account_id.unwrap().to_string(), "000000000123");
    }
}
