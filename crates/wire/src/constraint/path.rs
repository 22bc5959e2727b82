//! Where in a request a value stands, as AWS writes it: `tags.1.member.key`.

use std::fmt;

/// One step, linked to the steps before it: nothing is allocated until it is shown.
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Step<'a>,
}

enum Step<'a> {
    Root,
    Member(&'a str),
    Index(usize),
    Key(&'a str),
}

impl<'a> Path<'a> {
    pub(super) const ROOT: Self = Self { parent: None, step: Step::Root };

    pub(super) fn member(&'a self, name: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Member(name) }
    }

    /// An element of a list, counted from 1.
    pub(super) fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    /// An entry of a map.
    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Key(key) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(parent) = self.parent else { return Ok(()) };
        parent.fmt(f)?;
        if parent.parent.is_some() {
            f.write_str(".")?;
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Member(name) => {
                let mut characters = name.chars();
                if let Some(first) = characters.next() {
                    write!(f, "{}{}", first.to_ascii_lowercase(), characters.as_str())?;
                }
                Ok(())
            }
            Step::Index(index) => write!(f, "{index}.member"),
            Step::Key(key) => write!(f, "{key}.member"),
        }
    }
}
