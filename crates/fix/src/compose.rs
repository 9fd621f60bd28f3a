use std::collections::BTreeMap;

use crate::edit::{Edit, Fix};

/// Which fixes go together, and what becomes of the files.
#[derive(Debug, Default)]
pub struct Composition {
    /// Indexes of the fixes that are in.
    pub applied: Vec<usize>,
    /// Indexes of those that touch what another one changes: for the next round.
    pub postponed: Vec<usize>,
    /// New texts by path: of files that are changed, and of files that are new.
    pub texts: BTreeMap<String, String>,
}

/// Puts fixes together in their order. One that overlaps an earlier one is put off as a whole; equal edits are one
/// (several fixes need the same import). `text` gives the text of a file as it stands.
pub fn compose<'a>(fixes: &[Fix], text: impl Fn(&str) -> Option<&'a str>) -> Composition {
    let mut composition = Composition::default();
    let mut edits: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    for (index, fix) in fixes.iter().enumerate() {
        let clashes = fix.edits.iter().any(|edit| {
            let taken = edits.get(edit.path.as_str());
            text(&edit.path).is_none()
                || taken.is_some_and(|taken| taken.iter().any(|other| clash(edit, other)))
        });
        let doubled = fix
            .creates
            .iter()
            .any(|file| composition.texts.get(&file.path).is_some_and(|text| *text != file.text));
        if clashes || doubled {
            composition.postponed.push(index);
            continue;
        }
        for edit in &fix.edits {
            let taken = edits.entry(edit.path.as_str()).or_default();
            if !taken.contains(&edit) {
                taken.push(edit);
            }
        }
        for file in &fix.creates {
            composition.texts.insert(file.path.clone(), file.text.clone());
        }
        composition.applied.push(index);
    }
    for (path, mut edits) in edits {
        edits.sort();
        let Some(before) = text(path) else { continue };
        composition.texts.insert(path.to_owned(), apply(before, &edits));
    }
    composition
}

/// Two edits clash if they change the same bytes, or put different text into the same place.
fn clash(edit: &Edit, other: &Edit) -> bool {
    if edit == other {
        return false;
    }
    let (a, b) = (edit.span, other.span);
    (a.start < b.end && b.start < a.end) || a.start == b.start
}

/// `edits` are sorted and do not overlap.
fn apply(before: &str, edits: &[&Edit]) -> String {
    let mut after = String::with_capacity(before.len());
    let mut done = 0;
    for edit in edits {
        after.push_str(&before[done..edit.span.start as usize]);
        after.push_str(&edit.replacement);
        done = edit.span.end as usize;
    }
    after.push_str(&before[done..]);
    after
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Safety;
    use tightlip_ir::Span;

    fn fix(edits: &[(u32, u32, &str)]) -> Fix {
        let edit = |&(start, end, replacement): &(u32, u32, &str)| Edit {
            path: "a.py".to_owned(),
            span: Span { start, end },
            replacement: replacement.to_owned(),
        };
        Fix {
            title: String::new(),
            safety: Safety::Safe,
            edits: edits.iter().map(edit).collect(),
            creates: Vec::new(),
        }
    }

    #[test]
    fn fixes_that_touch_each_other_wait_for_the_next_round() {
        let fixes = [
            fix(&[(0, 0, "import logging\n"), (2, 4, "xx")]),
            fix(&[(0, 0, "import logging\n"), (6, 7, "")]),
            fix(&[(3, 5, "y")]),
        ];
        let composition = compose(&fixes, |_| Some("0123456789"));
        assert_eq!(composition.applied, [0, 1]);
        assert_eq!(composition.postponed, [2]);
        assert_eq!(composition.texts["a.py"], "import logging\n01xx45789");
    }
}
