//! The encrypted stream: bytes in, bytes out, whatever they mean.
//!
//! ```text
//! header  magic, 16 bytes: "portcullis-bkup\n"
//!         format version, 1 byte: 1
//!         key, 1 byte: 1 derived from the root key, 2 derived from a passphrase
//!         root key id, 8 bytes
//!         iterations, 4 bytes: of PBKDF2 for a passphrase, else 0
//!         salt, 32 random bytes
//! chunks  final mark, 1 byte: 0, or 1 for the last one; length of the body, 4 bytes; body: ciphertext and tag
//! ```
//!
//! Numbers are big-endian. The key is used for this one stream, as the salt is never the same: HKDF-SHA256 of the root
//! key, or PBKDF2-HMAC-SHA256 of the passphrase. Chunks are sealed with AES-256-GCM; the nonce is the chunk's number,
//! and the tag also covers the header, the number and the final mark. So a chunk that is changed, moved, repeated or
//! taken from another backup does not open, and a stream without its last chunk is known to be cut off.

use std::{
    io::{self, Read, Write},
    num::NonZeroU32,
};

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    pbkdf2, rand,
};
use zeroize::Zeroizing;

use super::{BackupError, Secret};
use crate::{RootKey, SealError};

const MAGIC: &[u8; 16] = b"portcullis-bkup\n";
const VERSION: u8 = 1;
const SALT_LEN: usize = 32;
const ROOT_ID_LEN: usize = 8;
const HEADER_LEN: usize = MAGIC.len() + 2 + ROOT_ID_LEN + 4 + SALT_LEN;
/// Plaintext bytes of every chunk but the last, which has no more.
const CHUNK: usize = 64 * 1024;
const TAG_LEN: usize = 16;
const KEY_LEN: usize = 32;
/// Rounds of PBKDF2-HMAC-SHA256, above the 600,000 that OWASP asks for.
const ITERATIONS: u32 = 1_000_000;
/// What a header may ask for: more would let a made-up file keep a reader busy for minutes.
const MAX_ITERATIONS: u32 = 20_000_000;

const BY_ROOT_KEY: u8 = 1;
const BY_PASSPHRASE: u8 = 2;

/// What stands before the chunks.
struct Header {
    by: u8,
    root_key_id: [u8; ROOT_ID_LEN],
    iterations: u32,
    salt: [u8; SALT_LEN],
}

impl Header {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(&[VERSION, self.by]);
        bytes.extend_from_slice(&self.root_key_id);
        bytes.extend_from_slice(&self.iterations.to_be_bytes());
        bytes.extend_from_slice(&self.salt);
        bytes
    }

    fn read(from: &mut impl Read) -> Result<Self, BackupError> {
        let mut bytes = [0; HEADER_LEN];
        from.read_exact(&mut bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BackupError::NotABackup,
            _ => BackupError::Io(error),
        })?;
        let rest = bytes.strip_prefix(MAGIC).ok_or(BackupError::NotABackup)?;
        let (&[version, by], rest) = rest.split_first_chunk().ok_or(BackupError::NotABackup)?;
        let (root_key_id, rest) = rest.split_first_chunk().ok_or(BackupError::NotABackup)?;
        let (iterations, rest) = rest.split_first_chunk().ok_or(BackupError::NotABackup)?;
        let salt = rest.first_chunk().ok_or(BackupError::NotABackup)?;
        if version != VERSION {
            return Err(BackupError::Version(version));
        }
        let iterations = u32::from_be_bytes(*iterations);
        Ok(Self { by, root_key_id: *root_key_id, iterations, salt: *salt })
    }

    fn cipher(&self, secret: &Secret<'_>) -> Result<Cipher, BackupError> {
        let mut key = Zeroizing::new([0; KEY_LEN]);
        match (self.by, secret) {
            (BY_ROOT_KEY, Secret::RootKey(root)) => {
                if root.id() != self.root_key_id {
                    return Err(BackupError::WrongRootKey {
                        wanted: RootKey::name_of(self.root_key_id),
                        found: root.name(),
                    });
                }
                root.derive(&[b"portcullis backup", &self.salt], &mut key)?;
            }
            (BY_PASSPHRASE, Secret::Passphrase(passphrase)) => {
                let iterations = NonZeroU32::new(self.iterations)
                    .filter(|iterations| iterations.get() <= MAX_ITERATIONS)
                    .ok_or(BackupError::NotABackup)?;
                let passphrase = passphrase.as_bytes();
                pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, iterations, &self.salt, passphrase, &mut *key);
            }
            (BY_ROOT_KEY, Secret::Passphrase(_)) => return Err(BackupError::PassphraseNotNeeded),
            (BY_PASSPHRASE, Secret::RootKey(_)) => return Err(BackupError::PassphraseNeeded),
            _ => return Err(BackupError::NotABackup),
        }
        let key = UnboundKey::new(&AES_256_GCM, &*key).map_err(|_| SealError::Cipher)?;
        Ok(Cipher { key: LessSafeKey::new(key), header: self.bytes(), number: 0 })
    }
}

