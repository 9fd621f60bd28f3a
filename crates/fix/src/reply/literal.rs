//! Literals as they are written: which pieces of a text are words of the author, and which are holes.

use std::ops::Range;

/// One literal: `f"..."`. Several that stand beside each other are one text.
#[derive(Clone, Debug)]
pub(super) struct Token {
    /// All of it, in the text that was read.
    pub(super) range: Range<usize>,
    /// The letters before the quote.
    pub(super) prefix: String,
    /// One quote or three.
    pub(super) quote: String,
    /// What stands between the quotes.
    pub(super) pieces: Vec<Piece>,
}

/// A part of a literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Piece {
    /// As it is written, with its escapes.
    Words(String),
    /// A replacement field or placeholder, with its place in the text that was read.
    Hole(String, Range<usize>),
}

/// What holes look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Holes {
    /// `{value!r:>8}`, where the prefix says so.
    Fields,
    /// `%s`, `%(name)s`.
    Percent,
    /// `{}`, `{0}`, `{name}`.
    Braces,
}

impl Token {
    /// The literal as it is written.
    pub(super) fn written(&self) -> String {
        let mut text = format!("{}{}", self.prefix, self.quote);
        for piece in &self.pieces {
            let (Piece::Words(piece) | Piece::Hole(piece, _)) = piece;
            text.push_str(piece);
        }
        text.push_str(&self.quote);
        text
    }

    pub(super) fn has_holes(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Hole(..)))
    }

    /// Takes the marks of a text with holes off, if it has none left: the prefix, and doubled signs.
    pub(super) fn close(&mut self, holes: Holes) {
        if self.has_holes() {
            return;
        }
        if holes == Holes::Fields {
            if !self.prefix.contains(['f', 'F']) {
                return;
            }
            self.prefix.retain(|letter| !matches!(letter, 'f' | 'F'));
        }
        for piece in &mut self.pieces {
            let Piece::Words(words) = piece else { continue };
            *words = match holes {
                Holes::Percent => words.replace("%%", "%"),
                Holes::Fields | Holes::Braces => words.replace("{{", "{").replace("}}", "}"),
            };
        }
    }
}

/// The literals that `text` consists of; `None` if there is anything else in it.
pub(super) fn tokens(text: &str, holes: Holes) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut at = 0;
    loop {
        at += blank(&text[at..]);
        let rest = &text[at..];
        if rest.is_empty() {
            return (!found.is_empty()).then_some(found);
        }
        let letters = rest.find(|letter: char| !letter.is_ascii_alphabetic())?;
        let prefix = &rest[..letters];
        let body = &rest[letters..];
        let quote = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| body.starts_with(quote))?;
        let start = at + letters + quote.len();
        let is_raw = prefix.contains(['r', 'R']);
        let has_fields = prefix.contains(['f', 'F', 't', 'T']);
        let kind = match holes {
            Holes::Fields if !has_fields => None,
            holes => Some(holes),
        };
        let (pieces, end) = pieces(text, start, quote, is_raw, kind)?;
        let end = end + quote.len();
        found.push(Token { range: at..end, prefix: prefix.to_owned(), quote: quote.to_owned(), pieces });
        at = end;
    }
}

/// The length of blanks, comments and joined lines.
fn blank(text: &str) -> usize {
    let mut at = 0;
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            '#' => at += text[at..].find('\n').unwrap_or(text.len() - at),
            '\\' => at += 1,
            letter if letter.is_whitespace() => at += letter.len_utf8(),
            _ => break,
        }
    }
    at
}

