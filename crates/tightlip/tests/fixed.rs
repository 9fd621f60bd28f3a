//! What fixes make of the vulnerable sides of the patterns of open switches, missing handlers and bad ones: it parses,
//! it is silent, and a second fix changes nothing. A page that is not fixed says why in its head.

mod support;

use std::path::Path;

use support::mend::{findings, mended, proposed};
use tightlip_catalogue::{Control, Pattern, Rule, Side};
use tightlip_fix::Options;
use tightlip_languages::{Language, lower};

fn holds(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let pattern = Pattern::parse(&text)?;
    let Some(rule) = pattern.rule.filter(|rule| rule.control() != Control::SanitizedReplies) else {
        return Ok(());
    };
    let files = pattern.files(Side::Vulnerable);
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let asked = |found: Rule| rule.judges_application() || !found.judges_application();
    let (files, refused) = mended(files, Options::default(), &asked);
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".py")) {
        let problems = lower(Language::Python, text).problems;
        if !problems.is_empty() {
            return Err(format!("{path} does not parse: {problems:?}\n{text}").into());
        }
    }
    let (again, _) = proposed(&files, Options::default(), &asked);
    if !again.is_empty() {
        return Err(format!("a second fix changes something: {again:#?}\n{files:?}").into());
    }
    let left = findings(&files, &asked);
    match (left.as_slice(), &pattern.not_fixed) {
        ([], None) | ([_, ..], Some(_)) => Ok(()),
        ([], Some(_)) => Err("the page says that it is not fixed, and it is: take that out".into()),
        (left, None) => Err(format!("left: {left:#?}\nrefused: {refused:#?}\n{files:?}").into()),
    }
}

datatest_stable::harness! {
    { test = holds, root = "../../catalogue", pattern = r"^[a-z0-9-]+/patterns/[^/]+\.md$" },
}
