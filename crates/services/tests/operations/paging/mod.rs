//! Lists of IAM stay whole while things come and go between their pages: what was there all the time is on one page and no
//! other, whether or not the thing that a page ended with is still there.

mod lists;

use crate::{
    in_words::{Plane, member},
    plane::TestPlane,
};
use lists::LISTS;
use std::collections::BTreeSet;
use wire::{Kind, Node};

/// What takes a marker and holds nothing that comes and goes.
const OTHERS: [&str; 5] = [
    // All services there are.
    "GetOrganizationsAccessReport",
    // One alias at most.
    "ListAccountAliases",
    // One page, whatever there is.
    "ListPoliciesGrantingServiceAccess",
    // What the request names, in its order.
    "SimulateCustomPolicy",
    "SimulatePrincipalPolicy",
];
/// Things of a list, where no quota allows fewer.
const MANY: usize = 8;

/// A list, and how things come into it and go. `NAME` is what each thing is called.
struct List {
    operation: &'static str,
    /// The words of the call that lists.
    words: &'static str,
    /// The member of the answer that holds the list.
    items: &'static str,
    /// The member of each thing that tells it from the others; empty where it is the thing.
    key: &'static str,
    /// What is there before.
    there: &'static str,
    comes: &'static str,
    /// Empty where nothing goes.
    goes: &'static str,
    /// What the key of a thing is.
    id: &'static str,
    /// How many things there may be.
    most: usize,
    /// What things are called, where it cannot be anything.
    names: &'static [&'static str],
}

/// One that is listed.
struct Thing {
    name: String,
    id: String,
    stays: bool,
}

impl List {
    const fn there(self, there: &'static str) -> Self {
        Self { there, ..self }
    }

    const fn words(self, words: &'static str) -> Self {
        Self { words, ..self }
    }

    const fn called(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    const fn most(self, most: usize) -> Self {
        Self { most, ..self }
    }

    const fn named(self, names: &'static [&'static str]) -> Self {
        Self { names, ..self }
    }

    /// In whatever case, as most lists have their order without it.
    fn name(&self, number: usize) -> String {
        match self.names.get(number) {
            Some(name) => (*name).to_owned(),
            None => {
                format!("{}ame-{:02}", if number.is_multiple_of(3) { 'N' } else { 'n' }, number * 37 % 100)
            }
        }
    }

    async fn come(&self, plane: &Plane, number: usize, stays: bool) -> Thing {
        let name = self.name(number);
        plane.take(&self.comes.replace("NAME", &name)).await;
        let id = plane.filled(&self.id.replace("NAME", &name));
        Thing { name, id, stays }
    }

    /// Reads all pages. Every other thing stays, of the others some go after each page, and as many come.
    async fn walk(&self, size: usize, which_stay: usize) {
        let plane = Plane::after(TestPlane::new().await, self.there).await;
        let mut things = Vec::new();
        let mut made = self.most.min(MANY);
        for number in 0..made {
            things.push(self.come(&plane, number, number % 2 == which_stay).await);
        }
        let (mut seen, mut gone) = (BTreeSet::new(), BTreeSet::new());
        let mut next = String::new();
        loop {
            let page = format!("{} MaxItems={size} {next}", self.words);
            let answer = plane.call(self.operation, &[&page]).await.unwrap();
            let ids = self.ids(&answer);
            assert!(ids.len() <= size, "{}: {} things on a page of {size}", self.operation, ids.len());
            for id in &ids {
                assert!(!gone.contains(id), "{}: {id} is gone", self.operation);
                assert!(seen.insert(id.clone()), "{}: {id} comes twice", self.operation);
            }
            let Some(marker) = member(&answer, "Marker") else { break };
            next = format!("Marker={marker}");

            let last = ids.last().and_then(|id| position(&things, |thing| thing.id == *id));
            let seen_one = last.or_else(|| position(&things, |thing| seen.contains(&thing.id)));
            let one_to_come = |things: &[Thing]| position(things, |thing| !seen.contains(&thing.id));
            let mut going: Vec<usize> = seen_one.into_iter().chain(one_to_come(&things)).collect();
            going.sort_unstable_by(|one, other| other.cmp(one));
            let comes = if self.goes.is_empty() { usize::from(made < 2 * MANY) } else { going.len() };
            for index in going.into_iter().filter(|_| !self.goes.is_empty()) {
                let thing = things.remove(index);
                plane.take(&self.goes.replace("NAME", &thing.name)).await;
                gone.insert(thing.id);
            }
            for _ in 0..comes {
                things.push(self.come(&plane, made, false).await);
                made += 1;
            }
        }
        let skipped = things.iter().filter(|thing| thing.stays && !seen.contains(&thing.id));
        let skipped: Vec<&str> = skipped.map(|thing| thing.name.as_str()).collect();
        assert!(skipped.is_empty(), "{} in pages of {size}: not listed: {skipped:?}", self.operation);
    }

    fn ids(&self, answer: &Node) -> Vec<String> {
        let Node::Structure(answer) = answer else { panic!("{}: no structure", self.operation) };
        let Some(Node::List(items)) = answer.get(self.items) else { return Vec::new() };
        items.iter().map(|item| member(item, self.key).unwrap()).collect()
    }
}

/// The first thing that may go and fits.
fn position(things: &[Thing], fits: impl Fn(&Thing) -> bool) -> Option<usize> {
    things.iter().position(|thing| !thing.stays && fits(thing))
}

/// A list of things with names of their own.
const fn list(
    operation: &'static str,
    items: &'static str,
    key: &'static str,
    comes: &'static str,
    goes: &'static str,
) -> List {
    List { operation, words: "", items, key, there: "", comes, goes, id: "NAME", most: MANY, names: &[] }
}

#[test]
fn every_operation_that_takes_a_marker_is_known() {
    let known: BTreeSet<&str> = LISTS.iter().map(|list| list.operation).chain(OTHERS).collect();
    let operations = shapes::iam::SERVICE.operations.iter();
    let paging = operations.filter(|operation| match operation.input.kind {
        Kind::Structure(members) => members.iter().any(|member| member.name == "Marker"),
        _ => false,
    });
    assert_eq!(known, paging.map(|operation| operation.name).collect());
}

#[tokio::test]
async fn what_stays_is_listed_once() {
    for list in LISTS {
        for (size, which_stay) in [(1, 0), (2, 1), (3, 0)] {
            list.walk(size, which_stay).await;
        }
    }
}
