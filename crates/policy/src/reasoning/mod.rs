//! Exact questions about policies: does one allow more than another, does it grant this, is it open to the public?
//!
//! A question is put about the policies of one layer: what they allow is the union of their Allow statements without
//! the union of their Deny statements. It is decided over all requests at once. A request has an action, a resource, a
//! value for each condition key and, where policies have a Principal element, a principal: these are the axes of a
//! space. On each axis the policies can tell only finitely many values apart. One of each sort is found: by running
//! patterns side by side as an automaton, by taking a number between each two bounds, and so on; what it means for each
//! element of a policy, the evaluator's own comparisons say. Every statement then is a product of finite sets, and
//! whether one union of products lies in another is a matter of splitting and looking.
//!
//! What requests there are:
//! - Actions are the known ones, where their names are given, otherwise every `service:name`; those that no policy
//!   controls (`sts:GetCallerIdentity`) are left out.
//! - Resources are `*` and the ARNs that begin with `arn:aws` and have a service and a resource. Actions and resources
//!   are independent: a witness may pair an action with a resource of another service.
//! - A condition key is absent or has any text as its value. Where some condition compares it with `ForAllValues` or
//!   `ForAnyValue` it may also have a list of any length. Keys are independent of each other; of the principal they
//!   are not, where policies name principals.
//! - Principals are all those that the policies name, in every way the names go together, and others; but no
//!   service-linked roles, which control policies do not limit.
//!
//! Policy variables stand for values that only a request has. A pattern with variables is taken as one that may match
//! or not: the same pattern in two policies does the same. What is proven so is proven. If the proof fails, values for
//! the variables are tried; if no counterexample comes of it, the answer is [`Answer::Unknown`] and names the places.
//! The same is done for keys that are compared both as text and as something else.

mod access;
mod answer;
mod ask;
mod automaton;
mod axis;
mod bits;
mod budget;
mod doubt;
mod region;
mod representative;
#[cfg(any(test, feature = "sample"))]
mod sample;
mod space;
mod stranger;
mod word;

pub use access::{Access, AccessError};
pub use answer::{Answer, Equivalence, Obstacle, Place, Reason, Witness};
#[cfg(any(test, feature = "sample"))]
pub use sample::{Language, ReasoningSample};

use crate::evaluate::policies::Source;
use crate::language::policy::PolicyKind;
use crate::language::statement::Effect;
use crate::reasoning::ask::{Question, allows};
use crate::reasoning::axis::Row;
use crate::reasoning::axis::principal::Names;
use crate::reasoning::budget::Budget;
use crate::reasoning::space::Counterexample;
use crate::reasoning::stranger::Stranger;

/// What questions may cost unless said otherwise.
const DEFAULT_STEPS: u64 = 50_000_000;

/// Answers questions about policies of one layer.
#[derive(Clone, Debug)]
pub struct Reasoning {
    known_actions: Option<Vec<String>>,
    steps: u64,
}

impl Default for Reasoning {
    fn default() -> Self {
        Self { known_actions: None, steps: DEFAULT_STEPS }
    }
}

impl Reasoning {
    /// Takes every text of the form `service:name` for an action.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes only these for actions: two patterns that match the same ones are then the same, and witnesses name real
    /// actions. Without any name nothing changes.
    #[must_use]
    pub fn with_actions(self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let names: Vec<String> = names.into_iter().map(Into::into).collect();
        Self { known_actions: (!names.is_empty()).then_some(names), ..self }
    }

    /// Bounds the work of one question; a step is a few machine operations. Beyond it the answer is unknown.
    #[must_use]
    pub fn with_steps(self, steps: u64) -> Self {
        Self { steps, ..self }
    }

    /// Whether `new` allows nothing that `existing` does not allow: `CheckNoNewAccess`.
    pub fn no_more_permissive(&self, new: &[Source], existing: &[Source]) -> Answer {
        if kinds_differ(&[new, existing]) {
            return Answer::unknown(Obstacle::KindsDiffer);
        }
        let mut table = Table::default();
        let everything = [new, existing].into_iter().flatten().any(is_resource_control);
        let (new_allows, new_denies) = table.add(new, everything);
        let (allows_before, denies_before) = table.add(existing, everything);
        let counterexamples = vec![
            // Allowed now, and denied before or not allowed before.
            Counterexample { each: vec![new_allows.clone(), denies_before], none: new_denies.clone() },
            Counterexample { each: vec![new_allows], none: [new_denies, allows_before].concat() },
        ];
        self.ask(table, counterexamples, true, &|witness| {
            allows(new, everything, witness) && !allows(existing, everything, witness)
        })
    }

    /// Whether two sets of policies allow the same.
    pub fn equivalent(&self, first: &[Source], second: &[Source]) -> Equivalence {
        Equivalence {
            first_in_second: self.no_more_permissive(first, second),
            second_in_first: self.no_more_permissive(second, first),
        }
    }

