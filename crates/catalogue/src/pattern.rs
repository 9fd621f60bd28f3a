//! Patterns: one Markdown file each, which is a page, a test and a proof recipe at once.

use serde::Deserialize;

use crate::{Rule, Severity};

/// What stands between the `+++` lines.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Front {
    title: String,
    rule: Option<String>,
    severity: Option<String>,
    request: Option<String>,
    leaks: Option<String>,
    lacks: Option<String>,
    boot: Option<String>,
    fix: Option<String>,
    #[serde(default)]
    boots: bool,
}

/// One way in which a framework breaks a rule; or, without rule, one that looks like it and does not.
#[derive(Debug)]
pub struct Pattern {
    /// What it is called.
    pub title: String,
    /// The rule that it breaks.
    pub rule: Option<Rule>,
    /// What an attacker gains.
    pub severity: Option<Severity>,
    /// The request that shows it: `GET /path`, then header lines, an empty line and a body if there are any.
    pub request: Option<String>,
    /// What is in the vulnerable reply and not in the secure one.
    pub leaks: Option<String>,
    /// What is in the secure reply and not in the vulnerable one.
    pub lacks: Option<String>,
    /// Why it is not booted.
    pub not_booted: Option<String>,
    /// Why fixes leave something of its vulnerable side.
    pub not_fixed: Option<String>,
    /// The code.
    pub blocks: Vec<CodeBlock>,
}

/// Code of a pattern.
#[derive(Debug)]
pub struct CodeBlock {
    /// Which side.
    pub side: Side,
    /// The file it is, where a side has several.
    pub path: Option<String>,
    /// The code.
    pub code: String,
    /// The line of the pattern's file on which the code starts, from 1.
    pub line: usize,
    /// Lines that must be reported, where the code cannot say so itself.
    pub marked_lines: Vec<usize>,
}

impl CodeBlock {
    /// The file that it is.
    pub fn path(&self) -> &str {
        self.path.as_deref().unwrap_or(ONLY_FILE)
    }
}

/// The side that code shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// What is reported.
    Vulnerable,
    /// What is not.
    Secure,
}

/// A line that must be reported.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Mark {
    /// The file of the side.
    pub path: String,
    /// The line in it, from 1.
    pub line: usize,
    /// Under which rule.
    pub rule: Rule,
}

/// The file that a block without path is.
const ONLY_FILE: &str = "app.py";

impl Pattern {
    /// Reads a pattern. The error says the line and what to do.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("+++\n").ok_or("line 1: a pattern starts with a line `+++`")?;
        let (front, body) =
            rest.split_once("\n+++\n").ok_or("line 1: the front matter ends with a line `+++`")?;
        let front: Front = toml::from_str(front).map_err(|error| error.to_string())?;
        let rule = front
            .rule
            .as_deref()
            .map(|name| Rule::find(name).ok_or_else(|| format!("`rule`: no rule is called `{name}`")))
            .transpose()?;
        let severity = front
            .severity
            .as_deref()
            .map(|name| Severity::find(name).ok_or_else(|| format!("`severity`: `{name}` is none")))
            .transpose()?;
        let first_line = text[..text.len() - body.len()].matches('\n').count() + 1;
        let blocks = blocks(body, first_line)?;
        let not_booted = front
            .boot
            .or_else(|| (front.request.is_none() && !front.boots).then(|| "it needs no request".to_owned()));
        Ok(Self {
            title: front.title,
            rule,
            severity,
            request: front.request,
            leaks: front.leaks,
            lacks: front.lacks,
            not_booted,
            not_fixed: front.fix,
            blocks,
        })
    }

    /// The files of one side.
    pub fn files(&self, side: Side) -> Vec<(&str, &str)> {
        let blocks = self.blocks.iter().filter(|block| block.side == side);
        blocks.map(|block| (block.path(), block.code.as_str())).collect()
    }

    /// The lines of the vulnerable side that must be reported, sorted: those with `# leak`, which may name rules.
    /// In files in which nothing may stand behind a value, the mark is a line of its own above. In files without
    /// comments the head of the block says `leaks=LINE`.
    pub fn marks(&self) -> Result<Vec<Mark>, String> {
        let mut marks = Vec::new();
        for block in self.blocks.iter().filter(|block| block.side == Side::Vulnerable) {
            let path = block.path();
            let rule = || self.rule.ok_or("a pattern with marks has a `rule`");
            for line in &block.marked_lines {
                marks.push(Mark { path: path.to_owned(), line: *line, rule: rule()? });
            }
            for (index, line) in block.code.lines().enumerate() {
                let Some((before, mark)) = line.split_once("# leak") else { continue };
                let index = if before.trim().is_empty() { index + 1 } else { index };
                let names =
                    mark.trim().strip_prefix(':').map_or(Vec::new(), |names| names.split(',').collect());
                let mut rules = Vec::new();
                for name in names {
                    let name = name.trim();
                    rules.push(
                        Rule::find(name)
                            .ok_or_else(|| format!("{path}:{}: no rule is called `{name}`", index + 1))?,
                    );
                }
                if rules.is_empty() {
                    rules.push(rule()?);
                }
                marks.extend(rules.into_iter().map(|rule| Mark {
                    path: path.to_owned(),
                    line: index + 1,
                    rule,
                }));
            }
        }
        marks.sort();
        Ok(marks)
    }
}

