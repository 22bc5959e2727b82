//! Events on their way into batches.

use std::ops::Range;

use domain::AccountId;

use super::{
    AuditBatch,
    packed::{self, Room},
};
use crate::{
    StoreError,
    audit_event::{AuditEvent, AuditResource},
};

/// Events of one account, as they come: what they are found by, and their documents one behind the other, so that many of
/// them are few pieces of memory.
#[derive(Debug, Default)]
pub struct Gathered {
    events: Vec<AuditEvent<Range<usize>>>,
    documents: String,
    /// What the events take beside their documents.
    size: usize,
}

/// The documents of a batch, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Documents {
    /// What the batch packs.
    pub(super) text: String,
    /// Where in it the documents are.
    pub(super) places: Vec<Range<usize>>,
}

impl Gathered {
    /// One more event, of the account that the others are of. Gives by how much [`Gathered::size`] grew.
    pub fn push(&mut self, event: AuditEvent<()>, document: &str) -> usize {
        let begin = self.documents.len();
        self.documents.push_str(document);
        let event = event.replace(begin..self.documents.len()).0;
        let resource = |resource: &AuditResource| size_of_val(resource) + resource.name.len();
        let size = size_of_val(&event) + event.id.len() + event.resources.iter().map(resource).sum::<usize>();
        self.events.push(event);
        self.size += size;
        size + document.len()
    }

    /// About how much memory they take, in bytes.
    pub fn size(&self) -> usize {
        self.size + self.documents.len()
    }

    /// How many events there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Packs them, in the order of time, into as many batches as they take.
    pub fn pack(mut self, account_id: AccountId) -> Result<Vec<(AuditBatch, Documents)>, StoreError> {
        self.events.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        packed::pack(&mut Room::default(), account_id, &self.events, |place| {
            self.documents.get(place.clone()).unwrap_or_default()
        })
    }
}

impl Documents {
    /// One after the other.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.places.iter().map(|place| self.text.get(place.clone()).unwrap_or_default())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// About how much memory they take, in bytes.
    pub fn size(&self) -> usize {
        size_of::<Self>() + self.text.capacity() + size_of_val(&*self.places)
    }
}
