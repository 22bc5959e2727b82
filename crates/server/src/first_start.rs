//! What the first start makes: the management account with its root user, and a role for administrators.

use crate::Failure;
use domain::{
    AccessKey, AccessKeyId, AccessKeyOwner, AccessKeyStatus, Account, AccountId, IdKind, Path, PolicyOwner,
    Role, RoleName, SecretAccessKey, UniqueId,
};
use jiff::Timestamp;
use services::Plane;
use store::{Transaction, access_key, account, attachment, role, setting};

/// The role that `portcullis credentials` hands out sessions of.
pub(crate) const ADMINISTRATOR_ROLE: &str = "PortcullisAdministrator";
/// Where the role lives, apart from the operator's own.
const ADMINISTRATOR_PATH: &str = "/portcullis/";
const ADMINISTRATOR_POLICY: &str = "arn:aws:iam::aws:policy/AdministratorAccess";
/// A name until the operator gives the account its own.
const ACCOUNT_NAME: &str = "Management";
/// An address that reaches nobody, until the operator gives the root user its own.
const ROOT_EMAIL: &str = "root@example.com";

/// The management account; made, with its administrator role, when the store has none.
pub(crate) async fn management_account(
    plane: &Plane,
    account_id: Option<AccountId>,
    with_role: bool,
    now: Timestamp,
) -> Result<Account, Failure> {
    // Where it is there nothing is written: a store that cannot be written to can still be served from.
    if let Some(account) = existing(&mut plane.store.read(), account_id).await? {
        return Ok(account);
    }
    let mut tx = plane.store.write().await?;
    if let Some(account) = existing(&mut tx, account_id).await? {
        return Ok(account);
    }
    let account = Account {
        id: account_id.unwrap_or_else(|| AccountId::random(&*plane.random)),
        name: ACCOUNT_NAME.to_owned(),
        email: ROOT_EMAIL.to_owned(),
        alias: None,
        created_at: now,
    };
    account::insert(&mut tx, &account).await?;
    setting::insert(&mut tx, setting::MANAGEMENT_ACCOUNT, &account.id.to_string()).await?;
    if with_role {
        insert_administrator_role(&mut tx, plane, &account, now).await?;
    }
    tx.commit().await?;
    tracing::info!(account_id = %account.id, "made the management account");
    Ok(account)
}

/// The management account that is there; it must be the one that is wanted.
async fn existing(tx: &mut Transaction, wanted: Option<AccountId>) -> Result<Option<Account>, Failure> {
    let Some(id) = setting::management_account(tx).await? else { return Ok(None) };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != id) {
        return Err(format!("the store's management account is {id}, not {wanted}").into());
    }
    Ok(Some(account::get(tx, id).await?))
}

async fn insert_administrator_role(
    tx: &mut Transaction,
    plane: &Plane,
    account: &Account,
    now: Timestamp,
) -> Result<(), Failure> {
    let trust_policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "AWS": account.root_arn().to_string() },
            "Action": "sts:AssumeRole",
        }],
    });
    let administrator = Role {
        account_id: account.id,
        id: UniqueId::new(IdKind::Role, &*plane.random),
        name: RoleName::parse(ADMINISTRATOR_ROLE)?,
        path: Path::parse(ADMINISTRATOR_PATH)?,
        created_at: now,
        trust_policy: trust_policy.to_string(),
        trusted_principals: Vec::new(),
        description: Some(
            "Made at the first start. `portcullis credentials` hands out sessions of it.".to_owned(),
        ),
        max_session_duration: 12 * 3600,
        permissions_boundary: None,
        tags: Vec::new(),
        source_template: None,
    };
    role::insert(tx, &administrator).await?;
    attachment::insert(tx, account.id, &PolicyOwner::Role(administrator.id), ADMINISTRATOR_POLICY).await?;
    Ok(())
}

/// A root access key, for a `--dev` plane alone.
pub(crate) async fn root_access_key(
    plane: &Plane,
    account: AccountId,
    now: Timestamp,
) -> Result<(AccessKeyId, SecretAccessKey), Failure> {
    let key = AccessKey {
        account_id: account,
        id: AccessKeyId::long_term(account, &*plane.random),
        owner: AccessKeyOwner::Root,
        status: AccessKeyStatus::Active,
        created_at: now,
    };
    let secret = SecretAccessKey::new(&*plane.random);
    let mut tx = plane.store.write().await?;
    access_key::insert(&mut tx, &plane.sealer, &key, &secret).await?;
    tx.commit().await?;
    Ok((key.id, secret))
}
