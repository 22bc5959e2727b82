//! The way from a question to its answer: prove it over all requests, else refute it with one.

use crate::evaluate::decision::{Layer, Outcome};
use crate::evaluate::evaluate;
use crate::evaluate::policies::{Policies, Source};
use crate::language::condition::{Condition, Test};
use crate::language::statement::Statement;
use crate::language::variable::{Part, Template};
use crate::reasoning::answer::{Answer, Obstacle, Place, Reason, Witness, operator_name};
use crate::reasoning::axis::{Axis, Fixed, Row, View, action};
use crate::reasoning::budget::{Budget, TooComplex};
use crate::reasoning::space::{Counterexample, Space, principals};
use crate::reasoning::word;
use crate::request::Request;
use crate::request::context::{Context, ContextValue};
use crate::request::key::Key;
use crate::request::principal::Principal;

/// Keys that follow from who asks.
const PRINCIPAL_KEYS: [&str; 7] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principaltype",
    "aws:userid",
    "aws:username",
];
/// The most principals that are tried one by one.
const MAX_TRIED: usize = 100;

/// Chooses values for variables; none leaves the key absent.
type Way<'a> = &'a dyn Fn(&Key) -> Option<String>;

/// A claim about all requests, in the shape of what would refute it.
pub(super) struct Question<'a> {
    pub(super) rows: Vec<Row<'a>>,
    /// For each row that is a statement, the policy it stands in.
    pub(super) sources: Vec<Option<&'a Source>>,
    pub(super) counterexamples: Vec<Counterexample>,
    /// Whether a request refutes the claim, as evaluation sees it.
    pub(super) refutes: &'a dyn Fn(&Witness) -> bool,
    pub(super) known_actions: Option<&'a [String]>,
    /// Whether keys that follow from the principal must do so.
    pub(super) bind_principal_keys: bool,
}

