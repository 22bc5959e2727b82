//! Whether an account is whole: every list agrees with every get and every count, and nothing refers to what is gone.

use super::step::{NAMES, group, policy_arn, profile, role, user};
use crate::plane::TestPlane;
#[allow(clippy::wildcard_imports, reason = "nearly all of it")]
use shapes::iam::*;
use std::collections::{BTreeMap, BTreeSet};

/// Things that use policies, each as `user/NAME`, `group/NAME` or `role/NAME`.
type Uses = BTreeMap<String, BTreeSet<String>>;

/// Everything in the account, as lists and gets tell it.
#[derive(Default)]
struct Account {
    /// Names by unique id.
    users: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    roles: BTreeMap<String, String>,
    profiles: BTreeMap<String, String>,
    /// By the policy's ARN.
    attached: Uses,
    bounded: Uses,
    /// By the user's name: the groups it is in.
    memberships: Uses,
    /// By the role's name: the instance profiles it is in.
    in_profiles: Uses,
    /// By `user/NAME` and so on: names of inline policies.
    inline: Uses,
    policies: BTreeSet<String>,
    versions: i32,
}

/// Fails where the account is not whole.
pub async fn check(plane: &TestPlane) {
    let report = plane.plane.store.check(None).await.unwrap();
    assert_eq!(report.findings, []);
    let mut account = Account::default();
    users(plane, &mut account).await;
    groups(plane, &mut account).await;
    roles(plane, &mut account).await;
    policies(plane, &mut account).await;
    profiles(plane, &mut account).await;
    summary(plane, &account).await;
    details(plane, &account).await;
}

/// Reads all pages of a list, two at a time.
macro_rules! all {
    ($plane:expr, $operation:ident($input:expr), $member:ident) => {{
        let first = || $input;
        let mut all = Vec::new();
        let mut marker = None;
        loop {
            let mut input = first();
            input.marker = marker;
            input.max_items = Some(2);
            let output = $plane.root::<$operation>(input).await.unwrap();
            all.extend(output.$member);
            marker = output.marker;
            if marker.is_none() {
                break all;
            }
        }
    }};
}

fn add(uses: &mut Uses, of: &str, what: String) {
    uses.entry(of.to_owned()).or_default().insert(what);
}

fn of(uses: &Uses, what: &str) -> BTreeSet<String> {
    uses.get(what).cloned().unwrap_or_default()
}

fn boundary(bounded: &mut Uses, of: Option<types::AttachedPermissionsBoundary>, what: &str) {
    if let Some(arn) = of.and_then(|boundary| boundary.permissions_boundary_arn) {
        add(bounded, &arn, what.to_owned());
    }
}

fn attach(account: &mut Account, of: Vec<types::AttachedPolicy>, what: &str) {
    for policy in of {
        add(&mut account.attached, &policy.policy_arn.unwrap(), what.to_owned());
    }
}

async fn users(plane: &TestPlane, account: &mut Account) {
    for listed in all!(plane, ListUsers(ListUsersInput::default()), users) {
        let name = listed.user_name;
        let input = GetUserInput { user_name: Some(name.clone()) };
        let got = plane.root::<GetUser>(input).await.unwrap().user;
        assert_eq!((&got.user_name, &got.user_id, &got.arn), (&name, &listed.user_id, &listed.arn));
        let what = format!("user/{name}");
        boundary(&mut account.bounded, got.permissions_boundary, &what);
        let input = ListGroupsForUserInput { user_name: name.clone(), ..Default::default() };
        for group in all!(plane, ListGroupsForUser(input.clone()), groups) {
            add(&mut account.memberships, &name, group.group_name);
        }
        let input = ListAttachedUserPoliciesInput { user_name: name.clone(), ..Default::default() };
        let attached = plane.root::<ListAttachedUserPolicies>(input).await.unwrap().attached_policies;
        attach(account, attached.unwrap(), &what);
        let input = ListUserPoliciesInput { user_name: name.clone(), ..Default::default() };
        for policy_name in all!(plane, ListUserPolicies(input.clone()), policy_names) {
            let input = GetUserPolicyInput { user_name: name.clone(), policy_name: policy_name.clone() };
            plane.root::<GetUserPolicy>(input).await.unwrap();
            add(&mut account.inline, &what, policy_name);
        }
        assert_eq!(account.users.insert(listed.user_id, name), None);
    }
    for number in 0..NAMES {
        let name = user(number);
        let is_listed = account.users.values().any(|listed| *listed == name);
        let input = GetUserInput { user_name: Some(name.clone()) };
        assert_eq!(plane.root::<GetUser>(input).await.is_ok(), is_listed, "{name}");
    }
}

