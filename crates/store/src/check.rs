mod document;

use std::fmt;

use crate::{
    Sealer, StoreError, Transaction,
    seal::SEALED,
    table::{TABLES, Table},
};

/// What a check has looked at, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What is wrong; empty when all is well.
    pub findings: Vec<Finding>,
    /// How many rows each table has.
    pub rows: Vec<(&'static str, u64)>,
}

/// Something wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// A record that cannot be read, or whose columns are not what its document says.
    Document {
        /// The table.
        table: &'static str,
        /// The primary key.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// The engine's own words about its pages, indexes and foreign keys.
    Integrity(String),
    /// Rows that refer to what is not there.
    Reference {
        /// What refers to what.
        what: &'static str,
        /// How many rows do.
        rows: u64,
    },
    /// A secret that does not open for the record it belongs to.
    Secret {
        /// The kind of record.
        kind: &'static str,
        /// The account and the record's id.
        key: String,
        /// What is wrong.
        what: String,
    },
    /// More was found than is worth telling.
    More,
}

/// Findings that are told at most: a store with more is restored, not repaired by hand.
const MAX_FINDINGS: usize = 1000;

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document { table, key, what } => write!(f, "{table} {key}: {what}"),
            Self::Integrity(text) => f.write_str(text),
            Self::Reference { what, rows } => write!(f, "{rows} {what}"),
            Self::Secret { kind, key, what } => write!(f, "{kind} {key}: the secret does not open: {what}"),
            Self::More => write!(f, "more than {MAX_FINDINGS} findings: the rest is left out"),
        }
    }
}

impl Report {
    /// Takes in a finding, unless there are more than enough.
    pub(crate) fn add(&mut self, finding: Finding) {
        match self.findings.len() {
            len if len < MAX_FINDINGS => self.findings.push(finding),
            MAX_FINDINGS => self.findings.push(Finding::More),
            _ => {}
        }
    }
}

/// Follows every reference, reads every record, and opens every secret where there is a sealer.
pub(crate) async fn records(
    tx: &mut Transaction,
    sealer: Option<&Sealer>,
    report: &mut Report,
) -> Result<(), StoreError> {
    references(tx, report).await?;
    for table in TABLES {
        let rows = documents(tx, table, report).await?;
        report.rows.push((table.name, rows));
    }
    for kind in SEALED.iter().filter(|_| sealer.is_some()) {
        let mut page = kind.page(tx, None).await?;
        while let Some(last) = page.last() {
            for record in &page {
                let context = kind.context(record);
                let opened = context.map_err(Into::into).and_then(|context| match sealer {
                    Some(sealer) => sealer.unseal(context, &record.sealed).map(drop),
                    None => Ok(()),
                });
                if let Err(error) = opened {
                    let key = format!("{} {}", record.account_id, record.id);
                    report.add(Finding::Secret { kind: kind.kind, key, what: error.to_string() });
                }
            }
            page = kind.page(tx, Some(last)).await?;
        }
    }
    Ok(())
}

/// Reads all records of a table; gives their number.
async fn documents(tx: &mut Transaction, table: &Table, report: &mut Report) -> Result<u64, StoreError> {
    let mut rows = 0;
    let mut page = table.page(tx, None).await?;
    while let Some(last) = page.last() {
        for row in &page {
            rows += 1;
            if let Err(error) = document::check(table.name, row) {
                let (table, key) = (table.name, table.key_of(row));
                report.add(Finding::Document { table, key, what: error.to_string() });
            }
        }
        page = table.page(tx, Some(last)).await?;
    }
    Ok(rows)
}

/// Checks the references that the schema's foreign keys cannot express.
async fn references(tx: &mut Transaction, report: &mut Report) -> Result<(), StoreError> {
    for (what, sql) in REFERENCES {
        let rows = match tx.find(sql, &[]).await? {
            Some(row) => row.count("n")?,
            None => 0,
        };
        if rows > 0 {
            report.add(Finding::Reference { what, rows });
        }
    }
    Ok(())
}

