//! The Version element.

use crate::findings::document::Document;
use crate::findings::report::Report;
use crate::language::policy::Version;

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    match &document.version {
        None => {
            let details =
                "Name the Version of the policy language, so that the policy means what it seems to.";
            report.warning("MISSING_VERSION", details, &[&document.root]);
        }
        Some(version) if Version::parse(version.value).is_none() => {
            let details =
                format!("There is no version {}. There are 2012-10-17 and 2008-10-17.", version.value);
            report.error("INVALID_VERSION", details, &[&version.place]);
        }
        Some(_) => {}
    }
}
