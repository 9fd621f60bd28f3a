//! The mechanisms of the engine, one file a subject, one `##` heading a case: prose that states the rule, and the
//! files of a small application. Lines with `# leak`, which may name rules, are reported and nothing else is.
//!
//! Behind a heading, ` (known gap)` says that the engine gets the case wrong today: then it must go on doing so
//! until the mark is taken away, so that nobody repairs it unseen.
//!
//! Rules that judge an application as a whole, or how a handler is written, are asked only of cases that mark one.

mod support;

use std::fmt::{self, Write as _};
use std::path::Path;

use tightlip_catalogue::Rule;

/// One rule of the engine and the code that shows it.
#[derive(Debug, Default)]
struct Case<'a> {
    heading: &'a str,
    /// The engine gets it wrong today.
    known_gap: bool,
    /// The line of its heading, from 1.
    line: usize,
    /// Path and text of each.
    files: Vec<(&'a str, String)>,
}

/// What does not hold. The harness shows errors by their `Debug`, which would be one long line.
struct Complaints(String);

impl fmt::Debug for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{}", self.0)
    }
}

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Complaints {}

/// Path, line from 1, and rule.
type Place = (String, usize, Rule);

/// The file that a block without path is.
const ONLY_FILE: &str = "app.py";
const GAP: &str = " (known gap)";

fn cases(text: &str) -> Result<Vec<Case<'_>>, String> {
    let mut cases: Vec<Case<'_>> = Vec::new();
    let mut open = false;
    for (number, line) in text.lines().enumerate().map(|(index, line)| (index + 1, line)) {
        if open {
            let (_, code) = cases.last_mut().and_then(|case| case.files.last_mut()).expect("a block is open");
            match line {
                "```" => open = false,
                line => writeln!(code, "{line}").expect("a text takes all"),
            }
        } else if let Some(heading) = line.strip_prefix("## ") {
            let (heading, known_gap) =
                heading.strip_suffix(GAP).map_or((heading, false), |heading| (heading, true));
            cases.push(Case { heading, known_gap, line: number, files: Vec::new() });
        } else if let Some(head) = line.strip_prefix("```py") {
            let case = cases
                .last_mut()
                .ok_or_else(|| format!("line {number}: a block stands under a `## heading`"))?;
            let path = head.trim();
            case.files.push((if path.is_empty() { ONLY_FILE } else { path }, String::new()));
            open = true;
        }
    }
    if open {
        return Err("the last block is not closed".to_owned());
    }
    match cases.iter().find(|case| case.files.is_empty()) {
        Some(case) => Err(format!("line {}: `{}` has no code", case.line, case.heading)),
        None => Ok(cases),
    }
}

impl Case<'_> {
    fn wanted(&self) -> Result<Vec<Place>, String> {
        let mut wanted = Vec::new();
        for (path, code) in &self.files {
            for (index, line) in code.lines().enumerate() {
                let Some((_, mark)) = line.split_once("# leak") else { continue };
                let names = mark.trim().strip_prefix(':').unwrap_or("exception-message");
                for name in names.split(',').map(str::trim) {
                    let rule =
                        Rule::find(name).ok_or_else(|| format!("`{}`: no rule is `{name}`", self.heading))?;
                    wanted.push(((*path).to_owned(), index + 1, rule));
                }
            }
        }
        wanted.sort();
        Ok(wanted)
    }

    fn got(&self, wanted: &[Place]) -> Vec<Place> {
        let judges_application = wanted.iter().any(|(_, _, rule)| rule.judges_application());
        let files: Vec<_> = self.files.iter().map(|(path, code)| (*path, code.as_str())).collect();
        let mut got = support::places(&support::check(&files));
        let judges_handler = wanted.iter().any(|(_, _, rule)| rule.judges_handler());
        got.retain(|(_, _, rule)| judges_application || !rule.judges_application());
        got.retain(|(_, _, rule)| judges_handler || !rule.judges_handler());
        got
    }

    /// The places with their lines of code.
    fn show(&self, places: &[Place]) -> String {
        let mut text = String::new();
        for (path, line, rule) in places {
            let file = self.files.iter().find(|(known, _)| known == path);
            let code = file.and_then(|(_, code)| code.lines().nth(line - 1)).unwrap_or_default();
            let _ = write!(text, "\n    {path}:{line} {} | {}", rule.name(), code.trim());
        }
        if text.is_empty() { " nothing".to_owned() } else { text }
    }

    fn complaint(&self) -> Result<Option<String>, String> {
        let wanted = self.wanted()?;
        let got = self.got(&wanted);
        Ok(match (got == wanted, self.known_gap) {
            (true, false) | (false, true) => None,
            (true, true) => Some(format!("## {}\n  holds by now: take{GAP} away\n", self.heading)),
            (false, false) => Some(format!(
                "## {} (line {})\n  got:{}\n  wanted:{}\n",
                self.heading,
                self.line,
                self.show(&got),
                self.show(&wanted)
            )),
        })
    }
}

fn holds(path: &Path) -> datatest_stable::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let cases = cases(&text).map_err(Complaints)?;
    let mut complaints = String::new();
    for case in &cases {
        complaints.extend(case.complaint().map_err(Complaints)?);
    }
    if complaints.is_empty() { Ok(()) } else { Err(Complaints(complaints).into()) }
}

datatest_stable::harness! {
    { test = holds, root = "tests/mechanisms", pattern = r"^[a-z-]+\.md$" },
}
