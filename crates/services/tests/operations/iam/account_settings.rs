//! What an account sets for itself: outbound federation, token versions, role manager.

use crate::{
    plane::TestPlane,
    support::{
        allow, allow_if, assert_denied_on, assert_denied_on_all, assert_refused, document, refused,
        user_with_policy,
    },
};
use domain::AccountId;
use shapes::iam::{
    CreateRole, CreateRoleInput, DisableOutboundWebIdentityFederation,
    DisableOutboundWebIdentityFederationInput, EnableOutboundWebIdentityFederation,
    EnableOutboundWebIdentityFederationInput, GetAccountProperties, GetAccountPropertiesInput,
    GetAccountSummary, GetAccountSummaryInput, GetOutboundWebIdentityFederationInfo,
    GetOutboundWebIdentityFederationInfoInput, GetRole, GetRoleInput, PutAccountProperties,
    PutAccountPropertiesInput, SetSecurityTokenServicePreferences, SetSecurityTokenServicePreferencesInput,
    types::GlobalEndpointTokenVersion,
};

const ROLE_MANAGER: &str = "AWSServiceRoleForIAMRoleManager";
const ROLE_MANAGER_RESOURCE: &str =
    "role/aws-service-role/role-manager.iam.amazonaws.com/AWSServiceRoleForIAMRoleManager";

fn properties(pairs: &[(&str, &str)]) -> PutAccountPropertiesInput {
    let pairs = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    PutAccountPropertiesInput { properties: pairs.collect() }
}

fn role_manager(value: &str) -> PutAccountPropertiesInput {
    properties(&[("RoleManager/Enabled", value)])
}

async fn is_role_manager_on(plane: &TestPlane) -> String {
    let output = plane.root::<GetAccountProperties>(GetAccountPropertiesInput).await.unwrap();
    let mut properties = output.properties.unwrap();
    assert_eq!(properties.len(), 1);
    properties.remove("RoleManager/Enabled").unwrap()
}

async fn enable(plane: &TestPlane) -> String {
    let input = EnableOutboundWebIdentityFederationInput;
    plane.root::<EnableOutboundWebIdentityFederation>(input).await.unwrap().issuer_identifier.unwrap()
}

#[tokio::test]
async fn outbound_federation_is_switched_and_its_issuer_stays() {
    let plane = TestPlane::new().await;
    let off = "Outbound identity federation is disabled for account 123456789012";
    let info = || GetOutboundWebIdentityFederationInfoInput;
    let disable = || DisableOutboundWebIdentityFederationInput;
    for refusal in [
        refused::<GetOutboundWebIdentityFederationInfo>(&plane, info()).await,
        refused::<DisableOutboundWebIdentityFederation>(&plane, disable()).await,
    ] {
        assert_refused(refusal, "FeatureDisabled", 404, off);
    }
    let issuer = enable(&plane).await;
    let host = issuer.strip_prefix("https://").unwrap().strip_suffix(".tokens.sts.global.api.aws").unwrap();
    assert_eq!(host.len(), 36);
    let shown = plane.root::<GetOutboundWebIdentityFederationInfo>(info()).await.unwrap();
    assert_eq!((shown.issuer_identifier, shown.jwt_vending_enabled), (Some(issuer.clone()), Some(true)));
    let refusal =
        refused::<EnableOutboundWebIdentityFederation>(&plane, EnableOutboundWebIdentityFederationInput)
            .await;
    let on = "Outbound identity federation is already enabled for account 123456789012";
    assert_refused(refusal, "FeatureEnabled", 409, on);

    plane.root::<DisableOutboundWebIdentityFederation>(disable()).await.unwrap();
    assert_refused(
        refused::<GetOutboundWebIdentityFederationInfo>(&plane, info()).await,
        "FeatureDisabled",
        404,
        off,
    );
    assert_eq!(enable(&plane).await, issuer, "who trusts the issuer goes on trusting it");

    let other = AccountId::parse("999999999999").unwrap();
    plane.other_account(other).await;
    let input = EnableOutboundWebIdentityFederationInput;
    let theirs = plane.root_of::<EnableOutboundWebIdentityFederation>(other, input).await.unwrap();
    assert_ne!(theirs.issuer_identifier, Some(issuer));
}

#[tokio::test]
async fn the_token_version_is_shown_in_the_summary() {
    let plane = TestPlane::new().await;
    let version = async || {
        let summary = plane.root::<GetAccountSummary>(GetAccountSummaryInput).await.unwrap();
        summary.summary_map.unwrap()["GlobalEndpointTokenVersion"]
    };
    let set = async |version| {
        let input = SetSecurityTokenServicePreferencesInput { global_endpoint_token_version: version };
        plane.root::<SetSecurityTokenServicePreferences>(input).await.unwrap();
    };
    assert_eq!(version().await, 2);
    set(GlobalEndpointTokenVersion::V1Token).await;
    assert_eq!(version().await, 1);
    set(GlobalEndpointTokenVersion::V2Token).await;
    assert_eq!(version().await, 2);
    let unknown = GlobalEndpointTokenVersion::Unknown("v3Token".into());
    let input = SetSecurityTokenServicePreferencesInput { global_endpoint_token_version: unknown };
    refused::<SetSecurityTokenServicePreferences>(&plane, input).await.is("ValidationError", "v3Token");
}

