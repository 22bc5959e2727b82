use std::sync::Arc;

use tokio::sync::watch;

use crate::StoreError;

/// Lets work through to the engine while it can be reached. Closed, it refuses at once what would only wait.
pub(crate) struct Gate {
    /// Why the engine is out of reach; `None` while it is not.
    closed: watch::Sender<Option<Arc<str>>>,
}

impl Gate {
    pub(crate) fn open() -> Self {
        Self { closed: watch::Sender::new(None) }
    }

    pub(crate) fn set(&self, closed: Option<Arc<str>>) {
        self.closed.send_if_modified(|now| {
            let changes = *now != closed;
            *now = closed;
            changes
        });
    }

    /// Why it is closed, if it is.
    pub(crate) fn reason(&self) -> Option<Arc<str>> {
        self.closed.borrow().clone()
    }

    /// Does the work, unless the gate is closed or gets closed before it is done.
    pub(crate) async fn pass<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        if let Some(reason) = self.reason() {
            return Err(StoreError::unavailable(reason));
        }
        let mut watching = self.closed.subscribe();
        tokio::select! {
            biased;
            done = work => done,
            Ok(reason) = watching.wait_for(Option::is_some) => {
                Err(StoreError::unavailable(reason.as_deref().unwrap_or_default()))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    #[tokio::test]
    async fn closing_ends_what_waits() {
        let gate = Gate::open();
        assert_eq!(gate.pass(async { Ok(1) }).await, Ok(1));
        let (ended, ()) = tokio::join!(gate.pass(pending::<Result<(), _>>()), async {
            gate.set(Some("gone".into()));
        });
        assert_eq!(ended, Err(StoreError::unavailable("gone")));
        assert_eq!(gate.pass(async { Ok(1) }).await, Err(StoreError::unavailable("gone")));
        gate.set(None);
        assert_eq!(gate.pass(async { Ok(1) }).await, Ok(1));
    }
}
