//! What a runtime prints, with holes for what differs: `invalid literal for int() with base {number}: {quoted}`.

use crate::signature::is_escaped;

/// A message with holes.
#[derive(Clone, Debug)]
pub(crate) struct Phrase {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug)]
enum Piece {
    /// Printed as it is.
    Fixed(String),
    /// Differs.
    Hole(Hole),
}

/// What may stand in a hole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Hole {
    /// A name of the program, with dots, colons, dollars and brackets.
    Name,
    /// A number.
    Number,
    /// Anything between quotes.
    Quoted,
    /// Anything up to the end of the line.
    Text,
    /// A path or address.
    Path,
    /// The end of the text: of a JSON string, an element, a line.
    End,
}

impl Hole {
    const ALL: &[(&str, Hole)] = &[
        ("name", Hole::Name),
        ("number", Hole::Number),
        ("quoted", Hole::Quoted),
        ("text", Hole::Text),
        ("path", Hole::Path),
        ("end", Hole::End),
    ];

    fn pattern(self, last: bool) -> &'static str {
        match self {
            Self::Name => r"[\w.$:\[\]<>*&@/-]+",
            Self::Number => r"[+-]?\d[\d.,]*",
            Self::Quoted => r#"\\*(?:'[^'\n]*'|"[^"\n]*"|`[^`\n]*`)"#,
            Self::Text if last => r#"[^\n"<]+"#,
            Self::Text => r"[^\n]+?",
            Self::Path => r#"[^\s"'<>]+"#,
            Self::End => r#"[.!]?\s*(?:["'<)}\]\n;]|\\|$)"#,
        }
    }

    fn example(self) -> &'static str {
        match self {
            Self::Name => "shop.Order",
            Self::Number => "17",
            Self::Quoted => "'ann'",
            Self::Text => "some words",
            Self::Path => "/srv/shop/orders.cfg",
            Self::End => "",
        }
    }
}

impl Phrase {
    /// Reads `{hole}` and fixed text; `{{` and `}}` are braces.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut fixed = String::new();
        let mut rest = text;
        while let Some(letter) = rest.chars().next() {
            if let Some(after) = rest.strip_prefix("{{").or_else(|| rest.strip_prefix("}}")) {
                fixed.push(letter);
                rest = after;
                continue;
            }
            if letter != '{' {
                fixed.push(letter);
                rest = &rest[letter.len_utf8()..];
                continue;
            }
            let (name, after) = rest[1..].split_once('}').ok_or("a hole is not closed; `{{` is a brace")?;
            let hole = Hole::ALL.iter().find(|(known, _)| *known == name).map(|(_, hole)| *hole);
            let known: Vec<String> = Hole::ALL.iter().map(|(known, _)| format!("{{{known}}}")).collect();
            let hole =
                hole.ok_or_else(|| format!("no hole is called `{name}`; there are {}", known.join(", ")))?;
            if !fixed.is_empty() {
                pieces.push(Piece::Fixed(std::mem::take(&mut fixed)));
            }
            pieces.push(Piece::Hole(hole));
            rest = after;
        }
        if !fixed.is_empty() {
            pieces.push(Piece::Fixed(fixed));
        }
        Ok(Self { pieces })
    }

    /// The longest text of it that looks the same in every escaping.
    pub(crate) fn anchor(&self, shortest: usize) -> Result<String, String> {
        let fixed = self.pieces.iter().filter_map(|piece| match piece {
            Piece::Fixed(text) => Some(text.as_str()),
            Piece::Hole(_) => None,
        });
        let longest = fixed.flat_map(|text| text.split(is_escaped)).max_by_key(|part| part.trim().len());
        let longest = longest.unwrap_or_default();
        if longest.trim().len() < shortest {
            return Err(
                "no five letters of it look the same in JSON and HTML; quotes, slashes and angles do not"
                    .to_owned(),
            );
        }
        Ok(longest.to_owned())
    }

    /// A regular expression that matches it.
    pub(crate) fn pattern(&self) -> String {
        let mut pattern = String::new();
        let last = self.pieces.len().saturating_sub(1);
        for (index, piece) in self.pieces.iter().enumerate() {
            match piece {
                Piece::Hole(hole) => pattern.push_str(hole.pattern(index == last)),
                Piece::Fixed(text) => {
                    let word = |letter: Option<char>| letter.is_some_and(|c| c.is_ascii_alphanumeric());
                    if index == 0 && word(text.chars().next()) {
                        pattern.push_str(r"\b");
                    }
                    text.chars().for_each(|letter| push_letter(&mut pattern, letter));
                    if index == last && word(text.chars().last()) {
                        pattern.push_str(r"\b");
                    }
                }
            }
        }
        pattern
    }

    /// What is printed, for example.
    pub(crate) fn example(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Fixed(text) => text.clone(),
            Piece::Hole(hole) => hole.example().to_owned(),
        };
        self.pieces.iter().map(piece).collect()
    }
}

/// Texts are broken into lines on their way, and quotes within quotes get backslashes.
fn push_letter(pattern: &mut String, letter: char) {
    match letter {
        ' ' => pattern.push_str(r"\s+"),
        '\'' | '"' | '`' => {
            pattern.push_str(r"\\*");
            pattern.push(letter);
        }
        letter => pattern.push_str(&regex_syntax::escape(letter.encode_utf8(&mut [0; 4]))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_read_and_filled() {
        let phrase = Phrase::parse("bad {{x}} of {name}: {quoted}").expect("it is a phrase");
        assert_eq!(phrase.example(), "bad {x} of shop.Order: 'ann'");
        assert_eq!(phrase.anchor(5).as_deref(), Ok("bad {x} of "));
    }

    #[test]
    fn a_hole_that_nobody_knows_is_told() {
        let message = Phrase::parse("x {word}").expect_err("no such hole");
        assert!(message.contains("no hole is called `word`; there are {name}, {number}"), "{message}");
        assert!(Phrase::parse("x {name").expect_err("it is open").contains("not closed"));
    }
}
