//! The AWS SDK for Rust as an application uses it: typed errors, paginators, its own assume-role provider.

use aws_config::sts::AssumeRoleProvider;
use aws_sdk_iam::{Client as Iam, error::ProvideErrorMetadata};
use aws_sdk_sts::{Client as Sts, config::Credentials};
use rust_sdk::{Plane, credentials};

const NO_STATEMENTS: &[&str] = &[];

fn policy(statements: &[&str]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn allow(action: &str) -> String {
    format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"*"}}"#)
}

async fn iam(plane: &Plane, credentials: &Credentials) -> Iam {
    Iam::new(&plane.config(credentials.clone()).await)
}

async fn sts(plane: &Plane, credentials: &Credentials) -> Sts {
    Sts::new(&plane.config(credentials.clone()).await)
}

async fn arn_of(plane: &Plane, credentials: &Credentials) -> Result<String, String> {
    let answer = sts(plane, credentials).await.get_caller_identity().send().await;
    answer
        .map(|identity| identity.arn().unwrap().to_owned())
        .map_err(|error| error.code().unwrap_or("no code").to_owned())
}

async fn user_with_key(plane: &Plane, name: &str, statements: &[&str]) -> Credentials {
    let root = iam(plane, &plane.root).await;
    root.create_user().user_name(name).send().await.unwrap();
    if !statements.is_empty() {
        let put = root.put_user_policy().user_name(name).policy_name("inline");
        put.policy_document(policy(statements)).send().await.unwrap();
    }
    let key = root.create_access_key().user_name(name).send().await.unwrap().access_key.unwrap();
    credentials(key.access_key_id(), key.secret_access_key(), None)
}

async fn partner_role(plane: &Plane, external_id: &str) -> String {
    let trust = format!(
        r#"{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{}:root"}},"Action":"sts:AssumeRole",
            "Condition":{{"StringEquals":{{"sts:ExternalId":"{external_id}"}}}}}}"#,
        plane.account_id
    );
    let root = iam(plane, &plane.root).await;
    let create = root.create_role().role_name("partner").assume_role_policy_document(policy(&[&trust]));
    create.send().await.unwrap().role.unwrap().arn
}

#[tokio::test]
async fn root_and_a_new_user_learn_who_they_are() {
    let plane = Plane::start().await;
    let account = &plane.account_id;
    assert_eq!(arn_of(&plane, &plane.root).await, Ok(format!("arn:aws:iam::{account}:root")));
    let alice = user_with_key(&plane, "alice", NO_STATEMENTS).await;
    assert_eq!(arn_of(&plane, &alice).await, Ok(format!("arn:aws:iam::{account}:user/alice")));
}

#[tokio::test]
async fn modelled_errors_are_the_sdks_own_variants() {
    let plane = Plane::start().await;
    let root = iam(&plane, &plane.root).await;
    let missing = root.get_user().user_name("ghost").send().await.unwrap_err();
    assert_eq!(missing.raw_response().unwrap().status().as_u16(), 404);
    let missing = missing.into_service_error();
    assert!(missing.is_no_such_entity_exception());
    assert_eq!(missing.message(), Some("The user with name ghost cannot be found."));
    root.create_user().user_name("alice").send().await.unwrap();
    let twin = root.create_user().user_name("alice").send().await.unwrap_err().into_service_error();
    assert!(twin.is_entity_already_exists_exception());
}

#[tokio::test]
async fn a_wrong_secret_and_an_unknown_key_are_told_apart() {
    let plane = Plane::start().await;
    let alice = user_with_key(&plane, "alice", NO_STATEMENTS).await;
    let wrong_secret = credentials(alice.access_key_id(), &"x".repeat(40), None);
    let unknown_key = credentials("AKIAIOSFODNN7EXAMPLE", alice.secret_access_key(), None);
    assert_eq!(arn_of(&plane, &wrong_secret).await, Err("SignatureDoesNotMatch".to_owned()));
    assert_eq!(arn_of(&plane, &unknown_key).await, Err("InvalidClientTokenId".to_owned()));
}

#[tokio::test]
async fn a_policy_opens_what_was_closed() {
    let plane = Plane::start().await;
    let alice = iam(&plane, &user_with_key(&plane, "alice", NO_STATEMENTS).await).await;
    let arn = format!("arn:aws:iam::{}:user/alice", plane.account_id);
    let denied = alice.get_user().send().await.unwrap_err();
    assert_eq!(denied.code(), Some("AccessDenied"));
    let words = format!(
        "User: {arn} is not authorized to perform: iam:GetUser on resource: {arn} \
         because no identity-based policy allows the iam:GetUser action"
    );
    assert_eq!(denied.message(), Some(words.as_str()));
    let root = iam(&plane, &plane.root).await;
    let put = root.put_user_policy().user_name("alice").policy_name("self");
    put.policy_document(policy(&[&allow("iam:GetUser")])).send().await.unwrap();
    assert_eq!(alice.get_user().send().await.unwrap().user.unwrap().arn, arn);
}

#[tokio::test]
async fn the_sdks_own_provider_assumes_a_role_with_its_external_id() {
    let plane = Plane::start().await;
    let alice = user_with_key(&plane, "alice", &[&allow("sts:AssumeRole")]).await;
    let role_arn = partner_role(&plane, "door-17").await;
    let base = plane.config(alice).await;
    for (external_id, expected) in [
        ("door-17", Some(format!("arn:aws:sts::{}:assumed-role/partner/visit", plane.account_id))),
        ("door-18", None),
    ] {
        let provider = AssumeRoleProvider::builder(&role_arn).session_name("visit").external_id(external_id);
        let config =
            plane.loader().credentials_provider(provider.configure(&base).build().await).load().await;
        let identity = Sts::new(&config).get_caller_identity().send().await;
        assert_eq!(identity.ok().and_then(|identity| identity.arn), expected);
    }
}

#[tokio::test]
async fn an_expired_session_is_refused() {
    let plane = Plane::start().await;
    let alice = user_with_key(&plane, "alice", &[&allow("sts:AssumeRole")]).await;
    let role_arn = partner_role(&plane, "door-17").await;
    let assume = sts(&plane, &alice).await.assume_role().role_arn(role_arn).role_session_name("visit");
    let answer = assume.external_id("door-17").duration_seconds(900).send().await.unwrap();
    let held = answer.credentials.unwrap();
    let session =
        credentials(held.access_key_id(), held.secret_access_key(), Some(held.session_token().to_owned()));
    arn_of(&plane, &session).await.unwrap();
    plane.advance(901).await;
    assert_eq!(arn_of(&plane, &session).await, Err("ExpiredToken".to_owned()));
}

#[tokio::test]
async fn a_paginator_walks_every_page() {
    let plane = Plane::start().await;
    let root = iam(&plane, &plane.root).await;
    let names: Vec<_> = (0..11).map(|number| format!("user-{number:02}")).collect();
    for name in &names {
        root.create_user().user_name(name).send().await.unwrap();
    }
    let mut users = root.list_users().into_paginator().page_size(4).items().send();
    let mut walked = Vec::new();
    while let Some(user) = users.next().await {
        walked.push(user.unwrap().user_name);
    }
    assert_eq!(walked, names);
}
