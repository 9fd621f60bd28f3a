use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use tightlip_ir::Span;
use tightlip_rules::{Place, SourceFile};

/// Where the lines of a text start. A line ends at `\n`, `\r\n` or a lone `\r`, as in Python.
#[derive(Debug)]
pub struct Lines {
    starts: Vec<usize>,
}

/// Where something is, for people and editors. All numbers count from 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters (Unicode scalar values).
    pub column: usize,
    /// The column, in UTF-16 code units.
    pub utf16_column: usize,
}

impl Lines {
    /// Finds the lines of `text`.
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        for (offset, byte) in bytes.iter().enumerate() {
            let ends_line = match byte {
                b'\n' => true,
                b'\r' => bytes.get(offset + 1) != Some(&b'\n'),
                _ => false,
            };
            if ends_line {
                starts.push(offset + 1);
            }
        }
        Self { starts }
    }

    /// The line, counted from 0, that holds the byte at `offset`.
    pub(crate) fn index(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset) - 1
    }

    /// From the first byte of a line to behind the last one that is no line end.
    pub(crate) fn range(&self, text: &str, index: usize) -> (usize, usize) {
        let start = self.starts[index];
        let next = self.starts.get(index + 1).copied().unwrap_or(text.len());
        let content = text[start..next].trim_end_matches(['\n', '\r']);
        (start, start + content.len())
    }

    /// Where the byte at `offset` is. An offset behind the end means the end.
    pub fn position(&self, text: &str, offset: usize) -> Position {
        let offset = floor(text, offset);
        let index = self.index(offset);
        let before = &text[self.starts[index]..offset];
        Position {
            line: index + 1,
            column: before.chars().count() + 1,
            utf16_column: before.chars().map(char::len_utf16).sum::<usize>() + 1,
        }
    }
}

/// `span` as it can be used to cut `text`: inside of it and between characters. Files change while they are
/// checked, and a report must not fall over that.
pub(crate) fn clamp(text: &str, span: Span) -> (usize, usize) {
    let start = floor(text, span.start as usize);
    (start, floor(text, span.end as usize).max(start))
}

fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Remembers the lines of the files that a report speaks of.
#[derive(Default)]
pub(crate) struct Positions {
    known: RefCell<HashMap<*const SourceFile, Rc<Lines>>>,
}

impl Positions {
    pub(crate) fn lines(&self, file: &Arc<SourceFile>) -> Rc<Lines> {
        let mut known = self.known.borrow_mut();
        Rc::clone(known.entry(Arc::as_ptr(file)).or_insert_with(|| Rc::new(Lines::new(&file.text))))
    }

    pub(crate) fn start(&self, place: &Place) -> Position {
        self.lines(&place.file).position(&place.file.text, place.span.start as usize)
    }

    pub(crate) fn end(&self, place: &Place) -> Position {
        let (_, end) = clamp(&place.file.text, place.span);
        self.lines(&place.file).position(&place.file.text, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_line_end_counts_once() {
        let text = "a\r\nb\rc\nd";
        let lines = Lines::new(text);
        let line = |offset| lines.position(text, offset).line;
        assert_eq!([line(0), line(3), line(5), line(7)], [1, 2, 3, 4]);
        assert_eq!(lines.range(text, 0), (0, 1));
        assert_eq!(lines.range(text, 1), (3, 4));
    }

    #[test]
    fn columns_are_characters_and_utf16_units() {
        let text = "é = '😀'; x";
        let position = Lines::new(text).position(text, text.find('x').unwrap());
        assert_eq!((position.line, position.column, position.utf16_column), (1, 10, 11));
    }

    #[test]
    fn offsets_outside_or_inside_of_a_character_are_moved() {
        let text = "ä";
        let lines = Lines::new(text);
        assert_eq!(lines.position(text, 1).column, 1);
        assert_eq!(lines.position(text, 99).column, 2);
        assert_eq!(clamp(text, Span::new(1, 99)), (0, 2));
        assert_eq!(Lines::new("").position("", 0).line, 1);
    }
}
