//! Session policies: what a session may do at most, passed when it is made.

use super::errors;
use crate::{Cx, Error, Result};
use domain::AccountId;
use policy::{Policy, PolicyKind};
use shapes::sts::types;

/// Most managed policies of one session.
const MOST_ARNS: usize = 10;
/// Characters of the inline policy.
const LONGEST: usize = 2048;
/// Bytes that policies and tags of one session may take, together; `PackedPolicySize` is a percentage of this. AWS packs
/// in a way it does not document; here the bytes are counted as they are.
const ALLOTTED: usize = 4096;

/// The policies of a session, checked.
#[derive(Debug, Default)]
pub(crate) struct SessionPolicies {
    pub(crate) policy: Option<String>,
    pub(crate) policy_arns: Vec<String>,
}

/// Checks the policies of a request: the inline one reads, the managed ones are there.
pub(crate) async fn parse(
    cx: &Cx,
    account: AccountId,
    policy: Option<String>,
    arns: Option<Vec<types::PolicyDescriptorType>>,
) -> Result<SessionPolicies> {
    if let Some(document) = &policy {
        let parsed = Policy::parse(document, PolicyKind::Session);
        let parsed = parsed.map_err(|error| errors::malformed_policy_document(error.message))?;
        if parsed.size() > LONGEST {
            return Err(errors::packed_policy_too_large(parsed.size() * 100 / LONGEST));
        }
    }
    let policy_arns: Vec<String> =
        arns.unwrap_or_default().into_iter().filter_map(|descriptor| descriptor.arn).collect();
    if policy_arns.len() > MOST_ARNS {
        return Err(Error::validation(format!("A session takes at most {MOST_ARNS} managed policies.")));
    }
    for arn in &policy_arns {
        if cx.plane.directory.managed_policy(&cx.plane, account, arn).await?.is_none() {
            return Err(Error::validation(format!("Policy {arn} does not exist or is not attachable.")));
        }
    }
    Ok(SessionPolicies { policy, policy_arns })
}

/// How full the space for policies and tags is, in percent. `None` when nothing was passed.
pub(crate) fn packed_size(policies: &SessionPolicies, tags: &[domain::Tag]) -> Result<Option<i32>> {
    let inline = policies.policy.as_ref().map_or(0, String::len);
    let managed: usize = policies.policy_arns.iter().map(String::len).sum();
    let tags: usize = tags.iter().map(|tag| tag.key.len() + tag.value.len()).sum();
    let bytes = inline + managed + tags;
    let percent = (bytes * 100).div_ceil(ALLOTTED);
    if percent > 100 {
        return Err(errors::packed_policy_too_large(percent));
    }
    Ok((bytes > 0).then(|| i32::try_from(percent).unwrap_or(100)))
}
