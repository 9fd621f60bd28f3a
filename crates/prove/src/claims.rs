//! Findings as what is to be proven, and leaks that no finding tells as findings.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tightlip_ir::Span;
use tightlip_rules::{Finding, Judgement, Place, SourceFile};

use crate::message::{Asked, Lines};
use crate::proof::{Claim, Missed};

/// What `finding` says, with paths below `root`; `None` where it is of another project.
pub(crate) fn claim(finding: &Finding, root: &Path) -> Option<Claim> {
    below(&finding.place.file, root)?;
    let steps = finding.steps.iter().map(|step| &step.place).chain([&finding.place]);
    let mut places: Vec<Lines> = Vec::new();
    for place in steps.filter(|place| is_python(&place.file)) {
        let lines = lines(place, root)?;
        // The last one counts as the end of the way, so it is last even where it was passed before.
        places.retain(|known| *known != lines);
        places.push(lines);
    }
    let ends_in_python = is_python(&finding.place.file);
    Some(Claim { rule: finding.rule, asked: Asked { places }, ends_in_python })
}

fn is_python(file: &SourceFile) -> bool {
    file.path.ends_with(".py")
}

/// The path of a file below the project.
pub(crate) fn below(file: &SourceFile, root: &Path) -> Option<String> {
    let location = fs::canonicalize(&file.location).ok();
    let location = location.unwrap_or_else(|| root.join(&file.location));
    let path = location.strip_prefix(root).ok()?;
    Some(path.to_str()?.replace('\\', "/"))
}

fn lines(place: &Place, root: &Path) -> Option<Lines> {
    let line_of = |offset: u32| {
        let bytes = place.file.text.as_bytes();
        let before = &bytes[..(offset as usize).min(bytes.len())];
        before.iter().filter(|byte| **byte == b'\n').count() + 1
    };
    let line = line_of(place.span.start);
    Some(Lines { path: below(&place.file, root)?, line, end: line_of(place.span.end).max(line) })
}

/// Adds what was seen and no finding tells.
pub(crate) fn add_missed(judgement: &mut Judgement, missed: Vec<Missed>, root: &Path) {
    let mut files: HashMap<PathBuf, Arc<SourceFile>> = HashMap::new();
    // Files that findings speak of are shown as they are there.
    for finding in &judgement.findings {
        let file = &finding.place.file;
        if let Some(path) = below(file, root) {
            files.entry(root.join(path)).or_insert_with(|| file.clone());
        }
    }
    for Missed { kind, place, evidence } in missed {
        let location = root.join(&place.path);
        let file = files.entry(location.clone()).or_insert_with(|| {
            let text = fs::read_to_string(&location).unwrap_or_default();
            let current = std::env::current_dir().unwrap_or_default();
            let shown = location.strip_prefix(&current).unwrap_or(&location);
            Arc::new(SourceFile { path: shown.display().to_string(), location: location.clone(), text })
        });
        let span = span_of_line(&file.text, place.line);
        let request = evidence.exchange.as_ref().map_or_else(String::new, |exchange| {
            let path = exchange.request.url.splitn(4, '/').nth(3).unwrap_or_default();
            format!("{} /{}", exchange.request.method, path.split('?').next().unwrap_or_default())
        });
        let message =
            format!("the reply to {request} holds it, and the check of the source does not see how");
        judgement.add_seen(kind.rule(), message, Place { file: file.clone(), span }, evidence);
    }
}

/// The text of a line, without indentation.
fn span_of_line(text: &str, line: usize) -> Span {
    let start = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
    let found = text[start.min(text.len())..].lines().next().unwrap_or_default();
    let indent = found.len() - found.trim_start().len();
    Span { start: (start + indent) as u32, end: (start + found.trim_end().len().max(indent)) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found() {
        let text = "a\n    b = 1  \nc";
        let span = span_of_line(text, 2);
        assert_eq!(&text[span.start as usize..span.end as usize], "b = 1");
        let beyond = span_of_line(text, 9);
        assert!(beyond.start as usize <= text.len() && beyond.end as usize <= text.len());
    }
}
