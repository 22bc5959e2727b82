//! Every table with its columns: for what goes through all of a store, table by table.

use crate::{Parameter, Row, StoreError, Transaction, row::Cell};

/// The type of a column: the three that both engines share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    /// BIGINT.
    Integer,
    /// BYTEA.
    Bytes,
    /// TEXT.
    Text,
}

impl Type {
    /// Whether a column of the type may hold that value. Which columns may be NULL is the engine's to say.
    pub(crate) fn holds(self, cell: &Cell) -> bool {
        matches!(
            (self, cell),
            (_, Cell::Null)
                | (Self::Integer, Cell::Integer(_))
                | (Self::Bytes, Cell::Bytes(_))
                | (Self::Text, Cell::Text(_))
        )
    }
}

/// A table: its primary key first, then the other columns.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Type)],
    /// The columns of the primary key as parameters of `page`.
    key: &'static [&'static str],
    page: &'static str,
}

macro_rules! table {
    ($name:literal: $first:ident $first_type:ident $(, $key:ident $key_type:ident)*;
     $($column:ident $column_type:ident),*) => {
        Table {
            name: $name,
            columns: &[
                (stringify!($first), Type::$first_type),
                $((stringify!($key), Type::$key_type),)*
                $((stringify!($column), Type::$column_type),)*
            ],
            key: &[concat!(":", stringify!($first)), $(concat!(":", stringify!($key))),*],
            page: concat!(
                "SELECT ", stringify!($first), $(", ", stringify!($key),)* $(", ", stringify!($column),)*
                " FROM ", $name,
                " WHERE (", stringify!($first), $(", ", stringify!($key),)*
                ") > (:", stringify!($first), $(", :", stringify!($key),)*
                ") ORDER BY ", stringify!($first), $(", ", stringify!($key),)* " LIMIT :limit"
            ),
        }
    };
}

/// All tables but those that belong to one database rather than to the plane, each after those it refers to.
pub(crate) const TABLES: &[Table] = &[
    table!("setting": name Text; value Text),
    table!("data_key": key_id Integer; purpose Text, state Text, wrapped Bytes, created_at Integer),
    table!("account": account_id Text; email_key Text, doc_version Integer, doc Text),
    table!("account_alias": alias Text; account_id Text),
    table!("iam_user": account_id Text, user_id Text;
        name_key Text, path Text, boundary_arn Text, doc_version Integer, doc Text),
    table!("iam_group": account_id Text, group_id Text;
        name_key Text, path Text, doc_version Integer, doc Text),
    table!("iam_membership": account_id Text, group_id Text, user_id Text;),
    table!("iam_role": account_id Text, role_id Text;
        name_key Text, path Text, boundary_arn Text, doc_version Integer, doc Text),
    table!("iam_policy": account_id Text, policy_id Text;
        name_key Text, path Text, arn Text, default_version Integer, doc_version Integer, doc Text),
    table!("iam_policy_version": account_id Text, policy_id Text, version Integer;
        doc_version Integer, doc Text),
    table!("iam_inline_policy": account_id Text, owner_kind Text, owner_id Text, name_key Text;
        doc_version Integer, doc Text),
    table!("iam_attachment": account_id Text, owner_kind Text, owner_id Text, policy_arn Text;),
    table!("iam_instance_profile": account_id Text, profile_id Text;
        name_key Text, path Text, role_id Text, doc_version Integer, doc Text),
    table!("iam_role_deletion": account_id Text, task_id Text;
        requested_at Integer, doc_version Integer, doc Text),
    table!("iam_account_settings": account_id Text; doc_version Integer, doc Text),
    table!("iam_delegation_request": account_id Text, request_id Text;
        workflow_id Text, owner_account Text, owner Text, owner_unique_id Text, expires_at Integer,
        doc_version Integer, doc Text),
    table!("access_key": account_id Text, access_key_id Text;
        owner_id Text, secret Bytes, doc_version Integer, doc Text),
    table!("iam_saml_provider": account_id Text, provider_id Text;
        name_key Text, metadata Text, doc_version Integer, doc Text),
    table!("iam_saml_private_key": account_id Text, key_id Text;
        provider_id Text, private_key Bytes, doc_version Integer, doc Text),
    table!("iam_open_id_connect_provider": account_id Text, url Text; doc_version Integer, doc Text),
    table!("iam_server_certificate": account_id Text, certificate_id Text;
        name_key Text, path Text, body Text, chain Text, private_key Bytes, doc_version Integer, doc Text),
    table!("last_used": account_id Text, kind Text, id Text;
        used_at Integer, doc_version Integer, doc Text),
    table!("login_profile": account_id Text, owner_id Text; passwords Bytes, doc_version Integer, doc Text),
    table!("password_policy": account_id Text; doc_version Integer, doc Text),
    table!("mfa_device": account_id Text, device_id Text;
        serial_key Text, kind Text, owner_id Text, seed Bytes, doc_version Integer, doc Text),
    table!("signing_certificate": account_id Text, certificate_id Text;
        owner_id Text, digest Text, doc_version Integer, doc Text),
    table!("ssh_public_key": account_id Text, key_id Text;
        user_id Text, digest Text, doc_version Integer, doc Text),
    table!("service_specific_credential": account_id Text, credential_id Text;
        user_id Text, service_name Text, service_user_name Text, doc_version Integer, doc Text),
    table!("credential_report": account_id Text; generated_at Integer, content Text),
    table!("imported_policy": policy_arn Text;
        name_key Text, path Text, document Text, doc_version Integer, doc Text),
    table!("service_access": account_id Text, principal_id Text, service Text, action Text;
        used_at Integer, region Text),
    table!("access_report": account_id Text, job_id Text;
        asked_by Text, created_at Integer, doc_version Integer, doc Text),
    table!("audit_event": account_id Text, event_at Integer, event_id Text;
        doc_version Integer, doc Text, event_name Text, event_source Text, read_only Text, user_name Text,
        access_key_id Text, resources Text),
    table!("audit_resource": account_id Text, event_at Integer, event_id Text, resource_type Text,
        resource_name Text;),
    table!("audit_outbox": node_id Text, event_id Text; account_id Text, event_at Integer),
    table!("audit_batch": account_id Text, last_at Integer, batch_id Text; doc_version Integer, packed Bytes),
    table!("audit_batch_key": day Integer, hash Integer, last_at Integer;),
    table!("audit_batch_unsorted": account_id Text, last_at Integer, batch_id Text; hashes Bytes),
    table!("audit_batch_outbox": node_id Text, batch_id Text; account_id Text, last_at Integer),
    table!("audit_chain": node_id Text; account_id Text, signing_key Bytes, doc_version Integer, doc Text),
];

