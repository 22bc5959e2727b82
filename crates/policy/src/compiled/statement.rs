//! A statement in the form that decides.

use crate::compiled::arn::ArnMatcher;
use crate::compiled::condition::ConditionMatcher;
use crate::compiled::text::GlobMatcher;
use crate::language::glob::{Glob, Shape};
use crate::language::principal_pattern::{Naming, PrincipalElement};
use crate::language::statement::{Actions, Effect, Resources, Statement, Target};
use crate::language::truth::{Match, Truth};

/// A statement without what only explanations need.
#[derive(Debug)]
pub(crate) struct CompiledStatement {
    pub(super) effect: Effect,
    /// Boxed, since only policies of resources have it.
    principal: Option<Box<PrincipalElement>>,
    action: ActionMatcher,
    resource: ResourceMatcher,
    conditions: Box<[ConditionMatcher]>,
}

/// What is left to compare of an action once the index has found the statement by plain names.
#[derive(Debug)]
enum ActionMatcher {
    Any,
    Patterns { negated: bool, patterns: Box<[GlobMatcher]> },
}

#[derive(Debug)]
enum ResourceMatcher {
    Any,
    Patterns { negated: bool, patterns: Box<[ArnMatcher]> },
}

impl CompiledStatement {
    pub(super) fn new(statement: &Statement) -> Self {
        Self {
            effect: statement.effect(),
            principal: statement.principal().cloned().map(Box::new),
            action: ActionMatcher::new(statement.actions()),
            resource: statement.resources().map_or(ResourceMatcher::Any, ResourceMatcher::new),
            conditions: statement.conditions().iter().map(ConditionMatcher::new).collect(),
        }
    }

    /// How the statement names the principal if it applies; `by_pattern` when the action is not known to match yet,
    /// `bounded` when the principal has a permissions boundary.
    #[inline]
    pub(super) fn applies(&self, target: &Target<'_>, by_pattern: bool, bounded: bool) -> Option<Naming> {
        if by_pattern && !self.action.matches(target.lower_action()) {
            return None;
        }
        let allow = self.effect == Effect::Allow;
        let naming = match &self.principal {
            Some(principal) => principal.naming(target.principal(), allow, bounded)?,
            None => Naming::Account,
        };
        let mut truth = self.resource.matches(target);
        for condition in &self.conditions {
            if truth == Truth::False {
                return None;
            }
            truth = truth.and(|| condition.holds(target.context()));
        }
        let applies = if allow { truth == Truth::True } else { truth != Truth::False };
        applies.then_some(naming)
    }
}

impl ActionMatcher {
    fn new(actions: &Actions) -> Self {
        if !actions.negated && actions.patterns.iter().any(Glob::matches_all) {
            return Self::Any;
        }
        // Plain names are found by the index, unless they are exceptions.
        let kept = actions
            .patterns
            .iter()
            .filter(|pattern| actions.negated || !matches!(pattern.shape(), Shape::Exact(_)));
        Self::Patterns { negated: actions.negated, patterns: kept.map(GlobMatcher::new).collect() }
    }

    fn matches(&self, lower_action: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Patterns { negated, patterns } => {
                patterns.iter().any(|pattern| pattern.matches(lower_action)) != *negated
            }
        }
    }
}

impl ResourceMatcher {
    fn new(resources: &Resources) -> Self {
        let patterns: Box<[_]> = resources.patterns.iter().map(ArnMatcher::new).collect();
        let any = patterns.iter().any(|pattern| matches!(pattern, ArnMatcher::Any));
        if any && !resources.negated {
            return Self::Any;
        }
        Self::Patterns { negated: resources.negated, patterns }
    }

    #[inline]
    fn matches(&self, target: &Target<'_>) -> Truth {
        let Self::Patterns { negated, patterns } = self else { return Truth::True };
        let mut unresolved = false;
        for pattern in patterns {
            match pattern.matches(target.resource(), target.arn(), target.context()) {
                Match::Yes => return (!negated).into(),
                Match::Unresolved => unresolved = true,
                Match::No | Match::Malformed => {}
            }
        }
        // An exception of nothing says nothing.
        let open = unresolved || patterns.is_empty();
        if open && *negated { Truth::Unknown } else { (*negated).into() }
    }
}
