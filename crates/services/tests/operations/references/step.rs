//! What a client does at a time: one operation on one of a few names, so that clients meet.

use crate::{
    plane::{Refused, TestPlane},
    support::{allow, arn},
};
use proptest::prelude::*;
#[allow(clippy::wildcard_imports, reason = "nearly all of it")]
use shapes::iam::*;

/// How many names there are of each kind.
pub const NAMES: usize = 4;
/// What may go wrong when clients meet.
const EXPECTED: [&str; 4] = ["DeleteConflict", "EntityAlreadyExists", "LimitExceeded", "NoSuchEntity"];
const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;

/// One operation on two things, by number.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    action: Action,
    one: usize,
    other: usize,
}

macro_rules! actions {
    ($($action:ident),* $(,)?) => {
        #[derive(Clone, Copy, Debug)]
        enum Action { $($action),* }

        const ACTIONS: &[Action] = &[$(Action::$action),*];
    };
}

actions![
    CreateUser,
    RenameUser,
    DeleteUser,
    CreateGroup,
    RenameGroup,
    DeleteGroup,
    Join,
    Leave,
    CreateRole,
    DeleteRole,
    CreatePolicy,
    CreateVersion,
    DeleteVersion,
    SetDefault,
    DeletePolicy,
    AttachToUser,
    AttachToGroup,
    AttachToRole,
    DetachFromUser,
    DetachFromGroup,
    DetachFromRole,
    PutOnUser,
    PutOnGroup,
    PutOnRole,
    TakeFromUser,
    TakeFromGroup,
    TakeFromRole,
    BoundUser,
    BoundRole,
    UnboundUser,
    UnboundRole,
    CreateKey,
    DeleteKey,
    CreateProfile,
    DeleteProfile,
    AddRole,
    RemoveRole,
];

pub fn user(number: usize) -> String {
    format!("user-{}", number % NAMES)
}

pub fn group(number: usize) -> String {
    format!("group-{}", number % NAMES)
}

pub fn role(number: usize) -> String {
    format!("role-{}", number % NAMES)
}

pub fn profile(number: usize) -> String {
    format!("profile-{}", number % NAMES)
}

pub fn policy(number: usize) -> String {
    format!("policy-{}", number % NAMES)
}

pub fn policy_arn(number: usize) -> String {
    arn(&format!("policy/{}", policy(number)))
}

impl Step {
    pub fn any() -> impl Strategy<Value = Self> {
        (0..ACTIONS.len(), 0..NAMES, 0..NAMES).prop_map(|(action, one, other)| Self::of(action, one, other))
    }

    pub fn of(action: usize, one: usize, other: usize) -> Self {
        Self { action: *ACTIONS.get(action % ACTIONS.len()).unwrap(), one: one % NAMES, other: other % NAMES }
    }

    /// Takes the step; the id of what it made.
    pub async fn take(self, plane: &TestPlane) -> Option<String> {
        match self.call(plane).await {
            Ok(made) => made,
            Err(refused) => {
                assert!(EXPECTED.contains(&refused.code), "{self:?}: {refused:?}");
                None
            }
        }
    }

