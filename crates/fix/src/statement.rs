//! Statements as lines: which one a place is in, how one is taken out, where one is put in.

use tightlip_ir::{Block, Span, Statement};
use tightlip_rules::walk;

use crate::edit::{Edit, Refusal};
use crate::site::Site;

/// A statement and the block that it stands in.
#[derive(Clone, Copy)]
pub(crate) struct Standing<'a> {
    pub(crate) block: &'a Block,
    /// Its place in the block.
    pub(crate) place: usize,
}

impl<'a> Standing<'a> {
    pub(crate) fn statement(self) -> &'a Statement {
        &self.block[self.place]
    }

    pub(crate) fn span(self) -> Span {
        self.statement().span
    }
}

/// The innermost statement that `span` is in.
pub(crate) fn statement_at<'a>(site: &Site<'a>, span: Span) -> Result<Standing<'a>, Refusal> {
    let module = site.module()?;
    let bodies = module.functions.iter().map(|function| &function.body);
    let bodies = bodies.chain(module.classes.iter().map(|class| &class.body));
    let mut found: Option<Standing<'a>> = None;
    for body in bodies {
        find(body, span, &mut found);
    }
    found.ok_or_else(|| Refusal("no statement stands there".to_owned()))
}

fn find<'a>(block: &'a Block, span: Span, found: &mut Option<Standing<'a>>) {
    for (place, statement) in block.iter().enumerate() {
        if !statement.span.contains(span) {
            continue;
        }
        let width = |span: Span| span.end - span.start;
        if found.is_none_or(|known| width(statement.span) <= width(known.span())) {
            *found = Some(Standing { block, place });
        }
        walk::blocks(statement).into_iter().for_each(|inner| find(inner, span, found));
    }
}

/// Whether the lines of a statement are its own: nothing else stands on them, no remark either.
pub(crate) fn has_own_lines(site: &Site<'_>, span: Span) -> bool {
    let rest = &site.text()[span.end as usize..site.line_end(span.end) as usize];
    site.starts_line(span.start) && rest.trim().is_empty()
}

/// The lines of a statement, with the newline behind the last one.
pub(crate) fn lines(site: &Site<'_>, span: Span) -> Span {
    Span::new(site.line_start(span.start), site.next_line(span.end))
}

/// Takes a statement out; none where it shares its lines, or a remark stands behind it.
pub(crate) fn without(site: &Site<'_>, standing: Standing<'_>) -> Option<Edit> {
    let span = standing.span();
    if !has_own_lines(site, span) {
        return None;
    }
    if standing.block.len() == 1 {
        return Some(site.replace(span, "pass"));
    }
    Some(site.replace(lines(site, span), ""))
}

/// Where a line before the statement at `span` starts, if nothing stands before it on its own.
pub(crate) fn line_before(site: &Site<'_>, span: Span) -> Result<u32, Refusal> {
    if site.starts_line(span.start) {
        Ok(site.line_start(span.start))
    } else {
        Err(Refusal("it shares its line with what stands before it".to_owned()))
    }
}

/// `code`, which is written with `\n` and four blanks, in the style of the file and indented by `indent`.
pub(crate) fn in_style(site: &Site<'_>, indent: &str, code: &str) -> String {
    let level = site.style.level();
    let mut text = String::new();
    for line in code.lines() {
        let rest = line.trim_start_matches(' ');
        if !rest.is_empty() {
            text.push_str(indent);
            text.push_str(&level.repeat((line.len() - rest.len()) / 4));
            text.push_str(&" ".repeat((line.len() - rest.len()) % 4));
            text.push_str(&requoted(rest, site.style.quote));
        }
        text.push_str(site.style.newline);
    }
    text
}

/// A line of our own with the quotes of the file; one that holds both kinds stays as it is.
fn requoted(line: &str, quote: char) -> String {
    if quote == '"' || line.contains('\'') || line.contains("\"\"\"") || line.trim_start().starts_with('#') {
        return line.to_owned();
    }
    line.replace('"', "'")
}
