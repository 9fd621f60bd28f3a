//! Findings that are mended in one place, shown as one.

use std::collections::HashMap;

use tightlip_rules::{Finding, Place, Rule};

use crate::position::Positions;

/// Findings of one rule at one line to which something flows: one place, and the ways that lead to it.
pub(crate) struct Fold<'a> {
    /// The one that is shown: the gravest, of these the surest, of these the first.
    pub(crate) shown: &'a Finding,
    /// Its place in the report.
    pub(crate) at: usize,
    /// The others, in the order of the report.
    pub(crate) others: Vec<&'a Finding>,
}

impl<'a> Fold<'a> {
    /// How many findings it holds.
    pub(crate) fn len(&self) -> usize {
        self.others.len() + 1
    }

    fn add(&mut self, at: usize, finding: &'a Finding) {
        let weight = |finding: &Finding| (finding.severity, finding.confidence);
        if weight(finding) > weight(self.shown) {
            // The one that was shown was the first of those before.
            self.others.insert(0, std::mem::replace(&mut self.shown, finding));
            self.at = at;
        } else {
            self.others.push(finding);
        }
    }
}

/// The findings by place, in the order of the first finding at each.
///
/// What has no flow is never folded: two switches on one line are two things to mend.
pub(crate) fn fold<'a>(findings: &'a [Finding], positions: &Positions) -> Vec<Fold<'a>> {
    let mut folds: Vec<Fold<'a>> = Vec::new();
    let mut known: HashMap<(Rule, &'a str, usize), usize> = HashMap::new();
    for (at, finding) in findings.iter().enumerate() {
        let key = (finding.rule, finding.place.file.path.as_str(), positions.start(&finding.place).line);
        match known.get(&key) {
            Some(&fold) if !finding.steps.is_empty() => folds[fold].add(at, finding),
            _ => {
                if !finding.steps.is_empty() {
                    known.insert(key, folds.len());
                }
                folds.push(Fold { shown: finding, at, others: Vec::new() });
            }
        }
    }
    folds
}

/// Where what is sent comes into being.
pub(crate) fn source(finding: &Finding) -> &Place {
    finding.steps.first().map_or(&finding.place, |step| &step.place)
}
