//! `portcullis policy validate`: what is wrong, dangerous or needless in a policy, and where.

use super::{Format, Validate, files};
use crate::Failure;
use policy::findings::{Finding, FindingPosition, FindingType, Location, PathElement, findings};
use serde_json::{Value, json};
use std::{io::Write, process::ExitCode};

/// Prints the findings about each file. The exit code tells whether all of them are policies without errors.
pub(super) fn validate(flags: &Validate, mut output: impl Write) -> Result<ExitCode, Failure> {
    let mut errors = false;
    let mut reports = Vec::new();
    for file in &flags.files {
        let found = findings(&files::read(file)?, flags.kind.into());
        errors |= found.iter().any(|finding| finding.finding_type == FindingType::Error);
        let name = file.display().to_string();
        match flags.format {
            Format::Json => reports.push(json!({
                "file": name,
                "findings": found.iter().map(document).collect::<Vec<_>>(),
            })),
            Format::Text => write!(output, "{}", text(&name, &found))?,
        }
    }
    if flags.format == Format::Json {
        serde_json::to_writer_pretty(&mut output, &reports)?;
        writeln!(output)?;
    }
    Ok(if errors { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// One line for each finding, at its first place, in the form that editors jump to.
fn text(name: &str, found: &[Finding]) -> String {
    let line = |finding: &Finding| {
        let start = finding.locations.first().map_or(FindingPosition::default(), |location| location.start);
        format!(
            "{name}:{}:{}: {} {}: {}\n",
            start.line.max(1),
            start.column + 1,
            finding.finding_type.as_str(),
            finding.issue_code,
            finding.details
        )
    };
    found.iter().map(line).collect()
}

/// A finding in the shape of Access Analyzer's `ValidatePolicyFinding`.
fn document(finding: &Finding) -> Value {
    json!({
        "findingType": finding.finding_type.as_str(),
        "issueCode": finding.issue_code,
        "findingDetails": finding.details,
        "learnMoreLink": finding.learn_more_link(),
        "locations": finding.locations.iter().map(location).collect::<Vec<_>>(),
    })
}

fn location(location: &Location) -> Value {
    let element = |element: &PathElement| match element {
        PathElement::Index(index) => json!({ "index": index }),
        PathElement::Key(key) => json!({ "key": key }),
        PathElement::Substring { start, length } => {
            json!({ "substring": { "start": start, "length": length } })
        }
        PathElement::Value(value) => json!({ "value": value }),
    };
    let position = |at: FindingPosition| json!({ "line": at.line, "column": at.column, "offset": at.offset });
    json!({
        "path": location.path.iter().map(element).collect::<Vec<_>>(),
        "span": { "start": position(location.start), "end": position(location.end) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_each_finding() {
        let document = "{\"Version\": \"2012-10-17\", \"Statement\": [\n  {\"Effect\": \"Allow\", \"Action\": \"iam:GetUzer\", \"Resource\": \"*\"},\n  {\"Effect\": \"Allow\", \"Action\": \"iam:PassRole\", \"Resource\": \"*\"}]}";
        let found = findings(document, policy::PolicyKind::Identity);
        insta::assert_snapshot!(text("p.json", &found));
        let first = super::document(&found[0]);
        assert_eq!(first["findingType"], "ERROR");
        assert_eq!(first["locations"][0]["path"][0]["value"], "Statement");
    }
}