impl Question<'_> {
    pub(super) fn answer(&self, budget: &mut Budget) -> Answer {
        self.try_answer(budget).unwrap_or_else(|TooComplex| Answer::unknown(Obstacle::TooComplex))
    }

    fn try_answer(&self, budget: &mut Budget) -> Result<Answer, TooComplex> {
        let actions = action::axis(&self.rows, self.known_actions, budget)?;
        let space = Space::new(&self.rows, View::Open, actions.clone(), budget)?;
        let Some(point) = self.find(&space, budget)? else {
            let accesses = self.rows.iter().enumerate().filter(|(_, row)| matches!(row, Row::Access(_)));
            let empty = accesses.enumerate().find(|(_, (row, _))| space.is_empty(*row));
            // Nothing was proven about an access that no request can be.
            return Ok(
                empty.map_or(Answer::Yes, |(number, _)| Answer::unknown(Obstacle::EmptyAccess { number }))
            );
        };
        let Some(found) = space.witness(&point) else { return Ok(Answer::unknown(Obstacle::Unconfirmed)) };
        let bound = self.bound_keys(&space);
        if !space.in_doubt && bound.is_empty() {
            return Ok(if (self.refutes)(&found) {
                Answer::No(Box::new(found))
            } else {
                Answer::unknown(Obstacle::Unconfirmed)
            });
        }
        Ok(match self.refute(&space, &actions, &found, &bound, budget) {
            Ok(Some(witness)) => Answer::No(Box::new(witness)),
            Ok(None) => Answer::Unknown { reasons: self.reasons(&bound, false) },
            Err(TooComplex) => Answer::Unknown { reasons: self.reasons(&bound, true) },
        })
    }

    fn find(&self, space: &Space, budget: &mut Budget) -> Result<Option<Vec<usize>>, TooComplex> {
        for counterexample in &self.counterexamples {
            if let Some(point) = space.find(counterexample, budget)? {
                return Ok(Some(point));
            }
        }
        Ok(None)
    }

    /// Looks for a counterexample among requests in which what is in doubt has one value: first those that the point
    /// found suggests.
    fn refute(
        &self,
        space: &Space,
        actions: &Axis<String>,
        found: &Witness,
        bound: &[Key],
        budget: &mut Budget,
    ) -> Result<Option<Witness>, TooComplex> {
        let mut variables: Vec<Key> = Vec::new();
        for key in self.templates().flat_map(keys) {
            budget.spend(variables.len())?;
            if !variables.contains(key) {
                variables.push(key.clone());
            }
        }
        let asked: Vec<Key> = space.keys().cloned().collect();
        let suggested = |key: &Key| match found.context.get(key.as_str()) {
            Some(ContextValue::One(value)) => Some(value.clone()),
            Some(ContextValue::Many(_)) => None,
            None if asked.contains(key) => None,
            None => Some(plain_value(key)),
        };
        let present = |key: &Key| suggested(key).or_else(|| Some(plain_value(key)));
        let absent = |_: &Key| None;
        let mut ways: Vec<Way<'_>> = vec![&suggested];
        if !variables.is_empty() {
            ways.extend([&present as Way<'_>, &absent]);
        }

        let candidates: Vec<Option<Principal>> = if bound.is_empty() {
            vec![None]
        } else {
            let named: Vec<&str> =
                space.texts("aws:principalaccount").chain(space.texts("aws:principalarn")).collect();
            let all = principals(&self.rows, &named, budget)?;
            found.principal.iter().cloned().chain(all).take(MAX_TRIED).map(Some).collect()
        };
        for principal in candidates {
            for way in &ways {
                let mut context = Context::new();
                for key in &variables {
                    if let Some(value) = way(key) {
                        context.insert(key.as_str(), value);
                    }
                }
                let mut keys = variables.clone();
                if let Some(principal) = &principal {
                    let mut own = Context::new();
                    own.insert_principal(principal);
                    for key in bound {
                        context.remove(key.as_str());
                        if let Some(value) = own.get(key.as_str()) {
                            context.insert(key.as_str(), value.clone());
                        }
                    }
                    keys.extend(bound.iter().cloned());
                }
                let fixed = Fixed { keys, context, principal: principal.clone() };
                let space = Space::new(&self.rows, View::Fixed(&fixed), actions.clone(), budget)?;
                let Some(mut witness) = self.find(&space, budget)?.and_then(|point| space.witness(&point))
                else {
                    continue;
                };
                for (key, value) in fixed.context.iter() {
                    witness.context.insert(key, value.clone());
                }
                if (self.refutes)(&witness) {
                    return Ok(Some(witness));
                }
            }
        }
        Ok(None)
    }

    /// The keys in question that follow from who asks, where policies say who may.
    fn bound_keys(&self, space: &Space) -> Vec<Key> {
        if !self.bind_principal_keys {
            return Vec::new();
        }
        let variables = self.templates().flat_map(keys);
        let mut bound: Vec<Key> = Vec::new();
        for key in space.keys().chain(variables) {
            if PRINCIPAL_KEYS.contains(&key.as_str()) && !bound.contains(key) {
                bound.push(key.clone());
            }
        }
        bound
    }

    /// All templates with variables.
    fn templates(&self) -> impl Iterator<Item = &Template> {
        self.rows.iter().filter_map(|row| row.statement()).flat_map(|statement| {
            let resources = statement.resources().into_iter().flat_map(|resources| &resources.patterns);
            let conditions = statement.conditions().iter();
            let of_conditions = conditions.flat_map(|condition| templates_of_test(condition.test()));
            resources.flat_map(word::templates_of_arn).chain(of_conditions)
        })
    }

    /// All that may stand in the way.
    fn reasons(&self, bound: &[Key], too_complex: bool) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if too_complex {
            reasons.push(Reason { place: None, obstacle: Obstacle::TooComplex });
        }
        for (row, source) in self.rows.iter().zip(&self.sources) {
            let (Some(statement), Some(source)) = (row.statement(), source) else { continue };
            let mut add = |obstacle| {
                reasons.push(Reason { place: Some(Place::new(source, statement)), obstacle });
            };
            let resources = statement.resources().into_iter().flat_map(|resources| &resources.patterns);
            if resources.flat_map(word::templates_of_arn).next().is_some() {
                add(Obstacle::Variable { element: "Resource".to_owned() });
            }
            for condition in statement.conditions() {
                let name = || condition_name(condition);
                if templates_of_test(condition.test()).next().is_some() {
                    add(Obstacle::Variable { element: name() });
                } else if self.is_mixed(condition.key(), condition.test()) {
                    add(Obstacle::MixedTypes { condition: name() });
                }
                if bound.contains(condition.key()) {
                    add(Obstacle::PrincipalKey { key: condition.key().as_str().to_owned() });
                }
            }
        }
        if reasons.is_empty() {
            self.add_values(&mut reasons);
        }
        reasons
    }

    /// What stands in the way when neither variables nor types do.
    fn add_values(&self, reasons: &mut Vec<Reason>) {
        for (row, source) in self.rows.iter().zip(&self.sources) {
            let (Some(statement), Some(source)) = (row.statement(), source) else { continue };
            let conditions = statement.conditions().iter();
            let suspect =
                |condition: &&Condition| matches!(condition.test(), Test::Date(..) | Test::IgnoreCase(_));
            reasons.extend(conditions.filter(suspect).map(|condition| Reason {
                place: Some(Place::new(source, statement)),
                obstacle: Obstacle::Value { condition: condition_name(condition) },
            }));
        }
    }

    /// Whether others compare the key as another type.
    fn is_mixed(&self, key: &Key, test: &Test) -> bool {
        let is_text =
            |test: &Test| matches!(test, Test::Arn(_) | Test::Bool(_) | Test::IgnoreCase(_) | Test::Text(_));
        let differs = |other: &Test| {
            !matches!(other, Test::Null(_))
                && std::mem::discriminant(test) != std::mem::discriminant(other)
                && !(is_text(test) && is_text(other))
        };
        let statements = self.rows.iter().filter_map(|row| row.statement());
        !matches!(test, Test::Null(_))
            && statements
                .flat_map(Statement::conditions)
                .any(|condition| condition.key() == key && differs(condition.test()))
    }
}

