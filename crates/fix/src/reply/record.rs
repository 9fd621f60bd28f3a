//! The error goes into the log, once and with its trace.

use tightlip_ir::{
    ExpressionId, ExpressionKind, Handler, Literal, Span, Spread, Statement, StatementKind, Symbol,
};

use super::body::Body;
use super::literal::{Holes, Piece, tokens};
use super::spot::{Reader, Spot};
use super::words;
use crate::edit::{Edit, Refusal};
use crate::logger::{is_logger, logger_for};
use crate::site::Site;

/// Where the error is logged.
#[derive(Clone, Copy)]
pub(super) enum Recording<'a> {
    /// It is caught here.
    Arm(&'a Handler),
    /// The framework hands it to this parameter.
    Parameter(Symbol),
    /// It is no exception: what is logged is this value.
    Value(ExpressionId),
    /// What it is is no error.
    Nothing,
}

/// A line of the log that is there already.
struct Line {
    call: ExpressionId,
    kind: LineKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LineKind {
    /// It has the trace.
    Traced,
    /// It is of a grave level: `exception` says the same with the trace.
    Grave,
    /// It is of a light level.
    Light,
    /// It goes to standard output.
    Printed,
}

/// The edits that have the error logged with `message`. `block` is what runs when it is there; `edited` are the spots
/// that change, so that lines built of them are not counted.
pub(super) fn record(
    reader: &Reader<'_>,
    recording: Recording<'_>,
    block: &[Statement],
    message: &str,
    edited: &[Edit],
) -> Result<Vec<Edit>, Refusal> {
    if matches!(recording, Recording::Nothing) {
        return Ok(Vec::new());
    }
    let error = match recording {
        Recording::Arm(handler) => handler.name,
        Recording::Parameter(name) => Some(name),
        Recording::Value(_) | Recording::Nothing => None,
    };
    let mut lines: Vec<Line> =
        block.iter().filter_map(|statement| line(reader, statement, error, edited)).collect();
    lines.sort_by_key(|line| match line.kind {
        LineKind::Traced => 0,
        LineKind::Grave => 1,
        LineKind::Light => 2,
        LineKind::Printed => 3,
    });
    if let (Some(line), false) = (lines.first(), matches!(recording, Recording::Value(_)))
        && let Some(edits) = improve(reader, line, recording, error, message)?
    {
        return Ok(edits);
    }
    insert(reader, recording, block, message)
}

/// The line of the log that a statement writes.
fn line(reader: &Reader<'_>, statement: &Statement, error: Option<Symbol>, edited: &[Edit]) -> Option<Line> {
    let StatementKind::Expression(call) = statement.kind else { return None };
    let body = reader.body;
    let ExpressionKind::Call { callee, arguments } = body.kind(call) else { return None };
    let span = body.span(call);
    let is_edited = edited.iter().any(|edit| span.contains(edit.span));
    let handling = &reader.site.project.checked.catalogue.handling;
    let text = reader.site.slice(span);
    let speaks = || {
        let reads = error.map(|error| body.reads(error)).unwrap_or_default();
        reads.into_iter().any(|read| span.contains(body.span(read)))
    };
    match body.kind(*callee) {
        ExpressionKind::Attribute { object, name } if is_logger(reader.site, *object) => {
            let is_on = |id: ExpressionId| {
                !matches!(body.kind(id), ExpressionKind::Literal(Literal::Boolean(false) | Literal::None))
            };
            let traced = arguments.iter().any(|argument| {
                argument.keyword.is_some_and(|name| name == "exc_info") && is_on(argument.value)
            });
            let kind = match name.text() {
                "exception" => LineKind::Traced,
                _ if traced => LineKind::Traced,
                _ if text.contains("format_exc") && !is_edited => LineKind::Traced,
                "error" | "critical" => LineKind::Grave,
                "warning" | "warn" | "info" => LineKind::Light,
                _ => return None,
            };
            Some(Line { call, kind })
        }
        ExpressionKind::Name(name) if *name == "print" => {
            let is_page = arguments.iter().any(|argument| argument.keyword.is_some());
            (!is_edited && !is_page && (speaks() || text.contains("format_exc")))
                .then_some(Line { call, kind: LineKind::Printed })
        }
        ExpressionKind::Name(name) | ExpressionKind::Attribute { name, .. } => {
            let path = reader.site.scope(reader.function).path(*callee);
            let is_record = path.is_some_and(|path| handling.records.contains(&path))
                || handling.current_methods.contains(name);
            let lower = name.text().to_lowercase();
            let is_told =
                handling.fragments.iter().any(|fragment| lower.contains(fragment.text())) && speaks();
            (is_record || is_told).then_some(Line { call, kind: LineKind::Traced })
        }
        _ => None,
    }
}

/// Gives a line that is there the trace; nothing if it cannot be done.
fn improve(
    reader: &Reader<'_>,
    line: &Line,
    recording: Recording<'_>,
    error: Option<Symbol>,
    message: &str,
) -> Result<Option<Vec<Edit>>, Refusal> {
    let body = reader.body;
    let ExpressionKind::Call { callee, arguments } = body.kind(line.call) else { return Ok(None) };
    let span = body.span(line.call);
    let callee_end = body.span(*callee).end;
    let in_arm = matches!(recording, Recording::Arm(_));
    match line.kind {
        LineKind::Traced => Ok(Some(Vec::new())),
        LineKind::Printed => {
            let logger = logger_for(reader.site, reader.function)?;
            let statement = statement(reader, recording, &logger.expression, message);
            let mut edits = logger.edits;
            edits.push(reader.site.replace(span, statement));
            Ok(Some(edits))
        }
        LineKind::Grave if in_arm => {
            let ExpressionKind::Attribute { name, .. } = body.kind(*callee) else { return Ok(None) };
            let from = callee_end - name.text().len() as u32;
            let mut edits = vec![reader.site.replace(Span::new(from, callee_end), "exception")];
            edits.extend(without_error(reader, line.call, error, message));
            // `exception` has no such argument to be told to be silent with.
            let says =
                arguments.iter().any(|argument| argument.keyword.is_some_and(|name| name == "exc_info"));
            Ok((!says).then_some(edits))
        }
        LineKind::Grave | LineKind::Light => {
            let says = arguments.iter().any(|argument| {
                argument.spread == Spread::Entries || argument.keyword.is_some_and(|name| name == "exc_info")
            });
            if says || arguments.is_empty() {
                return Ok(None);
            }
            let value = match recording {
                Recording::Parameter(name) => name.text(),
                _ => "True",
            };
            let before = reader.site.slice(Span::new(span.start, span.end - 1)).trim_end();
            let sign = if before.ends_with(',') { " " } else { ", " };
            let at = span.start + before.len() as u32;
            Ok(Some(vec![reader.site.insert(at, format!("{sign}exc_info={value}"))]))
        }
    }
}

/// Takes the error's text out of a line that has its trace now.
fn without_error(reader: &Reader<'_>, call: ExpressionId, error: Option<Symbol>, message: &str) -> Vec<Edit> {
    let (body, site) = (reader.body, reader.site);
    let span = body.span(call);
    let ExpressionKind::Call { arguments, .. } = body.kind(call) else { return Vec::new() };
    let Some(error) = error else { return Vec::new() };
    let mut reads = body.reads(error);
    reads.retain(|read| span.contains(body.span(*read)));
    let spots: Vec<Spot> = reads
        .iter()
        .filter_map(|read| reader.spot(*read, tightlip_catalogue::Rule::ExceptionMessage))
        .collect();
    let [spot] = spots[..] else { return Vec::new() };
    let (Spot::Whole(argument, _) | Spot::Added(argument, _) | Spot::Filled(argument, _)) = spot else {
        return Vec::new();
    };
    let Some(place) = arguments.iter().position(|known| known.value == argument) else { return Vec::new() };
    match (spot, place) {
        (Spot::Whole(..), 0) if arguments.len() == 1 => {
            vec![site.replace(body.span(argument), site.style.literal(message))]
        }
        (Spot::Whole(..), place) if place > 0 => {
            let literal = body.span(arguments[0].value);
            let Some(mut found) = tokens(site.slice(literal), Holes::Percent) else { return Vec::new() };
            if found.iter().any(|token| token.prefix.contains(['f', 'F'])) {
                return Vec::new();
            }
            let holes: Vec<_> = found
                .iter()
                .flat_map(|token| &token.pieces)
                .filter_map(|piece| match piece {
                    Piece::Hole(_, range) => Some(range.clone()),
                    Piece::Words(_) => None,
                })
                .collect();
            let is_plain = arguments.iter().all(|argument| argument.spread == Spread::No);
            let positional = arguments.iter().filter(|argument| argument.keyword.is_none()).count();
            if holes.len() + 1 != positional || arguments[place].keyword.is_some() || !is_plain {
                return Vec::new();
            }
            let gone = holes[place - 1].clone();
            // Without arguments, nothing is filled in, and doubled signs stay as they are.
            let close = if holes.len() == 1 { Holes::Percent } else { Holes::Fields };
            if !words::take_out(&mut found, close, |hole| *hole == gone, message) || found.len() != 1 {
                return Vec::new();
            }
            let from = body.span(arguments[place - 1].value).end;
            vec![
                site.replace(literal, found[0].written()),
                site.replace(Span::new(from, body.span(argument).end), ""),
            ]
        }
        (Spot::Filled(..) | Spot::Added(..), 0) => {
            let rewriter = super::rewrite::Rewriter { site, body, instead: message };
            rewriter.rewrite(&[spot]).edits
        }
        _ => Vec::new(),
    }
}

/// A new line at the start of the block.
fn insert(
    reader: &Reader<'_>,
    recording: Recording<'_>,
    block: &[Statement],
    message: &str,
) -> Result<Vec<Edit>, Refusal> {
    let site = reader.site;
    let at = match recording {
        Recording::Value(id) => reader.body.statement(id),
        _ => block.first(),
    };
    let Some(first) = at else { return Err(Refusal("there is no place for a line of the log".to_owned())) };
    let start = first_line(site, reader.body, first);
    let logger = logger_for(site, reader.function)?;
    let statement = statement(reader, recording, &logger.expression, message);
    let newline = site.style.newline;
    let mut edits = logger.edits;
    if site.starts_line(start) {
        let line = format!("{}{statement}{newline}", site.indent(start));
        edits.push(site.insert(site.line_start(start), line));
        return Ok(edits);
    }
    // A suite on one line: it gets lines of its own.
    let line = site.line_start(start);
    let before = site.slice(Span::new(line, start));
    let is_suite = before.trim_end().ends_with(':');
    if !is_suite {
        edits.push(site.insert(start, format!("{statement}; ")));
        return Ok(edits);
    }
    let indent = format!("{}{}", site.indent(start), site.style.level());
    let blanks = before.len() - before.trim_end().len();
    let gap = Span::new(start - blanks as u32, start);
    edits.push(site.replace(gap, format!("{newline}{indent}{statement}{newline}{indent}")));
    Ok(edits)
}

/// Where a statement starts; a definition's decorators stand before its name.
fn first_line(site: &Site<'_>, body: &Body<'_>, statement: &Statement) -> u32 {
    let start = statement.span.start;
    let decorator = match &statement.kind {
        StatementKind::Define(id) => body.module.function(*id).decorators.first(),
        _ => None,
    };
    match decorator {
        Some(id) if body.span(*id).start < start => {
            let line = site.line_start(body.span(*id).start);
            line + site.indent(body.span(*id).start).len() as u32
        }
        _ => start,
    }
}

fn statement(reader: &Reader<'_>, recording: Recording<'_>, logger: &str, message: &str) -> String {
    let style = reader.site.style;
    match recording {
        Recording::Arm(_) | Recording::Nothing => format!("{logger}.exception({})", style.literal(message)),
        Recording::Parameter(name) => format!("{logger}.error({}, exc_info={name})", style.literal(message)),
        Recording::Value(id) => {
            let value = reader.site.slice(reader.body.span(id));
            format!(
                "{logger}.error({}, {value})",
                style.literal(&format!("{}: %s", message.replace('%', "%%")))
            )
        }
    }
}
