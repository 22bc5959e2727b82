//! The Resource and NotResource elements: whether their ARNs can name a resource.

use std::ops::Range;

use catalog::ResourceType;

use crate::findings::document::{Document, Statement};
use crate::findings::place::{Place, Text};
use crate::findings::region::{is_partition, is_region, partitions};
use crate::findings::report::Report;
use crate::language::arn_pattern::{split_arn, split_pattern};

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    for text in document.statements.iter().flat_map(Statement::resource_texts) {
        if text.value.is_empty() || !is_stars(text.value) {
            check_arn(text, report);
        }
    }
}

fn check_arn(text: &Text<'_>, report: &mut Report<'_>) {
    let parts = split_pattern(text.value, true);
    if parts.first() != Some(&"arn") {
        let details = "A resource is named by an ARN, which begins with arn:, or by *.";
        report.error("INVALID_ARN_PREFIX", details, &[&text.place]);
        return;
    }
    let [_, partition, service, region, account, resource] = &*parts else {
        let details = "A resource ARN has at least 6 fields: arn:partition:service:region:account:resource";
        report.error("MISSING_ARN_FIELD", details, &[&text.place]);
        return;
    };
    let arn = Arn { text, partition, service, region, account, resource };
    arn.check_partition(report);
    if open(service) {
        if !service.contains("${") {
            let details = "A wildcard in the name of a service may cover services that are not meant.";
            report.suggestion("WILDCARD_IN_SERVICE_NAME", details, &[&arn.place(service, report)]);
        }
        return;
    }
    if !region.is_empty() && !open(region) && !is_region(region) {
        let details = format!("{region} is no Region that resources can be in.");
        report.error("INVALID_ARN_REGION", details, &[&arn.place(region, report)]);
    }
    // AWS's own managed policies belong to the account `aws`.
    let account_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    if !account.is_empty() && !open(account) && !account_id && *account != "aws" {
        let details = format!("{account} is no account ID, which has 12 digits.");
        report.error("INVALID_ARN_ACCOUNT", details, &[&arn.place(account, report)]);
    }
    arn.check_service(report);
}

/// The parts of a resource ARN, each a slice of the text.
struct Arn<'a, 't> {
    text: &'a Text<'t>,
    partition: &'a str,
    service: &'a str,
    region: &'a str,
    account: &'a str,
    resource: &'a str,
}

impl<'t> Arn<'_, 't> {
    fn check_partition(&self, report: &mut Report<'_>) {
        if !open(self.partition) && !is_partition(self.partition) {
            let known: Vec<_> = partitions().collect();
            let (partition, service, known) = (self.partition, self.service, known.join(", "));
            let details =
                format!("An ARN of {service} cannot be in the partition {partition}. There are {known}.");
            report.error("INVALID_PARTITION", details, &[&self.place(partition, report)]);
        }
    }

    fn check_service(&self, report: &mut Report<'_>) {
        let lower = self.service.to_ascii_lowercase();
        let mut types = catalog::resource_types_in(&lower).peekable();
        if types.peek().is_none() && catalog::service(&lower).is_none() {
            let details = format!("There is no service {}.", self.service);
            report.error("INVALID_SERVICE", details, &[&self.place(self.service, report)]);
            return;
        }
        if lower != self.service {
            let details = format!("The service {} is written in lower case in an ARN.", self.service);
            report.error("INVALID_ARN_SERVICE_CASE", details, &[&self.place(self.service, report)]);
            return;
        }
        // Some services have actions that no resource type narrows, and a few resources of theirs are in no list.
        if types.peek().is_none() {
            return;
        }
        let Some(candidates) = self.candidates(types, report) else { return };
        if candidates.is_empty() {
            let details =
                format!("No resource type of {} has ARNs like this. Rewrite the last field.", self.service);
            report.error("INVALID_ARN_RESOURCE", details, &[&self.place(self.resource, report)]);
            return;
        }
        self.check_region(&candidates, report);
        self.check_account(&candidates, report);
    }

    /// The types of resources whose ARNs end as this one does; none when there was no time to find out.
    fn candidates(
        &self,
        types: impl Iterator<Item = &'static ResourceType>,
        report: &mut Report<'_>,
    ) -> Option<Vec<[&'static str; 6]>> {
        let mut candidates = Vec::new();
        for resource in types {
            let Some(template) = split_arn(resource.arn) else { continue };
            let [.., last] = template;
            if !begin_alike(self.resource, last) {
                continue;
            }
            if !report.may_spend(self.resource.len().saturating_mul(last.len()).saturating_mul(4)) {
                return None;
            }
            if may_be_alike(self.resource, last) {
                candidates.push(template);
            }
        }
        Some(candidates)
    }

    fn check_region(&self, candidates: &[[&str; 6]], report: &mut Report<'_>) {
        let (service, region) = (self.service, self.region);
        // A star may stand for nothing, but IAM and Amazon S3 do not let it here.
        let stated = if matches!(service, "iam" | "s3") { !region.is_empty() } else { !is_stars(region) };
        if region.is_empty() && candidates.iter().all(|[_, _, _, region, ..]| !region.is_empty()) {
            let details = format!("An ARN like this of {service} names a Region. Add one.");
            report.error("MISSING_ARN_REGION", details, &[&self.text.place]);
        } else if stated && candidates.iter().all(|[_, _, _, region, ..]| region.is_empty()) {
            let details = format!("An ARN like this of {service} names no Region. Remove it.");
            report.error("ARN_REGION_NOT_ALLOWED", details, &[&self.place(region, report)]);
        }
    }

    fn check_account(&self, candidates: &[[&str; 6]], report: &mut Report<'_>) {
        let (service, account) = (self.service, self.account);
        // What AWS itself publishes in AWS Systems Manager belongs to no account.
        if account.is_empty()
            && service != "ssm"
            && candidates.iter().all(|[_, _, _, _, account, _]| !account.is_empty())
        {
            let details = format!("An ARN like this of {service} names an account. Add its 12 digits.");
            report.error("MISSING_ARN_ACCOUNT", details, &[&self.text.place]);
        } else if !is_stars(account) && candidates.iter().all(|[_, _, _, _, account, _]| account.is_empty()) {
            let details = format!("An ARN like this of {service} names no account. Remove it.");
            report.error("ARN_ACCOUNT_NOT_ALLOWED", details, &[&self.place(account, report)]);
        }
    }

    fn place(&self, part: &str, report: &Report<'_>) -> Place<'t> {
        self.text.part(report.source, self.range(part))
    }

    fn range(&self, part: &str) -> Range<usize> {
        let start = part.as_ptr().addr().saturating_sub(self.text.value.as_ptr().addr());
        start..start.saturating_add(part.len())
    }
}

