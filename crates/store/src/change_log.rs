//! What committed transactions wrote: how the memory of one node learns what other nodes, or tools on the same SQLite file,
//! have changed. Rows are written by [`Transaction::commit`], as the aggregates told it; not by the one server of an SQLite
//! file, as nobody else has memory that they would concern.

use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::{
    Engine, Entity, Row, Store, StoreError, Transaction,
    engine::{postgres, sqlite},
    store::Follow,
};

/// How long one look at the log may take before the store counts as out of reach.
pub const PATIENCE: Duration = Duration::from_secs(2);
/// Changes that one look takes in. With more of them it is cheaper to forget everything.
const MOST: u32 = 10_000;
/// Looks come no faster than this, however many transactions are committed.
const BREATH: Duration = Duration::from_millis(5);

/// What other transactions have changed since the last look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changes {
    /// Anything may have changed: this is the first look, or the log does not reach back to the last one.
    All,
    /// These entities.
    These(Vec<Entity>),
}

/// Where a look ended.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    /// Positions of different lineages cannot be compared.
    lineage: String,
    /// What was seen, in the engine's words.
    seen: String,
    /// How often the log had been pruned.
    pruning: i64,
}

/// Looks at the change log again and again, over a connection of its own.
///
/// As long as its looks fail, all other work on the store is refused at once: see [`Store::out_of_reach`].
pub struct ChangeFollower {
    store: Store,
    follow: Follow,
    position: Option<Position>,
    /// Other nodes are to be told that there is something to look at.
    announce: bool,
}

impl ChangeFollower {
    pub(crate) fn new(store: Store, follow: Follow) -> Self {
        Self { store, follow, position: None, announce: false }
    }

    /// What others have committed since the last call that succeeded, and on PostgreSQL this process as well. Everything that
    /// was acknowledged before the call is in it. When memory has taken that in, call [`caught_up`](Self::caught_up).
    pub async fn look(&mut self) -> Result<Changes, StoreError> {
        match self.attempt().await {
            Ok((changes, position)) => {
                self.position = Some(position);
                Ok(changes)
            }
            Err(error) => {
                self.store.gate().set(Some(error.to_string().into()));
                Err(error)
            }
        }
    }

    /// The last look has succeeded and been taken in: the store may be used again.
    pub fn caught_up(&self) {
        self.store.gate().set(None);
    }

    /// Waits until there may be something new: for a hint from this or another node, and no longer than `at_most`.
    pub async fn wait(&mut self, at_most: Duration) {
        let Self { store, follow, announce, .. } = self;
        sleep(BREATH).await;
        tokio::select! {
            () = store.listeners().committed(), if store.engine() == Engine::Postgres => *announce = true,
            () = follow.hint() => {}
            () = sleep(at_most) => {}
        }
    }

    async fn attempt(&mut self) -> Result<(Changes, Position), StoreError> {
        // Bounded by itself, for each host.
        self.follow.connect().await?;
        let looked = timeout(PATIENCE, self.news()).await;
        looked.unwrap_or_else(|_| Err(StoreError::unavailable("the database does not answer")))
    }

