//! Which texts a set of patterns tells apart: the patterns run side by side as one automaton, and for every combination
//! of patterns that some text matches, the shortest such text stands for all of them.

use std::collections::{HashMap, HashSet, VecDeque};

use crate::language::condition::fold_case;
use crate::reasoning::bits::Bits;
use crate::reasoning::budget::{Budget, TooComplex};

/// What one step of a pattern takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Item {
    Character(char),
    /// Any character that is this one in lower case.
    Folded(char),
    /// Any number of characters of a class.
    Many(Class),
    /// One character of a class.
    One(Class),
}

/// Characters that a wildcard takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Class {
    /// Those of the names of services and actions, in lower case.
    Action,
    Any,
    /// Any but the colon that ends a part of an ARN.
    Part,
}

/// A pattern: the texts that its items take one after the other.
pub(super) type Word = Vec<Item>;

/// The most combinations that are told apart.
const MAX_TEXTS: usize = 4_096;
/// The most states that are visited.
const MAX_STATES: usize = 100_000;
/// Beyond this no character has another in lower case; a test holds it against all characters.
const LAST_CASED: u32 = 0x1_E943;

/// The shortest text for every combination of `languages` that a text of `domain` matches, shorter ones first. A
/// language is what any of its words matches.
pub(super) fn texts(
    domain: &[Word],
    languages: &[Vec<Word>],
    budget: &mut Budget,
) -> Result<Vec<String>, TooComplex> {
    let mut distinct = HashSet::new();
    let languages: Vec<&[Word]> =
        languages.iter().map(Vec::as_slice).filter(|language| distinct.insert(*language)).collect();
    let automaton = Automaton::new(domain, &languages);
    let mut states = vec![State { before: None, positions: automaton.start() }];
    let mut seen: HashSet<Box<[u32]>> = states.iter().map(|state| state.positions.clone()).collect();
    let (mut open, mut combinations, mut found) = (VecDeque::from([0]), HashSet::new(), Vec::new());
    while let Some(number) = open.pop_front() {
        let Some(State { positions, .. }) = states.get(number) else { continue };
        let positions = positions.clone();
        budget.spend(positions.len().saturating_mul(2).saturating_add(languages.len() / 8))?;
        if automaton.accepts(&positions, 0)
            && combinations.insert(Bits::from_fn(languages.len(), |at| automaton.accepts(&positions, at + 1)))
        {
            if found.len() == MAX_TEXTS {
                return Err(TooComplex);
            }
            found.push(spell(&states, number));
        }
        for character in automaton.telling_characters(&positions) {
            budget.spend(positions.len().saturating_mul(4).saturating_add(4))?;
            let next = automaton.step(&positions, character);
            // A text that has left the domain does not come back.
            if next.first().is_none_or(|first| automaton.language(*first) != 0) || seen.contains(&next) {
                continue;
            }
            if states.len() == MAX_STATES {
                return Err(TooComplex);
            }
            seen.insert(next.clone());
            open.push_back(states.len());
            states.push(State { before: Some((number, character)), positions: next });
        }
    }
    Ok(found)
}

struct State {
    /// The state this one was first reached from, and by which character.
    before: Option<(usize, char)>,
    /// The nodes the patterns stand at, in order.
    positions: Box<[u32]>,
}

/// The characters on the way to a state.
fn spell(states: &[State], number: usize) -> String {
    let before = |number: usize| states.get(number).and_then(|state| state.before);
    let steps = std::iter::successors(before(number), |(number, _)| before(*number));
    let characters: Vec<char> = steps.map(|(_, character)| character).collect();
    characters.into_iter().rev().collect()
}

/// All items of all words in one list; a word's end is a node of its own.
struct Automaton {
    nodes: Vec<Node>,
    starts: Vec<u32>,
    /// What becomes each of the characters met so far in lower case.
    folded: HashMap<char, Vec<char>>,
}

