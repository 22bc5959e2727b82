//! Managed policies: documents, versions, tags, and who uses them.

use crate::{
    plane::TestPlane,
    support::{
        ADMINISTRATOR_ACCESS, allow, allow_if, arn, assert_denied, assert_denied_on, assert_denied_on_all,
        assert_refused, document, in_store, refused, user_with_policy,
    },
};
use domain::{IdKind, ManagedPolicy, Path, PolicyName, PolicyVersionId, UniqueId};
use shapes::iam::{
    AttachGroupPolicy, AttachGroupPolicyInput, AttachRolePolicy, AttachRolePolicyInput, AttachUserPolicy,
    AttachUserPolicyInput, CreateGroup, CreateGroupInput, CreatePolicy, CreatePolicyInput,
    CreatePolicyVersion, CreatePolicyVersionInput, CreateRole, CreateRoleInput, CreateUser, CreateUserInput,
    DeletePolicy, DeletePolicyInput, DeletePolicyVersion, DeletePolicyVersionInput,
    DeleteUserPermissionsBoundary, DeleteUserPermissionsBoundaryInput, DetachUserPolicy,
    DetachUserPolicyInput, GetPolicy, GetPolicyInput, GetPolicyVersion, GetPolicyVersionInput,
    ListEntitiesForPolicy, ListEntitiesForPolicyInput, ListPolicies, ListPoliciesInput, ListPolicyTags,
    ListPolicyTagsInput, ListPolicyVersions, ListPolicyVersionsInput, SetDefaultPolicyVersion,
    SetDefaultPolicyVersionInput, TagPolicy, TagPolicyInput, UntagPolicy, UntagPolicyInput, types,
};

const READ: &str =
    r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}"#;
const READ_ENCODED: &str = "%7B%22Version%22%3A%20%222012-10-17%22%2C%20%22Statement%22%3A%20%7B%22Effect%22%3A%20%22Allow\
    %22%2C%20%22Action%22%3A%20%22s3%3AGet%2A%22%2C%20%22Resource%22%3A%20%22%2A%22%7D%7D";
const IN_USE: &str = "Cannot delete a policy attached to entities.";

fn new(name: &str) -> CreatePolicyInput {
    CreatePolicyInput { policy_name: name.into(), policy_document: READ.into(), ..Default::default() }
}

async fn create(plane: &TestPlane, name: &str) -> String {
    plane.root::<CreatePolicy>(new(name)).await.unwrap().policy.unwrap().arn.unwrap()
}

async fn create_at(plane: &TestPlane, path: &str, name: &str) -> String {
    let input = CreatePolicyInput { path: Some(path.into()), ..new(name) };
    plane.root::<CreatePolicy>(input).await.unwrap().policy.unwrap().arn.unwrap()
}

fn get(arn: &str) -> GetPolicyInput {
    GetPolicyInput { policy_arn: arn.into() }
}

fn delete(arn: &str) -> DeletePolicyInput {
    DeletePolicyInput { policy_arn: arn.into() }
}

fn version(arn: &str, default: bool) -> CreatePolicyVersionInput {
    CreatePolicyVersionInput {
        policy_arn: arn.into(),
        policy_document: allow("sqs:*", "*"),
        set_as_default: default.then_some(true),
    }
}

fn get_version(arn: &str, id: &str) -> GetPolicyVersionInput {
    GetPolicyVersionInput { policy_arn: arn.into(), version_id: id.into() }
}

fn delete_version(arn: &str, id: &str) -> DeletePolicyVersionInput {
    DeletePolicyVersionInput { policy_arn: arn.into(), version_id: id.into() }
}

fn set_default(arn: &str, id: &str) -> SetDefaultPolicyVersionInput {
    SetDefaultPolicyVersionInput { policy_arn: arn.into(), version_id: id.into() }
}

fn list_versions(arn: &str) -> ListPolicyVersionsInput {
    ListPolicyVersionsInput { policy_arn: arn.into(), ..Default::default() }
}

fn list_tags(arn: &str) -> ListPolicyTagsInput {
    ListPolicyTagsInput { policy_arn: arn.into(), ..Default::default() }
}

fn entities(arn: &str) -> ListEntitiesForPolicyInput {
    ListEntitiesForPolicyInput { policy_arn: arn.into(), ..Default::default() }
}

fn tag(key: &str, value: &str) -> types::Tag {
    types::Tag { key: key.into(), value: value.into() }
}

fn tagged(arn: &str, tags: &[(&str, &str)]) -> TagPolicyInput {
    let tags = tags.iter().map(|(key, value)| tag(key, value)).collect();
    TagPolicyInput { policy_arn: arn.into(), tags }
}

fn untagged(arn: &str, keys: &[&str]) -> UntagPolicyInput {
    UntagPolicyInput { policy_arn: arn.into(), tag_keys: keys.iter().map(|key| (*key).to_owned()).collect() }
}

async fn create_user(plane: &TestPlane, name: &str, path: &str, boundary: Option<&str>) {
    let input = CreateUserInput {
        user_name: name.into(),
        path: Some(path.into()),
        permissions_boundary: boundary.map(Into::into),
        ..Default::default()
    };
    plane.root::<CreateUser>(input).await.unwrap();
}

