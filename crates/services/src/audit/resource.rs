//! What an event is about, as `LookupEvents` finds and lists it.
//!
//! Source: the resource types of CloudTrail's event history. CloudTrail does not say how it comes by the names; here
//! they are the members of request and answer that name something.

use domain::Arn;
use serde_json::Value;
use store::audit_event::AuditResource;

/// Most resources of one event, as names can be repeated in lists.
const MOST: usize = 16;
/// Names longer than any that AWS gives are no names.
const NAME_BYTES: usize = 2048;

/// The resources that request and answer name, each once.
pub(super) fn named_in(parameters: &Value, response: &Value) -> Vec<AuditResource> {
    let mut resources = Vec::new();
    walk(parameters, &mut resources);
    walk(response, &mut resources);
    resources.sort();
    resources.dedup();
    resources
}

fn walk(value: &Value, resources: &mut Vec<AuditResource>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| walk(value, resources)),
        Value::Object(members) => {
            for (member, value) in members {
                match value {
                    Value::String(name) => note(member, name, resources),
                    value => walk(value, resources),
                }
            }
        }
        _ => {}
    }
}

fn note(member: &str, name: &str, resources: &mut Vec<AuditResource>) {
    if resources.len() >= MOST || name.is_empty() || name.len() > NAME_BYTES {
        return;
    }
    if let Some(kind) = kind(member, name) {
        resources.push(AuditResource { kind: kind.to_owned(), name: name.to_owned() });
    }
}

fn kind(member: &str, name: &str) -> Option<&'static str> {
    Some(match member {
        "accessKeyId" => "AWS::IAM::AccessKey",
        "accountAlias" => "AWS::IAM::AccountAlias",
        "groupId" | "groupName" | "newGroupName" => "AWS::IAM::Group",
        "policyId" | "policyName" => "AWS::IAM::Policy",
        "assumedRoleId" => "AWS::STS::AssumedRole",
        "newServerCertificateName" | "serverCertificateId" | "serverCertificateName" => {
            "AWS::IAM::ServerCertificate"
        }
        "roleId" | "roleName" => "AWS::IAM::Role",
        "newUserName" | "userId" | "userName" => "AWS::IAM::User",
        "arn"
        | "openIDConnectProviderArn"
        | "permissionsBoundary"
        | "policyArn"
        | "roleArn"
        | "sAMLProviderArn" => of_arn(name)?,
        _ => return None,
    })
}

fn of_arn(text: &str) -> Option<&'static str> {
    let arn = Arn::parse(text).ok()?;
    let (kind, _) = arn.resource.split_once('/')?;
    Some(match (arn.service.as_str(), kind) {
        ("iam", "group") => "AWS::IAM::Group",
        ("iam", "oidc-provider") => "AWS::IAM::OIDCProvider",
        ("iam", "policy") => "AWS::IAM::Policy",
        ("iam", "role") => "AWS::IAM::Role",
        ("iam", "saml-provider") => "AWS::IAM::SAMLProvider",
        ("iam", "server-certificate") => "AWS::IAM::ServerCertificate",
        ("iam", "user") => "AWS::IAM::User",
        ("sts", "assumed-role") => "AWS::STS::AssumedRole",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(parameters: &Value, response: &Value) -> Vec<String> {
        named_in(parameters, response)
            .into_iter()
            .map(|found| format!("{} {}", found.kind, found.name))
            .collect()
    }

    #[test]
    fn are_what_request_and_answer_name() {
        let parameters =
            json!({ "userName": "bob", "path": "/x/", "tags": [{ "key": "userName", "value": "x" }] });
        let response = json!({ "user": {
            "userName": "bob", "userId": "AIDAX", "arn": "arn:aws:iam::123456789012:user/x/bob",
        }});
        assert_eq!(
            names(&parameters, &response),
            [
                "AWS::IAM::User AIDAX",
                "AWS::IAM::User arn:aws:iam::123456789012:user/x/bob",
                "AWS::IAM::User bob"
            ]
        );
        let parameters = json!({ "roleName": "r", "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess" });
        assert_eq!(
            names(&parameters, &Value::Null),
            ["AWS::IAM::Policy arn:aws:iam::aws:policy/ReadOnlyAccess", "AWS::IAM::Role r"]
        );
        let parameters = json!({ "serverCertificateName": "c", "newPath": "/x/" });
        let response = json!({ "sAMLProviderArn": "arn:aws:iam::123456789012:saml-provider/idp" });
        assert_eq!(
            names(&parameters, &response),
            [
                "AWS::IAM::SAMLProvider arn:aws:iam::123456789012:saml-provider/idp",
                "AWS::IAM::ServerCertificate c"
            ]
        );
        assert!(names(&json!({ "arn": "nonsense", "userName": "" }), &Value::Null).is_empty());
    }

    #[test]
    fn are_bounded() {
        let many: Vec<Value> = (0..1000).map(|number| json!({ "userName": number.to_string() })).collect();
        assert_eq!(named_in(&Value::Array(many), &Value::Null).len(), MOST);
        assert!(names(&json!({ "userName": "x".repeat(NAME_BYTES + 1) }), &Value::Null).is_empty());
    }
}
