use std::sync::Arc;

use annotate_snippets::renderer::DEFAULT_LINE_NUM_STYLE;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};
use tightlip_rules::{Finding, Severity, SourceFile, Step};

use crate::TextStyle;
use crate::escape::{escape_controls, shorten};
use crate::excerpt::Excerpt;
use crate::position::{Positions, clamp};

/// A longer flow is shortened in the middle.
const MOST_STEPS: usize = 8;
/// How many of its steps are kept at each end.
const KEPT_STEPS: usize = 4;
/// A longer note is cut.
const LONGEST_NOTE: usize = 200;

/// Something that is marked in a frame.
struct Mark {
    range: (usize, usize),
    label: String,
    is_last: bool,
}

/// Steps that follow each other in one file.
struct Frame<'a> {
    file: &'a Arc<SourceFile>,
    marks: Vec<Mark>,
}

/// The frames of a finding, drawn: where it is, or the steps that lead to it.
pub(crate) fn render(finding: &Finding, positions: &Positions, style: TextStyle) -> String {
    let parts = parts(finding);
    // Where all is seen in the file that the headline names, it need not be named again.
    let is_named = match parts.as_slice() {
        [Part::Frame(frame)] => Arc::ptr_eq(frame.file, &finding.place.file),
        _ => false,
    };
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() }.term_width(style.width);
    let mut drawn = String::new();
    for part in &parts {
        match part {
            Part::Frame(frame) => {
                if !is_named {
                    drawn.push_str(&origin(frame, positions, style));
                }
                let group = Group::with_level(level(finding.severity)).element(snippet(frame, positions));
                push_lines(&mut drawn, &renderer.render(&[group]));
            }
            Part::LeftOut(count) => {
                let words =
                    format!("  ... {count} steps between are left out; --output-format json has them");
                push_lines(&mut drawn, &words);
            }
        }
    }
    drawn
}

enum Part<'a> {
    Frame(Frame<'a>),
    LeftOut(usize),
}

fn parts(finding: &Finding) -> Vec<Part<'_>> {
    if finding.steps.is_empty() {
        let mark = Mark { range: range_of(finding), label: note(&finding.message), is_last: true };
        return vec![Part::Frame(Frame { file: &finding.place.file, marks: vec![mark] })];
    }
    let count = finding.steps.len();
    let kept = if count > MOST_STEPS { KEPT_STEPS } else { count };
    let mut parts = Vec::new();
    add_steps(&mut parts, &finding.steps[..kept], 0, count);
    if kept < count {
        parts.push(Part::LeftOut(count - 2 * KEPT_STEPS));
        add_steps(&mut parts, &finding.steps[count - KEPT_STEPS..], count - KEPT_STEPS, count);
    }
    parts
}

fn range_of(finding: &Finding) -> (usize, usize) {
    clamp(&finding.place.file.text, finding.place.span)
}

fn add_steps<'a>(parts: &mut Vec<Part<'a>>, steps: &'a [Step], offset: usize, count: usize) {
    for (place, step) in steps.iter().enumerate() {
        let number = offset + place + 1;
        let label = format!("{number} {}", note(&step.note));
        let range = clamp(&step.place.file.text, step.place.span);
        let mark = Mark { range, label, is_last: number == count };
        match parts.last_mut() {
            Some(Part::Frame(frame)) if Arc::ptr_eq(frame.file, &step.place.file) => frame.marks.push(mark),
            _ => parts.push(Part::Frame(Frame { file: &step.place.file, marks: vec![mark] })),
        }
    }
}

fn note(text: &str) -> String {
    escape_controls(&shorten(text, LONGEST_NOTE)).into_owned()
}

/// `  --> shop/views/orders.py:21:12`, with the arrow above the bar of the frame.
fn origin(frame: &Frame<'_>, positions: &Positions, style: TextStyle) -> String {
    let lines = positions.lines(frame.file);
    let line = |offset| lines.position(&frame.file.text, offset).line;
    let last = frame.marks.iter().map(|mark| line(mark.range.1)).max().unwrap_or(1);
    let position = lines.position(&frame.file.text, frame.marks[0].range.0);
    let arrow = format!("{:width$}-->", "", width = last.to_string().len());
    let path = escape_controls(&frame.file.path);
    format!("{} {path}:{}:{}\n", style.paint(DEFAULT_LINE_NUM_STYLE, &arrow), position.line, position.column)
}

fn snippet(frame: &Frame<'_>, positions: &Positions) -> Snippet<'static, Annotation<'static>> {
    let lines = positions.lines(frame.file);
    let text = &frame.file.text;
    let ranges: Vec<_> = frame.marks.iter().map(|mark| mark.range).collect();
    let excerpt = Excerpt::new(text, &lines, &ranges);
    let marks = frame.marks.iter().map(|mark| {
        let kind = if mark.is_last { AnnotationKind::Primary } else { AnnotationKind::Context };
        kind.span(excerpt.range(text, &lines, mark.range)).label(mark.label.clone())
    });
    let context = excerpt.context.iter().map(|range| AnnotationKind::Visible.span(range.clone()));
    let annotations: Vec<_> = context.chain(marks).collect();
    let first_line = excerpt.first_line;
    Snippet::source(excerpt.text).line_start(first_line).annotations(annotations)
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Critical | Severity::High => Level::ERROR,
        Severity::Medium => Level::WARNING,
        Severity::Low | Severity::Info => Level::NOTE,
    }
}

fn push_lines(drawn: &mut String, more: &str) {
    for line in more.lines() {
        drawn.push_str(line.trim_end());
        drawn.push('\n');
    }
}
