//! Access keys of users and of the root user.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{
        allow, arn, assert_denied, assert_denied_on, assert_refused, document, put_inline_policy, refused,
        user, user_with_policy,
    },
};
use domain::{AccessKeyId, LastUsed, PolicyOwner, SecretAccessKey, UniqueId};
use shapes::{
    iam::{
        CreateAccessKey, CreateAccessKeyInput, CreateRole, CreateRoleInput, CreateUser, CreateUserInput,
        DeleteAccessKey, DeleteAccessKeyInput, DeleteUser, DeleteUserInput, GetAccessKeyLastUsed,
        GetAccessKeyLastUsedInput, ListAccessKeys, ListAccessKeysInput, UpdateAccessKey,
        UpdateAccessKeyInput, types,
    },
    sts::{AssumeRole, AssumeRoleInput},
};
use store::last_used::UsedKind;

const UNKNOWN: &str = "AKIAIOSFODNN7EXAMPLE";

fn new(user: Option<&str>) -> CreateAccessKeyInput {
    CreateAccessKeyInput { user_name: user.map(Into::into) }
}

fn listed(user: Option<&str>) -> ListAccessKeysInput {
    ListAccessKeysInput { user_name: user.map(Into::into), ..Default::default() }
}

fn updated(user: Option<&str>, key: &str, status: types::StatusType) -> UpdateAccessKeyInput {
    UpdateAccessKeyInput { user_name: user.map(Into::into), access_key_id: key.into(), status }
}

fn deleted(user: Option<&str>, key: &str) -> DeleteAccessKeyInput {
    DeleteAccessKeyInput { user_name: user.map(Into::into), access_key_id: key.into() }
}

fn last_used(key: &str) -> GetAccessKeyLastUsedInput {
    GetAccessKeyLastUsedInput { access_key_id: key.into() }
}

async fn create_user(plane: &TestPlane, name: &str) {
    let input = CreateUserInput { user_name: name.into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
}

async fn create(plane: &TestPlane, user: Option<&str>) -> types::AccessKey {
    plane.root::<CreateAccessKey>(new(user)).await.unwrap().access_key
}

async fn list(plane: &TestPlane, user: Option<&str>) -> Vec<types::AccessKeyMetadata> {
    plane.root::<ListAccessKeys>(listed(user)).await.unwrap().access_key_metadata
}

#[tokio::test]
async fn a_new_key_is_shown_with_its_secret_once() {
    let plane = TestPlane::new().await;
    create_user(&plane, "Alice").await;
    let key = create(&plane, Some("alice")).await;
    assert_eq!((key.user_name.as_str(), &key.status), ("Alice", &types::StatusType::Active));
    assert_eq!(key.create_date, Some(plane.now()));
    let id = AccessKeyId::parse(&key.access_key_id).unwrap();
    assert_eq!((id.account_id(), id.is_temporary()), (Some(plane.account), false));
    let entry = plane.plane.directory.access_key(&plane.plane, &id).await.unwrap().unwrap();
    assert_eq!(entry.secret, SecretAccessKey::from_sealed(key.secret_access_key.to_string()));
    let metadata = types::AccessKeyMetadata {
        user_name: Some("Alice".into()),
        access_key_id: Some(key.access_key_id),
        status: Some(types::StatusType::Active),
        create_date: Some(plane.now()),
    };
    assert_eq!(list(&plane, Some("alice")).await, [metadata]);
}

#[tokio::test]
async fn two_keys_are_the_limit() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    for owner in [Some("alice"), None] {
        let key = create(&plane, owner).await.access_key_id;
        create(&plane, owner).await;
        // One that is switched off counts too.
        let input = updated(owner, &key, types::StatusType::Inactive);
        plane.root::<UpdateAccessKey>(input).await.unwrap();
        let refusal = refused::<CreateAccessKey>(&plane, new(owner)).await;
        assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2");
        plane.root::<DeleteAccessKey>(deleted(owner, &key)).await.unwrap();
        create(&plane, owner).await;
    }
}

#[tokio::test]
async fn the_root_user_has_keys_of_its_own() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    create(&plane, Some("alice")).await;
    assert_eq!(list(&plane, None).await, []);
    let key = create(&plane, None).await;
    assert_eq!(key.user_name, "");
    let keys = list(&plane, None).await;
    assert_eq!(keys.len(), 1);
    assert_eq!((&keys[0].user_name, keys[0].access_key_id.as_ref()), (&None, Some(&key.access_key_id)));
    let used = plane.root::<GetAccessKeyLastUsed>(last_used(&key.access_key_id)).await.unwrap();
    assert_eq!(used.user_name, None);
    assert_denied::<GetAccessKeyLastUsed>(&plane, last_used(&key.access_key_id), "root").await;
    plane.root::<DeleteAccessKey>(deleted(None, &key.access_key_id)).await.unwrap();
    assert_eq!(list(&plane, None).await, []);
}

