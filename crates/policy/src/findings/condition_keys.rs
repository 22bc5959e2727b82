//! The keys of conditions: whether they exist, and come with the statement's actions.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use catalog::{Action, Service};

use crate::findings::document::{Condition, Document, Statement};
use crate::findings::place::Place;
use crate::findings::report::Report;
use crate::language::condition::{Comparison, Quantifier};
use crate::language::policy::PolicyKind;
use crate::language::statement::Effect;

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for statement in &document.statements {
        check_case(statement, report);
        for condition in &statement.conditions {
            check_name(condition, report);
            check_quantifier(condition, report);
            check_relevance(document.kind, condition, report);
            check_support(statement, condition, report);
            check_tag_support(statement, condition, report);
        }
        check_pairs(statement, report);
    }
}

fn check_case(statement: &Statement<'_>, report: &mut Report<'_>) {
    let mut seen: HashMap<(&str, String), &Condition<'_>> = HashMap::new();
    for condition in &statement.conditions {
        let name = (condition.operator_name, condition.key.value.to_ascii_lowercase());
        if let Some(first) = seen.get(&name) {
            let details = format!(
                "The condition key {} stands twice in the block, written differently.",
                condition.key.value
            );
            let places = [&first.key.place, &condition.key.place];
            report.error("DUPLICATE_KEYS_WITH_DIFFERENT_CASE", details, &places);
        } else {
            seen.insert(name, condition);
        }
    }
}

fn check_name(condition: &Condition<'_>, report: &mut Report<'_>) {
    let (key, place) = (condition.key.value, &condition.key.place);
    let Some((prefix, name)) = key.split_once(':') else {
        report.error("INVALID_CONDITION_KEY_FORMAT", "A condition key is written service:name.", &[place]);
        return;
    };
    if key.eq_ignore_ascii_case("aws:arn") {
        let details =
            "The condition key aws:ARN is no longer supported. Use aws:PrincipalArn or aws:SourceArn.";
        report.error("UNSUPPORTED_GLOBAL_CONDITION_KEY", details, &[place]);
        return;
    }
    if condition.known.is_some() {
        return;
    }
    let stem = key.trim_end_matches('/');
    let is_tag =
        |known: &catalog::ConditionKey| known.name.ends_with("/${TagKey}") || known.name.ends_with("/${key}");
    if catalog::condition_key(&format!("{stem}/x")).is_some_and(is_tag) {
        let details = format!("{stem} must name the key of a tag: {stem}/tag-key.");
        report.error("MISSING_TAG_KEY_IN_CONDITION", details, &[place]);
    } else if prefix.eq_ignore_ascii_case("aws") {
        report.error("INVALID_GLOBAL_CONDITION_KEY", format!("There is no condition key {key}."), &[place]);
    } else if catalog::service(prefix).is_some() {
        let details = format!("The service {prefix} has no condition key {name}.");
        report.error("INVALID_SERVICE_CONDITION_KEY", details, &[place]);
    } else if !catalog::is_key_prefix(prefix) && !prefix.contains('.') {
        // An identity provider, whose claims are its own affair, has a domain name.
        report.error("INVALID_SERVICE", format!("There is no service {prefix}."), &[place]);
    }
}

