//! The text of a denial, as AWS words it for the one who is denied.

use crate::evaluate::decision::{Decision, Layer, Outcome};

impl Decision<'_> {
    /// `User: .. is not authorized to perform: .. on resource: ..`, with the type of policy to blame where principal
    /// and resource share an account. Of several layers the first in the order of [`Layer`] is named. For a decision
    /// that allows, the bare sentence.
    pub fn denial_message(&self, principal_arn: &str, action: &str, resource: &str) -> String {
        let reason = match (self.outcome, self.blocked_by.first().filter(|_| !self.cross_account)) {
            (Outcome::ExplicitDeny, Some(layer)) => {
                format!(" with an explicit deny in {}", layer.with_article())
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
}

impl Layer {
    fn policy_type(self) -> &'static str {
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
    use super::*;

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
}
