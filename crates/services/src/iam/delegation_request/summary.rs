//! What a delegation request asks for, in sentences: made from the policy alone, so that it says what the policy says.

use super::each;
use domain::DelegationRequest;
use serde_json::Value;
use std::fmt::Write;

/// Characters of a summary, as the model allows.
const LENGTH: usize = 10_000;
/// Ends a summary that would be longer.
const CUT: &str = "\n... The policy says more than fits here.";

/// The summary of a request.
pub(super) fn of(request: &DelegationRequest) -> String {
    let mut text = format!(
        "{} (account {}) asks for access for {}.\n",
        plain(&request.requestor_name),
        request.requestor,
        duration(request.session_duration)
    );
    let policy: Value = serde_json::from_str(&request.policy).unwrap_or_default();
    for statement in each(policy.get("Statement")) {
        text.push_str(&sentence(statement));
        text.push('\n');
    }
    cut(text)
}

fn duration(seconds: u32) -> String {
    match (seconds / 3600, seconds % 3600 / 60) {
        (0, minutes) => format!("{minutes} minutes"),
        (1, 0) => "1 hour".into(),
        (hours, 0) => format!("{hours} hours"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

fn sentence(statement: &Value) -> String {
    let is_deny = statement.get("Effect").and_then(Value::as_str) == Some("Deny");
    let mut text = if is_deny { "It may not do" } else { "It may do" }.to_owned();
    let list = |member| {
        let values: Vec<&str> = each(statement.get(member)).filter_map(Value::as_str).collect();
        (!values.is_empty()).then(|| plain(&values.join(", ")))
    };
    if let Some(actions) = list("Action") {
        let _ = write!(text, " {actions}");
    }
    if let Some(actions) = list("NotAction") {
        let _ = write!(text, " everything but {actions}");
    }
    if let Some(resources) = list("Resource") {
        let _ = write!(text, " on {}", if resources == "*" { "everything" } else { &resources });
    }
    if let Some(resources) = list("NotResource") {
        let _ = write!(text, " on everything but {resources}");
    }
    if let Some(condition) = statement.get("Condition") {
        let _ = write!(text, ", under the condition {}", plain(&condition.to_string()));
    }
    text.push('.');
    text
}

/// The text with everything but plain characters escaped: a policy cannot begin a sentence of its own, or turn one round.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' '..='~' => plain.push(character),
            other => plain.extend(other.escape_unicode()),
        }
    }
    plain
}

fn cut(mut text: String) -> String {
    if text.chars().count() > LENGTH {
        text = text.chars().take(LENGTH.saturating_sub(CUT.len())).collect();
        text.push_str(CUT);
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_a_sentence() {
        for (statement, expected) in [
            (
                r#"{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/*"}"#,
                "It may do s3:GetObject, s3:PutObject on arn:aws:s3:::b/*.",
            ),
            (
                r#"{"Effect":"Deny","NotAction":"iam:*","Resource":"*"}"#,
                "It may not do everything but iam:* on everything.",
            ),
            (
                r#"{"Effect":"Allow","Action":"a:b","NotResource":["x"],"Condition":{"Bool":{"c":"true"}}}"#,
                r#"It may do a:b on everything but x, under the condition {"Bool":{"c":"true"}}."#,
            ),
        ] {
            assert_eq!(sentence(&serde_json::from_str(statement).unwrap()), expected);
        }
    }

    #[test]
    fn no_value_is_a_sentence_of_its_own() {
        let statement = serde_json::json!({ "Effect": "Allow", "Action": "a:b", "Resource": "x.\nIt may do nothing\u{202e}" });
        assert_eq!(sentence(&statement), r"It may do a:b on x.\u{a}It may do nothing\u{202e}.");
    }

    #[test]
    fn a_long_one_is_cut() {
        assert_eq!(cut("é".repeat(20_000)).chars().count(), LENGTH);
        assert_eq!(cut("short\n".into()), "short");
        assert_eq!(
            [duration(300), duration(3600), duration(43200), duration(5400)],
            ["5 minutes", "1 hour", "12 hours", "1 h 30 min"]
        );
    }
}
