use std::collections::BTreeMap;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::SealError;

/// The longest plaintext that can be sealed, in bytes: far above the 65,536 of a secret value.
pub const MAX_PLAINTEXT: usize = 1 << 20;

/// The first byte of everything sealed.
const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 4;
const TAG_LEN: usize = 16;
/// Everything but the ciphertext proper.
const OVERHEAD: usize = 1 + KEY_ID_LEN + NONCE_LEN + TAG_LEN;

/// The data keys of one purpose.
pub(super) struct KeyRing {
    purpose: &'static str,
    active: u32,
    keys: BTreeMap<u32, RandomizedNonceKey>,
}

impl KeyRing {
    /// `keys` are all keys of the purpose, `active` the one that seals.
    pub(super) fn new(purpose: &'static str, active: u32, keys: BTreeMap<u32, RandomizedNonceKey>) -> Self {
        Self { purpose, active, keys }
    }

    /// The number of the key that seals.
    pub(super) fn active(&self) -> u32 {
        self.active
    }

    /// Seals `plaintext` for what `context` names.
    pub(super) fn seal(&self, context: &[&[u8]], plaintext: &[u8]) -> Result<Vec<u8>, SealError> {
        if plaintext.len() > MAX_PLAINTEXT {
            return Err(SealError::TooLong);
        }
        let key = self.keys.get(&self.active).ok_or(SealError::UnknownKey(self.active))?;
        // Room for the tag, so that no plaintext stays behind in a buffer that had to grow.
        let mut body = Zeroizing::new(Vec::with_capacity(plaintext.len() + TAG_LEN));
        body.extend_from_slice(plaintext);
        let aad = associated_data(self.purpose, self.active, context);
        let nonce =
            key.seal_in_place_append_tag(Aad::from(aad), &mut *body).map_err(|_| SealError::Cipher)?;
        let mut sealed = Vec::with_capacity(OVERHEAD + plaintext.len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.active.to_be_bytes());
        sealed.extend_from_slice(nonce.as_ref());
        sealed.extend_from_slice(&body);
        Ok(sealed)
    }

    /// Opens what was sealed for the same context, and is no longer than `limit` bytes of plaintext.
    pub(super) fn open(
        &self,
        context: &[&[u8]],
        sealed: &[u8],
        limit: usize,
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        // The length is judged first: nothing is allocated or computed for what cannot be ours.
        if sealed.len() > OVERHEAD.saturating_add(limit) {
            return Err(SealError::Malformed);
        }
        let (key_id, nonce, body) = split(sealed).ok_or(SealError::Malformed)?;
        let key = self.keys.get(&key_id).ok_or(SealError::UnknownKey(key_id))?;
        let mut body = Zeroizing::new(body.to_vec());
        let aad = associated_data(self.purpose, key_id, context);
        let length = key
            .open_in_place(Nonce::from(&nonce), Aad::from(aad), &mut body)
            .map_err(|_| SealError::Rejected)?
            .len();
        body.truncate(length);
        Ok(body)
    }
}

/// The number of the data key that sealed, in what a ring sealed.
pub(super) fn key_id(sealed: &[u8]) -> Option<u32> {
    split(sealed).map(|(key_id, ..)| key_id)
}

fn split(sealed: &[u8]) -> Option<(u32, [u8; NONCE_LEN], &[u8])> {
    let (version, rest) = sealed.split_first()?;
    let (key_id, rest) = rest.split_first_chunk::<KEY_ID_LEN>()?;
    let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>()?;
    (*version == VERSION && body.len() >= TAG_LEN).then_some((u32::from_be_bytes(*key_id), *nonce, body))
}

/// What the tag covers besides the ciphertext. Every part is preceded by its length, so that no two contexts come to the
/// same bytes.
fn associated_data(purpose: &str, key_id: u32, context: &[&[u8]]) -> Vec<u8> {
    let mut data = vec![VERSION];
    data.extend_from_slice(&key_id.to_be_bytes());
    for part in std::iter::once(purpose.as_bytes()).chain(context.iter().copied()) {
        data.extend_from_slice(&(part.len() as u64).to_be_bytes());
        data.extend_from_slice(part);
    }
    data
}

/// A key for the ring from its 32 bytes.
pub(super) fn key(bytes: &[u8]) -> Result<RandomizedNonceKey, SealError> {
    RandomizedNonceKey::new(&AES_256_GCM, bytes).map_err(|_| SealError::Cipher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(purpose: &'static str, byte: u8) -> KeyRing {
        KeyRing::new(purpose, 7, BTreeMap::from([(7, key(&[byte; 32]).unwrap())]))
    }

    proptest! {
        #[test]
        fn opens_what_it_sealed(plaintext: Vec<u8>, a: Vec<u8>, b: Vec<u8>) {
            let ring = ring("record", 1);
            let sealed = ring.seal(&[&a, &b], &plaintext).unwrap();
            prop_assert_eq!(sealed.len(), plaintext.len() + OVERHEAD);
            prop_assert_eq!(&*ring.open(&[&a, &b], &sealed, plaintext.len()).unwrap(), &plaintext);
            let joined = [a.clone(), b.clone()].concat();
            prop_assert_eq!(ring.open(&[&joined], &sealed, plaintext.len()), Err(SealError::Rejected));
        }

        #[test]
        fn any_changed_bit_is_noticed(plaintext: Vec<u8>, at: prop::sample::Index, bit in 0..8u8) {
            let ring = ring("record", 1);
            let mut sealed = ring.seal(&[b"x"], &plaintext).unwrap();
            let at = at.index(sealed.len());
            sealed[at] ^= 1 << bit;
            prop_assert!(ring.open(&[b"x"], &sealed, MAX_PLAINTEXT).is_err());
        }

        #[test]
        fn any_bytes_are_survived(sealed: Vec<u8>) {
            prop_assert!(ring("record", 1).open(&[b"x"], &sealed, MAX_PLAINTEXT).is_err());
        }
    }

    #[test]
    fn purposes_and_keys_do_not_open_each_other() {
        let sealed = ring("record", 1).seal(&[], b"secret").unwrap();
        assert_eq!(ring("session", 1).open(&[], &sealed, 99), Err(SealError::Rejected));
        assert_eq!(ring("record", 2).open(&[], &sealed, 99), Err(SealError::Rejected));
        let other = KeyRing::new("record", 8, BTreeMap::from([(8, key(&[1; 32]).unwrap())]));
        assert_eq!(other.open(&[], &sealed, 99), Err(SealError::UnknownKey(7)));
    }

    #[test]
    fn lengths_are_judged_first() {
        let ring = ring("record", 1);
        let sealed = ring.seal(&[], b"secret").unwrap();
        assert_eq!(ring.open(&[], &sealed, 5), Err(SealError::Malformed));
        assert_eq!(ring.open(&[], &sealed[..OVERHEAD - 1], 99), Err(SealError::Malformed));
        assert_eq!(ring.seal(&[], &vec![0; MAX_PLAINTEXT + 1]), Err(SealError::TooLong));
    }

    #[test]
    fn the_same_plaintext_never_seals_to_the_same_bytes() {
        let ring = ring("record", 1);
        assert_ne!(ring.seal(&[], b"x").unwrap(), ring.seal(&[], b"x").unwrap());
    }
}
