//! Entities page by page, and what belongs to those of a page: a few statements for each page rather than for each
//! entity.

use std::collections::HashMap;

use domain::{AccountId, Group, GroupName, InstanceProfile, ManagedPolicy, Role, RoleName, User};
use serde::de::DeserializeOwned;

use super::{
    PAGE,
    shape::{Policies, Version},
};
use crate::{Parameter, Row, StoreError, Transaction, document};

/// A kind of entity, in the order of its names.
pub(super) trait Entity: DeserializeOwned {
    /// The next page: `name_key`, `doc_version`, `doc`.
    const LIST: &'static str;
}

/// A kind of entity that has policies.
pub(super) trait Owner: Entity {
    /// The inline policies of the page: `owner_id`, `doc_version`, `doc`.
    const INLINE: &'static str;
    /// The attached policies of the page: `owner_id`, `policy_arn`.
    const ATTACHED: &'static str;
}

macro_rules! list {
    ($table:literal) => {
        concat!(
            "SELECT name_key, doc_version, doc FROM ",
            $table,
            " WHERE account_id = :account_id AND name_key > :after ORDER BY name_key LIMIT :limit"
        )
    };
}

macro_rules! of_owners {
    ($columns:literal, $from:literal, $order:literal, $table:literal, $id:literal, $kind:literal) => {
        concat!(
            "SELECT o.",
            $id,
            " AS owner_id, ",
            $columns,
            " FROM ",
            $table,
            " o JOIN ",
            $from,
            " x ON x.account_id = o.account_id AND x.owner_kind = '",
            $kind,
            "' AND x.owner_id = o.",
            $id,
            " WHERE o.account_id = :account_id AND o.name_key > :after AND o.name_key <= :last",
            " ORDER BY o.name_key, ",
            $order
        )
    };
}

macro_rules! owner {
    ($entity:ty, $table:literal, $id:literal, $kind:literal) => {
        impl Entity for $entity {
            const LIST: &'static str = list!($table);
        }

        impl Owner for $entity {
            const INLINE: &'static str =
                of_owners!("x.doc_version, x.doc", "iam_inline_policy", "x.name_key", $table, $id, $kind);
            const ATTACHED: &'static str =
                of_owners!("x.policy_arn", "iam_attachment", "x.policy_arn", $table, $id, $kind);
        }
    };
}

owner!(Group, "iam_group", "group_id", "group");
owner!(Role, "iam_role", "role_id", "role");
owner!(User, "iam_user", "user_id", "user");

impl Entity for InstanceProfile {
    const LIST: &'static str = list!("iam_instance_profile");
}

impl Entity for ManagedPolicy {
    const LIST: &'static str = list!("iam_policy");
}

/// A page of entities.
pub(super) struct Page<T> {
    account: AccountId,
    /// The last name key of the page before.
    after: String,
    /// The last name key of this page.
    last: String,
    records: Vec<T>,
}

impl<T: Entity> Page<T> {
    /// Before the first page.
    pub(super) fn first(account: AccountId) -> Self {
        Self { account, after: String::new(), last: String::new(), records: Vec::new() }
    }

    /// Goes on to the next page; says whether there is one.
    pub(super) async fn next(&mut self, tx: &mut Transaction) -> Result<bool, StoreError> {
        self.after.clone_from(&self.last);
        let parameters =
            [(":account_id", &self.account as _), (":after", &self.after as _), (":limit", &PAGE as _)];
        let rows = tx.query(T::LIST, &parameters).await?;
        if let Some(row) = rows.last() {
            row.text("name_key")?.clone_into(&mut self.last);
        }
        self.records = document::read_all(&rows)?;
        Ok(!self.records.is_empty())
    }

    pub(super) fn records(&self) -> &[T] {
        &self.records
    }

