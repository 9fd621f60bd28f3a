use std::fmt;
use std::ops::Range;

/// A longer line is not drawn.
const LONGEST_LINE: usize = 200;

/// Something is wrong in a file that a user wrote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// The file, as messages show it.
    pub path: String,
    /// Line and column, from 1, where it has a place.
    pub place: Option<(usize, usize)>,
    /// What is wrong and what to do, as half a sentence.
    pub message: String,
    /// The line with carets under the place.
    drawing: String,
}

impl Mistake {
    /// One of the whole file.
    pub fn of_file(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), place: None, message: message.into(), drawing: String::new() }
    }

    /// One at a place of `text`, which the file holds.
    pub fn at(path: &str, text: &str, span: Range<usize>, message: impl Into<String>) -> Self {
        let start = floor(text, span.start);
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let number = line_of(text, start);
        let column = text[line_start..start].chars().count() + 1;
        let line = text[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let end = floor(text, span.end).clamp(start, line_start + line.len().max(start - line_start));
        let width = text[start..end].chars().count().max(1);
        let drawing = if line.len() > LONGEST_LINE {
            String::new()
        } else {
            draw(&number.to_string(), line, column - 1, width)
        };
        Self { path: path.to_owned(), place: Some((number, column)), message: message.into(), drawing }
    }
}

fn draw(number: &str, line: &str, before: usize, width: usize) -> String {
    let margin = " ".repeat(number.len());
    // What a file holds must not speak to the terminal.
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let (before, carets) = (" ".repeat(before), "^".repeat(width));
    format!("\n{margin} |\n{number} | {line}\n{margin} | {before}{carets}")
}

/// The line that holds the byte at `offset`, from 1.
pub(crate) fn line_of(text: &str, offset: usize) -> usize {
    text.as_bytes()[..offset.min(text.len())].iter().filter(|byte| **byte == b'\n').count() + 1
}

fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.path)?;
        if let Some((line, column)) = self.place {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}{}", self.message, self.drawing)
    }
}

impl std::error::Error for Mistake {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_drawn() {
        let mistake = Mistake::at("t.toml", "a = 1\nä = \"b\"\n", 11..14, "no");
        assert_eq!(mistake.to_string(), "t.toml:2:5: no\n  |\n2 | ä = \"b\"\n  |     ^^^");
    }

    #[test]
    fn any_place_can_be_told() {
        for (start, end) in [(0, 0), (5, 9), (3, 1), (99, 100), (1, 2)] {
            let mistake = Mistake::at("t.toml", "ä\n\nb", start..end, "no");
            assert!(mistake.to_string().contains('^'), "{mistake}");
        }
        assert!(!Mistake::at("t.toml", &"x".repeat(900), 5..6, "no").to_string().contains('^'));
    }
}
