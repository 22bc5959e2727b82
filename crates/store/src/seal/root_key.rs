use std::{
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey},
    digest, rand,
};
use rustix::fs::OFlags;
use zeroize::Zeroizing;

use super::{RootKeyError, SealError, data_key};
use crate::Store;

/// The key that wraps the store's data keys: 32 random bytes.
pub struct RootKey {
    key: RandomizedNonceKey,
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

    /// The root key in that file; on a store that has no data keys yet, made if there is no such file. Refuses to make
    /// one for a store that is already sealed: it would open nothing.
    pub async fn for_store(store: &Store, path: &Path) -> Result<Self, RootKeyError> {
        match Self::load(path) {
            Err(RootKeyError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
            loaded => return loaded,
        }
        if data_key::exist(&mut store.read()).await? {
            return Err(RootKeyError::Missing(path.to_owned()));
        }
        create(path)?;
        // Read back, so that what another process made at the same time is used by both.
        Self::load(path)
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

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let key = RandomizedNonceKey::new(&AES_256_GCM, bytes).ok()?;
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"portcullis root key id\0");
        context.update(bytes);
        let id = *context.finish().as_ref().first_chunk()?;
        Some(Self { key, id })
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

/// Makes the file whole or not at all: the key is written and synced under another name, and then linked to its own,
/// which fails if something has that name by now. Losing that race is no error.
fn create(path: &Path) -> Result<(), RootKeyError> {
    let io_error = |source| RootKeyError::Io { path: path.to_owned(), source };
    let draft = draft_path(path)?;
    let bytes = random_key()?;
    let linked = write_new(&draft, &*bytes).and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(io_error(error)),
        _ => removed.map_err(io_error)?,
    }
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(directory).and_then(|directory| directory.sync_all()).map_err(io_error)
}

fn draft_path(path: &Path) -> Result<PathBuf, RootKeyError> {
    let mut suffix = [0; 8];
    rand::fill(&mut suffix).map_err(|_| RootKeyError::Random)?;
    let mut draft = path.as_os_str().to_owned();
    draft.push(format!(".{:016x}", u64::from_ne_bytes(suffix)));
    Ok(draft.into())
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
        create(&path).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        create(&path).unwrap();
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
