//! Central management of root users. The first account manages the organization.

use super::prelude::*;
use crate::{
    errors::table::Later,
    in_words::Plane,
    plane::{ACCOUNT, TestPlane},
    support::in_store,
};
use store::setting::MANAGEMENT_ACCOUNT;

pub const TABLE: Table = table(
    "",
    &[
        of(
            "DisableOrganizationsRootCredentialsManagement",
            "",
            &[
                refused("AccountNotManagementOrDelegatedAdministratorException", "@999999999999"),
                refused("OrganizationNotFoundException", "").with(without_organization),
                never("OrganizationNotInAllFeaturesModeException", IsOrganization),
                never("ServiceAccessNotEnabledException", IsOrganization),
            ],
        ),
        of(
            "DisableOrganizationsRootSessions",
            "",
            &[
                refused("AccountNotManagementOrDelegatedAdministratorException", "@999999999999"),
                refused("OrganizationNotFoundException", "").with(without_organization),
                never("OrganizationNotInAllFeaturesModeException", IsOrganization),
                never("ServiceAccessNotEnabledException", IsOrganization),
            ],
        ),
        of(
            "EnableOrganizationsRootCredentialsManagement",
            "",
            &[
                refused("CallerIsNotManagementAccountException", "@999999999999"),
                refused("OrganizationNotFoundException", "").with(without_organization),
                // An administrator that is delegated to may not do this either.
                never("AccountNotManagementOrDelegatedAdministratorException", RefusedBefore),
                never("OrganizationNotInAllFeaturesModeException", IsOrganization),
                never("ServiceAccessNotEnabledException", IsOrganization),
            ],
        ),
        of(
            "EnableOrganizationsRootSessions",
            "",
            &[
                refused("CallerIsNotManagementAccountException", "@999999999999"),
                refused("OrganizationNotFoundException", "").with(without_organization),
                never("AccountNotManagementOrDelegatedAdministratorException", RefusedBefore),
                never("OrganizationNotInAllFeaturesModeException", IsOrganization),
                never("ServiceAccessNotEnabledException", IsOrganization),
            ],
        ),
        of(
            "ListOrganizationsFeatures",
            "",
            &[
                refused("AccountNotManagementOrDelegatedAdministratorException", "@999999999999"),
                refused("OrganizationNotFoundException", "").with(without_organization),
                never("OrganizationNotInAllFeaturesModeException", IsOrganization),
                never("ServiceAccessNotEnabledException", IsOrganization),
            ],
        ),
    ],
)
.on(managed);

fn managed() -> Later<'static, TestPlane> {
    Box::pin(async {
        let plane = TestPlane::new().await;
        in_store(&plane, async |tx| {
            store::setting::insert(tx, MANAGEMENT_ACCOUNT, ACCOUNT).await.unwrap();
        })
        .await;
        plane
    })
}

fn without_organization(plane: &Plane) -> Later<'_, ()> {
    Box::pin(in_store(&plane.plane, async |tx| {
        store::setting::delete(tx, MANAGEMENT_ACCOUNT).await.unwrap();
    }))
}
