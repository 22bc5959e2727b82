//! PostgreSQL: write transactions are SERIALIZABLE, read transactions see one REPEATABLE READ snapshot.

mod connection;
mod endpoint;
mod error;
mod placeholders;
mod transaction;
mod value;

use std::time::Duration;

use deadpool::{
    Runtime,
    managed::{Pool, PoolError, Timeouts},
};
use tokio::runtime::Handle;

use connection::Connector;
pub(crate) use endpoint::Endpoint;
pub(crate) use transaction::{Mode, PostgresTransaction};

use crate::{Options, StoreError};

/// A PostgreSQL database and the connections to it.
pub(crate) struct Postgres {
    pool: Pool<Connector>,
    runtime: Handle,
    deadline: Duration,
}

impl Postgres {
    pub(crate) fn new(endpoint: Endpoint, options: &Options) -> Result<Self, StoreError> {
        let runtime = Handle::try_current().map_err(StoreError::unavailable)?;
        let timeouts =
            Timeouts { wait: Some(options.wait), create: Some(options.wait), recycle: Some(options.wait) };
        let pool = Pool::builder(Connector::new(endpoint))
            .max_size(options.connections.max(1))
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(StoreError::unavailable)?;
        Ok(Self { pool, runtime, deadline: options.statement })
    }

    pub(crate) async fn begin(&self, mode: Mode) -> Result<PostgresTransaction, StoreError> {
        let connection = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(deadpool::managed::TimeoutType::Wait) => {
                StoreError::Overloaded("no connection came free".into())
            }
            PoolError::Timeout(_) => StoreError::unavailable("the database does not answer"),
            other => StoreError::unavailable(other),
        })?;
        PostgresTransaction::begin(connection, mode, self.runtime.clone(), self.deadline).await
    }
}