#[tokio::test]
async fn without_a_name_a_user_acts_on_itself() {
    let plane = TestPlane::new().await;
    let own = arn("user/${aws:username}");
    user_with_policy(&plane, "alice", &allow("iam:*AccessKey*", &own)).await;
    create_user(&plane, "bob").await;
    let key = plane.user::<CreateAccessKey>("alice", new(None)).await.unwrap().access_key;
    assert_eq!(key.user_name, "alice");
    let id = key.access_key_id;
    let input = updated(None, &id, types::StatusType::Inactive);
    plane.user::<UpdateAccessKey>("alice", input).await.unwrap();
    let keys = plane.user::<ListAccessKeys>("alice", listed(None)).await.unwrap().access_key_metadata;
    assert_eq!((keys.len(), &keys[0].status), (1, &Some(types::StatusType::Inactive)));
    plane.user::<GetAccessKeyLastUsed>("alice", last_used(&id)).await.unwrap();
    plane.user::<DeleteAccessKey>("alice", deleted(None, &id)).await.unwrap();
    assert_eq!(list(&plane, Some("alice")).await, []);
    let input = new(Some("bob"));
    assert_denied_on::<CreateAccessKey>(&plane, "alice", input, "iam:CreateAccessKey", "user/bob").await;
}

#[tokio::test]
async fn a_role_session_has_no_keys_of_its_own() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "alice", &allow("sts:AssumeRole", "*")).await;
    let trust = document(&format!(
        r#"{{"Effect":"Allow","Principal":{{"AWS":"{}"}},"Action":"sts:AssumeRole"}}"#,
        arn("user/alice")
    ));
    let input = CreateRoleInput {
        role_name: "admin".into(),
        assume_role_policy_document: trust,
        ..Default::default()
    };
    let role = plane.root::<CreateRole>(input).await.unwrap().role;
    let owner = PolicyOwner::Role(UniqueId::parse(&role.role_id).unwrap());
    put_inline_policy(&plane, &owner, &allow("*", "*")).await;
    let input =
        AssumeRoleInput { role_arn: role.arn, role_session_name: "session".into(), ..Default::default() };
    let credentials = plane.user::<AssumeRole>("alice", input).await.unwrap().credentials.unwrap();
    let (id, token) = (&credentials.access_key_id, &*credentials.session_token);
    let refusal = plane.session::<CreateAccessKey>(id, token, new(None)).await.unwrap_err();
    let message = "Must specify userName when calling with non-User credentials";
    assert_refused(refusal, "ValidationError", 400, message);
    plane.session::<CreateAccessKey>(id, token, new(Some("alice"))).await.unwrap();
}

#[tokio::test]
async fn users_and_keys_that_do_not_exist() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    create_user(&plane, "bob").await;
    let key = create(&plane, Some("bob")).await.access_key_id;
    for refusal in [
        refused::<CreateAccessKey>(&plane, new(Some("ghost"))).await,
        refused::<DeleteAccessKey>(&plane, deleted(Some("ghost"), &key)).await,
        refused::<ListAccessKeys>(&plane, listed(Some("ghost"))).await,
        refused::<UpdateAccessKey>(&plane, updated(Some("ghost"), &key, types::StatusType::Active)).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, "The user with name ghost cannot be found.");
    }
    // Another user's key, and the root user's view of one, are no different from one that nobody has.
    for (owner, key) in [(Some("alice"), key.as_str()), (None, key.as_str()), (Some("alice"), UNKNOWN)] {
        for refusal in [
            refused::<DeleteAccessKey>(&plane, deleted(owner, key)).await,
            refused::<UpdateAccessKey>(&plane, updated(owner, key, types::StatusType::Active)).await,
        ] {
            let message = format!("The Access Key with id {key} cannot be found.");
            assert_refused(refusal, "NoSuchEntity", 404, &message);
        }
    }
    assert_eq!(list(&plane, Some("bob")).await.len(), 1);
}

#[tokio::test]
async fn keys_are_switched_off_and_on() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let id = create(&plane, Some("alice")).await.access_key_id;
    for status in [types::StatusType::Inactive, types::StatusType::Active] {
        plane.root::<UpdateAccessKey>(updated(Some("alice"), &id, status.clone())).await.unwrap();
        assert_eq!(list(&plane, Some("alice")).await[0].status, Some(status));
    }
    let refusal =
        refused::<UpdateAccessKey>(&plane, updated(Some("alice"), &id, types::StatusType::Expired)).await;
    assert_refused(refusal, "InvalidInput", 400, "Access keys cannot have the status Expired.");
    let other = types::StatusType::Unknown("Off".into());
    refused::<UpdateAccessKey>(&plane, updated(Some("alice"), &id, other))
        .await
        .is("ValidationError", "Member must satisfy enum value set");
}