async fn create_role(plane: &TestPlane, name: &str, boundary: Option<&str>) {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;
    let input = CreateRoleInput {
        role_name: name.into(),
        assume_role_policy_document: trust.into(),
        permissions_boundary: boundary.map(Into::into),
        ..Default::default()
    };
    plane.root::<CreateRole>(input).await.unwrap();
}

async fn attach_to_user(plane: &TestPlane, user: &str, arn: &str) {
    let input = AttachUserPolicyInput { user_name: user.into(), policy_arn: arn.into() };
    plane.root::<AttachUserPolicy>(input).await.unwrap();
}

#[tokio::test]
async fn a_new_policy_has_one_version() {
    let plane = TestPlane::new().await;
    let input = CreatePolicyInput {
        path: Some("/team/".into()),
        description: Some("reads".into()),
        tags: Some(vec![tag("team", "blue")]),
        ..new("Read")
    };
    let created = plane.root::<CreatePolicy>(input).await.unwrap().policy.unwrap();
    let expected = types::Policy {
        policy_name: Some("Read".into()),
        policy_id: created.policy_id.clone(),
        arn: Some(arn("policy/team/Read")),
        path: Some("/team/".into()),
        default_version_id: Some("v1".into()),
        attachment_count: Some(0),
        permissions_boundary_usage_count: Some(0),
        is_attachable: Some(true),
        description: None,
        create_date: Some(plane.now()),
        update_date: Some(plane.now()),
        tags: Some(vec![tag("team", "blue")]),
    };
    assert_eq!(created, expected);
    assert!(created.policy_id.as_deref().unwrap().starts_with("ANPA"));

    let shown = plane.root::<GetPolicy>(get(&arn("policy/team/Read"))).await.unwrap().policy.unwrap();
    assert_eq!(shown, types::Policy { description: Some("reads".into()), ..expected });
    let version = plane.root::<GetPolicyVersion>(get_version(&arn("policy/team/Read"), "v1")).await.unwrap();
    let expected = types::PolicyVersion {
        document: Some(READ_ENCODED.into()),
        version_id: Some("v1".into()),
        is_default_version: Some(true),
        create_date: Some(plane.now()),
    };
    assert_eq!(version.policy_version, Some(expected));
}

#[tokio::test]
async fn names_are_unique_in_whatever_case_and_path() {
    let plane = TestPlane::new().await;
    create_at(&plane, "/a/", "Read").await;
    let refusal = refused::<CreatePolicy>(&plane, new("rEAD")).await;
    let message = "A policy called rEAD already exists. Duplicate names are not allowed.";
    assert_refused(refusal, "EntityAlreadyExists", 409, message);
    let other_path = arn("policy/Read");
    let refusal = refused::<GetPolicy>(&plane, get(&other_path)).await;
    assert_refused(refusal, "NoSuchEntity", 404, &format!("Policy {other_path} was not found."));
    // One of AWS's may have a namesake.
    create(&plane, "AdministratorAccess").await;
}

