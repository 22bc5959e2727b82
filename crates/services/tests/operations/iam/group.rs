//! Groups and who is in them.

use crate::{
    plane::{ACCOUNT, TestPlane},
    support::{
        allow, arn, assert_denied, assert_denied_on, assert_refused, attach, delete_inline_policy, detach,
        document, in_store, put_inline_policy, refused, user_with_policy,
    },
};
use domain::{Group, GroupName, IdKind, Path, PolicyOwner, UniqueId};
use shapes::iam::{
    AddUserToGroup, AddUserToGroupInput, CreateGroup, CreateGroupInput, CreateUser, CreateUserInput,
    DeleteGroup, DeleteGroupInput, GetGroup, GetGroupInput, GetGroupOutput, ListGroups, ListGroupsForUser,
    ListGroupsForUserInput, ListGroupsInput, RemoveUserFromGroup, RemoveUserFromGroupInput, UpdateGroup,
    UpdateGroupInput, types,
};

const NOT_FOUND: &str = "The group with name ghosts cannot be found.";

async fn create(plane: &TestPlane, name: &str, path: Option<&str>) -> types::Group {
    let input = CreateGroupInput { group_name: name.into(), path: path.map(Into::into) };
    plane.root::<CreateGroup>(input).await.unwrap().group
}

async fn create_user(plane: &TestPlane, name: &str) {
    let input = CreateUserInput { user_name: name.into(), ..Default::default() };
    plane.root::<CreateUser>(input).await.unwrap();
}

async fn add(plane: &TestPlane, group: &str, user: &str) {
    plane.root::<AddUserToGroup>(added(group, user)).await.unwrap();
}

fn added(group: &str, user: &str) -> AddUserToGroupInput {
    AddUserToGroupInput { group_name: group.into(), user_name: user.into() }
}

fn removed(group: &str, user: &str) -> RemoveUserFromGroupInput {
    RemoveUserFromGroupInput { group_name: group.into(), user_name: user.into() }
}

fn deleted(group: &str) -> DeleteGroupInput {
    DeleteGroupInput { group_name: group.into() }
}

fn shown(group: &str) -> GetGroupInput {
    GetGroupInput { group_name: group.into(), ..Default::default() }
}

async fn get(plane: &TestPlane, group: &str) -> GetGroupOutput {
    plane.root::<GetGroup>(shown(group)).await.unwrap()
}

async fn groups_of(plane: &TestPlane, user: &str) -> Vec<String> {
    let input = ListGroupsForUserInput { user_name: user.into(), ..Default::default() };
    let output = plane.root::<ListGroupsForUser>(input).await.unwrap();
    assert_eq!((output.is_truncated, output.marker), (Some(false), None));
    output.groups.into_iter().map(|group| group.group_name).collect()
}

#[tokio::test]
async fn a_new_group_is_answered_as_it_is_shown() {
    let plane = TestPlane::new().await;
    let group = create(&plane, "Staff", Some("/people/")).await;
    assert_eq!(group.arn, arn("group/people/Staff"));
    assert_eq!((group.path.as_str(), group.group_name.as_str()), ("/people/", "Staff"));
    assert!(group.group_id.starts_with("AGPA"));
    assert_eq!(group.create_date, plane.now());
    let shown = get(&plane, "staff").await;
    assert_eq!((shown.group, shown.users, shown.is_truncated), (group, vec![], Some(false)));
    assert_eq!(create(&plane, "crew", None).await.arn, arn("group/crew"));
}

#[tokio::test]
async fn names_are_unique_in_whatever_case() {
    let plane = TestPlane::new().await;
    create(&plane, "Staff", None).await;
    let input = CreateGroupInput { group_name: "sTAFF".into(), path: Some("/elsewhere/".into()) };
    let refusal = refused::<CreateGroup>(&plane, input).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "Group with name sTAFF already exists.");
}

#[tokio::test]
async fn paths_have_no_empty_parts() {
    let plane = TestPlane::new().await;
    let input = CreateGroupInput { group_name: "staff".into(), path: Some("/a//b/".into()) };
    refused::<CreateGroup>(&plane, input)
        .await
        .is("ValidationError", "The specified value for path is invalid.");
}

