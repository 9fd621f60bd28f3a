//! Several things that are put into the same place by one fix.

use crate::edit::Edit;

/// Edits of one file without doubles; what goes to the same place is one edit, in the order of the alphabet.
pub(crate) fn joined(mut edits: Vec<Edit>) -> Vec<Edit> {
    edits.sort();
    edits.dedup();
    // What is imported stands above what uses it.
    let is_import =
        |edit: &Edit| edit.replacement.starts_with("import ") || edit.replacement.starts_with("from ");
    edits.sort_by_key(|edit| (edit.path.clone(), edit.span, !is_import(edit)));
    let mut joined: Vec<Edit> = Vec::with_capacity(edits.len());
    for edit in edits {
        match joined.last_mut() {
            Some(last)
                if last.path == edit.path && last.span == edit.span && edit.span.start == edit.span.end =>
            {
                last.replacement = both(&last.replacement, &edit.replacement);
            }
            _ => joined.push(edit),
        }
    }
    joined
}

fn both(one: &str, other: &str) -> String {
    // Two names of one module become one statement.
    if let (Some((module, name)), Some((same, further))) = (from_import(one), from_import(other))
        && module == same
    {
        return one.replacen(name, &format!("{name}, {further}"), 1);
    }
    // A block of imports ends with one blank line, not each of them.
    let blank_ended = |text: &str| text.ends_with("\n\n") || text.ends_with("\r\n\r\n");
    if blank_ended(one) && blank_ended(other) {
        let newline = if one.ends_with("\r\n") { 2 } else { 1 };
        return format!("{}{other}", &one[..one.len() - newline]);
    }
    format!("{one}{other}")
}

/// Module and names of `from module import names` on a line.
fn from_import(text: &str) -> Option<(&str, &str)> {
    let (module, names) = text.trim().strip_prefix("from ")?.split_once(" import ")?;
    (!names.contains(['\n', '('])).then_some((module, names))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tightlip_ir::Span;

    fn at(start: u32, text: &str) -> Edit {
        Edit { path: "app.py".to_owned(), span: Span::new(start, start), replacement: text.to_owned() }
    }

    fn texts(edits: Vec<Edit>) -> Vec<String> {
        joined(edits).into_iter().map(|edit| edit.replacement).collect()
    }

    #[test]
    fn what_goes_to_one_place_is_one_edit() {
        assert_eq!(texts(vec![at(9, ", request"), at(9, ", g"), at(9, ", g")]), [", g, request"]);
        let imports = vec![at(0, "from w import B\n"), at(0, "from w import A\n"), at(4, "x")];
        assert_eq!(texts(imports), ["from w import A, B\n", "x"]);
        assert_eq!(
            texts(vec![at(0, "\n\ndef f():\n"), at(0, "from w import A\n")]),
            ["from w import A\n\n\ndef f():\n"]
        );
        assert_eq!(
            texts(vec![at(0, "import uuid\n\n"), at(0, "import json\n\n")]),
            ["import json\nimport uuid\n\n"]
        );
    }
}
