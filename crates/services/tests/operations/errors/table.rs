//! What a table of errors is made of.

use crate::{in_words::Plane, plane::TestPlane};
use std::pin::Pin;

/// Something to be awaited.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
/// Changes the plane in a way that no calls do.
pub type Change = for<'a> fn(&'a Plane) -> Later<'a, ()>;

/// The operations on one kind of thing.
pub struct Table {
    /// Makes the plane, before anything is on it.
    pub plane: fn() -> Later<'static, TestPlane>,
    /// The calls that put there what the operations are about, one a line: see [`Plane::take`].
    pub there: &'static str,
    pub operations: &'static [Of],
}

/// One operation.
pub struct Of {
    pub operation: &'static str,
    /// A call that succeeds on the plane of the table.
    pub good: &'static str,
    pub errors: &'static [Row],
}

/// One error of the operation, by its code on the wire.
#[derive(Clone, Copy)]
pub struct Row {
    pub code: &'static str,
    pub how: How,
    /// The whole message, filled in as calls are; empty where it is left to other tests.
    pub message: &'static str,
}

/// How an error comes about.
#[derive(Clone, Copy)]
pub enum How {
    /// By the good call with other words in it.
    Call { but: &'static str, after: &'static str, with: Option<Change>, is_modelled: bool },
    /// Not at all.
    Never(Reason),
    /// By the good call twice at the same time, with these words in it: one of them is refused.
    Race { buts: [&'static str; 2], after: &'static str },
}

/// Why an error that the model lists for an operation does not come from this plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// AWS changes and reports in the background and refuses what comes too soon: here a change holds, and a report is
    /// there, when it is answered.
    AtOnce,
    /// The API reference says that the call succeeds, whatever it finds.
    Idempotent,
    /// The plane is one organization, with all features and trusted access from the start.
    IsOrganization,
    /// The call makes nothing that a quota counts: AWS lists `LimitExceeded` for nearly everything that changes something.
    NothingGrows,
    /// It speaks of a use of the thing by another service of AWS, and there is none here.
    NoOtherService,
    /// The call reads nothing that could fail.
    NoStore,
    /// What would bring it about is refused before, with another error that AWS gives for it as well.
    RefusedBefore,
    /// Changes that meet are made one after the other: the one that lost runs again on what the winner left. If it has lost
    /// too often, the answer is `ServiceUnavailable`, which clients repeat by themselves.
    RunAgain,
    /// Nothing that AWS says, and nothing that was seen of it, names a request that brings it about.
    Unknown,
}

impl Table {
    /// A plane with what the table says on it.
    pub async fn made(&self) -> Plane {
        Plane::after((self.plane)().await, self.there).await
    }

    /// On a plane of its own kind.
    pub const fn on(self, plane: fn() -> Later<'static, TestPlane>) -> Self {
        Self { plane, ..self }
    }
}

impl Row {
    /// With that message.
    pub const fn saying(self, message: &'static str) -> Self {
        Self { message, ..self }
    }

    /// After further calls, on a plane of its own.
    pub const fn after(self, after: &'static str) -> Self {
        match self.how {
            How::Call { but, with, is_modelled, .. } => {
                Self { how: How::Call { but, after, with, is_modelled }, ..self }
            }
            How::Race { buts, .. } => Self { how: How::Race { buts, after }, ..self },
            How::Never(_) => self,
        }
    }

    /// After a change of the store, on a plane of its own.
    pub const fn with(self, with: Change) -> Self {
        match self.how {
            How::Call { but, after, is_modelled, .. } => {
                Self { how: How::Call { but, after, with: Some(with), is_modelled }, ..self }
            }
            _ => self,
        }
    }
}

/// A table on a plane like any other.
pub const fn table(there: &'static str, operations: &'static [Of]) -> Table {
    fn plane() -> Later<'static, TestPlane> {
        Box::pin(TestPlane::new())
    }
    Table { plane, there, operations }
}

/// An operation, a call that succeeds, and the errors.
pub const fn of(operation: &'static str, good: &'static str, errors: &'static [Row]) -> Of {
    Of { operation, good, errors }
}

/// An error of the model that the good call gets with these words in it: `-NAME` leaves a parameter out.
pub const fn refused(code: &'static str, but: &'static str) -> Row {
    Row { code, how: How::Call { but, after: "", with: None, is_modelled: true }, message: "" }
}

/// An error that AWS gives though the model does not list it.
pub const fn unlisted(code: &'static str, but: &'static str) -> Row {
    Row { code, how: How::Call { but, after: "", with: None, is_modelled: false }, message: "" }
}

/// An error of the model that does not come.
pub const fn never(code: &'static str, reason: Reason) -> Row {
    Row { code, how: How::Never(reason), message: "" }
}

/// An error of the model that one of two calls at the same time gets.
pub const fn raced(code: &'static str, buts: [&'static str; 2]) -> Row {
    Row { code, how: How::Race { buts, after: "" }, message: "" }
}
