//! Someone whom the policies do not know: whoever grants something to a stranger grants it to the public.

use std::collections::HashSet;
use std::net::IpAddr;

use crate::language::arn_pattern::{ArnPattern, split_arn};
use crate::language::condition::{AddressBlock, Condition, Test};
use crate::language::glob::Symbol;
use crate::language::statement::Statement;
use crate::language::truth::Match;
use crate::language::variable::Pattern;
use crate::reasoning::automaton::Word;
use crate::reasoning::axis::Row;
use crate::reasoning::axis::principal::Names;
use crate::reasoning::word;
use crate::request::context::{Context, ContextValue, parse_address};
use crate::request::key::Key;
use crate::request::principal::{Principal, PrincipalKind};

/// A stranger is nobody, or anyone of an account that no policy names. Keys that AWS fills in and that tell who or
/// whence somebody is are absent or have values of the stranger's own.
#[derive(Debug)]
pub(super) struct Stranger {
    account: String,
}

impl Stranger {
    pub(super) fn new(account: String) -> Self {
        Self { account }
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    pub(super) fn may_be(&self, principal: &Principal) -> bool {
        principal.kind() == PrincipalKind::Anonymous || principal.account() == Some(&self.account)
    }

    /// The stranger's own values of a key as a pattern, where it cannot choose them as it likes.
    pub(super) fn word(&self, key: &Key) -> Option<Word> {
        match self.own(key)? {
            Own::Arn(pattern) => word::of_arn(&pattern, &Context::new()),
            Own::Text(text) => Some(word::literal(&text)),
        }
    }

    pub(super) fn may_have(
        &self,
        key: &Key,
        value: Option<&ContextValue>,
        conditions: &[&Condition],
    ) -> bool {
        let values = value.map(ContextValue::values).unwrap_or_default();
        let mut values = values.iter().map(String::as_str);
        match key.as_str() {
            "aws:principalservicename" | "aws:principalservicenameslist" => values.next().is_none(),
            "aws:sourceip" => values.all(|text| is_anywhere(text, conditions)),
            _ => match self.own(key) {
                None => true,
                Some(Own::Text(own)) => values.all(|text| text == own),
                Some(Own::Arn(own)) => values
                    .all(|text| own.matches(text, split_arn(text).as_ref(), &Context::new()) == Match::Yes),
            },
        }
    }

    fn own(&self, key: &Key) -> Option<Own> {
        let account = &self.account;
        Some(Own::Text(match key.as_str() {
            "aws:principalarn" | "aws:sourcearn" => {
                return Some(Own::Arn(ArnPattern::parse(&format!("arn:*:*:*:{account}:*"), false)));
            }
            "aws:principalaccount" | "aws:sourceaccount" | "aws:sourceowner" | "aws:vpceaccount" => {
                account.clone()
            }
            "aws:principalisawsservice" => "false".to_owned(),
            "aws:principalorgid" | "aws:sourceorgid" | "aws:vpceorgid" => format!("o-{account}"),
            "aws:principalorgpaths" | "aws:sourceorgpaths" | "aws:vpceorgpaths" => {
                format!("o-{account}/r-{account}/ou-{account}/")
            }
            "aws:sourcevpc" => format!("vpc-{account}"),
            "aws:sourcevpce" => format!("vpce-{account}"),
            "aws:userid" => format!("AROA{account}:session"),
            _ => return None,
        }))
    }
}

enum Own {
    Arn(ArnPattern),
    Text(String),
}

/// Whether an address lies in no block that tells where somebody is.
fn is_anywhere(text: &str, conditions: &[&Condition]) -> bool {
    let Some(address) = parse_address(text) else { return false };
    let mut blocks = conditions.iter().filter_map(|condition| match condition.test() {
        Test::Ip(blocks) => Some(blocks.iter().flatten()),
        _ => None,
    });
    !blocks.any(|mut blocks| blocks.any(|block| is_place(block) && block.contains(address)))
}

/// Whether a block is so small that it tells where somebody is: at most the 256th part of all IPv4 addresses, or what
/// one provider gets of the others.
fn is_place(block: &AddressBlock) -> bool {
    match block.ends() {
        (IpAddr::V4(first), IpAddr::V4(last)) => last.to_bits() - first.to_bits() < 1 << 24,
        (IpAddr::V6(first), IpAddr::V6(last)) => last.to_bits() - first.to_bits() < 1 << 96,
        _ => false,
    }
}

/// An account that no row mentions, not even inside a pattern.
pub(super) fn unknown_account(rows: &[Row<'_>], names: &Names) -> String {
    let statements = rows.iter().filter_map(|row| row.statement());
    let mut mentioned = HashSet::new();
    for condition in statements.flat_map(Statement::conditions) {
        match condition.test() {
            Test::Arn(arns) => arns.iter().for_each(|arn| match arn {
                ArnPattern::Any => {}
                ArnPattern::Parts(patterns) => patterns.iter().for_each(|part| mention(part, &mut mentioned)),
                ArnPattern::Whole(pattern) => mention(pattern, &mut mentioned),
            }),
            Test::IgnoreCase(templates) => {
                let patterns = templates.iter().cloned().map(Pattern::Variable);
                patterns.for_each(|pattern| mention(&pattern, &mut mentioned));
            }
            Test::Text(patterns) => patterns.iter().for_each(|pattern| mention(pattern, &mut mentioned)),
            _ => {}
        }
    }
    let is_free = |account: &String| !names.has_account(account) && !mentioned.contains(account);
    let mut candidates = (100_000_000_000..999_988_887_778_u64).rev().map(|number| number.to_string());
    candidates.find(is_free).unwrap_or_default()
}

/// Notes whatever in a pattern could be the number of an account.
fn mention(pattern: &Pattern, mentioned: &mut HashSet<String>) {
    let Pattern::Fixed(glob) = word::widened(pattern) else { return };
    let mut digits = String::new();
    for symbol in glob.symbols() {
        match symbol {
            Symbol::Character(digit) if digit.is_ascii_digit() => digits.push(digit),
            Symbol::Character(_) | Symbol::Many | Symbol::One => digits.clear(),
        }
        if let Some(account) = digits.len().checked_sub(12).and_then(|start| digits.get(start..)) {
            mentioned.insert(account.to_owned());
        }
    }
}