#[derive(Clone, Copy)]
struct Node {
    /// 0 is the domain, the others follow in their order.
    language: usize,
    word: usize,
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    At(Item),
    End,
    /// The language matches whatever follows; stands first among the nodes of its language.
    Won,
}

impl Automaton {
    fn new(domain: &[Word], languages: &[&[Word]]) -> Self {
        let (mut nodes, mut starts) = (Vec::new(), Vec::new());
        let mut wanted = HashSet::new();
        let mut word_number = 0;
        let all = std::iter::once(domain).chain(languages.iter().copied());
        for (language, words) in all.enumerate() {
            nodes.push(Node { language, word: word_number, place: Place::Won });
            for word in words {
                word_number += 1;
                starts.extend(u32::try_from(nodes.len()));
                let places = word.iter().map(|item| Place::At(*item)).chain([Place::End]);
                nodes.extend(places.map(|place| Node { language, word: word_number, place }));
                wanted.extend(word.iter().filter_map(|item| match item {
                    Item::Folded(character) => Some(*character),
                    _ => None,
                }));
            }
        }
        let mut folded: HashMap<char, Vec<char>> = HashMap::new();
        if !wanted.is_empty() {
            for character in ('\0'..=char::MAX).take_while(|character| u32::from(*character) <= LAST_CASED) {
                if let Some(lower) = lower(character).filter(|lower| wanted.contains(lower)) {
                    folded.entry(lower).or_default().push(character);
                }
            }
            // Those beyond are what they are in lower case.
            for character in wanted.into_iter().filter(|character| u32::from(*character) > LAST_CASED) {
                folded.insert(character, vec![character]);
            }
        }
        Self { nodes, starts, folded }
    }

    fn node(&self, position: u32) -> Option<Node> {
        self.nodes.get(usize::try_from(position).ok()?).copied()
    }

    fn language(&self, position: u32) -> usize {
        self.node(position).map_or(usize::MAX, |node| node.language)
    }

    fn start(&self) -> Box<[u32]> {
        self.close(self.starts.clone())
    }

    fn step(&self, positions: &[u32], character: char) -> Box<[u32]> {
        let mut next = Vec::with_capacity(positions.len());
        for &position in positions {
            let Some(node) = self.node(position) else { continue };
            match node.place {
                Place::Won => next.push(position),
                Place::End => {}
                Place::At(item) => {
                    if item.takes(character) {
                        next.push(if matches!(item, Item::Many(_)) { position } else { position + 1 });
                    }
                }
            }
        }
        self.close(next)
    }

    /// Adds what is reached without a character and drops what makes no difference: in a word whatever stands before
    /// its last `Many` (the text has come further), and in a language that is won everything else.
    fn close(&self, mut positions: Vec<u32>) -> Box<[u32]> {
        let mut at = 0;
        while let Some(&position) = positions.get(at) {
            at += 1;
            if let Some(Node { place: Place::At(Item::Many(_)), .. }) = self.node(position) {
                positions.push(position + 1);
            }
        }
        positions.sort_unstable();
        positions.dedup();
        let (mut kept, mut won, mut passed) = (Vec::with_capacity(positions.len()), None, None);
        // From the last to the first, so that a word's last `Many` comes before what it makes needless.
        for &position in positions.iter().rev() {
            let Some(node) = self.node(position) else { continue };
            if passed == Some(node.word) && node.place != Place::Won {
                continue;
            }
            if matches!(node.place, Place::At(Item::Many(_))) {
                passed = Some(node.word);
            }
            let is_last = || self.node(position + 1).is_some_and(|next| next.place == Place::End);
            if node.place == Place::Won || (node.place == Place::At(Item::Many(Class::Any)) && is_last()) {
                won = Some(node.language);
                while kept.last().is_some_and(|last| self.language(*last) == node.language) {
                    kept.pop();
                }
                kept.push(self.won(position));
            } else if won != Some(node.language) {
                kept.push(position);
            }
        }
        kept.reverse();
        kept.into()
    }

