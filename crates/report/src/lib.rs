//! What tightlip found, in the formats that people and services read: one file a format.
//!
//! A format is a function from a [`Report`] to a writer. It reads no file, no environment and no clock: the
//! same report gives the same bytes. Only the last line of the text, which says how long it took, tells the
//! time, and that was measured by the caller.

mod applications;
mod difference;
mod escape;
mod evidence;
mod excerpt;
mod folding;
mod frames;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod markdown;
mod page;
mod paths;
mod position;
mod prompt;
mod repair;
mod sarif;
mod statistics;
mod table;
mod text;

use std::io::{self, Write};
use std::time::Duration;

use tightlip_rules::Judgement;

pub use escape::escape_controls;
pub use github::github;
pub use gitlab::gitlab;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use page::page_body;
pub use position::{Lines, Position};
pub use prompt::prompt;
pub use repair::{Applicability, Change, Repair};
pub use sarif::{RulePages, sarif};
pub use statistics::{statistics, statistics_json};
pub use table::csv;
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
    /// One self-contained page, to be handed to somebody.
    Html,
    /// For a comment on a pull request or the summary of a job.
    Markdown,
    /// Annotations in pull requests of GitHub.
    Github,
    /// Code quality in merge requests of GitLab.
    Gitlab,
    /// For services that show results of tests.
    Junit,
    /// For spreadsheets.
    Csv,
    /// For an assistant that repairs: one structured text for each finding.
    Prompt,
}

impl Format {
    /// All of them, with the names by which they are asked for.
    pub const NAMES: [(&'static str, Format); 10] = [
        ("text", Format::Text),
        ("json", Format::Json),
        ("sarif", Format::Sarif),
        ("html", Format::Html),
        ("markdown", Format::Markdown),
        ("github", Format::Github),
        ("gitlab", Format::Gitlab),
        ("junit", Format::Junit),
        ("csv", Format::Csv),
        ("prompt", Format::Prompt),
    ];

    /// The format of this name.
    pub fn find(name: &str) -> Option<Format> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }
}

/// All that a report tells.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found.
    pub judgement: &'a Judgement,
    /// What can be done about each finding, in their order; empty where nobody looked.
    pub repairs: &'a [Repair],
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
    /// How many findings were mended and are not reported any more.
    pub mended: usize,
    /// How many requests were sent, where a server was asked and no files were read.
    pub requests: Option<usize>,
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

/// Writes `report` in `format`. `pages` gives SARIF and HTML their help texts.
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
        Format::Html => html(report, pages, out),
        Format::Markdown => markdown(report, out),
        Format::Github => github(report, out),
        Format::Gitlab => gitlab(report, out),
        Format::Junit => junit(report, out),
        Format::Csv => csv(report, out),
        Format::Prompt => prompt(report, out),
    }
}
