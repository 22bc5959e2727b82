//! GetCallerIdentity and GetAccessKeyInfo.

use crate::plane::{ACCOUNT, TestPlane};
use shapes::{
    iam::{CreateUser, CreateUserInput, PutUserPolicy, PutUserPolicyInput},
    sts::{GetAccessKeyInfo, GetAccessKeyInfoInput, GetCallerIdentity, GetCallerIdentityInput},
};

#[tokio::test]
async fn root_is_its_account() {
    let plane = TestPlane::new().await;
    let identity = plane.root::<GetCallerIdentity>(GetCallerIdentityInput).await.unwrap();
    assert_eq!(identity.user_id.as_deref(), Some(ACCOUNT));
    assert_eq!(identity.arn.unwrap(), format!("arn:aws:iam::{ACCOUNT}:root"));
}

#[tokio::test]
async fn no_policy_can_forbid_asking_who_one_is() {
    let plane = TestPlane::new().await;
    let alice = CreateUserInput { user_name: "alice".into(), path: Some("/x/".into()), ..Default::default() };
    plane.root::<CreateUser>(alice).await.unwrap();
    let deny = r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    let put = PutUserPolicyInput {
        user_name: "alice".into(),
        policy_name: "deny".into(),
        policy_document: deny.into(),
    };
    plane.root::<PutUserPolicy>(put).await.unwrap();
    let identity = plane.user::<GetCallerIdentity>("alice", GetCallerIdentityInput).await.unwrap();
    assert_eq!(identity.arn.unwrap(), format!("arn:aws:iam::{ACCOUNT}:user/x/alice"));
    assert!(identity.user_id.unwrap().starts_with("AIDA"));
}

#[tokio::test]
async fn an_access_key_id_names_its_account_whether_issued_or_not() {
    let plane = TestPlane::new().await;
    let ask = |id: &str| plane.root::<GetAccessKeyInfo>(GetAccessKeyInfoInput { access_key_id: id.into() });
    assert_eq!(ask("ASIAY34FZKBOKMUTVV7A").await.unwrap().account.as_deref(), Some("609629065308"));
    ask("AKIAIOSFODNN7EXAMPL1").await.unwrap_err().is("ValidationError", "not valid");
    ask("short").await.unwrap_err().is("ValidationError", "length greater than or equal to 16");
}

#[tokio::test]
async fn asking_about_a_key_needs_permission() {
    let plane = TestPlane::new().await;
    let alice = CreateUserInput { user_name: "alice".into(), ..Default::default() };
    plane.root::<CreateUser>(alice).await.unwrap();
    let input = GetAccessKeyInfoInput { access_key_id: "ASIAY34FZKBOKMUTVV7A".into() };
    let refused = plane.user::<GetAccessKeyInfo>("alice", input).await.unwrap_err();
    refused.is("AccessDenied", "is not authorized to perform: sts:GetAccessKeyInfo on resource: *");
}
