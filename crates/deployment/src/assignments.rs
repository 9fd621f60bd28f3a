//! The settings of gunicorn: a Python file of assignments.

use crate::facts::{Facts, Setting, Variable};
use crate::lines::{content_span, lines, span};
use crate::variables::{is_name, value};

/// `name = value` lines that are not indented, and the variables in `raw_env`.
pub(crate) fn read(text: &str) -> Facts {
    let mut facts = Facts::default();
    let mut in_variables = false;
    for line in lines(text) {
        let code = line.text.split(" #").next().unwrap_or_default().trim_end();
        let assigned = code.split_once('=').filter(|(name, _)| is_name(name.trim_end()));
        if let Some((name, given)) = assigned {
            in_variables = name.trim_end() == "raw_env";
            if !in_variables {
                let value = Some(given.trim().trim_matches(['"', '\'']).to_owned());
                let name = name.trim_end().to_owned();
                facts.settings.push(Setting { server: "gunicorn", name, value, span: content_span(line) });
            }
        }
        if in_variables {
            add_variables(line.text, line.start, &mut facts);
            in_variables = !code.ends_with([']', ')']);
        }
    }
    facts
}

/// `"A=1", "B=2"` in a list.
fn add_variables(text: &str, base: usize, facts: &mut Facts) {
    let mut rest = 0;
    while let Some(open) = text[rest..].find(['"', '\'']).map(|found| rest + found) {
        let quote = &text[open..=open];
        let Some(close) = text[open + 1..].find(quote).map(|found| open + 1 + found) else { return };
        if let Some((name, given)) = text[open + 1..close].split_once('=').filter(|(name, _)| is_name(name)) {
            let span = span(base, open + 1, close);
            facts.variables.push(Variable { name: name.to_owned(), value: value(given), span, part: None });
        }
        rest = close + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_and_variables_are_read() {
        let facts =
            read("import os\nreload = True  # handy\nraw_env = [\n    'A=1',\n    \"B=2\"]\nbind = ':80'\n");
        let settings: Vec<_> =
            facts.settings.iter().map(|known| (known.name.as_str(), known.value.as_deref())).collect();
        assert_eq!(settings, [("reload", Some("True")), ("bind", Some(":80"))]);
        let variables: Vec<_> = facts.variables.iter().map(|known| known.name.as_str()).collect();
        assert_eq!(variables, ["A", "B"]);
    }
}
