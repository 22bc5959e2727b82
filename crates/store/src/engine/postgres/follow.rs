use std::{sync::Arc, time::Duration};

use deadpool::managed::Pool;
use tokio::{sync::Notify, time::timeout};

use super::{
    change_log::{LISTEN, NOTIFY},
    connection::{Connection, Connector},
    error::describe,
};
use crate::{Parameters, Row, StoreError};

/// How long it may take to ask to be woken.
const COURTESY: Duration = Duration::from_secs(1);

/// The connection over which a follower looks at the change log and is woken; apart from the pool, so that it neither
/// waits for transactions nor makes them wait.
pub(crate) struct PostgresFollow {
    connector: Connector,
    pool: Pool<Connector>,
    connection: Option<Connection>,
    woken: Arc<Notify>,
}

impl PostgresFollow {
    pub(super) fn new(connector: Connector, pool: Pool<Connector>) -> Self {
        Self { connector, pool, connection: None, woken: Arc::new(Notify::new()) }
    }

    /// Sees to a connection.
    pub(crate) async fn connect(&mut self) -> Result<(), StoreError> {
        match &self.connection {
            Some(connection) if self.connector.has_left(connection.way) => {}
            Some(connection) if !connection.client.is_closed() => return Ok(()),
            // The connections of the pool may lead to where this one led: to a host that no longer answers or leads.
            _ => self.connector.renew(),
        }
        self.connection = None;
        let connection = self.connector.connect(Some(Arc::clone(&self.woken))).await?;
        // Some engines and most connection poolers cannot: then looking often enough has to do.
        match timeout(COURTESY, connection.client.batch_execute(LISTEN)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) if !error.is_closed() => {
                tracing::info!(error = describe(&error), "this database does not wake its nodes");
            }
            Ok(Err(error)) => return Err(StoreError::unavailable(describe(&error))),
            Err(_) => return Err(StoreError::unavailable("the database does not answer")),
        }
        // Those that are idle: the others are refused when they come back.
        self.pool.retain(|connection, _| !self.connector.has_left(connection.way));
        self.connection = Some(connection);
        Ok(())
    }

    /// Runs one statement on a snapshot of its own.
    pub(crate) async fn query(
        &mut self,
        sql: &'static str,
        parameters: &Parameters<'_>,
        announce: bool,
    ) -> Result<Vec<Row>, StoreError> {
        // Taken out, and put back when it has done its work: an exchange that failed or was given up may still go on.
        let gone = || StoreError::unavailable("there is no connection to the database");
        let mut connection = self.connection.take().ok_or_else(gone)?;
        if announce && let Err(error) = connection.client.batch_execute(NOTIFY).await {
            tracing::debug!(error = describe(&error), "other nodes are not woken");
        }
        let rows = connection.query(None, sql, parameters).await?;
        self.connection = Some(connection);
        Ok(rows)
    }

    /// Resolves when another node says that it has committed something.
    pub(crate) async fn hint(&mut self) {
        self.woken.notified().await;
    }
}
