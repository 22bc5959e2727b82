use std::{
    collections::BTreeSet,
    sync::{PoisonError, RwLock},
};

use tokio::sync::Notify;

use crate::Entity;

type Listener = Box<dyn Fn(&BTreeSet<Entity>) + Send + Sync>;

/// Who in this process is told what its transactions have written.
#[derive(Default)]
pub(crate) struct Listeners {
    listeners: RwLock<Vec<Listener>>,
    /// Told after every commit that changed an entity.
    committed: Notify,
}

impl Listeners {
    pub(crate) fn add(&self, listener: impl Fn(&BTreeSet<Entity>) + Send + Sync + 'static) {
        self.listeners.write().unwrap_or_else(PoisonError::into_inner).push(Box::new(listener));
    }

    /// Tells what has been written: before it is acknowledged, and also when it is not known whether it was kept. To forget
    /// does no harm.
    pub(crate) fn tell(&self, written: &BTreeSet<Entity>) {
        if written.is_empty() {
            return;
        }
        for listener in &*self.listeners.read().unwrap_or_else(PoisonError::into_inner) {
            listener(written);
        }
        self.committed.notify_one();
    }

    /// Resolves when something has been written since it was last asked.
    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }
}
