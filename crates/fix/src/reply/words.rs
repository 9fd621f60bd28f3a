//! What is left of the author's words when the raw part is taken out of them.

use super::literal::{Holes, Piece, Token};

/// Words that only lead over to what follows.
const LEADING_OVER: &[&str] = &[
    "due to",
    "because of",
    "because",
    "with error",
    "with exception",
    "with the error",
    "with the following error",
    "with the following exception",
    "the following error",
    "the following exception",
    "the following",
    "with",
    "by",
    "as",
    "is",
    "was",
    "reason",
    "details",
    "detail",
    "for",
    "of",
    "from",
    "and",
    "caused by",
];

/// Words that say nothing without what follows.
const EMPTY: &[&str] =
    &["error", "exception", "details", "detail", "message", "msg", "err", "reason", "e", "ex", "exc"];

/// Takes the holes that `is_raw` names out of `tokens`. Where nothing is left that says anything, `instead` stands
/// there. Whether words of the author are left in every place.
pub(super) fn take_out(
    tokens: &mut [Token],
    holes: Holes,
    is_raw: impl Fn(&std::ops::Range<usize>) -> bool,
    instead: &str,
) -> bool {
    let mut flat: Vec<(usize, Piece)> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        flat.extend(token.pieces.iter().cloned().map(|piece| (at, piece)));
    }
    let whole: String = flat.iter().map(|(_, piece)| text_of(piece)).collect();
    let is_code = ["{{\"", "{\"", "[\"", "{{'"].iter().any(|start| whole.trim_start().starts_with(start));
    let mut all_said = true;
    while let Some(at) =
        flat.iter().position(|(_, piece)| matches!(piece, Piece::Hole(_, range) if is_raw(range)))
    {
        let before = match at.checked_sub(1).map(|before| &flat[before].1) {
            Some(Piece::Words(words)) => words.clone(),
            _ => String::new(),
        };
        let after = match flat.get(at + 1).map(|(_, piece)| piece) {
            Some(Piece::Words(words)) => words.clone(),
            _ => String::new(),
        };
        let beside_hole = |other: Option<usize>| {
            other
                .and_then(|other| flat.get(other))
                .is_some_and(|(_, piece)| matches!(piece, Piece::Hole(_, range) if !is_raw(range)))
        };
        let reaches_hole = |words: &str, far: Option<usize>| segment_is_open(words) && beside_hole(far);
        let other_holes = beside_hole(at.checked_sub(1))
            || beside_hole(Some(at + 1))
            || reaches_hole(&before, at.checked_sub(2))
            || reaches_hole(&after, Some(at + 2));
        let surroundings = Surroundings {
            is_code,
            other_holes,
            more_words: says_more(&flat, at),
            is_address: whole.contains(['?', '&']),
            goes_on: at + 2 < flat.len(),
            follows_hole: at.checked_sub(2).is_some_and(|at| matches!(flat[at].1, Piece::Hole(..))),
        };
        let (left, right, says) = join(&before, &after, surroundings);
        let token = flat[at].0;
        if says {
            flat[at].1 = Piece::Words(String::new());
            if let Some((_, Piece::Words(words))) = at.checked_sub(1).and_then(|at| flat.get_mut(at)) {
                *words = left;
            }
            if let Some((_, Piece::Words(words))) = flat.get_mut(at + 1) {
                *words = right;
            }
        } else {
            let is_address = before.ends_with('=') && whole.contains(['?', '&']);
            let text = if is_address { "failed".to_owned() } else { escaped(instead, &tokens[token]) };
            flat[at].1 = Piece::Words(text);
            all_said = false;
        }
    }
    for (at, token) in tokens.iter_mut().enumerate() {
        let own = flat.iter().filter(|(of, _)| *of == at).map(|(_, piece)| piece.clone());
        token.pieces = own.filter(|piece| !text_of(piece).is_empty()).collect();
        token.close(holes);
    }
    all_said
}

/// Trims the words beside the only hole of `token`, which goes.
pub(super) fn trim_around(token: &mut Token) {
    let Some(at) = token.pieces.iter().position(|piece| matches!(piece, Piece::Hole(..))) else { return };
    let words = |at: Option<usize>| match at.and_then(|at| token.pieces.get(at)) {
        Some(Piece::Words(words)) => words.clone(),
        _ => String::new(),
    };
    let (before, after) = (words(at.checked_sub(1)), words(Some(at + 1)));
    let surroundings = Surroundings {
        is_code: false,
        other_holes: true,
        more_words: true,
        is_address: false,
        goes_on: true,
        follows_hole: false,
    };
    let (left, right, says) = join(&before, &after, surroundings);
    if !says {
        return;
    }
    if let Some(Piece::Words(words)) = at.checked_sub(1).and_then(|at| token.pieces.get_mut(at)) {
        *words = left;
    }
    if let Some(Piece::Words(words)) = token.pieces.get_mut(at + 1) {
        *words = right;
    }
}

