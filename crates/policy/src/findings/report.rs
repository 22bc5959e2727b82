//! What the checks found so far, and how much work they may still do.

use std::borrow::Cow;

use crate::findings::finding::{Finding, FindingType, Location, PathElement};
use crate::findings::place::{Place, Positions};

/// No more findings than this about one document.
const MAX_FINDINGS: usize = 1_000;
/// No more locations than this in one finding.
pub(crate) const MAX_LOCATIONS: usize = 100;
/// What [`Report::budget`] begins with.
const BUDGET: usize = 20_000_000;

pub(crate) struct Report<'t> {
    /// The document as submitted.
    pub(crate) source: &'t str,
    drafts: Vec<Draft>,
    /// How many characters may still be looked at by the checks that compare everything with everything.
    pub(crate) budget: usize,
}

/// A finding whose places are still byte offsets.
struct Draft {
    finding_type: FindingType,
    issue_code: &'static str,
    details: String,
    locations: Vec<(Vec<PathElement>, usize, usize)>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(source: &'t str) -> Self {
        Self { source, drafts: Vec::new(), budget: BUDGET }
    }

    pub(crate) fn error<'p>(
        &mut self,
        code: &'static str,
        details: impl Into<Cow<'p, str>>,
        places: &[&Place<'_>],
    ) {
        self.add(FindingType::Error, code, details, places);
    }

    pub(crate) fn security<'p>(
        &mut self,
        code: &'static str,
        details: impl Into<Cow<'p, str>>,
        places: &[&Place<'_>],
    ) {
        self.add(FindingType::SecurityWarning, code, details, places);
    }

    pub(crate) fn warning<'p>(
        &mut self,
        code: &'static str,
        details: impl Into<Cow<'p, str>>,
        places: &[&Place<'_>],
    ) {
        self.add(FindingType::Warning, code, details, places);
    }

    pub(crate) fn suggestion<'p>(
        &mut self,
        code: &'static str,
        details: impl Into<Cow<'p, str>>,
        places: &[&Place<'_>],
    ) {
        self.add(FindingType::Suggestion, code, details, places);
    }

    pub(crate) fn add<'p>(
        &mut self,
        finding_type: FindingType,
        issue_code: &'static str,
        details: impl Into<Cow<'p, str>>,
        places: &[&Place<'_>],
    ) {
        if self.drafts.len() < MAX_FINDINGS {
            let locations =
                places.iter().take(MAX_LOCATIONS).map(|place| (place.path(), place.start, place.end));
            let (details, locations) = (details.into().into_owned(), locations.collect());
            self.drafts.push(Draft { finding_type, issue_code, details, locations });
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.drafts.is_empty()
    }

    /// Whether there is room for work of this size; it counts as done then.
    pub(crate) fn may_spend(&mut self, work: usize) -> bool {
        let rest = self.budget.checked_sub(work);
        self.budget = rest.unwrap_or(0);
        rest.is_some()
    }

    /// The findings in the order of the places they speak of.
    pub(crate) fn finish(self) -> Vec<Finding> {
        let mut drafts = self.drafts;
        drafts.sort_by_key(|draft| draft.locations.first().map_or(0, |(_, start, _)| *start));
        let bytes =
            drafts.iter().flat_map(|draft| &draft.locations).flat_map(|&(_, start, end)| [start, end]);
        let positions = Positions::find(self.source, bytes.collect());
        let finding = |draft: Draft| Finding {
            finding_type: draft.finding_type,
            issue_code: draft.issue_code,
            details: draft.details,
            locations: draft
                .locations
                .into_iter()
                .map(|(path, start, end)| Location {
                    path,
                    start: positions.get(start),
                    end: positions.get(end),
                })
                .collect(),
        };
        drafts.into_iter().map(finding).collect()
    }
}
