use std::ops::Range;

use crate::escape::is_unsafe;
use crate::position::Lines;

/// Lines further than this from what is marked are not shown, so their text is not needed.
const NEAR: usize = 6;
/// Lines shown before the first marked one.
const CONTEXT: usize = 2;
/// A longer line is cut around what is marked in it.
const LONGEST_LINE: usize = 240;
/// Characters shown before what is marked in a line that is cut.
const LEAD: usize = 40;

/// The part of a text that a frame shows.
///
/// It has as many lines as the original between its first and its last one, but only those near something marked
/// have text. So a frame costs what it shows, not what the file weighs.
pub(crate) struct Excerpt {
    /// The text.
    pub(crate) text: String,
    /// The number, from 1, of its first line.
    pub(crate) first_line: usize,
    /// The lines before the first marked one, as ranges of `text`.
    pub(crate) context: Vec<Range<usize>>,
    pieces: Vec<Piece>,
    first_index: usize,
}

/// What is shown of one line.
struct Piece {
    /// The range of the original.
    from: usize,
    to: usize,
    /// Where it starts in the excerpt, behind the mark that says that something is cut.
    start: usize,
    /// Whether it is near enough to something marked to have its text.
    is_near: bool,
}

impl Excerpt {
    /// Cuts the lines of `marks` out of `text`. The marks lie inside of the text and between characters.
    pub(crate) fn new(text: &str, lines: &Lines, marks: &[(usize, usize)]) -> Self {
        let edges: Vec<Edge> = marks.iter().map(|mark| Edge::new(lines, *mark)).collect();
        let first_marked = edges.iter().map(|edge| edge.first).min().unwrap_or(0);
        let last = edges.iter().map(|edge| edge.last).max().unwrap_or(0);
        let first_index = first_shown(text, lines, first_marked);

        let mut excerpt = Self {
            text: String::new(),
            first_line: first_index + 1,
            context: Vec::new(),
            pieces: Vec::with_capacity(last - first_index + 1),
            first_index,
        };
        for index in first_index..=last {
            let range = lines.range(text, index);
            let is_near = index < first_marked || edges.iter().any(|edge| edge.is_near(index));
            let window = if is_near { window(text, range, marks) } else { (range.0, range.0) };
            let start = excerpt.text.len();
            excerpt.push_line(text, range, window, is_near);
            if index < first_marked && excerpt.text.len() > start + 1 {
                excerpt.context.push(start..excerpt.text.len() - 1);
            }
        }
        excerpt
    }

    fn push_line(&mut self, text: &str, line: (usize, usize), window: (usize, usize), is_near: bool) {
        let is_shown = window.0 < window.1;
        if is_shown && line.0 < window.0 {
            self.text.push('…');
        }
        self.pieces.push(Piece { from: window.0, to: window.1, start: self.text.len(), is_near });
        self.text.extend(text[window.0..window.1].chars().map(harmless));
        if is_shown && window.1 < line.1 {
            self.text.push('…');
        }
        self.text.push('\n');
    }

    /// The lines that have text: their number, from 1, and their range of the excerpt.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, Range<usize>)> {
        let mut start = 0;
        let mut ranges = Vec::with_capacity(self.pieces.len());
        for (place, piece) in self.pieces.iter().enumerate() {
            let end = self.text[start..].find('\n').map_or(self.text.len(), |length| start + length);
            if piece.is_near {
                ranges.push((self.first_line + place, start..end));
            }
            start = end + 1;
        }
        ranges.into_iter()
    }

    /// A marked range of the original as a range of the excerpt.
    pub(crate) fn range(&self, text: &str, lines: &Lines, (start, end): (usize, usize)) -> Range<usize> {
        let from = self.offset(text, lines.index(start), start);
        let last = lines.index(if end > start { end - 1 } else { end });
        let to = self.offset(text, last, end).max(from);
        if to > from {
            return from..to;
        }
        // Nothing is seen of an empty range, so the character behind it is marked.
        let next = self.text[from..].chars().next().map_or(0, char::len_utf8);
        from..from + next
    }

    fn offset(&self, text: &str, line: usize, offset: usize) -> usize {
        let piece = &self.pieces[line - self.first_index];
        let offset = offset.clamp(piece.from, piece.to);
        piece.start + text[piece.from..offset].chars().map(|c| harmless(c).len_utf8()).sum::<usize>()
    }
}

