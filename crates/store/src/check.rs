use std::fmt;

use crate::{StoreError, Transaction};

/// Something wrong with a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The engine's own words about its pages, indexes and foreign keys.
    Integrity(String),
    /// Rows that refer to what is not there.
    Reference {
        /// What refers to what.
        what: &'static str,
        /// How many rows do.
        rows: u64,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integrity(text) => f.write_str(text),
            Self::Reference { what, rows } => write!(f, "{rows} {what}"),
        }
    }
}

/// Checks the references that the schema's foreign keys cannot express.
pub(crate) async fn references(tx: &mut Transaction) -> Result<Vec<Finding>, StoreError> {
    let mut findings = Vec::new();
    for (what, sql) in REFERENCES {
        let rows = match tx.find(sql, &[]).await? {
            Some(row) => row.count("n")?,
            None => 0,
        };
        if rows > 0 {
            findings.push(Finding::Reference { what, rows });
        }
    }
    Ok(findings)
}

const REFERENCES: &[(&str, &str)] = &[
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
];

/// The statements alone.
pub(crate) fn sql() -> impl Iterator<Item = &'static str> {
    REFERENCES.iter().map(|(_, sql)| *sql)
}
