//! Instance profiles and the role in each.

use crate::{
    plane::TestPlane,
    support::{
        allow, allow_if, arn, assert_denied, assert_denied_on, assert_refused, document, in_store, refused,
        user_with_policy,
    },
};
use domain::{IdKind, InstanceProfile, InstanceProfileName, Path, UniqueId};
use shapes::iam::{
    AddRoleToInstanceProfile, AddRoleToInstanceProfileInput, AttachRolePolicy, AttachRolePolicyInput,
    CreateInstanceProfile, CreateInstanceProfileInput, CreateRole, CreateRoleInput, CreateServiceLinkedRole,
    CreateServiceLinkedRoleInput, DeleteInstanceProfile, DeleteInstanceProfileInput, DeleteRole,
    DeleteRoleInput, GetAccountAuthorizationDetails, GetAccountAuthorizationDetailsInput, GetAccountSummary,
    GetAccountSummaryInput, GetInstanceProfile, GetInstanceProfileInput, ListInstanceProfileTags,
    ListInstanceProfileTagsInput, ListInstanceProfiles, ListInstanceProfilesForRole,
    ListInstanceProfilesForRoleInput, ListInstanceProfilesInput, RemoveRoleFromInstanceProfile,
    RemoveRoleFromInstanceProfileInput, TagInstanceProfile, TagInstanceProfileInput, UntagInstanceProfile,
    UntagInstanceProfileInput, types,
};

const NOT_FOUND: &str = "Instance Profile ghost cannot be found.";
const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;

fn new(name: &str) -> CreateInstanceProfileInput {
    CreateInstanceProfileInput { instance_profile_name: name.into(), ..Default::default() }
}

fn shown(name: &str) -> GetInstanceProfileInput {
    GetInstanceProfileInput { instance_profile_name: name.into() }
}

fn deleted(name: &str) -> DeleteInstanceProfileInput {
    DeleteInstanceProfileInput { instance_profile_name: name.into() }
}

fn added(profile: &str, role: &str) -> AddRoleToInstanceProfileInput {
    AddRoleToInstanceProfileInput { instance_profile_name: profile.into(), role_name: role.into() }
}

fn removed(profile: &str, role: &str) -> RemoveRoleFromInstanceProfileInput {
    RemoveRoleFromInstanceProfileInput { instance_profile_name: profile.into(), role_name: role.into() }
}

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

fn tagged(name: &str, tags: Vec<types::Tag>) -> TagInstanceProfileInput {
    TagInstanceProfileInput { instance_profile_name: name.into(), tags }
}

fn untagged(name: &str, keys: &[&str]) -> UntagInstanceProfileInput {
    let tag_keys = keys.iter().map(|key| (*key).into()).collect();
    UntagInstanceProfileInput { instance_profile_name: name.into(), tag_keys }
}

fn tags_of(name: &str) -> ListInstanceProfileTagsInput {
    ListInstanceProfileTagsInput { instance_profile_name: name.into(), ..Default::default() }
}

fn profiles_of(role: &str) -> ListInstanceProfilesForRoleInput {
    ListInstanceProfilesForRoleInput { role_name: role.into(), ..Default::default() }
}

async fn create(plane: &TestPlane, name: &str) -> types::InstanceProfile {
    plane.root::<CreateInstanceProfile>(new(name)).await.unwrap().instance_profile
}

async fn get(plane: &TestPlane, name: &str) -> types::InstanceProfile {
    plane.root::<GetInstanceProfile>(shown(name)).await.unwrap().instance_profile
}

