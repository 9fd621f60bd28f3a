//! Every pattern of the catalogue: its vulnerable side is reported at its marked lines, with their rules and
//! nothing else; its secure side, and every look-alike, is silent.
//!
//! Rules that judge an application as a whole are asked only of patterns that mark one: a pattern shows one
//! mechanism, and most leave the rest of the application away.

mod support;

use std::path::Path;

use tightlip_catalogue::{Pattern, Rule, Side};

fn holds(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let pattern = Pattern::parse(&text)?;
    let marks = pattern.marks()?;
    let wanted: Vec<_> = marks.iter().map(|mark| (mark.path.clone(), mark.line, mark.rule)).collect();
    let judges_application = wanted.iter().any(|(_, _, rule)| rule.judges_application());
    let is_asked = |rule: Rule| judges_application || !rule.judges_application();
    for (side, wanted) in [(Side::Vulnerable, wanted.as_slice()), (Side::Secure, &[])] {
        let files = pattern.files(side);
        if files.is_empty() {
            continue;
        }
        let mut found = support::places(&support::check(&files));
        found.retain(|(_, _, rule)| is_asked(*rule));
        if found != wanted {
            return Err(format!("{side:?}: reported {found:#?}\nwanted {wanted:#?}").into());
        }
    }
    if pattern.rule.is_some() && marks.is_empty() {
        return Err("a pattern marks at least one line with `# leak`".into());
    }
    if let (Some(severity), Some(rule)) = (pattern.severity, pattern.rule) {
        let judgement = support::check(&pattern.files(Side::Vulnerable));
        let found: Vec<_> = judgement.findings.iter().filter(|finding| finding.rule == rule).collect();
        if let Some(other) = found.iter().find(|finding| finding.severity != severity) {
            return Err(
                format!("severity is {}, the page says {}", other.severity.name(), severity.name()).into()
            );
        }
    }
    Ok(())
}

datatest_stable::harness! {
    { test = holds, root = "../../catalogue", pattern = r"^[a-z0-9-]+/(patterns|look-alikes)/[^/]+\.md$" },
}
