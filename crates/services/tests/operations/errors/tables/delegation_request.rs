//! Delegation requests: one in each state.

use super::prelude::*;
use crate::{
    errors::table::Later,
    in_words::Plane,
    support::in_store,
};
use domain::DelegationRequest;

pub const TABLE: Table = table(
    "CreateDelegationRequest Description=d Permissions.PolicyTemplateArn={administrator} RequestorWorkflowId=unassigned NotificationChannel=arn:aws:sns:us-east-1:{account}:topic SessionDuration=3600 > unassigned DelegationRequestId
    CreateDelegationRequest Description=d Permissions.PolicyTemplateArn={administrator} RequestorWorkflowId=assigned NotificationChannel=arn:aws:sns:us-east-1:{account}:topic SessionDuration=3600 > assigned DelegationRequestId
    CreateDelegationRequest Description=d Permissions.PolicyTemplateArn={administrator} RequestorWorkflowId=accepted NotificationChannel=arn:aws:sns:us-east-1:{account}:topic SessionDuration=3600 > accepted DelegationRequestId
    CreateDelegationRequest Description=d Permissions.PolicyTemplateArn={administrator} RequestorWorkflowId=theirs OwnerAccountId=999999999999 NotificationChannel=arn:aws:sns:us-east-1:{account}:topic SessionDuration=3600 > theirs DelegationRequestId
    AssociateDelegationRequest DelegationRequestId={assigned}
    AssociateDelegationRequest DelegationRequestId={accepted}
    AcceptDelegationRequest DelegationRequestId={accepted}",
    &[
        of(
            "AcceptDelegationRequest",
            "DelegationRequestId={assigned}",
            &[
                refused("NoSuchEntity", GHOST),
                refused("NoSuchEntity", "DelegationRequestId={theirs}"),
                unlisted("ValidationError", "DelegationRequestId={unassigned}"),
            ],
        ),
        of(
            "AssociateDelegationRequest",
            "DelegationRequestId={unassigned}",
            &[
                refused("NoSuchEntity", GHOST),
                refused("NoSuchEntity", "DelegationRequestId={theirs}"),
                refused("InvalidInput", "DelegationRequestId={assigned}"),
            ],
        ),
        of(
            "CreateDelegationRequest",
            "Description=d Permissions.PolicyTemplateArn={administrator} RequestorWorkflowId=new-one \
             NotificationChannel=arn:aws:sns:us-east-1:{account}:topic SessionDuration=3600",
            &[
                refused("EntityAlreadyExists", "RequestorWorkflowId=assigned"),
                refused("InvalidInput", "Permissions.PolicyTemplateArn={ghost}"),
                refused("InvalidInput", "NotificationChannel=arn:aws:sqs:us-east-1:{account}:queue"),
                refused("LimitExceeded", "").with(a_thousand),
            ],
        ),
        of("GetDelegationRequest", "DelegationRequestId={assigned}", &[refused("NoSuchEntity", GHOST)]),
        of(
            "GetHumanReadableSummary",
            "EntityArn=arn:aws:iam::{account}:delegation-request/{assigned}",
            &[
                refused("NoSuchEntity", "EntityArn=arn:aws:iam::{account}:delegation-request/ghost"),
                refused("InvalidInput", "EntityArn=arn:aws:iam::{account}:user/nobody"),
            ],
        ),
        of(
            "ListDelegationRequests",
            "OwnerId=arn:aws:iam::{account}:root",
            &[
                refused("InvalidInput", "OwnerId=arn:aws:sns:us-east-1:{account}:topic"),
                refused("InvalidInput", "OwnerId=whoever-that-may-have-been")
                    .saying("ARN whoever-that-may-have-been is not valid."),
                // Requests outlive who took them, and are still found by their ARN.
                never("NoSuchEntity", Unknown),
            ],
        ),
        of(
            "RejectDelegationRequest",
            "DelegationRequestId={assigned}",
            &[
                refused("NoSuchEntity", GHOST),
                refused("NoSuchEntity", "DelegationRequestId={theirs}"),
                refused("InvalidInput", "DelegationRequestId={unassigned}"),
            ],
        ),
        of(
            "SendDelegationToken",
            "DelegationRequestId={accepted}",
            &[
                refused("NoSuchEntity", GHOST),
                refused("NoSuchEntity", "DelegationRequestId={theirs}"),
                refused("InvalidInput", "DelegationRequestId={assigned}"),
            ],
        ),
        of(
            "UpdateDelegationRequest",
            "DelegationRequestId={assigned} Notes=n",
            &[
                refused("NoSuchEntity", GHOST),
                refused("NoSuchEntity", "DelegationRequestId={theirs}"),
                refused("InvalidInput", "DelegationRequestId={accepted}"),
            ],
        ),
    ],
);

const GHOST: &str = "DelegationRequestId=00000000-0000-0000-0000-00000000ffff";

fn a_thousand(plane: &Plane) -> Later<'_, ()> {
    Box::pin(async {
        let id = plane.kept("assigned").unwrap();
        let plane = &plane.plane;
        in_store(plane, async |tx| {
            let pattern = store::delegation_request::find(tx, &id).await.unwrap().unwrap();
            for number in 0..1000 {
                let id = format!("00000000-0000-0000-0000-{number:012}");
                let workflow_id = format!("many-{number}");
                let request = DelegationRequest { id, workflow_id, ..pattern.clone() };
                store::delegation_request::insert(tx, &request).await.unwrap();
            }
        })
        .await;
    })
}
