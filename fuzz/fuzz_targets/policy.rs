//! Any bytes as a policy of every kind: the findings about it, and a fixed request against each that parses, decided
//! and explained.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use policy::{
    Context, Policies, Policy, PolicyKind, Principal, Request, Source, evaluate, explain, findings::findings,
};

const KINDS: [PolicyKind; 7] = [
    PolicyKind::Boundary,
    PolicyKind::Identity,
    PolicyKind::Resource,
    PolicyKind::ResourceControl,
    PolicyKind::ServiceControl,
    PolicyKind::Session,
    PolicyKind::Trust,
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let principal = Principal::assumed_role(
        "123456789012",
        "arn:aws:sts::123456789012:assumed-role/r/s",
        "arn:aws:iam::123456789012:role/r",
        "AROAEXAMPLEEXAMPLEEXA",
    );
    let mut context = Context::new();
    context.insert_principal(&principal);
    context.insert_time(1_700_000_000);
    context.insert("aws:SourceIp", "192.0.2.7");
    context.insert("aws:MultiFactorAuthAge", "12.5");
    context.insert("aws:TagKeys", vec!["a".to_owned(), "b".to_owned()]);

    for kind in KINDS {
        for finding in findings(text, kind) {
            assert!(finding.locations.iter().all(|place| place.start <= place.end));
        }
        let Ok(policy) = Policy::parse(text, kind) else { continue };
        assert!(policy.size() <= text.chars().count());
        for statement in policy.statements() {
            let span = statement.span();
            assert!(text.get(span.start_byte..span.end_byte).is_some_and(|slice| slice.starts_with('{')));
        }
        let sources = [Source::new("fuzz", "fuzz", Arc::new(policy))];
        let levels = [sources.to_vec()];
        let policies = match kind {
            PolicyKind::Boundary => Policies { boundary: Some(&sources), ..Policies::default() },
            PolicyKind::Identity => Policies { identity: &sources, ..Policies::default() },
            PolicyKind::Resource | PolicyKind::Trust => {
                Policies { resource: Some(&sources[0]), ..Policies::default() }
            }
            PolicyKind::ResourceControl => Policies { resource_control: &levels, ..Policies::default() },
            PolicyKind::ServiceControl => Policies { service_control: &levels, ..Policies::default() },
            PolicyKind::Session => Policies { session: Some(&sources), ..Policies::default() },
        };
        let request = Request {
            principal: &principal,
            action: "s3:GetObject",
            resource: "arn:aws:s3:::bucket/a/b:c",
            resource_account: Some("123456789012"),
            context: &context,
        };
        let decision = evaluate(&request, &policies);
        let blocked = !decision.blocked_by.is_empty();
        assert_eq!(decision.is_allowed(), !blocked);
        // Without an identity policy only a resource policy can have allowed.
        let may_allow = matches!(kind, PolicyKind::Identity | PolicyKind::Resource | PolicyKind::Trust);
        assert!(may_allow || blocked);

        let explanation = explain(&request, &policies);
        assert_eq!(explanation.decision.outcome, decision.outcome);
        assert_eq!(explanation.blocking().count() > 0, blocked);
        assert!(!explanation.to_string().is_empty());
        assert!(!decision.decoded_message(&request).is_empty());
        assert!(explanation.missing_keys.iter().all(|missing| context.get(missing.key).is_none()));
    }
});