    /// The node that says that the language of this one is won.
    fn won(&self, position: u32) -> u32 {
        let language = self.language(position);
        let before = self.nodes.partition_point(|node| node.language < language);
        u32::try_from(before).unwrap_or(position)
    }

    fn accepts(&self, positions: &[u32], language: usize) -> bool {
        let start = positions.partition_point(|position| self.language(*position) < language);
        let own = positions.get(start..).unwrap_or_default().iter();
        let mut own = own.map_while(|position| self.node(*position).filter(|node| node.language == language));
        own.any(|node| matches!(node.place, Place::End | Place::Won))
    }

    /// Characters of which each leads elsewhere, the most readable first: those that the patterns name at these
    /// positions, and one for all others.
    fn telling_characters(&self, positions: &[u32]) -> Vec<char> {
        let mut named = Vec::new();
        for node in positions.iter().filter_map(|position| self.node(*position)) {
            match node.place {
                Place::At(Item::Character(character)) => named.push(character),
                Place::At(Item::Folded(character)) => {
                    named.extend(self.folded.get(&character).into_iter().flatten());
                }
                Place::At(
                    Item::Many(Class::Part | Class::Action) | Item::One(Class::Part | Class::Action),
                ) => {
                    named.push(':');
                }
                Place::At(Item::Many(Class::Any) | Item::One(Class::Any)) | Place::End | Place::Won => {}
            }
        }
        named.sort_unstable();
        named.dedup();
        let other =
            Class::readable().chain('\u{a1}'..=char::MAX).find(|other| named.binary_search(other).is_err());
        other.into_iter().chain(named).collect()
    }
}

impl Item {
    fn takes(self, character: char) -> bool {
        match self {
            Self::Character(own) => own == character,
            Self::Folded(own) => lower(character) == Some(own),
            Self::Many(class) | Self::One(class) => class.holds(character),
        }
    }
}

impl Class {
    fn holds(self, character: char) -> bool {
        match self {
            Self::Action => {
                character.is_ascii_lowercase()
                    || character.is_ascii_digit()
                    || matches!(character, '-' | '.' | '_')
            }
            Self::Any => true,
            Self::Part => character != ':',
        }
    }

    /// Characters to fill texts with: all of [`Class::Action`] before any other.
    fn readable() -> impl Iterator<Item = char> {
        ('x'..='z').chain('a'..='w').chain('0'..='9').chain(['-', '.', '_']).chain('A'..='Z')
    }
}

/// The character in lower case, where that is one character.
fn lower(character: char) -> Option<char> {
    let mut lower = character.to_lowercase();
    lower.next().filter(|_| lower.next().is_none())
}

