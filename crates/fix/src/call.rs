//! The arguments of a call as they are written: where each stands, how one is taken out, how one is put in.

use std::ops::Range;

use tightlip_ir::{Argument, ExpressionId, ExpressionKind, Span};

use crate::edit::{Edit, Refusal};
use crate::site::Site;

/// A call, or any other list between brackets, as it is written.
pub(crate) struct CallText<'a> {
    site: &'a Site<'a>,
    /// Where each item stands, without the blanks and comments around it.
    items: Vec<Range<usize>>,
    /// Behind the opening bracket.
    open: usize,
    /// Before the closing one.
    close: usize,
    /// Whether a comma stands behind the last item.
    ends_with_comma: bool,
}

/// The arguments of a call of the ir.
pub(crate) fn arguments_of<'a>(
    site: &Site<'a>,
    call: ExpressionId,
) -> Option<(ExpressionId, &'a [Argument])> {
    match &site.module().ok()?.expression(call).kind {
        ExpressionKind::Call { callee, arguments } => Some((*callee, arguments)),
        _ => None,
    }
}

impl<'a> CallText<'a> {
    /// The arguments of `call`.
    pub(crate) fn of_call(site: &'a Site<'a>, call: ExpressionId) -> Result<Self, Refusal> {
        let unclear = || Refusal("how the call is written is not understood".to_owned());
        let (callee, _) = arguments_of(site, call).ok_or_else(unclear)?;
        let module = site.module()?;
        let (whole, callee) = (module.expression(call).span, module.expression(callee).span);
        Self::between(site, Span::new(callee.end, whole.end)).ok_or_else(unclear)
    }

    /// The items between the first bracket in `span` and the one that closes it.
    pub(crate) fn between(site: &'a Site<'a>, span: Span) -> Option<Self> {
        let mut reader = Reader { text: site.text(), at: span.start as usize, end: span.end as usize };
        reader.skip_to_bracket()?;
        let open = reader.at;
        let (mut items, mut current): (Vec<Range<usize>>, Option<Range<usize>>) = (Vec::new(), None);
        let mut depth = 0;
        loop {
            let piece = reader.next()?;
            let first = &site.text()[piece.clone()];
            match first {
                "," if depth == 0 => items.extend(current.take()),
                ")" | "]" | "}" if depth == 0 => {
                    let ends_with_comma = current.is_none() && !items.is_empty();
                    items.extend(current);
                    return Some(Self { site, items, open, close: piece.start, ends_with_comma });
                }
                _ => {
                    match first {
                        "(" | "[" | "{" => depth += 1,
                        ")" | "]" | "}" => depth -= 1,
                        _ => {}
                    }
                    let start = current.map_or(piece.start, |current| current.start);
                    current = Some(start..piece.end);
                }
            }
        }
    }

    /// The place of the item that `inner` is in.
    pub(crate) fn item_of(&self, inner: Span) -> Option<usize> {
        let (start, end) = (inner.start as usize, inner.end as usize);
        self.items.iter().position(|item| item.start <= start && end <= item.end)
    }

    /// Where an item stands.
    pub(crate) fn span(&self, item: usize) -> Span {
        let range = &self.items[item];
        Span::new(range.start as u32, range.end as u32)
    }

    /// Takes an item out, with its comma; comments stay.
    pub(crate) fn without(&self, item: usize) -> Edit {
        let text = self.site.text();
        let Range { start, end } = self.items[item].clone();
        let is_last = item + 1 == self.items.len();
        let comma = text[end..self.close].find(',').map_or(end, |at| end + at + 1);
        let own_lines = self.site.starts_line(start as u32);
        if own_lines && (!is_last || self.ends_with_comma) {
            let line_end = self.site.line_end(comma as u32) as usize;
            if text[comma..line_end].trim().is_empty() {
                let (from, to) = (self.site.line_start(start as u32), self.site.next_line(comma as u32));
                return self.site.replace(Span::new(from, to), "");
            }
        }
        let (from, to) = match item.checked_sub(1).map(|before| self.items[before].end) {
            _ if !is_last => (start, comma + blanks(&text[comma..self.close])),
            Some(before) if !text[before..start].contains('#') => {
                (before, if self.ends_with_comma { comma } else { end })
            }
            _ => (start, if self.ends_with_comma { comma } else { end }),
        };
        self.site.replace(Span::new(from as u32, to as u32), "")
    }

    /// Puts an item behind the last one.
    pub(crate) fn with(&self, item: &str) -> Edit {
        let Some(last) = self.items.last() else { return self.site.insert(self.open as u32, item) };
        let newline = self.site.style.newline;
        let stands_alone = self.site.starts_line(last.start as u32);
        let indent = self.site.indent(last.start as u32);
        match (self.ends_with_comma, stands_alone) {
            (true, true) => {
                let comma = last.end + self.site.text()[last.end..self.close].find(',').unwrap_or(0) + 1;
                self.site.insert(comma as u32, format!("{newline}{indent}{item},"))
            }
            (true, false) => {
                let comma = last.end + self.site.text()[last.end..self.close].find(',').unwrap_or(0) + 1;
                self.site.insert(comma as u32, format!(" {item}"))
            }
            (false, true) => self.site.insert(last.end as u32, format!(",{newline}{indent}{item}")),
            (false, false) => self.site.insert(last.end as u32, format!(", {item}")),
        }
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t']).len()
}

/// Reads source piece by piece: a text, a bracket, a comma, anything else letter by letter. Blanks and comments are
/// no pieces.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl Reader<'_> {
    fn skip_to_bracket(&mut self) -> Option<()> {
        loop {
            let piece = self.next()?;
            if matches!(&self.text[piece], "(" | "[" | "{") {
                return Some(());
            }
        }
    }

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let rest = self.text.get(self.at..self.end)?;
            let first = rest.chars().next()?;
            let start = self.at;
            match first {
                '#' => self.at += rest.find(['\n', '\r']).unwrap_or(rest.len()),
                first if first.is_whitespace() || first == '\\' => self.at += first.len_utf8(),
                '"' | '\'' => {
                    self.at += length_of_text(rest, first);
                    return Some(start..self.at);
                }
                first => {
                    self.at += first.len_utf8();
                    return Some(start..self.at);
                }
            }
        }
    }
}

/// How long the text is that `rest` starts with.
fn length_of_text(rest: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    let mark = if rest.starts_with(&triple) { triple } else { quote.to_string() };
    let mut at = mark.len();
    while let Some(letter) = rest[at..].chars().next() {
        if rest[at..].starts_with(&mark) {
            return at + mark.len();
        }
        at += letter.len_utf8();
        if letter == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    rest.len()
}
