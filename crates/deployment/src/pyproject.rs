use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::facts::Facts;
use crate::facts::Variable;
use crate::lines::span;
use crate::requirements::requirement;
use crate::shell::read_line;
use crate::variables::{is_name, value};

/// Deeper tables are not looked into.
const DEEPEST: usize = 16;

/// Tasks and scripts, their environment, and the packages that the project needs.
pub(crate) fn read(text: &str) -> Facts {
    let mut facts = Facts::default();
    // What is behind a mistake is lost, what stands before it is not.
    let (table, _) = DeTable::parse_recoverable(text);
    add_table(table.get_ref(), None, &mut facts, 0);
    facts
}

fn add_table(table: &DeTable<'_>, part: Option<&str>, facts: &mut Facts, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    for (key, entry) in table {
        let name = key.get_ref().as_ref();
        match (name, entry.get_ref()) {
            ("dependencies", DeValue::Array(items)) => {
                let texts = items.iter().filter_map(|item| item.get_ref().as_str());
                facts.requirements.extend(texts.filter_map(requirement));
            }
            ("dependencies", DeValue::Table(packages)) => {
                let wanted = packages.iter().filter_map(|(package, version)| {
                    let version = version.get_ref().as_str()?;
                    let caret = version.trim_start_matches('^');
                    let relation =
                        if caret.starts_with(|first: char| first.is_ascii_digit()) { "==" } else { "" };
                    requirement(&format!("{} {relation}{caret}", package.get_ref()))
                });
                facts.requirements.extend(wanted);
            }
            ("env" | "environment" | "setenv" | "set_env", DeValue::Table(variables)) => {
                for (name, given) in variables {
                    add_variable(name.get_ref(), given, part, facts);
                }
            }
            ("cmd" | "shell" | "command" | "script", DeValue::String(_)) => add_line(entry, part, facts),
            (_, DeValue::Table(inner)) => {
                let tasks = matches!(name, "scripts" | "tasks" | "tool");
                if tasks {
                    for (task, line) in inner {
                        if line.get_ref().is_str() {
                            add_line(line, Some(task.get_ref()), facts);
                        }
                    }
                }
                add_table(inner, Some(part.filter(|_| tasks).unwrap_or(name)), facts, depth + 1);
            }
            _ => {}
        }
    }
}

fn add_line(line: &Spanned<DeValue<'_>>, part: Option<&str>, facts: &mut Facts) {
    let Some(text) = line.get_ref().as_str() else { return };
    // Escapes move places inside of a text, so all of it is the place.
    let mut found = read_line(text, 0);
    let place = span(0, line.span().start, line.span().end);
    found.commands.iter_mut().for_each(|command| command.span = place);
    found.variables.iter_mut().for_each(|variable| variable.span = place);
    facts.extend(match part {
        Some(part) => found.of_part(part),
        None => found,
    });
}

fn add_variable(name: &str, given: &Spanned<DeValue<'_>>, part: Option<&str>, facts: &mut Facts) {
    if let (true, Some(text)) = (is_name(name), given.get_ref().as_str()) {
        let span = span(0, given.span().start, given.span().end);
        let part = part.map(str::to_owned);
        facts.variables.push(Variable { name: name.to_owned(), value: value(text), span, part });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_and_requirements_are_read() {
        let text = "[project]\ndependencies = [\"Flask==2.2.5\"]\n\
            [tool.poe.tasks]\nserve = \"flask run --debug\"\n\
            [tool.poe.tasks.dev]\ncmd = \"flask run\"\nenv = { FLASK_DEBUG = \"1\" }\n";
        let facts = read(text);
        assert_eq!(facts.requirements[0].version, [2, 2, 5]);
        assert_eq!(facts.commands.len(), 2, "{facts:?}");
        assert_eq!(facts.variables[0].part.as_deref(), Some("dev"));
    }
}