async fn create_role(plane: &TestPlane, name: &str) {
    let input = CreateRoleInput {
        role_name: name.into(),
        assume_role_policy_document: TRUST.into(),
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
}

async fn names_with(plane: &TestPlane, role: &str) -> Vec<String> {
    let output = plane.root::<ListInstanceProfilesForRole>(profiles_of(role)).await.unwrap();
    output.instance_profiles.into_iter().map(|profile| profile.instance_profile_name).collect()
}

#[tokio::test]
async fn profiles_are_made_shown_and_deleted() {
    let plane = TestPlane::new().await;
    let input = CreateInstanceProfileInput {
        path: Some("/web/".into()),
        tags: Some(vec![tag("Team", "a"), tag("team", "b")]),
        ..new("Front")
    };
    let made = plane.root::<CreateInstanceProfile>(input).await.unwrap().instance_profile;
    assert_eq!(made.arn, arn("instance-profile/web/Front"));
    assert!(made.instance_profile_id.starts_with("AIPA") && made.instance_profile_id.len() == 21);
    assert_eq!((made.roles.len(), made.create_date), (0, plane.now()));
    assert_eq!(get(&plane, "fRONT").await, made, "names are found in whatever case");

    let refusal = refused::<CreateInstanceProfile>(&plane, new("front")).await;
    assert_refused(refusal, "EntityAlreadyExists", 409, "Instance Profile front already exists.");
    plane.root::<DeleteInstanceProfile>(deleted("Front")).await.unwrap();
    let again = create(&plane, "Front").await;
    assert_ne!(again.instance_profile_id, made.instance_profile_id);
    assert_eq!((again.path.as_str(), again.tags), ("/", None));
}

#[tokio::test]
async fn a_profile_holds_one_role() {
    let plane = TestPlane::new().await;
    create(&plane, "front").await;
    create(&plane, "back").await;
    create_role(&plane, "web").await;
    create_role(&plane, "other").await;
    plane.root::<AddRoleToInstanceProfile>(added("front", "Web")).await.unwrap();
    let profile = get(&plane, "front").await;
    assert_eq!(profile.roles.len(), 1);
    assert_eq!((profile.roles[0].role_name.as_str(), &profile.roles[0].arn), ("web", &arn("role/web")));
    assert!(profile.roles[0].assume_role_policy_document.is_some());
    for role in ["web", "other"] {
        let refusal = refused::<AddRoleToInstanceProfile>(&plane, added("front", role)).await;
        let message = "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1";
        assert_refused(refusal, "LimitExceeded", 409, message);
    }
    // A role may be in many.
    plane.root::<AddRoleToInstanceProfile>(added("back", "web")).await.unwrap();
    assert_eq!(names_with(&plane, "web").await, ["back", "front"]);
    assert_eq!(names_with(&plane, "other").await, [""; 0]);

    let refusal = refused::<RemoveRoleFromInstanceProfile>(&plane, removed("front", "other")).await;
    assert_refused(refusal, "NoSuchEntity", 404, "The role with name other cannot be found.");
    plane.root::<RemoveRoleFromInstanceProfile>(removed("front", "web")).await.unwrap();
    plane.root::<AddRoleToInstanceProfile>(added("front", "other")).await.unwrap();
    assert_eq!(get(&plane, "front").await.roles[0].role_name, "other");
}

#[tokio::test]
async fn nothing_is_deleted_that_is_in_use() {
    let plane = TestPlane::new().await;
    create(&plane, "front").await;
    create_role(&plane, "web").await;
    plane.root::<AddRoleToInstanceProfile>(added("front", "web")).await.unwrap();
    let policy_arn = "arn:aws:iam::aws:policy/PowerUserAccess".to_owned();
    plane
        .root::<AttachRolePolicy>(AttachRolePolicyInput { role_name: "web".into(), policy_arn })
        .await
        .unwrap();
    let message = "Cannot delete entity, must remove roles from instance profile first.";
    for refusal in [
        refused::<DeleteInstanceProfile>(&plane, deleted("front")).await,
        // Said before what else is in the way.
        refused::<DeleteRole>(&plane, DeleteRoleInput { role_name: "web".into() }).await,
    ] {
        assert_refused(refusal, "DeleteConflict", 409, message);
    }
    plane.root::<RemoveRoleFromInstanceProfile>(removed("front", "web")).await.unwrap();
    plane.root::<DeleteInstanceProfile>(deleted("front")).await.unwrap();
    let refusal = refused::<DeleteRole>(&plane, DeleteRoleInput { role_name: "web".into() }).await;
    refusal.is("DeleteConflict", "detach all policies");
}

#[tokio::test]
async fn roles_of_services_stay_out() {
    let plane = TestPlane::new().await;
    create(&plane, "front").await;
    let input =
        CreateServiceLinkedRoleInput { aws_service_name: "spot.amazonaws.com".into(), ..Default::default() };
    plane.root::<CreateServiceLinkedRole>(input).await.unwrap();
    for refusal in [
        refused::<AddRoleToInstanceProfile>(&plane, added("front", "AWSServiceRoleForEC2Spot")).await,
        refused::<RemoveRoleFromInstanceProfile>(&plane, removed("front", "AWSServiceRoleForEC2Spot")).await,
    ] {
        refusal.is("UnmodifiableEntity", "protected role 'AWSServiceRoleForEC2Spot'");
    }
}

#[tokio::test]
async fn tags_keep_their_case() {
    let plane = TestPlane::new().await;
    create(&plane, "front").await;
    let all = vec![tag("Team", "a"), tag("team", "b"), tag("z", "")];
    plane.root::<TagInstanceProfile>(tagged("front", all)).await.unwrap();
    plane.root::<UntagInstanceProfile>(untagged("front", &["Team", "gone"])).await.unwrap();
    let input = ListInstanceProfileTagsInput { max_items: Some(1), ..tags_of("front") };
    let first = plane.root::<ListInstanceProfileTags>(input).await.unwrap();
    assert_eq!((first.tags, first.is_truncated), (vec![tag("team", "b")], Some(true)));
    let input = ListInstanceProfileTagsInput { marker: first.marker, ..tags_of("front") };
    let rest = plane.root::<ListInstanceProfileTags>(input).await.unwrap();
    assert_eq!((rest.tags, rest.is_truncated, rest.marker), (vec![tag("z", "")], Some(false), None));

    refused::<TagInstanceProfile>(&plane, tagged("front", vec![tag("aws:x", "")]))
        .await
        .is("InvalidInput", "aws:");
    let many = (0..49).map(|number| tag(&number.to_string(), "")).collect();
    let refusal = refused::<TagInstanceProfile>(&plane, tagged("front", many)).await;
    refusal.is("LimitExceeded", "The number of tags has reached the maximum limit.");
}

#[tokio::test]
async fn lists_are_pages_that_stay_true_while_profiles_come_and_go() {
    let plane = TestPlane::new().await;
    for name in ["a", "C", "e", "g"] {
        create(&plane, name).await;
    }
    let input = CreateInstanceProfileInput { path: Some("/x/y/".into()), ..new("far") };
    plane.root::<CreateInstanceProfile>(input).await.unwrap();
    let page = async |marker| {
        let input = ListInstanceProfilesInput { marker, max_items: Some(2), ..Default::default() };
        let output = plane.root::<ListInstanceProfiles>(input).await.unwrap();
        assert_eq!(output.is_truncated, Some(output.marker.is_some()));
        let names: Vec<String> =
            output.instance_profiles.into_iter().map(|profile| profile.instance_profile_name).collect();
        (names, output.marker)
    };
    let (names, marker) = page(None).await;
    assert_eq!(names, ["a", "C"]);
    plane.root::<DeleteInstanceProfile>(deleted("C")).await.unwrap();
    create(&plane, "b").await;
    create(&plane, "d").await;
    let (names, marker) = page(marker).await;
    assert_eq!(names, ["d", "e"]);
    let (names, marker) = page(marker).await;
    assert_eq!((names, marker), (vec!["far".to_owned(), "g".to_owned()], None));

    let input = ListInstanceProfilesInput { path_prefix: Some("/x/".into()), ..Default::default() };
    let far = plane.root::<ListInstanceProfiles>(input).await.unwrap().instance_profiles;
    assert_eq!(far.len(), 1);
    let input = ListInstanceProfilesInput { marker: Some("nonsense".into()), ..Default::default() };
    refused::<ListInstanceProfiles>(&plane, input).await.is("ValidationError", "Invalid Marker.");
}

#[tokio::test]
async fn an_account_has_a_thousand_at_most() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..1000 {
            let profile = InstanceProfile {
                account_id: plane.account,
                id: UniqueId::new(IdKind::InstanceProfile, &*plane.plane.random),
                name: InstanceProfileName::parse(&format!("p{number}")).unwrap(),
                path: Path::default(),
                created_at: plane.now(),
                role: None,
                tags: vec![],
            };
            store::instance_profile::insert(tx, &profile).await.unwrap();
        }
    })
    .await;
    let message = "Cannot exceed quota for InstanceProfilesPerAccount: 1000";
    assert_refused(
        refused::<CreateInstanceProfile>(&plane, new("more")).await,
        "LimitExceeded",
        409,
        message,
    );
    plane.root::<DeleteInstanceProfile>(deleted("p7")).await.unwrap();
    create(&plane, "more").await;
}

