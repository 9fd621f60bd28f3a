//! What tightlip found, as text, JSON and SARIF: one file a format.
//!
//! A format is a function from a [`Report`] to a writer. It reads no file, no environment and no clock: the
//! same report gives the same bytes. Only the last line of the text, which says how long it took, tells the
//! time, and that was measured by the caller.

mod applications;
mod escape;
mod evidence;
mod excerpt;
mod frames;
mod json;
mod page;
mod position;
mod sarif;
mod text;

use std::io::{self, Write};
use std::time::Duration;

use tightlip_rules::Judgement;

pub use escape::escape_controls;
pub use json::json;
pub use page::page_body;
pub use position::{Lines, Position};
pub use sarif::{RulePages, sarif};
pub use text::{TextStyle, text};

/// The views that a report has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people: code frames and numbered notes.
    Text,
    /// For programs: a documented, stable shape.
    Json,
    /// For code scanning services: SARIF 2.1.0.
    Sarif,
}

/// All that a report tells.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found.
    pub judgement: &'a Judgement,
    /// What could not be read or understood, sorted by path and place.
    pub problems: &'a [Problem],
    /// How much was checked.
    pub summary: Summary,
    /// The folder that absolute paths are below of, if there are any: SARIF tells paths relative to it, so that
    /// no machine's folders are told.
    pub base: Option<&'a str>,
}

/// How much was checked.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Summary {
    /// How many files were read and understood, wholly or in part.
    pub files: usize,
    /// How long it took. Only the text tells it.
    pub elapsed: Duration,
}

/// Something that kept tightlip from checking all it was asked to check.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Problem {
    /// The file or folder, written like the paths of findings.
    pub path: String,
    /// Line and column, both from 1, if it has a place.
    pub place: Option<(usize, usize)>,
    /// How bad it is.
    pub gravity: Gravity,
    /// What is wrong and what that means, as half a sentence without a full stop.
    pub message: String,
}

/// How bad a [`Problem`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Gravity {
    /// A file or a part of one is left out; the rest was checked.
    Warning,
    /// What the user asked for could not be done.
    Error,
}

impl Gravity {
    /// The gravity in a word.
    pub fn name(self) -> &'static str {
        match self {
            Gravity::Warning => "warning",
            Gravity::Error => "error",
        }
    }
}

/// Writes `report` in `format`. `pages` gives SARIF its help texts.
pub fn write(
    report: &Report<'_>,
    format: Format,
    style: TextStyle,
    pages: RulePages<'_>,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::Text => text(report, style, out),
        Format::Json => json(report, out),
        Format::Sarif => sarif(report, pages, out),
    }
}
