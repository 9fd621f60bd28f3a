use std::collections::BTreeMap;

use tightlip_ir::Span;

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
    /// What was written into the files that are changed, by path, sorted.
    written: BTreeMap<String, Vec<Written>>,
}

/// A range of a new text, and what it stands for in the old one. Either may be empty.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Written {
    before: Span,
    after: Span,
}

/// Where something of a new text comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// It stood here in the old text.
    Kept(Span),
    /// It is, at least in part, the work of the fixes with these indexes.
    Written(Vec<usize>),
}

impl Composition {
    /// Where what stands at `span` of the new text of `path` comes from. `fixes` are those that were composed.
    pub fn origin(&self, fixes: &[Fix], path: &str, span: Span) -> Origin {
        let Some(written) = self.written.get(path) else {
            let creates = |index: &usize| fixes[*index].creates.iter().any(|file| file.path == path);
            let creators: Vec<usize> = self.applied.iter().copied().filter(creates).collect();
            return if creators.is_empty() { Origin::Kept(span) } else { Origin::Written(creators) };
        };
        let touched: Vec<&Written> = written.iter().filter(|it| touches(it.after, span)).collect();
        if touched.is_empty() {
            let earlier = written.iter().rfind(|it| it.after.end <= span.start);
            let (before, after) = earlier.map_or((0, 0), |it| (it.before.end, it.after.end));
            return Origin::Kept(Span { start: span.start - after + before, end: span.end - after + before });
        }
        let wrote = |index: &usize| {
            let mut edits = fixes[*index].edits.iter().filter(|edit| edit.path == path);
            edits.any(|edit| touched.iter().any(|it| it.before == edit.span))
        };
        Origin::Written(self.applied.iter().copied().filter(wrote).collect())
    }
}

/// Where nothing is left of what was written, it is touched by what stands around it.
fn touches(written: Span, span: Span) -> bool {
    written.start < span.end && span.start < written.end
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
        let (after, written) = apply(before, &edits);
        composition.texts.insert(path.to_owned(), after);
        composition.written.insert(path.to_owned(), written);
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
fn apply(before: &str, edits: &[&Edit]) -> (String, Vec<Written>) {
    let mut after = String::with_capacity(before.len());
    let mut written = Vec::with_capacity(edits.len());
    let mut done = 0;
    for edit in edits {
        after.push_str(&before[done..edit.span.start as usize]);
        let start = after.len() as u32;
        after.push_str(&edit.replacement);
        written.push(Written { before: edit.span, after: Span { start, end: after.len() as u32 } });
        done = edit.span.end as usize;
    }
    after.push_str(&before[done..]);
    (after, written)
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

    #[test]
    fn what_is_kept_is_found_again_and_what_is_written_is_told() {
        let fixes = [fix(&[(0, 0, "import logging\n"), (2, 4, "xx")]), fix(&[(6, 7, "")])];
        let composition = compose(&fixes, |_| Some("0123456789"));
        assert_eq!(composition.texts["a.py"], "import logging\n01xx45789");
        let origin = |start, end| composition.origin(&fixes, "a.py", Span { start, end });
        assert_eq!(origin(15, 17), Origin::Kept(Span { start: 0, end: 2 }));
        assert_eq!(origin(22, 24), Origin::Kept(Span { start: 8, end: 10 }));
        assert_eq!(origin(0, 16), Origin::Written(vec![0]));
        assert_eq!(origin(16, 22), Origin::Written(vec![0, 1]));
        assert_eq!(
            composition.origin(&fixes, "b.py", Span { start: 3, end: 4 }),
            Origin::Kept(Span { start: 3, end: 4 })
        );
    }
}
