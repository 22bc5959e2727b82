//! GetSessionToken, and what its sessions may do.

use crate::plane::{ACCOUNT, TestPlane};
use shapes::{
    iam::{CreateUser, CreateUserInput, GetUser, GetUserInput},
    sts::{
        GetAccessKeyInfo, GetAccessKeyInfoInput, GetCallerIdentity, GetCallerIdentityInput, GetSessionToken,
        GetSessionTokenInput, types::Credentials,
    },
};

async fn session_of_alice(plane: &TestPlane, seconds: Option<i32>) -> Credentials {
    let alice = CreateUserInput { user_name: "alice".into(), ..Default::default() };
    let _ = plane.root::<CreateUser>(alice).await;
    let input = GetSessionTokenInput { duration_seconds: seconds, ..Default::default() };
    plane.user::<GetSessionToken>("alice", input).await.unwrap().credentials.unwrap()
}

#[tokio::test]
async fn needs_no_permission_and_keeps_the_identity() {
    let plane = TestPlane::new().await;
    let held = session_of_alice(&plane, None).await;
    assert_eq!(held.expiration.duration_since(plane.now()).as_secs(), 43200);
    assert!(held.access_key_id.starts_with("ASIA"));
    let who =
        plane.session::<GetCallerIdentity>(&held.access_key_id, &held.session_token, GetCallerIdentityInput);
    assert_eq!(who.await.unwrap().arn.unwrap(), format!("arn:aws:iam::{ACCOUNT}:user/alice"));
}

#[tokio::test]
async fn root_gets_an_hour_at_most() {
    let plane = TestPlane::new().await;
    let input = GetSessionTokenInput { duration_seconds: Some(129_600), ..Default::default() };
    let held = plane.root::<GetSessionToken>(input).await.unwrap().credentials.unwrap();
    assert_eq!(held.expiration.duration_since(plane.now()).as_secs(), 3600);
}

#[tokio::test]
async fn duration_has_bounds() {
    let plane = TestPlane::new().await;
    for seconds in [899, 129_601] {
        let input = GetSessionTokenInput { duration_seconds: Some(seconds), ..Default::default() };
        plane.root::<GetSessionToken>(input).await.unwrap_err().is("ValidationError", "at 'durationSeconds'");
    }
}

#[tokio::test]
async fn a_session_without_mfa_reaches_no_iam_and_little_sts() {
    let plane = TestPlane::new().await;
    let held = session_of_alice(&plane, Some(900)).await;
    let (id, token) = (&held.access_key_id, &held.session_token);
    let iam = plane.session::<GetUser>(id, token, GetUserInput::default()).await.unwrap_err();
    iam.is("InvalidClientTokenId", "The security token included in the request is invalid");
    let again =
        plane.session::<GetSessionToken>(id, token, GetSessionTokenInput::default()).await.unwrap_err();
    again.is("AccessDenied", "Cannot call GetSessionToken with session credentials");
    let info = GetAccessKeyInfoInput { access_key_id: id.clone() };
    plane
        .session::<GetAccessKeyInfo>(id, token, info)
        .await
        .unwrap_err()
        .is("AccessDenied", "session credentials");
}

#[tokio::test]
async fn a_code_without_a_device_fails() {
    let plane = TestPlane::new().await;
    let input = GetSessionTokenInput {
        serial_number: Some(format!("arn:aws:iam::{ACCOUNT}:mfa/none")),
        token_code: Some("123456".to_owned().into()),
        ..Default::default()
    };
    plane
        .root::<GetSessionToken>(input)
        .await
        .unwrap_err()
        .is("AccessDenied", "MultiFactorAuthentication failed");
}