/// The first and the last line of a mark.
struct Edge {
    first: usize,
    last: usize,
}

impl Edge {
    fn new(lines: &Lines, (start, end): (usize, usize)) -> Self {
        Self { first: lines.index(start), last: lines.index(if end > start { end - 1 } else { end }) }
    }

    fn is_near(&self, index: usize) -> bool {
        index.abs_diff(self.first) <= NEAR || index.abs_diff(self.last) <= NEAR
    }
}

/// The first line that is shown before the marked one: not an empty one.
fn first_shown(text: &str, lines: &Lines, marked: usize) -> usize {
    let mut first = marked.saturating_sub(CONTEXT);
    while first < marked {
        let (start, end) = lines.range(text, first);
        if !text[start..end].trim().is_empty() {
            break;
        }
        first += 1;
    }
    first
}

/// The part of a line that is shown.
fn window(text: &str, (start, end): (usize, usize), marks: &[(usize, usize)]) -> (usize, usize) {
    if text[start..end].chars().nth(LONGEST_LINE).is_none() {
        return (start, end);
    }
    let first_mark = marks
        .iter()
        .filter(|mark| mark.0 <= end && start <= mark.1)
        .map(|mark| mark.0.clamp(start, end))
        .min()
        .unwrap_or(start);
    let from = text[start..first_mark].char_indices().rev().nth(LEAD - 1).map_or(start, |(at, _)| start + at);
    let to = text[from..end].char_indices().nth(LONGEST_LINE).map_or(end, |(at, _)| from + at);
    (from, to)
}

/// What is drawn for a character that must not reach a terminal. Tabs, and the control characters that the
/// renderer draws itself, are left to it.
fn harmless(character: char) -> char {
    if is_unsafe(character) && !character.is_ascii() { '\u{fffd}' } else { character }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excerpt(text: &str, mark: (usize, usize)) -> (String, String) {
        let lines = Lines::new(text);
        let excerpt = Excerpt::new(text, &lines, &[mark]);
        let range = excerpt.range(text, &lines, mark);
        (excerpt.text[range].to_owned(), excerpt.text)
    }

    #[test]
    fn a_long_line_is_cut_around_the_mark() {
        let text = format!("{}MARK{}", "é".repeat(5_000), "x".repeat(5_000));
        let (marked, shown) = excerpt(&text, (10_000, 10_004));
        assert_eq!(marked, "MARK");
        assert!(shown.chars().count() < LONGEST_LINE + 4);
        assert!(shown.starts_with('…') && shown.ends_with("…\n"));
    }

    #[test]
    fn line_ends_and_the_end_of_the_text_are_no_trouble() {
        assert_eq!(excerpt("a\r\nbc\r\n", (3, 5)).0, "bc");
        assert_eq!(excerpt("a\r\nbc\r\n", (3, 7)).0, "bc");
        assert_eq!(excerpt("abc", (3, 3)).0, "\n");
        assert_eq!(excerpt("", (0, 0)).0, "\n");
    }

    #[test]
    fn dangerous_characters_are_replaced_and_marks_still_fit() {
        assert_eq!(excerpt("\u{9b}\u{202e}x = y", (9, 10)).0, "y");
    }

    #[test]
    fn lines_far_from_the_mark_have_no_text() {
        let text = "filler line\n".repeat(1_000);
        let (_, shown) = excerpt(&text, (0, text.len()));
        assert_eq!(shown.lines().count(), 1_000);
        assert!(shown.lines().filter(|line| !line.is_empty()).count() < 20);
    }
}
