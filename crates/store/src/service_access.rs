//! When users and roles were last allowed the actions of services.

use domain::{AccountId, UniqueId};
use jiff::Timestamp;

use crate::{Row, StoreError, Transaction};

/// The last time that somebody was allowed an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAccess {
    /// The user or role.
    pub principal: UniqueId,
    /// The service's namespace, such as `iam`.
    pub service: String,
    /// The action without it, such as `GetUser`.
    pub action: String,
    /// When.
    pub at: Timestamp,
    /// The Region the request was signed for.
    pub region: String,
}

/// Whose accesses a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accessors<'a> {
    /// Every user and role of the account.
    Everyone,
    /// The users in a group.
    Group(&'a UniqueId),
    /// The users and roles that a managed policy is attached to, themselves or by a group.
    Policy(&'a str),
    /// One user or role.
    Principal(&'a UniqueId),
}

/// Records an access, unless a later one is recorded already.
pub async fn put(tx: &mut Transaction, account: AccountId, access: &ServiceAccess) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        &[
            (":account_id", &account),
            (":principal_id", &access.principal),
            (":service", &access.service),
            (":action", &access.action),
            (":used_at", &access.at),
            (":region", &access.region),
        ],
    )
    .await?;
    Ok(())
}

/// The last access to each action since a time, whoever of them it was.
pub async fn list_latest(
    tx: &mut Transaction,
    account: AccountId,
    accessors: Accessors<'_>,
    since: Timestamp,
) -> Result<Vec<ServiceAccess>, StoreError> {
    let sql = match accessors {
        Accessors::Everyone => LATEST_OF_ALL,
        Accessors::Group(_) => LATEST_OF_GROUP,
        Accessors::Policy(_) => LATEST_OF_POLICY,
        Accessors::Principal(_) => LATEST_OF_PRINCIPAL,
    };
    let rows = query(tx, sql, account, accessors, &[(":since", &since)]).await?;
    rows.iter().map(read).collect()
}

/// How many of them have accessed each service since a time.
pub async fn count_by_service(
    tx: &mut Transaction,
    account: AccountId,
    accessors: Accessors<'_>,
    since: Timestamp,
) -> Result<Vec<(String, u64)>, StoreError> {
    let sql = match accessors {
        Accessors::Everyone => COUNT_OF_ALL,
        Accessors::Group(_) => COUNT_OF_GROUP,
        Accessors::Policy(_) => COUNT_OF_POLICY,
        Accessors::Principal(_) => COUNT_OF_PRINCIPAL,
    };
    let rows = query(tx, sql, account, accessors, &[(":since", &since)]).await?;
    rows.iter().map(|row| Ok((row.text("service")?.to_owned(), row.count("n")?))).collect()
}

/// All of them, by unique id, with when each last accessed a service since a time.
pub async fn list_accessors(
    tx: &mut Transaction,
    account: AccountId,
    accessors: Accessors<'_>,
    service: &str,
    since: Timestamp,
) -> Result<Vec<(UniqueId, Option<Timestamp>)>, StoreError> {
    let sql = match accessors {
        Accessors::Everyone => ACCESSORS_OF_ALL,
        Accessors::Group(_) => ACCESSORS_OF_GROUP,
        Accessors::Policy(_) => ACCESSORS_OF_POLICY,
        Accessors::Principal(_) => ACCESSORS_OF_PRINCIPAL,
    };
    let parameters = [(":since", &since as _), (":service", &service as _)];
    let rows = query(tx, sql, account, accessors, &parameters).await?;
    let read = |row: &Row| {
        let at = row.optional_integer("used_at")?.map(|_| row.time("used_at")).transpose()?;
        Ok((principal(row)?, at))
    };
    rows.iter().map(read).collect()
}

/// Forgets all accesses of somebody who is deleted.
pub async fn delete(
    tx: &mut Transaction,
    account: AccountId,
    principal: &UniqueId,
) -> Result<(), StoreError> {
    tx.execute(DELETE, &[(":account_id", &account), (":principal_id", principal)]).await?;
    Ok(())
}

