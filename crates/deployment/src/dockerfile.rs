//! Dockerfiles: what the image sets and starts. Only the last stage is what runs, and those that it is built on.

use std::collections::HashMap;

use tightlip_ir::Span;

use crate::facts::{Facts, Variable};
use crate::lines::{Line, joined_lines, span};
use crate::shell::{read_line, read_words};
use crate::variables::{is_name, value};

/// A stage: what stands between two `FROM`.
#[derive(Default)]
struct Stage {
    name: String,
    base: String,
    variables: Vec<Variable>,
    /// Values of `ARG`, which `ENV` may refer to.
    arguments: HashMap<String, String>,
    entry: Option<Start>,
    command: Option<Start>,
}

/// What an `ENTRYPOINT` or a `CMD` says.
#[derive(Clone)]
enum Start {
    Words(Vec<String>, Span),
    Line(String, usize),
}

/// A stage may be built on a stage on a stage, and so on; longer chains are cut.
const LONGEST_CHAIN: usize = 16;

/// What the last stage sets and starts.
pub(crate) fn read(text: &str) -> Facts {
    let mut stages: Vec<Stage> = vec![Stage::default()];
    let mut document: Option<String> = None;
    for line in joined_lines(text, true) {
        if let Some(end) = &document {
            if line.text.trim() == end {
                document = None;
            }
            continue;
        }
        let trimmed = line.text.trim_start();
        let Some((instruction, rest)) = trimmed.split_once(char::is_whitespace) else { continue };
        let start = line.start + line.text.len() - rest.len();
        let rest = Line { start, text: rest };
        document = document_end(rest.text);
        if instruction.eq_ignore_ascii_case("FROM") {
            let arguments = stages[0].arguments.clone();
            stages.push(Stage { arguments, ..from(rest.text) });
        } else if let Some(stage) = stages.last_mut() {
            stage.instruction(&instruction.to_ascii_uppercase(), rest);
        }
    }
    last_stage(&stages)
}

/// What ends the document that starts behind a line: `EOF` of `RUN <<EOF`.
fn document_end(text: &str) -> Option<String> {
    let (_, word) = text.split_once("<<")?;
    let word = word.trim_start_matches('-').split_whitespace().next()?;
    let word = word.trim_matches(['"', '\'']);
    is_name(word).then(|| word.to_owned())
}

/// `--platform=x image:tag AS name`.
fn from(text: &str) -> Stage {
    let mut words = text.split_whitespace().filter(|word| !word.starts_with("--"));
    let base = words.next().unwrap_or_default().to_ascii_lowercase();
    let name = words.nth(1).unwrap_or_default().to_ascii_lowercase();
    Stage { name, base, ..Stage::default() }
}

fn last_stage(stages: &[Stage]) -> Facts {
    let mut facts = Facts::default();
    let Some(mut stage) = stages.last() else { return facts };
    let (mut entry, mut command) = (None, None);
    for _ in 0..LONGEST_CHAIN {
        // A stage's own values hold over those of the stages that it is built on.
        let inherited = std::mem::take(&mut facts.variables);
        facts.variables = stage.variables.iter().cloned().chain(inherited).collect();
        // An entry of its own drops the command of the base.
        if entry.is_none() {
            command = command.or(stage.command.as_ref());
        }
        entry = entry.or(stage.entry.as_ref());
        let base = stages.iter().find(|other| !other.name.is_empty() && other.name == stage.base);
        match base {
            Some(base) if !std::ptr::eq(base, stage) => stage = base,
            _ => break,
        }
    }
    let mut facts = facts.with_last_values();
    facts.extend(start(entry, command));
    facts
}

/// The command is what the entry is given, unless the entry is a line, which drops it.
fn start(entry: Option<&Start>, command: Option<&Start>) -> Facts {
    match (entry, command) {
        (Some(Start::Words(entry, place)), Some(command)) => {
            let (more, place) = match command {
                Start::Words(words, place) => (words.clone(), *place),
                Start::Line(line, _) => (vec!["sh".to_owned(), "-c".to_owned(), line.clone()], *place),
            };
            let mut facts = read_words(&entry.iter().chain(&more).cloned().collect::<Vec<_>>(), place);
            // The entry may be a script that runs what it is given.
            if let Start::Words(words, place) = command {
                facts.extend(read_words(words, *place));
            }
            facts
        }
        (Some(start), _) | (None, Some(start)) => match start {
            Start::Words(words, place) => read_words(words, *place),
            Start::Line(line, start) => read_line(line, *start),
        },
        (None, None) => Facts::default(),
    }
}

