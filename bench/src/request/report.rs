//! The findings, as tables and as a chart.

use super::{Findings, Row, Subject};
use crate::{
    chart::{self, Bar, Colour, Group},
    command_line::Compare,
    figure::readable,
    server::Kind,
};
use std::fmt::Write as _;

const FLOOR: &str = "bare hyper server";
const CHART_TITLE: &str = "Requests answered for each second of CPU";
const CHART_UNIT: &str =
    "longer is better; pale: answers requests that have to be refused, such as wrongly signed ones";

/// Markdown.
pub(super) fn tables(findings: &Findings, compare: &Compare) -> String {
    let mut text = format!(
        "# Requests\n\n{}\n{} rounds of up to {} s with {} connections (iam:CreateUser: 64), the servers in turns; \
         medians.\n{}",
        findings.machine,
        compare.rounds(),
        compare.time().as_secs_f64(),
        compare.connections,
        if compare.quick { "A quick look: these figures prove nothing.\n" } else { "" },
    );
    for (operation, rows) in &findings.operations {
        let _ = write!(text, "\n## {}\n\n", operation.title());
        text.push_str(&operation_table(rows));
    }
    text.push_str("\n## Servers\n\n| server | version | start, ms | resident after the load, MB |\n|---|---|---:|---:|\n");
    for Subject { kind, version, started, resident_megabytes, .. } in &findings.servers {
        let _ = writeln!(
            text,
            "| {kind} | {version} | {} ({} to {}) | {} |",
            readable(started.median),
            readable(started.low),
            readable(started.high),
            readable(*resident_megabytes)
        );
    }
    text.push_str(
        "\n## What is refused\n\nEach was asked of the running server; the code is its answer.\n\n",
    );
    text.push_str(&refusal_table(findings));
    if !findings.skipped.is_empty() {
        text.push_str("\n## Not measured\n\n");
        for (name, reason) in &findings.skipped {
            let _ = writeln!(text, "- {name}: {reason}");
        }
    }
    text
}

fn operation_table(rows: &[Row]) -> String {
    let floor = rows.iter().find(|row| row.kind.is_none()).and_then(Row::cpu);
    let mut text = String::from(
        "| server | CPU µs/request (low to high) | requests per CPU-second | × the bare server | p50 ms | p99 ms | answer, bytes | requests | errors |\n\
         |---|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    let shown = |value: Option<f64>| value.map_or("-".to_owned(), readable);
    for row in rows {
        let cpu = row.cpu();
        let error = row.rounds.iter().find_map(|round| round.load.error.as_deref());
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {}{} |",
            row.kind.map_or(FLOOR.to_owned(), |kind| kind.to_string()),
            cpu.map_or("-".to_owned(), |cpu| format!(
                "{} ({} to {})",
                readable(cpu.median),
                readable(cpu.low),
                readable(cpu.high)
            )),
            shown(row.requests_per_cpu_second()),
            shown(cpu.zip(floor).map(|(cpu, floor)| cpu.median / floor.median)),
            shown(row.latency(50).map(|microseconds| microseconds / 1e3)),
            shown(row.latency(99).map(|microseconds| microseconds / 1e3)),
            row.answer_bytes,
            row.requests(),
            row.errors(),
            error.map_or(String::new(), |error| format!(" ({})", cell(error))),
        );
    }
    text
}

fn refusal_table(findings: &Findings) -> String {
    let mut text = String::from("| request with |");
    for subject in &findings.servers {
        let _ = write!(text, " {} |", subject.kind);
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(findings.servers.len()));
    text.push('\n');
    for (place, (probe, _)) in
        findings.servers.first().map_or(&[][..], |first| &first.refusals).iter().enumerate()
    {
        let _ = write!(text, "| {} |", probe.title());
        for subject in &findings.servers {
            let said = match subject.refusals.get(place).map(|(_, outcome)| outcome) {
                Some(Ok(Some(code))) => cell(code),
                Some(Ok(None)) => "**answers it**".to_owned(),
                Some(Err(error)) => cell(&error.to_string()),
                None => String::new(),
            };
            let _ = write!(text, " {said} |");
        }
        text.push('\n');
    }
    text
}

/// Text that cannot break a table.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace('<', "&lt;")
}

/// SVG.
pub(super) fn chart(findings: &Findings) -> String {
    let group = |(operation, rows): &(super::Operation, Vec<Row>)| Group {
        title: operation.title().to_owned(),
        bars: rows.iter().filter_map(|row| bar(row, findings)).collect(),
    };
    chart::bars(CHART_TITLE, CHART_UNIT, &findings.operations.iter().map(group).collect::<Vec<_>>())
}

fn bar(row: &Row, findings: &Findings) -> Option<Bar> {
    let lax = findings.servers.iter().any(|subject| Some(subject.kind) == row.kind && subject.is_lax());
    Some(Bar {
        label: row.kind.map_or(FLOOR.to_owned(), |kind| kind.to_string()),
        value: row.requests_per_cpu_second()?,
        colour: match row.kind {
            None => Colour::Floor,
            Some(_) if lax => Colour::Pale,
            Some(Kind::Portcullis | Kind::PortcullisDev) => Colour::Portcullis,
            Some(_) => Colour::Other,
        },
    })
}

impl Subject {
    /// Whether it answered a request that has to be refused.
    fn is_lax(&self) -> bool {
        self.refusals.iter().any(|(_, outcome)| matches!(outcome, Ok(None)))
    }
}

impl Row {
    /// What could be served with one core's worth of CPU; nothing when some requests failed, as a refusal costs less.
    fn requests_per_cpu_second(&self) -> Option<f64> {
        let cpu = self.cpu().filter(|_| self.errors() == 0)?;
        Some(1e6 / cpu.median)
    }
}
