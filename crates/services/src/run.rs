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
    cx.plane.directory.may_answer()?;
    if O::EFFECT == Effect::Write {
        // On a snapshot first: whoever may not do it does not keep others from writing.
        authorized::<O>(cx, &mut cx.plane.store.read(), &input).await?;
    }
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
            // Leaving by `?` drops the transaction, which takes everything back. Authorised again, for the state of the
            // resource that the effect will have.
            authorized::<O>(cx, &mut tx, &input).await?;
            let output = O::handle(cx, &mut tx, input).await?.encode();
            record.keep(&mut tx, &output).await?;
            let handed = record.hand_over();
            let committed = tx.commit().await;
            if committed.is_err() {
                record.take_back(handed);
            }
            committed.map_err(Error::from).map(|()| output)
        }
    }
}

async fn authorized<O: Operation>(cx: &Cx, tx: &mut Transaction, input: &O::Input) -> Result<()> {
    if let Access::Permissions(permissions) = O::access(cx, tx, input).await? {
        authorize::all(cx, &permissions)?;
    }
    cx.plane.last_uses.services.note(cx, O::SERVICE.signing_name, O::NAME);
    Ok(())
}