const REFERENCES: &[(&str, &str)] = &[
    (
        "login profiles of users that do not exist",
        "SELECT COUNT(*) AS n FROM login_profile p WHERE p.owner_id <> 'root' AND NOT EXISTS
         (SELECT 1 FROM iam_user u WHERE u.account_id = p.account_id AND u.user_id = p.owner_id)",
    ),
    (
        "MFA devices of users that do not exist",
        "SELECT COUNT(*) AS n FROM mfa_device d WHERE d.owner_id <> 'root' AND NOT EXISTS
         (SELECT 1 FROM iam_user u WHERE u.account_id = d.account_id AND u.user_id = d.owner_id)",
    ),
    (
        "signing certificates of users that do not exist",
        "SELECT COUNT(*) AS n FROM signing_certificate c WHERE c.owner_id <> 'root' AND NOT EXISTS
         (SELECT 1 FROM iam_user u WHERE u.account_id = c.account_id AND u.user_id = c.owner_id)",
    ),
    (
        "access keys of users that do not exist",
        "SELECT COUNT(*) AS n FROM access_key k WHERE k.owner_id <> 'root' AND NOT EXISTS
         (SELECT 1 FROM iam_user u WHERE u.account_id = k.account_id AND u.user_id = k.owner_id)",
    ),
    (
        "inline policies of groups, roles or users that do not exist",
        "SELECT COUNT(*) AS n FROM iam_inline_policy p WHERE NOT EXISTS
         (SELECT 1 FROM iam_group g
          WHERE p.owner_kind = 'group' AND g.account_id = p.account_id AND g.group_id = p.owner_id)
         AND NOT EXISTS
         (SELECT 1 FROM iam_role r
          WHERE p.owner_kind = 'role' AND r.account_id = p.account_id AND r.role_id = p.owner_id)
         AND NOT EXISTS
         (SELECT 1 FROM iam_user u
          WHERE p.owner_kind = 'user' AND u.account_id = p.account_id AND u.user_id = p.owner_id)",
    ),
    (
        "attachments to groups, roles or users that do not exist",
        "SELECT COUNT(*) AS n FROM iam_attachment a WHERE NOT EXISTS
         (SELECT 1 FROM iam_group g
          WHERE a.owner_kind = 'group' AND g.account_id = a.account_id AND g.group_id = a.owner_id)
         AND NOT EXISTS
         (SELECT 1 FROM iam_role r
          WHERE a.owner_kind = 'role' AND r.account_id = a.account_id AND r.role_id = a.owner_id)
         AND NOT EXISTS
         (SELECT 1 FROM iam_user u
          WHERE a.owner_kind = 'user' AND u.account_id = a.account_id AND u.user_id = a.owner_id)",
    ),
    // '0' is the character after '/': the range holds the policies that AWS itself owns.
    (
        "attachments of policies that do not exist",
        "SELECT COUNT(*) AS n FROM iam_attachment a
         WHERE (a.policy_arn < 'arn:aws:iam::aws:policy/' OR a.policy_arn >= 'arn:aws:iam::aws:policy0')
         AND NOT EXISTS
         (SELECT 1 FROM iam_policy p WHERE p.account_id = a.account_id AND p.arn = a.policy_arn)",
    ),
    (
        "managed policies without a default version",
        "SELECT COUNT(*) AS n FROM iam_policy p WHERE NOT EXISTS
         (SELECT 1 FROM iam_policy_version v
          WHERE v.account_id = p.account_id AND v.policy_id = p.policy_id AND v.version = p.default_version)",
    ),
    (
        "batches of events that do not exist and wait to be written to files",
        "SELECT COUNT(*) AS n FROM audit_batch_outbox o WHERE NOT EXISTS
         (SELECT 1 FROM audit_batch b
          WHERE b.account_id = o.account_id AND b.last_at = o.last_at AND b.batch_id = o.batch_id)",
    ),
];

/// The statements alone.
pub(crate) fn sql() -> impl Iterator<Item = &'static str> {
    REFERENCES.iter().map(|(_, sql)| *sql)
}
