//! Steps 6 to 8 of a request: authorise, handle, audit, commit; once, in this order, for every operation.

use crate::{Access, Cx, Effect, Error, Operation, Prepared, Result, audit, authorize};
use store::Retry;
use wire::{Decode, Encode, Node};

/// Runs one operation on its decoded and checked input.
pub(crate) async fn run<O: Operation>(cx: &Cx, input: Node) -> Result<Node> {
    cx.plane.audit.admit(O::EFFECT)?;
    let mut record = audit::Open::new::<O>(cx, &input);
    // Decoding cannot fail on what passed the operation's schema; if it does, the schema and the type have drifted apart.
    let outcome = match O::Input::decode(input) {
        Ok(input) => attempts::<O>(cx, input, &mut record).await,
        Err(error) => Err(Error::internal(error)),
    };
    let outcome = outcome.map_err(|error| error.modelled_by(O::DESCRIPTION));
    record.close(&outcome);
    outcome
}

async fn attempts<O: Operation>(cx: &Cx, input: O::Input, record: &mut audit::Open<'_>) -> Result<Node> {
    authorize::session_may_call::<O>(cx)?;
    cx.plane.directory.may_answer()?;
    match O::EFFECT {
        Effect::Read => {
            let prepared = prepared::<O>(cx, &input).await?;
            let cx = prepared.as_ref().unwrap_or(cx);
            let mut retry = Retry::new();
            loop {
                match read::<O>(cx, &input).await {
                    Err(error) if error.is_conflict() && retry.again().await => {}
                    done => return done,
                }
            }
        }
        Effect::Write => {
            // On a snapshot first: whoever may not do it does not keep others from writing.
            let allowed = O::access(cx, &mut cx.plane.store.read(), &input).await?;
            decide(cx, &allowed)?;
            note::<O>(cx);
            let prepared = prepared::<O>(cx, &input).await?;
            let cx = prepared.as_ref().unwrap_or(cx);
            let mut retry = Retry::new();
            loop {
                // On the heap: the futures of calls that read are not to have room for this.
                match Box::pin(write::<O>(cx, &input, &allowed, record)).await {
                    Err(error) if error.is_conflict() && retry.again().await => {}
                    done => return done,
                }
            }
        }
    }
}

/// What the rest of the request goes on with, where the operation has prepared something.
async fn prepared<O: Operation>(cx: &Cx, input: &O::Input) -> Result<Option<Cx>> {
    Ok(match O::prepare(cx, input).await? {
        Prepared::Nothing => None,
        prepared => Some(Cx { prepared, ..cx.clone() }),
    })
}

async fn read<O: Operation>(cx: &Cx, input: &O::Input) -> Result<Node> {
    let mut tx = cx.plane.store.read();
    decide(cx, &O::access(cx, &mut tx, input).await?)?;
    note::<O>(cx);
    Ok(O::handle(cx, &mut tx, input.clone()).await?.encode())
}

/// Leaving by `?` drops the transaction, which takes everything back.
async fn write<O: Operation>(
    cx: &Cx,
    input: &O::Input,
    allowed: &Access,
    record: &mut audit::Open<'_>,
) -> Result<Node> {
    let mut tx = cx.plane.store.write().await?;
    // Asked again, for the state of the resource that the effect will have. A decision follows from what is demanded and from
    // what belongs to the request, its policies among them: what was allowed once is allowed again.
    let demanded = O::access(cx, &mut tx, input).await?;
    if demanded != *allowed {
        decide(cx, &demanded)?;
    }
    let output = O::handle(cx, &mut tx, input.clone()).await?.encode();
    record.keep(&mut tx, &output).await?;
    let handed = record.hand_over();
    let committed = tx.commit().await;
    if committed.is_err() {
        record.take_back(handed);
    }
    committed.map_err(Error::from).map(|()| output)
}

fn decide(cx: &Cx, access: &Access) -> Result<()> {
    match access {
        Access::Authenticated => Ok(()),
        Access::Permissions(permissions) => authorize::all(cx, permissions),
    }
}

/// That the caller was allowed something of the service: for reports on who uses what.
fn note<O: Operation>(cx: &Cx) {
    cx.plane.last_uses.services.note(cx, O::SERVICE.signing_name, O::NAME);
}
