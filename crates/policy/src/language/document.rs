//! The shape of a policy document: which members there are and of what type. Everything wrong here is IAM's
//! "Syntax errors in policy."

use std::collections::HashSet;

use crate::language::condition::{Condition, InvalidValue, Operator, Test, Written};
use crate::language::json::{Node, Value};
use crate::language::policy::Version;
use crate::language::principal_pattern::PrincipalType;
use crate::request::key::Key;

/// A document of the right shape, not yet held against the rules of its kind.
pub(crate) struct Document<'n> {
    /// None when the document does not say.
    pub(crate) version: Option<Version>,
    pub(crate) id: Option<&'n str>,
    pub(crate) statements: Vec<StatementParts<'n>>,
    /// Byte offset just past the first character of the Statement element, a bracket or brace.
    pub(crate) statements_start: usize,
}

/// The members of one statement.
pub(crate) struct StatementParts<'n> {
    pub(crate) node: &'n Node<'n>,
    pub(crate) sid: Option<&'n str>,
    pub(crate) effect: Text<'n>,
    pub(crate) actions: Option<Listed<'n>>,
    pub(crate) resources: Option<Listed<'n>>,
    pub(crate) principal: Option<PrincipalPart<'n>>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) condition_keys: Vec<Text<'n>>,
    /// The first value of a Date operator that is no date.
    pub(crate) invalid_date: Option<usize>,
}

/// A string of the document and the byte offset where it starts.
#[derive(Clone, Copy)]
pub(crate) struct Text<'n> {
    pub(crate) text: &'n str,
    pub(crate) start: usize,
}

/// Action or NotAction, Resource or NotResource.
pub(crate) struct Listed<'n> {
    pub(crate) negated: bool,
    pub(crate) values: Vec<Text<'n>>,
}

/// Principal or NotPrincipal.
#[derive(Clone, Copy)]
pub(crate) struct PrincipalPart<'n> {
    pub(crate) negated: bool,
    pub(crate) node: &'n Node<'n>,
}

/// The byte offset of what has the wrong shape.
pub(crate) struct SyntaxFault(pub(crate) usize);

impl<'n> Document<'n> {
    pub(crate) fn read(root: &'n Node<'n>) -> Result<Self, SyntaxFault> {
        let (mut version, mut id, mut statements) = (None, None, None);
        for (name, node) in members(root)? {
            match name.as_str() {
                "Version" => {
                    version = Some(Version::parse(string(node)?.text).ok_or(SyntaxFault(node.start))?);
                }
                "Id" => id = Some(string(node)?.text),
                "Statement" => statements = Some(node),
                _ => return Err(SyntaxFault(node.start)),
            }
        }
        let statements = statements.ok_or(SyntaxFault(root.start))?;
        let variables = version.unwrap_or_default().has_variables();
        let parts = statements.one_or_many().iter().map(|node| StatementParts::read(node, variables));
        let parts: Vec<_> = parts.collect::<Result<_, _>>()?;
        if parts.is_empty() {
            return Err(SyntaxFault(statements.start));
        }
        Ok(Self { version, id, statements: parts, statements_start: statements.start.saturating_add(1) })
    }
}

impl<'n> StatementParts<'n> {
    fn read(node: &'n Node<'n>, variables: bool) -> Result<Self, SyntaxFault> {
        let (mut sid, mut effect, mut actions, mut resources, mut principal) = (None, None, None, None, None);
        let mut condition = None;
        for (name, value) in members(node)? {
            match name.as_str() {
                "Action" => once(&mut actions, Listed::read(value, false)?, value)?,
                "NotAction" => once(&mut actions, Listed::read(value, true)?, value)?,
                "Condition" => condition = Some(value),
                "Effect" => effect = Some(string(value)?),
                "NotPrincipal" => once(&mut principal, PrincipalPart::read(value, true)?, value)?,
                "NotResource" => once(&mut resources, Listed::read(value, true)?, value)?,
                "Principal" => once(&mut principal, PrincipalPart::read(value, false)?, value)?,
                "Resource" => once(&mut resources, Listed::read(value, false)?, value)?,
                "Sid" => sid = Some(string(value)?.text),
                _ => return Err(SyntaxFault(value.start)),
            }
        }
        let effect = effect.ok_or(SyntaxFault(node.start))?;
        if !["Allow", "Deny"].iter().any(|name| name.eq_ignore_ascii_case(effect.text)) {
            return Err(SyntaxFault(effect.start));
        }
        let mut parts = Self {
            node,
            sid,
            effect,
            actions,
            resources,
            principal,
            conditions: Vec::new(),
            condition_keys: Vec::new(),
            invalid_date: None,
        };
        if let Some(condition) = condition {
            parts.read_conditions(condition, variables)?;
        }
        Ok(parts)
    }

