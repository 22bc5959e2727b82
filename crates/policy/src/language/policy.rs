//! A policy document, parsed once into the form that evaluation reads.

use std::sync::{Arc, OnceLock};

use crate::compiled::{self, CompiledStatement};
use crate::language::document::Document;
use crate::language::error::PolicyError;
use crate::language::json::{Node, size_without_white_space};
use crate::language::position::{Position, PositionCursor};
use crate::language::principal_pattern::{PrincipalElement, PrincipalEntry};
use crate::language::rules::{self, Fault};
use crate::language::statement::Statement;

/// What a policy is used for; each kind has elements and rules of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// A permissions boundary.
    Boundary,
    /// Attached to a user, group or role, managed or inline.
    Identity,
    /// Attached to a resource; also the policy of a VPC endpoint.
    Resource,
    /// An organization's resource control policy.
    ResourceControl,
    /// An organization's service control policy.
    ServiceControl,
    /// Passed when a session is made.
    Session,
    /// Says who may assume a role.
    Trust,
}

/// The version of the language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// `2008-10-17`, which also holds where a document names no version: `${...}` is plain text.
    #[default]
    V2008,
    /// `2012-10-17`: with policy variables.
    V2012,
}

/// A parsed policy.
#[derive(Clone, Debug)]
pub struct Policy {
    kind: PolicyKind,
    version: Version,
    id: Option<Box<str>>,
    statements: Box<[Statement]>,
    /// Just past the bracket or brace that opens the Statement element.
    statements_start: Position,
    size: usize,
    /// The form that decides, made when it is first asked for.
    compiled: OnceLock<Arc<[CompiledStatement]>>,
}

/// A principal as a policy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrincipalName<'a> {
    /// `AWS`, `CanonicalUser`, `Federated` or `Service`.
    pub principal_type: &'static str,
    /// The value: an ARN, account, unique id, service or provider name, or `*`.
    pub value: &'a str,
    /// Byte offset in the submitted text where the value's JSON string starts, quotes included.
    pub start_byte: usize,
    /// Byte offset just past the value's JSON string.
    pub end_byte: usize,
}

impl Policy {
    /// Parses a document, or says in IAM's words why it is none. Nothing but `text` and `kind` decides; quotas are
    /// not looked at, see [`Policy::size`].
    pub fn parse(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        Self::parse_with(text, kind, kind.needed_version())
    }

    /// Like [`Policy::parse`], but takes identity policies and boundaries of either version: those of `2008-10-17` can
    /// no longer be saved, but IAM still evaluates the ones it has.
    pub fn parse_any_version(text: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        Self::parse_with(text, kind, kind.needed_version().filter(|_| !kind.is_attached_in_iam()))
    }

    fn parse_with(text: &str, kind: PolicyKind, needed: Option<Version>) -> Result<Self, PolicyError> {
        Self::read(text, kind, needed).map_err(|error| match kind.only_message() {
            Some(message) => PolicyError { message: message.into(), ..error },
            None => error,
        })
    }

    /// A policy that says nothing.
    pub(crate) fn empty(kind: PolicyKind) -> Self {
        Self {
            kind,
            version: Version::default(),
            id: None,
            statements: Box::default(),
            size: 0,
            statements_start: Position { line: 1, column: 1 },
            compiled: OnceLock::new(),
        }
    }

    /// What the policy is used for.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// The version of the language the document is written in.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The Id element.
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The statements in their order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// The size that IAM's quotas limit: the characters of the document without the white space between its tokens.
    /// Inside strings every character counts as written, blanks and the characters of escapes included.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Everyone the policy names in Principal and NotPrincipal elements. Services check that users and roles exist
    /// and store their unique ids in place of the names.
    pub fn principals(&self) -> impl Iterator<Item = PrincipalName<'_>> {
        let elements = self.statements.iter().filter_map(Statement::principal);
        elements.flat_map(|element| &element.entries).map(PrincipalEntry::name)
    }

    pub(crate) fn statements_start(&self) -> Position {
        self.statements_start
    }

    pub(crate) fn compiled(&self) -> &Arc<[CompiledStatement]> {
        self.compiled.get_or_init(|| compiled::compile(&self.statements))
    }

    fn read(text: &str, kind: PolicyKind, needed: Option<Version>) -> Result<Self, PolicyError> {
        let at = |fault: Fault| PolicyError::at(fault.message, text, fault.byte);
        let root = Node::read(text).map_err(|error| match error.byte {
            Some(byte) => PolicyError::at(kind.json_message(), text, byte),
            None => PolicyError::new(kind.json_message()),
        })?;
        let document = Document::read(&root)
            .map_err(|fault| PolicyError::at("Syntax errors in policy.", text, fault.0))?;
        rules::check(kind, needed, text, &document).map_err(at)?;

        let version = document.version.unwrap_or_default();
        let mut cursor = PositionCursor::new(text);
        let mut statements = Vec::with_capacity(document.statements.len());
        for (index, parts) in document.statements.iter().enumerate() {
            let principal = parts.principal.map(|part| PrincipalElement::parse(part.node, part.negated));
            let principal =
                principal.transpose().map_err(|invalid| at(rules::invalid_principal(&invalid)))?;
            let span = cursor.span(parts.node.start, parts.node.end);
            statements.push(Statement::new(index, parts, principal, span, version.has_variables()));
        }
        Ok(Self {
            kind,
            version,
            id: document.id.map(Into::into),
            statements: statements.into(),
            statements_start: PositionCursor::new(text).position(document.statements_start),
            size: size_without_white_space(text),
            compiled: OnceLock::new(),
        })
    }
}

impl Version {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text {
            "2008-10-17" => Some(Self::V2008),
            "2012-10-17" => Some(Self::V2012),
            _ => None,
        }
    }

    pub(crate) fn has_variables(self) -> bool {
        self == Self::V2012
    }
}

impl PolicyKind {
    pub(crate) fn has_principal(self) -> bool {
        matches!(self, Self::Resource | Self::ResourceControl | Self::Trust)
    }

    /// Trust policies have no Resource; of other resource policies the services decide.
    pub(crate) fn needs_resource(self) -> bool {
        !matches!(self, Self::Resource | Self::Trust)
    }

    /// The one version that documents of this kind can be saved in; none where either will do.
    pub(crate) fn needed_version(self) -> Option<Version> {
        let current =
            matches!(self, Self::Boundary | Self::Identity | Self::ResourceControl | Self::ServiceControl);
        current.then_some(Version::V2012)
    }

    pub(crate) fn is_attached_in_iam(self) -> bool {
        matches!(self, Self::Boundary | Self::Identity)
    }

    fn json_message(self) -> &'static str {
        match self {
            Self::Session => "The policy is not in the valid JSON format.",
            Self::Trust => "This policy contains invalid Json",
            _ => "Syntax errors in policy.",
        }
    }

    /// Organizations has one answer to everything that is wrong with a policy.
    fn only_message(self) -> Option<&'static str> {
        matches!(self, Self::ResourceControl | Self::ServiceControl).then_some(
            "The provided policy document does not meet the requirements of the specified policy type.",
        )
    }
}

#[cfg(test)]
mod tests;