    async fn news(&mut self) -> Result<(Changes, Position), StoreError> {
        let words = Words::of(self.store.engine());
        let seen = self.position.as_ref().map_or(words.nothing_seen, |position| &position.seen);
        let limit = if self.position.is_some() { MOST } else { 1 };
        let parameters: [(&'static str, &dyn crate::Parameter); 2] = [(":seen", &seen), (":limit", &limit)];
        let rows = self.follow.query(words.news, &parameters, self.announce).await?;
        self.announce = false;
        let damaged = || StoreError::Corrupt("the change log has lost its pruning mark".into());
        let position = rows.first().map(read_position).transpose()?.ok_or_else(damaged)?;
        let reaches_back = self.position.as_ref().is_some_and(|last| reaches_back(last, &position));
        if !reaches_back || rows.len() >= MOST as usize {
            return Ok((Changes::All, position));
        }
        let entities = rows.iter().filter_map(|row| read_entity(row).transpose());
        Ok((Changes::These(entities.collect::<Result<_, _>>()?), position))
    }
}

/// Whether the log still held, at `now`, every row that was not seen at `last`. Pruning number n deletes what number n - 1
/// had seen: a look that came after number n - 1 has missed nothing.
fn reaches_back(last: &Position, now: &Position) -> bool {
    last.lineage == now.lineage && now.pruning <= last.pruning.saturating_add(1)
}

fn read_position(row: &Row) -> Result<Position, StoreError> {
    Ok(Position {
        lineage: row.text("lineage")?.to_owned(),
        seen: row.text("seen")?.to_owned(),
        pruning: row.integer("pruning")?,
    })
}

fn read_entity(row: &Row) -> Result<Option<Entity>, StoreError> {
    let entity = Entity {
        account: row.text("account_id")?.to_owned(),
        kind: row.text("kind")?.to_owned(),
        id: row.text("id")?.to_owned(),
    };
    Ok(Some(entity).filter(|entity| !entity.kind.is_empty()))
}

/// Deletes the rows that were there at the pruning before; gives their number. A node that has not looked at the log for
/// as long as lies between two prunings forgets everything.
pub async fn prune(tx: &mut Transaction) -> Result<u64, StoreError> {
    let words = Words::of(tx.engine());
    let missing = || StoreError::Corrupt("the change log has lost its pruning mark".into());
    let last = tx.find(LAST_PRUNING, &[]).await?.ok_or_else(missing)?;
    let now = tx.find(words.mark, &[]).await?.ok_or_else(missing)?;
    let (number, mark) = (last.integer("number")?, last.text("mark")?);
    let pruned = if mark.is_empty() || last.text("lineage")? != now.text("lineage")? {
        0
    } else {
        tx.execute(words.prune, &[(":mark", &mark)]).await?
    };
    let parameters = [
        (":number", &number as _),
        (":next", &number.saturating_add(1) as _),
        (":lineage", &now.text("lineage")? as _),
        (":mark", &now.text("mark")? as _),
    ];
    if tx.execute(PRUNED, &parameters).await? == 0 {
        return Err(StoreError::Conflict("another node pruned the change log".into()));
    }
    Ok(pruned)
}

/// What each engine calls it.
struct Words {
    news: &'static str,
    nothing_seen: &'static str,
    mark: &'static str,
    prune: &'static str,
}

impl Words {
    fn of(engine: Engine) -> Self {
        match engine {
            Engine::Postgres => Self {
                news: postgres::change_log::NEWS,
                nothing_seen: postgres::change_log::NOTHING_SEEN,
                mark: postgres::change_log::MARK,
                prune: postgres::change_log::PRUNE,
            },
            Engine::Sqlite => Self {
                news: sqlite::change_log::NEWS,
                nothing_seen: sqlite::change_log::NOTHING_SEEN,
                mark: sqlite::change_log::MARK,
                prune: sqlite::change_log::PRUNE,
            },
        }
    }
}

const LAST_PRUNING: &str = "SELECT number, lineage, mark FROM change_log_pruning";
const PRUNED: &str = "UPDATE change_log_pruning SET number = :next, lineage = :lineage, mark = :mark
    WHERE number = :number";

pub(crate) const SQL: &[&str] = &[LAST_PRUNING, PRUNED];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_reaches_back_over_one_pruning() {
        let at = |lineage: &str, pruning| Position { lineage: lineage.into(), seen: String::new(), pruning };
        assert!(reaches_back(&at("a", 3), &at("a", 3)));
        assert!(reaches_back(&at("a", 3), &at("a", 4)));
        assert!(!reaches_back(&at("a", 3), &at("a", 5)));
        assert!(!reaches_back(&at("a", 3), &at("b", 3)));
    }
}
