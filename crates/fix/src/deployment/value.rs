//! Where the value of a name stands, in whatever notation the file has.

use tightlip_ir::Span;

/// The place of the value `given` of `name` within `span`: `NAME=value`, `NAME: "value"`, `"NAME": "value"`, `NAME value`,
/// `name: NAME` with `value: value`, the default in `${NAME:-value}`. Nothing unless exactly that value stands there.
pub(super) fn of_variable(text: &str, span: Span, name: &str, given: &str) -> Option<Span> {
    let (start, end) = (span.start as usize, span.end as usize);
    let within = text.get(start..end)?;
    let mut search = 0;
    while let Some(found) = within[search..].find(name).map(|at| search + at) {
        search = found + name.len();
        let is_word = |letter: Option<char>| {
            letter.is_some_and(|letter| letter.is_alphanumeric() || "_-".contains(letter))
        };
        if is_word(within[..found].chars().next_back()) || is_word(within[search..].chars().next()) {
            continue;
        }
        let value = value_behind(within, search).or_else(|| value_under_key(within));
        if let Some(at) = value.and_then(|at| exactly(within, at, given)) {
            return Some(Span::new((start + at) as u32, (start + at + given.len()) as u32));
        }
    }
    None
}

/// Where the value starts that stands behind a name which ends at `at`.
fn value_behind(text: &str, at: usize) -> Option<usize> {
    let rest = text[at..].trim_start_matches(['"', '\'']);
    let rest = rest.trim_start_matches([' ', '\t']);
    let blank = rest.len() < text[at..].len();
    let signs = rest.trim_start_matches([':', '?', '+']);
    let behind = match signs.strip_prefix('=') {
        Some(behind) => behind,
        None if signs.len() < rest.len() => signs,
        // `ENV NAME value`
        None if blank && rest.starts_with(|first: char| first.is_alphanumeric()) => rest,
        None => return None,
    };
    let value = behind.trim_start_matches([' ', '\t']);
    (!value.is_empty() && !value.starts_with(['\n', '\r'])).then(|| text.len() - value.len())
}

/// The value of `value: ...`, which belongs to a `name: ...` beside it.
fn value_under_key(text: &str) -> Option<usize> {
    let key = text.find("value")?;
    value_behind(text, key + "value".len())
}

/// The place of `given` where the value that starts at `at` is that, with quotes or as a default.
fn exactly(text: &str, at: usize, given: &str) -> Option<usize> {
    let mut at = at;
    if text[at..].starts_with(['"', '\'']) {
        at += 1;
    }
    if let Some(inner) = text[at..].strip_prefix("${") {
        let end = inner.find('}')?;
        at += 2 + inner[..end].find('-')? + 1;
    }
    let rest = text[at..].strip_prefix(given)?;
    let ends = rest.chars().next().is_none_or(|next| next.is_whitespace() || "\"',;}])".contains(next));
    ends.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(text: &str, given: &str) {
        let whole = Span::new(0, text.len() as u32);
        let span = of_variable(text, whole, "A_B", given).unwrap_or_else(|| panic!("nothing in {text}"));
        let range = span.start as usize..span.end as usize;
        assert_eq!((&text[range], text.rfind(given)), (given, Some(span.start as usize)));
    }

    #[test]
    fn values_are_found_in_every_notation() {
        for text in [
            "A_B=1",
            "A_B = 1",
            "\"A_B=1\"",
            "A_B='1'",
            "A_B: \"1\"",
            "\"A_B\": \"1\"",
            "A_B 1",
            "A_B := 1",
            "name: A_B\n  value: \"1\"",
            "{name: A_B, value: 1}",
            "value: '1'\n  name: A_B",
            "A_B: ${A_B:-1}",
            "MY_A_B=0 A_B=1",
            "[\"A_B=1\", \"run\"]",
        ] {
            found(text, "1");
        }
    }

    #[test]
    fn another_value_is_left_alone() {
        for text in ["A_B=10", "A_B=$X", "MY_A_B=1", "A_B:", "A_B="] {
            assert_eq!(of_variable(text, Span::new(0, text.len() as u32), "A_B", "1"), None, "{text}");
        }
    }
}