/// Seals or opens one chunk after the other.
struct Cipher {
    key: LessSafeKey,
    header: Vec<u8>,
    /// Of the next chunk.
    number: u64,
}

impl Cipher {
    /// The nonce and associated data of the next chunk.
    fn next(&mut self, last: bool) -> (Nonce, Aad<Vec<u8>>) {
        let mut nonce = [0; NONCE_LEN];
        if let Some(low) = nonce.last_chunk_mut() {
            *low = self.number.to_be_bytes();
        }
        let mut data = self.header.clone();
        data.extend_from_slice(&self.number.to_be_bytes());
        data.push(u8::from(last));
        self.number += 1;
        (Nonce::assume_unique_for_key(nonce), Aad::from(data))
    }
}

/// Writes the stream. Without [`SealingWriter::finish`] it is cut off.
pub(super) struct SealingWriter<W> {
    out: W,
    cipher: Cipher,
    pending: Zeroizing<Vec<u8>>,
}

impl<W: Write> SealingWriter<W> {
    pub(super) fn begin(mut out: W, secret: &Secret<'_>, root_key: &RootKey) -> Result<Self, BackupError> {
        let mut salt = [0; SALT_LEN];
        rand::fill(&mut salt).map_err(|_| SealError::Cipher)?;
        let (by, iterations) = match secret {
            Secret::RootKey(_) => (BY_ROOT_KEY, 0),
            Secret::Passphrase(_) => (BY_PASSPHRASE, ITERATIONS),
        };
        let cipher = Header { by, root_key_id: root_key.id(), iterations, salt }.cipher(secret)?;
        out.write_all(&cipher.header)?;
        Ok(Self { out, cipher, pending: Zeroizing::new(Vec::with_capacity(CHUNK + TAG_LEN)) })
    }

    /// Writes the last chunk.
    pub(super) fn finish(mut self) -> Result<W, BackupError> {
        self.seal(true)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn seal(&mut self, last: bool) -> Result<(), BackupError> {
        let (nonce, data) = self.cipher.next(last);
        self.cipher
            .key
            .seal_in_place_append_tag(nonce, data, &mut *self.pending)
            .map_err(|_| SealError::Cipher)?;
        let length = u32::try_from(self.pending.len()).map_err(|_| SealError::TooLong)?;
        self.out.write_all(&[u8::from(last)])?;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&self.pending)?;
        self.pending.clear();
        Ok(())
    }
}

impl<W: Write> Write for SealingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pending.len() == CHUNK {
            self.seal(false)?;
        }
        let room = CHUNK.saturating_sub(self.pending.len());
        let taken = bytes.get(..room).unwrap_or(bytes);
        self.pending.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Reads the stream; gives nothing of a chunk that does not open.
pub(super) struct OpeningReader<R> {
    from: R,
    cipher: Cipher,
    chunk: Zeroizing<Vec<u8>>,
    /// How much of the chunk has been handed out.
    taken: usize,
    last: bool,
}

impl<R: Read> OpeningReader<R> {
    /// Reads the header and opens the first chunk, so that a wrong key is noticed before anything else is done.
    pub(super) fn begin(mut from: R, secret: &Secret<'_>) -> Result<Self, BackupError> {
        let cipher = Header::read(&mut from)?.cipher(secret)?;
        let mut reader = Self { from, cipher, chunk: Zeroizing::default(), taken: 0, last: false };
        reader.open()?;
        Ok(reader)
    }

