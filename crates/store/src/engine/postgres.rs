//! PostgreSQL: write transactions are SERIALIZABLE, read transactions see one REPEATABLE READ snapshot.

pub(crate) mod change_log;
mod connection;
mod endpoint;
mod error;
mod follow;
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
pub(crate) use follow::PostgresFollow;
pub(crate) use transaction::{Mode, PostgresTransaction};

use crate::{Options, StoreError, engine::waiting::Queue};

/// A PostgreSQL database and the connections to it.
pub(crate) struct Postgres {
    pool: Pool<Connector>,
    connector: Connector,
    queue: Queue,
    queue_limit: usize,
    runtime: Handle,
    deadline: Duration,
}

impl Postgres {
    pub(crate) fn new(endpoint: Endpoint, options: &Options) -> Result<Self, StoreError> {
        let runtime = Handle::try_current().map_err(StoreError::unavailable)?;
        let timeouts =
            Timeouts { wait: Some(options.wait), create: Some(options.wait), recycle: Some(options.wait) };
        let connector = Connector::new(endpoint);
        let pool = Pool::builder(connector.clone())
            .max_size(options.connections.max(1))
            .timeouts(timeouts)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(StoreError::unavailable)?;
        Ok(Self {
            pool,
            connector,
            queue: Queue::default(),
            queue_limit: options.queue,
            runtime,
            deadline: options.statement,
        })
    }

    pub(crate) async fn begin(&self, mode: Mode) -> Result<PostgresTransaction, StoreError> {
        let waiting = self.queue.join(self.queue_limit)?;
        let connection = self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => error,
            PoolError::Timeout(deadpool::managed::TimeoutType::Wait) => {
                StoreError::Overloaded("no connection came free".into())
            }
            PoolError::Timeout(_) => StoreError::unavailable("the database does not answer"),
            other => StoreError::unavailable(other),
        })?;
        drop(waiting);
        PostgresTransaction::begin(connection, mode, self.runtime.clone(), self.deadline).await
    }

    pub(crate) fn follow(&self) -> PostgresFollow {
        PostgresFollow::new(self.connector.clone(), self.pool.clone())
    }
}