/// Whether a part is nothing but stars, or nothing.
fn is_stars(part: &str) -> bool {
    part.bytes().all(|byte| byte == b'*')
}

/// Whether a part can stand for several texts.
fn open(part: &str) -> bool {
    part.contains(['*', '?']) || part.contains("${")
}

/// Whether the plain text at the beginning of both, as far as both have it, is the same.
fn begin_alike(pattern: &str, template: &str) -> bool {
    let plain = |text: &'_ str| text.find(['*', '?', '$']).unwrap_or(text.len());
    let length = plain(pattern).min(plain(template));
    pattern.as_bytes().get(..length) == template.as_bytes().get(..length)
}

/// Whether some text matches both the pattern, whose variables may bring anything, and the filled-in template.
fn may_be_alike(pattern: &str, template: &str) -> bool {
    let (pattern, template) = (tokens(pattern.as_bytes(), false), tokens(template.as_bytes(), true));
    // For each place in the template: whether some text matches it up to there, and the pattern up to the last token.
    let mut above: Vec<bool> = std::iter::once(true).chain(template.iter().map(|_| false)).collect();
    for (row, token) in std::iter::once(None).chain(pattern.into_iter().map(Some)).enumerate() {
        let mut left = (row == 0) || (token == Some(Token::Many) && above.first() == Some(&true));
        let mut next = vec![left];
        let mut diagonal = above.first() == Some(&true);
        for (across, up) in template.iter().zip(above.iter().skip(1)) {
            // A star takes one more token of the other, or none any more.
            left = if token == Some(Token::Many) || *across == Token::Many {
                left || (*up && token.is_some())
            } else {
                diagonal && token.is_some_and(|token| token.meets(*across))
            };
            diagonal = *up;
            next.push(left);
        }
        above = next;
    }
    above.last() == Some(&true)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Byte(u8),
    Many,
    One,
}

impl Token {
    fn meets(self, other: Self) -> bool {
        match (self, other) {
            (Self::Byte(left), Self::Byte(right)) => left == right,
            _ => true,
        }
    }
}

/// A `${...}` brings at least one character into a template, and perhaps none into a pattern.
fn tokens(text: &[u8], template: bool) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        let inside = rest.strip_prefix(b"${").unwrap_or_default();
        if let Some(end) = inside.iter().position(|byte| *byte == b'}') {
            tokens.extend(template.then_some(Token::One));
            tokens.push(Token::Many);
            rest = inside.get(end + 1..).unwrap_or_default();
            continue;
        }
        tokens.push(match byte {
            b'*' => Token::Many,
            b'?' => Token::One,
            other => Token::Byte(*other),
        });
        rest = after;
    }
    tokens
}

impl<'t> Statement<'t> {
    /// The values of Resource or NotResource.
    pub(crate) fn resource_texts(&self) -> &[Text<'t>] {
        self.resources.as_ref().map_or(&[], |resources| &resources.values)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::language::glob::Glob;

    #[test]
    fn patterns_and_templates() {
        for (pattern, template, expected) in [
            ("role/r", "role/${RoleNameWithPath}", true),
            ("role/", "role/${RoleNameWithPath}", false),
            ("role/*", "role/${RoleNameWithPath}", true),
            ("*", "role/${RoleNameWithPath}", true),
            ("ro?e/${aws:username}", "role/${RoleNameWithPath}", true),
            ("roles/r", "role/${RoleNameWithPath}", false),
            ("function:f", "function:${Name}:${Version}", false),
            ("function:*", "function:${Name}:${Version}", true),
            ("a*c", "${X}b${Y}", true),
            ("é", "${X}", true),
            ("", "${X}", false),
            ("", "", true),
        ] {
            assert_eq!(may_be_alike(pattern, template), expected, "{pattern} and {template}");
        }
    }

    proptest! {
        #[test]
        fn a_common_text_is_always_found(left in "[ab*?]{0,5}", right in "[ab*?]{0,5}", text in "[ab]{0,5}") {
            if Glob::parse(&left).matches(&text) && Glob::parse(&right).matches(&text) {
                prop_assert!(may_be_alike(&left, &right), "{text} matches {left} and {right}");
            }
        }

        #[test]
        fn one_text_meets_what_matches_it(text in "[ab]{0,5}", pattern in "[ab*?]{0,5}") {
            prop_assert_eq!(may_be_alike(&pattern, &text), Glob::parse(&pattern).matches(&text));
            prop_assert_eq!(may_be_alike(&text, &pattern), Glob::parse(&pattern).matches(&text));
        }
    }
}
