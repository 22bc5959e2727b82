//! The size of the document, against the quotas that AWS sets before any increase.

use crate::findings::place::Place;
use crate::findings::report::Report;
use crate::language::json::{MAX_DOCUMENT_BYTES, size_without_white_space};
use crate::language::policy::PolicyKind;

/// Characters of a managed policy, without white space.
const IDENTITY: usize = 6_144;
/// Characters of a service or resource control policy, as submitted.
const CONTROL: usize = 5_120;
/// Characters of a trust policy, without white space.
const TRUST: usize = 2_048;

pub(crate) fn check(kind: PolicyKind, whole: &Place<'_>, report: &mut Report<'_>) {
    let dense = size_without_white_space(report.source);
    let full = report.source.chars().count();
    let advice = "Split it into several policies.";
    match kind {
        PolicyKind::Boundary | PolicyKind::Identity | PolicyKind::Session if dense > IDENTITY => {
            let details = format!(
                "The policy has {dense} characters without white space; {IDENTITY} is the most there may be. {advice}"
            );
            report.warning("POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA", details, &[whole]);
        }
        PolicyKind::ResourceControl if full > CONTROL => {
            let details = format!(
                "The policy has {full} characters; a resource control policy has at most {CONTROL}. {advice}"
            );
            report.error("POLICY_SIZE_EXCEEDS_RCP_QUOTA", details, &[whole]);
        }
        PolicyKind::ServiceControl if full > CONTROL => {
            let details = format!(
                "The policy has {full} characters; a service control policy has at most {CONTROL}. {advice}"
            );
            report.error("POLICY_SIZE_EXCEEDS_SCP_QUOTA", details, &[whole]);
        }
        PolicyKind::Trust if dense > TRUST => {
            let details = format!(
                "The trust policy has {dense} characters without white space; {TRUST} is the quota unless it was raised."
            );
            report.warning("POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA", details, &[whole]);
        }
        // Each service has a quota of its own; this is more than any of them takes.
        PolicyKind::Resource if report.source.len() > MAX_DOCUMENT_BYTES => {
            let details = format!("The policy has {full} characters, more than any service takes. {advice}");
            report.warning("POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA", details, &[whole]);
        }
        _ => {}
    }
}
