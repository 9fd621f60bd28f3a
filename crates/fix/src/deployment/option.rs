//! An option of a command is taken out, wherever the command is written: a line of the shell, a list in brackets, a
//! list with a line for each word.

use tightlip_ir::Span;

use crate::site::Site;

/// What has to go for `name` to be gone from the command at `span`.
pub(super) fn removed(site: &Site<'_>, span: Span, name: &str) -> Option<Span> {
    let text = site.text();
    let (from, to) = (span.start as usize, span.end as usize);
    let (start, end) = word(text, from, to, name)?;
    let behind = &text[end..];
    // `- --debug` on a line of its own.
    let line = site.line_start(start as u32) as usize;
    let line_end = site.line_end(end as u32) as usize;
    if text[line..start].trim() == "-" && text[end..line_end].trim().is_empty() {
        return Some(Span::new(line as u32, site.next_line(end as u32)));
    }
    let is_quoted = text[start..end].starts_with(['"', '\'']);
    if is_quoted && let Some(rest) = behind.trim_start().strip_prefix(',') {
        let end = text.len() - rest.trim_start_matches([' ', '\t']).len();
        return Some(Span::new(start as u32, end as u32));
    }
    let before = text[from..start].trim_end();
    let before = if is_quoted { before.strip_suffix(',').unwrap_or(before) } else { without_breaks(before) };
    Some(Span::new((from + before.len()) as u32, end as u32))
}

/// Lines that are continued with `\` end before it.
fn without_breaks(text: &str) -> &str {
    match text.strip_suffix('\\') {
        Some(rest) => rest.trim_end(),
        None => text,
    }
}

/// Where the word `name`, or `name=value`, stands, with the quotes that are its own.
fn word(text: &str, from: usize, to: usize, name: &str) -> Option<(usize, usize)> {
    let mut search = from;
    while let Some(found) = text.get(search..to)?.find(name).map(|at| search + at) {
        search = found + name.len();
        let before = text[..found].chars().next_back();
        let starts = before.is_none_or(|letter| letter.is_whitespace() || "\"'[,".contains(letter));
        let mut end = search;
        if text[end..].starts_with('=') {
            let value = &text[end..];
            end += value
                .find(|letter: char| letter.is_whitespace() || "\"',]".contains(letter))
                .unwrap_or(value.len());
        }
        let next = text[end..].chars().next();
        let ends = next.is_none_or(|letter| letter.is_whitespace() || "\"',]#;&|".contains(letter));
        if !starts || !ends {
            continue;
        }
        let is_quoted = before.is_some_and(|letter| "\"'".contains(letter)) && before == next;
        return Some(if is_quoted { (found - 1, end + 1) } else { (found, end) });
    }
    None
}
