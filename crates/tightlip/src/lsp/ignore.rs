//! The comment that silences a finding.

use std::path::Path;

use tightlip_deployment::Kind;
use tightlip_ir::{Directive, DirectiveKind, Span};
use tightlip_languages::{Language, lower};
use tightlip_rules::Rule;

/// A text that is put into another one at a byte.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Insertion {
    pub(super) at: usize,
    pub(super) text: String,
}

/// What has to be put into `text`, the file at `path`, so that a comment silences `rule` at `span`; nothing where no
/// comment can. The calling thread has a stack for the parser.
///
/// Whether a comment can stand somewhere is asked of the readers of the file: a line may end inside of a string, and
/// many forms have no comments behind a value.
pub(super) fn ignore(path: &Path, text: &str, span: Span, rule: Rule) -> Option<Insertion> {
    let form = Form::of(path)?;
    let before = form.read(text);
    let lines = (line_start(text, span.start as usize), line_end(text, span.end as usize));
    let fits = |insertion: &Insertion| {
        let mut after = text.to_owned();
        after.insert_str(insertion.at, &insertion.text);
        let after = form.read(&after);
        let shift = if insertion.at <= span.start as usize { insertion.text.len() as u32 } else { 0 };
        let moved = Span::new(span.start + shift, span.end + shift);
        after.problems <= before.problems && after.silences(rule, moved)
    };
    let mut candidates: Vec<Insertion> =
        before.directives.iter().filter_map(|directive| longer(text, directive, lines, rule)).collect();
    let behind = |offset: usize| Insertion {
        at: line_end(text, offset),
        text: format!("  # tightlip: ignore[{}]", rule.code()),
    };
    let above = Insertion { at: lines.0, text: line_above(text, lines.0, rule) };
    candidates.extend([behind(span.start as usize), behind(last(span)), above]);
    candidates.into_iter().find(fits)
}

/// The rule added to a comment that silences others already.
fn longer(text: &str, directive: &Directive, lines: (usize, usize), rule: Rule) -> Option<Insertion> {
    let is_near =
        directive.applies_to.start as usize <= lines.1 && directive.applies_to.end as usize >= lines.0;
    let DirectiveKind::Ignore { rules, .. } = &directive.kind else { return None };
    let comment = text.get(directive.span.start as usize..directive.span.end as usize)?;
    let bracket = comment.find(']').filter(|_| is_near && !rules.is_empty())?;
    Some(Insertion { at: directive.span.start as usize + bracket, text: format!(", {}", rule.code()) })
}

/// A line of its own, indented like the one below.
fn line_above(text: &str, start: usize, rule: Rule) -> String {
    let line = &text[start..line_end(text, start)];
    let indentation: String = line.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    format!("{indentation}# tightlip: ignore[{}]{newline}", rule.code())
}

/// How the comments of a file are read.
enum Form {
    Program(Language),
    Deployment(Kind),
}

/// What matters here of what was read.
struct Comments {
    directives: Vec<Directive>,
    problems: usize,
}

impl Form {
    fn of(path: &Path) -> Option<Self> {
        let shown = path.to_string_lossy().replace('\\', "/");
        Language::of_path(path).map(Form::Program).or_else(|| Kind::of_path(&shown).map(Form::Deployment))
    }

    fn read(&self, text: &str) -> Comments {
        match self {
            Form::Program(language) => {
                let module = lower(*language, text);
                Comments { directives: module.directives, problems: module.problems.len() }
            }
            Form::Deployment(kind) => {
                Comments { directives: tightlip_deployment::read(*kind, text).directives, problems: 0 }
            }
        }
    }
}

impl Comments {
    fn silences(&self, rule: Rule, span: Span) -> bool {
        self.directives.iter().any(|directive| {
            let applies = directive.applies_to.start <= span.end && directive.applies_to.end >= span.start;
            let DirectiveKind::Ignore { rules, .. } = &directive.kind else { return false };
            applies && rules.iter().any(|known| Rule::find(known.text()) == Some(rule))
        })
    }
}

/// The last byte that is inside.
fn last(span: Span) -> usize {
    span.end.saturating_sub(1).max(span.start) as usize
}

fn line_start(text: &str, offset: usize) -> usize {
    text[..offset.min(text.len())].rfind(['\n', '\r']).map_or(0, |at| at + 1)
}

fn line_end(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    text[offset..].find(['\n', '\r']).map_or(text.len(), |at| offset + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `before` with the comment, for the part of it that `marked` is.
    fn ignored(path: &str, before: &str, marked: &str, rule: Rule) -> String {
        let at = before.find(marked).expect("it is there") as u32;
        let span = Span::new(at, at + marked.len() as u32);
        let insertion = ignore(Path::new(path), before, span, rule).expect("there is a place for it");
        let mut after = before.to_owned();
        after.insert_str(insertion.at, &insertion.text);
        after
    }

    #[test]
    fn the_comment_stands_behind_the_line_where_it_can() {
        let rule = Rule::ExceptionMessage;
        let after = |before, marked| ignored("app.py", before, marked, rule);
        assert_eq!(after("f(e)\r\nx\r\n", "f(e)"), "f(e)  # tightlip: ignore[TL101]\r\nx\r\n");
        assert_eq!(after("f(e)", "f(e)"), "f(e)  # tightlip: ignore[TL101]");
        assert_eq!(
            after("return f(\n    e,\n)\n", "f(\n    e,\n)"),
            "return f(  # tightlip: ignore[TL101]\n    e,\n)\n"
        );
    }

    #[test]
    fn inside_of_a_string_it_stands_behind_or_above() {
        let after = |before, marked| ignored("app.py", before, marked, Rule::ExceptionMessage);
        let before = "def f():\n    return f\"\"\"a\n    {e}\"\"\"\n";
        assert_eq!(
            after(before, "f\"\"\"a\n    {e}\"\"\""),
            "def f():\n    return f\"\"\"a\n    {e}\"\"\"  # tightlip: ignore[TL101]\n"
        );
        let before = "if a:\n    b = c + \\\n        d\n";
        assert!(after(before, "c").contains("# tightlip: ignore[TL101]"));
    }

    #[test]
    fn a_comment_that_is_there_is_made_longer() {
        let before = "f(e)  # tightlip: ignore[TL102] why\n";
        assert_eq!(
            ignored("app.py", before, "f(e)", Rule::ExceptionMessage),
            "f(e)  # tightlip: ignore[TL102, TL101] why\n"
        );
    }

    #[test]
    fn files_that_start_programs_have_comments_too_and_some_have_none() {
        let after =
            ignored("Dockerfile", "FROM x\nENV FLASK_DEBUG=1\n", "FLASK_DEBUG=1", Rule::DebugEnvironment);
        assert!(after.contains("# tightlip: ignore[TL202]"), "{after}");
        assert_eq!(ignore(Path::new("a.html"), "{{ e }}", Span::new(0, 1), Rule::ExceptionMessage), None);
    }
}
