use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    digest, hkdf, rand,
};
use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::{RootKeyError, SealError, data_key};
use crate::Store;

/// The key that wraps the store's data keys: 32 random bytes.
pub struct RootKey {
    key: RandomizedNonceKey,
    bytes: Zeroizing<[u8; KEY_LEN]>,
    /// Tells root keys apart without telling anything about them.
    id: [u8; ID_LEN],
}

const KEY_LEN: usize = 32;
const ID_LEN: usize = 8;
const TAG_LEN: usize = 16;
/// The first byte of every wrapped key.
const VERSION: u8 = 1;

impl RootKey {
    /// A root key that lives and dies with this value: for a store in memory, and for tests.
    pub fn generate() -> Result<Self, RootKeyError> {
        Self::from_bytes(&*random_key()?).ok_or(RootKeyError::Random)
    }

    /// The root key that wraps the store's data keys: the one in that file, or the one beside it that a rotation under
    /// way is about to put there. Where neither does, the one in that file.
    pub async fn of_store(store: &Store, path: &Path) -> Result<Self, RootKeyError> {
        Ok(Self::choose(store, path).await?.0)
    }

    /// The same for a server: on a store that has no data keys yet the file is made if it is not there, and a rotation
    /// that was interrupted is finished. Refuses to make a root key for a store that is already sealed: it would open
    /// nothing.
    pub async fn for_store(store: &Store, path: &Path) -> Result<Self, RootKeyError> {
        match Self::choose(store, path).await {
            Ok((key, Place::Beside)) => {
                // Whoever rotates at this moment does it without help.
                match RotationLock::take(path).and_then(|lock| take_over(path, &key, &lock)) {
                    Ok(()) | Err(RootKeyError::Rotating(_)) => {}
                    Err(error) => {
                        tracing::warn!(%error, "the new root key opens the store, but cannot take its place");
                    }
                }
                Ok(key)
            }
            Ok((key, Place::File)) => Ok(key),
            Err(RootKeyError::NotYet(path)) => {
                create(&path, &*random_key()?)?;
                // Read back, so that what another process made at the same time is used by both.
                Self::load(&path)
            }
            Err(error) => Err(error),
        }
    }

    /// The root key of the store and where it is.
    pub(super) async fn choose(store: &Store, path: &Path) -> Result<(Self, Place), RootKeyError> {
        let mut attempts = 0;
        loop {
            let keys = data_key::list(&mut store.read()).await?;
            let fits = |key: &Self| keys.iter().all(|data_key| key.wrapped(&data_key.wrapped));
            let file = Self::find(path)?;
            if let Some(key) = file.filter(|key| fits(key)) {
                return Ok((key, Place::File));
            }
            if let Some(key) = Self::find(&beside(path))?.filter(|key| !keys.is_empty() && fits(key)) {
                return Ok((key, Place::Beside));
            }
            // A rotation may have gone on between one look and the next.
            attempts += 1;
            if attempts == 3 {
                return match Self::find(path)? {
                    Some(file) => Ok((file, Place::File)),
                    None if keys.is_empty() => Err(RootKeyError::NotYet(path.to_owned())),
                    None => Err(RootKeyError::Missing(path.to_owned())),
                };
            }
        }
    }

    /// The root key in that file, if there is such a file.
    fn find(path: &Path) -> Result<Option<Self>, RootKeyError> {
        match Self::load(path) {
            Err(RootKeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
            loaded => loaded.map(Some),
        }
    }

    /// The root key that is to be the next one of the file: made beside it, if it is not there yet.
    pub(super) fn next(path: &Path) -> Result<Self, RootKeyError> {
        let beside = beside(path);
        if let Some(key) = Self::find(&beside)? {
            return Ok(key);
        }
        create(&beside, &*random_key()?)?;
        Self::load(&beside)
    }

    /// The root key in that file, which must be a plain file of 32 bytes that belongs to this user and to nobody else.
    pub fn load(path: &Path) -> Result<Self, RootKeyError> {
        let io_error = |source| RootKeyError::Io { path: path.to_owned(), source };
        // NONBLOCK: opening a named pipe must not wait for its other end.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
        let mut file = file.map_err(|source| match source.raw_os_error() {
            Some(code) if code == rustix::io::Errno::LOOP.raw_os_error() => {
                RootKeyError::NotAFile(path.to_owned())
            }
            _ => io_error(source),
        })?;
        // Of the open file, so that nothing can be swapped in between.
        let metadata = file.metadata().map_err(io_error)?;
        if !metadata.is_file() {
            return Err(RootKeyError::NotAFile(path.to_owned()));
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(RootKeyError::Owner(path.to_owned()));
        }
        if metadata.mode() & 0o077 != 0 {
            return Err(RootKeyError::Permissions(path.to_owned()));
        }
        let mut bytes = Zeroizing::new([0; KEY_LEN]);
        let whole = metadata.len() == KEY_LEN as u64;
        if !whole {
            return Err(RootKeyError::Size(path.to_owned()));
        }
        file.read_exact(&mut *bytes).map_err(io_error)?;
        Self::from_bytes(&*bytes).ok_or_else(|| RootKeyError::Size(path.to_owned()))
    }

    /// Writes a root key to a file that must not be there, or hold the same one.
    pub(crate) fn install(path: &Path, bytes: &[u8; KEY_LEN]) -> Result<(), RootKeyError> {
        create(path, bytes)?;
        let wanted = Self::from_bytes(bytes).ok_or(RootKeyError::Random)?;
        if Self::load(path)?.id == wanted.id { Ok(()) } else { Err(RootKeyError::Other(path.to_owned())) }
    }

    /// Which root key it is: says nothing about the key itself.
    pub fn name(&self) -> String {
        Self::name_of(self.id)
    }

    /// The name of the root key with that id.
    pub(crate) fn name_of(id: [u8; ID_LEN]) -> String {
        id.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
    }

    pub(crate) fn id(&self) -> [u8; ID_LEN] {
        self.id
    }

    pub(crate) fn bytes(&self) -> &[u8; KEY_LEN] {
        &self.bytes
    }

    /// A key of its own for what `context` names.
    pub(crate) fn derive(&self, context: &[&[u8]], key: &mut [u8; KEY_LEN]) -> Result<(), SealError> {
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"portcullis root key").extract(&*self.bytes);
        let derived = root.expand(context, hkdf::HKDF_SHA256).and_then(|derived| derived.fill(key));
        derived.map_err(|_| SealError::Cipher)
    }

