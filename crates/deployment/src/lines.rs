use tightlip_ir::Span;

/// A line with where it starts in the text, without what ends it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    pub(crate) start: usize,
    pub(crate) text: &'a str,
}

/// The lines of `text`.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |whole| {
        let line = Line { start, text: whole.trim_end_matches(['\n', '\r']) };
        start += whole.len();
        line
    })
}

/// Lines, with those that a `\` at the end joins taken together. Breaks inside stay in the text, so that places in
/// it are places in the whole.
pub(crate) fn joined_lines(text: &str, comments_inside: bool) -> Vec<Line<'_>> {
    let mut joined: Vec<Line<'_>> = Vec::new();
    let mut open: Option<usize> = None;
    for line in lines(text) {
        let is_comment = comments_inside && open.is_some() && line.text.trim_start().starts_with('#');
        let continues = line.text.trim_end().ends_with('\\') || is_comment;
        let start = open.unwrap_or(line.start);
        if continues {
            open = Some(start);
            continue;
        }
        open = None;
        joined.push(Line { start, text: &text[start..line.start + line.text.len()] });
    }
    if let Some(start) = open {
        joined.push(Line { start, text: text[start..].trim_end_matches(['\\', '\n', '\r', ' ']) });
    }
    joined
}

/// The part of `text` at `range`, whose text starts at `base` in the file.
pub(crate) fn span(base: usize, start: usize, end: usize) -> Span {
    let offset = |place: usize| u32::try_from(base + place).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end.max(start)))
}

/// `name=value`, trimmed, with where the trimmed line starts in `text`; nothing for comments and other lines.
pub(crate) fn entry(text: &str) -> Option<(&str, &str)> {
    let trimmed = text.trim();
    if trimmed.starts_with(['#', ';', '[']) {
        return None;
    }
    let (name, value) = trimmed.split_once('=')?;
    Some((name.trim(), value.trim()))
}

/// `value` without the quotes around it.
pub(crate) fn unquoted(value: &str) -> &str {
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    value
}

/// Where the trimmed content of a line starts and ends in the file.
pub(crate) fn content_span(line: Line<'_>) -> Span {
    let start = line.text.len() - line.text.trim_start().len();
    span(line.start, start, line.text.trim_end().len())
}