fn text_of(piece: &Piece) -> &str {
    let (Piece::Words(text) | Piece::Hole(text, _)) = piece;
    text
}

fn escaped(text: &str, token: &Token) -> String {
    text.replace('\\', "\\\\").replace(token.quote.chars().next().unwrap_or('"'), "")
}

/// What stands around a hole and its words.
#[derive(Clone, Copy)]
struct Surroundings {
    /// The text is one of a language with quotes.
    is_code: bool,
    /// Something else is filled into the same sentence.
    other_holes: bool,
    /// The sentence has words farther away.
    more_words: bool,
    /// The text has a query in it.
    is_address: bool,
    /// Something follows the words behind the hole.
    goes_on: bool,
    /// The words before the hole stand behind another one.
    follows_hole: bool,
}

/// Where a sentence starts or ends for sure.
const ENDS: &[char] = &['<', '>', '\n', '|', '\t'];

fn segment_is_open(words: &str) -> bool {
    !words.contains(ENDS) && !words.contains("\\n")
}

/// What is left of the words before and after a hole, and whether they say anything.
fn join(before: &str, after: &str, surroundings: Surroundings) -> (String, String, bool) {
    let Surroundings { is_code, other_holes, more_words, is_address, goes_on, follows_hole } = surroundings;
    let start = sentence_start(before, is_code);
    let (kept, sentence) = before.split_at(start);
    let end = sentence_end(after, is_code);
    let (rest, behind) = after.split_at(end);
    if is_address && before.ends_with('=') {
        return (before.to_owned(), after.to_owned(), false);
    }
    let blanks: String = {
        let trimmed = rest.trim_end();
        rest[trimmed.len()..].to_owned()
    };
    let left = match follows_hole.then(|| closing(sentence)) {
        Some(closed) if closed.len() > trimmed_end(sentence).len() => closed,
        _ => trimmed_end(sentence),
    };
    let right = trimmed_start(rest.trim_end(), sentence);
    let words = format!("{left} {right}");
    let letters = words.chars().filter(|letter| letter.is_alphabetic()).count();
    let bare = words.trim().trim_matches(|letter: char| !letter.is_alphanumeric()).to_lowercase();
    if (letters < 3 && !other_holes) || (letters == 0 && !more_words) || EMPTY.contains(&bare.as_str()) {
        return (before.to_owned(), after.to_owned(), false);
    }
    let needs_blank =
        !left.is_empty() && right.starts_with(|letter: char| letter.is_alphanumeric() || letter == '(');
    let right = if needs_blank { format!(" {right}") } else { right.to_owned() };
    let blanks = if behind.is_empty() && !goes_on { "" } else { &blanks };
    (format!("{kept}{left}"), format!("{right}{blanks}{behind}"), true)
}

/// Whether there are words in the same sentence behind the holes beside the one at `at`.
fn says_more(flat: &[(usize, Piece)], at: usize) -> bool {
    let has_letters = |words: &str| words.chars().filter(|letter| letter.is_alphabetic()).count() >= 3;
    let mut before = flat[..at].iter().rev().map(|(_, piece)| piece);
    let before = before.by_ref().map_while(|piece| match piece {
        Piece::Hole(..) => Some(""),
        Piece::Words(words) if segment_is_open(words) => Some(words.as_str()),
        Piece::Words(_) => None,
    });
    before.collect::<Vec<_>>().into_iter().any(has_letters)
}

/// Where the sentence that ends `text` starts.
fn sentence_start(text: &str, is_code: bool) -> usize {
    let mut start = text.rfind(ENDS).map_or(0, |at| at + 1);
    for mark in ["\\n", "data:", "-->", "<!--"] {
        if let Some(at) = text[start..].rfind(mark) {
            start += at + mark.len();
        }
    }
    if is_code && let Some(at) = text[start..].rfind(['"', '\'']) {
        start += at + 1;
    }
    let blanks = text[start..].len() - text[start..].trim_start().len();
    if start > 0 { start + blanks } else { start }
}

