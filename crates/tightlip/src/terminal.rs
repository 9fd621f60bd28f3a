use std::env;
use std::io::{self, IsTerminal};

use console::Term;
use tightlip_report::TextStyle;

use crate::arguments::Color;

/// Narrower frames show nothing, wider ones are hard to read.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=120;

/// How the report looks on standard output.
pub(crate) fn text_style(choice: Color) -> TextStyle {
    let plain = TextStyle::default();
    let width = Term::stdout().size_checked().map_or(plain.width, |(_, columns)| {
        // One column is left free: some terminals wrap a full line.
        (columns as usize).saturating_sub(1).clamp(*WIDTHS.start(), *WIDTHS.end())
    });
    TextStyle { color: wants_color(choice, &io::stdout()), width }
}

/// Whether standard error has colours.
pub(crate) fn stderr_color(choice: Color) -> bool {
    wants_color(choice, &io::stderr())
}

fn wants_color(choice: Color, stream: &impl IsTerminal) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let is_dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
            stream.is_terminal() && !is_unwanted && !is_dumb
        }
    }
}
