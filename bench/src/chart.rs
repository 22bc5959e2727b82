//! Bar charts as SVG.

use crate::figure::readable;
use std::fmt::Write as _;

/// Bars that are compared with each other, on a scale of their own.
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) bars: Vec<Bar>,
}

pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: f64,
    pub(crate) colour: Colour,
}

/// What a bar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    /// What nothing can be faster than.
    Floor,
    Portcullis,
    Other,
    /// Something that does less than the others.
    Pale,
}

const WIDTH: f64 = 820.0;
const MARGIN: f64 = 20.0;
/// Room for the labels, right-aligned before the bars, and for the values behind them.
const LABELS: f64 = 190.0;
const VALUES: f64 = 80.0;
const BAR: f64 = 16.0;
const STEP: f64 = 22.0;
const HEADING: f64 = 30.0;
const SPACE: f64 = 14.0;

/// Draws the groups one below the other. Longer is better; `unit` says what is drawn.
pub(crate) fn bars(title: &str, unit: &str, groups: &[Group]) -> String {
    let mut body = String::new();
    let mut y = 58.0;
    for group in groups {
        y += HEADING;
        let _ = writeln!(
            body,
            r#"<text class="group" x="{MARGIN}" y="{:.0}">{}</text>"#,
            y - 10.0,
            escape(&group.title)
        );
        let longest = group.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        for bar in &group.bars {
            y += draw(&mut body, bar, longest, y);
        }
        y += SPACE;
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y:.0}" width="{WIDTH}" height="{y:.0}" role="img">
<title>{title}</title>
<style>
text {{ font: 13px system-ui, sans-serif; fill: #1f2328; }}
.title {{ font-size: 18px; font-weight: 600; }}
.unit {{ fill: #59636e; }}
.group {{ font-weight: 600; }}
.label {{ text-anchor: end; }}
.floor {{ fill: #9198a1; }}
.portcullis {{ fill: #0969da; }}
.other {{ fill: #bf8700; }}
.pale {{ fill: #eac54f; fill-opacity: 0.6; }}
</style>
<rect width="100%" height="100%" fill="#ffffff"/>
<text class="title" x="{MARGIN}" y="32">{title}</text>
<text class="unit" x="{MARGIN}" y="52">{unit}</text>
{body}</svg>
"##,
        title = escape(title),
        unit = escape(unit),
    )
}

/// Draws one bar with its label and value; how much room that takes.
fn draw(body: &mut String, bar: &Bar, longest: f64, y: f64) -> f64 {
    let room = WIDTH - 2.0 * MARGIN - LABELS - VALUES;
    let left = MARGIN + LABELS;
    let length = if longest > 0.0 { (bar.value / longest * room).max(1.0) } else { 1.0 };
    let class = match bar.colour {
        Colour::Floor => "floor",
        Colour::Portcullis => "portcullis",
        Colour::Other => "other",
        Colour::Pale => "pale",
    };
    let baseline = y + BAR - 3.5;
    let _ = writeln!(
        body,
        r#"<text class="label" x="{:.0}" y="{baseline:.1}">{}</text><rect class="{class}" x="{left}" y="{y:.0}" width="{length:.1}" height="{BAR}" rx="2"/><text x="{:.1}" y="{baseline:.1}">{}</text>"#,
        left - 8.0,
        escape(&bar.label),
        left + length + 6.0,
        readable(bar.value),
    );
    STEP
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_long_as_their_values() {
        let bar = |label: &str, value, colour| Bar { label: label.into(), value, colour };
        let group = Group {
            title: "a < b".into(),
            bars: vec![bar("floor", 1000.0, Colour::Floor), bar("half", 500.0, Colour::Portcullis)],
        };
        let drawn = bars("t", "u", &[group]);
        assert!(drawn.contains(r#"class="floor" x="210" y="88" width="510.0""#), "{drawn}");
        assert!(drawn.contains(r#"class="portcullis" x="210" y="110" width="255.0""#), "{drawn}");
        assert!(drawn.contains("a &lt; b"), "{drawn}");
    }
}
