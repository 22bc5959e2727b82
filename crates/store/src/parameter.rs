use std::borrow::Cow;

use domain::{
    AccessKeyId, AccessKeyOwner, AccountAlias, AccountId, Path, PolicyVersionId, ProviderUrl, UniqueId,
};
use jiff::Timestamp;

use crate::StoreError;

/// A value on its way into a statement: the three types both engines share, or NULL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// BYTEA.
    Bytes(&'a [u8]),
    /// BIGINT.
    Integer(i64),
    /// NULL of any type.
    Null,
    /// TEXT.
    Text(Cow<'a, str>),
}

impl Value<'_> {
    /// Itself, unless one of the engines could not hold it: both answer alike.
    pub(crate) fn checked(self) -> Result<Self, StoreError> {
        match &self {
            Self::Text(text) if text.contains('\0') => Err(StoreError::Nul),
            _ => Ok(self),
        }
    }
}

/// What can be bound to a `:name` in a statement.
pub trait Parameter: Send + Sync {
    /// The value as the engines take it. Times are BIGINT milliseconds since 1970.
    fn value(&self) -> Value<'_>;
}

impl<T: Parameter + ?Sized> Parameter for &T {
    fn value(&self) -> Value<'_> {
        (**self).value()
    }
}

impl<T: Parameter> Parameter for Option<T> {
    fn value(&self) -> Value<'_> {
        self.as_ref().map_or(Value::Null, Parameter::value)
    }
}

impl Parameter for i64 {
    fn value(&self) -> Value<'_> {
        Value::Integer(*self)
    }
}

impl Parameter for u32 {
    fn value(&self) -> Value<'_> {
        Value::Integer(i64::from(*self))
    }
}

impl Parameter for str {
    fn value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl Parameter for String {
    fn value(&self) -> Value<'_> {
        Value::Text(Cow::Borrowed(self))
    }
}

impl Parameter for [u8] {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl Parameter for Vec<u8> {
    fn value(&self) -> Value<'_> {
        Value::Bytes(self)
    }
}

impl Parameter for Timestamp {
    fn value(&self) -> Value<'_> {
        Value::Integer(self.as_millisecond())
    }
}

impl Parameter for AccountId {
    fn value(&self) -> Value<'_> {
        Value::Text(Cow::Owned(self.to_string()))
    }
}

impl Parameter for PolicyVersionId {
    fn value(&self) -> Value<'_> {
        Value::Integer(i64::from(self.number()))
    }
}

macro_rules! text_parameter {
    ($($type:ty),*) => {$(
        impl Parameter for $type {
            fn value(&self) -> Value<'_> {
                Value::Text(Cow::Borrowed(self.as_str()))
            }
        }
    )*};
}

text_parameter!(AccessKeyId, AccessKeyOwner, AccountAlias, Path, ProviderUrl, UniqueId);