#[tokio::test]
async fn an_account_has_three_hundred_groups_at_most() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..299 {
            let group = Group {
                account_id: plane.account,
                id: UniqueId::new(IdKind::Group, &*plane.plane.random),
                name: GroupName::parse(&format!("g{number}")).unwrap(),
                path: Path::default(),
                created_at: plane.now(),
            };
            store::group::insert(tx, &group).await.unwrap();
        }
    })
    .await;
    create(&plane, "last", None).await;
    let input = CreateGroupInput { group_name: "more".into(), ..Default::default() };
    let refusal = refused::<CreateGroup>(&plane, input).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for GroupsPerAccount: 300");
}

#[tokio::test]
async fn groups_that_do_not_exist() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    let update = UpdateGroupInput { group_name: "ghosts".into(), ..Default::default() };
    for refusal in [
        refused::<AddUserToGroup>(&plane, added("ghosts", "alice")).await,
        refused::<DeleteGroup>(&plane, deleted("ghosts")).await,
        refused::<GetGroup>(&plane, shown("ghosts")).await,
        refused::<RemoveUserFromGroup>(&plane, removed("ghosts", "alice")).await,
        refused::<UpdateGroup>(&plane, update).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, NOT_FOUND);
    }
}

#[tokio::test]
async fn users_that_do_not_exist() {
    let plane = TestPlane::new().await;
    create(&plane, "staff", None).await;
    let list = ListGroupsForUserInput { user_name: "ghost".into(), ..Default::default() };
    for refusal in [
        refused::<AddUserToGroup>(&plane, added("staff", "ghost")).await,
        refused::<ListGroupsForUser>(&plane, list).await,
        refused::<RemoveUserFromGroup>(&plane, removed("staff", "ghost")).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, "The user with name ghost cannot be found.");
    }
}

#[tokio::test]
async fn who_is_allowed_nothing_is_denied() {
    let plane = TestPlane::new().await;
    create(&plane, "staff", Some("/people/")).await;
    let new = CreateGroupInput { group_name: "new".into(), path: Some("/a/".into()) };
    assert_denied::<CreateGroup>(&plane, new, "group/a/new").await;
    assert_denied::<GetGroup>(&plane, shown("staff"), "group/people/staff").await;
    let update = UpdateGroupInput { group_name: "staff".into(), ..Default::default() };
    assert_denied::<UpdateGroup>(&plane, update, "group/people/staff").await;
    assert_denied::<DeleteGroup>(&plane, deleted("staff"), "group/people/staff").await;
    assert_denied::<AddUserToGroup>(&plane, added("staff", "nobody"), "group/people/staff").await;
    assert_denied::<RemoveUserFromGroup>(&plane, removed("staff", "nobody"), "group/people/staff").await;
    let list = ListGroupsForUserInput { user_name: "nobody".into(), ..Default::default() };
    assert_denied::<ListGroupsForUser>(&plane, list, "user/nobody").await;
    let list = ListGroupsInput { path_prefix: Some("/people/".into()), ..Default::default() };
    assert_denied::<ListGroups>(&plane, list, "group/people/").await;
    assert_denied::<ListGroups>(&plane, ListGroupsInput::default(), "group/").await;
    // Whether a group exists is nothing that one learns by being denied.
    assert_denied::<GetGroup>(&plane, shown("ghosts"), "group/ghosts").await;
}

#[tokio::test]
async fn policies_match_the_path_of_a_group() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "alice", &allow("iam:GetGroup", &arn("group/people/*"))).await;
    create(&plane, "staff", Some("/people/")).await;
    create(&plane, "crew", None).await;
    plane.user::<GetGroup>("alice", shown("staff")).await.unwrap();
    assert_denied_on::<GetGroup>(&plane, "alice", shown("crew"), "iam:GetGroup", "group/crew").await;
}

#[tokio::test]
async fn members_come_in_pages() {
    let plane = TestPlane::new().await;
    create(&plane, "staff", None).await;
    for user in ["carol", "Alice", "bob"] {
        create_user(&plane, user).await;
        add(&plane, "staff", user).await;
    }
    let input = GetGroupInput { max_items: Some(2), ..shown("staff") };
    let first = plane.root::<GetGroup>(input).await.unwrap();
    let names: Vec<_> = first.users.iter().map(|user| user.user_name.as_str()).collect();
    assert_eq!((names, first.is_truncated), (vec!["Alice", "bob"], Some(true)));
    let input = GetGroupInput { max_items: Some(2), marker: first.marker.clone(), ..shown("staff") };
    let second = plane.root::<GetGroup>(input).await.unwrap();
    let names: Vec<_> = second.users.iter().map(|user| user.user_name.as_str()).collect();
    assert_eq!((names, second.is_truncated, second.marker), (vec!["carol"], Some(false), None));
    // A marker is good for the list it came from.
    let input = ListGroupsInput { marker: first.marker, ..Default::default() };
    refused::<ListGroups>(&plane, input).await.is("ValidationError", "Invalid Marker.");
}

