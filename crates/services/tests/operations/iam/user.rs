//! Users: their names, paths, tags and boundaries.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{
        ADMINISTRATOR_ACCESS, allow, allow_if, arn, assert_denied, assert_denied_on, assert_refused, attach,
        delete_inline_policy, detach, in_store, put_inline_policy, refused, user_with_policy,
    },
};
use domain::{IdKind, Path, PolicyOwner, UniqueId, User, UserName};
use shapes::iam::{
    AddUserToGroup, AddUserToGroupInput, CreateAccessKey, CreateAccessKeyInput, CreateGroup,
    CreateGroupInput, CreateUser, CreateUserInput, DeleteAccessKey, DeleteAccessKeyInput, DeleteUser,
    DeleteUserInput, DeleteUserPermissionsBoundary, DeleteUserPermissionsBoundaryInput, GetUser,
    GetUserInput, ListUserTags, ListUserTagsInput, ListUsers, ListUsersInput, PutUserPermissionsBoundary,
    PutUserPermissionsBoundaryInput, RemoveUserFromGroup, RemoveUserFromGroupInput, TagUser, TagUserInput,
    UntagUser, UntagUserInput, UpdateUser, UpdateUserInput, types,
};

const NOT_FOUND: &str = "The user with name ghost cannot be found.";

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

fn new(name: &str) -> CreateUserInput {
    CreateUserInput { user_name: name.into(), ..Default::default() }
}

fn shown(name: &str) -> GetUserInput {
    GetUserInput { user_name: Some(name.into()) }
}

fn deleted(name: &str) -> DeleteUserInput {
    DeleteUserInput { user_name: name.into() }
}

fn updated(name: &str) -> UpdateUserInput {
    UpdateUserInput { user_name: name.into(), ..Default::default() }
}

fn tagged(name: &str, tags: Vec<types::Tag>) -> TagUserInput {
    TagUserInput { user_name: name.into(), tags }
}

fn untagged(name: &str, keys: &[&str]) -> UntagUserInput {
    UntagUserInput { user_name: name.into(), tag_keys: keys.iter().map(|key| (*key).into()).collect() }
}

fn tags_of(name: &str) -> ListUserTagsInput {
    ListUserTagsInput { user_name: name.into(), ..Default::default() }
}

fn bounded(name: &str, policy_arn: &str) -> PutUserPermissionsBoundaryInput {
    PutUserPermissionsBoundaryInput { user_name: name.into(), permissions_boundary: policy_arn.into() }
}

fn unbounded(name: &str) -> DeleteUserPermissionsBoundaryInput {
    DeleteUserPermissionsBoundaryInput { user_name: name.into() }
}

async fn create(plane: &TestPlane, name: &str) -> types::User {
    plane.root::<CreateUser>(new(name)).await.unwrap().user.unwrap()
}

async fn get(plane: &TestPlane, name: &str) -> types::User {
    plane.root::<GetUser>(shown(name)).await.unwrap().user
}

#[tokio::test]
async fn whoever_may_not_write_does_not_wait_for_those_who_do() {
    let directory = tempfile::tempdir().unwrap();
    let plane = TestPlane::on(&store::Location::Sqlite(directory.path().join("store.db"))).await;
    let input = |name: &str| CreateUserInput { user_name: name.into(), ..Default::default() };
    plane.root::<CreateUser>(input("alice")).await.unwrap();
    let writer = plane.plane.store.write().await.unwrap();
    let refused = plane.user::<CreateUser>("alice", input("bob")).await.unwrap_err();
    refused.is("AccessDenied", "is not authorized to perform: iam:CreateUser");
    drop(writer);
    plane.root::<CreateUser>(input("bob")).await.unwrap();
}

