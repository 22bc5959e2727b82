/// What can go wrong between a caller and its data. Texts are for the operator's log, never for a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// An earlier statement of this transaction failed or was cancelled; nothing is left but to roll it back.
    #[error("an earlier statement of the transaction failed")]
    Aborted,
    /// The transaction lost to another one. Nothing of it was kept: run all of it again.
    #[error("the transaction lost to a concurrent one: {0}")]
    Conflict(String),
    /// A CHECK or NOT NULL rule of the schema was broken: a defect of the caller.
    #[error("a rule of the schema was broken: {0}")]
    Constraint(String),
    /// What is stored cannot be read: damaged pages, a document that is not one of ours.
    #[error("the store is damaged: {0}")]
    Corrupt(String),
    /// Another process serves from this SQLite file.
    #[error("{0}")]
    InUse(String),
    /// The store's location cannot be understood or must not be used as written. Never echoes a password.
    #[error("{0}")]
    Location(String),
    /// A record that must be there is not.
    #[error("there is no such {kind}")]
    NotFound {
        /// The kind of record, in AWS's word.
        kind: &'static str,
    },
    /// No connection or no turn to write came free in time; nothing was done.
    #[error("the store is overloaded: {0}")]
    Overloaded(String),
    /// A read transaction tried to write: a defect of the caller.
    #[error("a read transaction cannot write")]
    ReadOnly,
    /// A row that is referred to is missing, or one that is still referred to was to be deleted.
    #[error("a reference between records does not hold: {0}")]
    Reference(String),
    /// The stored schema is not the one this version of the program works with.
    #[error("{0}")]
    Schema(String),
    /// A text holds a NUL character, which PostgreSQL's texts cannot: no record has it, and none may.
    #[error("a text holds a NUL character")]
    Nul,
    /// The engine does not accept the statement or its parameters: a defect of the caller.
    #[error("the statement is not accepted: {0}")]
    Statement(String),
    /// The engine cannot be reached, or cannot write.
    #[error("the store is unavailable{}: {detail}", if *indeterminate { ", and whether the commit was kept is not known" } else { "" })]
    Unavailable {
        /// The engine's words.
        detail: String,
        /// The failure hit a COMMIT: the transaction may or may not be there, now or after the next restart.
        indeterminate: bool,
    },
    /// A key of that table is taken.
    #[error("a record of the same key exists in {table}")]
    Unique {
        /// The table.
        table: String,
    },
}

impl StoreError {
    /// Whether the same transaction, run again from its start, may succeed.
    pub fn is_conflict(&self) -> bool {
        matches!(self, Self::Conflict(_))
    }

    /// Whether the store itself is the trouble, so that the client should come back later.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Overloaded(_) | Self::Unavailable { .. })
    }

    /// Whether the transaction may have been kept although this error is returned.
    pub fn is_indeterminate(&self) -> bool {
        matches!(self, Self::Unavailable { indeterminate: true, .. })
    }

    #[expect(clippy::needless_pass_by_value, reason = "passed by name to map_err")]
    pub(crate) fn unavailable(detail: impl ToString) -> Self {
        Self::Unavailable { detail: detail.to_string(), indeterminate: false }
    }

    #[expect(clippy::needless_pass_by_value, reason = "as its neighbour")]
    pub(crate) fn indeterminate(detail: impl ToString) -> Self {
        Self::Unavailable { detail: detail.to_string(), indeterminate: true }
    }
}