/// Rows read at a time.
const PAGE: u32 = 500;

impl Table {
    /// The next rows in the order of the primary key, from behind the last one of the page before; empty at the end.
    pub(crate) async fn page(
        &self,
        tx: &mut Transaction,
        after: Option<&Row>,
    ) -> Result<Vec<Row>, StoreError> {
        // Less than every key: no text is less than the empty one, and no row has an empty key.
        let begin = |kind: &Type| match kind {
            Type::Integer => Cell::Integer(i64::MIN),
            Type::Bytes => Cell::Bytes(Vec::new()),
            Type::Text => Cell::Text(String::new()),
        };
        let key: Vec<Cell> = match after {
            Some(row) => row.cells().iter().take(self.key.len()).cloned().collect(),
            None => self.columns.iter().take(self.key.len()).map(|(_, kind)| begin(kind)).collect(),
        };
        let mut parameters: Vec<(&'static str, &dyn Parameter)> = vec![(":limit", &PAGE)];
        parameters.extend(self.key.iter().zip(&key).map(|(name, cell)| (*name, cell as &dyn Parameter)));
        tx.query(self.page, &parameters).await
    }

    /// The primary key of a row, for people.
    pub(crate) fn key_of(&self, row: &Row) -> String {
        let texts = row.cells().iter().take(self.key.len()).map(|cell| match cell {
            Cell::Integer(number) => number.to_string(),
            Cell::Text(text) => text.escape_debug().to_string(),
            Cell::Bytes(_) | Cell::Null => "?".to_owned(),
        });
        texts.collect::<Vec<_>>().join(" ")
    }
}

/// The statements alone.
pub(crate) fn sql() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.page)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Access, Location, Store};

    /// Tables that belong to the database they are in.
    const LEFT_OUT: &[&str] =
        &["change_log", "change_log_pruning", "lease", "node", "schema_migration", "schema_works_with"];
    const COLUMNS: &str = "SELECT m.name AS table_name, c.name AS column_name, c.type AS type, c.pk AS key
        FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' ORDER BY m.name, c.cid";

    #[tokio::test]
    async fn no_table_and_no_column_is_forgotten() {
        let store = Store::open(&Location::Memory, Access::Server).await.unwrap();
        let mut schema: Vec<(String, String, String, i64)> = Vec::new();
        for row in store.read().query(COLUMNS, &[]).await.unwrap() {
            let text = |column| row.text(column).unwrap().to_owned();
            if !LEFT_OUT.contains(&text("table_name").as_str()) {
                let key = row.integer("key").unwrap();
                schema.push((text("table_name"), text("column_name"), text("type"), key));
            }
        }
        let mut listed = Vec::new();
        for table in TABLES {
            for (index, (column, kind)) in table.columns.iter().enumerate() {
                let kind = match kind {
                    Type::Integer => "BIGINT",
                    Type::Bytes => "BYTEA",
                    Type::Text => "TEXT",
                };
                let key = if index < table.key.len() { index + 1 } else { 0 };
                listed.push((
                    table.name.to_owned(),
                    (*column).to_owned(),
                    kind.to_owned(),
                    i64::try_from(key).unwrap(),
                ));
            }
        }
        schema.sort();
        listed.sort();
        assert_eq!(listed, schema);
    }
}