fn condition_name(condition: &Condition) -> String {
    format!("{} {}", operator_name(condition.operator()), condition.key().as_str())
}

fn templates_of_test(test: &Test) -> Box<dyn Iterator<Item = &Template> + '_> {
    match test {
        Test::Arn(patterns) => Box::new(patterns.iter().flat_map(word::templates_of_arn)),
        Test::IgnoreCase(templates) => Box::new(templates.iter().filter(|template| template.has_variables())),
        Test::Text(patterns) => Box::new(patterns.iter().filter_map(word::template)),
        _ => Box::new(std::iter::empty()),
    }
}

/// The keys of a template's variables.
fn keys(template: &Template) -> impl Iterator<Item = &Key> {
    template.parts().iter().filter_map(|part| match part {
        Part::Variable { key, .. } => Some(key),
        Part::Many | Part::One | Part::Text(_) => None,
    })
}

/// A value for a variable about which nothing else is known: another for each key.
fn plain_value(key: &Key) -> String {
    let name = key.as_str().rsplit([':', '/']).next().unwrap_or_default();
    if name.ends_with("arn") {
        format!("arn:aws:iam::123456789012:role/some-{name}")
    } else {
        format!("some-{name}")
    }
}

/// Whether policies of one layer allow a request, by the word of [`evaluate`] alone. They are put where a layer allows
/// or denies by itself, whatever the others say. `unless_denied` tells that the layer allows what it does not deny.
pub(super) fn allows(policies: &[Source], unless_denied: bool, witness: &Witness) -> bool {
    let anyone =
        || Principal::user("123456789012", "arn:aws:iam::123456789012:user/anyone", "AIDAEXAMPLEEXAMPLE");
    let principal = witness.principal.clone().unwrap_or_else(anyone);
    let request = Request {
        principal: &principal,
        action: &witness.action,
        resource: &witness.resource,
        resource_account: None,
        context: &witness.context,
    };
    let decision = evaluate(&request, &Policies { endpoint: Some(policies), ..Policies::default() });
    if unless_denied {
        decision.outcome != Outcome::ExplicitDeny
    } else {
        !decision.blocked_by.contains(&Layer::Endpoint)
    }
}
