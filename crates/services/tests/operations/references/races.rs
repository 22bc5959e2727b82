//! Two clients at the same thing: one wins, the other is told, and nothing is left half-done.

use super::{runtime, whole};
use crate::{
    plane::{Refused, TestPlane},
    support::{ADMINISTRATOR_ACCESS, allow, arn},
};
use services::Operation;
#[allow(clippy::wildcard_imports, reason = "nearly all of it")]
use shapes::iam::*;
use std::sync::Arc;
use store::Location;
use tokio::sync::Barrier;

/// How often a race is run.
const ROUNDS: usize = 20;
const TRUST: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}"#;

/// Runs two calls at the same time.
async fn both<One: Operation, Other: Operation>(
    plane: &Arc<TestPlane>,
    one: One::Input,
    other: Other::Input,
) -> (Result<(), Refused>, Result<(), Refused>)
where
    One::Input: Send + 'static,
    Other::Input: Send + 'static,
{
    let start = Arc::new(Barrier::new(2));
    let first = tokio::spawn(call::<One>(plane.clone(), start.clone(), one));
    let second = tokio::spawn(call::<Other>(plane.clone(), start, other));
    (first.await.unwrap(), second.await.unwrap())
}

async fn call<O: Operation>(
    plane: Arc<TestPlane>,
    start: Arc<Barrier>,
    input: O::Input,
) -> Result<(), Refused> {
    start.wait().await;
    plane.root::<O>(input).await.map(drop)
}

/// Runs a race some times on a store with real concurrency.
fn races(race: impl AsyncFn(&Arc<TestPlane>)) {
    let directory = tempfile::tempdir().unwrap();
    let location = Location::Sqlite(directory.path().join("store.db"));
    runtime().block_on(async {
        let plane = Arc::new(TestPlane::on(&location).await);
        for _ in 0..ROUNDS {
            race(&plane).await;
            whole::check(&plane).await;
        }
    });
}

#[test]
fn two_creators_of_one_name() {
    races(async |plane| {
        let user = |name: &str| CreateUserInput { user_name: name.into(), ..Default::default() };
        let (one, other) = both::<CreateUser, CreateUser>(plane, user("Racer"), user("racer")).await;
        let refusal = one.and(other).unwrap_err();
        assert_eq!(refusal.code, "EntityAlreadyExists");
        let input = DeleteUserInput { user_name: "racer".into() };
        plane.root::<DeleteUser>(input).await.unwrap();

        let profile =
            || CreateInstanceProfileInput { instance_profile_name: "racer".into(), ..Default::default() };
        let (one, other) =
            both::<CreateInstanceProfile, CreateInstanceProfile>(plane, profile(), profile()).await;
        assert_eq!(one.and(other).unwrap_err().code, "EntityAlreadyExists");
        let input = DeleteInstanceProfileInput { instance_profile_name: "racer".into() };
        plane.root::<DeleteInstanceProfile>(input).await.unwrap();

        let service = || CreateServiceLinkedRoleInput {
            aws_service_name: "spot.amazonaws.com".into(),
            ..Default::default()
        };
        let (one, other) =
            both::<CreateServiceLinkedRole, CreateServiceLinkedRole>(plane, service(), service()).await;
        assert_eq!(one.and(other).unwrap_err().code, "InvalidInput");
        let input = DeleteServiceLinkedRoleInput { role_name: "AWSServiceRoleForEC2Spot".into() };
        plane.root::<DeleteServiceLinkedRole>(input).await.unwrap();
    });
}

#[test]
fn deleting_while_attaching() {
    races(async |plane| {
        let role_name = || "racer".to_owned();
        let input = CreateRoleInput {
            role_name: role_name(),
            assume_role_policy_document: TRUST.into(),
            ..Default::default()
        };
        plane.root::<CreateRole>(input).await.unwrap();
        let policy_arn = || ADMINISTRATOR_ACCESS.to_owned();
        let (deleted, attached) = both::<DeleteRole, AttachRolePolicy>(
            plane,
            DeleteRoleInput { role_name: role_name() },
            AttachRolePolicyInput { role_name: role_name(), policy_arn: policy_arn() },
        )
        .await;
        match (deleted, attached) {
            (Ok(()), Err(refused)) => assert_eq!(refused.code, "NoSuchEntity"),
            (Err(refused), Ok(())) => {
                assert_eq!(refused.code, "DeleteConflict");
                let input = DetachRolePolicyInput { role_name: role_name(), policy_arn: policy_arn() };
                plane.root::<DetachRolePolicy>(input).await.unwrap();
                plane.root::<DeleteRole>(DeleteRoleInput { role_name: role_name() }).await.unwrap();
            }
            both => panic!("{both:?}"),
        }
    });
}