/// The text without regard to case; none when some character has several in lower case, which no item takes.
pub(super) fn folded_word(text: &str) -> Option<Word> {
    // U+0130 alone becomes two characters, the second of which is this.
    (!text.contains(['\u{130}', '\u{307}'])).then(|| fold_case(text).map(Item::Folded).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::language::glob::{Glob, Symbol};

    fn word(pattern: &str) -> Word {
        let item = |symbol| match symbol {
            Symbol::Character(character) => Item::Character(character),
            Symbol::Many => Item::Many(Class::Any),
            Symbol::One => Item::One(Class::Any),
        };
        Glob::parse(pattern).symbols().into_iter().map(item).collect()
    }

    fn any() -> Vec<Word> {
        vec![vec![Item::Many(Class::Any)]]
    }

    fn told_apart(languages: &[&[&str]]) -> Vec<String> {
        let languages: Vec<Vec<Word>> =
            languages.iter().map(|patterns| patterns.iter().map(|pattern| word(pattern)).collect()).collect();
        texts(&any(), &languages, &mut Budget::new(1_000_000)).unwrap()
    }

    #[test]
    fn the_shortest_text_for_each_combination() {
        assert_eq!(told_apart(&[]), [""]);
        assert_eq!(told_apart(&[&["a*"], &["*b"]]), ["", "a", "b", "ab"]);
        assert_eq!(told_apart(&[&["a*", "*b"]]), ["", "a"]);
        assert_eq!(told_apart(&[&["?"], &["x"]]), ["", "y", "x"]);
    }

    #[test]
    fn only_one_character_becomes_several_in_lower_case() {
        let several = ('\0'..=char::MAX).filter(|character| lower(*character).is_none());
        assert_eq!(several.collect::<String>(), "\u{130}");
        let last = ('\0'..=char::MAX).rfind(|character| lower(*character) != Some(*character));
        assert!(last.is_some_and(|last| u32::from(last) <= LAST_CASED));
    }

    #[test]
    fn folding_finds_every_character() {
        let languages = [vec![folded_word("K").unwrap()], vec![word("k")], vec![word("K")]];
        let found = texts(&any(), &languages, &mut Budget::new(100_000)).unwrap();
        // The last is the Kelvin sign.
        assert_eq!(found, ["", "K", "k", "\u{212a}"]);
        assert_eq!(folded_word("\u{130}"), None);
    }

    #[test]
    fn hostile_patterns_stop() {
        let languages: Vec<Vec<Word>> =
            (b'a'..=b'z').map(|letter| vec![word(&format!("*{}*", letter as char))]).collect();
        assert_eq!(texts(&any(), &languages, &mut Budget::new(10_000_000)), Err(TooComplex));
        let long = vec![word(&format!("{}b", "*a?".repeat(200)))];
        let found = texts(&any(), &[long], &mut Budget::new(10_000_000));
        assert!(found == Err(TooComplex) || found.is_ok_and(|found| found.len() == 2));
    }

    /// Texts of up to five characters of a small alphabet.
    fn short_texts() -> Vec<String> {
        let mut all = vec![String::new()];
        let mut last = all.clone();
        for _ in 0..5 {
            last = last.iter().flat_map(|text| ['a', 'b', 'c'].map(|next| format!("{text}{next}"))).collect();
            all.extend(last.iter().cloned());
        }
        all
    }

    proptest! {
        #[test]
        fn every_combination_of_short_texts_is_found(patterns in prop::collection::vec("[ab*?]{0,4}", 1..5)) {
            let globs: Vec<Glob> = patterns.iter().map(|pattern| Glob::parse(pattern)).collect();
            let combination = |text: &str| globs.iter().map(|glob| glob.matches(text)).collect::<Vec<_>>();
            let words: Vec<Vec<Word>> = patterns.iter().map(|pattern| vec![word(pattern)]).collect();
            let found = texts(&any(), &words, &mut Budget::new(1_000_000)).unwrap();
            let combinations: BTreeSet<_> = found.iter().map(|text| combination(text)).collect();
            prop_assert_eq!(combinations.len(), found.len());
            for text in short_texts() {
                prop_assert!(combinations.contains(&combination(&text)), "{}", text);
            }
        }

        #[test]
        fn unions_are_told_apart_as_one(patterns in prop::collection::vec(prop::collection::vec("[ab*?]{0,4}", 1..4), 1..4)) {
            let globs: Vec<Vec<Glob>> = patterns.iter().map(|union| union.iter().map(|text| Glob::parse(text)).collect()).collect();
            let combination = |text: &str| globs.iter().map(|union| union.iter().any(|glob| glob.matches(text))).collect::<Vec<_>>();
            let words: Vec<Vec<Word>> = patterns.iter().map(|union| union.iter().map(|text| word(text)).collect()).collect();
            let found = texts(&any(), &words, &mut Budget::new(1_000_000)).unwrap();
            let combinations: BTreeSet<_> = found.iter().map(|text| combination(text)).collect();
            prop_assert_eq!(combinations.len(), found.len());
            for text in short_texts() {
                prop_assert!(combinations.contains(&combination(&text)), "{}", text);
            }
        }
    }
}
