//! MFA devices, the seeds of those that show codes sealed.

use domain::{AccessKeyOwner, AccountId, MfaDevice, UniqueId};
use zeroize::Zeroizing;

use crate::{EncryptionContext, Row, Sealer, StoreError, Transaction, document, page, seal::SealedKind};

/// Stores a new device, with its seed if it shows codes. [`StoreError::Unique`] when the serial number is taken in the
/// account.
pub async fn insert(
    tx: &mut Transaction,
    sealer: &Sealer,
    device: &MfaDevice,
    seed: Option<&[u8]>,
) -> Result<(), StoreError> {
    let seal = |seed| sealer.seal(context(device.account_id, &device.id), seed);
    let seed = seed.map(seal).transpose()?;
    tx.execute(
        INSERT,
        &[
            (":account_id", &device.account_id),
            (":device_id", &device.id),
            (":serial_key", &MfaDevice::serial_key(&device.serial_number)),
            (":kind", &device.kind.as_str()),
            (":owner_id", &device.owner()),
            (":seed", &seed),
            (":doc_version", &document::VERSION),
            (":doc", &document::write(device)?),
        ],
    )
    .await?;
    Ok(())
}

/// The device of that serial number, in whatever case.
pub async fn find(
    tx: &mut Transaction,
    account: AccountId,
    serial_number: &str,
) -> Result<Option<MfaDevice>, StoreError> {
    row(tx, account, serial_number).await?.as_ref().map(document::read).transpose()
}

/// The device of that serial number with its seed, if it has one: to verify codes with, never to be shown again.
pub async fn find_with_seed(
    tx: &mut Transaction,
    sealer: &Sealer,
    account: AccountId,
    serial_number: &str,
) -> Result<Option<(MfaDevice, Option<Zeroizing<Vec<u8>>>)>, StoreError> {
    let unseal = |row: Row| {
        let device: MfaDevice = document::read(&row)?;
        let seed = row.optional_bytes("seed")?;
        let seed = seed.map(|seed| sealer.unseal(context(account, &device.id), seed)).transpose()?;
        Ok((device, seed))
    };
    row(tx, account, serial_number).await?.map(unseal).transpose()
}

async fn row(
    tx: &mut Transaction,
    account: AccountId,
    serial_number: &str,
) -> Result<Option<Row>, StoreError> {
    let key = MfaDevice::serial_key(serial_number);
    tx.find(FIND, &[(":account_id", &account), (":serial_key", &key)]).await
}

/// Up to `limit` devices of the owner, by serial key, from behind the key `after`.
pub async fn list(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<MfaDevice>, StoreError> {
    let after = page::begin(after);
    let rows = tx
        .query(
            LIST,
            &[(":account_id", &account), (":owner_id", owner), (":after", &after), (":limit", &limit)],
        )
        .await?;
    document::read_all(&rows)
}

/// Up to `limit` virtual devices, by serial key, from behind the key `after`: those that are somebody's, those that are
/// nobody's, or all.
pub async fn list_virtual(
    tx: &mut Transaction,
    account: AccountId,
    assigned: Option<bool>,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<MfaDevice>, StoreError> {
    let sql = match assigned {
        None => LIST_VIRTUAL,
        Some(true) => LIST_ASSIGNED,
        Some(false) => LIST_UNASSIGNED,
    };
    let after = page::begin(after);
    let parameters = [(":account_id", &account as _), (":after", &after as _), (":limit", &limit as _)];
    document::read_all(&tx.query(sql, &parameters).await?)
}

/// The hardware device of that serial number, in whatever case and account: none is in two accounts.
pub async fn find_hardware(
    tx: &mut Transaction,
    serial_number: &str,
) -> Result<Option<MfaDevice>, StoreError> {
    let key = MfaDevice::serial_key(serial_number);
    tx.find(FIND_HARDWARE, &[(":serial_key", &key)]).await?.as_ref().map(document::read).transpose()
}

/// Up to `limit` hardware devices, whether they are somebody's or not, by serial key, from behind the key `after`.
pub async fn list_hardware(
    tx: &mut Transaction,
    account: AccountId,
    after: Option<&str>,
    limit: u32,
) -> Result<Vec<MfaDevice>, StoreError> {
    let after = page::begin(after);
    let parameters = [(":account_id", &account as _), (":after", &after as _), (":limit", &limit as _)];
    document::read_all(&tx.query(LIST_HARDWARE, &parameters).await?)
}

/// How many devices the owner has.
pub async fn count(
    tx: &mut Transaction,
    account: AccountId,
    owner: &AccessKeyOwner,
) -> Result<u64, StoreError> {
    let row = tx.find(COUNT, &[(":account_id", &account), (":owner_id", owner)]).await?;
    row.map_or(Ok(0), |row| row.count("n"))
}

/// How many virtual devices the account has, and how many devices of any kind.
pub async fn count_all(tx: &mut Transaction, account: AccountId) -> Result<DeviceCounts, StoreError> {
    let row = tx.find(COUNT_ALL, &[(":account_id", &account)]).await?;
    let Some(row) = row else { return Ok(DeviceCounts::default()) };
    Ok(DeviceCounts {
        all: row.count("n")?,
        of_virtual: row.count("of_virtual")?,
        assigned: row.count("assigned")?,
    })
}

/// How many devices an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeviceCounts {
    /// Of any kind.
    pub all: u64,
    /// Virtual ones.
    pub of_virtual: u64,
    /// Those that are somebody's.
    pub assigned: u64,
}

/// Stores the device anew; serial number, kind and seed stay as they are.
pub async fn update(tx: &mut Transaction, device: &MfaDevice) -> Result<(), StoreError> {
    let updated = tx
        .execute(
            UPDATE,
            &[
                (":account_id", &device.account_id),
                (":device_id", &device.id),
                (":owner_id", &device.owner()),
                (":doc_version", &document::VERSION),
                (":doc", &document::write(device)?),
            ],
        )
        .await?;
    if updated == 0 { Err(StoreError::NotFound { kind: "MFA device" }) } else { Ok(()) }
}

/// Deletes the device with its seed; says whether there was one.
pub async fn delete(tx: &mut Transaction, account: AccountId, id: &UniqueId) -> Result<bool, StoreError> {
    Ok(tx.execute(DELETE, &[(":account_id", &account), (":device_id", id)]).await? > 0)
}

fn context(account_id: AccountId, id: &UniqueId) -> EncryptionContext<'_> {
    EncryptionContext { account_id, kind: KIND, id: id.as_str() }
}