async fn query(
    tx: &mut Transaction,
    sql: &'static str,
    account: AccountId,
    accessors: Accessors<'_>,
    parameters: &crate::Parameters<'_>,
) -> Result<Vec<Row>, StoreError> {
    let mut all: Vec<(&'static str, &dyn crate::Parameter)> = vec![(":account_id", &account)];
    match &accessors {
        Accessors::Everyone => {}
        Accessors::Group(id) => all.push((":group_id", *id)),
        Accessors::Policy(arn) => all.push((":policy_arn", arn)),
        Accessors::Principal(id) => all.push((":principal_id", *id)),
    }
    all.extend_from_slice(parameters);
    tx.query(sql, &all).await
}

fn read(row: &Row) -> Result<ServiceAccess, StoreError> {
    Ok(ServiceAccess {
        principal: principal(row)?,
        service: row.text("service")?.to_owned(),
        action: row.text("action")?.to_owned(),
        at: row.time("used_at")?,
        region: row.text("region")?.to_owned(),
    })
}

fn principal(row: &Row) -> Result<UniqueId, StoreError> {
    UniqueId::parse(row.text("principal_id")?)
        .map_err(|_| StoreError::Corrupt("who accessed a service is not a unique id".into()))
}

const PUT: &str = "INSERT INTO service_access (account_id, principal_id, service, action, used_at, region)
    VALUES (:account_id, :principal_id, :service, :action, :used_at, :region)
    ON CONFLICT (account_id, principal_id, service, action)
    DO UPDATE SET used_at = excluded.used_at, region = excluded.region
    WHERE service_access.used_at < excluded.used_at";
const DELETE: &str =
    "DELETE FROM service_access WHERE account_id = :account_id AND principal_id = :principal_id";

/// The three questions about those whose ids a query gives.
macro_rules! questions {
    ($latest:ident, $count:ident, $accessors:ident: $principals:literal) => {
        const $latest: &str = concat!(
            "SELECT principal_id, service, action, used_at, region FROM
    (SELECT s.principal_id, s.service, s.action, s.used_at, s.region,
        ROW_NUMBER() OVER (PARTITION BY s.service, s.action ORDER BY s.used_at DESC, s.principal_id) AS place
     FROM (",
            $principals,
            ") p JOIN service_access s ON s.account_id = :account_id AND s.principal_id = p.id
     WHERE s.used_at >= :since) ranked
    WHERE place = 1 ORDER BY service, action"
        );
        const $count: &str = concat!(
            "SELECT s.service, COUNT(DISTINCT s.principal_id) AS n FROM (",
            $principals,
            ") p JOIN service_access s ON s.account_id = :account_id AND s.principal_id = p.id
    WHERE s.used_at >= :since GROUP BY s.service ORDER BY s.service"
        );
        const $accessors: &str = concat!(
            "SELECT p.id AS principal_id, MAX(s.used_at) AS used_at FROM (",
            $principals,
            ") p LEFT JOIN service_access s ON s.account_id = :account_id AND s.principal_id = p.id
        AND s.service = :service AND s.used_at >= :since
    GROUP BY p.id ORDER BY p.id"
        );
    };
}

questions!(LATEST_OF_ALL, COUNT_OF_ALL, ACCESSORS_OF_ALL:
    "SELECT user_id AS id FROM iam_user WHERE account_id = :account_id
     UNION SELECT role_id AS id FROM iam_role WHERE account_id = :account_id");
questions!(LATEST_OF_GROUP, COUNT_OF_GROUP, ACCESSORS_OF_GROUP:
    "SELECT user_id AS id FROM iam_membership WHERE account_id = :account_id AND group_id = :group_id");
questions!(LATEST_OF_POLICY, COUNT_OF_POLICY, ACCESSORS_OF_POLICY:
    "SELECT a.owner_id AS id FROM iam_attachment a
     WHERE a.account_id = :account_id AND a.policy_arn = :policy_arn AND a.owner_kind <> 'group'
     UNION SELECT m.user_id AS id FROM iam_attachment a
     JOIN iam_membership m ON m.account_id = a.account_id AND m.group_id = a.owner_id
     WHERE a.account_id = :account_id AND a.policy_arn = :policy_arn AND a.owner_kind = 'group'");
questions!(LATEST_OF_PRINCIPAL, COUNT_OF_PRINCIPAL, ACCESSORS_OF_PRINCIPAL:
    "SELECT id FROM (SELECT user_id AS id FROM iam_user WHERE account_id = :account_id AND user_id = :principal_id
     UNION SELECT role_id AS id FROM iam_role WHERE account_id = :account_id AND role_id = :principal_id) one");

pub(crate) const SQL: &[&str] = &[
    PUT,
    DELETE,
    LATEST_OF_ALL,
    COUNT_OF_ALL,
    ACCESSORS_OF_ALL,
    LATEST_OF_GROUP,
    COUNT_OF_GROUP,
    ACCESSORS_OF_GROUP,
    LATEST_OF_POLICY,
    COUNT_OF_POLICY,
    ACCESSORS_OF_POLICY,
    LATEST_OF_PRINCIPAL,
    COUNT_OF_PRINCIPAL,
    ACCESSORS_OF_PRINCIPAL,
];