    /// Makes sure that all has been read, and that nothing follows.
    pub(super) fn finish(mut self) -> Result<(), BackupError> {
        if self.read(&mut [0])? != 0 {
            return Err(BackupError::Content("something follows its end"));
        }
        if self.from.read(&mut [0])? != 0 {
            return Err(BackupError::Altered);
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), BackupError> {
        let mut frame = [0; 5];
        self.from.read_exact(&mut frame)?;
        let [mark, length @ ..] = frame;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(|_| BackupError::Altered)?;
        if mark > 1 || !(TAG_LEN..=CHUNK + TAG_LEN).contains(&length) {
            return Err(BackupError::Altered);
        }
        let mut body = Zeroizing::new(vec![0; length]);
        self.from.read_exact(&mut body)?;
        self.last = mark == 1;
        let (nonce, data) = self.cipher.next(self.last);
        let opened = self.cipher.key.open_in_place(nonce, data, &mut body);
        let length = opened.map_err(|_| BackupError::Altered)?.len();
        body.truncate(length);
        self.chunk = body;
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for OpeningReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.chunk.len() && !self.last {
            self.open()?;
        }
        let mut left = self.chunk.get(self.taken..).unwrap_or_default();
        let read = left.read(out)?;
        self.taken += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sealed(root: &RootKey, pieces: &[Vec<u8>]) -> Vec<u8> {
        let mut writer = SealingWriter::begin(Vec::new(), &Secret::RootKey(root), root).unwrap();
        for piece in pieces {
            writer.write_all(piece).unwrap();
        }
        writer.finish().unwrap()
    }

    fn opened(secret: &Secret<'_>, sealed: &[u8]) -> Result<Vec<u8>, BackupError> {
        let mut reader = OpeningReader::begin(sealed, secret)?;
        let mut plain = Vec::new();
        reader.read_to_end(&mut plain)?;
        reader.finish()?;
        Ok(plain)
    }

    /// The chunks of a stream, frames included, behind its header.
    fn chunks(sealed: &[u8]) -> Vec<Vec<u8>> {
        let mut rest = &sealed[HEADER_LEN..];
        let mut chunks = Vec::new();
        while !rest.is_empty() {
            let length = usize::try_from(u32::from_be_bytes(*rest[1..].first_chunk().unwrap())).unwrap();
            let (chunk, behind) = rest.split_at(5 + length);
            chunks.push(chunk.to_vec());
            rest = behind;
        }
        chunks
    }

    fn three_chunks(root: &RootKey) -> Vec<u8> {
        sealed(root, &[vec![1; CHUNK], vec![2; CHUNK], vec![3; 9]])
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn what_is_written_is_read(sizes in prop::collection::vec(0..CHUNK * 3 / 2, 0..4), byte: u8) {
            let root = RootKey::generate().unwrap();
            let pieces: Vec<Vec<u8>> = sizes.iter().map(|size| vec![byte; *size]).collect();
            let plain = opened(&Secret::RootKey(&root), &sealed(&root, &pieces)).unwrap();
            prop_assert_eq!(plain, pieces.concat());
        }

        #[test]
        fn any_changed_bit_is_noticed(at: prop::sample::Index, bit in 0..8u8) {
            let root = RootKey::generate().unwrap();
            let mut bytes = sealed(&root, &[b"content".to_vec()]);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(opened(&Secret::RootKey(&root), &bytes).is_err());
        }

        #[test]
        fn any_shorter_stream_is_cut_off(at: prop::sample::Index) {
            let root = RootKey::generate().unwrap();
            let bytes = sealed(&root, &[b"content".to_vec()]);
            let shorter = &bytes[..at.index(bytes.len())];
            let error = opened(&Secret::RootKey(&root), shorter).unwrap_err();
            prop_assert!(matches!(error, BackupError::Truncated | BackupError::NotABackup), "{error:?}");
        }

        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, framed: bool) {
            let root = RootKey::generate().unwrap();
            let bytes = if framed {
                [&sealed(&root, &[])[..HEADER_LEN], &bytes].concat()
            } else {
                bytes
            };
            prop_assert!(opened(&Secret::RootKey(&root), &bytes).is_err());
        }
    }

    #[test]
    fn chunks_stay_where_they_are() {
        let root = RootKey::generate().unwrap();
        let secret = Secret::RootKey(&root);
        let whole = three_chunks(&root);
        let (header, chunks) = (&whole[..HEADER_LEN], chunks(&whole));
        assert_eq!(chunks.len(), 3);
        let of = |order: &[usize]| {
            let chosen: Vec<Vec<u8>> = order.iter().map(|index| chunks[*index].clone()).collect();
            opened(&secret, &[header, &chosen.concat()].concat())
        };
        assert!(of(&[0, 1, 2]).is_ok());
        for order in [[1, 0, 2], [0, 0, 2], [0, 2, 1], [2, 1, 0]] {
            assert!(matches!(of(&order), Err(BackupError::Altered)), "{order:?}");
        }
        assert!(matches!(of(&[0, 2]), Err(BackupError::Altered)), "a chunk left out");
        assert!(matches!(of(&[0, 1]), Err(BackupError::Truncated)), "the last chunk left out");
        assert!(matches!(of(&[0, 1, 2, 2]), Err(BackupError::Altered)), "a chunk too many");
        let mut marked = chunks[0].clone();
        marked[0] = 1;
        let marked = opened(&secret, &[header, &marked].concat());
        assert!(matches!(marked, Err(BackupError::Altered)), "the mark of the last chunk moved");
        let other = three_chunks(&root);
        let mixed = [header, &other[HEADER_LEN..]].concat();
        assert!(matches!(opened(&secret, &mixed), Err(BackupError::Altered)), "chunks of another stream");
    }

    #[test]
    fn only_its_own_key_opens() {
        let (root, other) = (RootKey::generate().unwrap(), RootKey::generate().unwrap());
        let by_root = sealed(&root, &[]);
        let error = opened(&Secret::RootKey(&other), &by_root).unwrap_err();
        assert!(matches!(error, BackupError::WrongRootKey { .. }), "{error:?}");
        let passphrase = Secret::passphrase("correct horse battery staple").unwrap();
        let by_passphrase = SealingWriter::begin(Vec::new(), &passphrase, &root).unwrap().finish().unwrap();
        assert_eq!(opened(&passphrase, &by_passphrase).unwrap(), b"");
        let wrong = Secret::passphrase("correct horse battery stable").unwrap();
        assert!(matches!(opened(&wrong, &by_passphrase), Err(BackupError::Altered)));
        let error = opened(&Secret::RootKey(&root), &by_passphrase).unwrap_err();
        assert!(matches!(error, BackupError::PassphraseNeeded), "{error:?}");
        let error = opened(&passphrase, &by_root).unwrap_err();
        assert!(matches!(error, BackupError::PassphraseNotNeeded), "{error:?}");
    }
}