/// The pieces from `start` to the closing quote, and where that stands.
fn pieces(
    text: &str,
    start: usize,
    quote: &str,
    is_raw: bool,
    holes: Option<Holes>,
) -> Option<(Vec<Piece>, usize)> {
    let mut pieces = Vec::new();
    let mut words = String::new();
    let mut at = start;
    loop {
        let rest = &text[at..];
        if rest.starts_with(quote) {
            break;
        }
        let letter = rest.chars().next()?;
        if letter == '\\' {
            let next = rest[1..].chars().next()?;
            let length =
                if is_raw && !quote.starts_with(next) && next != '\\' { 1 } else { 1 + next.len_utf8() };
            words.push_str(&rest[..length]);
            at += length;
            continue;
        }
        let length = holes.map_or(0, |holes| hole(rest, holes));
        if length > 0 {
            if !words.is_empty() {
                pieces.push(Piece::Words(std::mem::take(&mut words)));
            }
            pieces.push(Piece::Hole(rest[..length].to_owned(), at..at + length));
            at += length;
            continue;
        }
        let doubled = matches!(letter, '{' | '}' | '%') && rest[1..].starts_with(letter) && holes.is_some();
        let length = letter.len_utf8() * if doubled { 2 } else { 1 };
        words.push_str(&rest[..length]);
        at += length;
    }
    if !words.is_empty() {
        pieces.push(Piece::Words(words));
    }
    Some((pieces, at))
}

/// The length of the hole that `text` starts with; 0 if it starts with none.
fn hole(text: &str, holes: Holes) -> usize {
    match holes {
        Holes::Fields | Holes::Braces if text.starts_with('{') && !text.starts_with("{{") => field(text),
        Holes::Percent if text.starts_with('%') && !text.starts_with("%%") => placeholder(text),
        _ => 0,
    }
}

/// The length of `{...}`, whatever brackets and texts are inside.
fn field(text: &str) -> usize {
    let mut depth = 0;
    let mut inside: Option<char> = None;
    for (at, letter) in text.char_indices() {
        match (inside, letter) {
            (Some(quote), letter) if letter == quote => inside = None,
            (Some(_), _) => {}
            (None, '\'' | '"') if depth > 0 => inside = Some(letter),
            (None, '{' | '(' | '[') => depth += 1,
            (None, '}' | ')' | ']') => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    0
}

/// The length of `%s`, `%(name)-8.3f` and their like.
fn placeholder(text: &str) -> usize {
    let mut at = 1;
    if text[at..].starts_with('(') {
        let Some(end) = text.find(')') else { return 0 };
        at = end + 1;
    }
    let flags = text[at..].find(|letter: char| !"-+ #0123456789.*".contains(letter)).unwrap_or(0);
    at += flags;
    match text[at..].chars().next() {
        Some(letter) if "diouxXeEfFgGcrsa".contains(letter) => at + 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(text: &str, holes: Holes) -> Vec<Vec<String>> {
        let piece = |piece: &Piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Hole(hole, _) => format!("<{hole}>"),
        };
        let tokens = tokens(text, holes).expect("these are literals");
        tokens.iter().map(|token| token.pieces.iter().map(piece).collect()).collect()
    }

    #[test]
    fn literals_have_words_and_holes() {
        assert_eq!(
            shape("f'a {b[\"}\"]!r:>{w}} {{c}}'", Holes::Fields),
            [["a ", "<{b[\"}\"]!r:>{w}}>", " {{c}}"]]
        );
        assert_eq!(
            shape("\"100%% of %(a)s, %-3d\"", Holes::Percent),
            [["100%% of ", "<%(a)s>", ", ", "<%-3d>"]]
        );
        assert_eq!(shape("'{}: {name}'", Holes::Braces), [["<{}>", ": ", "<{name}>"]]);
        assert_eq!(shape("'a'  # {x}\n  f'{b}'", Holes::Fields), [["a"], ["<{b}>"]]);
        assert_eq!(shape(r"r'\d' '\''", Holes::Fields), [[r"\d"], [r"\'"]]);
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        assert!(tokens("'a' + b", Holes::Fields).is_none());
        assert!(tokens("'a", Holes::Fields).is_none());
        assert!(tokens("", Holes::Fields).is_none());
    }
}