fn check_quantifier(condition: &Condition<'_>, report: &mut Report<'_>) {
    let (key, place) = (condition.key.value, &condition.key.place);
    let quantifier = condition.operator.quantifier;
    if condition.operator.comparison == Comparison::Null {
        if quantifier != Quantifier::One {
            let details =
                "Null with ForAllValues is always true, with ForAnyValue always false. Use Null alone.";
            report.suggestion("NULL_WITH_QUALIFIER", details, &[&condition.operator_key]);
        }
        return;
    }
    let Some(known) = condition.known else {
        let audience =
            key.split_once(':').is_some_and(|(prefix, name)| prefix.contains('.') && name == "aud");
        if audience && quantifier != Quantifier::One {
            let details = format!(
                "The claim \"{key}\" (audience) has one value in most tokens. Use no qualifier then."
            );
            report.suggestion("CONFIRM_AUDIENCE_CLAIM_TYPE", details, &[place]);
        }
        return;
    };
    match quantifier {
        Quantifier::One if known.multi_valued => {
            let details = format!(
                "A request may have several values of {key}. Compare them with ForAllValues or ForAnyValue."
            );
            report.error("MISSING_QUALIFIER", details, &[place]);
        }
        Quantifier::ForAllValues if !known.multi_valued => {
            let details = format!(
                "ForAllValues also holds when {key} is absent, and the key has one value at most. Leave ForAllValues: away."
            );
            report.security("FORALLVALUES_WITH_SINGLE_VALUED_KEY", details, &[place]);
        }
        Quantifier::ForAnyValue if !known.multi_valued && known.name.ends_with(":aud") => {
            let details = format!("{key} has one value. Leave ForAnyValue: away.");
            report.security("FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE", details, &[place]);
        }
        _ => {}
    }
}

fn check_relevance(kind: PolicyKind, condition: &Condition<'_>, report: &mut Report<'_>) {
    let key = condition.key.value;
    let place = &condition.key.place;
    if kind == PolicyKind::Resource && key.eq_ignore_ascii_case("s3:ResourceAccount") {
        let details =
            format!("{key} says nothing in the policy of the resource itself. Use it in an identity policy.");
        report.suggestion("IRRELEVANT_CONDITION_KEY_IN_POLICY", details, &[place]);
    }
    if ["aws:UserAgent", "aws:Referer"].iter().any(|name| key.eq_ignore_ascii_case(name)) {
        let details = format!("Whoever makes the request decides {key}. Do not let access depend on it.");
        report.security("UNTRUSTWORTHY_CONDITION_KEY", details, &[place]);
    }
}

/// Named actions whose requests never come with a service's key.
fn check_support<'t>(statement: &Statement<'t>, condition: &Condition<'t>, report: &mut Report<'_>) {
    let Some(known) = condition.known.filter(|_| condition.fails_when_absent()) else { return };
    if known.name.starts_with("aws:")
        || catalog::global_condition_keys().iter().any(|key| same_key(key.name, known.name))
    {
        return;
    }
    let mut unsupported = Vec::new();
    for (text, service, action) in statement.named_actions() {
        if !report.may_spend(2_000) {
            return;
        }
        if !comes_with(service, action, known.name) {
            unsupported.push(text);
        }
    }
    if !unsupported.is_empty() {
        let names: Vec<_> = unsupported.iter().take(10).map(|text| text.value).collect();
        let details = format!(
            "Requests for these actions do not come with {}, so the condition never holds for them: {}. \
             Move them to another statement.",
            condition.key.value,
            names.join(", ")
        );
        let places: Vec<_> = unsupported.iter().map(|text| &text.place).chain([&condition.place]).collect();
        report.error("UNSUPPORTED_ACTION_FOR_CONDITION_KEY", details, &places);
    }
}

fn same_key(left: &str, right: &str) -> bool {
    left.eq_ignore_ascii_case(right)
}

fn comes_with(service: &Service, action: &Action, key: &str) -> bool {
    service.condition_keys_of(action).any(|name| same_key(name, key))
}