fn blocks(body: &str, first_line: usize) -> Result<Vec<CodeBlock>, String> {
    let mut blocks = Vec::new();
    let mut open: Option<CodeBlock> = None;
    for (index, line) in body.lines().enumerate() {
        let number = first_line + index;
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(head)) => open = Some(block_head(head, number)?),
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => {
                block.code.push_str(line);
                block.code.push('\n');
            }
            (None, None) => {}
        }
    }
    match open {
        Some(block) => Err(format!("line {}: this block is not closed", block.line - 1)),
        None => Ok(blocks),
    }
}

fn block_head(head: &str, number: usize) -> Result<CodeBlock, String> {
    let mut words = head.split_whitespace();
    let _language = words.next();
    let side = match words.next() {
        Some("vulnerable") => Side::Vulnerable,
        Some("secure") => Side::Secure,
        other => {
            let found = other.unwrap_or("nothing");
            return Err(format!(
                "line {number}: write `vulnerable` or `secure` behind the language, not {found}"
            ));
        }
    };
    let mut block =
        CodeBlock { side, path: None, code: String::new(), line: number + 1, marked_lines: Vec::new() };
    for word in words {
        match word.strip_prefix("leaks=") {
            Some(lines) => {
                let lines = lines.split(',').map(str::parse).collect::<Result<_, _>>();
                block.marked_lines =
                    lines.map_err(|_| format!("line {number}: `leaks=` wants numbers of lines"))?;
            }
            None => block.path = Some(word.to_owned()),
        }
    }
    Ok(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATTERN: &str = "+++\ntitle = \"T\"\nrule = \"stack-trace\"\n+++\nProse.\n\n```py vulnerable\na = 1\nb = 2  # leak\nc = 3  # leak: exception-message\n```\n```py secure\npass\n```\n";

    #[test]
    fn marks_are_lines_with_their_rules() {
        let pattern = Pattern::parse(PATTERN).expect("it is a pattern");
        let marks: Vec<_> =
            pattern.marks().expect("rules exist").iter().map(|mark| (mark.line, mark.rule)).collect();
        assert_eq!(marks, [(2, Rule::StackTrace), (3, Rule::ExceptionMessage)]);
        assert_eq!(pattern.blocks[0].line, 8, "the code starts behind the fence");
    }

    #[test]
    fn mistakes_name_their_line() {
        let error =
            Pattern::parse("+++\ntitle = \"T\"\n+++\n\n```py leaky\n```\n").expect_err("no such side");
        assert_eq!(error, "line 5: write `vulnerable` or `secure` behind the language, not leaky");
        assert!(Pattern::parse("title").is_err());
        let open = Pattern::parse("+++\ntitle = \"T\"\n+++\n```py secure\n").expect_err("not closed");
        assert_eq!(open, "line 4: this block is not closed");
    }
}
