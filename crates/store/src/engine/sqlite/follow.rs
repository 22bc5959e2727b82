use std::{path::Path, sync::Arc};

use rusqlite::Connection;

use super::{
    connection::{self, Use},
    reader::ReadTransaction,
    statement,
    writer::Writers,
};
use crate::{Parameters, Row, StoreError};

/// The connection over which a follower looks at the change log.
pub(crate) struct SqliteFollow(Source);

enum Source {
    /// Its own, so that it does not wait for other readers.
    InFile(Connection),
    InMemory(Arc<Writers>),
}

impl SqliteFollow {
    pub(super) fn in_file(path: &Path) -> Result<Self, StoreError> {
        connection::open(path, Use::Read).map(|connection| Self(Source::InFile(connection)))
    }

    pub(super) fn in_memory(writers: Arc<Writers>) -> Self {
        Self(Source::InMemory(writers))
    }

    /// Runs one statement on a snapshot of its own.
    pub(crate) async fn query(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
    ) -> Result<Vec<Row>, StoreError> {
        match &mut self.0 {
            Source::InFile(connection) => statement::query(connection, sql, parameters),
            Source::InMemory(writers) => {
                ReadTransaction::begin_shared(writers.take_connection().await?)?.query(sql, parameters)
            }
        }
    }
}
