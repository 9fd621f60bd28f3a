//! Changes of files as whole lines: those that go, those that come, and those around.

use std::collections::BTreeMap;
use std::ops::Range;

use tightlip_rules::SourceFile;

use crate::Change;
use crate::position::{Positions, clamp};

/// Lines around a change.
const CONTEXT: usize = 2;

/// Changes that stand so close together that they are shown as one.
pub(crate) struct ChangedPlace<'a> {
    pub(crate) file: &'a SourceFile,
    /// The number of the first line that is shown, from 1.
    pub(crate) first: usize,
    pub(crate) before: Vec<&'a str>,
    pub(crate) removed: Vec<&'a str>,
    pub(crate) added: String,
    pub(crate) after: Vec<&'a str>,
}

/// Where `changes` change files, file by file, from the top.
pub(crate) fn places<'a>(changes: &'a [Change], positions: &Positions) -> Vec<ChangedPlace<'a>> {
    let mut files: BTreeMap<&str, Vec<&Change>> = BTreeMap::new();
    for change in changes {
        files.entry(change.place.file.path.as_str()).or_default().push(change);
    }
    let mut all = Vec::new();
    for mut changes in files.into_values() {
        changes.sort_by_key(|change| (change.place.span.start, change.place.span.end));
        let file = &changes[0].place.file;
        let text = file.text.as_str();
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let line_of = |offset: usize| positions.lines(file).position(text, offset).line - 1;
        let mut groups: Vec<(Range<usize>, Vec<&Change>)> = Vec::new();
        for change in changes {
            let (start, end) = clamp(text, change.place.span);
            // An edit that ends where a line begins changes nothing of that line.
            let last = if end > start { end - 1 } else { end };
            let range = line_of(start)..line_of(last) + 1;
            match groups.last_mut() {
                Some((known, members)) if range.start <= known.end => {
                    known.end = known.end.max(range.end);
                    members.push(change);
                }
                _ => groups.push((range, vec![change])),
            }
        }
        all.extend(groups.into_iter().map(|(range, changes)| changed_place(file, &lines, range, &changes)));
    }
    all
}

fn changed_place<'a>(
    file: &'a SourceFile,
    lines: &[&'a str],
    range: Range<usize>,
    changes: &[&Change],
) -> ChangedPlace<'a> {
    let range = range.start.min(lines.len())..range.end.min(lines.len());
    let start: usize = lines[..range.start].iter().map(|line| line.len()).sum();
    let end: usize = start + lines[range.clone()].iter().map(|line| line.len()).sum::<usize>();
    let mut added = String::new();
    let mut at = start;
    for change in changes {
        let (from, to) = clamp(&file.text, change.place.span);
        if from < at || to > end {
            continue;
        }
        added.push_str(&file.text[at..from]);
        added.push_str(&change.replacement);
        at = to;
    }
    added.push_str(&file.text[at..end]);
    let mut removed = lines[range.clone()].to_vec();
    let mut before = lines[range.start.saturating_sub(CONTEXT)..range.start].to_vec();
    let mut after = lines[range.end..(range.end + CONTEXT).min(lines.len())].to_vec();
    let first = range.start - before.len() + 1;
    // Lines that are the same at both ends were touched at an end only.
    while !removed.is_empty() && added.starts_with(removed[0]) && removed[0].ends_with('\n') {
        let line = removed.remove(0);
        added.drain(..line.len());
        before.push(line);
    }
    while let Some(line) = removed.last().copied().filter(|line| ends_with_line(&added, line)) {
        added.truncate(added.len() - line.len());
        removed.pop();
        after.insert(0, line);
    }
    ChangedPlace { file, first, before, removed, added, after }
}

/// Whether `line` is the last line of `text`, and not only the end of it.
fn ends_with_line(text: &str, line: &str) -> bool {
    text.strip_suffix(line).is_some_and(|before| before.is_empty() || before.ends_with('\n'))
}
