//! A document as the checks see it: whatever in it has the right shape, with its places. What has not is reported
//! while it is read, and left out.

use std::collections::HashSet;
use std::mem::discriminant;

use catalog::ConditionKey;

use crate::findings::place::{Member, Place, Text};
use crate::findings::report::Report;
use crate::language::condition::Operator;
use crate::language::json::{Node, Value};
use crate::language::policy::PolicyKind;
use crate::language::principal_pattern::PrincipalType;
use crate::language::statement::Effect;

pub(crate) struct Document<'t> {
    pub(crate) kind: PolicyKind,
    pub(crate) root: Place<'t>,
    pub(crate) version: Option<Text<'t>>,
    pub(crate) statements: Vec<Statement<'t>>,
}

pub(crate) struct Statement<'t> {
    pub(crate) place: Place<'t>,
    pub(crate) sid: Option<Text<'t>>,
    pub(crate) effect: Option<Effect>,
    /// Action or NotAction.
    pub(crate) actions: Option<Listed<'t>>,
    /// Resource or NotResource.
    pub(crate) resources: Option<Listed<'t>>,
    /// Principal or NotPrincipal.
    pub(crate) principal: Option<Principal<'t>>,
    /// Whether there is a Condition element, even one of the wrong shape.
    pub(crate) conditional: bool,
    pub(crate) conditions: Vec<Condition<'t>>,
}

pub(crate) struct Listed<'t> {
    pub(crate) negated: bool,
    pub(crate) place: Place<'t>,
    pub(crate) values: Vec<Text<'t>>,
}

pub(crate) struct Principal<'t> {
    pub(crate) negated: bool,
    pub(crate) place: Place<'t>,
    /// Written as `"*"`.
    pub(crate) everyone: bool,
    pub(crate) entries: Vec<(PrincipalType, Text<'t>)>,
}

/// One operator applied to one key. Operators that do not exist are reported and left out.
pub(crate) struct Condition<'t> {
    pub(crate) operator_name: &'t str,
    pub(crate) operator: Operator,
    pub(crate) operator_key: Place<'t>,
    pub(crate) key: Text<'t>,
    /// What the catalog knows of the key.
    pub(crate) known: Option<&'static ConditionKey>,
    pub(crate) place: Place<'t>,
    pub(crate) values: Vec<Text<'t>>,
}

impl<'t> Document<'t> {
    pub(crate) fn read(kind: PolicyKind, root: &'t Node<'t>, report: &mut Report<'_>) -> Option<Self> {
        let place = Place::root(root);
        let members = object(root, &place, report)?;
        let (mut version, mut statements) = (None, None);
        for member in members {
            match member.name {
                "Version" => version = string(member.node, member.value, report),
                "Id" => {
                    string(member.node, member.value, report);
                }
                "Statement" => statements = Some(member),
                _ => unknown_element(&member, report),
            }
        }
        let parts = statements.map(|member| (member.value.elements(member.node), member.value));
        let missing = match &parts {
            None => Some(&place),
            Some((elements, statements)) => elements.is_empty().then_some(statements),
        };
        if let Some(place) = missing {
            report.error("MISSING_STATEMENT", "The policy has no statement. Add one.", &[place]);
        }
        let elements = parts.map(|(elements, _)| elements).unwrap_or_default();
        let read = |(node, place)| Statement::read(kind, node, place, report);
        let statements = elements.into_iter().filter_map(read).collect();
        Some(Self { kind, root: place, version, statements })
    }
}

