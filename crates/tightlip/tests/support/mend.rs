//! Applies fixes to sources that are held in memory, as `tightlip check --fix --unsafe-fixes` would.

#![allow(dead_code, reason = "not every test that has this module mends")]

use tightlip_catalogue::Rule;
use tightlip_fix::{Fix, Options, Safety, compose, propose};

use super::{checked, places};

/// Path and text of files.
pub(crate) type Files = Vec<(String, String)>;

/// More rounds than any program needs.
const MOST_ROUNDS: usize = 12;

/// What is found in these files under the rules that are asked for.
pub(crate) fn findings(files: &Files, asked: &dyn Fn(Rule) -> bool) -> Vec<(String, usize, Rule)> {
    let judgement = super::check(&borrowed(files));
    places(&judgement).into_iter().filter(|(_, _, rule)| asked(*rule)).collect()
}

/// The files after all fixes for rules that are asked for, and why the rest has none.
pub(crate) fn mended(
    mut files: Files,
    options: Options,
    asked: &dyn Fn(Rule) -> bool,
) -> (Files, Vec<String>) {
    let mut refused = Vec::new();
    for _ in 0..MOST_ROUNDS {
        let (fixes, refusals) = proposed(&files, options, asked);
        refused = refusals;
        if fixes.is_empty() {
            break;
        }
        let composition = compose(&fixes, |path| {
            files.iter().find(|(known, _)| known == path).map(|(_, text)| text.as_str())
        });
        for (path, text) in composition.texts {
            match files.iter_mut().find(|(known, _)| *known == path) {
                Some(known) => known.1 = text,
                None => files.push((path, text)),
            }
        }
    }
    (files, refused)
}

/// The fixes for what is found, and why the rest has none.
pub(crate) fn proposed(
    files: &Files,
    options: Options,
    asked: &dyn Fn(Rule) -> bool,
) -> (Vec<Fix>, Vec<String>) {
    checked(&borrowed(files), |checked, judgement, sources| {
        let (mut fixes, mut refused) = (Vec::new(), Vec::new());
        for proposal in propose(checked, &judgement, sources, options) {
            let first = &judgement.findings[proposal.findings[0]];
            match proposal.outcome {
                _ if !asked(first.rule) => {}
                Ok(fix) if fix.safety != Safety::DisplayOnly => fixes.push(fix),
                Ok(fix) => refused.push(format!("{}: shown only: {}", first.rule.name(), fix.title)),
                Err(refusal) => refused.push(format!("{}: {}", first.rule.name(), refusal.0)),
            }
        }
        (fixes, refused)
    })
}

fn borrowed(files: &Files) -> Vec<(&str, &str)> {
    files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect()
}
