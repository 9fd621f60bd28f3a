//! The patterns of Flask that can be booted: their vulnerable side is proven without their recipe, their secure side
//! never.

use super::{Pattern, Side, interpreter, prove_files, proven, repository, say, small, supervisor};
use super::{fs, pattern_pages};

#[test]
fn patterns_are_proven_on_flask_3_1() {
    hold("TIGHTLIP_FLASK_3_1");
}

#[test]
fn patterns_are_proven_on_flask_3_0() {
    hold("TIGHTLIP_FLASK_3_0");
}

#[test]
fn patterns_are_proven_on_flask_2_3() {
    hold("TIGHTLIP_FLASK_2_3");
}

fn hold(variable: &str) {
    let Some(interpreter) = interpreter(variable) else { return };
    let mut supervisor = supervisor(&interpreter);
    let unproven = unproven();
    let mut mistakes = Vec::new();
    let mut count = 0;
    let pages = pattern_pages().into_iter().filter(|(name, _)| name.starts_with("flask/"));
    for (name, page) in pages {
        let name = name.as_str();
        let pattern = Pattern::parse(page).unwrap_or_else(|error| panic!("{name}: {error}"));
        let Some(rule) = pattern.rule.filter(|_| pattern.not_booted.is_none()) else { continue };
        let (judgement, outcome) = prove_files(&mut supervisor, &pattern.files(Side::Vulnerable), &small());
        let is_proven = proven(&judgement).iter().any(|(known, _)| *known == rule);
        let reason = unproven.iter().find(|(known, _)| known == name);
        count += usize::from(is_proven);
        match (is_proven, reason) {
            (true, Some(_)) => {
                mistakes.push(format!("{name}: proven by now, so it is to be taken from the list"))
            }
            (false, None) => {
                let seen: Vec<_> = judgement
                    .findings
                    .iter()
                    .map(|it| (it.rule, it.evidence.as_ref().map(|it| it.verdict)))
                    .collect();
                mistakes.push(format!("{name}: not proven: {seen:?} {outcome:?}"));
            }
            _ => {}
        }
        let (judgement, outcome) = prove_files(&mut supervisor, &pattern.files(Side::Secure), &small());
        if !proven(&judgement).is_empty() {
            let shown: Vec<_> = judgement.findings.iter().filter_map(|it| it.evidence.as_ref()).collect();
            mistakes.push(format!("the secure side of {name}: {shown:?} {outcome:?}"));
        }
    }
    assert!(mistakes.is_empty(), "{} mistakes\n\n{}", mistakes.len(), mistakes.join("\n\n"));
    say(&format!("{variable}: {count} patterns proven"));
}

/// Patterns that are not proven, each with the reason: `flask/name  reason`.
fn unproven() -> Vec<(String, String)> {
    let path = repository().join("crates/tightlip/tests/prove/unproven.txt");
    let text = fs::read_to_string(&path).expect("the list is there");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, reason) =
                line.split_once("  ").unwrap_or_else(|| panic!("{line}: a reason is missing"));
            (name.to_owned(), reason.trim().to_owned())
        })
        .collect()
}