#[tokio::test]
async fn documents_are_checked() {
    let plane = TestPlane::new().await;
    let arn = create(&plane, "Read").await;
    for (document, message) in [
        ("{", "Syntax errors in policy."),
        (
            r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
            "Policy document must be version 2012-10-17 or greater.",
        ),
        (&document(r#"{"Effect":"Allow","Action":"s3:*"}"#), "Policy statement must contain resources."),
    ] {
        let input = CreatePolicyInput { policy_document: document.into(), ..new("Other") };
        let refusal = refused::<CreatePolicy>(&plane, input).await;
        assert_refused(refusal, "MalformedPolicyDocument", 400, message);
        let input = CreatePolicyVersionInput { policy_document: document.into(), ..version(&arn, false) };
        let refusal = refused::<CreatePolicyVersion>(&plane, input).await;
        assert_refused(refusal, "MalformedPolicyDocument", 400, message);
    }
}

#[tokio::test]
async fn white_space_does_not_count_towards_the_size() {
    let plane = TestPlane::new().await;
    let sized = |size: usize| {
        let empty = allow("s3:*", "arn:aws:s3:::");
        allow("s3:*", &format!("arn:aws:s3:::{}", "b".repeat(size - empty.len())))
    };
    let largest = sized(6144).replace(',', ",\n    ");
    let input = CreatePolicyInput { policy_document: largest, ..new("Largest") };
    plane.root::<CreatePolicy>(input).await.unwrap();
    let input = CreatePolicyInput { policy_document: sized(6145), ..new("TooLarge") };
    let refusal = refused::<CreatePolicy>(&plane, input).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144");
    let arn = arn("policy/Largest");
    let input = CreatePolicyVersionInput { policy_document: sized(6145), ..version(&arn, false) };
    let refusal = refused::<CreatePolicyVersion>(&plane, input).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for PolicySize: 6144");
}

#[tokio::test]
async fn an_account_has_fifteen_hundred_policies_at_most() {
    let plane = TestPlane::new().await;
    in_store(&plane, async |tx| {
        for number in 0..1499 {
            let policy = ManagedPolicy {
                account_id: plane.account,
                id: UniqueId::new(IdKind::ManagedPolicy, &*plane.plane.random),
                name: PolicyName::parse(&format!("p{number}")).unwrap(),
                path: Path::default(),
                created_at: plane.now(),
                updated_at: plane.now(),
                description: None,
                default_version: PolicyVersionId::FIRST,
                next_version: 2,
                tags: vec![],
            };
            store::managed_policy::insert(tx, &policy).await.unwrap();
        }
    })
    .await;
    create(&plane, "Last").await;
    let refusal = refused::<CreatePolicy>(&plane, new("More")).await;
    assert_refused(refusal, "LimitExceeded", 409, "Cannot exceed quota for PoliciesPerAccount: 1500");
}

#[tokio::test]
async fn version_ids_are_never_used_again() {
    let plane = TestPlane::new().await;
    let arn = create(&plane, "Read").await;
    let created = plane.now();
    plane.advance(60);
    let second =
        plane.root::<CreatePolicyVersion>(version(&arn, false)).await.unwrap().policy_version.unwrap();
    let expected = types::PolicyVersion {
        document: None,
        version_id: Some("v2".into()),
        is_default_version: Some(false),
        create_date: Some(plane.now()),
    };
    assert_eq!(second, expected);
    let policy = plane.root::<GetPolicy>(get(&arn)).await.unwrap().policy.unwrap();
    assert_eq!((policy.create_date, policy.update_date), (Some(created), Some(plane.now())));
    assert_eq!(policy.default_version_id.as_deref(), Some("v1"));

    plane.root::<DeletePolicyVersion>(delete_version(&arn, "v2")).await.unwrap();
    let third = plane.root::<CreatePolicyVersion>(version(&arn, true)).await.unwrap().policy_version.unwrap();
    assert_eq!((third.version_id.as_deref(), third.is_default_version), (Some("v3"), Some(true)));
    let refusal = refused::<DeletePolicyVersion>(&plane, delete_version(&arn, "v3")).await;
    assert_refused(refusal, "DeleteConflict", 409, "Cannot delete the default version of a policy.");
    plane.root::<SetDefaultPolicyVersion>(set_default(&arn, "v1")).await.unwrap();
    plane.root::<DeletePolicyVersion>(delete_version(&arn, "v3")).await.unwrap();
    let versions = plane.root::<ListPolicyVersions>(list_versions(&arn)).await.unwrap().versions.unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!((versions[0].version_id.as_deref(), versions[0].is_default_version), (Some("v1"), Some(true)));
}

#[tokio::test]
async fn a_policy_has_five_versions_at_most() {
    let plane = TestPlane::new().await;
    let arn = create(&plane, "Read").await;
    for _ in 0..4 {
        plane.root::<CreatePolicyVersion>(version(&arn, true)).await.unwrap();
    }
    let refusal = refused::<CreatePolicyVersion>(&plane, version(&arn, true)).await;
    let message = "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
                   existing version.";
    assert_refused(refusal, "LimitExceeded", 409, message);
    plane.root::<DeletePolicyVersion>(delete_version(&arn, "v1")).await.unwrap();
    plane.root::<CreatePolicyVersion>(version(&arn, true)).await.unwrap();

    let mut ids = Vec::new();
    let mut marker = None;
    loop {
        let input = ListPolicyVersionsInput { marker, max_items: Some(2), ..list_versions(&arn) };
        let page = plane.root::<ListPolicyVersions>(input).await.unwrap();
        assert_eq!(page.is_truncated, Some(page.marker.is_some()));
        for version in page.versions.unwrap() {
            assert_eq!(version.document, None);
            ids.push(version.version_id.unwrap());
        }
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(ids, ["v6", "v5", "v4", "v3", "v2"]);
}

#[tokio::test]
async fn a_policy_in_use_is_not_deleted() {
    let plane = TestPlane::new().await;
    let arn = create(&plane, "Read").await;
    create_user(&plane, "alice", "/", Some(&arn)).await;
    attach_to_user(&plane, "alice", &arn).await;
    plane.root::<CreatePolicyVersion>(version(&arn, true)).await.unwrap();

    assert_refused(refused::<DeletePolicy>(&plane, delete(&arn)).await, "DeleteConflict", 409, IN_USE);
    let input = DetachUserPolicyInput { user_name: "alice".into(), policy_arn: arn.clone() };
    plane.root::<DetachUserPolicy>(input).await.unwrap();
    assert_refused(refused::<DeletePolicy>(&plane, delete(&arn)).await, "DeleteConflict", 409, IN_USE);
    let input = DeleteUserPermissionsBoundaryInput { user_name: "alice".into() };
    plane.root::<DeleteUserPermissionsBoundary>(input).await.unwrap();
    let refusal = refused::<DeletePolicy>(&plane, delete(&arn)).await;
    let message = "This policy has more than one version. Before you delete a policy, you must delete the policy's \
                   versions. The default version is deleted with the policy.";
    assert_refused(refusal, "DeleteConflict", 409, message);
    plane.root::<DeletePolicyVersion>(delete_version(&arn, "v1")).await.unwrap();
    plane.root::<DeletePolicy>(delete(&arn)).await.unwrap();

    refused::<GetPolicy>(&plane, get(&arn)).await.is("NoSuchEntity", "was not found");
    assert_eq!(create(&plane, "Read").await, arn);
    let policy = plane.root::<GetPolicy>(get(&arn)).await.unwrap().policy.unwrap();
    assert_eq!(policy.default_version_id.as_deref(), Some("v1"));
}

#[tokio::test]
async fn policies_and_versions_that_do_not_exist() {
    let plane = TestPlane::new().await;
    let ghost = arn("policy/Ghost");
    for refusal in [
        refused::<GetPolicy>(&plane, get(&ghost)).await,
        refused::<DeletePolicy>(&plane, delete(&ghost)).await,
        refused::<CreatePolicyVersion>(&plane, version(&ghost, true)).await,
        refused::<GetPolicyVersion>(&plane, get_version(&ghost, "v1")).await,
        refused::<ListPolicyVersions>(&plane, list_versions(&ghost)).await,
        refused::<DeletePolicyVersion>(&plane, delete_version(&ghost, "v1")).await,
        refused::<SetDefaultPolicyVersion>(&plane, set_default(&ghost, "v1")).await,
        refused::<TagPolicy>(&plane, tagged(&ghost, &[("a", "b")])).await,
        refused::<UntagPolicy>(&plane, untagged(&ghost, &["a"])).await,
        refused::<ListPolicyTags>(&plane, list_tags(&ghost)).await,
    ] {
        assert_refused(refusal, "NoSuchEntity", 404, &format!("Policy {ghost} was not found."));
    }
    let refusal = refused::<ListEntitiesForPolicy>(&plane, entities(&ghost)).await;
    let message = format!("Policy {ghost} does not exist or is not attachable.");
    assert_refused(refusal, "NoSuchEntity", 404, &message);

    let arn = create(&plane, "Read").await;
    for id in ["v2", "v1.a", "v99999999999"] {
        for refusal in [
            refused::<GetPolicyVersion>(&plane, get_version(&arn, id)).await,
            refused::<DeletePolicyVersion>(&plane, delete_version(&arn, id)).await,
            refused::<SetDefaultPolicyVersion>(&plane, set_default(&arn, id)).await,
        ] {
            let message = format!("Policy {arn} version {id} does not exist or is not attachable.");
            assert_refused(refusal, "NoSuchEntity", 404, &message);
        }
    }
}

#[tokio::test]
async fn arns_of_other_things_are_no_policies() {
    let plane = TestPlane::new().await;
    for text in
        [arn("user/alice"), arn("policyRead"), "arn:aws:s3:::a-bucket-of-some-name".into(), "x".repeat(30)]
    {
        let message = format!("ARN {text} is not valid.");
        for refusal in [
            refused::<GetPolicy>(&plane, get(&text)).await,
            refused::<DeletePolicy>(&plane, delete(&text)).await,
            refused::<ListEntitiesForPolicy>(&plane, entities(&text)).await,
            refused::<TagPolicy>(&plane, tagged(&text, &[("a", "b")])).await,
        ] {
            assert_refused(refusal, "InvalidInput", 400, &message);
        }
    }
}

#[tokio::test]
async fn policies_of_aws_are_read_only() {
    let plane = TestPlane::new().await;
    let aws = ADMINISTRATOR_ACCESS;
    let policy = plane.root::<GetPolicy>(get(aws)).await.unwrap().policy.unwrap();
    assert_eq!(policy.policy_name.as_deref(), Some("AdministratorAccess"));
    assert_eq!((policy.arn.as_deref(), policy.attachment_count), (Some(aws), Some(0)));
    assert!(policy.description.is_some());
    let versions = plane.root::<ListPolicyVersions>(list_versions(aws)).await.unwrap().versions.unwrap();
    assert_eq!(versions.len(), 1);
    assert_eq!(
        (versions[0].version_id.clone(), &versions[0].document),
        (policy.default_version_id.clone(), &None)
    );
    let id = policy.default_version_id.unwrap();
    let version =
        plane.root::<GetPolicyVersion>(get_version(aws, &id)).await.unwrap().policy_version.unwrap();
    assert!(version.document.unwrap().contains("%22Resource%22%3A%20%22%2A%22"));
    refused::<GetPolicyVersion>(&plane, get_version(aws, "v77")).await.is("NoSuchEntity", "version v77");
    assert_eq!(plane.root::<ListPolicyTags>(list_tags(aws)).await.unwrap().tags, []);

    for (action, refusal) in [
        ("DeletePolicy", refused::<DeletePolicy>(&plane, delete(aws)).await),
        ("CreatePolicyVersion", refused::<CreatePolicyVersion>(&plane, self::version(aws, true)).await),
        ("DeletePolicyVersion", refused::<DeletePolicyVersion>(&plane, delete_version(aws, "v1")).await),
        ("SetDefaultPolicyVersion", refused::<SetDefaultPolicyVersion>(&plane, set_default(aws, "v1")).await),
        ("TagPolicy", refused::<TagPolicy>(&plane, tagged(aws, &[("a", "b")])).await),
        ("UntagPolicy", refused::<UntagPolicy>(&plane, untagged(aws, &["a"])).await),
    ] {
        let message =
            format!("User: {} is not authorized to perform: iam:{action} on resource: {aws}", arn("root"));
        assert_refused(refusal, "AccessDenied", 403, &message);
    }
}

#[tokio::test]
async fn policies_of_other_accounts_are_out_of_reach() {
    let plane = TestPlane::new().await;
    let other = "arn:aws:iam::999999999999:policy/Read";
    let refusal = refused::<GetPolicy>(&plane, get(other)).await;
    let message =
        format!("User: {} is not authorized to perform: iam:GetPolicy on resource: {other}", arn("root"));
    assert_refused(refusal, "AccessDenied", 403, &message);
}

#[tokio::test]
async fn tags_of_policies_are_compared_with_case() {
    let plane = TestPlane::new().await;
    let arn = create(&plane, "Read").await;
    plane.root::<TagPolicy>(tagged(&arn, &[("team", "a"), ("Team", "b"), ("Z", "")])).await.unwrap();
    plane.root::<TagPolicy>(tagged(&arn, &[("team", "c")])).await.unwrap();
    let mut seen = Vec::new();
    let mut marker = None;
    loop {
        let input = ListPolicyTagsInput { marker, max_items: Some(1), ..list_tags(&arn) };
        let page = plane.root::<ListPolicyTags>(input).await.unwrap();
        assert_eq!(page.tags.len(), 1);
        seen.extend(page.tags);
        marker = page.marker;
        if marker.is_none() {
            break;
        }
    }
    assert_eq!(seen, [tag("Team", "b"), tag("Z", ""), tag("team", "c")]);
    plane.root::<UntagPolicy>(untagged(&arn, &["Team", "absent"])).await.unwrap();
    let tags = plane.root::<ListPolicyTags>(list_tags(&arn)).await.unwrap().tags;
    assert_eq!(tags, [tag("Z", ""), tag("team", "c")]);
}

#[tokio::test]
async fn the_longest_keys_of_tags_are_listed_page_by_page() {
    let plane = TestPlane::new().await;
    let arn = create(&plane, "Read").await;
    let longest = "𠀀".repeat(127);
    let keys = [format!("{longest}a"), format!("{longest}b"), format!("{longest}c")];
    plane.root::<TagPolicy>(tagged(&arn, &keys.each_ref().map(|key| (key.as_str(), "")))).await.unwrap();
    let mut seen = Vec::new();
    let mut marker = None;
    for _ in 0..3 {
        let input = ListPolicyTagsInput { marker, max_items: Some(1), ..list_tags(&arn) };
        let page = plane.root::<ListPolicyTags>(input).await.unwrap();
        seen.extend(page.tags.into_iter().map(|tag| tag.key));
        marker = page.marker;
    }
    assert_eq!((sorted(seen), marker), (keys.to_vec(), None));
}

#[tokio::test]
async fn tags_that_are_refused() {
    let plane = TestPlane::new().await;
    let arn = create(&plane, "Read").await;
    for tags in [&[("aws:x", "y")][..], &[("a", "b"), ("a", "c")]] {
        assert_eq!(refused::<TagPolicy>(&plane, tagged(&arn, tags)).await.code, "InvalidInput");
        let tags = tags.iter().map(|(key, value)| tag(key, value)).collect();
        let input = CreatePolicyInput { tags: Some(tags), ..new("Other") };
        assert_eq!(refused::<CreatePolicy>(&plane, input).await.code, "InvalidInput");
    }
    assert_eq!(refused::<UntagPolicy>(&plane, untagged(&arn, &["AWS:x"])).await.code, "InvalidInput");
    let keys: Vec<String> = (0..50).map(|number| number.to_string()).collect();
    let fifty: Vec<_> = keys.iter().map(|key| (key.as_str(), "")).collect();
    plane.root::<TagPolicy>(tagged(&arn, &fifty)).await.unwrap();
    refused::<TagPolicy>(&plane, tagged(&arn, &[("more", "")]))
        .await
        .is("LimitExceeded", "The number of tags has reached the maximum limit.");
}

#[tokio::test]
async fn users_without_permission_are_refused() {
    let plane = TestPlane::new().await;
    let arn = create_at(&plane, "/team/", "Read").await;
    let resource = "policy/team/Read";
    let input = CreatePolicyInput { path: Some("/x/".into()), ..new("Other") };
    assert_denied::<CreatePolicy>(&plane, input, "policy/x/Other").await;
    assert_denied::<GetPolicy>(&plane, get(&arn), resource).await;
    assert_denied::<DeletePolicy>(&plane, delete(&arn), resource).await;
    assert_denied::<CreatePolicyVersion>(&plane, version(&arn, true), resource).await;
    assert_denied::<GetPolicyVersion>(&plane, get_version(&arn, "v1"), resource).await;
    assert_denied::<ListPolicyVersions>(&plane, list_versions(&arn), resource).await;
    assert_denied::<DeletePolicyVersion>(&plane, delete_version(&arn, "v1"), resource).await;
    assert_denied::<SetDefaultPolicyVersion>(&plane, set_default(&arn, "v1"), resource).await;
    assert_denied::<TagPolicy>(&plane, tagged(&arn, &[("a", "b")]), resource).await;
    assert_denied::<UntagPolicy>(&plane, untagged(&arn, &["a"]), resource).await;
    assert_denied::<ListPolicyTags>(&plane, list_tags(&arn), resource).await;
    assert_denied::<ListEntitiesForPolicy>(&plane, entities(&arn), resource).await;
    assert_denied_on_all::<ListPolicies>(&plane, ListPoliciesInput::default()).await;
    // Nor do they learn what exists.
    assert_denied::<GetPolicy>(&plane, get(&self::arn("policy/Ghost")), "policy/Ghost").await;
}

#[tokio::test]
async fn permission_by_resource_and_path() {
    let plane = TestPlane::new().await;
    let inside = create_at(&plane, "/team/", "Read").await;
    let outside = create(&plane, "Other").await;
    user_with_policy(&plane, "alice", &allow("iam:*", &arn("policy/team/*"))).await;
    plane.user::<GetPolicy>("alice", get(&inside)).await.unwrap();
    plane.user::<CreatePolicyVersion>("alice", version(&inside, true)).await.unwrap();
    plane.user::<DeletePolicyVersion>("alice", delete_version(&inside, "v1")).await.unwrap();
    plane.user::<DeletePolicy>("alice", delete(&inside)).await.unwrap();
    let input = CreatePolicyInput { path: Some("/team/".into()), ..new("Read") };
    plane.user::<CreatePolicy>("alice", input).await.unwrap();
    assert_eq!(plane.user::<GetPolicy>("alice", get(&outside)).await.unwrap_err().code, "AccessDenied");
    assert_eq!(plane.user::<CreatePolicy>("alice", new("Out")).await.unwrap_err().code, "AccessDenied");
}

#[tokio::test]
async fn permission_by_tags() {
    let plane = TestPlane::new().await;
    let condition = r#"{"StringEquals":{"aws:RequestTag/team":"blue"},"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}"#;
    user_with_policy(&plane, "maker", &allow_if("iam:*Policy", condition)).await;
    let tagged_as = |tags: &[(&str, &str)]| {
        let tags = tags.iter().map(|(key, value)| tag(key, value)).collect();
        CreatePolicyInput { tags: Some(tags), ..new("Blue") }
    };
    for input in [new("Blue"), tagged_as(&[("team", "red")]), tagged_as(&[("team", "blue"), ("more", "")])] {
        assert_eq!(plane.user::<CreatePolicy>("maker", input).await.unwrap_err().code, "AccessDenied");
    }
    plane.user::<CreatePolicy>("maker", tagged_as(&[("team", "blue")])).await.unwrap();
    let (blue, red) = (arn("policy/Blue"), create(&plane, "Red").await);

    user_with_policy(
        &plane,
        "blue",
        &allow_if("iam:*", r#"{"StringEquals":{"aws:ResourceTag/team":"blue"}}"#),
    )
    .await;
    plane.user::<GetPolicy>("blue", get(&blue)).await.unwrap();
    plane.user::<SetDefaultPolicyVersion>("blue", set_default(&blue, "v1")).await.unwrap();
    assert_eq!(plane.user::<GetPolicy>("blue", get(&red)).await.unwrap_err().code, "AccessDenied");
    // Policies do not have IAM's own key for tags; users and roles do.
    user_with_policy(
        &plane,
        "old",
        &allow_if("iam:*", r#"{"StringEquals":{"iam:ResourceTag/team":"blue"}}"#),
    )
    .await;
    assert_eq!(plane.user::<GetPolicy>("old", get(&blue)).await.unwrap_err().code, "AccessDenied");

    let condition = r#"{"ForAllValues:StringEquals":{"aws:TagKeys":["note"]}}"#;
    user_with_policy(&plane, "tagger", &allow_if("iam:*agPolicy", condition)).await;
    plane.user::<TagPolicy>("tagger", tagged(&red, &[("note", "n")])).await.unwrap();
    plane.user::<UntagPolicy>("tagger", untagged(&red, &["note"])).await.unwrap();
    let refusal = plane.user::<TagPolicy>("tagger", tagged(&red, &[("team", "blue")])).await.unwrap_err();
    assert_eq!(refusal.code, "AccessDenied");
    let refusal = plane.user::<UntagPolicy>("tagger", untagged(&blue, &["team"])).await.unwrap_err();
    assert_eq!(refusal.code, "AccessDenied");
}

#[tokio::test]
async fn a_policy_with_tags_asks_for_permission_to_tag() {
    let plane = TestPlane::new().await;
    user_with_policy(&plane, "maker", &allow("iam:CreatePolicy", "*")).await;
    let input = CreatePolicyInput { tags: Some(vec![tag("team", "blue")]), ..new("Tagged") };
    assert_denied_on::<CreatePolicy>(&plane, "maker", input, "iam:TagPolicy", "policy/Tagged").await;
    plane.user::<CreatePolicy>("maker", new("Plain")).await.unwrap();
}

async fn listed(plane: &TestPlane, input: ListPoliciesInput) -> Vec<String> {
    let policies = plane.root::<ListPolicies>(input).await.unwrap().policies.unwrap();
    policies.into_iter().map(|policy| policy.arn.unwrap()).collect()
}

#[tokio::test]
async fn lists_hold_the_accounts_own_and_aws_policies_in_one_order() {
    let plane = TestPlane::new().await;
    let namesake = create(&plane, "administratoraccess").await;
    let last = create_at(&plane, "/team/", "zz").await;
    let whole = ListPoliciesInput { max_items: Some(1000), ..Default::default() };
    let all = listed(&plane, whole.clone()).await;
    assert_eq!(all[..2], [namesake.clone(), ADMINISTRATOR_ACCESS.to_owned()]);
    assert_eq!(all.last(), Some(&last));
    let by_name = |arn: &String| arn.rsplit('/').next().unwrap().to_lowercase();
    assert!(all.is_sorted_by_key(by_name), "{all:?}");

    let scoped = |scope| ListPoliciesInput { scope: Some(scope), ..whole.clone() };
    assert_eq!(listed(&plane, scoped(types::PolicyScopeType::All)).await, all);
    assert_eq!(listed(&plane, scoped(types::PolicyScopeType::Local)).await, [namesake, last.clone()]);
    let aws = listed(&plane, scoped(types::PolicyScopeType::Aws)).await;
    assert!(aws.iter().all(|arn| arn.starts_with("arn:aws:iam::aws:policy/")));
    assert_eq!(aws.len() + 2, all.len());
    let input = ListPoliciesInput { path_prefix: Some("/team/".into()), ..Default::default() };
    assert_eq!(listed(&plane, input).await, [last]);

    for items in 1..4 {
        let mut paged = Vec::new();
        let mut marker = None;
        loop {
            let input = ListPoliciesInput { marker, max_items: Some(items), ..Default::default() };
            let page = plane.root::<ListPolicies>(input).await.unwrap();
            let policies = page.policies.unwrap();
            assert!(!policies.is_empty());
            paged.extend(policies.into_iter().map(|policy| policy.arn.unwrap()));
            marker = page.marker;
            assert_eq!(page.is_truncated, Some(marker.is_some()));
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(paged, all);
    }
    let input = ListPoliciesInput { marker: Some("bad".into()), ..Default::default() };
    assert_refused(refused::<ListPolicies>(&plane, input).await, "ValidationError", 400, "Invalid Marker.");
}

#[tokio::test]
async fn lists_hold_neither_description_nor_tags() {
    let plane = TestPlane::new().await;
    let input =
        CreatePolicyInput { description: Some("d".into()), tags: Some(vec![tag("a", "b")]), ..new("Read") };
    plane.root::<CreatePolicy>(input).await.unwrap();
    for policy in plane.root::<ListPolicies>(ListPoliciesInput::default()).await.unwrap().policies.unwrap() {
        assert_eq!((policy.description, policy.tags), (None, None));
        assert!(policy.policy_id.is_some() && policy.create_date.is_some() && policy.update_date.is_some());
    }
}

#[tokio::test]
async fn lists_by_use() {
    let plane = TestPlane::new().await;
    create(&plane, "Unused").await;
    let attached = create(&plane, "Attached").await;
    let bounding = create(&plane, "Bounding").await;
    let both = create(&plane, "Both").await;
    create_user(&plane, "alice", "/", Some(&bounding)).await;
    create_role(&plane, "role", Some(&both)).await;
    for arn in [attached.as_str(), &both, ADMINISTRATOR_ACCESS] {
        attach_to_user(&plane, "alice", arn).await;
    }
    let (permissions, boundary) =
        (types::PolicyUsageType::PermissionsPolicy, types::PolicyUsageType::PermissionsBoundary);
    let used = |only_attached, usage| ListPoliciesInput {
        only_attached: Some(only_attached),
        policy_usage_filter: usage,
        ..Default::default()
    };
    let admin = ADMINISTRATOR_ACCESS.to_owned();
    let is_attached = [admin, attached, both.clone()];
    assert_eq!(listed(&plane, used(true, None)).await, is_attached);
    assert_eq!(listed(&plane, used(false, Some(permissions.clone()))).await, is_attached);
    assert_eq!(listed(&plane, used(true, Some(permissions))).await, is_attached);
    assert_eq!(listed(&plane, used(false, Some(boundary.clone()))).await, [both.clone(), bounding]);
    let is_both = listed(&plane, used(true, Some(boundary.clone()))).await;
    assert_eq!(is_both, std::slice::from_ref(&both));
    let input = ListPoliciesInput { max_items: Some(1), ..used(true, Some(boundary)) };
    let page = plane.root::<ListPolicies>(input).await.unwrap();
    assert_eq!((page.is_truncated, page.marker), (Some(false), None));
    let policy = plane.root::<GetPolicy>(get(&both)).await.unwrap().policy.unwrap();
    assert_eq!((policy.attachment_count, policy.permissions_boundary_usage_count), (Some(1), Some(1)));
}

/// The names in an answer: groups, roles, users.
async fn used_by(plane: &TestPlane, input: ListEntitiesForPolicyInput) -> (Vec<String>, Option<String>) {
    let output = plane.root::<ListEntitiesForPolicy>(input).await.unwrap();
    assert_eq!(output.is_truncated, Some(output.marker.is_some()));
    let groups = output.policy_groups.unwrap().into_iter().map(|group| (group.group_name, group.group_id));
    let roles = output.policy_roles.unwrap().into_iter().map(|role| (role.role_name, role.role_id));
    let users = output.policy_users.unwrap().into_iter().map(|user| (user.user_name, user.user_id));
    let entities = groups.chain(roles).chain(users);
    let names = entities.map(|(name, id)| {
        assert!(id.unwrap().len() > 16);
        name.unwrap()
    });
    (names.collect(), output.marker)
}

/// A policy attached to a group, a role and two users, that bounds a role and two users, one of them both ways.
async fn much_used(plane: &TestPlane) -> String {
    let arn = create(plane, "Read").await;
    let input = CreateGroupInput { group_name: "group".into(), ..Default::default() };
    plane.root::<CreateGroup>(input).await.unwrap();
    let input = AttachGroupPolicyInput { group_name: "group".into(), policy_arn: arn.clone() };
    plane.root::<AttachGroupPolicy>(input).await.unwrap();
    create_role(plane, "attached-role", None).await;
    let input = AttachRolePolicyInput { role_name: "attached-role".into(), policy_arn: arn.clone() };
    plane.root::<AttachRolePolicy>(input).await.unwrap();
    create_role(plane, "bounded-role", Some(&arn)).await;
    create_user(plane, "attached-user", "/team/", None).await;
    create_user(plane, "bounded-user", "/", Some(&arn)).await;
    create_user(plane, "both", "/team/", Some(&arn)).await;
    create_user(plane, "neither", "/team/", None).await;
    attach_to_user(plane, "attached-user", &arn).await;
    attach_to_user(plane, "both", &arn).await;
    arn
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[tokio::test]
async fn entities_by_kind_path_and_use() {
    let plane = TestPlane::new().await;
    let arn = much_used(&plane).await;
    let everyone = ["attached-role", "attached-user", "both", "bounded-role", "bounded-user", "group"];
    assert_eq!(sorted(used_by(&plane, entities(&arn)).await.0), everyone);
    for (kind, names) in [
        (types::EntityType::User, &["attached-user", "both", "bounded-user"][..]),
        (types::EntityType::Role, &["attached-role", "bounded-role"]),
        (types::EntityType::Group, &["group"]),
        (types::EntityType::LocalManagedPolicy, &[]),
    ] {
        let input = ListEntitiesForPolicyInput { entity_filter: Some(kind), ..entities(&arn) };
        assert_eq!(sorted(used_by(&plane, input).await.0), names);
    }
    for (usage, names) in [
        (types::PolicyUsageType::PermissionsPolicy, &["attached-role", "attached-user", "both", "group"][..]),
        (types::PolicyUsageType::PermissionsBoundary, &["both", "bounded-role", "bounded-user"]),
    ] {
        let input = ListEntitiesForPolicyInput { policy_usage_filter: Some(usage), ..entities(&arn) };
        assert_eq!(sorted(used_by(&plane, input).await.0), names);
    }
    let input = ListEntitiesForPolicyInput { path_prefix: Some("/team/".into()), ..entities(&arn) };
    assert_eq!(sorted(used_by(&plane, input).await.0), ["attached-user", "both"]);
    attach_to_user(&plane, "neither", ADMINISTRATOR_ACCESS).await;
    assert_eq!(used_by(&plane, entities(ADMINISTRATOR_ACCESS)).await.0, ["neither"]);
}

#[tokio::test]
async fn entities_page_by_page() {
    let plane = TestPlane::new().await;
    let arn = much_used(&plane).await;
    for (max_items, filter) in [(1, None), (2, None), (4, None), (1, Some("/team/")), (6, None)] {
        let path_prefix = filter.map(Into::into);
        let whole = used_by(&plane, ListEntitiesForPolicyInput { path_prefix, ..entities(&arn) }).await.0;
        let mut paged = Vec::new();
        let mut marker = None;
        loop {
            let path_prefix = filter.map(Into::into);
            let max_items = Some(max_items);
            let input = ListEntitiesForPolicyInput { path_prefix, marker, max_items, ..entities(&arn) };
            let (names, next) = used_by(&plane, input).await;
            assert!(!names.is_empty());
            paged.extend(names);
            marker = next;
            if marker.is_none() {
                break;
            }
        }
        assert_eq!(paged, whole);
    }
}
