//! Steps 6 to 8 of a request: authorise, handle, audit, commit; once, in this order, for every operation.

use crate::{Access, Cx, Effect, Error, Operation, Result, audit, authorize};
use store::{Retry, Transaction};
use wire::{Decode, Encode, Node};

/// Runs one operation on its decoded and checked input.
pub(crate) async fn run<O: Operation>(cx: &Cx, input: Node) -> Result<Node> {
    // Decoding cannot fail on what passed the operation's schema; if it does, the schema and the type have drifted apart.
    let input = O::Input::decode(input).map_err(Error::internal)?;
    cx.plane.audit.admit(O::EFFECT)?;
    let mut record = audit::Open::new::<O>(cx, &input);
    let outcome = attempts::<O>(cx, input, &mut record).await;
    record.close(&outcome);
    outcome
}

async fn attempts<O: Operation>(cx: &Cx, input: O::Input, record: &mut audit::Open) -> Result<Node> {
    authorize::session_may_call::<O>(cx)?;
    let mut retry = Retry::new();
    loop {
        match attempt::<O>(cx, input.clone(), record).await {
            Err(error) if error.is_conflict() && retry.again().await => {}
            done => return done,
        }
    }
}

async fn attempt<O: Operation>(cx: &Cx, input: O::Input, record: &mut audit::Open) -> Result<Node> {
    match O::EFFECT {
        Effect::Read => {
            let mut tx = cx.plane.store.read();
            authorized::<O>(cx, &mut tx, &input).await?;
            Ok(O::handle(cx, &mut tx, input).await?.encode())
        }
        Effect::Write => {
            let mut tx = cx.plane.store.write().await?;
            // Leaving by `?` drops the transaction, which takes everything back.
            authorized::<O>(cx, &mut tx, &input).await?;
            let output = O::handle(cx, &mut tx, input).await?.encode();
            record.keep(&mut tx, &output).await?;
            let handed = record.hand_over();
            let committed = commit(cx, tx).await;
            if committed.is_err() {
                record.take_back(handed);
            }
            committed.map(|()| output)
        }
    }
}

/// Commits, and makes the directory forget what the account's entries were made of. On a task of its own: a client that
/// goes away in between must not leave a committed change that the directory does not know of.
async fn commit(cx: &Cx, tx: Transaction) -> Result<()> {
    let (plane, account) = (cx.plane.clone(), cx.account());
    let committed = tokio::spawn(async move {
        let committed = tx.commit().await;
        // Also when the commit failed: whether it was kept may be unknown, and forgetting does no harm.
        plane.directory.forget(account);
        committed
    });
    Ok(committed.await.map_err(Error::internal)??)
}

async fn authorized<O: Operation>(cx: &Cx, tx: &mut Transaction, input: &O::Input) -> Result<()> {
    match O::access(cx, tx, input).await? {
        Access::Authenticated => Ok(()),
        Access::Permissions(permissions) => authorize::all(cx, &permissions),
    }
}