#[tokio::test]
async fn groups_are_listed_by_path_and_in_pages() {
    let plane = TestPlane::new().await;
    for (name, path) in [("b", "/x/"), ("A", "/x/y/"), ("c", "/z/"), ("d", "/x/")] {
        create(&plane, name, Some(path)).await;
    }
    let mut names = Vec::new();
    let mut marker = None;
    loop {
        let input = ListGroupsInput { path_prefix: Some("/x/".into()), marker, max_items: Some(1) };
        let output = plane.root::<ListGroups>(input).await.unwrap();
        assert_eq!(output.groups.len(), 1);
        names.push(output.groups[0].group_name.clone());
        assert_eq!(output.is_truncated, Some(output.marker.is_some()));
        marker = output.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(names, ["A", "b", "d"]);
    assert_eq!(plane.root::<ListGroups>(ListGroupsInput::default()).await.unwrap().groups.len(), 4);
}

#[tokio::test]
async fn the_groups_of_a_user_come_in_pages() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    for group in ["b", "a"] {
        create(&plane, group, None).await;
        add(&plane, group, "alice").await;
    }
    assert_eq!(groups_of(&plane, "ALICE").await, ["a", "b"]);
    let input =
        ListGroupsForUserInput { user_name: "alice".into(), max_items: Some(1), ..Default::default() };
    let first = plane.root::<ListGroupsForUser>(input.clone()).await.unwrap();
    assert_eq!((first.groups[0].group_name.as_str(), first.is_truncated), ("a", Some(true)));
    let input = ListGroupsForUserInput { marker: first.marker, ..input };
    let second = plane.root::<ListGroupsForUser>(input).await.unwrap();
    assert_eq!((second.groups[0].group_name.as_str(), second.is_truncated), ("b", Some(false)));
}

#[tokio::test]
async fn a_renamed_group_keeps_its_id_members_and_policies() {
    let plane = TestPlane::new().await;
    let before = create(&plane, "staff", Some("/people/")).await;
    create_user(&plane, "alice").await;
    add(&plane, "staff", "alice").await;
    let owner = PolicyOwner::Group(UniqueId::parse(&before.group_id).unwrap());
    put_inline_policy(&plane, &owner, &allow("iam:ListGroups", "*")).await;
    let input = UpdateGroupInput {
        group_name: "staff".into(),
        new_group_name: Some("Crew".into()),
        new_path: Some("/".into()),
    };
    plane.root::<UpdateGroup>(input).await.unwrap();
    let after = get(&plane, "crew").await;
    assert_eq!(
        (after.group.arn.as_str(), &after.group.group_id),
        (arn("group/Crew").as_str(), &before.group_id)
    );
    assert_eq!(after.users[0].user_name, "alice");
    plane.user::<ListGroups>("alice", ListGroupsInput::default()).await.unwrap();
    refused::<GetGroup>(&plane, shown("staff")).await.is("NoSuchEntity", "staff");
    // Another spelling of its own name is free, the name of another group is not.
    let input = UpdateGroupInput {
        group_name: "Crew".into(),
        new_group_name: Some("CREW".into()),
        ..Default::default()
    };
    plane.root::<UpdateGroup>(input.clone()).await.unwrap();
    assert_eq!(get(&plane, "crew").await.group.group_name, "CREW");
    create(&plane, "taken", None).await;
    let input = UpdateGroupInput { new_group_name: Some("Taken".into()), ..input };
    let refusal = refused::<UpdateGroup>(&plane, input).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "Group with name Taken already exists.");
}

#[tokio::test]
async fn renaming_needs_permission_on_both_names() {
    let plane = TestPlane::new().await;
    create(&plane, "staff", Some("/people/")).await;
    user_with_policy(&plane, "alice", &allow("iam:UpdateGroup", &arn("group/people/*"))).await;
    let rename = |name: &str, path: Option<&str>| UpdateGroupInput {
        group_name: "staff".into(),
        new_group_name: Some(name.into()),
        new_path: path.map(Into::into),
    };
    let action = "iam:UpdateGroup";
    let moved = rename("staff", Some("/"));
    assert_denied_on::<UpdateGroup>(&plane, "alice", moved, action, "group/staff").await;
    plane.user::<UpdateGroup>("alice", rename("crew", None)).await.unwrap();
    assert_eq!(get(&plane, "crew").await.group.arn, arn("group/people/crew"));
}