#[tokio::test]
async fn the_account_counts_and_shows_them() {
    let plane = TestPlane::new().await;
    create(&plane, "front").await;
    create(&plane, "back").await;
    create_role(&plane, "web").await;
    plane.root::<AddRoleToInstanceProfile>(added("front", "web")).await.unwrap();
    let summary = plane.root::<GetAccountSummary>(GetAccountSummaryInput).await.unwrap().summary_map.unwrap();
    assert_eq!(summary["InstanceProfiles"], 2);
    let input = GetAccountAuthorizationDetailsInput::default();
    let details = plane.root::<GetAccountAuthorizationDetails>(input).await.unwrap();
    let roles = details.role_detail_list.unwrap();
    let profiles = roles[0].instance_profile_list.clone().unwrap();
    assert_eq!(profiles.len(), 1);
    assert_eq!(profiles[0].instance_profile_name, "front");
    assert_eq!(profiles[0].roles[0].role_name, "web");
}

#[tokio::test]
async fn profiles_that_do_not_exist() {
    let plane = TestPlane::new().await;
    create_role(&plane, "web").await;
    create(&plane, "front").await;
    for refusal in [
        refused::<GetInstanceProfile>(&plane, shown("ghost")).await,
        refused::<DeleteInstanceProfile>(&plane, deleted("ghost")).await,
        refused::<AddRoleToInstanceProfile>(&plane, added("ghost", "web")).await,
        refused::<RemoveRoleFromInstanceProfile>(&plane, removed("ghost", "web")).await,
        refused::<TagInstanceProfile>(&plane, tagged("ghost", vec![])).await,
        refused::<UntagInstanceProfile>(&plane, untagged("ghost", &[])).await,
        refused::<ListInstanceProfileTags>(&plane, tags_of("ghost")).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, NOT_FOUND);
    }
    for refusal in [
        refused::<AddRoleToInstanceProfile>(&plane, added("front", "ghost")).await,
        refused::<RemoveRoleFromInstanceProfile>(&plane, removed("front", "ghost")).await,
        refused::<ListInstanceProfilesForRole>(&plane, profiles_of("ghost")).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, "The role with name ghost cannot be found.");
    }
}

