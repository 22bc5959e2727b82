//! An operator's hardware tokens, as the vendor's file lists them: read and checked whole, then written in one transaction.
//!
//! Each line is `SERIAL,SEED`, the seed in base32, in whatever case, padded or not. Empty lines, and those that begin with
//! `#`, mean nothing. Nothing of a line is ever repeated: a seed may stand where a serial number should.

use crate::{Deed, Operator};
use data_encoding::BASE32_NOPAD;
use domain::{AccountId, IdKind, MfaDevice, MfaDeviceKind, Random, TotpClock, UniqueId, WrongGuesses};
use jiff::Timestamp;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use store::{Retry, Sealer, Store, StoreError};
use zeroize::Zeroizing;

/// Tokens of one file: as many as one transaction may hold up others for.
const MOST: usize = 1000;
/// Characters of a serial number: as many as the API takes.
const SERIAL: std::ops::RangeInclusive<usize> = 9..=256;
/// Bytes of a seed: RFC 4226 wants 16 at least; more than a block of SHA-1 make it no better.
const SEED: std::ops::RangeInclusive<usize> = 16..=64;

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// A token that is somebody's cannot be removed.
    #[error("{0} is enabled: deactivate it first")]
    Assigned(String),
    /// The file has no tokens.
    #[error("the file has no tokens")]
    Empty,
    /// A line that is not as it should be.
    #[error("line {line}: {what}")]
    Line {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// There is no such account.
    #[error("there is no account {0}")]
    NoAccount(AccountId),
    /// The account has no such token.
    #[error("there is no hardware token {0}")]
    NoToken(String),
    /// The store cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file has too many tokens.
    #[error("there can be at most {MOST} tokens in one file")]
    TooMany,
}

/// Tokens of a file, checked.
pub struct TokenFile {
    tokens: Vec<Token>,
}

struct Token {
    line: usize,
    serial_number: String,
    seed: Zeroizing<Vec<u8>>,
}

impl TokenFile {
    /// Reads and checks a whole file.
    pub fn parse(text: &str) -> Result<Self, ProvisionError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (mut tokens, mut serials) = (Vec::<Token>::new(), BTreeSet::new());
        for (index, text) in text.lines().enumerate() {
            let (line, text) = (index + 1, text.trim());
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            if tokens.len() == MOST {
                return Err(ProvisionError::TooMany);
            }
            let fail = |what: &str| ProvisionError::Line { line, what: what.to_owned() };
            let (serial_number, seed) = parse(text).map_err(fail)?;
            if !serials.insert(MfaDevice::serial_key(&serial_number)) {
                return Err(fail("its serial number is in the file twice"));
            }
            if tokens.iter().any(|token| token.seed == seed) {
                return Err(fail("its seed is in the file twice"));
            }
            tokens.push(Token { line, serial_number, seed });
        }
        if tokens.is_empty() { Err(ProvisionError::Empty) } else { Ok(Self { tokens }) }
    }

    /// Writes all tokens or none, for users of that account to enable; gives their number.
    pub async fn provision(
        &self,
        store: &Store,
        sealer: &Sealer,
        account: AccountId,
        operator: &Operator,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<usize, ProvisionError> {
        let mut retry = Retry::new();
        loop {
            match self.attempt(store, sealer, account, operator, random, now).await {
                Err(ProvisionError::Store(error)) if error.is_conflict() && retry.again().await => {}
                done => return done.map(|()| self.tokens.len()),
            }
        }
    }

    async fn attempt(
        &self,
        store: &Store,
        sealer: &Sealer,
        account: AccountId,
        operator: &Operator,
        random: &dyn Random,
        now: Timestamp,
    ) -> Result<(), ProvisionError> {
        let mut tx = store.write().await?;
        if store::account::find(&mut tx, account).await?.is_none() {
            return Err(ProvisionError::NoAccount(account));
        }
        for token in &self.tokens {
            let serial_number = &token.serial_number;
            if let Some(there) = store::mfa_device::find_hardware(&mut tx, serial_number).await? {
                let what = format!("its serial number is in account {} already", there.account_id);
                return Err(ProvisionError::Line { line: token.line, what });
            }
            let device = MfaDevice {
                account_id: account,
                id: UniqueId::new(IdKind::MfaDevice, random),
                serial_number: serial_number.clone(),
                kind: MfaDeviceKind::Hardware,
                created_at: now,
                assignment: None,
                clock: TotpClock::default(),
                wrong_codes: WrongGuesses::default(),
                certifications: BTreeMap::new(),
                tags: Vec::new(),
            };
            store::mfa_device::insert(&mut tx, sealer, &device, Some(&token.seed)).await?;
        }
        let serials: Vec<&str> = self.tokens.iter().map(|token| &*token.serial_number).collect();
        let deed = Deed::new("ProvisionMFADevices", json!({ "serialNumbers": serials }));
        operator.record(&mut tx, account, deed, now).await?;
        Ok(tx.commit().await?)
    }
}

/// Removes tokens with their seeds, all of them or none: of the account, and nobody's.
pub async fn remove_tokens(
    store: &Store,
    account: AccountId,
    serial_numbers: &[String],
    operator: &Operator,
    now: Timestamp,
) -> Result<(), ProvisionError> {
    let mut retry = Retry::new();
    loop {
        match remove(store, account, serial_numbers, operator, now).await {
            Err(ProvisionError::Store(error)) if error.is_conflict() && retry.again().await => {}
            done => return done,
        }
    }
}

