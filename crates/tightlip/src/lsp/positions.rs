//! Places in a text, as editors count them: lines from 0, columns in units of UTF-16.

use lsp_types::{Position, Range};
use tightlip_ir::Span;
use tightlip_report::Lines;

/// `span` of `text`, as an editor counts it. What lies outside of the text is moved to its end.
pub(super) fn range(text: &str, lines: &Lines, span: Span) -> Range {
    let position = |offset: u32| {
        let position = lines.position(text, offset as usize);
        Position::new(position.line as u32 - 1, position.utf16_column as u32 - 1)
    };
    Range::new(position(span.start), position(span.end.max(span.start)))
}

/// The byte at `position`. What lies behind a line's end means that end, what lies behind the last line the end of the
/// text, and what lies inside of a character its start.
pub(super) fn offset(text: &str, position: Position) -> usize {
    let Some(start) = line_start(text, position.line) else { return text.len() };
    let mut units = 0;
    for (at, character) in text[start..].char_indices() {
        units += character.len_utf16() as u32;
        if matches!(character, '\n' | '\r') || units > position.character {
            return start + at;
        }
    }
    text.len()
}

/// `range` of `text` in bytes. A range whose end lies before its start is empty.
pub(super) fn span(text: &str, range: Range) -> Span {
    let start = offset(text, range.start);
    Span::new(start as u32, offset(text, range.end).max(start) as u32)
}

fn line_start(text: &str, line: u32) -> Option<usize> {
    if line == 0 {
        return Some(0);
    }
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.map(|(at, _)| at + 1).nth(line as usize - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_units_of_utf16() {
        let text = "é = '😀'; x\r\nÄ\ry";
        let lines = Lines::new(text);
        for (needle, line, column) in [("é", 0, 0), ("😀", 0, 5), ("x", 0, 10), ("Ä", 1, 0), ("y", 2, 0)]
        {
            let at = text.find(needle).expect("it is there");
            let span = Span::new(at as u32, (at + needle.len()) as u32);
            let range = range(text, &lines, span);
            assert_eq!(range.start, Position::new(line, column), "{needle}");
            assert_eq!(super::span(text, range), span, "{needle}");
        }
    }

    #[test]
    fn positions_outside_of_the_text_are_moved_into_it() {
        let text = "ab\r\ncd";
        assert_eq!(offset(text, Position::new(0, 99)), 2);
        assert_eq!(offset(text, Position::new(9, 0)), 6);
        assert_eq!(offset(text, Position::new(1, u32::MAX)), 6);
        assert_eq!(offset("😀", Position::new(0, 1)), 0, "inside of a character");
        assert_eq!(span(text, Range::new(Position::new(1, 1), Position::new(0, 0))), Span::new(5, 5));
    }
}