/// Where the sentence that starts `text` ends.
fn sentence_end(text: &str, is_code: bool) -> usize {
    let mut end = text.find(ENDS).unwrap_or(text.len());
    for mark in ["\\n", "-->"] {
        end = text[..end].find(mark).unwrap_or(end);
    }
    if is_code {
        end = text[..end].find(['"', '\'']).unwrap_or(end);
    }
    end
}

/// Without what leads over to the hole.
fn trimmed_end(mut text: &str) -> &str {
    const MARKS: &[char] = &[' ', ':', '-', '–', '—', '=', '(', '[', '"', '\'', '`', ',', ';', '\\', '>'];
    loop {
        let shorter = text.trim_end_matches(MARKS);
        let lower = shorter.to_lowercase();
        let over = LEADING_OVER.iter().find(|word| {
            lower
                .strip_suffix(**word)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with([' ', ',', ':', '.', '(']))
        });
        match over {
            // Letters may have another length in small.
            Some(word)
                if shorter.is_char_boundary(shorter.len() - word.len()) && lower.len() == shorter.len() =>
            {
                text = &shorter[..shorter.len() - word.len()];
            }
            _ => return shorter,
        }
    }
}

/// What of `text` closes what was opened before the hole that it follows: the quote behind `"%s"`.
fn closing(text: &str) -> &str {
    let mut rest = text;
    while let Some(shorter) =
        ["\\\"", "\\'", "\"", "'", "`", ")", "]"].iter().find_map(|close| rest.strip_prefix(close))
    {
        rest = shorter;
    }
    &text[..text.len() - rest.len()]
}

/// Without what closes the hole.
fn trimmed_start<'a>(text: &'a str, before: &str) -> &'a str {
    let mut rest = text;
    for (open, close) in
        [("(", ")"), ("[", "]"), ("\"", "\""), ("'", "'"), ("`", "`"), ("\\\"", "\\\""), ("\\'", "\\'")]
    {
        if before.trim_end().ends_with(open) {
            rest = rest.strip_prefix(close).unwrap_or(rest);
        }
    }
    if trimmed_end(before).is_empty() {
        return rest.trim_start_matches([' ', ':', '-', ',', ';', '.']);
    }
    // A full stop or what follows it stays.
    rest.trim_start_matches([' ', ':', '-', ',', ';'])
}

#[cfg(test)]
mod tests {
    use super::super::literal::tokens;
    use super::*;

    #[track_caller]
    fn leaves(text: &str, expected: &str) {
        let mut found = tokens(text, Holes::Fields).expect("a literal");
        take_out(
            &mut found,
            Holes::Fields,
            |range| text[range.clone()].contains("{e"),
            "Internal server error",
        );
        let written: Vec<String> = found.iter().map(Token::written).collect();
        assert_eq!(written.join(" "), expected);
    }

    #[test]
    fn the_words_of_the_author_stay() {
        leaves("f'Failed to import: {e}'", "'Failed to import'");
        leaves("f'Failed to import {name}: {e}'", "f'Failed to import {name}'");
        leaves("f'Could not save ({e!r}). Try again.'", "'Could not save. Try again.'");
        leaves("f\"Failed due to '{e}'\"", "\"Failed\"");
        leaves("f'{name}: {e}'", "f'{name}: Internal server error'");
        leaves("'Failed: ' f'{e}'", "'Failed' ''");
        leaves("f'{{x}} is wrong: {e}'", "'{x} is wrong'");
        leaves("f'Import failed ({e}) for {name}'", "f'Import failed for {name}'");
        leaves("f'Cannot add \"{name}\": {e}'", "f'Cannot add \"{name}\"'");
        leaves("f'Cannot add ({name}) \"{e}\"'", "f'Cannot add ({name})'");
    }

    #[test]
    fn where_none_are_left_something_else_is_said() {
        leaves("f'{e}'", "'Internal server error'");
        leaves("f'<p>{e}</p>'", "'<p>Internal server error</p>'");
        leaves("f'<p>It failed: {e}</p>'", "'<p>It failed</p>'");
        leaves("f'data: {e}\\n\\n'", "'data: Internal server error\\n\\n'");
        leaves("f'{{\"error\": \"{e}\"}}'", "'{\"error\": \"Internal server error\"}'");
        leaves("f'/login?error={e}'", "'/login?error=failed'");
        leaves("f'Exception: {e}'", "'Exception: Internal server error'");
    }
}
