//! What speaks against fixes that were tried together.

use std::collections::{BTreeMap, HashMap, HashSet};

use tightlip_fix::{Composition, Fix, Origin};
use tightlip_ir::Span;
use tightlip_rules::{Finding, Place, Rule};

use super::Candidate;
use crate::analyse::Analysis;

/// Why fixes are not kept, by their index among the candidates.
pub(super) type Blame = BTreeMap<usize, Accusation>;

/// What speaks against a fix.
pub(super) struct Accusation {
    /// In words.
    pub(super) reason: String,
    /// Whether no other fix can be meant.
    pub(super) is_certain: bool,
}

/// Fixes that were applied together, and what became of the files.
pub(super) struct Tried<'a> {
    pub(super) candidates: &'a [Candidate],
    /// Those of the candidates, in their order.
    pub(super) fixes: &'a [Fix],
    /// Which of them were applied, and what they made of the files.
    pub(super) composition: &'a Composition,
}

/// The fixes after which a file cannot be read any more, whose finding is still there, or that bring a new one.
///
/// A finding can hide behind another one: of several ways to one reply one is told. What is seen for the first time,
/// and passes nothing that was written, was there before; it waits for the next round.
pub(super) fn blame(before: &Analysis, after: &Analysis, tried: &Tried<'_>) -> Blame {
    let mut blame = Blame::new();
    let known = problems(before);
    for (path, count) in problems(after) {
        if count > known.get(path).copied().unwrap_or_default() {
            let reason = format!("{path} could not be read any more");
            accuse(&mut blame, &tried.changing(path), &reason);
        }
    }
    if !blame.is_empty() {
        return blame;
    }
    for ((rule, path), group) in tried.groups(before, after) {
        let would = |seen: &str| format!("{} would {seen} in {path}", rule.name());
        for fix in group.still {
            accuse(&mut blame, &[fix], &would("still be found"));
        }
        if group.written.len() > group.lost {
            group.written.iter().for_each(|writers| accuse(&mut blame, writers, &would("be found")));
        }
        if group.has_come {
            let suspects = [group.mending, tried.changing(path), tried.composition.applied.clone()];
            let suspects = suspects.into_iter().find(|suspects| !suspects.is_empty());
            accuse(&mut blame, &suspects.unwrap_or_default(), &would("be found"));
        }
    }
    blame
}

/// Accuses all of `fixes` of one thing.
fn accuse(blame: &mut Blame, fixes: &[usize], reason: &str) {
    for fix in fixes {
        let accusation = || Accusation { reason: reason.to_owned(), is_certain: false };
        let known = blame.entry(*fix).or_insert_with(accusation);
        known.is_certain |= fixes.len() == 1;
    }
}

/// What became of the findings of one rule in one file.
#[derive(Default)]
struct Group {
    /// Fixes that should have mended findings of this kind.
    mending: Vec<usize>,
    /// Those of them whose finding is still there.
    still: Vec<usize>,
    /// Findings that pass what was written and were not known: who wrote it.
    written: Vec<Vec<usize>>,
    /// How many known findings that nobody tried to mend cannot be found again at their place.
    lost: usize,
    /// Whether a finding that follows no flow, and so cannot have been hidden, has come.
    has_come: bool,
}

/// What a finding is known by: its rule, where its flow begins, and where it ends.
type Identity<'a> = (Rule, (&'a str, Span), (&'a str, Span));

/// The place where the flow of a finding begins.
fn beginning(finding: &Finding) -> &Place {
    finding.steps.first().map_or(&finding.place, |step| &step.place)
}

fn path_of(place: &Place) -> &str {
    &place.file.path
}

fn identity(finding: &Finding) -> Identity<'_> {
    let point = |place| (path_of(place), place.span);
    (finding.rule, point(beginning(finding)), point(&finding.place))
}

impl Tried<'_> {
    fn groups<'a>(&self, before: &'a Analysis, after: &'a Analysis) -> BTreeMap<(Rule, &'a str), Group> {
        let old = &before.judgement.findings;
        let mut groups: BTreeMap<(Rule, &str), Group> = BTreeMap::new();
        let mut mending: HashMap<Identity<'_>, usize> = HashMap::new();
        for index in self.composition.applied.iter().copied() {
            for finding in self.candidates[index].findings.iter().map(|finding| &old[*finding]) {
                mending.insert(identity(finding), index);
                let group = groups.entry((finding.rule, path_of(&finding.place))).or_default();
                group.mending.push(index);
            }
        }
        let mut missing: HashSet<Identity<'_>> =
            old.iter().map(identity).filter(|known| !mending.contains_key(known)).collect();
        let unmended = missing.clone();
        for finding in &after.judgement.findings {
            let group = groups.entry((finding.rule, path_of(&finding.place))).or_default();
            match self.identity_before(finding) {
                Some(identity) if let Some(fix) = mending.get(&identity) => group.still.push(*fix),
                Some(identity) if unmended.contains(&identity) => drop(missing.remove(&identity)),
                _ => match self.writers(finding) {
                    writers if !writers.is_empty() => group.written.push(writers),
                    _ => group.has_come |= finding.steps.is_empty(),
                },
            }
        }
        for (rule, _, (path, _)) in missing {
            groups.entry((rule, path)).or_default().lost += 1;
        }
        groups
    }

    /// What a finding would have been known by before the fixes; `None` where an end of it was written by them.
    fn identity_before<'a>(&self, finding: &'a Finding) -> Option<Identity<'a>> {
        let point = |place: &'a Place| match self.origin(place) {
            Origin::Kept(span) => Some((path_of(place), span)),
            Origin::Written(_) => None,
        };
        Some((finding.rule, point(beginning(finding))?, point(&finding.place)?))
    }

    /// The fixes that wrote what a finding passes.
    fn writers(&self, finding: &Finding) -> Vec<usize> {
        let places = finding.steps.iter().map(|step| &step.place).chain([&finding.place]);
        let writers = places.filter_map(|place| match self.origin(place) {
            Origin::Kept(_) => None,
            Origin::Written(writers) => Some(writers),
        });
        let mut writers: Vec<usize> = writers.flatten().collect();
        writers.sort_unstable();
        writers.dedup();
        writers
    }

    fn origin(&self, place: &Place) -> Origin {
        self.composition.origin(self.fixes, path_of(place), place.span)
    }

    /// The fixes that change or add a file.
    fn changing(&self, path: &str) -> Vec<usize> {
        let changes = |fix: &Fix| {
            fix.edits.iter().any(|edit| edit.path == path) || fix.creates.iter().any(|file| file.path == path)
        };
        self.composition.applied.iter().copied().filter(|index| changes(&self.fixes[*index])).collect()
    }
}

/// How much of each file could not be read.
fn problems(analysis: &Analysis) -> BTreeMap<&str, usize> {
    analysis.problems.iter().fold(BTreeMap::new(), |mut counts, problem| {
        *counts.entry(problem.path.as_str()).or_default() += 1;
        counts
    })
}
