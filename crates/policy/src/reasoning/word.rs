//! Patterns of the language as words of the automaton, with every variable replaced by its value or by a wildcard.

use crate::language::arn_pattern::ArnPattern;
use crate::language::glob::{Glob, GlobPart, Symbol};
use crate::language::variable::{Part, Pattern, Template};
use crate::reasoning::automaton::{Class, Item, Word};
use crate::request::context::Context;

pub(super) fn any() -> Word {
    vec![Item::Many(Class::Any)]
}

pub(super) fn literal(text: &str) -> Word {
    text.chars().map(Item::Character).collect()
}

pub(super) fn of_glob(glob: &Glob, class: Class) -> Word {
    let item = |symbol| match symbol {
        Symbol::Character(character) => Item::Character(character),
        Symbol::Many => Item::Many(class),
        Symbol::One => Item::One(class),
    };
    glob.symbols().into_iter().map(item).collect()
}

/// None when a variable has no value.
pub(super) fn of_pattern(pattern: &Pattern, context: &Context) -> Option<Word> {
    pattern.glob(context).map(|glob| of_glob(&glob, Class::Any))
}

/// None when a variable has no value, or when the pattern has a colon inside a part and so matches nothing.
pub(super) fn of_arn(pattern: &ArnPattern, context: &Context) -> Option<Word> {
    let patterns = match pattern {
        ArnPattern::Any => return Some(any()),
        ArnPattern::Whole(pattern) => return of_pattern(pattern, context),
        ArnPattern::Parts(patterns) => patterns,
    };
    let mut word = Word::new();
    for part in 0..6 {
        if part > 0 {
            word.push(Item::Character(':'));
        }
        let class = if part < 5 { Class::Part } else { Class::Any };
        match patterns.get(part) {
            None => word.push(Item::Many(class)),
            Some(pattern) => {
                let own = of_glob(&*pattern.glob(context)?, class);
                if class == Class::Part && own.contains(&Item::Character(':')) {
                    return None;
                }
                word.extend(own);
            }
        }
    }
    Some(word)
}

/// Every text shaped like an ARN.
pub(super) fn any_arn() -> Word {
    let part = [Item::Character(':'), Item::Many(Class::Part)];
    let mut word = literal("arn");
    word.extend(part.repeat(4));
    word.extend([Item::Character(':'), Item::Many(Class::Any)]);
    word
}

/// The pattern with a wildcard for each variable: it matches whatever the pattern can.
pub(super) fn widened(pattern: &Pattern) -> Pattern {
    match pattern {
        Pattern::Fixed(_) => pattern.clone(),
        Pattern::Variable(template) => {
            Pattern::Fixed(Glob::compile(template.parts().iter().map(|part| match part {
                Part::Many | Part::Variable { .. } => GlobPart::Many,
                Part::One => GlobPart::One,
                Part::Text(text) => GlobPart::Text(text),
            })))
        }
    }
}

/// The same for patterns of ARNs.
pub(super) fn widened_arn(pattern: &ArnPattern) -> ArnPattern {
    match pattern {
        ArnPattern::Any => ArnPattern::Any,
        ArnPattern::Parts(patterns) => ArnPattern::Parts(patterns.iter().map(widened).collect()),
        ArnPattern::Whole(pattern) => ArnPattern::Whole(widened(pattern)),
    }
}

/// A wildcard for each part that has a variable. What this does not match, the pattern surely does not; of other texts
/// it cannot be said as long as the variables may have no value.
pub(super) fn loosened_arn(pattern: &ArnPattern) -> ArnPattern {
    match pattern {
        ArnPattern::Any | ArnPattern::Whole(_) => ArnPattern::Any,
        ArnPattern::Parts(patterns) => {
            let star = || Pattern::Fixed(Glob::compile([GlobPart::Many]));
            let loosen = |pattern: &Pattern| match pattern {
                Pattern::Fixed(_) => pattern.clone(),
                Pattern::Variable(_) => star(),
            };
            ArnPattern::Parts(patterns.iter().map(loosen).collect())
        }
    }
}

pub(super) fn templates_of_arn(pattern: &ArnPattern) -> impl Iterator<Item = &Template> {
    let patterns = match pattern {
        ArnPattern::Any => &[],
        ArnPattern::Parts(patterns) => &**patterns,
        ArnPattern::Whole(pattern) => std::slice::from_ref(pattern),
    };
    patterns.iter().filter_map(template)
}

pub(super) fn template(pattern: &Pattern) -> Option<&Template> {
    match pattern {
        Pattern::Fixed(_) => None,
        Pattern::Variable(template) => Some(template),
    }
}
