//! How often each rule is broken.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use tightlip_rules::{Finding, Rule, Severity};

/// What is known of one rule that is broken.
#[derive(Serialize)]
pub(crate) struct Count {
    /// Its code.
    pub(crate) rule: &'static str,
    /// Its name.
    pub(crate) name: &'static str,
    /// How many findings there are.
    pub(crate) count: usize,
    /// Of which severity the gravest of them is.
    #[serde(serialize_with = "severity_name")]
    pub(crate) gravest: Severity,
    /// Its control, summary and so on.
    #[serde(skip)]
    pub(crate) id: Rule,
}

fn severity_name<S: serde::Serializer>(severity: &Severity, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(severity.name())
}

/// The rules that are broken, most often broken first.
pub(crate) fn counts(findings: &[Finding]) -> Vec<Count> {
    let mut known: BTreeMap<Rule, (usize, Severity)> = BTreeMap::new();
    for finding in findings {
        let (count, gravest) = known.entry(finding.rule).or_insert((0, finding.severity));
        *count += 1;
        *gravest = finding.severity.max(*gravest);
    }
    let mut counts: Vec<Count> = known
        .into_iter()
        .map(|(rule, (count, gravest))| Count {
            rule: rule.code(),
            name: rule.name(),
            count,
            gravest,
            id: rule,
        })
        .collect();
    // The sort is stable: rules that are broken as often stay in the order of their codes.
    counts.sort_by_key(|count| std::cmp::Reverse(count.count));
    counts
}

/// Writes a line for each rule that is broken:
///
/// ```text
/// 13  TL101  exception-message  high
///  1  TL201  debug-mode         critical
/// ```
pub fn statistics(findings: &[Finding], out: &mut impl Write) -> io::Result<()> {
    let counts = counts(findings);
    let digits = counts.iter().map(|count| count.count.to_string().len()).max().unwrap_or(0);
    let widest = counts.iter().map(|count| count.name.len()).max().unwrap_or(0);
    for Count { rule, name, count, gravest, .. } in &counts {
        writeln!(out, "{count:digits$}  {rule}  {name:widest$}  {}", gravest.name())?;
    }
    Ok(())
}

/// Writes the same as a list of `{"rule", "name", "count", "gravest"}`.
pub fn statistics_json(findings: &[Finding], out: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, &counts(findings))?;
    writeln!(out)
}
