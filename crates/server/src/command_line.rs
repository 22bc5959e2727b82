//! The command line: the contract that scripts and service units hold on to.

use crate::{audit::command::Audit, mfa::MfaCommand, policies::PoliciesCommand, policy::PolicyCommand};
use clap::{Args, FromArgMatches, Parser, Subcommand, ValueEnum};
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
    /// Check the configuration, the root key and the store: exit 0 when all is well, 1 with a line for each finding, 2
    /// when the check cannot be made.
    Check(Check),
    /// Look at the audit files.
    Audit(Audit),
    /// Check, decide, explain, simulate and compare policy documents in files; needs neither server nor store.
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Hand out hardware tokens for multi-factor authentication.
    #[command(subcommand)]
    Mfa(MfaCommand),
    /// Add managed policies to the store, for all accounts.
    #[command(subcommand)]
    Policies(PoliciesCommand),
    /// Write an encrypted backup of the whole store, also beside a running server.
    Backup(Backup),
    /// Restore a backup into an empty store, and check it.
    Restore(Restore),
    /// Put new keys in place of the old ones, also beside running servers.
    RotateKeys(RotateKeys),
    /// Bring the store's schema up to date.
    Migrate(Migrate),
    /// Write everything but secrets as JSON.
    Export(Export),
}

impl Command {
    /// The exit code when the command cannot do its work.
    pub(crate) fn failure_code(&self) -> u8 {
        match self {
            Self::Check(_) | Self::Policy(_) => 2,
            _ => 1,
        }
    }
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
    /// For tests and laptops: store in memory, or the empty one that --store names; loopback only, a root access key in
    /// the ready line, a root key that ends with the process.
    #[arg(long)]
    pub(crate) dev: bool,
    /// How to say that the plane is ready.
    #[arg(long, value_enum, default_value_t = ReadyFormat::Text)]
    pub(crate) format: ReadyFormat,
}

impl Serve {
    /// The flags of a `serve` that is given nothing but its place and the environment.
    pub(crate) fn plain(place: &Place) -> Result<Self, clap::Error> {
        let command = Self::augment_args(clap::Command::new("serve").no_binary_name(true));
        let mut serve = Self::from_arg_matches(&command.try_get_matches_from([""; 0])?)?;
        serve.place = place.clone();
        Ok(serve)
    }
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

#[derive(Debug, Args)]
pub(crate) struct Backup {
    #[command(flatten)]
    pub(crate) place: Place,
    /// File to write, which must not exist yet; `-` for standard output.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Encrypt under the passphrase in the first line of this file instead of the root key, and put the root key inside:
    /// the passphrase alone restores everything.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Restore {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Backup to read; `-` for standard input.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// File with the passphrase that the backup was made with.
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct RotateKeys {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Which keys.
    #[arg(value_enum, default_value_t = WhichKeys::All)]
    pub(crate) which: WhichKeys,
    /// Only make the next root key, to be copied to every other node before the rotation itself.
    #[arg(long)]
    pub(crate) prepare: bool,
    /// Also seal every secret anew under the new data key, and delete the old one.
    #[arg(long, conflicts_with = "prepare")]
    pub(crate) reseal: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum WhichKeys {
    /// The root key and the data keys.
    All,
    /// The data keys: what secrets and session tokens are sealed under.
    Data,
    /// The root key: what the data keys are wrapped under.
    Root,
}

#[derive(Debug, Args)]
pub(crate) struct Migrate {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Only say what would be done.
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Account to export [default: all].
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<AccountId>,
    /// File to write, which must not exist yet [default: standard output].
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    pub(crate) file: PathBuf,
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
