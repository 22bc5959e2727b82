//! ARN patterns: six parts, each matched by itself, so that a wildcard never reaches over the colon that ends its
//! part. The last part is the rest, colons and slashes included.

use crate::language::truth::Match;
use crate::language::variable::{Pattern, Syntax};
use crate::request::context::Context;

/// An ARN cut into partition and so on: `arn`, partition, service, region, account, resource.
pub(crate) type ArnParts<'a> = [&'a str; 6];

/// Cuts an ARN; none when the text is not one.
pub(crate) fn split_arn(text: &str) -> Option<ArnParts<'_>> {
    let mut parts = text.splitn(6, ':');
    let mut next = || parts.next();
    let arn = [next()?, next()?, next()?, next()?, next()?, next()?];
    arn.starts_with(&["arn"]).then_some(arn)
}

/// A value of a Resource element or of an ARN condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArnPattern {
    /// `*`: every resource, even one that has no ARN.
    Any,
    /// Fewer than six parts stand for `*` in the missing ones.
    Parts(Box<[Pattern]>),
    /// Without a colon: a variable that brings the whole ARN, as in `${aws:PrincipalArn}`, or text that is no ARN.
    Whole(Pattern),
}

impl ArnPattern {
    /// Any text is a pattern; one without a colon is compared with the whole text.
    pub(crate) fn parse(text: &str, variables: bool) -> Self {
        let syntax = Syntax { variables, wildcards: true };
        let texts = split_pattern(text, variables);
        if let [whole] = &*texts {
            let pattern = Pattern::parse(whole, syntax);
            return if pattern.matches_all() { Self::Any } else { Self::Whole(pattern) };
        }
        Self::Parts(texts.iter().map(|part| Pattern::parse(part, syntax)).collect())
    }

    /// Compares with a whole text and its parts; `parts` is none when the text is no ARN.
    pub(crate) fn matches(&self, whole: &str, parts: Option<&ArnParts<'_>>, context: &Context) -> Match {
        match self {
            Self::Any => Match::Yes,
            Self::Whole(pattern) => pattern.matches(whole, context),
            Self::Parts(patterns) => {
                let Some(parts) = parts else { return Match::No };
                let mut result = Match::Yes;
                for (pattern, part) in patterns.iter().zip(parts) {
                    match pattern.matches(part, context) {
                        Match::Yes => {}
                        Match::Unresolved => result = Match::Unresolved,
                        Match::No | Match::Malformed => return Match::No,
                    }
                }
                result
            }
        }
    }
}

/// Cuts at the first five colons that do not stand inside `${...}`.
pub(crate) fn split_pattern(text: &str, variables: bool) -> Vec<&str> {
    let mut parts = Vec::with_capacity(6);
    let mut rest = text;
    while parts.len() < 5 {
        let mut inside = false;
        let mut previous = ' ';
        let colon = rest.char_indices().find(|&(_, character)| {
            inside = match character {
                '{' if variables && previous == '$' => true,
                '}' => false,
                _ => inside,
            };
            previous = character;
            character == ':' && !inside
        });
        let Some((part, after)) = colon.and_then(|(at, _)| rest.split_at_checked(at)) else { break };
        parts.push(part);
        rest = after.strip_prefix(':').unwrap_or(after);
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn matches(pattern: &str, arn: &str) -> Match {
        let mut context = Context::new();
        context.insert("aws:username", "ann");
        context.insert("aws:PrincipalArn", "arn:aws:iam::123456789012:role/r");
        ArnPattern::parse(pattern, true).matches(arn, split_arn(arn).as_ref(), &context)
    }

    #[test]
    fn parts_are_matched_one_by_one() {
        use Match::{No, Unresolved, Yes};
        for (pattern, arn, expected) in [
            ("*", "*", Yes),
            ("*", "arn:aws:s3:::b", Yes),
            ("arn:aws:s3:::*", "*", No),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", Yes),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::c/x", No),
            ("arn:aws:s3:::B", "arn:aws:s3:::b", No),
            ("arn:aws:iam::*:user/a", "arn:aws:iam::1:user/a", Yes),
            ("arn:aws:iam::*:user/a", "arn:aws:iam::1:x:user/a", No),
            ("arn:aws:*:user/a", "arn:aws:iam::1:user/a", No),
            ("arn:aws:sns:*", "arn:aws:sns:us-east-1:1:t", Yes),
            ("arn:aws:sns", "arn:aws:sns:us-east-1:1:t", Yes),
            ("arn:aws:iam::1:user/${aws:username}", "arn:aws:iam::1:user/ann", Yes),
            ("arn:aws:iam::1:user/${aws:userid}", "arn:aws:iam::1:user/ann", Unresolved),
            ("arn:aws:iam::2:user/${aws:userid}", "arn:aws:iam::1:user/ann", No),
            ("arn:aws:iam::1:user/${aws:userid, 'a:b'}", "arn:aws:iam::1:user/a:b", Yes),
            ("${aws:PrincipalArn}", "arn:aws:iam::123456789012:role/r", Yes),
            ("${aws:PrincipalArn}", "arn:aws:iam::123456789012:role/s", No),
            ("bucket", "arn:aws:s3:::bucket", No),
            ("bucket", "bucket", Yes),
            ("arn", "arn:aws:s3:::bucket", No),
            ("?rn", "arn:aws:s3:::bucket", No),
            ("*n", "arn:aws:s3:::bucket", No),
            ("arn:*", "arn:aws:s3:::bucket", Yes),
            ("arn:aws:s3:::?ucket", "arn:aws:s3:::bucket", Yes),
            ("arn:aws:iam::1234????9012:user/a", "arn:aws:iam::123456789012:user/a", Yes),
            ("arn:aws*:s3:::b", "arn:aws-cn:s3:::b", Yes),
            ("arn:aws:s3:::*", "arn:aws:s3:us-east-1:1:accesspoint/a", No),
            ("arn:aws:s3:::b", "arn:aws:s3:::b/", No),
            ("ARN:aws:s3:::b", "arn:aws:s3:::b", No),
        ] {
            assert_eq!(matches(pattern, arn), expected, "{pattern} against {arn}");
        }
    }

    #[test]
    fn colons_of_variables_do_not_cut() {
        assert_eq!(
            split_pattern("arn:${aws:Partition}:iam::1:user/${aws:username}", true),
            ["arn", "${aws:Partition}", "iam", "", "1", "user/${aws:username}"]
        );
        assert_eq!(split_pattern("arn:${aws:Partition}", false), ["arn", "${aws", "Partition}"]);
    }

    proptest! {
        #[test]
        fn an_arn_matches_itself_and_cutting_loses_nothing(arn in "arn(:[a-z0-9/-]{0,6}){5}(:[a-z]{0,3}){0,2}") {
            prop_assert_eq!(matches(&arn, &arn), Match::Yes);
            prop_assert_eq!(split_pattern(&arn, true).join(":"), arn);
        }

        #[test]
        fn any_text_parses(pattern in "\\PC{0,30}", text in "\\PC{0,30}") {
            prop_assert_eq!(split_pattern(&pattern, true).join(":"), pattern.clone());
            let _ = matches(&pattern, &text);
        }
    }
}