#[tokio::test]
async fn role_manager_brings_its_role() {
    let plane = TestPlane::new().await;
    assert_eq!(is_role_manager_on(&plane).await, "false");
    let role = async || {
        let input = GetRoleInput { role_name: ROLE_MANAGER.into() };
        plane.root::<GetRole>(input).await.map(|output| output.role.role_id)
    };
    plane.root::<PutAccountProperties>(role_manager("false")).await.unwrap();
    assert!(role().await.is_err());
    plane.root::<PutAccountProperties>(role_manager("true")).await.unwrap();
    assert_eq!(is_role_manager_on(&plane).await, "true");
    let id = role().await.unwrap();
    // Again, and off, and on: the role is the same.
    for value in ["true", "false", "true"] {
        plane.root::<PutAccountProperties>(role_manager(value)).await.unwrap();
        assert_eq!(role().await.unwrap(), id);
    }
}

#[tokio::test]
async fn a_namesake_of_its_role_is_in_the_way() {
    let plane = TestPlane::new().await;
    let input = CreateRoleInput {
        role_name: ROLE_MANAGER.into(),
        assume_role_policy_document: r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#.into(),
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
    refused::<PutAccountProperties>(&plane, role_manager("true")).await.is("InvalidInput", "has been taken");
    assert_eq!(is_role_manager_on(&plane).await, "false");
}

#[tokio::test]
async fn properties_are_checked() {
    let plane = TestPlane::new().await;
    for (input, part) in [
        (properties(&[]), "same namespace"),
        (properties(&[("RoleManager", "true")]), "must be in format Namespace/PropertyName"),
        (properties(&[("RoleManager/Enabled", "true"), ("Other/x", "y")]), "same namespace"),
        (properties(&[("Other/x", "y")]), "Unsupported namespace: Other"),
        (properties(&[("RoleManager/Enabled", "yes")]), "must be 'true' or 'false'"),
        (properties(&[("RoleManager/Other", "true")]), "requires Enabled property"),
    ] {
        refused::<PutAccountProperties>(&plane, input).await.is("InvalidInput", part);
    }
    for input in [properties(&[("1/x", "y")]), properties(&[("a/b", "")])] {
        refused::<PutAccountProperties>(&plane, input).await.is("ValidationError", "constraint");
    }
    assert_eq!(is_role_manager_on(&plane).await, "false");
}

#[tokio::test]
async fn users_need_permission() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "nobody", &allow("s3:*", "*")).await;
    let version = GlobalEndpointTokenVersion::V1Token;
    let preferences = SetSecurityTokenServicePreferencesInput { global_endpoint_token_version: version };
    assert_denied_on_all::<SetSecurityTokenServicePreferences>(&plane, preferences).await;
    let input = EnableOutboundWebIdentityFederationInput;
    assert_denied_on_all::<EnableOutboundWebIdentityFederation>(&plane, input).await;
    let input = DisableOutboundWebIdentityFederationInput;
    assert_denied_on_all::<DisableOutboundWebIdentityFederation>(&plane, input).await;
    let input = GetOutboundWebIdentityFederationInfoInput;
    assert_denied_on_all::<GetOutboundWebIdentityFederationInfo>(&plane, input).await;
    assert_denied_on_all::<GetAccountProperties>(&plane, GetAccountPropertiesInput).await;
    assert_denied_on_all::<PutAccountProperties>(&plane, role_manager("false")).await;
    user_with_policy(&plane, "federator", &allow("iam:*OutboundWebIdentityFederation*", "*")).await;
    let input = EnableOutboundWebIdentityFederationInput;
    plane.user::<EnableOutboundWebIdentityFederation>("federator", input).await.unwrap();
}

#[tokio::test]
async fn switching_role_manager_on_needs_permission_for_its_role() {
    let plane = TestPlane::new().await;
    let condition = r#"{"ForAnyValue:StringEquals":{"iam:AccountPropertyNamespaces":"RoleManager"}}"#;
    let put = allow_if("iam:PutAccountProperties", condition);
    user_with_policy(&plane, "putter", &put).await;
    plane.user::<PutAccountProperties>("putter", role_manager("false")).await.unwrap();
    assert_denied_on::<PutAccountProperties>(
        &plane,
        "putter",
        role_manager("true"),
        "iam:CreateServiceLinkedRole",
        ROLE_MANAGER_RESOURCE,
    )
    .await;
    let both = document(
        r#"{"Effect":"Allow","Action":"iam:PutAccountProperties","Resource":"*"},
        {"Effect":"Allow","Action":"iam:CreateServiceLinkedRole","Resource":"*","Condition":{"StringEquals":
            {"iam:AWSServiceName":"role-manager.iam.amazonaws.com"}}}"#,
    );
    user_with_policy(&plane, "manager", &both).await;
    plane.user::<PutAccountProperties>("manager", role_manager("true")).await.unwrap();
    let other = r#"{"ForAnyValue:StringEquals":{"iam:AccountPropertyNamespaces":"Other"}}"#;
    user_with_policy(&plane, "other", &allow_if("iam:PutAccountProperties", other)).await;
    assert!(plane.user::<PutAccountProperties>("other", role_manager("false")).await.is_err());
}
