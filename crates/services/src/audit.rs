//! The audit record of a change, kept in the transaction that makes the change: neither is there without the other.

use crate::{Cx, Operation, Result};
use domain::Principal;
use serde_json::{Value, json};
use store::audit_event::{self, AuditEvent};
use wire::Encode;

/// What is recorded of one call, in the words of CloudTrail's record format.
#[derive(Debug)]
pub(crate) struct Record {
    id: String,
    document: Value,
}

impl Record {
    /// Describes the call. Members that the model calls sensitive are hidden.
    pub(crate) fn of<O: Operation>(cx: &Cx, input: &O::Input) -> Self {
        let id = uuid::Uuid::new_v4().to_string();
        let parameters = wire::redacted(O::DESCRIPTION.input, &input.clone().encode());
        let document = json!({
            "eventVersion": "1.11",
            "userIdentity": identity(cx),
            "eventTime": cx.now.to_string(),
            "eventSource": format!("{}.amazonaws.com", O::SERVICE.signing_name),
            "eventName": O::NAME,
            "awsRegion": cx.region,
            "sourceIPAddress": cx.source_ip.to_string(),
            "userAgent": cx.user_agent,
            "requestParameters": parameters,
            "requestID": cx.request_id,
            "eventID": id,
            "readOnly": false,
            "eventType": "AwsApiCall",
            "managementEvent": true,
            "eventCategory": "Management",
            "recipientAccountId": cx.account().to_string(),
        });
        Self { id, document }
    }

    /// Writes the record.
    pub(crate) async fn keep(self, cx: &Cx, tx: &mut store::Transaction) -> Result<()> {
        let document = self.document.to_string();
        let event = AuditEvent { account_id: cx.account(), at: cx.now, id: self.id, document };
        audit_event::insert(tx, &event).await?;
        Ok(())
    }
}

/// CloudTrail's `userIdentity` element.
fn identity(cx: &Cx) -> Value {
    let caller = &cx.caller;
    let mut identity = json!({
        "principalId": caller.user_id(),
        "arn": caller.arn().to_string(),
        "accountId": caller.account_id.to_string(),
        "accessKeyId": caller.access_key_id.as_str(),
    });
    let (kind, name) = match &caller.principal {
        Principal::AssumedRole { .. } => ("AssumedRole", None),
        Principal::Root => ("Root", None),
        Principal::User(user) => ("IAMUser", Some(user.name.as_str())),
    };
    if let Some(members) = identity.as_object_mut() {
        members.insert("type".into(), kind.into());
        members.extend(name.map(|name| ("userName".into(), name.into())));
        if let Some(session) = &caller.session {
            let attributes = json!({
                "creationDate": session.issued_at.to_string(),
                "mfaAuthenticated": session.mfa_authenticated_at.is_some().to_string(),
            });
            let mut context = json!({ "attributes": attributes });
            if let (Principal::AssumedRole { role, .. }, Some(context)) =
                (&caller.principal, context.as_object_mut())
            {
                let issuer = json!({
                    "type": "Role",
                    "principalId": role.id.as_str(),
                    "arn": role.arn().to_string(),
                    "accountId": role.account_id.to_string(),
                    "userName": role.name.as_str(),
                });
                context.insert("sessionIssuer".into(), issuer);
            }
            members.insert("sessionContext".into(), context);
        }
    }
    identity
}
