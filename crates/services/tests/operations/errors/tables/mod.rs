//! One table for each kind of thing, as the operations are grouped.

use super::table::Table;

/// What every table is written with.
mod prelude {
    pub use crate::errors::table::{
        Reason::{
            AtOnce, Idempotent, IsOrganization, NoOtherService, NoStore, NothingGrows, RefusedBefore, Unknown,
        },
        Table, never, of, raced, refused, table, unlisted,
    };

    /// A tag with a key that is AWS's own.
    pub const AWS_TAG: &str = "Tags.member.1.Key=aws:team Tags.member.1.Value=v";
    /// The key of such a tag.
    pub const AWS_TAG_KEY: &str = "TagKeys.member.1=aws:team";
}

/// The tables, and the tests of each.
macro_rules! tables {
    ($($thing:ident),* $(,)?) => {
        $(mod $thing;)*

        pub static TABLES: &[Table] = &[$($thing::TABLE),*];

        mod tests {
            $(mod $thing {
                use crate::errors::{check, tables::$thing::TABLE};

                #[tokio::test]
                async fn good_calls_succeed() {
                    check::good_calls_succeed(stringify!($thing), &TABLE).await;
                }

                #[tokio::test]
                async fn every_error_comes() {
                    check::every_error_comes(&TABLE).await;
                }

                #[tokio::test]
                async fn nobody_is_allowed() {
                    check::nobody_is_allowed(&TABLE).await;
                }

                #[tokio::test]
                async fn what_is_missing_is_named() {
                    check::what_is_missing_is_named(&TABLE).await;
                }

                #[tokio::test]
                async fn a_broken_store_is_told() {
                    check::a_broken_store_is_told(&TABLE).await;
                }
            })*
        }
    };
}

tables![
    access_key,
    access_report,
    account,
    attachment,
    credential_report,
    delegation_request,
    group,
    inline_policy,
    instance_profile,
    login_profile,
    mfa_device,
    open_id_connect_provider,
    organization,
    password_policy,
    policy,
    role,
    role_template,
    saml_provider,
    server_certificate,
    service_linked_role,
    service_specific_credential,
    signing_certificate,
    simulation,
    ssh_public_key,
    user,
];