const KIND: &str = "mfa_device";

const INSERT: &str =
    "INSERT INTO mfa_device (account_id, device_id, serial_key, kind, owner_id, seed, doc_version, doc)
    VALUES (:account_id, :device_id, :serial_key, :kind, :owner_id, :seed, :doc_version, :doc)";
const FIND: &str = "SELECT seed, doc_version, doc FROM mfa_device
    WHERE account_id = :account_id AND serial_key = :serial_key";
const FIND_HARDWARE: &str = "SELECT doc_version, doc FROM mfa_device
    WHERE serial_key = :serial_key AND kind = 'hardware'";
const LIST_HARDWARE: &str = "SELECT doc_version, doc FROM mfa_device
    WHERE account_id = :account_id AND kind = 'hardware' AND serial_key > :after
    ORDER BY serial_key LIMIT :limit";
const LIST: &str = "SELECT doc_version, doc FROM mfa_device
    WHERE account_id = :account_id AND owner_id = :owner_id AND serial_key > :after
    ORDER BY serial_key LIMIT :limit";
const LIST_VIRTUAL: &str = "SELECT doc_version, doc FROM mfa_device
    WHERE account_id = :account_id AND kind = 'virtual' AND serial_key > :after
    ORDER BY serial_key LIMIT :limit";
const LIST_ASSIGNED: &str = "SELECT doc_version, doc FROM mfa_device
    WHERE account_id = :account_id AND kind = 'virtual' AND serial_key > :after AND owner_id IS NOT NULL
    ORDER BY serial_key LIMIT :limit";
const LIST_UNASSIGNED: &str = "SELECT doc_version, doc FROM mfa_device
    WHERE account_id = :account_id AND kind = 'virtual' AND serial_key > :after AND owner_id IS NULL
    ORDER BY serial_key LIMIT :limit";
const COUNT: &str =
    "SELECT COUNT(*) AS n FROM mfa_device WHERE account_id = :account_id AND owner_id = :owner_id";
const COUNT_ALL: &str = "SELECT COUNT(*) AS n, COUNT(CASE WHEN kind = 'virtual' THEN 1 END) AS of_virtual,
    COUNT(owner_id) AS assigned FROM mfa_device WHERE account_id = :account_id";
const UPDATE: &str = "UPDATE mfa_device SET owner_id = :owner_id, doc_version = :doc_version, doc = :doc
    WHERE account_id = :account_id AND device_id = :device_id";
const DELETE: &str = "DELETE FROM mfa_device WHERE account_id = :account_id AND device_id = :device_id";

/// The seeds, for what goes through all secrets.
pub(crate) const SEALED: SealedKind = SealedKind {
    kind: KIND,
    list: "SELECT account_id, device_id AS id, seed AS sealed FROM mfa_device
        WHERE (account_id, device_id) > (:account_id, :id) AND seed IS NOT NULL
        ORDER BY account_id, device_id LIMIT :limit",
    update: "UPDATE mfa_device SET seed = :new
        WHERE account_id = :account_id AND device_id = :id AND seed = :old",
    count: "SELECT COUNT(*) AS n FROM mfa_device WHERE substr(seed, 2, 4) = :key_id",
};

pub(crate) const SQL: &[&str] = &[
    INSERT,
    FIND,
    FIND_HARDWARE,
    LIST,
    LIST_HARDWARE,
    LIST_VIRTUAL,
    LIST_ASSIGNED,
    LIST_UNASSIGNED,
    COUNT,
    COUNT_ALL,
    UPDATE,
    DELETE,
];
