//! One statement: what it says, and whether it speaks of a request.

use crate::language::arn_pattern::{ArnParts, ArnPattern, split_arn};
use crate::language::condition::Condition;
use crate::language::document::{Listed, StatementParts};
use crate::language::glob::Glob;
use crate::language::position::Span;
use crate::language::principal_pattern::{Naming, PrincipalElement};
use crate::language::truth::{Match, Truth};
use crate::request::Request;
use crate::request::context::Context;
use crate::request::principal::Principal;

/// What a statement does to the requests it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Allows them, unless something denies.
    Allow,
    /// Denies them whatever allows.
    Deny,
}

/// One statement of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    index: usize,
    sid: Option<Box<str>>,
    effect: Effect,
    span: Span,
    /// None where the kind of policy has no Principal element.
    principal: Option<PrincipalElement>,
    actions: Actions,
    /// None in trust policies, and in resource policies that leave the element out.
    resources: Option<Resources>,
    conditions: Box<[Condition]>,
}

/// Action or NotAction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Actions {
    pub(crate) negated: bool,
    /// In lower case.
    pub(crate) patterns: Box<[Glob]>,
    /// The patterns as the document has them.
    pub(crate) written: Box<[Box<str>]>,
}

/// Resource or NotResource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resources {
    pub(crate) negated: bool,
    pub(crate) patterns: Box<[ArnPattern]>,
    /// The patterns as the document has them.
    pub(crate) written: Box<[Box<str>]>,
}

/// A request in the form that statements match against, made once.
pub(crate) struct Target<'a> {
    request: &'a Request<'a>,
    lower_action: String,
    arn: Option<ArnParts<'a>>,
}

impl<'a> Target<'a> {
    pub(crate) fn new(request: &'a Request<'a>) -> Self {
        Self { request, lower_action: request.action.to_lowercase(), arn: split_arn(request.resource) }
    }

    pub(crate) fn principal(&self) -> &'a Principal {
        self.request.principal
    }

    pub(crate) fn lower_action(&self) -> &str {
        &self.lower_action
    }

    pub(crate) fn resource(&self) -> &'a str {
        self.request.resource
    }

    /// The resource cut into the parts of an ARN, if it is one.
    pub(crate) fn arn(&self) -> Option<&ArnParts<'a>> {
        self.arn.as_ref()
    }

    pub(crate) fn context(&self) -> &'a Context {
        self.request.context
    }
}

impl Statement {
    /// Its place in the policy, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    /// The statement id, if it has one.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_deref()
    }

    /// Allow or Deny.
    pub fn effect(&self) -> Effect {
        self.effect
    }

    /// Where the statement stands in the submitted text, braces included.
    pub fn span(&self) -> Span {
        self.span
    }

    pub(crate) fn new(
        index: usize,
        parts: &StatementParts<'_>,
        principal: Option<PrincipalElement>,
        span: Span,
        variables: bool,
    ) -> Self {
        let actions = parts.actions.as_ref();
        Self {
            index,
            sid: parts.sid.filter(|sid| !sid.is_empty()).map(Into::into),
            effect: if parts.effect.text.eq_ignore_ascii_case("Allow") {
                Effect::Allow
            } else {
                Effect::Deny
            },
            span,
            principal,
            actions: Actions::new(actions),
            resources: parts.resources.as_ref().map(|listed| Resources::new(listed, variables)),
            conditions: parts.conditions.as_slice().into(),
        }
    }

    pub(crate) fn principal(&self) -> Option<&PrincipalElement> {
        self.principal.as_ref()
    }

    pub(crate) fn actions(&self) -> &Actions {
        &self.actions
    }

    pub(crate) fn resources(&self) -> Option<&Resources> {
        self.resources.as_ref()
    }

    pub(crate) fn conditions(&self) -> &[Condition] {
        &self.conditions
    }

    /// How the statement names the principal if it applies to the request, with the doubt resolved against the
    /// request: an Allow must surely match, a Deny must only possibly match. `bounded`: the principal has a permissions
    /// boundary.
    pub(crate) fn applies(&self, target: &Target<'_>, bounded: bool) -> Option<Naming> {
        let allow = self.effect == Effect::Allow;
        let naming = match &self.principal {
            Some(principal) => principal.naming(target.principal(), allow, bounded)?,
            None => Naming::Account,
        };
        let truth = self.matches(target);
        let applies = if allow { truth == Truth::True } else { truth != Truth::False };
        applies.then_some(naming)
    }

    fn matches(&self, target: &Target<'_>) -> Truth {
        Truth::from(self.actions.match_action(&target.lower_action))
            .and(|| self.resources.as_ref().map_or(Truth::True, |resources| resources.match_resource(target)))
            .and(|| {
                Truth::all(self.conditions.iter().map(|condition| condition.holds(target.request.context)))
            })
    }
}

impl Actions {
    fn new(listed: Option<&Listed<'_>>) -> Self {
        let patterns = listed.map(|listed| {
            listed.values.iter().map(|value| Glob::parse(&value.text.to_lowercase())).collect()
        });
        Self {
            negated: listed.is_some_and(|listed| listed.negated),
            patterns: patterns.unwrap_or_default(),
            written: listed.map(written).unwrap_or_default(),
        }
    }

    pub(crate) fn match_action(&self, lower_action: &str) -> bool {
        self.patterns.iter().any(|pattern| pattern.matches(lower_action)) != self.negated
    }
}

impl Resources {
    fn new(listed: &Listed<'_>, variables: bool) -> Self {
        let patterns = listed.values.iter().map(|value| ArnPattern::parse(value.text, variables)).collect();
        Self { negated: listed.negated, patterns, written: written(listed) }
    }

    pub(crate) fn match_resource(&self, target: &Target<'_>) -> Truth {
        let matches = self.matches(target);
        if self.negated { Match::none_of(matches) } else { Match::one_of(matches) }
    }

    /// How each of the patterns compares with the resource.
    pub(crate) fn matches(&self, target: &Target<'_>) -> impl Iterator<Item = Match> {
        let request = target.request;
        let arn = target.arn.as_ref();
        self.patterns.iter().map(move |pattern| pattern.matches(request.resource, arn, request.context))
    }
}

fn written(listed: &Listed<'_>) -> Box<[Box<str>]> {
    listed.values.iter().map(|value| value.text.into()).collect()
}