    async fn belonging(&self, tx: &mut Transaction, sql: &'static str) -> Result<Vec<Row>, StoreError> {
        let parameters: [(&'static str, &dyn Parameter); 3] =
            [(":account_id", &self.account), (":after", &self.after), (":last", &self.last)];
        tx.query(sql, &parameters).await
    }

    /// Documents that belong to the page's entities, by the id of the entity.
    pub(super) async fn documents<D: DeserializeOwned, S: From<D>>(
        &self,
        tx: &mut Transaction,
        sql: &'static str,
    ) -> Result<HashMap<String, Vec<S>>, StoreError> {
        let mut documents: HashMap<String, Vec<S>> = HashMap::new();
        for row in self.belonging(tx, sql).await? {
            let document: D = document::read(&row)?;
            documents.entry(row.text("owner_id")?.to_owned()).or_default().push(document.into());
        }
        Ok(documents)
    }
}

impl<T: Owner> Page<T> {
    /// The policies of the page's entities, by the id of the entity.
    pub(super) async fn policies(
        &self,
        tx: &mut Transaction,
    ) -> Result<HashMap<String, Policies>, StoreError> {
        let mut policies: HashMap<String, Policies> = HashMap::new();
        for row in self.belonging(tx, T::INLINE).await? {
            let policy: domain::InlinePolicy = document::read(&row)?;
            policies.entry(row.text("owner_id")?.to_owned()).or_default().inline.push(policy.into());
        }
        for row in self.belonging(tx, T::ATTACHED).await? {
            let arn = row.text("policy_arn")?.to_owned();
            policies.entry(row.text("owner_id")?.to_owned()).or_default().attached.push(arn);
        }
        Ok(policies)
    }
}

impl Page<User> {
    /// The names of the groups that the users are in.
    pub(super) async fn groups(
        &self,
        tx: &mut Transaction,
    ) -> Result<HashMap<String, Vec<GroupName>>, StoreError> {
        let mut groups: HashMap<String, Vec<GroupName>> = HashMap::new();
        for row in self.belonging(tx, GROUPS).await? {
            let group: Group = document::read(&row)?;
            groups.entry(row.text("owner_id")?.to_owned()).or_default().push(group.name);
        }
        Ok(groups)
    }
}

impl Page<InstanceProfile> {
    /// The name of the role in each of the instance profiles.
    pub(super) async fn roles(&self, tx: &mut Transaction) -> Result<HashMap<String, RoleName>, StoreError> {
        let mut roles = HashMap::new();
        for row in self.belonging(tx, ROLES).await? {
            let role: Role = document::read(&row)?;
            roles.insert(row.text("owner_id")?.to_owned(), role.name);
        }
        Ok(roles)
    }
}

impl Page<ManagedPolicy> {
    /// The versions of the policies, oldest first.
    pub(super) async fn versions(
        &self,
        tx: &mut Transaction,
    ) -> Result<HashMap<String, Vec<Version>>, StoreError> {
        self.documents::<domain::ManagedPolicyVersion, _>(tx, VERSIONS).await
    }
}

const GROUPS: &str = "SELECT o.user_id AS owner_id, g.doc_version, g.doc FROM iam_user o
    JOIN iam_membership m ON m.account_id = o.account_id AND m.user_id = o.user_id
    JOIN iam_group g ON g.account_id = m.account_id AND g.group_id = m.group_id
    WHERE o.account_id = :account_id AND o.name_key > :after AND o.name_key <= :last
    ORDER BY o.name_key, g.name_key";
const ROLES: &str = "SELECT o.profile_id AS owner_id, r.doc_version, r.doc FROM iam_instance_profile o
    JOIN iam_role r ON r.account_id = o.account_id AND r.role_id = o.role_id
    WHERE o.account_id = :account_id AND o.name_key > :after AND o.name_key <= :last
    ORDER BY o.name_key";
const VERSIONS: &str = "SELECT o.policy_id AS owner_id, v.doc_version, v.doc FROM iam_policy o
    JOIN iam_policy_version v ON v.account_id = o.account_id AND v.policy_id = o.policy_id
    WHERE o.account_id = :account_id AND o.name_key > :after AND o.name_key <= :last
    ORDER BY o.name_key, v.version";

pub(super) const SQL: &[&str] = &[
    Group::LIST,
    Group::INLINE,
    Group::ATTACHED,
    Role::LIST,
    Role::INLINE,
    Role::ATTACHED,
    User::LIST,
    User::INLINE,
    User::ATTACHED,
    InstanceProfile::LIST,
    ManagedPolicy::LIST,
    GROUPS,
    ROLES,
    VERSIONS,
];