#[tokio::test]
async fn users_need_permission() {
    let plane = TestPlane::new().await;
    let input = CreateInstanceProfileInput { path: Some("/web/".into()), ..new("front") };
    plane.root::<CreateInstanceProfile>(input).await.unwrap();
    create_role(&plane, "web").await;
    let front = "instance-profile/web/front";
    assert_denied::<CreateInstanceProfile>(&plane, new("back"), "instance-profile/back").await;
    assert_denied::<GetInstanceProfile>(&plane, shown("front"), front).await;
    assert_denied::<DeleteInstanceProfile>(&plane, deleted("front"), front).await;
    assert_denied::<AddRoleToInstanceProfile>(&plane, added("front", "web"), front).await;
    assert_denied::<RemoveRoleFromInstanceProfile>(&plane, removed("front", "web"), front).await;
    assert_denied::<TagInstanceProfile>(&plane, tagged("front", vec![]), front).await;
    assert_denied::<UntagInstanceProfile>(&plane, untagged("front", &[]), front).await;
    assert_denied::<ListInstanceProfileTags>(&plane, tags_of("front"), front).await;
    assert_denied::<ListInstanceProfilesForRole>(&plane, profiles_of("web"), "role/web").await;
    let all = ListInstanceProfilesInput::default();
    assert_denied::<ListInstanceProfiles>(&plane, all.clone(), "instance-profile/").await;

    user_with_policy(&plane, "admin", &allow("iam:*InstanceProfile*", "*")).await;
    plane.user::<CreateInstanceProfile>("admin", new("back")).await.unwrap();
    plane.user::<ListInstanceProfiles>("admin", all).await.unwrap();
    plane.user::<TagInstanceProfile>("admin", tagged("back", vec![tag("a", "b")])).await.unwrap();
    plane.user::<DeleteInstanceProfile>("admin", deleted("back")).await.unwrap();
    // Tags at birth ask for both.
    user_with_policy(&plane, "maker", &allow("iam:CreateInstanceProfile", "*")).await;
    let input = CreateInstanceProfileInput { tags: Some(vec![tag("a", "b")]), ..new("back") };
    assert_denied_on::<CreateInstanceProfile>(
        &plane,
        "maker",
        input,
        "iam:TagInstanceProfile",
        "instance-profile/back",
    )
    .await;
}

#[tokio::test]
async fn a_role_must_be_passed_to_ec2() {
    let plane = TestPlane::new().await;
    create(&plane, "front").await;
    create_role(&plane, "web").await;
    let add = r#"{"Effect":"Allow","Action":"iam:AddRoleToInstanceProfile","Resource":"*"}"#;
    let pass = |service: &str| {
        let statement = format!(
            r#"{{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}}}"#
        );
        document(&format!("{add},{statement}"))
    };
    user_with_policy(&plane, "adder", &document(add)).await;
    user_with_policy(&plane, "lambda", &pass("lambda.amazonaws.com")).await;
    user_with_policy(&plane, "ec2", &pass("ec2.amazonaws.com")).await;
    for user in ["adder", "lambda"] {
        let input = added("front", "web");
        assert_denied_on::<AddRoleToInstanceProfile>(&plane, user, input, "iam:PassRole", "role/web").await;
    }
    plane.user::<AddRoleToInstanceProfile>("ec2", added("front", "web")).await.unwrap();
}

#[tokio::test]
async fn policies_see_the_tags_of_a_profile() {
    let plane = TestPlane::new().await;
    let condition = r#"{"StringEquals":{"aws:ResourceTag/team":"blue"}}"#;
    user_with_policy(&plane, "blue", &allow_if("iam:DeleteInstanceProfile", condition)).await;
    create(&plane, "front").await;
    assert_denied_on::<DeleteInstanceProfile>(
        &plane,
        "blue",
        deleted("front"),
        "iam:DeleteInstanceProfile",
        "instance-profile/front",
    )
    .await;
    plane.root::<TagInstanceProfile>(tagged("front", vec![tag("team", "blue")])).await.unwrap();
    plane.user::<DeleteInstanceProfile>("blue", deleted("front")).await.unwrap();
}