    /// Whether it wrapped that data key.
    pub(super) fn wrapped(&self, wrapped: &[u8]) -> bool {
        split(wrapped).is_some_and(|(root, ..)| root == self.id)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let secret = Zeroizing::new(*bytes.first_chunk()?);
        let key = RandomizedNonceKey::new(&AES_256_GCM, bytes).ok()?;
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"portcullis root key id\0");
        context.update(bytes);
        let id = *context.finish().as_ref().first_chunk()?;
        Some(Self { key, bytes: secret, id })
    }

    /// Wraps a data key: version, root key id, nonce, ciphertext, tag.
    pub(super) fn wrap(&self, key_id: u32, purpose: &str, key: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut body = Zeroizing::new(Vec::with_capacity(key.len() + TAG_LEN));
        body.extend_from_slice(key);
        let aad = Aad::from(associated_data(key_id, purpose));
        let nonce = self.key.seal_in_place_append_tag(aad, &mut *body).map_err(|_| SealError::Cipher)?;
        let mut wrapped = vec![VERSION];
        wrapped.extend_from_slice(&self.id);
        wrapped.extend_from_slice(nonce.as_ref());
        wrapped.extend_from_slice(&body);
        Ok(wrapped)
    }

    /// Unwraps a data key that this root key wrapped for the same number and purpose.
    pub(super) fn unwrap(
        &self,
        key_id: u32,
        purpose: &str,
        wrapped: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (root, nonce, body) = split(wrapped).ok_or(SealError::Malformed)?;
        if root != self.id {
            return Err(SealError::WrongRootKey(key_id));
        }
        let mut body = Zeroizing::new(body.to_vec());
        let aad = Aad::from(associated_data(key_id, purpose));
        let opened = self.key.open_in_place(Nonce::from(&nonce), aad, &mut body);
        let length = opened.map_err(|_| SealError::Rejected)?.len();
        body.truncate(length);
        Ok(body)
    }
}

impl fmt::Debug for RootKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RootKey(redacted)")
    }
}

fn split(wrapped: &[u8]) -> Option<([u8; ID_LEN], [u8; NONCE_LEN], &[u8])> {
    let (version, rest) = wrapped.split_first()?;
    let (root, rest) = rest.split_first_chunk()?;
    let (nonce, body) = rest.split_first_chunk()?;
    (*version == VERSION && body.len() == KEY_LEN + TAG_LEN).then_some((*root, *nonce, body))
}

fn associated_data(key_id: u32, purpose: &str) -> Vec<u8> {
    format!("portcullis data key {VERSION} {key_id} {purpose}").into_bytes()
}

pub(super) fn random_key() -> Result<Zeroizing<[u8; KEY_LEN]>, RootKeyError> {
    let mut bytes = Zeroizing::new([0; KEY_LEN]);
    rand::fill(&mut *bytes).map_err(|_| RootKeyError::Random)?;
    Ok(bytes)
}

/// Where a root key was found.
pub(super) enum Place {
    /// Beside its file, under the name of the next one.
    Beside,
    /// In its file.
    File,
}

/// Held by whoever exchanges the files of a root key, so that two rotations do not take each other's keys for their own.
/// The system frees it when the process ends, however it ends; the empty file stays.
pub(super) struct RotationLock {
    _file: File,
}

