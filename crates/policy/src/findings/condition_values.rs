//! The values of conditions: whether they are of the operator's and the key's type.

use catalog::{ConditionKey, ValueType};

use crate::findings::document::{Condition, Document};
use crate::findings::place::Text;
use crate::findings::region::is_region;
use crate::findings::report::Report;
use crate::findings::variables::has_variable;
use crate::language::arn_pattern::split_arn;
use crate::language::condition::{Comparison, Order, Quantifier, parse_binary, parse_bool};
use crate::language::date::Instant;
use crate::language::decimal::Decimal;

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for condition in document.statements.iter().flat_map(|statement| &statement.conditions) {
        if condition.values.is_empty() {
            check_empty(condition, report);
            continue;
        }
        check_operator(condition, report);
        for text in condition.values.iter().filter(|text| !has_variable(text.value)) {
            check_value(condition, text, report);
        }
        for text in &condition.values {
            check_meaning(condition, text, report);
        }
        check_list(condition, report);
    }
}

fn check_empty(condition: &Condition<'_>, report: &mut Report<'_>) {
    let (key, places) = (condition.key.value, [&condition.place]);
    let operator = condition.operator;
    let (code, details) = match operator.quantifier {
        Quantifier::ForAllValues => (
            "EMPTY_ARRAY_CONDITION_FORALLVALUES",
            format!(
                "ForAllValues without values only holds when {key} is absent. Use Null with the value true for that."
            ),
        ),
        Quantifier::ForAnyValue => (
            "EMPTY_ARRAY_CONDITION_FORANYVALUE",
            format!("ForAnyValue without values for {key} never holds. Name some values."),
        ),
        Quantifier::One if operator.if_exists => (
            "EMPTY_ARRAY_CONDITION_IFEXISTS",
            format!(
                "IfExists without values only holds when {key} is absent. Use Null with the value true for that."
            ),
        ),
        Quantifier::One => (
            "EMPTY_ARRAY_CONDITION",
            format!("There are no values for {key}, so the condition has no effect. Name some."),
        ),
    };
    report.suggestion(code, details, &places);
}

/// Whether the operator compares what the key holds.
fn check_operator(condition: &Condition<'_>, report: &mut Report<'_>) {
    let Some(known) = condition.known else { return };
    let (operator, key) = (condition.operator_name, condition.key.value);
    let wanted = value_type(known);
    let comparison = condition.operator.comparison;
    let fits = match comparison {
        // What a tag or an encryption context holds may be an ARN.
        Comparison::Arn => wanted == ValueType::Arn || (wanted == ValueType::String && known.is_template()),
        Comparison::Binary => wanted == ValueType::Binary,
        Comparison::Bool => wanted == ValueType::Bool,
        Comparison::Date(_) => wanted == ValueType::Date,
        Comparison::Ip => wanted == ValueType::IpAddress,
        Comparison::Null => true,
        // Seconds since 1970 are dates and numbers.
        Comparison::Numeric(_) => wanted == ValueType::Numeric || known.name == "aws:EpochTime",
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase | Comparison::StringLike => {
            matches!(wanted, ValueType::Arn | ValueType::String)
        }
    };
    let details = |name| format!("Compare {key} with an operator for {name} instead of {operator}.");
    if !fits {
        report.warning("TYPE_MISMATCH", details(type_name(wanted)), &[&condition.operator_key]);
    } else if comparison == Comparison::StringLike && wanted == ValueType::Arn {
        let code = "STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS";
        report.security(code, details("ARNs, such as ArnLike,"), &[&condition.operator_key]);
    }
}

/// The list of the service authorization reference calls some keys strings that hold ARNs.
fn value_type(known: &ConditionKey) -> ValueType {
    let lower = known.name.to_ascii_lowercase();
    let is_arn = known.value_type == ValueType::String && lower.ends_with("arn");
    if is_arn { ValueType::Arn } else { known.value_type }
}

fn type_name(value_type: ValueType) -> &'static str {
    match value_type {
        ValueType::Arn => "ARNs",
        ValueType::Binary => "binary values",
        ValueType::Bool => "Booleans",
        ValueType::Date => "dates",
        ValueType::IpAddress => "IP addresses",
        ValueType::Numeric => "numbers",
        ValueType::String => "strings",
    }
}

