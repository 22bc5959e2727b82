//! A node among others on one store: it learns what the others commit, says that it lives, and sees to the change log.

use crate::Plane;
use jiff::{SignedDuration, Timestamp};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use store::{
    ChangeFollower, Engine, Retry, StoreError, Transaction, change_log, lease,
    node::{self, Node},
};

/// How long a node waits for a hint before it looks at the change log unasked.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// How often a node says that it lives, where there may be others to hear it.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often the only server of an SQLite file sees to the change log: it must not keep a disk awake.
const ALONE: Duration = Duration::from_mins(10);
/// How often one of the nodes prunes the change log: a node that is cut off for longer forgets everything.
const PRUNE_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// After how long nodes that said nothing are forgotten.
const FORGET_NODES: SignedDuration = SignedDuration::from_hours(1);
/// The job of pruning.
const PRUNING: &str = "prune";

/// A follower of the change log that has looked at least once: from then on the directory knows what others change.
pub struct Following {
    plane: Arc<Plane>,
    follower: ChangeFollower,
    /// Whether the last look failed: said once, not with every look.
    failing: bool,
}

impl Following {
    /// Takes the first look.
    pub async fn begin(plane: Arc<Plane>) -> Result<Self, StoreError> {
        let follower = plane.store.follow()?;
        let mut following = Self { plane, follower, failing: false };
        following.look().await?;
        Ok(following)
    }

    /// Looks again and again, for as long as the plane runs.
    pub async fn go_on(mut self) {
        loop {
            self.follower.wait(LOOK_EVERY).await;
            match self.look().await {
                Ok(()) if self.failing => {
                    self.failing = false;
                    tracing::info!("the store answers again");
                }
                Err(error) if !self.failing => {
                    self.failing = true;
                    tracing::error!(%error, "the store is out of reach: serving from memory, refusing changes");
                }
                Ok(()) | Err(_) => {}
            }
        }
    }

    async fn look(&mut self) -> Result<(), StoreError> {
        let at = Instant::now();
        let changes = self.follower.look().await?;
        self.plane.directory.learn(&changes, at);
        self.follower.caught_up();
        Ok(())
    }
}

/// Says again and again that the node lives, and prunes the change log when that is due and no other node does.
pub async fn live(plane: Arc<Plane>, mut node: Node, now: impl Fn() -> Timestamp) {
    let pause = match plane.store.engine() {
        Engine::Postgres => HEARTBEAT,
        Engine::Sqlite => ALONE,
    };
    loop {
        node.seen_at = now();
        if let Err(error) = say(&plane, &node).await {
            tracing::warn!(%error, "the node could not say that it lives");
        }
        tokio::time::sleep(pause).await;
    }
}

async fn say(plane: &Plane, node: &Node) -> Result<(), StoreError> {
    let mut retry = Retry::new();
    loop {
        match attempt(plane, node).await {
            Err(error) if error.is_conflict() && retry.again().await => {}
            done => return done,
        }
    }
}

async fn attempt(plane: &Plane, node: &Node) -> Result<(), StoreError> {
    let mut tx = plane.store.write().await?;
    node::put(&mut tx, node).await?;
    prune(&mut tx, node).await?;
    tx.commit().await
}

async fn prune(tx: &mut Transaction, node: &Node) -> Result<(), StoreError> {
    let now = node.seen_at;
    let due = now + PRUNE_EVERY;
    // Kept until it runs out, also by whoever did the work: that is what makes the next time ten minutes later.
    if lease::find(tx, PRUNING).await?.is_some_and(|(_, until)| until > now)
        || !lease::take(tx, PRUNING, &node.id, now, due).await?
    {
        return Ok(());
    }
    let pruned = change_log::prune(tx).await?;
    node::delete_before(tx, now - FORGET_NODES).await?;
    tracing::debug!(pruned, "the change log was pruned");
    Ok(())
}
