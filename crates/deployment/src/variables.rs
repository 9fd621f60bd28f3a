//! Values of variables, and files of them.

use crate::facts::{Facts, Variable};
use crate::lines::{content_span, lines, unquoted};

/// The value that a text stands for: what is filled in when the program starts is not known, its default is.
pub(crate) fn value(text: &str) -> Option<String> {
    let inner = text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    if let Some((_, default)) = inner.and_then(|inner| inner.split_once('-')) {
        return value(default);
    }
    let filled = text.contains('$') || text.contains("{{");
    (!filled).then(|| text.to_owned())
}

/// `export NAME=value`, `NAME="value" # remark`; the last one of a name holds.
pub(crate) fn read_file(text: &str) -> Facts {
    let mut facts = Facts::default();
    for line in lines(text) {
        let trimmed = line.text.trim();
        let trimmed = trimmed.strip_prefix("export ").unwrap_or(trimmed);
        let Some((name, rest)) = trimmed.split_once('=') else { continue };
        let name = name.trim();
        if !is_name(name) {
            continue;
        }
        let value = value(unquoted(without_remark(rest.trim())));
        facts.variables.push(Variable { name: name.to_owned(), value, span: content_span(line), part: None });
    }
    facts.with_last_values()
}

/// A `#` behind a blank starts a remark, unless it is quoted.
fn without_remark(value: &str) -> &str {
    if let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        return match value[1..].find(quote) {
            Some(end) => &value[..end + 2],
            None => value,
        };
    }
    match value.find(" #") {
        Some(end) => value[..end].trim_end(),
        None if value.starts_with('#') => "",
        None => value,
    }
}

/// Whether `name` can be the name of a variable.
pub(crate) fn is_name(name: &str) -> bool {
    name.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, Option<String>)> {
        read_file(text).variables.into_iter().map(|variable| (variable.name, variable.value)).collect()
    }

    #[test]
    fn quotes_remarks_and_defaults_are_understood() {
        let text = "# A=1\nexport B='x # y' # z\nC=1 # on\nD=\nE=${X:-1}\nF=$X\n1G=2\nC = 0\n";
        let expected =
            [("B", Some("x # y")), ("D", Some("")), ("E", Some(":1")), ("F", None), ("C", Some("0"))];
        let found = values(text);
        assert_eq!(found.len(), expected.len(), "{found:?}");
        assert_eq!(found[0].1.as_deref(), Some("x # y"));
        assert_eq!(found[2].1.as_deref(), Some("1"));
        assert_eq!(found[4], ("C".to_owned(), Some("0".to_owned())));
    }
}
