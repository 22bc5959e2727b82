use super::{ROLE_MANAGER, ServiceLinkedRole, named};
use crate::{
    Access, Cx, Effect, Error, Operation, Result,
    iam::{role, uuid},
};
use domain::{PolicyOwner, Role, RoleDeletion};
use jiff::SignedDuration;
use shapes::iam::{DeleteServiceLinkedRole, DeleteServiceLinkedRoleInput, DeleteServiceLinkedRoleOutput};
use store::Transaction;

/// How long it is told what became of a deletion.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(30 * 24);
/// Of how many deletions of an account it is told; of the latest.
const MOST_REMEMBERED: u32 = 1000;
/// More than any quota allows on one role.
const ALL: u32 = 10_000;

impl Operation for DeleteServiceLinkedRole {
    const EFFECT: Effect = Effect::Write;

    async fn access(cx: &Cx, tx: &mut Transaction, input: &DeleteServiceLinkedRoleInput) -> Result<Access> {
        Ok(role::permission(cx, tx, "iam:DeleteServiceLinkedRole", &input.role_name).await?.into())
    }

    /// Done, or found impossible, at once: the task says which. The role goes with its policies.
    async fn handle(
        cx: &Cx,
        tx: &mut Transaction,
        input: DeleteServiceLinkedRoleInput,
    ) -> Result<DeleteServiceLinkedRoleOutput> {
        let account = cx.account();
        let role = named(cx, tx, &input.role_name).await?;
        let failure = in_use(cx, tx, &role).await?;
        if failure.is_none() {
            delete(cx, tx, &role).await?;
        }
        let forgotten = cx.now.checked_sub(REMEMBERED).map_err(Error::internal)?;
        store::role_deletion::delete_before(tx, account, forgotten).await?;
        let deletion = RoleDeletion {
            account_id: account,
            task_id: format!("task{}{}/{}", role.path, role.name, uuid(cx.random())),
            requested_at: cx.now,
            failure,
        };
        store::role_deletion::delete_all_but(tx, account, MOST_REMEMBERED - 1).await?;
        store::role_deletion::insert(tx, &deletion).await?;
        Ok(DeleteServiceLinkedRoleOutput { deletion_task_id: deletion.task_id })
    }
}

/// Why the service cannot do without the role now.
async fn in_use(cx: &Cx, tx: &mut Transaction, role: &Role) -> Result<Option<String>> {
    let is_of_role_manager = ServiceLinkedRole::of(ROLE_MANAGER)
        .is_some_and(|of| of.role.eq_ignore_ascii_case(role.name.as_str()));
    let is_used = is_of_role_manager && store::account_settings::get(tx, cx.account()).await?.role_manager;
    Ok(is_used.then(|| "The role is in use: role manager is enabled in this account.".into()))
}

async fn delete(cx: &Cx, tx: &mut Transaction, role: &Role) -> Result<()> {
    let account = cx.account();
    let owner = PolicyOwner::Role(role.id.clone());
    for arn in store::attachment::list(tx, account, &owner, None, ALL).await? {
        store::attachment::delete(tx, account, &owner, &arn).await?;
    }
    for policy in store::inline_policy::list(tx, account, &owner, None, ALL).await? {
        store::inline_policy::delete(tx, account, &owner, &policy.name).await?;
    }
    role::delete(tx, role).await
}
