use std::io::{self, Write};

use annotate_snippets::renderer::{AnsiColor, Style};
use tightlip_rules::{Application, ControlState, Place};

use crate::TextStyle;
use crate::escape::{escape_controls, shorten};
use crate::position::Positions;

const LONGEST_REASON: usize = 120;

/// One application with its three controls:
///
/// ```text
/// shop: Flask application (shop/__init__.py:8)
///   1 central handler    weak    handle_error sends str(error)            shop/errors.py:12
///   2 sanitized replies  absent  11 leaks
///   3 debug suppression  absent  the image starts `flask run --debug`     Dockerfile:9
/// ```
pub(crate) fn write(
    application: &Application,
    positions: &Positions,
    style: TextStyle,
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(
        out,
        "{}: {} application ({})",
        style.paint(Style::new().bold(), &escape_controls(&application.name)),
        escape_controls(&application.framework),
        whereabouts(&application.place, positions),
    )?;
    let reasons: Vec<String> = application
        .controls
        .iter()
        .map(|control| escape_controls(&shorten(&control.reason, LONGEST_REASON)).into_owned())
        .collect();
    let widest = reasons.iter().map(|reason| reason.chars().count()).max().unwrap_or(0);
    for (place, (control, reason)) in application.controls.iter().zip(&reasons).enumerate() {
        let title = control.control.title();
        let state = style.paint(state_style(control.state), &format!("{:7}", control.state.name()));
        let mut line = format!("  {} {title:17}  {state}  {reason}", place + 1);
        if let Some(place) = &control.place {
            let gap = widest - reason.chars().count() + 2;
            line.push_str(&" ".repeat(gap));
            line.push_str(&whereabouts(place, positions));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out)
}

fn whereabouts(place: &Place, positions: &Positions) -> String {
    format!("{}:{}", escape_controls(&place.file.path), positions.start(place).line)
}

fn state_style(state: ControlState) -> Style {
    match state {
        ControlState::Present => AnsiColor::Green.on_default(),
        ControlState::Weak => AnsiColor::Yellow.on_default(),
        ControlState::Absent => AnsiColor::BrightRed.on_default(),
    }
}
