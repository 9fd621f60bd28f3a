//! Files of sections and `name = value` lines.

use tightlip_ir::Span;

use crate::Kind;
use crate::facts::{Command, Facts, Setting, Variable};
use crate::lines::{content_span, entry, lines, span, unquoted};
use crate::shell::read_line;
use crate::variables::{is_name, value};

/// An entry with the lines that continue it.
struct Entry<'a> {
    section: &'a str,
    name: &'a str,
    /// The value on the line itself, then those of the lines below it, each with where it starts.
    values: Vec<(usize, &'a str)>,
    span: Span,
}

/// What the entries say, by the kind of file.
pub(crate) fn read(kind: Kind, text: &str) -> Facts {
    let mut facts = Facts::default();
    for entry in entries(text) {
        let found = match kind {
            Kind::Unit => unit(&entry, text),
            Kind::Supervisor => supervisor(&entry),
            Kind::TestRuns => test_runs(&entry),
            _ => server_settings(&entry),
        };
        facts.extend(if entry.section.is_empty() { found } else { found.of_part(entry.section) });
    }
    facts
}

fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    let mut section = "";
    for line in lines(text) {
        let trimmed = line.text.trim();
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = name;
        } else if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
        } else if line.text.starts_with([' ', '\t'])
            && let Some(open) = entries.last_mut()
        {
            let indent = line.text.len() - line.text.trim_start().len();
            open.values.push((line.start + indent, trimmed));
        } else if let Some((name, value)) = entry(line.text) {
            let start = line.start + line.text.trim_end().len() - value.len();
            entries.push(Entry { section, name, values: vec![(start, value)], span: content_span(line) });
        }
    }
    entries
}

impl Entry<'_> {
    fn first(&self) -> (usize, &str) {
        self.values[0]
    }

    fn variable(&self, name: &str, given: &str, span: Span) -> Option<Variable> {
        let name = name.trim();
        let value = value(unquoted(given.trim()));
        is_name(name).then(|| Variable { name: name.to_owned(), value, span, part: None })
    }
}

/// `Environment="A=1" B=2`, `ExecStart=/usr/bin/program`; a `\` at the end continues a line.
fn unit(entry: &Entry<'_>, text: &str) -> Facts {
    let (start, _) = entry.first();
    let end = entry.values.last().map_or(start, |(start, value)| start + value.len());
    let value = &text[start..end];
    match entry.name {
        // As assignments before a command that is not there.
        "Environment" => Facts { variables: read_line(value, start).variables, ..Facts::default() },
        "ExecStart" => {
            let command = value.trim_start_matches(['-', '@', ':', '+', '!']);
            read_line(command, start + value.len() - command.len())
        }
        _ => Facts::default(),
    }
}

/// `command=program`, `environment=A="1",B="2"`.
fn supervisor(entry: &Entry<'_>) -> Facts {
    let (start, text) = entry.first();
    match entry.name {
        "command" => read_line(text, start),
        "environment" => {
            let mut facts = Facts::default();
            for (start, line) in &entry.values {
                let mut place = 0;
                for part in line.split(',') {
                    if let Some((name, given)) = part.split_once('=') {
                        let span = span(*start, place, place + part.len());
                        facts.variables.extend(entry.variable(name, given, span));
                    }
                    place += part.len() + 1;
                }
            }
            facts
        }
        _ => Facts::default(),
    }
}

/// `setenv =` and `commands =` with a line each below.
fn test_runs(entry: &Entry<'_>) -> Facts {
    let mut facts = Facts::default();
    for (start, line) in &entry.values {
        match entry.name {
            "setenv" | "set_env" => {
                if let Some((name, given)) = line.split_once('=') {
                    facts.variables.extend(entry.variable(name, given, span(*start, 0, line.len())));
                }
            }
            "commands" | "commands_pre" => facts.extend(read_line(line, *start)),
            _ => {}
        }
    }
    facts
}

/// Every entry is a setting of uWSGI; `env = A=1` sets a variable, and what names the program is what is started.
fn server_settings(entry: &Entry<'_>) -> Facts {
    let mut facts = Facts::default();
    let (_, text) = entry.first();
    match entry.name {
        "env" => {
            if let Some((name, given)) = text.split_once('=') {
                facts.variables.extend(entry.variable(name, given, entry.span));
            }
        }
        "module" | "wsgi-file" | "wsgi" | "mount" | "file" => {
            let arguments = vec!["uwsgi".to_owned(), format!("--{}", entry.name), text.to_owned()];
            facts.commands.push(Command { arguments, span: entry.span, part: None });
        }
        _ => facts.settings.push(Setting {
            server: "uwsgi",
            name: entry.name.to_owned(),
            value: value(text),
            span: entry.span,
        }),
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        let facts = read(
            Kind::Unit,
            "[Service]\nEnvironment=\"A=1\" B=2\nExecStart=-/srv/venv/bin/flask run \\\n  --debug\n",
        );
        let names: Vec<_> = facts.variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, ["A", "B"]);
        assert_eq!(facts.commands[0].arguments, ["/srv/venv/bin/flask", "run", "--debug"]);
    }

    #[test]
    fn programs_of_supervisor_are_read() {
        let facts =
            read(Kind::Supervisor, "[program:web]\ncommand=python app.py\nenvironment=A=\"1\",\n  B=\"2\"\n");
        assert_eq!(facts.commands[0].part.as_deref(), Some("program:web"));
        let values: Vec<_> = facts.variables.iter().map(|variable| variable.value.as_deref()).collect();
        assert_eq!(values, [Some("1"), Some("2")]);
    }

    #[test]
    fn settings_of_a_server_are_read() {
        let facts =
            read(Kind::ServerSettings, "[uwsgi]\nmodule = shop:app\ncatch-exceptions = true\nenv = A=1\n");
        assert_eq!(facts.settings[0].name, "catch-exceptions");
        assert_eq!(facts.variables[0].name, "A");
        assert_eq!(facts.commands[0].arguments[0], "uwsgi");
    }

    #[test]
    fn test_runs_are_read() {
        let facts = read(Kind::TestRuns, "[testenv]\nsetenv =\n    A = 1\ncommands =\n    pytest\n");
        assert_eq!(facts.variables[0].name, "A");
        assert_eq!(facts.commands[0].arguments, ["pytest"]);
    }
}