#[tokio::test]
async fn a_new_user_is_answered_as_it_is_shown() {
    let plane = TestPlane::new().await;
    let input = CreateUserInput {
        path: Some("/people/".into()),
        permissions_boundary: Some(ADMINISTRATOR_ACCESS.into()),
        tags: Some(vec![tag("a", "b")]),
        ..new("Alice")
    };
    let user = plane.root::<CreateUser>(input).await.unwrap().user.unwrap();
    assert_eq!((user.arn.as_str(), user.path.as_str()), (arn("user/people/Alice").as_str(), "/people/"));
    assert!(user.user_id.starts_with("AIDA"));
    assert_eq!((user.create_date, user.password_last_used), (plane.now(), None));
    assert_eq!(user.tags, Some(vec![tag("a", "b")]));
    let boundary = user.permissions_boundary.as_ref().unwrap();
    assert_eq!(boundary.permissions_boundary_arn.as_deref(), Some(ADMINISTRATOR_ACCESS));
    assert_eq!(get(&plane, "alice").await, user);
}

#[tokio::test]
async fn names_are_unique_in_whatever_case() {
    let plane = TestPlane::new().await;
    create(&plane, "Alice").await;
    let input = CreateUserInput { path: Some("/elsewhere/".into()), ..new("aLICE") };
    let refusal = refused::<CreateUser>(&plane, input).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "User with name aLICE already exists.");
}

#[tokio::test]
async fn names_and_paths_that_are_none() {
    let plane = TestPlane::new().await;
    refused::<CreateUser>(&plane, new("a b")).await.is(
        "ValidationError",
        "Value 'a b' at 'userName' failed to satisfy constraint: Member must satisfy regular expression pattern",
    );
    refused::<CreateUser>(&plane, new(&"a".repeat(65)))
        .await
        .is("ValidationError", "less than or equal to 64");
    let input = CreateUserInput { path: Some("/a//b/".into()), ..new("alice") };
    refused::<CreateUser>(&plane, input)
        .await
        .is("ValidationError", "The specified value for path is invalid.");
}

#[tokio::test]
async fn an_account_has_five_thousand_users_at_most() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..4999 {
            let user = User {
                account_id: plane.account,
                id: UniqueId::new(IdKind::User, &*plane.plane.random),
                name: UserName::parse(&format!("u{number}")).unwrap(),
                path: Path::default(),
                created_at: plane.now(),
                permissions_boundary: None,
                tags: vec![],
            };
            store::user::insert(tx, &user).await.unwrap();
        }
    })
    .await;
    create(&plane, "last").await;
    let refusal = refused::<CreateUser>(&plane, new("more")).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for UsersPerAccount: 5000");
}

#[tokio::test]
async fn users_that_do_not_exist() {
    let plane = TestPlane::new().await;
    for refusal in [
        refused::<DeleteUser>(&plane, deleted("ghost")).await,
        refused::<DeleteUserPermissionsBoundary>(&plane, unbounded("ghost")).await,
        refused::<GetUser>(&plane, shown("ghost")).await,
        refused::<ListUserTags>(&plane, tags_of("ghost")).await,
        refused::<PutUserPermissionsBoundary>(&plane, bounded("ghost", ADMINISTRATOR_ACCESS)).await,
        refused::<TagUser>(&plane, tagged("ghost", vec![])).await,
        refused::<UntagUser>(&plane, untagged("ghost", &[])).await,
        refused::<UpdateUser>(&plane, updated("ghost")).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, NOT_FOUND);
    }
}

