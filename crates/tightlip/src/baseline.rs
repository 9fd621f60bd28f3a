//! Findings that were there before: a list with counts, recognized by content.
//!
//! A finding is known by its rule and the code at its place and at its source, wherever they stand. Each entry hides as
//! many findings as it counts. Of several candidates, those in the same surroundings and the same file come first, so
//! that the one that is left over is the one that was added.

mod content;
mod file;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tightlip_rules::Finding;

use content::{content, surroundings};
pub(crate) use file::{read, write};

/// Counts up when older programs would misread the file.
const SHAPE: u32 = 1;

/// The findings of an earlier run.
#[derive(Default, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    version: u32,
    /// Sorted, each once.
    findings: Vec<Entry>,
}

/// Findings that are alike.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The file, relative to the folder of the baseline.
    pub(crate) path: String,
    /// The code of the rule.
    pub(crate) rule: String,
    /// A hash of the code at its place and its source.
    content: String,
    /// A hash of the lines around.
    around: String,
    /// How many there are.
    pub(crate) count: usize,
}

impl Entry {
    fn new(finding: &Finding, path: String) -> Self {
        let (content, around) = (content(finding), surroundings(finding));
        Self { path, rule: finding.rule.code().to_owned(), content, around, count: 1 }
    }
}

/// How the findings of a run stand to a baseline.
pub(crate) struct Comparison {
    /// Whether each finding is one that the baseline does not know.
    pub(crate) is_new: Vec<bool>,
    /// What is left of the baseline: nothing that was found.
    pub(crate) missing: Vec<Entry>,
    /// The baseline without what is missing, brought up to where things are now.
    known: Vec<Entry>,
}

impl Baseline {
    /// All of `findings`; `path_of` says how the baseline writes a file.
    pub(crate) fn of(findings: &[Finding], path_of: impl Fn(&Finding) -> String) -> Self {
        let entries = findings.iter().map(|finding| Entry::new(finding, path_of(finding)));
        Self { version: SHAPE, findings: counted(entries) }
    }

    /// How many findings it stands for.
    pub(crate) fn len(&self) -> usize {
        self.findings.iter().map(|entry| entry.count).sum()
    }

    /// Finds each of `findings` in it that is there.
    pub(crate) fn compare(&self, findings: &[Finding], path_of: impl Fn(&Finding) -> String) -> Comparison {
        let present: Vec<Entry> =
            findings.iter().map(|finding| Entry::new(finding, path_of(finding))).collect();
        let mut left = self.findings.clone();
        let mut is_new = vec![true; present.len()];
        // From those that nobody touched to those that were moved and have new neighbours.
        let likenesses: [fn(&Entry, &Entry) -> bool; 4] = [
            |one, other| one.path == other.path && one.around == other.around,
            |one, other| one.around == other.around,
            |one, other| one.path == other.path,
            |_, _| true,
        ];
        let mut by_content: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (index, entry) in self.findings.iter().enumerate() {
            by_content.entry((&entry.rule, &entry.content)).or_default().push(index);
        }
        for is_alike in likenesses {
            for (entry, is_new) in present.iter().zip(&mut is_new).filter(|(_, is_new)| **is_new) {
                let candidates = by_content.get(&(entry.rule.as_str(), entry.content.as_str()));
                let mut candidates = candidates.into_iter().flatten().copied();
                let found = candidates.find(|at| left[*at].count > 0 && is_alike(&left[*at], entry));
                if let Some(at) = found {
                    left[at].count -= 1;
                    *is_new = false;
                }
            }
        }
        let known = present.into_iter().zip(&is_new).filter(|(_, is_new)| !**is_new);
        let known = known.map(|(entry, _)| entry).collect();
        left.retain(|entry| entry.count > 0);
        Comparison { is_new, missing: left, known }
    }
}

impl Comparison {
    /// The baseline of the next run: without what is mended, and never with anything new. `kept` are entries that
    /// this run could not look for.
    pub(crate) fn shrunk(self, kept: impl IntoIterator<Item = Entry>) -> Baseline {
        Baseline { version: SHAPE, findings: counted(self.known.into_iter().chain(kept)) }
    }
}

/// Sorted, and those that are alike as one.
fn counted(entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    let mut counts: BTreeMap<Entry, usize> = BTreeMap::new();
    for entry in entries {
        let count = entry.count;
        *counts.entry(Entry { count: 0, ..entry }).or_default() += count;
    }
    counts.into_iter().map(|(entry, count)| Entry { count, ..entry }).collect()
}