impl<'t> Statement<'t> {
    fn read(kind: PolicyKind, node: &'t Node<'t>, place: Place<'t>, report: &mut Report<'_>) -> Option<Self> {
        let members = object(node, &place, report)?;
        let mut statement = Self {
            place,
            sid: None,
            effect: None,
            actions: None,
            resources: None,
            principal: None,
            conditional: false,
            conditions: Vec::new(),
        };
        let mut named: [Option<(&str, Place<'t>)>; 4] = [None, None, None, None];
        for member in members {
            let pair = match member.name {
                "Effect" => 0,
                "Action" | "NotAction" => 1,
                "Resource" | "NotResource" => 2,
                "Principal" | "NotPrincipal" => 3,
                "Sid" => {
                    statement.sid = string(member.node, member.value, report);
                    continue;
                }
                "Condition" => {
                    statement.read_conditions(&member, report);
                    continue;
                }
                _ => {
                    unknown_element(&member, report);
                    continue;
                }
            };
            let Some(slot) = named.get_mut(pair) else { continue };
            if let Some((first, place)) = slot {
                let details =
                    format!("A statement cannot have both {first} and {}. Remove one.", member.name);
                report.error("UNSUPPORTED_ELEMENT_COMBINATION", details, &[place, &member.value]);
                continue;
            }
            *slot = Some((member.name, member.value.clone()));
            let negated = member.name.starts_with("Not");
            match pair {
                0 => statement.effect = read_effect(member, report),
                1 => statement.actions = Some(Listed::read(negated, member, report)),
                2 => statement.resources = Some(Listed::read(negated, member, report)),
                _ => statement.principal = Principal::read(negated, member, report),
            }
        }
        let place = &statement.place;
        let [effect, action, resource, principal] = named;
        if effect.is_none() {
            report.error("MISSING_EFFECT", "The statement has no Effect. Add one: Allow or Deny.", &[place]);
        }
        if action.is_none() {
            report.error(
                "MISSING_ACTION",
                "The statement has neither Action nor NotAction. Add one.",
                &[place],
            );
        }
        if resource.is_none() && kind != PolicyKind::Trust {
            report.error(
                "MISSING_RESOURCE",
                "The statement has neither Resource nor NotResource. Add one.",
                &[place],
            );
        }
        if principal.is_none() && kind.has_principal() {
            report.error("MISSING_PRINCIPAL", "The statement has no Principal. Add one.", &[place]);
        }
        Some(statement)
    }

    fn read_conditions(&mut self, member: &Member<'t>, report: &mut Report<'_>) {
        self.conditional = true;
        let Some(blocks) = object(member.node, &member.value, report) else { return };
        if blocks.is_empty() {
            empty_conditions(&member.value, report);
        }
        for block in blocks {
            let operator = Operator::parse(block.name);
            let base = block.name.rsplit(':').next().unwrap_or_default();
            if base == "NullIfExists" {
                let details = "Null asks whether a key is there and cannot be combined with IfExists. Drop one of both.";
                report.error("NULL_WITH_IF_EXISTS", details, &[&block.key]);
            } else if operator.is_none() {
                let details =
                    format!("There is no condition operator {}. Use one that there is.", block.name);
                report.error("INVALID_CONDITION_OPERATOR", details, &[&block.key]);
            }
            let Some(keys) = object(block.node, &block.value, report) else { continue };
            if keys.is_empty() {
                empty_conditions(&block.value, report);
            }
            for key in keys {
                let values = scalars(&key, report);
                if let Some(operator) = operator {
                    self.conditions.push(Condition {
                        operator_name: block.name,
                        operator,
                        operator_key: block.key.clone(),
                        known: catalog::condition_key(key.name),
                        key: Text { value: key.name, place: key.key },
                        place: key.value,
                        values,
                    });
                }
            }
        }
    }
}

impl<'t> Listed<'t> {
    fn read(negated: bool, member: Member<'t>, report: &mut Report<'_>) -> Self {
        let elements = member.value.elements(member.node);
        if elements.is_empty() {
            let (code, what) = if member.name.ends_with("Action") {
                ("EMPTY_ARRAY_ACTION", "actions")
            } else {
                ("EMPTY_ARRAY_RESOURCE", "resources")
            };
            let details = format!("The statement lists no {what} and so has no effect. Name some.");
            report.suggestion(code, details, &[&member.value]);
        }
        let values = elements.into_iter().filter_map(|(node, place)| string(node, place, report)).collect();
        Self { negated, place: member.value, values }
    }
}

impl<'t> Principal<'t> {
    fn read(negated: bool, member: Member<'t>, report: &mut Report<'_>) -> Option<Self> {
        let empty = "The statement names no principals and so has no effect. Name some.";
        let mut entries = Vec::new();
        let everyone = member.node.as_str() == Some("*");
        if member.node.as_str().is_some() && !everyone {
            let details = "A principal is named by its type and a value, as in {\"AWS\": \"123456789012\"}.";
            report.error("INVALID_PRINCIPAL_FORMAT", details, &[&member.value]);
            return None;
        }
        if !everyone {
            let types = object(member.node, &member.value, report)?;
            if types.is_empty() {
                report.suggestion("EMPTY_OBJECT_PRINCIPAL", empty, &[&member.value]);
            }
            for named in types {
                let Some(principal_type) = PrincipalType::parse(named.name) else {
                    let details = format!("There is no type of principals called {}.", named.name);
                    report.error("INVALID_PRINCIPAL_KEY", details, &[&named.key]);
                    continue;
                };
                let elements = named.value.elements(named.node);
                if elements.is_empty() {
                    report.suggestion("EMPTY_ARRAY_PRINCIPAL", empty, &[&named.value]);
                }
                let texts = elements.into_iter().filter_map(|(node, place)| string(node, place, report));
                entries.extend(texts.map(|text| (principal_type, text)));
            }
        }
        Some(Self { negated, place: member.value, everyone, entries })
    }
}

fn read_effect(member: Member<'_>, report: &mut Report<'_>) -> Option<Effect> {
    let text = string(member.node, member.value, report)?;
    match text.value {
        "Allow" => Some(Effect::Allow),
        "Deny" => Some(Effect::Deny),
        other => {
            let details = format!("{other} is no effect. Use Allow or Deny.");
            report.error("INVALID_EFFECT", details, &[&text.place]);
            None
        }
    }
}

/// The values under a condition key.
fn scalars<'t>(key: &Member<'t>, report: &mut Report<'_>) -> Vec<Text<'t>> {
    let mut values = Vec::new();
    for (node, place) in key.value.elements(key.node) {
        match Text::scalar(node, place.clone()) {
            Some(text) => values.push(text),
            None => type_mismatch("string", &place, report),
        }
    }
    let kinds = key.node.one_or_many().iter().map(|node| discriminant(&node.value));
    if kinds.collect::<HashSet<_>>().len() > 1 && values.len() == key.node.one_or_many().len() {
        let details = "The values are of different JSON types. Write them all as strings.";
        report.error("INVALID_CONDITION_DATA_TYPE", details, &[&key.value]);
    }
    values
}

fn empty_conditions(place: &Place<'_>, report: &mut Report<'_>) {
    let details = "The block holds no conditions and so has no effect. Name some or remove it.";
    report.suggestion("EMPTY_OBJECT_CONDITION", details, &[place]);
}

fn unknown_element(member: &Member<'_>, report: &mut Report<'_>) {
    let details = format!("There is no policy element {}.", member.name);
    report.error("INVALID_POLICY_ELEMENT", details, &[&member.key]);
}

fn object<'t>(node: &'t Node<'t>, place: &Place<'t>, report: &mut Report<'_>) -> Option<Vec<Member<'t>>> {
    let members = place.members(report.source, node);
    if members.is_none() {
        type_mismatch("object", place, report);
    }
    members
}

fn string<'t>(node: &'t Node<'t>, place: Place<'t>, report: &mut Report<'_>) -> Option<Text<'t>> {
    let Value::String(value) = &node.value else {
        type_mismatch("string", &place, report);
        return None;
    };
    Some(Text { value, place })
}

fn type_mismatch(expected: &str, place: &Place<'_>, report: &mut Report<'_>) {
    report.error("DATA_TYPE_MISMATCH", format!("The JSON type that belongs here is {expected}."), &[place]);
}
