use std::{fmt, path::PathBuf, str::FromStr};

use crate::{StoreError, engine::postgres::Endpoint};

/// Where a store lives. `Debug` and `Display` never show a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Location {
    /// In this process's memory, gone with it: `memory:`.
    Memory,
    /// A PostgreSQL database: `postgres://USER@HOST/DATABASE?...`. Besides libpq's usual ones the parameters
    /// `sslmode=disable|require|verify-full` and `sslrootcert=FILE` count.
    Postgres(String),
    /// An SQLite file: `sqlite:PATH`.
    Sqlite(PathBuf),
}

impl Location {
    /// Reads `memory:`, `sqlite:PATH` or a `postgres://` (or `postgresql://`) URL.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        if text == "memory:" {
            return Ok(Self::Memory);
        }
        if let Some(path) = text.strip_prefix("sqlite:")
            && !path.is_empty()
        {
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(StoreError::Location(
            "the store must be given as memory:, sqlite:PATH or postgres://USER@HOST/DATABASE".into(),
        ))
    }
}

impl FromStr for Location {
    type Err = StoreError;
    fn from_str(text: &str) -> Result<Self, StoreError> {
        Self::parse(text)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Memory => f.write_str("memory:"),
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&Endpoint::shown(url)),
        }
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Location({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_three_forms() {
        assert_eq!(Location::parse("memory:"), Ok(Location::Memory));
        assert_eq!(Location::parse("sqlite:/a/b.db"), Ok(Location::Sqlite("/a/b.db".into())));
        assert!(matches!(Location::parse("postgresql://h/d"), Ok(Location::Postgres(_))));
        for text in ["", "sqlite:", "mysql://h", "/a/b.db", "memory"] {
            assert!(Location::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn passwords_are_not_shown() {
        for url in
            ["postgres://u:hunter2@h/d", "postgres://u:a%40hunter2@h/d", "postgres://h/d?password=hunter2"]
        {
            let location = Location::parse(url).unwrap();
            assert!(!format!("{location} {location:?}").contains("hunter2"), "{location}");
            assert!(location.to_string().ends_with("h/d"));
        }
    }
}