    /// Whether the policies grant none of the accesses, not even in part: `CheckAccessNotGranted`.
    pub fn grants_none_of(&self, policies: &[Source], accesses: &[Access]) -> Answer {
        if kinds_differ(&[policies]) {
            return Answer::unknown(Obstacle::KindsDiffer);
        }
        let mut table = Table::default();
        let everything = policies.iter().any(is_resource_control);
        let (granted, denied) = table.add(policies, everything);
        let accesses: Vec<(usize, &Access)> =
            accesses.iter().map(|access| (table.push(Row::Access(access), None), access)).collect();
        let asked = accesses.iter().map(|(row, _)| *row).collect();
        let counterexamples = vec![Counterexample { each: vec![asked, granted], none: denied }];
        let answer = self.ask(table, counterexamples, true, &|witness| allows(policies, everything, witness));
        match answer {
            Answer::No(mut witness) => {
                let spelled = accesses.iter().find_map(|(_, access)| access.spelling(&witness.action));
                if let Some(spelled) = spelled.filter(|_| self.known_actions.is_none()) {
                    spelled.clone_into(&mut witness.action);
                }
                Answer::No(witness)
            }
            other => other,
        }
    }

    /// Whether the policies grant nothing to the public: `CheckNoPublicAccess`. The public is who is not signed in and
    /// who belongs to an account that the policies do not name. Keys that tell who somebody is or where a request
    /// comes from (`aws:PrincipalOrgID`, `aws:SourceArn`, `aws:SourceVpc` and the like) then have no value that the policies name,
    /// and `aws:SourceIp` is an address outside all blocks of at most a 256th of the IPv4 addresses (/8) or the same
    /// size for IPv6 as a provider has (/32). All other keys, tags among them, anyone can have as they like. Policies
    /// without a Principal element grant nothing by themselves.
    pub fn grants_nothing_public(&self, policies: &[Source]) -> Answer {
        if kinds_differ(&[policies]) {
            return Answer::unknown(Obstacle::KindsDiffer);
        }
        if !policies.iter().any(|source| source.policy.kind().has_principal()) {
            return Answer::Yes;
        }
        let mut table = Table::default();
        let everything = policies.iter().any(is_resource_control);
        let (granted, denied) = table.add(policies, everything);
        let stranger = Stranger::new(stranger::unknown_account(&table.rows, &Names::of(&table.rows)));
        let row = table.push(Row::Stranger(&stranger), None);
        let counterexamples = vec![Counterexample { each: vec![vec![row], granted], none: denied }];
        self.ask(table, counterexamples, false, &|witness| allows(policies, everything, witness))
    }

    fn ask<'a>(
        &'a self,
        table: Table<'a>,
        counterexamples: Vec<Counterexample>,
        bind_principal_keys: bool,
        refutes: &'a dyn Fn(&Witness) -> bool,
    ) -> Answer {
        let has_principal = table
            .rows
            .iter()
            .any(|row| row.statement().is_some_and(|statement| statement.principal().is_some()));
        let question = Question {
            rows: table.rows,
            sources: table.sources,
            counterexamples,
            refutes,
            known_actions: self.known_actions.as_deref(),
            bind_principal_keys: bind_principal_keys && has_principal,
        };
        question.answer(&mut Budget::new(self.steps))
    }
}

/// The rows of a question.
#[derive(Default)]
struct Table<'a> {
    rows: Vec<Row<'a>>,
    sources: Vec<Option<&'a Source>>,
}

impl<'a> Table<'a> {
    fn push(&mut self, row: Row<'a>, source: Option<&'a Source>) -> usize {
        self.rows.push(row);
        self.sources.push(source);
        self.rows.len() - 1
    }

    /// Adds all statements; returns the rows that allow and those that deny. `everything` adds the one that allows what
    /// resource control policies do not deny.
    fn add(&mut self, policies: &'a [Source], everything: bool) -> (Vec<usize>, Vec<usize>) {
        let (mut allows, mut denies) = (Vec::new(), Vec::new());
        if everything {
            allows.push(self.push(Row::Everything, None));
        }
        for source in policies {
            for statement in source.policy.statements() {
                let row = self.push(Row::Statement(statement), Some(source));
                match statement.effect() {
                    Effect::Allow => allows.push(row),
                    Effect::Deny => denies.push(row),
                }
            }
        }
        (allows, denies)
    }
}

fn is_resource_control(source: &Source) -> bool {
    source.policy.kind() == PolicyKind::ResourceControl
}

fn kinds_differ(sets: &[&[Source]]) -> bool {
    let mut shapes = sets
        .iter()
        .flat_map(|set| set.iter())
        .map(|source| (source.policy.kind().has_principal(), is_resource_control(source)));
    let first = shapes.next();
    shapes.any(|shape| Some(shape) != first)
}

#[cfg(test)]
mod tests;