impl Stage {
    fn instruction(&mut self, instruction: &str, rest: Line<'_>) {
        match instruction {
            "ENV" => self.environment(rest),
            "ARG" => {
                if let Some((name, default)) = rest.text.trim().split_once('=') {
                    self.arguments.insert(name.to_owned(), default.trim_matches(['"', '\'']).to_owned());
                }
            }
            "CMD" => self.command = start_of(rest),
            "ENTRYPOINT" => {
                self.entry = start_of(rest);
                self.command = None;
            }
            _ => {}
        }
    }

    /// `NAME=value OTHER="a value"`, or `NAME a value`.
    fn environment(&mut self, rest: Line<'_>) {
        let first = rest.text.split_whitespace().next().unwrap_or_default();
        if !first.contains('=') {
            let (name, given) = rest.text.trim().split_once(char::is_whitespace).unwrap_or((first, ""));
            let start = rest.text.len() - rest.text.trim_start().len();
            return self.variable(name, given.trim(), span(rest.start, start, rest.text.trim_end().len()));
        }
        // Assignments, as before a command of the shell.
        for variable in read_line(rest.text, rest.start).variables {
            let start = variable.span.start as usize - rest.start;
            let written = &rest.text[start..variable.span.end as usize - rest.start];
            let given = variable.value.unwrap_or_else(|| {
                written.split_once('=').map_or("", |(_, given)| given).trim_matches(['"', '\'']).to_owned()
            });
            self.variable(&variable.name, &given, variable.span);
        }
    }

    fn variable(&mut self, name: &str, given: &str, span: Span) {
        if !is_name(name) {
            return;
        }
        let given = given.trim_matches(['"', '\'']);
        let referred = given.strip_prefix('$').map(|rest| rest.trim_matches(['{', '}']));
        let value = match referred.and_then(|name| self.arguments.get(name)) {
            Some(default) => value(default),
            None => value(given),
        };
        self.variables.push(Variable { name: name.to_owned(), value, span, part: None });
    }
}

/// The exec form is a list in JSON; anything else is a line for the shell.
fn start_of(rest: Line<'_>) -> Option<Start> {
    let trimmed = rest.text.trim();
    let start = rest.start + rest.text.len() - rest.text.trim_start().len();
    if trimmed.is_empty() {
        return None;
    }
    let joined = trimmed.replace("\\\n", "").replace("\\\r\n", "");
    Some(match serde_json::from_str::<Vec<String>>(&joined) {
        Ok(words) => Start::Words(words, span(start, 0, trimmed.len())),
        Err(_) => Start::Line(trimmed.to_owned(), start),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let facts = read(text);
        let variables = facts
            .variables
            .iter()
            .map(|known| format!("{}={}", known.name, known.value.as_deref().unwrap_or("?")));
        variables.chain(facts.commands.iter().map(|known| known.arguments.join("|"))).collect()
    }

    #[test]
    fn the_last_stage_and_its_bases_count() {
        let text = "FROM python AS base\nENV A=1 B=2\nCMD run old\nFROM base AS test\nENV C=1\nFROM base\nENV B=3\nCMD [\"run\", \"new\"]\n";
        assert_eq!(shown(text), ["A=1", "B=3", "run|new"]);
    }

    #[test]
    fn forms_of_env_and_arg() {
        let text = "ARG X=1\nFROM python\nARG Y=\"yes\"\nENV A $X\nENV B=${Y} C='c d' \\\n    D=$Z\n";
        assert_eq!(shown(text), ["A=1", "B=yes", "C=c d", "D=?"]);
    }

    #[test]
    fn entry_and_command_belong_together() {
        assert_eq!(
            shown("FROM x\nENTRYPOINT [\"flask\"]\nCMD [\"run\", \"--debug\"]\n")[0],
            "flask|run|--debug"
        );
        assert_eq!(shown("FROM x\nENTRYPOINT flask run\nCMD [\"x\"]\n"), ["flask|run"]);
        assert_eq!(shown("FROM x\nCMD A=1 exec \\\n  # why\n  python app.py\n")[0], "A=1");
    }

    #[test]
    fn documents_are_no_instructions() {
        assert_eq!(shown("FROM x\nRUN <<EOF\nENV A=1\nEOF\nENV B=2\n"), ["B=2"]);
    }

    #[test]
    fn places_are_those_of_the_file() {
        let text = "FROM x\nENV A=1 \\\n    B=2\nCMD [\"a\"]\n";
        let facts = read(text);
        let part = |span: Span| &text[span.start as usize..span.end as usize];
        assert_eq!(part(facts.variables[1].span), "B=2");
        assert_eq!(part(facts.commands[0].span), "[\"a\"]");
    }

    #[test]
    fn a_broken_file_gives_what_can_be_read() {
        for text in
            ["CMD", "ENV", "FROM", "CMD [\"a", "ENV =1 A", "FROM x AS x\nFROM x\nCMD a", "ENV A=\"1\\"]
        {
            read(text);
        }
    }
}
