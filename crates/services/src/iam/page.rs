//! Pages of a list, as IAM asks for them and answers.

use crate::{Cx, Error, Result, marker};

/// What a page holds when the client does not say.
const DEFAULT_ITEMS: u32 = 100;

/// One page as the client asked for it.
#[derive(Debug)]
pub(crate) struct Page {
    operation: &'static str,
    /// The key of the last item of the page before.
    after: Option<String>,
    items: u32,
}

/// The part of a list that an answer holds, and where the next page starts.
#[derive(Debug)]
pub(crate) struct Cut<T> {
    pub(crate) items: Vec<T>,
    pub(crate) marker: Option<String>,
}

impl Page {
    /// Reads `Marker` and `MaxItems` of `operation`. A marker of another account or operation is refused.
    pub(crate) fn of(
        cx: &Cx,
        operation: &'static str,
        marker: Option<&str>,
        max_items: Option<i32>,
    ) -> Result<Self> {
        let open =
            |marker| marker::open(cx, operation, marker).ok_or_else(|| Error::validation("Invalid Marker."));
        let after = marker.map(open).transpose()?;
        let items = max_items.and_then(|items| u32::try_from(items).ok()).unwrap_or(DEFAULT_ITEMS);
        Ok(Self { operation, after, items })
    }

    /// The key of the last item of the page before.
    pub(crate) fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// How many items to read: one more than the page holds, to know whether another page follows.
    pub(crate) fn limit(&self) -> u32 {
        self.items + 1
    }

    /// Cuts what was read down to the page. `key` is the order of the list.
    pub(crate) fn cut<T>(&self, cx: &Cx, mut read: Vec<T>, key: impl Fn(&T) -> String) -> Result<Cut<T>> {
        let items = usize::try_from(self.items).unwrap_or(usize::MAX);
        let more = read.len() > items;
        read.truncate(items);
        let last = read.last().filter(|_| more).map(key);
        let marker = last.map(|last| self.marker(cx, &last)).transpose()?;
        Ok(Cut { items: read, marker })
    }

    /// The marker of a next page that begins behind `key`.
    pub(crate) fn marker(&self, cx: &Cx, key: &str) -> Result<String> {
        marker::seal(cx, self.operation, key)
    }

    /// Cuts a list that was read whole, in the order of `key`.
    pub(crate) fn cut_whole<T>(
        &self,
        cx: &Cx,
        mut all: Vec<T>,
        key: impl Fn(&T) -> String,
    ) -> Result<Cut<T>> {
        all.sort_by_cached_key(&key);
        if let Some(after) = &self.after {
            all.retain(|item| key(item) > *after);
        }
        self.cut(cx, all, key)
    }
}

impl<T> Cut<T> {
    /// `IsTruncated`
    pub(crate) fn is_truncated(&self) -> bool {
        self.marker.is_some()
    }
}