    async fn call(self, plane: &TestPlane) -> Result<Option<String>, Refused> {
        let Self { action, one, other } = self;
        let (user_name, group_name, role_name) = (user(one), group(one), role(one));
        let (policy_arn, policy_name) = (policy_arn(other), policy(other));
        let instance_profile_name = profile(one);
        let policy_document = allow("s3:*", "*");
        macro_rules! call {
            ($operation:ident($input:expr)) => {
                plane.root::<$operation>($input).await
            };
        }
        macro_rules! done {
            ($operation:ident($input:expr)) => {
                call!($operation($input)).map(|_| None)
            };
        }
        match action {
            Action::CreateUser => call!(CreateUser(CreateUserInput { user_name, ..Default::default() }))
                .map(|output| output.user.map(|user| user.user_id)),
            Action::RenameUser => {
                let new_user_name = Some(user(other));
                done!(UpdateUser(UpdateUserInput { user_name, new_user_name, ..Default::default() }))
            }
            Action::DeleteUser => done!(DeleteUser(DeleteUserInput { user_name })),
            Action::CreateGroup => call!(CreateGroup(CreateGroupInput { group_name, path: None }))
                .map(|output| Some(output.group.group_id)),
            Action::RenameGroup => {
                let new_group_name = Some(group(other));
                done!(UpdateGroup(UpdateGroupInput { group_name, new_group_name, ..Default::default() }))
            }
            Action::DeleteGroup => done!(DeleteGroup(DeleteGroupInput { group_name })),
            Action::Join => done!(AddUserToGroup(AddUserToGroupInput { group_name, user_name: user(other) })),
            Action::Leave => {
                done!(RemoveUserFromGroup(RemoveUserFromGroupInput { group_name, user_name: user(other) }))
            }
            Action::CreateRole => {
                let assume_role_policy_document = TRUST.into();
                call!(CreateRole(CreateRoleInput {
                    role_name,
                    assume_role_policy_document,
                    ..Default::default()
                }))
                .map(|output| Some(output.role.role_id))
            }
            Action::DeleteRole => done!(DeleteRole(DeleteRoleInput { role_name })),
            Action::CreatePolicy => {
                call!(CreatePolicy(CreatePolicyInput { policy_name, policy_document, ..Default::default() }))
                    .map(|output| output.policy.and_then(|policy| policy.policy_id))
            }
            Action::CreateVersion => {
                let set_as_default = Some(one % 2 == 0);
                call!(CreatePolicyVersion(CreatePolicyVersionInput {
                    policy_arn: policy_arn.clone(),
                    policy_document,
                    set_as_default
                }))
                .map(|_| None)
            }
            Action::DeleteVersion => {
                let version_id = format!("v{}", one + 1);
                done!(DeletePolicyVersion(DeletePolicyVersionInput { policy_arn, version_id }))
            }
            Action::SetDefault => {
                let version_id = format!("v{}", one + 1);
                done!(SetDefaultPolicyVersion(SetDefaultPolicyVersionInput { policy_arn, version_id }))
            }
            Action::DeletePolicy => done!(DeletePolicy(DeletePolicyInput { policy_arn })),
            Action::AttachToUser => done!(AttachUserPolicy(AttachUserPolicyInput { user_name, policy_arn })),
            Action::AttachToGroup => {
                done!(AttachGroupPolicy(AttachGroupPolicyInput { group_name, policy_arn }))
            }
            Action::AttachToRole => done!(AttachRolePolicy(AttachRolePolicyInput { role_name, policy_arn })),
            Action::DetachFromUser => {
                done!(DetachUserPolicy(DetachUserPolicyInput { user_name, policy_arn }))
            }
            Action::DetachFromGroup => {
                done!(DetachGroupPolicy(DetachGroupPolicyInput { group_name, policy_arn }))
            }
            Action::DetachFromRole => {
                done!(DetachRolePolicy(DetachRolePolicyInput { role_name, policy_arn }))
            }
            Action::PutOnUser => {
                done!(PutUserPolicy(PutUserPolicyInput { user_name, policy_name, policy_document }))
            }
            Action::PutOnGroup => {
                done!(PutGroupPolicy(PutGroupPolicyInput { group_name, policy_name, policy_document }))
            }
            Action::PutOnRole => {
                done!(PutRolePolicy(PutRolePolicyInput { role_name, policy_name, policy_document }))
            }
            Action::TakeFromUser => {
                done!(DeleteUserPolicy(DeleteUserPolicyInput { user_name, policy_name }))
            }
            Action::TakeFromGroup => {
                done!(DeleteGroupPolicy(DeleteGroupPolicyInput { group_name, policy_name }))
            }
            Action::TakeFromRole => {
                done!(DeleteRolePolicy(DeleteRolePolicyInput { role_name, policy_name }))
            }
            Action::BoundUser => {
                let permissions_boundary = policy_arn;
                done!(PutUserPermissionsBoundary(PutUserPermissionsBoundaryInput {
                    user_name,
                    permissions_boundary
                }))
            }
            Action::BoundRole => {
                let permissions_boundary = policy_arn;
                done!(PutRolePermissionsBoundary(PutRolePermissionsBoundaryInput {
                    role_name,
                    permissions_boundary
                }))
            }
            Action::UnboundUser => {
                done!(DeleteUserPermissionsBoundary(DeleteUserPermissionsBoundaryInput { user_name }))
            }
            Action::UnboundRole => {
                done!(DeleteRolePermissionsBoundary(DeleteRolePermissionsBoundaryInput { role_name }))
            }
            Action::CreateKey => call!(CreateAccessKey(CreateAccessKeyInput { user_name: Some(user_name) }))
                .map(|output| Some(output.access_key.access_key_id)),
            Action::DeleteKey => {
                let input = ListAccessKeysInput { user_name: Some(user_name.clone()), ..Default::default() };
                let keys = call!(ListAccessKeys(input))?.access_key_metadata;
                let Some(access_key_id) = keys.into_iter().find_map(|key| key.access_key_id) else {
                    return Ok(None);
                };
                done!(DeleteAccessKey(DeleteAccessKeyInput { user_name: Some(user_name), access_key_id }))
            }
            Action::CreateProfile => call!(CreateInstanceProfile(CreateInstanceProfileInput {
                instance_profile_name,
                ..Default::default()
            }))
            .map(|output| Some(output.instance_profile.instance_profile_id)),
            Action::DeleteProfile => {
                done!(DeleteInstanceProfile(DeleteInstanceProfileInput { instance_profile_name }))
            }
            Action::AddRole => {
                let role_name = role(other);
                done!(AddRoleToInstanceProfile(AddRoleToInstanceProfileInput {
                    instance_profile_name,
                    role_name
                }))
            }
            Action::RemoveRole => {
                let role_name = role(other);
                done!(RemoveRoleFromInstanceProfile(RemoveRoleFromInstanceProfileInput {
                    instance_profile_name,
                    role_name
                }))
            }
        }
    }
}
