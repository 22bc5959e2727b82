//! `portcullis mfa`: the hardware tokens that an operator hands out, by serial number.

use crate::{
    Failure, clock::Clock, command_line::Place, config::Storage, open, operator, policy::files,
    system_random::SystemRandom,
};
use clap::{Args, Subcommand};
use domain::{AccessKeyOwner, AccountId, MfaDevice};
use services::{TokenFile, remove_tokens};
use std::{io::Write, path::PathBuf};
use store::{Access, Transaction, mfa_device, setting, user};
use zeroize::Zeroizing;

/// What to do with hardware tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum MfaCommand {
    /// Take in tokens that show codes (RFC 6238: SHA-1, six digits, 30 seconds), also beside running servers. The file has a
    /// line SERIAL,SEED for each, the seed in base32, as the vendor gives them. It is checked whole before anything is
    /// written. Users of the account then enable a token by its serial number with `aws iam enable-mfa-device`.
    Provision(Provision),
    /// List the tokens of the account and whose they are.
    List(List),
    /// Remove tokens that are nobody's, with their seeds.
    Remove(Remove),
}

#[derive(Debug, Args)]
pub(crate) struct Provision {
    #[command(flatten)]
    place: Place,
    /// Account whose users may enable the tokens [default: the management account].
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Tokens to take in; `-` for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
    /// Account whose tokens to list [default: the management account].
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    place: Place,
    /// Account whose tokens to remove [default: the management account].
    #[arg(long, value_name = "ID")]
    account: Option<AccountId>,
    /// Serial numbers.
    #[arg(value_name = "SERIAL", required = true)]
    serial_numbers: Vec<String>,
}

/// Runs the command.
pub(crate) async fn run(command: MfaCommand) -> Result<(), Failure> {
    match command {
        MfaCommand::Provision(flags) => provision(flags).await,
        MfaCommand::List(flags) => list(flags).await,
        MfaCommand::Remove(flags) => remove(flags).await,
    }
}

async fn provision(flags: Provision) -> Result<(), Failure> {
    let file = TokenFile::parse(&Zeroizing::new(files::read(&flags.file)?))?;
    let storage = Storage::for_place(&flags.place)?;
    let (store, root_key_file) = open::store(&storage).await?;
    let now = Clock::default().now();
    let sealer = open::sealer(&store, Some(root_key_file), Access::Tool, now).await?;
    let account = account(&mut store.read(), flags.account).await?;
    let tokens = file.provision(&store, &sealer, account, &operator::current(), &SystemRandom, now).await?;
    Ok(writeln!(std::io::stdout(), "tokens provisioned in account {account}: {tokens}")?)
}

async fn list(flags: List) -> Result<(), Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let (store, _) = open::store(&storage).await?;
    let (mut tx, mut out) = (store.read(), std::io::stdout().lock());
    let account = account(&mut tx, flags.account).await?;
    let mut after = None;
    loop {
        let page = mfa_device::list_hardware(&mut tx, account, after.as_deref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(MfaDevice::serial_key(&last.serial_number));
        for token in &page {
            let serial_number = &token.serial_number;
            match token.owner() {
                None => writeln!(out, "{serial_number} nobody's")?,
                Some(AccessKeyOwner::Root) => writeln!(out, "{serial_number} the root user's")?,
                Some(AccessKeyOwner::User(id)) => {
                    let user = user::get(&mut tx, account, id).await?;
                    writeln!(out, "{serial_number} user {}", user.name)?;
                }
            }
        }
    }
}

/// Tokens read at a time.
const PAGE: u32 = 500;

async fn remove(flags: Remove) -> Result<(), Failure> {
    let storage = Storage::for_place(&flags.place)?;
    let (store, _) = open::store(&storage).await?;
    let account = account(&mut store.read(), flags.account).await?;
    let now = Clock::default().now();
    remove_tokens(&store, account, &flags.serial_numbers, &operator::current(), now).await?;
    let tokens = flags.serial_numbers.len();
    Ok(writeln!(std::io::stdout(), "tokens removed from account {account}: {tokens}")?)
}

/// The account that was named, or the management account.
async fn account(tx: &mut Transaction, named: Option<AccountId>) -> Result<AccountId, Failure> {
    match named {
        Some(account) => Ok(account),
        None => Ok(setting::management_account(tx)
            .await?
            .ok_or("the store has no account yet; start the plane first")?),
    }
}
