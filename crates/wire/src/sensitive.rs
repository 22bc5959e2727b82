//! Values the model marks as sensitive.

use std::fmt;
use std::ops::Deref;

use subtle::ConstantTimeEq as _;
use zeroize::Zeroize;

use crate::{Blob, Decode, DecodeError, Encode, Node};

/// A secret: `Debug` shows nothing of it, equality takes the same time for all values of one length, and its memory is
/// wiped on drop.
#[derive(Clone, Default)]
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Marks a value as secret.
    pub fn new(value: T) -> Self {
        Self(value)
    }
}

impl<T: Zeroize + Default> Sensitive<T> {
    /// The bare value, no longer guarded.
    pub fn into_inner(mut self) -> T {
        std::mem::take(&mut self.0)
    }
}

impl<T: Zeroize> Deref for Sensitive<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sensitive(..)")
    }
}

impl<T: Zeroize> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl PartialEq for Sensitive<String> {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl PartialEq for Sensitive<Blob> {
    fn eq(&self, other: &Self) -> bool {
        self.0.0.ct_eq(&other.0.0).into()
    }
}

impl<T: Decode + Zeroize> Decode for Sensitive<T> {
    fn decode(node: Node) -> Result<Self, DecodeError> {
        T::decode(node).map(Self)
    }
}

impl<T: Encode + Zeroize + Default> Encode for Sensitive<T> {
    fn encode(self) -> Node {
        self.into_inner().encode()
    }
}

impl Zeroize for Blob {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_nothing() {
        let secret = Sensitive::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "Sensitive(..)");
    }

    #[test]
    fn compares_and_travels() {
        let secret = Sensitive::new("hunter2".to_owned());
        assert_eq!(secret, "hunter2".to_owned().into());
        assert_ne!(secret, "hunter3".to_owned().into());
        assert_eq!(Sensitive::<String>::decode(secret.clone().encode()), Ok(secret));
    }
}
