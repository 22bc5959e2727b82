//! The text of a denial, as AWS words it for the one who is denied.

use crate::evaluate::decision::{Decision, Layer, Outcome};

impl Decision<'_> {
    /// `User: .. is not authorized to perform: .. on resource: ..`, with the type of policy to blame where principal
    /// and resource share an account, and with the ARN of the policy that denies where it is one that IAM or
    /// Organizations manage. Of several layers the first in the order of [`Layer`] is named, of several policies in it
    /// the first. For a decision that allows, the bare sentence.
    ///
    /// Source: "Troubleshoot access denied error messages" in the IAM user guide; for the ARN "Enhanced access denied
    /// error messages with policy ARNs", AWS Security Blog.
    pub fn denial_message(&self, principal_arn: &str, action: &str, resource: &str) -> String {
        let reason = match (self.outcome, self.blocked_by.first().filter(|_| !self.cross_account)) {
            (Outcome::ExplicitDeny, Some(&layer)) => {
                let arn = self.denying_policy_arn(layer).map(|arn| format!(": {arn}")).unwrap_or_default();
                format!(" with an explicit deny in {}{arn}", layer.with_article())
            }
            (Outcome::ImplicitDeny, Some(layer)) => {
                format!(" because no {} allows the {action} action", layer.policy_type())
            }
            (Outcome::Allowed, _) | (_, None) => String::new(),
        };
        format!(
            "User: {principal_arn} is not authorized to perform: {action} on resource: {resource}{reason}"
        )
    }

    /// Inline policies have no ARN, and AWS names none of the policies of resources and VPC endpoints.
    fn denying_policy_arn(&self, layer: Layer) -> Option<&str> {
        if matches!(layer, Layer::Endpoint | Layer::Resource | Layer::Trust) {
            return None;
        }
        let first = self.matched.iter().find(|matched| matched.layer == layer)?;
        Some(first.source.id.as_str()).filter(|id| id.starts_with("arn:"))
    }
}

impl Layer {
    /// What messages call a policy of the layer: `identity-based policy`, `permissions boundary`.
    pub(crate) fn policy_type(self) -> &'static str {
        match self {
            Self::Boundary => "permissions boundary",
            Self::Endpoint => "VPC endpoint policy",
            Self::Identity => "identity-based policy",
            Self::Resource => "resource-based policy",
            Self::ResourceControl => "resource control policy",
            Self::ServiceControl => "service control policy",
            Self::Session => "session policy",
            Self::Trust => "role trust policy",
        }
    }

    fn with_article(self) -> String {
        let article = match self {
            Self::Identity => "an",
            Self::Trust => "the",
            _ => "a",
        };
        format!("{article} {}", self.policy_type())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::evaluate::decision::Matched;
    use crate::evaluate::policies::Source;
    use crate::language::policy::{Policy, PolicyKind};

    fn message(outcome: Outcome, blocked_by: &[Layer], cross_account: bool) -> String {
        let decision =
            Decision { outcome, blocked_by: blocked_by.to_vec(), matched: Vec::new(), cross_account };
        let bare = "User: P is not authorized to perform: s:A on resource: R";
        let message = decision.denial_message("P", "s:A", "R");
        message.strip_prefix(bare).expect("every message starts alike").to_owned()
    }

    #[test]
    fn a_clause_for_every_type_of_policy() {
        let layers = [
            Layer::ResourceControl,
            Layer::ServiceControl,
            Layer::Endpoint,
            Layer::Resource,
            Layer::Trust,
            Layer::Identity,
            Layer::Boundary,
            Layer::Session,
        ];
        let clauses: Vec<String> = layers
            .iter()
            .flat_map(|&layer| {
                [Outcome::ImplicitDeny, Outcome::ExplicitDeny]
                    .map(|outcome| message(outcome, &[layer], false))
            })
            .collect();
        insta::assert_snapshot!(clauses.join("\n"), @r#"
         because no resource control policy allows the s:A action
         with an explicit deny in a resource control policy
         because no service control policy allows the s:A action
         with an explicit deny in a service control policy
         because no VPC endpoint policy allows the s:A action
         with an explicit deny in a VPC endpoint policy
         because no resource-based policy allows the s:A action
         with an explicit deny in a resource-based policy
         because no role trust policy allows the s:A action
         with an explicit deny in the role trust policy
         because no identity-based policy allows the s:A action
         with an explicit deny in an identity-based policy
         because no permissions boundary allows the s:A action
         with an explicit deny in a permissions boundary
         because no session policy allows the s:A action
         with an explicit deny in a session policy
        "#);
    }

    #[test]
    fn the_first_layer_is_blamed_and_nobody_across_accounts() {
        assert_eq!(
            message(Outcome::ImplicitDeny, &[Layer::ServiceControl, Layer::Identity], false),
            " because no service control policy allows the s:A action"
        );
        assert_eq!(message(Outcome::ExplicitDeny, &[Layer::Identity], true), "");
        assert_eq!(message(Outcome::Allowed, &[], false), "");
    }

    #[test]
    fn the_policy_that_denies_is_named_where_it_has_an_arn() {
        let statement =
            r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#;
        let policy = Arc::new(Policy::parse(statement, PolicyKind::Identity).unwrap());
        let managed = "arn:aws:iam::123456789012:policy/p";
        let sources = [managed, "arn:aws:iam::123456789012:policy/q", "inline"]
            .map(|id| Source::new(id, "user-managed", policy.clone()));
        let reason = |layer, first: usize, cross_account| {
            let matched = sources[first..].iter();
            let matched =
                matched.map(|source| Matched { layer, source, statement: &source.policy.statements()[0] });
            let decision = Decision {
                outcome: Outcome::ExplicitDeny,
                blocked_by: vec![layer],
                matched: matched.collect(),
                cross_account,
            };
            let message = decision.denial_message("P", "s:A", "R");
            message.split_once(" on resource: R").unwrap().1.to_owned()
        };
        for layer in
            [Layer::ResourceControl, Layer::ServiceControl, Layer::Identity, Layer::Boundary, Layer::Session]
        {
            let expected = format!(" with an explicit deny in {}: {managed}", layer.with_article());
            assert_eq!(reason(layer, 0, false), expected);
            assert_eq!(reason(layer, 0, true), "");
        }
        for layer in [Layer::Endpoint, Layer::Resource, Layer::Trust] {
            assert_eq!(
                reason(layer, 0, false),
                format!(" with an explicit deny in {}", layer.with_article())
            );
        }
        assert_eq!(reason(Layer::Identity, 2, false), " with an explicit deny in an identity-based policy");
    }
}