async fn remove(
    store: &Store,
    account: AccountId,
    serial_numbers: &[String],
    operator: &Operator,
    now: Timestamp,
) -> Result<(), ProvisionError> {
    let mut tx = store.write().await?;
    for serial_number in serial_numbers {
        let found = store::mfa_device::find(&mut tx, account, serial_number).await?;
        let token = found
            .filter(|device| device.kind == MfaDeviceKind::Hardware)
            .ok_or_else(|| ProvisionError::NoToken(serial_number.escape_debug().to_string()))?;
        if token.assignment.is_some() {
            return Err(ProvisionError::Assigned(token.serial_number));
        }
        store::mfa_device::delete(&mut tx, account, &token.id).await?;
    }
    let deed = Deed::new("RemoveMFADevices", json!({ "serialNumbers": serial_numbers }));
    operator.record(&mut tx, account, deed, now).await?;
    Ok(tx.commit().await?)
}

/// A line's serial number and seed.
fn parse(line: &str) -> Result<(String, Zeroizing<Vec<u8>>), &'static str> {
    let Some((serial, seed)) = line.split_once(',') else { return Err("it is not SERIAL,SEED") };
    let serial = serial.trim();
    let is_serial = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=/:.@-".contains(&byte);
    if !SERIAL.contains(&serial.len()) || !serial.bytes().all(is_serial) {
        return Err("a serial number has 9 to 256 characters: letters, digits and _+=/:.@-");
    }
    if serial.get(..4).is_some_and(|begin| begin.eq_ignore_ascii_case("arn:")) {
        return Err("ARNs are the serial numbers of other devices");
    }
    let base32 = Zeroizing::new(seed.trim().trim_end_matches('=').to_ascii_uppercase());
    let seed = BASE32_NOPAD.decode(base32.as_bytes()).map(Zeroizing::new);
    let seed = seed.map_err(|_| "its seed is not base32")?;
    if !SEED.contains(&seed.len()) {
        return Err("a seed has 16 to 64 bytes");
    }
    Ok((serial.to_owned(), seed))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    fn fault(text: &str) -> String {
        TokenFile::parse(text).err().map(|error| error.to_string()).unwrap()
    }

    #[test]
    fn a_vendors_file_is_read() {
        let padded = "mfrggzdfmztwq2lknnwg23tpobyq====";
        let text = format!("\u{feff}# serial,seed\r\n\r\nGAHT12345678,{SEED}\r\n gaht00000001 , {padded}\n");
        let file = TokenFile::parse(&text).unwrap();
        let read: Vec<_> =
            file.tokens.iter().map(|token| (token.line, &*token.serial_number, &**token.seed)).collect();
        let expected: [(usize, &str, &[u8]); 2] =
            [(3, "GAHT12345678", b"12345678901234567890"), (4, "gaht00000001", b"abcdefghijklmnopq")];
        assert_eq!(read, expected);
    }

    #[test]
    fn what_is_wrong_is_said_and_nothing_is_repeated() {
        let faults = [
            String::new(),
            "GAHT12345678".to_owned(),
            format!("GAHT1234,{SEED}"),
            format!("GAHT 12345678,{SEED}"),
            format!("GÄHT12345678,{SEED}"),
            format!("arn:aws:iam::123456789012:mfa/x,{SEED}"),
            "GAHT12345678,".to_owned(),
            format!("{SEED},GAHT12345678"),
            format!("GAHT12345678,{SEED},more"),
            "GAHT12345678,GEZDGNBVGY3TQOJQ".to_owned(),
            format!("GAHT12345678,{}", "A".repeat(112)),
            format!("GAHT12345678,{SEED}\ngaht12345678,MFRGGZDFMZTWQ2LKNNWG23TPOBYQ"),
            format!("GAHT12345678,{SEED}\nGAHT12345679,{}", SEED.to_lowercase()),
        ];
        insta::assert_snapshot!(faults.map(|text| fault(&text)).join("\n"), @"
        the file has no tokens
        line 1: it is not SERIAL,SEED
        line 1: a serial number has 9 to 256 characters: letters, digits and _+=/:.@-
        line 1: a serial number has 9 to 256 characters: letters, digits and _+=/:.@-
        line 1: a serial number has 9 to 256 characters: letters, digits and _+=/:.@-
        line 1: ARNs are the serial numbers of other devices
        line 1: a seed has 16 to 64 bytes
        line 1: its seed is not base32
        line 1: its seed is not base32
        line 1: a seed has 16 to 64 bytes
        line 1: a seed has 16 to 64 bytes
        line 2: its serial number is in the file twice
        line 2: its seed is in the file twice
        ");
        let many: Vec<String> =
            (0..=MOST).map(|number| format!("GAHT{number:08},{}", seed(number))).collect();
        TokenFile::parse(&many[..MOST].join("\n")).unwrap();
        assert_eq!(fault(&many.join("\n")), "there can be at most 1000 tokens in one file");
    }

    fn seed(number: usize) -> String {
        BASE32_NOPAD.encode(format!("{number:020}").as_bytes())
    }

    proptest! {
        #[test]
        fn no_fault_repeats_what_the_file_holds(secret in "[A-Z]{6,40}", before in "\\PC{0,12}", after in "\\PC{0,12}") {
            let text = format!("{before}{secret}{after}");
            if let Err(error) = TokenFile::parse(&text) {
                prop_assert!(!error.to_string().contains(&secret));
            }
        }
    }
}
