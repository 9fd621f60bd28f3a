//! The source of a template, cut into its parts.

use tightlip_ir::Span;

/// A part of a template that is more than text.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Piece<'s> {
    /// `{{ ... }}`
    Expression(&'s str, Span),
    /// `{% ... %}`
    Tag(&'s str, Span),
}

/// Longer parts are no parts: somebody wrote the opening sign in a script.
const LONGEST: usize = 16 << 10;

/// All parts of `source`, in their order, without comments and without what is taken literally.
pub(crate) fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(found) = source.get(at..).and_then(|rest| rest.find('{')) {
        let open = at + found;
        let inside = open + 2;
        at = match source.as_bytes().get(open + 1) {
            Some(b'#') => source[inside..].find("#}").map_or(source.len(), |length| inside + length + 2),
            Some(sign @ (b'{' | b'%')) => {
                let close = if *sign == b'{' { "}}" } else { "%}" };
                let Some(length) = length_inside(&source[inside..], close) else {
                    at = inside;
                    continue;
                };
                let (text, span) = trimmed(source, inside, inside + length);
                let behind = inside + length + 2;
                if *sign == b'{' {
                    pieces.push(Piece::Expression(text, span));
                    behind
                } else if text == "raw" {
                    end_of_raw(source, behind)
                } else {
                    pieces.push(Piece::Tag(text, span));
                    behind
                }
            }
            _ => open + 1,
        };
    }
    pieces
}

/// How far it is to `close`, which counts only outside of quotes and brackets.
fn length_inside(rest: &str, close: &str) -> Option<usize> {
    let bytes = &rest.as_bytes()[..rest.len().min(LONGEST)];
    let mut quote = None;
    let mut braces = 0usize;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        match quote {
            Some(_) if byte == b'\\' => at += 1,
            Some(open) if byte == open => quote = None,
            Some(_) => {}
            None if braces == 0 && bytes[at..].starts_with(close.as_bytes()) => return Some(at),
            None => match byte {
                b'"' | b'\'' => quote = Some(byte),
                b'{' => braces += 1,
                b'}' => braces = braces.saturating_sub(1),
                _ => {}
            },
        }
        at += 1;
    }
    // A quote or a brace that nobody closed.
    bytes.windows(2).position(|pair| pair == close.as_bytes())
}

/// Without blanks and the signs that take away blanks around.
fn trimmed(source: &str, start: usize, end: usize) -> (&str, Span) {
    let inside = &source[start..end];
    let signs = |c: char| matches!(c, '-' | '+');
    let behind_sign = inside.strip_prefix(signs).unwrap_or(inside);
    let text = behind_sign.strip_suffix(signs).unwrap_or(behind_sign).trim_end();
    let text = text.trim_start();
    let offset = text.as_ptr() as usize - source.as_ptr() as usize;
    (text, Span::new(offset as u32, (offset + text.len()) as u32))
}

fn end_of_raw(source: &str, from: usize) -> usize {
    let mut at = from;
    while let Some(found) = source[at..].find("{%") {
        at += found + 2;
        let inside = source[at..].trim_start_matches(['-', '+']).trim_start();
        if inside.starts_with("endraw") {
            return source[at..].find("%}").map_or(source.len(), |length| at + length + 2);
        }
    }
    source.len()
}