async fn groups(plane: &TestPlane, account: &mut Account) {
    for listed in all!(plane, ListGroups(ListGroupsInput::default()), groups) {
        let name = listed.group_name;
        let input = GetGroupInput { group_name: name.clone(), ..Default::default() };
        let got = plane.root::<GetGroup>(input).await.unwrap();
        assert_eq!(got.group.group_id, listed.group_id);
        let members: BTreeSet<String> = got.users.into_iter().map(|user| user.user_name).collect();
        let expected = account.memberships.iter().filter(|(_, groups)| groups.contains(&name));
        assert_eq!(members, expected.map(|(user, _)| user.clone()).collect(), "members of {name}");
        let what = format!("group/{name}");
        let input = ListAttachedGroupPoliciesInput { group_name: name.clone(), ..Default::default() };
        let attached = plane.root::<ListAttachedGroupPolicies>(input).await.unwrap().attached_policies;
        attach(account, attached.unwrap(), &what);
        let input = ListGroupPoliciesInput { group_name: name.clone(), ..Default::default() };
        for policy_name in all!(plane, ListGroupPolicies(input.clone()), policy_names) {
            let input = GetGroupPolicyInput { group_name: name.clone(), policy_name: policy_name.clone() };
            plane.root::<GetGroupPolicy>(input).await.unwrap();
            add(&mut account.inline, &what, policy_name);
        }
        assert_eq!(account.groups.insert(listed.group_id, name), None);
    }
    for number in 0..NAMES {
        let name = group(number);
        let is_listed = account.groups.values().any(|listed| *listed == name);
        let input = GetGroupInput { group_name: name.clone(), ..Default::default() };
        assert_eq!(plane.root::<GetGroup>(input).await.is_ok(), is_listed, "{name}");
    }
    for name in account.memberships.values().flatten() {
        assert!(account.groups.values().any(|listed| listed == name), "somebody is in {name}");
    }
}

async fn roles(plane: &TestPlane, account: &mut Account) {
    for listed in all!(plane, ListRoles(ListRolesInput::default()), roles) {
        let name = listed.role_name;
        let got = plane.root::<GetRole>(GetRoleInput { role_name: name.clone() }).await.unwrap().role;
        assert_eq!((&got.role_name, &got.role_id, &got.arn), (&name, &listed.role_id, &listed.arn));
        let what = format!("role/{name}");
        boundary(&mut account.bounded, got.permissions_boundary, &what);
        let input = ListAttachedRolePoliciesInput { role_name: name.clone(), ..Default::default() };
        let attached = plane.root::<ListAttachedRolePolicies>(input).await.unwrap().attached_policies;
        attach(account, attached.unwrap(), &what);
        let input = ListRolePoliciesInput { role_name: name.clone(), ..Default::default() };
        for policy_name in all!(plane, ListRolePolicies(input.clone()), policy_names) {
            let input = GetRolePolicyInput { role_name: name.clone(), policy_name: policy_name.clone() };
            plane.root::<GetRolePolicy>(input).await.unwrap();
            add(&mut account.inline, &what, policy_name);
        }
        let input = ListInstanceProfilesForRoleInput { role_name: name.clone(), ..Default::default() };
        for profile in all!(plane, ListInstanceProfilesForRole(input.clone()), instance_profiles) {
            add(&mut account.in_profiles, &name, profile.instance_profile_name);
        }
        assert_eq!(account.roles.insert(listed.role_id, name), None);
    }
    for number in 0..NAMES {
        let name = role(number);
        let is_listed = account.roles.values().any(|listed| *listed == name);
        let got = plane.root::<GetRole>(GetRoleInput { role_name: name.clone() }).await;
        assert_eq!(got.is_ok(), is_listed, "{name}");
    }
}

