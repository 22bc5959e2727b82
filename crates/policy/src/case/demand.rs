//! Which resources demand that their own policy allow, whatever the caller's policies say.
//!
//! Source: "Policy evaluation logic" in the IAM user guide: role trust policies and KMS key policies are the exceptions
//! to the rule that either side may allow.

use crate::language::arn_pattern::split_arn;

/// What only a trust policy answers, whatever the resource is.
const ASSUMING: [&str; 3] = ["sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity"];
/// What comes along when a role is assumed. GetFederationToken asks for the first of a session as well.
const ACCOMPANYING: [&str; 3] = ["sts:tagsession", "sts:setsourceidentity", "sts:setcontext"];

/// Whether the request is for a role's trust policy to answer.
pub(super) fn is_of_trust(action: &str, resource: &str) -> bool {
    let is_any = |actions: [&str; 3]| actions.iter().any(|known| known.eq_ignore_ascii_case(action));
    is_any(ASSUMING) || (is_any(ACCOMPANYING) && is_resource(resource, "iam", "role/"))
}

/// Whether the resource is a KMS key.
pub(super) fn is_kms_key(resource: &str) -> bool {
    is_resource(resource, "kms", "key/")
}

fn is_resource(arn: &str, service: &str, start: &str) -> bool {
    split_arn(arn).is_some_and(|[_, _, of, _, _, resource]| of == service && resource.starts_with(start))
}
