//! What fixes make of the patterns that show a missing handler, a bad one, or an open switch.

mod support;

use std::path::Path;

use tightlip_catalogue::{Pattern, Side};

fn holds(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let pattern = Pattern::parse(&text)?;
    let Some(rule) = pattern.rule else { return Ok(()) };
    if !rule.code().starts_with("TL2") && !rule.code().starts_with("TL3") {
        return Ok(());
    }
    let files = pattern.files(Side::Vulnerable);
    let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let asked = |found: tightlip_catalogue::Rule| rule.judges_application() || !found.judges_application();
    let (files, refused) = support::mend::mended(files, tightlip_fix::Options::default(), &asked);
    if std::env::var_os("SHOW").is_some() {
        for (path, text) in &files {
            eprintln!("--- {path}\n{text}");
        }
    }
    let left = support::mend::findings(&files, &asked);
    if left.is_empty() { Ok(()) } else { Err(format!("left: {left:#?}\nrefused: {refused:#?}\n{files:?}").into()) }
}

datatest_stable::harness! {
    { test = holds, root = "../../catalogue", pattern = r"^[a-z0-9-]+/patterns/[^/]+\.md$" },
}
