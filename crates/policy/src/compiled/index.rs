//! Which statements can speak of an action: found by its name, by its service, or for every action.

use std::collections::BTreeMap;

use hashbrown::HashTable;

use crate::language::glob::Shape;
use crate::language::statement::{Actions, Effect};
use crate::request::key::hash;

/// Numbers of statements by action.
#[derive(Debug, Default)]
pub(super) struct ActionIndex {
    /// By the whole name: these match.
    actions: HashTable<Entry>,
    /// By the service that all of a pattern's matches begin with: the pattern is still to be compared.
    services: HashTable<Entry>,
    /// Patterns that may match any service, and exceptions.
    everywhere: Candidates,
    statements: Box<[u32]>,
}

#[derive(Debug)]
struct Entry {
    name: Box<str>,
    candidates: Candidates,
}

/// A stretch of statement numbers, those that deny first.
#[derive(Clone, Copy, Debug, Default)]
struct Candidates {
    start: u32,
    allows: u32,
    end: u32,
}

/// An action to look up: its name in lower case, and where its service ends.
pub(super) struct ActionName<'a> {
    pub(super) name: &'a str,
    pub(super) hash: u64,
    pub(super) service: &'a str,
    pub(super) service_hash: u64,
}

/// Numbers of statements that may speak of an action.
#[derive(Clone, Copy, Default)]
pub(super) struct Found<'a> {
    pub(super) denies: &'a [u32],
    pub(super) allows: &'a [u32],
}

impl ActionIndex {
    /// Indexes statements by the actions they name; their numbers are their places in the sequence.
    pub(super) fn new<'s>(statements: impl Iterator<Item = (Effect, &'s Actions)>) -> Self {
        let mut builder = Builder::default();
        for (number, (effect, actions)) in statements.enumerate() {
            let Ok(number) = u32::try_from(number) else { break };
            builder.add(number, effect, actions);
        }
        builder.build()
    }

    /// The statements that may speak of an action, and whether their patterns are still to be compared.
    #[inline]
    pub(super) fn find(&self, action: &ActionName<'_>) -> [(Found<'_>, bool); 3] {
        [
            (self.look_up(&self.actions, action.hash, action.name), false),
            (self.look_up(&self.services, action.service_hash, action.service), true),
            (self.found(self.everywhere), true),
        ]
    }

    #[inline]
    fn look_up(&self, table: &HashTable<Entry>, hash: u64, name: &str) -> Found<'_> {
        if table.is_empty() {
            return Found::default();
        }
        let entry = table.find(hash, |entry| *entry.name == *name);
        self.found(entry.map(|entry| entry.candidates).unwrap_or_default())
    }

    #[inline]
    fn found(&self, candidates: Candidates) -> Found<'_> {
        Found {
            denies: self.stretch(candidates.start, candidates.allows),
            allows: self.stretch(candidates.allows, candidates.end),
        }
    }

    #[inline]
    fn stretch(&self, start: u32, end: u32) -> &[u32] {
        self.statements.get(start as usize..end as usize).unwrap_or_default()
    }

    /// Bytes on the heap; short texts lie in blocks of sixteen bytes.
    pub(super) fn heap_size(&self) -> usize {
        let text = |entry: &Entry| entry.name.len().next_multiple_of(16);
        let table =
            |table: &HashTable<Entry>| table.allocation_size() + table.iter().map(text).sum::<usize>();
        table(&self.actions) + table(&self.services) + size_of_val(&*self.statements)
    }
}

#[derive(Default)]
struct Builder<'s> {
    actions: BTreeMap<&'s str, Numbers>,
    services: BTreeMap<&'s str, Numbers>,
    everywhere: Numbers,
    flat: Vec<u32>,
}

#[derive(Default)]
struct Numbers {
    denies: Vec<u32>,
    allows: Vec<u32>,
}

impl<'s> Builder<'s> {
    fn add(&mut self, number: u32, effect: Effect, actions: &'s Actions) {
        if actions.negated {
            self.everywhere.add(number, effect);
            return;
        }
        for pattern in &actions.patterns {
            match (pattern.shape(), pattern.literal_start().split_once(':')) {
                (Shape::Exact(name), _) => self.actions.entry(name).or_default().add(number, effect),
                (_, Some((service, _))) => self.services.entry(service).or_default().add(number, effect),
                (_, None) => self.everywhere.add(number, effect),
            }
        }
    }

    fn build(mut self) -> ActionIndex {
        let (actions, services) = (std::mem::take(&mut self.actions), std::mem::take(&mut self.services));
        let actions = self.table(actions);
        let services = self.table(services);
        let everywhere = std::mem::take(&mut self.everywhere);
        let everywhere = self.flatten(everywhere);
        ActionIndex { actions, services, everywhere, statements: self.flat.into() }
    }

    fn table(&mut self, names: BTreeMap<&str, Numbers>) -> HashTable<Entry> {
        let mut table = HashTable::with_capacity(names.len());
        for (name, numbers) in names {
            let entry = Entry { name: name.into(), candidates: self.flatten(numbers) };
            table.insert_unique(hash(name), entry, |entry| hash(&entry.name));
        }
        table
    }

    fn flatten(&mut self, numbers: Numbers) -> Candidates {
        let at = |flat: &[u32]| u32::try_from(flat.len()).unwrap_or(u32::MAX);
        let start = at(&self.flat);
        self.flat.extend(numbers.denies);
        let allows = at(&self.flat);
        self.flat.extend(numbers.allows);
        Candidates { start, allows, end: at(&self.flat) }
    }
}

impl Numbers {
    /// Statements come in order, so that one named twice by the same key is the last already there.
    fn add(&mut self, number: u32, effect: Effect) {
        let numbers = match effect {
            Effect::Allow => &mut self.allows,
            Effect::Deny => &mut self.denies,
        };
        if numbers.last() != Some(&number) {
            numbers.push(number);
        }
    }
}