#[tokio::test]
async fn who_is_allowed_nothing_is_denied() {
    let plane = TestPlane::new().await;
    plane.root::<CreateUser>(CreateUserInput { path: Some("/a/".into()), ..new("u") }).await.unwrap();
    let input = CreateUserInput { path: Some("/b/".into()), ..new("new") };
    assert_denied::<CreateUser>(&plane, input, "user/b/new").await;
    assert_denied::<GetUser>(&plane, shown("u"), "user/a/u").await;
    assert_denied::<GetUser>(&plane, GetUserInput::default(), "user/nobody").await;
    assert_denied::<GetUser>(&plane, shown("ghost"), "user/ghost").await;
    assert_denied::<UpdateUser>(&plane, updated("u"), "user/a/u").await;
    assert_denied::<DeleteUser>(&plane, deleted("u"), "user/a/u").await;
    assert_denied::<TagUser>(&plane, tagged("u", vec![tag("a", "b")]), "user/a/u").await;
    assert_denied::<UntagUser>(&plane, untagged("u", &["a"]), "user/a/u").await;
    assert_denied::<ListUserTags>(&plane, tags_of("u"), "user/a/u").await;
    let input = bounded("u", ADMINISTRATOR_ACCESS);
    assert_denied::<PutUserPermissionsBoundary>(&plane, input, "user/a/u").await;
    assert_denied::<DeleteUserPermissionsBoundary>(&plane, unbounded("u"), "user/a/u").await;
    let input = ListUsersInput { path_prefix: Some("/a/".into()), ..Default::default() };
    assert_denied::<ListUsers>(&plane, input, "user/a/").await;
    assert_denied::<ListUsers>(&plane, ListUsersInput::default(), "user/").await;
}

#[tokio::test]
async fn without_a_name_the_caller_is_shown() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "alice", &allow("iam:GetUser", &arn("user/alice"))).await;
    let user = plane.user::<GetUser>("alice", GetUserInput::default()).await.unwrap().user;
    assert_eq!(user.user_name, "alice");
    let root = plane.root::<GetUser>(GetUserInput::default()).await.unwrap().user;
    assert_eq!((root.arn.as_str(), root.user_id.as_str()), (arn("root").as_str(), ACCOUNT));
}

#[tokio::test]
async fn users_are_listed_by_path_and_in_pages_without_what_lists_leave_out() {
    let plane = TestPlane::new().await;
    for (name, path) in [("b", "/x/"), ("A", "/x/y/"), ("c", "/z/")] {
        let input = CreateUserInput {
            path: Some(path.into()),
            tags: Some(vec![tag("a", "b")]),
            permissions_boundary: Some(ADMINISTRATOR_ACCESS.into()),
            ..new(name)
        };
        plane.root::<CreateUser>(input).await.unwrap();
    }
    let input = ListUsersInput { path_prefix: Some("/x/".into()), max_items: Some(1), ..Default::default() };
    let first = plane.root::<ListUsers>(input.clone()).await.unwrap();
    assert_eq!((first.users.len(), first.is_truncated), (1, Some(true)));
    let user = &first.users[0];
    assert_eq!((user.user_name.as_str(), &user.tags, &user.permissions_boundary), ("A", &None, &None));
    let input = ListUsersInput { marker: first.marker, ..input };
    let second = plane.root::<ListUsers>(input.clone()).await.unwrap();
    assert_eq!((second.users[0].user_name.as_str(), second.is_truncated), ("b", Some(false)));
    let input = ListUsersInput { marker: Some("made up".into()), ..input };
    refused::<ListUsers>(&plane, input).await.is("ValidationError", "Invalid Marker.");
}

#[tokio::test]
async fn a_renamed_user_keeps_its_id_and_policies() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "alice", &allow("iam:ListUsers", "*")).await;
    let before = get(&plane, "alice").await;
    let input = UpdateUserInput {
        new_user_name: Some("Alicia".into()),
        new_path: Some("/people/".into()),
        ..updated("alice")
    };
    plane.root::<UpdateUser>(input).await.unwrap();
    let after = get(&plane, "alicia").await;
    assert_eq!((after.arn.as_str(), &after.user_id), (arn("user/people/Alicia").as_str(), &before.user_id));
    plane.user::<ListUsers>("Alicia", ListUsersInput::default()).await.unwrap();
    refused::<GetUser>(&plane, shown("alice")).await.is("NoSuchEntity", "alice");
    // Another spelling of its own name is free, the name of another user is not.
    let input = UpdateUserInput { new_user_name: Some("ALICIA".into()), ..updated("alicia") };
    plane.root::<UpdateUser>(input).await.unwrap();
    create(&plane, "bob").await;
    let input = UpdateUserInput { new_user_name: Some("Bob".into()), ..updated("alicia") };
    let refusal = refused::<UpdateUser>(&plane, input).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "User with name Bob already exists.");
}

