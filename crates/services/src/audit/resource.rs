//! What an event is about, as `LookupEvents` finds and lists it.
//!
//! Source: the resource types of CloudTrail's event history. CloudTrail does not say how it comes by the names; here
//! they are the members of request and answer that name something.

use domain::Arn;
use store::audit_event::AuditResource;

/// Most resources of one event, as names can be repeated in lists.
const MOST: usize = 16;
/// Names longer than any that AWS gives are no names, nor are those with control characters: PostgreSQL's text holds no NUL.
const NAME_BYTES: usize = 2048;

/// Notes what a member named, if it is something.
pub(super) fn note(member: &str, name: &str, resources: &mut Vec<AuditResource>) {
    if resources.len() >= MOST || name.is_empty() || name.len() > NAME_BYTES || has_control(name) {
        return;
    }
    if let Some(kind) = kind(member, name) {
        resources.push(AuditResource { kind: kind.into(), name: name.to_owned() });
    }
}

fn has_control(name: &str) -> bool {
    // Nearly all names are plain.
    !name.bytes().all(|byte| matches!(byte, b' '..=b'~')) && name.contains(char::is_control)
}

/// Adds what the answer named to what the request named; each is there once.
pub(super) fn join(resources: &mut Vec<AuditResource>, others: Vec<AuditResource>) {
    let room = MOST.saturating_sub(resources.len());
    resources.extend(others.into_iter().take(room));
    resources.sort();
    resources.dedup();
}

fn kind(member: &str, name: &str) -> Option<&'static str> {
    Some(match member {
        "accessKeyId" => "AWS::IAM::AccessKey",
        "accountAlias" => "AWS::IAM::AccountAlias",
        "groupId" | "groupName" | "newGroupName" => "AWS::IAM::Group",
        "instanceProfileId" | "instanceProfileName" => "AWS::IAM::InstanceProfile",
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
    let [_, service, _, _, resource] = Arn::split(text)?;
    let (kind, _) = resource.split_once('/')?;
    Some(match (service, kind) {
        ("iam", "group") => "AWS::IAM::Group",
        ("iam", "instance-profile") => "AWS::IAM::InstanceProfile",
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

    fn named(members: &[(&str, &str)]) -> Vec<AuditResource> {
        let mut resources = Vec::new();
        for (member, name) in members {
            note(member, name, &mut resources);
        }
        resources
    }

    fn names(parameters: &[(&str, &str)], response: &[(&str, &str)]) -> Vec<String> {
        let mut resources = named(parameters);
        join(&mut resources, named(response));
        resources.into_iter().map(|found| format!("{} {}", found.kind, found.name)).collect()
    }

    #[test]
    fn are_what_request_and_answer_name() {
        let response =
            [("userName", "bob"), ("userId", "AIDAX"), ("arn", "arn:aws:iam::123456789012:user/x/bob")];
        assert_eq!(
            names(&[("userName", "bob"), ("path", "/x/"), ("key", "userName")], &response),
            [
                "AWS::IAM::User AIDAX",
                "AWS::IAM::User arn:aws:iam::123456789012:user/x/bob",
                "AWS::IAM::User bob"
            ]
        );
        assert_eq!(
            names(&[("roleName", "r"), ("policyArn", "arn:aws:iam::aws:policy/ReadOnlyAccess")], &[]),
            ["AWS::IAM::Policy arn:aws:iam::aws:policy/ReadOnlyAccess", "AWS::IAM::Role r"]
        );
        let parameters = [("serverCertificateName", "c"), ("newPath", "/x/")];
        let response = [("sAMLProviderArn", "arn:aws:iam::123456789012:saml-provider/idp")];
        assert_eq!(
            names(&parameters, &response),
            [
                "AWS::IAM::SAMLProvider arn:aws:iam::123456789012:saml-provider/idp",
                "AWS::IAM::ServerCertificate c"
            ]
        );
        assert!(names(&[("arn", "nonsense"), ("userName", "")], &[]).is_empty());
    }

    #[test]
    fn are_bounded() {
        let many: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|name| ("userName", name.as_str())).collect();
        assert_eq!(names(&many, &many).len(), MOST);
        assert!(names(&[("userName", &"x".repeat(NAME_BYTES + 1))], &[]).is_empty());
    }
}