/// Whether the operator can read the value. Addresses are looked at elsewhere.
fn check_value(condition: &Condition<'_>, text: &Text<'_>, report: &mut Report<'_>) {
    let (operator, value, places) = (condition.operator_name, text.value, [&text.place]);
    match condition.operator.comparison {
        Comparison::Binary if parse_binary(value).is_none() => {
            report.warning(
                "TYPE_MISMATCH_STRING",
                format!("{operator} compares with text in base64."),
                &places,
            );
        }
        Comparison::Bool | Comparison::Null if parse_bool(value).is_none() => {
            report.warning(
                "TYPE_MISMATCH_BOOLEAN",
                format!("{operator} compares with true or false."),
                &places,
            );
        }
        Comparison::Date(_) if Instant::parse(value).is_none() => {
            let details = "This is no date. Write YYYY-MM-DD or another ISO 8601 format.";
            report.warning("TYPE_MISMATCH_DATE", details, &places);
        }
        Comparison::Date(_)
            if value.bytes().all(|byte| byte.is_ascii_digit())
                && condition.known.is_none_or(|known| known.name != "aws:EpochTime") =>
        {
            let details =
                format!("Seconds since 1970 such as {value} may be taken otherwise. Write YYYY-MM-DD.");
            report.warning("INVALID_DATE_VALUE", details, &places);
        }
        Comparison::Numeric(_) if Decimal::parse(value).is_none() => {
            report.warning("TYPE_MISMATCH_NUMBER", format!("{operator} compares with numbers."), &places);
        }
        Comparison::StringEquals | Comparison::StringEqualsIgnoreCase if value.contains(['*', '?']) => {
            let details = format!(
                "* and ? are plain characters for {operator}. If wildcards are meant, use an operator with Like."
            );
            report.warning("WILDCARD_WITHOUT_LIKE_OPERATOR", details, &places);
        }
        _ => {}
    }
}

/// What the value of a particular key must look like.
fn check_meaning(condition: &Condition<'_>, text: &Text<'_>, report: &mut Report<'_>) {
    let comparison = condition.operator.comparison;
    let strings = matches!(
        comparison,
        Comparison::Arn
            | Comparison::StringEquals
            | Comparison::StringEqualsIgnoreCase
            | Comparison::StringLike
    );
    let Some(known) = condition.known.filter(|_| strings) else { return };
    let (value, places) = (text.value, [&text.place]);
    let wildcards = value.contains(['*', '?']);
    if wildcards || has_variable(value) {
        return;
    }
    match known.name {
        "aws:RequestedRegion" if !is_region(value) => {
            report.error("INVALID_REGION", format!("{value} is no Region."), &places);
        }
        "aws:SourceVpc" if !is_resource_id(value, "vpc-") => {
            let details = "A VPC is written vpc- and 8 or 17 letters and digits.";
            report.error("INVALID_VPC_FORMAT", details, &places);
        }
        "aws:SourceVpce" if !is_resource_id(value, "vpce-") => {
            let details = "A VPC endpoint is written vpce- and 8 or 17 letters and digits.";
            report.error("INVALID_VPCE_FORMAT", details, &places);
        }
        "s3:x-amz-server-side-encryption-aws-kms-key-id" if !is_kms_key(value) => {
            let details = format!("The value of {} is the ARN of a KMS key.", condition.key.value);
            report.error("INVALID_KMS_KEY_VALUE", details, &places);
        }
        "aws:CalledVia"
        | "aws:CalledViaFirst"
        | "aws:CalledViaLast"
        | "aws:PrincipalServiceName"
        | "aws:PrincipalServiceNamesList"
        | "iam:PassedToService"
            if !is_service_principal(value, 1) =>
        {
            let details = "A service is written service-name.amazonaws.com here.";
            report.error("INVALID_SERVICE_PRINCIPAL_FORMAT", details, &places);
        }
        "kms:ViaService" if !is_service_principal(value, 2) => {
            let details = "A service is written service-name.AWS_region.amazonaws.com here.";
            report.error("INVALID_SERVICE_PRINCIPAL_FORMAT", details, &places);
        }
        _ => {}
    }
}

fn check_list(condition: &Condition<'_>, report: &mut Report<'_>) {
    let operator = condition.operator;
    let key = condition.key.value;
    if condition.values.len() < 2 {
        return;
    }
    match operator.comparison {
        Comparison::Bool if condition.known.is_none_or(|known| !known.multi_valued) => {
            let details = "A Boolean key has one value. Compare it with one value.";
            report.error("INVALID_CONDITION_MULTIPLE_BOOLEAN", details, &[&condition.place]);
        }
        Comparison::Numeric(order) if order != Order::Equals => {
            let which =
                if matches!(order, Order::LessThan | Order::LessThanEquals) { "greatest" } else { "least" };
            let details = format!(
                "Of several values for {} only one counts. Write only the {which} for {key}.",
                condition.operator_name
            );
            report.suggestion("REDUNDANT_CONDITION_VALUE_NUM", details, &[&condition.place]);
        }
        _ => {}
    }
}

fn is_resource_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix)
        .is_some_and(|id| matches!(id.len(), 8 | 17) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn is_kms_key(text: &str) -> bool {
    split_arn(text).is_some_and(|[_, _, service, _, _, resource]| {
        service == "kms" && (resource.starts_with("key/") || resource.starts_with("alias/"))
    })
}

/// Whether a text is `labels` or more labels, and then the domain of services.
pub(crate) fn is_service_principal(text: &str, labels: usize) -> bool {
    let domains = [".amazonaws.com", ".amazonaws.com.cn", ".amazon.com"];
    let Some(name) = domains.iter().find_map(|domain| text.strip_suffix(domain)) else { return false };
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.split('.').all(label) && name.split('.').count() >= labels
}
