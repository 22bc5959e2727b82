//! `portcullis policy evaluate`: cases in, answers out, line by line.

use super::input::{Line, next_line};
use crate::Failure;
use policy::case::{Answer, Case, CaseError, MAX_CASE_BYTES};
use serde::Serialize;
use std::{
    io::{BufReader, BufWriter, Read, Write},
    process::ExitCode,
};

/// The answer to one line.
#[derive(Serialize)]
#[serde(untagged)]
enum Reply {
    Error(CaseError),
    Answer {
        #[serde(flatten)]
        answer: Answer,
        /// Whether the answer is the one that the case expects, where it says.
        #[serde(skip_serializing_if = "Option::is_none")]
        as_expected: Option<bool>,
    },
}

impl Reply {
    fn to(line: Line) -> Self {
        let error = |message: String| Self::Error(CaseError { id: None, message });
        let text = match line {
            Line::Text(text) => text,
            Line::TooLong => return error(format!("a case may have at most {MAX_CASE_BYTES} bytes")),
            Line::NotUtf8 => return error("a case must be UTF-8".to_owned()),
        };
        match Case::parse(&text) {
            Ok(case) => Self::Answer { answer: case.answer(), as_expected: case.is_as_expected() },
            Err(error) => Self::Error(error),
        }
    }

    fn is_well(&self) -> bool {
        matches!(self, Self::Answer { as_expected: None | Some(true), .. })
    }
}

/// Answers every line that is not blank. The exit code tells whether every case could be read and was as expected. Who
/// writes a line and waits gets its answer: nothing is held back when no further line is there yet.
pub(super) fn evaluate(input: impl Read, output: impl Write) -> Result<ExitCode, Failure> {
    let mut input = BufReader::new(input);
    let mut output = BufWriter::new(output);
    let mut all_well = true;
    while let Some(line) = next_line(&mut input, MAX_CASE_BYTES)? {
        if matches!(&line, Line::Text(text) if text.trim_ascii().is_empty()) {
            continue;
        }
        let reply = Reply::to(line);
        all_well &= reply.is_well();
        serde_json::to_writer(&mut output, &reply)?;
        output.write_all(b"\n")?;
        if !input.buffer().contains(&b'\n') {
            output.flush()?;
        }
    }
    output.flush()?;
    Ok(if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_line_by_line_and_tells_by_its_exit_code_whether_all_is_well() {
        let case = |id: &str, expected: &str| {
            format!(
                r#"{{"id": "{id}", "request": {{"principal": {{"type": "Root", "account": "111122223333"}}, "action": "s3:GetObject", "resource": "*"}}{expected}}}"#
            )
        };
        let run = |input: &str| {
            let mut output = Vec::new();
            let code = evaluate(input.as_bytes(), &mut output).unwrap();
            (String::from_utf8(output).unwrap(), code)
        };
        let plain = run(&format!("{}\n\n  \n{}", case("a", ""), case("b", "")));
        insta::assert_snapshot!(plain.0, @r#"
        {"id":"a","decision":"allowed","blocked_by":[],"matched":[]}
        {"id":"b","decision":"allowed","blocked_by":[],"matched":[]}
        "#);
        assert_eq!(plain.1, ExitCode::SUCCESS);
        let odd = run(&format!(
            "{}\n{}\nnonsense\n",
            case("a", r#", "expect": {"decision": "allowed"}"#),
            case("b", r#", "expect": {"decision": "implicitDeny", "blocked_by": ["identity"]}"#)
        ));
        insta::assert_snapshot!(odd.0, @r#"
        {"id":"a","decision":"allowed","blocked_by":[],"matched":[],"as_expected":true}
        {"id":"b","decision":"allowed","blocked_by":[],"matched":[],"as_expected":false}
        {"error":"expected ident at line 1 column 2"}
        "#);
        assert_eq!(odd.1, ExitCode::FAILURE);
    }
}