/// `aws:ResourceTag` beside actions of services that do not know it.
fn check_tag_support<'t>(statement: &Statement<'t>, condition: &Condition<'t>, report: &mut Report<'_>) {
    const TAG: &str = "aws:ResourceTag/${TagKey}";
    if condition.known.is_none_or(|known| known.name != TAG) || !condition.fails_when_absent() {
        return;
    }
    let (Some(effect), Some(actions)) = (statement.effect, &statement.actions) else { return };
    let key = condition.key.value;
    if actions.negated {
        let place = &condition.key.place;
        if effect == Effect::Deny {
            let details =
                format!("With NotAction, actions that do not come with {key} are not denied. Use Action.");
            report.security(
                "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
                details,
                &[place],
            );
        } else {
            let details =
                format!("With NotAction, actions that do not come with {key} are not allowed. Use Action.");
            report.suggestion(
                "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE",
                details,
                &[place],
            );
        }
        return;
    }
    if !report.may_spend(actions.values.len().saturating_mul(64)) {
        return;
    }
    let mut supported: BTreeMap<&str, (bool, Vec<&Place<'_>>)> = BTreeMap::new();
    for text in &actions.values {
        let Some(service) = text.value.split_once(':').and_then(|(prefix, _)| catalog::service(prefix))
        else {
            continue;
        };
        let (supports, places) = supported.entry(service.prefix).or_default();
        places.push(&text.place);
        if *supports {
            continue;
        }
        if !report.may_spend(service.actions().len().saturating_mul(256)) {
            return;
        }
        *supports =
            catalog::actions_matching(text.value).any(|(service, action)| comes_with(service, action, TAG));
    }
    supported.retain(|_, (supports, _)| !*supports);
    if supported.is_empty() {
        return;
    }
    let services: Vec<_> = supported.keys().copied().collect();
    let services = services.join(", ");
    let places: Vec<_> =
        supported.into_values().flat_map(|(_, places)| places).chain([&condition.key.place]).collect();
    if effect == Effect::Deny {
        let details = format!(
            "The actions of these services do not come with {key} and so are not denied: {services}. \
             Move them to another statement."
        );
        report.security("DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", details, &places);
    } else {
        let details = format!(
            "The actions of these services do not come with {key} and so are not allowed: {services}. \
             Move them to another statement."
        );
        report.suggestion("ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", details, &places);
    }
}

/// Keys that protect only in company.
fn check_pairs(statement: &Statement<'_>, report: &mut Report<'_>) {
    let names: BTreeSet<String> =
        statement.conditions.iter().map(|condition| condition.key.value.to_ascii_lowercase()).collect();
    let has = |name: &str| names.contains(&name.to_ascii_lowercase());
    if let Some(condition) = statement.condition_on("aws:VpcSourceIp")
        && !has("aws:SourceVpc")
        && !has("aws:SourceVpce")
    {
        let details = format!(
            "Addresses in {} mean little without the VPC they belong to. Add aws:SourceVpc or aws:SourceVpce.",
            condition.key.value
        );
        report.security("MISSING_PAIRED_CONDITION_KEYS", details, &[&condition.key.place]);
    }
    if let Some(condition) = statement.condition_on("dynamodb:Attributes")
        && statement.effect == Some(Effect::Allow)
        && !has("dynamodb:Select")
    {
        let details = "Reads that ask for no particular attributes get all of them. Add a condition that dynamodb:Select \
                       is SPECIFIC_ATTRIBUTES.";
        report.security("DYNAMODB_ATTRIBUTES_WITHOUT_SELECT", details, &[&condition.key.place]);
    }
    if let Some(condition) = statement.condition_on("s3:prefix")
        && let Some(effect) = statement.effect
        && condition.operator.negated == (effect == Effect::Allow)
    {
        let details = "A request with a shorter prefix escapes this condition and lists the same objects. Allow with \
                       StringLike, or deny with StringNotLike.";
        report.security("S3_PREFIX_IN_NEGATIVE_CONTEXT", details, &[&condition.key.place]);
    }
}

impl Condition<'_> {
    /// Whether the condition cannot hold when the request does not come with the key.
    pub(crate) fn fails_when_absent(&self) -> bool {
        self.operator.comparison != Comparison::Null
            && !self.operator.if_exists
            && self.operator.quantifier != Quantifier::ForAllValues
            && (!self.operator.negated || self.operator.quantifier == Quantifier::ForAnyValue)
    }
}

impl<'t> Statement<'t> {
    /// The first condition on a key, in any case, whose operator looks at its value.
    pub(crate) fn condition_on(&self, key: &str) -> Option<&Condition<'t>> {
        self.conditions.iter().find(|condition| {
            condition.key.value.eq_ignore_ascii_case(key) && condition.operator.comparison != Comparison::Null
        })
    }
}