#[tokio::test]
async fn renaming_needs_permission_on_both_names() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "admin", &allow("iam:UpdateUser", &arn("user/people/*"))).await;
    plane.root::<CreateUser>(CreateUserInput { path: Some("/people/".into()), ..new("u") }).await.unwrap();
    let input = UpdateUserInput { new_path: Some("/".into()), ..updated("u") };
    assert_denied_on::<UpdateUser>(&plane, "admin", input, "iam:UpdateUser", "user/u").await;
    let input = UpdateUserInput { new_user_name: Some("v".into()), ..updated("u") };
    plane.user::<UpdateUser>("admin", input).await.unwrap();
    assert_eq!(get(&plane, "v").await.path, "/people/");
}

#[tokio::test]
async fn tags_come_go_and_are_counted() {
    let plane = TestPlane::new().await;
    create(&plane, "alice").await;
    let tags = async || plane.root::<ListUserTags>(tags_of("alice")).await.unwrap().tags;
    plane.root::<TagUser>(tagged("alice", vec![tag("Team", "red"), tag("empty", "")])).await.unwrap();
    plane.root::<TagUser>(tagged("alice", vec![tag("TEAM", "blue")])).await.unwrap();
    assert_eq!(tags().await, [tag("TEAM", "blue"), tag("empty", "")]);
    plane.root::<UntagUser>(untagged("alice", &["team", "not there"])).await.unwrap();
    assert_eq!(tags().await, [tag("empty", "")]);
    let many = (0..49).map(|n| tag(&format!("k{n}"), "")).collect();
    plane.root::<TagUser>(tagged("alice", many)).await.unwrap();
    let refusal = refused::<TagUser>(&plane, tagged("alice", vec![tag("one more", "")])).await;
    assert_refused(refusal, "LimitExceeded", 409, "The number of tags has reached the maximum limit.");
    let input = ListUserTagsInput { max_items: Some(49), ..tags_of("alice") };
    let first = plane.root::<ListUserTags>(input.clone()).await.unwrap();
    assert_eq!((first.tags.len(), first.is_truncated), (49, Some(true)));
    let input = ListUserTagsInput { marker: first.marker, ..input };
    let second = plane.root::<ListUserTags>(input).await.unwrap();
    assert_eq!((second.tags.len(), second.is_truncated), (1, Some(false)));
}

