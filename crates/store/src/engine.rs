//! The two engines. Nothing outside this module knows which one runs, but for [`Engine`] in reports.

pub(crate) mod postgres;
pub(crate) mod sqlite;
mod waiting;

use std::fmt;

/// Which engine keeps a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// PostgreSQL, or an engine that speaks its protocol.
    Postgres,
    /// SQLite, in a file or in memory.
    Sqlite,
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        })
    }
}

/// Parameters of a statement: the name as the SQL text has it, colon included, and the value.
pub type Parameters<'a> = [(&'static str, &'a dyn crate::Parameter)];