    fn read_conditions(&mut self, node: &'n Node<'n>, variables: bool) -> Result<(), SyntaxFault> {
        for (name, block) in members(node)? {
            // IAM takes an operator it does not know when nothing stands under it.
            let operator = Operator::parse(name);
            let mut keys = HashSet::new();
            for (key, value) in members(block)? {
                // Case does not matter in keys, so that this is a repeated member.
                if !keys.insert(Key::from(key)) {
                    return Err(SyntaxFault(value.start));
                }
                let operator = operator.ok_or(SyntaxFault(block.start))?;
                let texts: Vec<String> =
                    value.one_or_many().iter().map(condition_value).collect::<Result<_, _>>()?;
                match Test::parse(operator, &texts, variables) {
                    Ok(test) => {
                        let values = texts.into_iter().map(Into::into).collect();
                        let written =
                            Written { operator: name.as_str().into(), key: key.as_str().into(), values };
                        self.conditions.push(Condition::new(operator, test, written));
                    }
                    Err(InvalidValue::Date) => self.invalid_date = self.invalid_date.or(Some(value.start)),
                    Err(InvalidValue::Other) => return Err(SyntaxFault(value.start)),
                }
                self.condition_keys.push(Text { text: key, start: value.start });
            }
        }
        Ok(())
    }
}

impl<'n> Listed<'n> {
    fn read(node: &'n Node<'n>, negated: bool) -> Result<Self, SyntaxFault> {
        let values = node.one_or_many().iter().map(string).collect::<Result<_, _>>()?;
        Ok(Self { negated, values })
    }
}

impl<'n> PrincipalPart<'n> {
    fn read(node: &'n Node<'n>, negated: bool) -> Result<Self, SyntaxFault> {
        if let Value::Object(types) = &node.value {
            for (name, values) in types {
                PrincipalType::parse(name).ok_or(SyntaxFault(values.start))?;
                for value in values.one_or_many() {
                    string(value)?;
                }
            }
        } else {
            string(node)?;
        }
        Ok(Self { negated, node })
    }

    /// Whether no value stands in the element.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.node.value {
            Value::Object(types) => types.iter().all(|(_, values)| values.one_or_many().is_empty()),
            _ => false,
        }
    }
}

fn members<'n>(node: &'n Node<'n>) -> Result<&'n [(String, Node<'n>)], SyntaxFault> {
    match &node.value {
        Value::Object(members) => Ok(members),
        _ => Err(SyntaxFault(node.start)),
    }
}

fn string<'n>(node: &'n Node<'n>) -> Result<Text<'n>, SyntaxFault> {
    node.as_str().map(|text| Text { text, start: node.start }).ok_or(SyntaxFault(node.start))
}

/// Numbers and booleans may stand without quotes.
fn condition_value(node: &Node<'_>) -> Result<String, SyntaxFault> {
    match &node.value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(digits) => Ok((*digits).to_owned()),
        Value::Bool(value) => Ok(value.to_string()),
        Value::Array(_) | Value::Null | Value::Object(_) => Err(SyntaxFault(node.start)),
    }
}

/// An element and its Not form exclude each other.
fn once<T>(slot: &mut Option<T>, value: T, node: &Node<'_>) -> Result<(), SyntaxFault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(SyntaxFault(node.start)),
    }
}
