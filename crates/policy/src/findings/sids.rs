//! Statement ids.

use std::collections::HashMap;

use crate::findings::document::Document;
use crate::findings::place::Text;
use crate::findings::report::Report;
use crate::language::policy::PolicyKind;

pub(crate) fn check(document: &Document<'_>, report: &mut Report<'_>) {
    let mut seen: HashMap<&str, &Text<'_>> = HashMap::new();
    let must_be_unique = !matches!(document.kind, PolicyKind::Resource);
    let plain = must_be_unique && document.kind != PolicyKind::Trust;
    for sid in document.statements.iter().filter_map(|statement| statement.sid.as_ref()) {
        if sid.value.is_empty() {
            report.suggestion("EMPTY_SID_VALUE", "The Sid is empty. Give it a value.", &[&sid.place]);
        } else if plain && !sid.value.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            let details = "A Sid is made of the characters a-z, A-Z and 0-9 alone.";
            report.error("UNSUPPORTED_SID", details, &[&sid.place]);
        }
        if sid.value.is_empty() {
            continue;
        }
        if let Some(first) = seen.get(sid.value) {
            let places = [&first.place, &sid.place];
            if must_be_unique {
                let details = "Two statements have the same Sid, which this type of policy does not allow.";
                report.error("UNIQUE_SIDS_REQUIRED", details, &places);
            } else {
                let details = "Two statements have the same Sid. Give each its own.";
                report.warning("UNIQUE_SIDS_RECOMMENDED", details, &places);
            }
        } else {
            seen.insert(sid.value, sid);
        }
    }
}
