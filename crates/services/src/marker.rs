//! What says where the next page of a list begins: sealed, so that clients cannot make one up, for one operation and one
//! account.

use crate::{Cx, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use store::{EncryptionContext, StoreError};

/// Seals where the next page begins.
pub(crate) fn seal(cx: &Cx, operation: &str, key: &str) -> Result<String> {
    let sealed = cx.plane.sealer.seal(context(cx, operation), key.as_bytes()).map_err(StoreError::from)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Opens what was sealed for the same operation and account; `None` for anything else.
pub(crate) fn open(cx: &Cx, operation: &str, marker: &str) -> Option<String> {
    let sealed = URL_SAFE_NO_PAD.decode(marker).ok()?;
    let clear = cx.plane.sealer.unseal(context(cx, operation), &sealed).ok()?;
    String::from_utf8(clear.to_vec()).ok()
}

fn context<'a>(cx: &Cx, operation: &'a str) -> EncryptionContext<'a> {
    EncryptionContext { account_id: cx.account(), kind: "marker", id: operation }
}