#[tokio::test]
async fn a_group_is_deleted_only_when_nothing_hangs_on_it() {
    let plane = TestPlane::new().await;
    let group = create(&plane, "staff", None).await;
    create_user(&plane, "alice").await;
    add(&plane, "staff", "alice").await;
    let owner = PolicyOwner::Group(UniqueId::parse(&group.group_id).unwrap());
    attach(&plane, &owner).await;
    put_inline_policy(&plane, &owner, &allow("iam:GetGroup", "*")).await;
    let conflict = async |what: &str| {
        let refusal = refused::<DeleteGroup>(&plane, deleted("staff")).await;
        let message = format!("Cannot delete entity, must {what} first.");
        assert_refused(refusal, "DeleteConflict", 409, &message);
    };
    conflict("remove users from group").await;
    plane.root::<RemoveUserFromGroup>(removed("staff", "alice")).await.unwrap();
    conflict("detach all policies").await;
    detach(&plane, &owner).await;
    conflict("delete policies").await;
    delete_inline_policy(&plane, &owner).await;
    plane.root::<DeleteGroup>(deleted("Staff")).await.unwrap();
    refused::<GetGroup>(&plane, shown("staff")).await.is("NoSuchEntity", "staff");
    assert_ne!(create(&plane, "staff", None).await.group_id, group.group_id);
}

#[tokio::test]
async fn members_have_what_the_group_is_allowed() {
    let plane = TestPlane::new().await;
    let group = create(&plane, "staff", None).await;
    create_user(&plane, "alice").await;
    let owner = PolicyOwner::Group(UniqueId::parse(&group.group_id).unwrap());
    put_inline_policy(&plane, &owner, &allow("iam:GetGroup", "*")).await;
    assert_denied_on::<GetGroup>(&plane, "alice", shown("staff"), "iam:GetGroup", "group/staff").await;
    add(&plane, "staff", "alice").await;
    plane.user::<GetGroup>("alice", shown("staff")).await.unwrap();
    plane.root::<RemoveUserFromGroup>(removed("staff", "alice")).await.unwrap();
    assert_denied_on::<GetGroup>(&plane, "alice", shown("staff"), "iam:GetGroup", "group/staff").await;
}

#[tokio::test]
async fn a_user_is_in_ten_groups_at_most() {
    let plane = TestPlane::new().await;
    create_user(&plane, "alice").await;
    for number in 0..=10 {
        create(&plane, &format!("g{number}"), None).await;
    }
    for number in 0..10 {
        add(&plane, &format!("g{number}"), "alice").await;
    }
    // In it already: nothing to add, so nothing to refuse.
    add(&plane, "g0", "alice").await;
    let refusal = refused::<AddUserToGroup>(&plane, added("g10", "alice")).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for GroupsPerUser: 10");
    assert_eq!(groups_of(&plane, "alice").await.len(), 10);
    plane.root::<RemoveUserFromGroup>(removed("g0", "alice")).await.unwrap();
    add(&plane, "g10", "alice").await;
}

#[tokio::test]
async fn removing_one_who_is_no_member_is_no_error() {
    let plane = TestPlane::new().await;
    create(&plane, "staff", None).await;
    create_user(&plane, "alice").await;
    plane.root::<RemoveUserFromGroup>(removed("staff", "alice")).await.unwrap();
    assert!(groups_of(&plane, "alice").await.is_empty());
}

#[tokio::test]
async fn a_denied_change_changes_nothing() {
    let plane = TestPlane::new().await;
    create(&plane, "staff", None).await;
    let deny = r#"{"Effect":"Deny","Action":"iam:DeleteGroup","Resource":"*"}"#;
    let allow_all = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    user_with_policy(&plane, "alice", &document(&format!("{allow_all},{deny}"))).await;
    let refusal = plane.user::<DeleteGroup>("alice", deleted("staff")).await.unwrap_err();
    let message = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/alice is not authorized to perform: iam:DeleteGroup on resource: \
         arn:aws:iam::{ACCOUNT}:group/staff with an explicit deny in an identity-based policy"
    );
    assert_refused(refusal, "AccessDenied", 403, &message);
    get(&plane, "staff").await;
}