#[tokio::test]
async fn keys_come_in_pages() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let mut made = [
        create(&plane, Some("alice")).await.access_key_id,
        create(&plane, Some("alice")).await.access_key_id,
    ];
    made.sort();
    let input = ListAccessKeysInput { max_items: Some(1), ..listed(Some("alice")) };
    let first = plane.root::<ListAccessKeys>(input.clone()).await.unwrap();
    assert_eq!((first.access_key_metadata.len(), first.is_truncated), (1, Some(true)));
    let input = ListAccessKeysInput { marker: first.marker, ..input };
    let second = plane.root::<ListAccessKeys>(input).await.unwrap();
    assert_eq!((second.access_key_metadata.len(), second.is_truncated), (1, Some(false)));
    let shown = [&first.access_key_metadata[0], &second.access_key_metadata[0]]
        .map(|key| key.access_key_id.clone().unwrap());
    assert_eq!(shown, made);
}

#[tokio::test]
async fn the_last_use_of_a_key() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let id = create(&plane, Some("alice")).await.access_key_id;
    let note = |service: &str| {
        let at = LastUsed { at: plane.now(), service: service.into(), region: "eu-west-1".into() };
        plane.plane.last_uses.note(plane.account, UsedKind::AccessKey, &id, || at);
    };
    let shown = async || {
        let output = plane.root::<GetAccessKeyLastUsed>(last_used(&id)).await.unwrap();
        assert_eq!(output.user_name.as_deref(), Some("alice"));
        let used = output.access_key_last_used.unwrap();
        (used.last_used_date, used.service_name, used.region)
    };
    assert_eq!(shown().await, (None, "N/A".into(), "N/A".into()));
    let first = plane.now();
    note("iam");
    assert_eq!(shown().await, (Some(first), "iam".into(), "eu-west-1".into()));
    plane.plane.last_uses.flush(&plane.plane.store).await.unwrap();
    assert_eq!(shown().await, (Some(first), "iam".into(), "eu-west-1".into()));
    plane.advance(900);
    note("sts");
    assert_eq!(shown().await, (Some(plane.now()), "sts".into(), "eu-west-1".into()));
    plane.root::<DeleteAccessKey>(deleted(Some("alice"), &id)).await.unwrap();
    let mut tx = plane.plane.store.read();
    let kept = store::last_used::find(&mut tx, plane.account, UsedKind::AccessKey, &id).await;
    assert_eq!(kept.unwrap(), None);
}

#[tokio::test]
async fn the_last_use_of_a_key_that_is_not_the_accounts() {
    let plane = TestPlane::new().await;
    let refusal = refused::<GetAccessKeyLastUsed>(&plane, last_used(UNKNOWN)).await;
    let message = format!(
        "User: arn:aws:iam::{ACCOUNT}:root is not authorized to perform: iam:GetAccessKeyLastUsed on resource: access \
         key {UNKNOWN}"
    );
    assert_refused(refusal, "AccessDenied", 403, &message);
}

#[tokio::test]
async fn who_is_allowed_nothing_is_denied() {
    let plane = TestPlane::new().await;
    let input = CreateUserInput { user_name: "alice".into(), path: Some("/a/".into()), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
    let id = create(&plane, Some("alice")).await.access_key_id;
    for (owner, resource) in [(Some("alice"), "user/a/alice"), (None, "user/nobody")] {
        assert_denied::<CreateAccessKey>(&plane, new(owner), resource).await;
        assert_denied::<DeleteAccessKey>(&plane, deleted(owner, &id), resource).await;
        assert_denied::<ListAccessKeys>(&plane, listed(owner), resource).await;
        let input = updated(owner, &id, types::StatusType::Inactive);
        assert_denied::<UpdateAccessKey>(&plane, input, resource).await;
    }
    assert_denied::<GetAccessKeyLastUsed>(&plane, last_used(&id), "user/a/alice").await;
    assert_eq!(list(&plane, Some("alice")).await[0].status, Some(types::StatusType::Active));
}

#[tokio::test]
async fn a_recreated_user_has_none_of_its_namesakes_keys() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let first = user(&plane, "alice").await;
    let id = create(&plane, Some("alice")).await.access_key_id;
    let delete = DeleteUserInput { user_name: "alice".into() };
    refused::<DeleteUser>(&plane, delete.clone()).await.is("DeleteConflict", "delete access keys");
    plane.root::<DeleteAccessKey>(deleted(Some("alice"), &id)).await.unwrap();
    plane.root::<DeleteUser>(delete).await.unwrap();
    create_user(&plane, "alice").await;
    assert_ne!(user(&plane, "alice").await.id, first.id);
    assert_eq!(list(&plane, Some("alice")).await, []);
}