#[test]
fn deleting_a_policy_while_it_becomes_a_boundary() {
    races(async |plane| {
        let policy_arn = || arn("policy/racer");
        let input = CreatePolicyInput {
            policy_name: "racer".into(),
            policy_document: allow("s3:*", "*"),
            ..Default::default()
        };
        plane.root::<CreatePolicy>(input).await.unwrap();
        let user_name = || "racer".to_owned();
        plane
            .root::<CreateUser>(CreateUserInput { user_name: user_name(), ..Default::default() })
            .await
            .unwrap();
        let (deleted, bounded) = both::<DeletePolicy, PutUserPermissionsBoundary>(
            plane,
            DeletePolicyInput { policy_arn: policy_arn() },
            PutUserPermissionsBoundaryInput { user_name: user_name(), permissions_boundary: policy_arn() },
        )
        .await;
        assert_ne!(deleted.is_ok(), bounded.is_ok(), "{deleted:?} {bounded:?}");
        plane.root::<DeleteUser>(DeleteUserInput { user_name: user_name() }).await.unwrap();
        if deleted.is_err() {
            plane.root::<DeletePolicy>(DeletePolicyInput { policy_arn: policy_arn() }).await.unwrap();
        }
    });
}

#[test]
fn deleting_a_role_while_it_is_handed_to_machines() {
    races(async |plane| {
        let role_name = || "racer".to_owned();
        let instance_profile_name = || "machines".to_owned();
        let input = CreateRoleInput {
            role_name: role_name(),
            assume_role_policy_document: TRUST.into(),
            ..Default::default()
        };
        plane.root::<CreateRole>(input).await.unwrap();
        let input = CreateInstanceProfileInput {
            instance_profile_name: instance_profile_name(),
            ..Default::default()
        };
        plane.root::<CreateInstanceProfile>(input).await.unwrap();
        let (deleted, added) = both::<DeleteRole, AddRoleToInstanceProfile>(
            plane,
            DeleteRoleInput { role_name: role_name() },
            AddRoleToInstanceProfileInput {
                instance_profile_name: instance_profile_name(),
                role_name: role_name(),
            },
        )
        .await;
        match (deleted, added) {
            (Ok(()), Err(refused)) => assert_eq!(refused.code, "NoSuchEntity"),
            (Err(refused), Ok(())) => {
                assert_eq!(refused.code, "DeleteConflict");
                let input = RemoveRoleFromInstanceProfileInput {
                    instance_profile_name: instance_profile_name(),
                    role_name: role_name(),
                };
                plane.root::<RemoveRoleFromInstanceProfile>(input).await.unwrap();
                plane.root::<DeleteRole>(DeleteRoleInput { role_name: role_name() }).await.unwrap();
            }
            both => panic!("{both:?}"),
        }
        let input = DeleteInstanceProfileInput { instance_profile_name: instance_profile_name() };
        plane.root::<DeleteInstanceProfile>(input).await.unwrap();
    });
}

#[test]
fn two_who_take_one_request() {
    races(async |plane| {
        let id = plane.now().as_second();
        plane.advance(1);
        let input = CreateDelegationRequestInput {
            description: "race".into(),
            permissions: types::DelegationPermission {
                policy_template_arn: Some(ADMINISTRATOR_ACCESS.into()),
                parameters: None,
            },
            requestor_workflow_id: format!("race-{id}"),
            notification_channel: arn("topic").replace(":iam:", ":sns:"),
            session_duration: 3600,
            ..Default::default()
        };
        let made = plane.root::<CreateDelegationRequest>(input).await.unwrap();
        let delegation_request_id = made.delegation_request_id.unwrap();
        let input =
            || AssociateDelegationRequestInput { delegation_request_id: delegation_request_id.clone() };
        let (one, other) =
            both::<AssociateDelegationRequest, AssociateDelegationRequest>(plane, input(), input()).await;
        assert_eq!(one.and(other).unwrap_err().code, "InvalidInput");
        // The token is released or the approval is taken back, never both.
        let input = AcceptDelegationRequestInput { delegation_request_id: delegation_request_id.clone() };
        plane.root::<AcceptDelegationRequest>(input).await.unwrap();
        let (sent, rejected) = both::<SendDelegationToken, RejectDelegationRequest>(
            plane,
            SendDelegationTokenInput { delegation_request_id: delegation_request_id.clone() },
            RejectDelegationRequestInput {
                delegation_request_id: delegation_request_id.clone(),
                notes: None,
            },
        )
        .await;
        assert_ne!(sent.is_ok(), rejected.is_ok(), "{sent:?} {rejected:?}");
    });
}