impl RotationLock {
    /// Takes the lock, or fails at once when another process or task has it.
    pub(super) fn take(path: &Path) -> Result<Self, RootKeyError> {
        let io_error = |source| RootKeyError::Io { path: path.to_owned(), source };
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).mode(0o600);
        let file = options.open(with_suffix(path, "lock")).map_err(io_error)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(RootKeyError::Rotating(path.to_owned())),
            Err(TryLockError::Error(error)) => Err(io_error(error)),
        }
    }
}

/// Puts the root key beside the file into its place, if it is there. The one that was in the file stays, under its own
/// name: backups that were made under it need it.
pub(super) fn take_over(path: &Path, new: &RootKey, _: &RotationLock) -> Result<(), RootKeyError> {
    let io_error = |source| RootKeyError::Io { path: path.to_owned(), source };
    if RootKey::find(&beside(path))?.is_none_or(|key| key.id != new.id) {
        return Ok(());
    }
    if let Some(old) = RootKey::find(path)? {
        match fs::hard_link(path, with_suffix(path, &old.name())) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(io_error(error)),
            _ => {}
        }
    }
    fs::rename(beside(path), path).map_err(io_error)?;
    sync_directory_of(path).map_err(io_error)
}

/// Where the next root key waits: `root.key.new`.
pub(super) fn beside(path: &Path) -> PathBuf {
    with_suffix(path, "new")
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(".");
    path.push(suffix);
    path.into()
}

/// Makes the file whole or not at all: the key is written and synced under another name, and then linked to its own,
/// which fails if something has that name by now. Losing that race is no error.
fn create(path: &Path, bytes: &[u8; KEY_LEN]) -> Result<(), RootKeyError> {
    let io_error = |source| RootKeyError::Io { path: path.to_owned(), source };
    let draft = draft_path(path)?;
    let linked = write_new(&draft, bytes).and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(io_error(error)),
        _ => removed.map_err(io_error)?,
    }
    sync_directory_of(path).map_err(io_error)
}

fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory)?.sync_all()
}

fn draft_path(path: &Path) -> Result<PathBuf, RootKeyError> {
    let mut suffix = [0; 8];
    rand::fill(&mut suffix).map_err(|_| RootKeyError::Random)?;
    Ok(with_suffix(path, &format!("draft-{:016x}", u64::from_ne_bytes(suffix))))
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    fn file(directory: &tempfile::TempDir, bytes: &[u8], mode: u32) -> PathBuf {
        let path = directory.path().join("root-key");
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path
    }

    #[test]
    fn only_a_private_plain_file_of_the_right_size_is_a_key() {
        let directory = tempfile::tempdir().unwrap();
        assert!(RootKey::load(&file(&directory, &[1; 32], 0o600)).is_ok());
        assert!(RootKey::load(&file(&directory, &[1; 32], 0o400)).is_ok());
        for mode in [0o640, 0o604, 0o620, 0o601] {
            let loaded = RootKey::load(&file(&directory, &[1; 32], mode));
            assert!(matches!(loaded, Err(RootKeyError::Permissions(_))), "{mode:o}");
        }
        for size in [0, 31, 33, 64] {
            let loaded = RootKey::load(&file(&directory, &vec![1; size], 0o600));
            assert!(matches!(loaded, Err(RootKeyError::Size(_))), "{size}");
        }
        let link = directory.path().join("link");
        symlink(file(&directory, &[1; 32], 0o600), &link).unwrap();
        assert!(matches!(RootKey::load(&link), Err(RootKeyError::NotAFile(_))));
        assert!(matches!(RootKey::load(directory.path()), Err(RootKeyError::NotAFile(_))));
    }

    #[test]
    fn a_new_key_file_is_private_and_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root-key");
        create(&path, &[1; KEY_LEN]).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        create(&path, &[2; KEY_LEN]).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "the draft is gone");
        assert!(RootKey::load(&path).is_ok());
    }

    #[test]
    fn wrapped_keys_are_bound_to_their_number_and_purpose() {
        let root = RootKey::generate().unwrap();
        let wrapped = root.wrap(1, "record", &[9; 32]).unwrap();
        assert_eq!(*root.unwrap(1, "record", &wrapped).unwrap(), [9; 32]);
        assert_eq!(root.unwrap(2, "record", &wrapped).unwrap_err(), SealError::Rejected);
        assert_eq!(root.unwrap(1, "session", &wrapped).unwrap_err(), SealError::Rejected);
        assert_eq!(root.unwrap(1, "record", &wrapped[1..]).unwrap_err(), SealError::Malformed);
        let other = RootKey::generate().unwrap();
        assert_eq!(other.unwrap(1, "record", &wrapped).unwrap_err(), SealError::WrongRootKey(1));
    }

    #[test]
    fn is_not_printed() {
        assert_eq!(format!("{:?}", RootKey::generate().unwrap()), "RootKey(redacted)");
    }
}