#[tokio::test]
async fn tags_that_break_the_rules() {
    let plane = TestPlane::new().await;
    create(&plane, "alice").await;
    for (tags, message) in [
        (vec![tag("aws:x", "")], "aws: prefixed tag key names are not allowed for external use."),
        (
            vec![tag("a", "1"), tag("A", "2")],
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
    ] {
        let refusal = refused::<TagUser>(&plane, tagged("alice", tags.clone())).await;
        assert_refused(refusal, "InvalidInput", 400, message);
        let input = CreateUserInput { tags: Some(tags), ..new("bob") };
        assert_refused(refused::<CreateUser>(&plane, input).await, "InvalidInput", 400, message);
    }
    refused::<UntagUser>(&plane, untagged("alice", &["aws:x"])).await.is("InvalidInput", "aws:");
}

#[tokio::test]
async fn policies_see_tags_and_boundary_of_request_and_user() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "a", &allow_if("iam:*", r#"{"StringEquals":{"aws:RequestTag/team":"red"}}"#))
        .await;
    user_with_policy(&plane, "b", &allow_if("iam:*", r#"{"StringEquals":{"iam:ResourceTag/team":"red"}}"#))
        .await;
    let condition = format!(r#"{{"StringEquals":{{"iam:PermissionsBoundary":"{ADMINISTRATOR_ACCESS}"}}}}"#);
    user_with_policy(&plane, "c", &allow_if("iam:*", &condition)).await;
    for caller in ["a", "c"] {
        assert_denied_on::<CreateUser>(&plane, caller, new("u"), "iam:CreateUser", "user/u").await;
    }
    let red = CreateUserInput { tags: Some(vec![tag("team", "red")]), ..new("red") };
    plane.user::<CreateUser>("a", red).await.unwrap();
    let bound = CreateUserInput { permissions_boundary: Some(ADMINISTRATOR_ACCESS.into()), ..new("bound") };
    plane.user::<CreateUser>("c", bound).await.unwrap();
    assert_denied_on::<GetUser>(&plane, "b", shown("bound"), "iam:GetUser", "user/bound").await;
    plane.user::<GetUser>("b", shown("red")).await.unwrap();
    let action = "iam:DeleteUserPermissionsBoundary";
    let input = unbounded("red");
    assert_denied_on::<DeleteUserPermissionsBoundary>(&plane, "c", input, action, "user/red").await;
    plane.user::<DeleteUserPermissionsBoundary>("c", unbounded("bound")).await.unwrap();
}

#[tokio::test]
async fn boundaries_come_and_go() {
    let plane = TestPlane::new().await;
    create(&plane, "alice").await;
    let ghost = arn("policy/ghost");
    refused::<PutUserPermissionsBoundary>(&plane, bounded("alice", &ghost)).await.is("NoSuchEntity", &ghost);
    let group = arn("group/staff");
    refused::<PutUserPermissionsBoundary>(&plane, bounded("alice", &group)).await.is("InvalidInput", &group);
    plane.root::<PutUserPermissionsBoundary>(bounded("alice", ADMINISTRATOR_ACCESS)).await.unwrap();
    assert!(get(&plane, "alice").await.permissions_boundary.is_some());
    plane.root::<DeleteUserPermissionsBoundary>(unbounded("alice")).await.unwrap();
    assert_eq!(get(&plane, "alice").await.permissions_boundary, None);
    refused::<DeleteUserPermissionsBoundary>(&plane, unbounded("alice")).await.is("NoSuchEntity", "alice");
}

#[tokio::test]
async fn a_user_is_deleted_only_when_nothing_hangs_on_it() {
    let plane = TestPlane::new().await;
    let user = create(&plane, "alice").await;
    let owner = PolicyOwner::User(UniqueId::parse(&user.user_id).unwrap());
    let group = CreateGroupInput { group_name: "staff".into(), ..Default::default() };
    plane.root::<CreateGroup>(group).await.unwrap();
    let member = AddUserToGroupInput { group_name: "staff".into(), user_name: "alice".into() };
    plane.root::<AddUserToGroup>(member).await.unwrap();
    attach(&plane, &owner).await;
    put_inline_policy(&plane, &owner, &allow("iam:GetUser", "*")).await;
    let input = CreateAccessKeyInput { user_name: Some("alice".into()) };
    let key = plane.root::<CreateAccessKey>(input).await.unwrap().access_key.access_key_id;
    let conflict = async |what: &str| {
        let refusal = refused::<DeleteUser>(&plane, deleted("alice")).await;
        assert_refused(refusal, "DeleteConflict", 409, &format!("Cannot delete entity, must {what} first."));
    };
    conflict("delete access keys").await;
    let input = DeleteAccessKeyInput { user_name: Some("alice".into()), access_key_id: key };
    plane.root::<DeleteAccessKey>(input).await.unwrap();
    conflict("delete policies").await;
    delete_inline_policy(&plane, &owner).await;
    conflict("detach all policies").await;
    detach(&plane, &owner).await;
    conflict("remove users from group").await;
    let member = RemoveUserFromGroupInput { group_name: "staff".into(), user_name: "alice".into() };
    plane.root::<RemoveUserFromGroup>(member).await.unwrap();
    plane.root::<DeleteUser>(deleted("Alice")).await.unwrap();
    refused::<GetUser>(&plane, shown("alice")).await.is("NoSuchEntity", "alice");
    assert_ne!(create(&plane, "alice").await.user_id, user.user_id);
}
