//! What fixes make of the vulnerable side of each pattern: nothing is found in it any more, it can be read, and a
//! second fix changes nothing. A page of which that cannot be says why: `fix = "the text is made in a library"`.

mod support;

use std::path::Path;

use tightlip_catalogue::{Pattern, Side};
use tightlip_languages::{Language, lower};

fn holds(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let pattern = Pattern::parse(&text)?;
    let Some(rule) = pattern.rule else { return Ok(()) };
    let files = pattern.files(Side::Vulnerable);
    let files: support::mend::Files =
        files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
    let asked = |found: tightlip_catalogue::Rule| rule.judges_application() || !found.judges_application();
    let (files, refused) = support::mend::mended(files, tightlip_fix::Options::default(), &asked);
    if std::env::var_os("SHOW").is_some() {
        for (path, text) in &files {
            eprintln!("--- {path}\n{text}");
        }
    }
    let left = support::mend::findings(&files, &asked);
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".py")) {
        if let Some(problem) = lower(Language::Python, text).problems.first() {
            return Err(format!("{path} cannot be read: {}\n{text}", problem.message).into());
        }
    }
    if let Some(reason) = &pattern.not_fixed {
        return if left.is_empty() {
            Err(format!("everything is fixed, though the page says `fix = {reason:?}`").into())
        } else {
            Ok(())
        };
    }
    let (again, _) = support::mend::mended(files.clone(), tightlip_fix::Options::default(), &asked);
    if again != files {
        return Err(format!("a second fix changes something:\n{files:#?}\n{again:#?}").into());
    }
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!(
            "left: {left:#?}\nrefused: {refused:#?}\n{}",
            files.iter().map(|(path, text)| format!("--- {path}\n{text}")).collect::<String>()
        )
        .into())
    }
}

datatest_stable::harness! {
    { test = holds, root = "../../catalogue", pattern = r"^[a-z0-9-]+/patterns/[^/]+\.md$" },
}
