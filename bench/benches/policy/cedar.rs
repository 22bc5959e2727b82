//! The workloads in Cedar's language, as near as it comes: wildcards become `like`, the variable becomes equality of
//! attributes, each layer is a policy set of its own that must allow.

use bench::workload::{Statement, Workload, boundary, managed, single};
use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression,
};
use std::{collections::HashMap, error::Error, str::FromStr};

/// Policy sets, each of which must allow, and the request.
pub(crate) struct Translation {
    authorizer: Authorizer,
    layers: Vec<PolicySet>,
    entities: Entities,
    request: Request,
}

impl Translation {
    pub(crate) fn new(workload: &Workload) -> Result<Self, Box<dyn Error>> {
        let everything = "permit(principal, action, resource);";
        let guard = "forbid(principal, action in [Action::\"organizations:LeaveOrganization\", Action::\"account:CloseAccount\"], \
             resource); \
             forbid(principal, action, resource) when { !([\"eu-central-1\", \"eu-west-1\"].contains(context.region)) };";
        let transport = "forbid(principal, action, resource) when { !context.secure };";
        let identity = match workload.name {
            "W1" => text(&[single()]),
            _ => text(&managed(0)),
        };
        let mut layers = vec![identity];
        if workload.name == "W3" {
            layers.push(text(&[boundary()]));
            layers.extend((0..3).map(|_| format!("{everything}{guard}")));
            layers.push(
                "permit(principal, action, resource) when { context.arn like \"arn:aws:s3:::bucket/*\" };"
                    .into(),
            );
            layers.push(format!("{everything}{transport}"));
        }
        let layers = layers.iter().map(|text| Ok(PolicySet::from_str(text)?));
        let layers = layers.collect::<Result<_, Box<dyn Error>>>()?;
        let string = |value: &str| RestrictedExpression::new_string(value.to_owned());
        let context = HashMap::from([
            ("ip".to_owned(), RestrictedExpression::new_ip("192.0.2.7")),
            ("arn".to_owned(), string("arn:aws:s3:::bucket/home/ann/file")),
            ("username".to_owned(), string("ann")),
            ("owner".to_owned(), string("ann")),
            ("region".to_owned(), string("eu-central-1")),
            ("mfa".to_owned(), RestrictedExpression::new_bool(true)),
            ("secure".to_owned(), RestrictedExpression::new_bool(true)),
        ]);
        let uid = |kind: &str, id: &str| -> Result<EntityUid, Box<dyn Error>> {
            Ok(EntityUid::from_str(&format!("{kind}::\"{id}\""))?)
        };
        let request = Request::new(
            uid("User", "ann")?,
            uid("Action", workload.action())?,
            uid("Object", "file")?,
            Context::from_pairs(context)?,
            None,
        )?;
        Ok(Self { authorizer: Authorizer::new(), layers, entities: Entities::empty(), request })
    }

    pub(crate) fn is_allowed(&self) -> bool {
        self.layers.iter().all(|layer| {
            self.authorizer.is_authorized(&self.request, layer, &self.entities).decision() == Decision::Allow
        })
    }
}

fn text(policies: &[Vec<Statement>]) -> String {
    policies.iter().flatten().map(statement).collect()
}

fn statement(statement: &Statement) -> String {
    let effect = if statement.deny { "forbid" } else { "permit" };
    // The boundary's wildcards over actions have no counterpart but groups, which would have to be entities.
    let action = if statement.actions.iter().any(|action| action.ends_with('*')) {
        "action".to_owned()
    } else {
        let names: Vec<String> = statement.actions.iter().map(|name| format!("Action::\"{name}\"")).collect();
        format!("action in [{}]", names.join(", "))
    };
    let conditions = match (statement.conditions, statement.deny) {
        (false, _) => "",
        (true, false) => {
            " && context.ip.isInRange(ip(\"192.0.2.0/24\")) && context.owner == context.username && context.mfa"
        }
        (true, true) => {
            " && context.ip.isInRange(ip(\"203.0.113.0/24\")) && context.owner == context.username && !context.mfa"
        }
    };
    format!(
        "{effect}(principal, {action}, resource) when {{ context.arn like \"{}*\"{conditions} }};",
        statement.prefix
    )
}