async fn policies(plane: &TestPlane, account: &mut Account) {
    let input = || ListPoliciesInput { scope: Some(types::PolicyScopeType::Local), ..Default::default() };
    for listed in all!(plane, ListPolicies(input()), policies).into_iter().flatten() {
        let arn = listed.arn.clone().unwrap();
        let input = GetPolicyInput { policy_arn: arn.clone() };
        let got = plane.root::<GetPolicy>(input).await.unwrap().policy.unwrap();
        let (attached, bounded) = (of(&account.attached, &arn), of(&account.bounded, &arn));
        for policy in [&listed, &got] {
            assert_eq!(policy.policy_id, listed.policy_id);
            assert_eq!(policy.attachment_count, i32::try_from(attached.len()).ok(), "{arn}");
            assert_eq!(policy.permissions_boundary_usage_count, i32::try_from(bounded.len()).ok(), "{arn}");
        }
        assert_eq!(entities(plane, &arn, types::PolicyUsageType::PermissionsPolicy).await, attached);
        assert_eq!(entities(plane, &arn, types::PolicyUsageType::PermissionsBoundary).await, bounded);
        let input = || ListPolicyVersionsInput { policy_arn: arn.clone(), ..Default::default() };
        let versions: Vec<_> =
            all!(plane, ListPolicyVersions(input()), versions).into_iter().flatten().collect();
        assert!((1..=5).contains(&versions.len()), "{arn}: {versions:?}");
        let default: Vec<_> =
            versions.iter().filter(|version| version.is_default_version == Some(true)).collect();
        let [default] = default.as_slice() else { panic!("{arn}: {versions:?}") };
        assert_eq!(default.version_id, got.default_version_id);
        for version in &versions {
            let version_id = version.version_id.clone().unwrap();
            let input = GetPolicyVersionInput { policy_arn: arn.clone(), version_id };
            plane.root::<GetPolicyVersion>(input).await.unwrap();
        }
        account.versions += i32::try_from(versions.len()).unwrap();
        account.policies.insert(arn);
    }
    for arn in account.attached.keys().chain(account.bounded.keys()) {
        assert!(account.policies.contains(arn), "{arn} is used and not there");
    }
    for number in 0..NAMES {
        let policy_arn = policy_arn(number);
        let is_listed = account.policies.contains(&policy_arn);
        let got = plane.root::<GetPolicy>(GetPolicyInput { policy_arn }).await;
        assert_eq!(got.is_ok(), is_listed);
    }
}

/// Those that use the policy in that way, by the policy's own list.
async fn entities(plane: &TestPlane, arn: &str, usage: types::PolicyUsageType) -> BTreeSet<String> {
    let input = ListEntitiesForPolicyInput {
        policy_arn: arn.to_owned(),
        policy_usage_filter: Some(usage),
        ..Default::default()
    };
    let output = plane.root::<ListEntitiesForPolicy>(input).await.unwrap();
    let users = output.policy_users.into_iter().flatten().filter_map(|user| user.user_name);
    let groups = output.policy_groups.into_iter().flatten().filter_map(|group| group.group_name);
    let roles = output.policy_roles.into_iter().flatten().filter_map(|role| role.role_name);
    let users = users.map(|name| format!("user/{name}"));
    users
        .chain(groups.map(|name| format!("group/{name}")))
        .chain(roles.map(|name| format!("role/{name}")))
        .collect()
}

async fn profiles(plane: &TestPlane, account: &mut Account) {
    let mut in_profiles = Uses::new();
    for listed in all!(plane, ListInstanceProfiles(ListInstanceProfilesInput::default()), instance_profiles) {
        let name = listed.instance_profile_name.clone();
        let input = GetInstanceProfileInput { instance_profile_name: name.clone() };
        let got = plane.root::<GetInstanceProfile>(input).await.unwrap().instance_profile;
        assert_eq!(got, listed);
        assert!(got.roles.len() <= 1, "{got:?}");
        for role in got.roles {
            assert_eq!(account.roles.get(&role.role_id), Some(&role.role_name));
            add(&mut in_profiles, &role.role_name, name.clone());
        }
        assert_eq!(account.profiles.insert(listed.instance_profile_id, name), None);
    }
    assert_eq!(in_profiles, account.in_profiles);
    for number in 0..NAMES {
        let name = profile(number);
        let is_listed = account.profiles.values().any(|listed| *listed == name);
        let input = GetInstanceProfileInput { instance_profile_name: name.clone() };
        assert_eq!(plane.root::<GetInstanceProfile>(input).await.is_ok(), is_listed, "{name}");
    }
}

