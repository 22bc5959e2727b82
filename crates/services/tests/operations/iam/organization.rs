//! Central management of root users.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{allow, assert_denied_on_all, in_store, refused, user_with_policy},
};
use domain::AccountId;
use shapes::iam::{
    DisableOrganizationsRootCredentialsManagement, DisableOrganizationsRootCredentialsManagementInput,
    DisableOrganizationsRootSessions, DisableOrganizationsRootSessionsInput,
    EnableOrganizationsRootCredentialsManagement, EnableOrganizationsRootCredentialsManagementInput,
    EnableOrganizationsRootSessions, EnableOrganizationsRootSessionsInput, ListOrganizationsFeatures,
    ListOrganizationsFeaturesInput, types::FeatureType,
};

async fn managed() -> TestPlane {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        store::setting::insert(tx, store::setting::MANAGEMENT_ACCOUNT, ACCOUNT).await.unwrap();
    })
    .await;
    plane
}

async fn features(plane: &TestPlane) -> (String, Vec<FeatureType>) {
    let output = plane.root::<ListOrganizationsFeatures>(ListOrganizationsFeaturesInput).await.unwrap();
    (output.organization_id.unwrap(), output.enabled_features.unwrap())
}

#[tokio::test]
async fn the_management_account_switches_features() {
    use FeatureType::{RootCredentialsManagement, RootSessions};
    let plane = managed().await;
    let (id, none) = features(&plane).await;
    assert!(id.starts_with("o-") && id.len() == 12 && none.is_empty(), "{id}");
    let output =
        plane.root::<EnableOrganizationsRootSessions>(EnableOrganizationsRootSessionsInput).await.unwrap();
    assert_eq!(
        (output.organization_id, output.enabled_features),
        (Some(id.clone()), Some(vec![RootSessions]))
    );
    let input = EnableOrganizationsRootCredentialsManagementInput;
    let output = plane.root::<EnableOrganizationsRootCredentialsManagement>(input).await.unwrap();
    assert_eq!(output.enabled_features, Some(vec![RootCredentialsManagement, RootSessions]));
    // Switching on what is on changes nothing.
    plane.root::<EnableOrganizationsRootSessions>(EnableOrganizationsRootSessionsInput).await.unwrap();
    assert_eq!(features(&plane).await, (id.clone(), vec![RootCredentialsManagement, RootSessions]));
    let output =
        plane.root::<DisableOrganizationsRootSessions>(DisableOrganizationsRootSessionsInput).await.unwrap();
    assert_eq!(output.enabled_features, Some(vec![RootCredentialsManagement]));
    let input = DisableOrganizationsRootCredentialsManagementInput;
    plane.root::<DisableOrganizationsRootCredentialsManagement>(input).await.unwrap();
    assert_eq!(features(&plane).await, (id, vec![]));
}

#[tokio::test]
async fn other_accounts_do_not() {
    let plane = managed().await;
    let other = AccountId::parse("999999999999").unwrap();
    plane.other_account(other).await;
    let (member, administrator) =
        ("CallerIsNotManagementAccountException", "AccountNotManagementOrDelegatedAdministratorException");
    let code = |refused: Result<(), crate::plane::Refused>| {
        let refused = refused.unwrap_err();
        assert_eq!(refused.status, 400);
        refused.code
    };
    let input = EnableOrganizationsRootSessionsInput;
    let refusal = plane.root_of::<EnableOrganizationsRootSessions>(other, input).await;
    assert_eq!(code(refusal.map(drop)), member);
    let input = EnableOrganizationsRootCredentialsManagementInput;
    let refusal = plane.root_of::<EnableOrganizationsRootCredentialsManagement>(other, input).await;
    assert_eq!(code(refusal.map(drop)), member);
    let input = DisableOrganizationsRootSessionsInput;
    let refusal = plane.root_of::<DisableOrganizationsRootSessions>(other, input).await;
    assert_eq!(code(refusal.map(drop)), administrator);
    let input = DisableOrganizationsRootCredentialsManagementInput;
    let refusal = plane.root_of::<DisableOrganizationsRootCredentialsManagement>(other, input).await;
    assert_eq!(code(refusal.map(drop)), administrator);
    let refusal = plane.root_of::<ListOrganizationsFeatures>(other, ListOrganizationsFeaturesInput).await;
    assert_eq!(code(refusal.map(drop)), administrator);
}

#[tokio::test]
async fn without_a_management_account_there_is_no_organization() {
    let plane = TestPlane::new().await;
    let refusal = refused::<ListOrganizationsFeatures>(&plane, ListOrganizationsFeaturesInput).await;
    refusal.is("OrganizationNotFoundException", "not a member of an organization");
    let input = EnableOrganizationsRootSessionsInput;
    refused::<EnableOrganizationsRootSessions>(&plane, input).await.is("OrganizationNotFoundException", "");
}

#[tokio::test]
async fn users_need_permission() {
    let plane = managed().await;
    user_with_policy(&plane, "nobody", &allow("s3:*", "*")).await;
    let input = EnableOrganizationsRootCredentialsManagementInput;
    assert_denied_on_all::<EnableOrganizationsRootCredentialsManagement>(&plane, input).await;
    let input = DisableOrganizationsRootCredentialsManagementInput;
    assert_denied_on_all::<DisableOrganizationsRootCredentialsManagement>(&plane, input).await;
    assert_denied_on_all::<EnableOrganizationsRootSessions>(&plane, EnableOrganizationsRootSessionsInput)
        .await;
    assert_denied_on_all::<DisableOrganizationsRootSessions>(&plane, DisableOrganizationsRootSessionsInput)
        .await;
    assert_denied_on_all::<ListOrganizationsFeatures>(&plane, ListOrganizationsFeaturesInput).await;
    user_with_policy(&plane, "admin", &allow("iam:*Organizations*", "*")).await;
    plane
        .user::<EnableOrganizationsRootSessions>("admin", EnableOrganizationsRootSessionsInput)
        .await
        .unwrap();
    plane.user::<ListOrganizationsFeatures>("admin", ListOrganizationsFeaturesInput).await.unwrap();
}
