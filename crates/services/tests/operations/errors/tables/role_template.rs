//! Roles made from templates.

use super::prelude::*;
use crate::{errors::table::Later, plane::TestPlane};

pub const TABLE: Table = table(
    "CreateRole RoleName=ordinary AssumeRolePolicyDocument={trust}
    AcquireRole TemplateArn={worker} ReplacementValues.entry.1.key=Name ReplacementValues.entry.1.value.Values.member.1=made ReplacementValues.entry.2.key=Action ReplacementValues.entry.2.value.Values.member.1=s3:GetObject
    AcquireRole TemplateArn={worker} ReplacementValues.entry.1.key=Name ReplacementValues.entry.1.value.Values.member.1=changed ReplacementValues.entry.2.key=Action ReplacementValues.entry.2.value.Values.member.1=s3:GetObject
    TagRole RoleName=changed Tags.member.1.Key=k Tags.member.1.Value=v",
    &[
        of(
            "AcquireRole",
            "TemplateArn={worker} ReplacementValues.entry.1.key=Name \
             ReplacementValues.entry.1.value.Values.member.1=new ReplacementValues.entry.2.key=Action \
             ReplacementValues.entry.2.value.Values.member.1=s3:GetObject",
            &[
                refused("NoSuchEntity", "TemplateArn={no-template}"),
                refused("NoSuchEntity", "TemplateMinorVersion=9"),
                refused("InvalidInput", "TemplateArn={administrator}"),
                refused("InvalidInput", "ReplacementValues.entry.1.key=Nothing"),
                refused("NameConflict", "ReplacementValues.entry.1.value.Values.member.1=ordinary"),
                refused("RoleModified", "ReplacementValues.entry.1.value.Values.member.1=changed"),
                refused("MalformedPolicyDocument", "ReplacementValues.entry.2.value.Values.member.1=nonsense"),
                refused("LimitExceeded", "ReplacementValues.entry.2.value.Values.member.1=s3:{long-word}"),
                refused("RoleTemplateDisabled", "TemplateArn={off}"),
                // The name of a role that is there is a conflict of names.
                never("EntityAlreadyExists", RefusedBefore),
            ],
        ),
        of(
            "GetRoleTemplateVersion",
            "TemplateArn={worker}",
            &[
                refused("NoSuchEntity", "TemplateArn={no-template}"),
                refused("NoSuchEntity", "MinorVersion=9"),
                refused("InvalidInput", "TemplateArn={administrator}")
                    .saying("ARN {administrator} is not valid."),
                never("ServiceFailure", NoStore),
            ],
        ),
    ],
)
.on(with_templates);

fn with_templates() -> Later<'static, TestPlane> {
    const TEMPLATES: &str = r#"[
        {"service":"own.example","name":"Worker","major_version":1,"minor_version":0,"default_minor_version":0,
         "created_at":"2026-01-01T00:00:00Z","role_name":"@{Name}","trust_policy":{"Version":"2012-10-17","Statement":
            {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}},
         "inline_policies":[{"name":"own","document":{"Version":"2012-10-17","Statement":
            {"Effect":"Allow","Action":"@{Action}","Resource":"*"}}}],
         "parameters":[{"name":"Name","type":"String"},{"name":"Action","type":"String"}]},
        {"service":"own.example","name":"Off","major_version":1,"minor_version":0,"default_minor_version":0,
         "enabled":false,"created_at":"2026-01-01T00:00:00Z","role_name":"@{Name}","trust_policy":
            {"Version":"2012-10-17","Statement":
                {"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}},
         "role_description":"@{Action}","parameters":[{"name":"Name","type":"String"},{"name":"Action","type":"String"}]}
    ]"#;
    Box::pin(TestPlane::with_role_templates(TEMPLATES))
}