async fn summary(plane: &TestPlane, account: &Account) {
    let summary = plane.root::<GetAccountSummary>(GetAccountSummaryInput).await.unwrap().summary_map.unwrap();
    for (key, expected) in [
        ("Users", account.users.len()),
        ("Groups", account.groups.len()),
        ("Roles", account.roles.len()),
        ("Policies", account.policies.len()),
        ("InstanceProfiles", account.profiles.len()),
        ("PolicyVersionsInUse", usize::try_from(account.versions).unwrap()),
    ] {
        assert_eq!(usize::try_from(*summary.get(key).unwrap()).unwrap(), expected, "{key}");
    }
    for name in account.users.values() {
        let input = ListAccessKeysInput { user_name: Some(name.clone()), ..Default::default() };
        let keys = plane.root::<ListAccessKeys>(input).await.unwrap().access_key_metadata;
        assert!(keys.len() <= 2, "{name} has {} keys", keys.len());
        for key in keys {
            let input = GetAccessKeyLastUsedInput { access_key_id: key.access_key_id.unwrap() };
            let owner = plane.root::<GetAccessKeyLastUsed>(input).await.unwrap().user_name;
            assert_eq!(owner.as_ref(), Some(name));
        }
    }
}

/// The account in one answer, page by page, says the same.
async fn details(plane: &TestPlane, account: &Account) {
    let mut marker = None;
    let mut seen = BTreeMap::from([("user", 0), ("group", 0), ("role", 0), ("policy", 0)]);
    let names = |policies: Option<Vec<types::AttachedPolicy>>, what: &str| {
        for policy in policies.into_iter().flatten() {
            assert!(of(&account.attached, &policy.policy_arn.unwrap()).contains(what), "{what}");
        }
    };
    let inline = |policies: Option<Vec<types::PolicyDetail>>, what: &str| {
        let found: BTreeSet<String> =
            policies.into_iter().flatten().filter_map(|policy| policy.policy_name).collect();
        assert_eq!(found, account.inline.get(what).cloned().unwrap_or_default(), "{what}");
    };
    loop {
        let input = GetAccountAuthorizationDetailsInput { max_items: Some(3), marker, ..Default::default() };
        let output = plane.root::<GetAccountAuthorizationDetails>(input).await.unwrap();
        for user in output.user_detail_list.into_iter().flatten() {
            let name = user.user_name.unwrap();
            assert_eq!(account.users.get(&user.user_id.unwrap()), Some(&name));
            let groups: BTreeSet<String> = user.group_list.into_iter().flatten().collect();
            assert_eq!(groups, account.memberships.get(&name).cloned().unwrap_or_default());
            names(user.attached_managed_policies, &format!("user/{name}"));
            inline(user.user_policy_list, &format!("user/{name}"));
            *seen.get_mut("user").unwrap() += 1;
        }
        for group in output.group_detail_list.into_iter().flatten() {
            let name = group.group_name.unwrap();
            assert_eq!(account.groups.get(&group.group_id.unwrap()), Some(&name));
            names(group.attached_managed_policies, &format!("group/{name}"));
            inline(group.group_policy_list, &format!("group/{name}"));
            *seen.get_mut("group").unwrap() += 1;
        }
        for role in output.role_detail_list.into_iter().flatten() {
            let name = role.role_name.unwrap();
            assert_eq!(account.roles.get(&role.role_id.unwrap()), Some(&name));
            let profiles = role.instance_profile_list.into_iter().flatten();
            let profiles: BTreeSet<String> = profiles.map(|profile| profile.instance_profile_name).collect();
            assert_eq!(profiles, account.in_profiles.get(&name).cloned().unwrap_or_default());
            names(role.attached_managed_policies, &format!("role/{name}"));
            inline(role.role_policy_list, &format!("role/{name}"));
            *seen.get_mut("role").unwrap() += 1;
        }
        for policy in output.policies.into_iter().flatten() {
            let arn = policy.arn.unwrap();
            let attached = of(&account.attached, &arn).len();
            assert_eq!(policy.attachment_count, i32::try_from(attached).ok(), "{arn}");
            *seen.get_mut("policy").unwrap() += 1;
        }
        marker = output.marker;
        if marker.is_none() {
            break;
        }
    }
    let expected = [
        ("user", account.users.len()),
        ("group", account.groups.len()),
        ("role", account.roles.len()),
        ("policy", account.policies.len()),
    ];
    assert_eq!(seen, BTreeMap::from(expected));
}
