use crate::facts::Facts;
use crate::facts::Variable;
use crate::lines::{joined_lines, span};
use crate::shell::read_line;
use crate::variables::{is_name, value};

/// Recipes by target; `export NAME=value` holds for all of them.
pub(crate) fn read(text: &str) -> Facts {
    let mut facts = Facts::default();
    let mut target: Option<String> = None;
    for line in joined_lines(text, false) {
        if let Some(recipe) = line.text.strip_prefix('\t') {
            let command = recipe.trim_start().trim_start_matches(['@', '-', '+']);
            let found = read_line(command, line.start + line.text.len() - command.len());
            facts.extend(match &target {
                Some(target) => found.of_part(target),
                None => found,
            });
        } else if let Some(exported) = line.text.trim_start().strip_prefix("export ") {
            let Some((name, given)) = exported.split_once('=') else { continue };
            let name = name.trim().trim_end_matches([':', '?', '+']).trim_end();
            if is_name(name) {
                let start = line.text.len() - exported.len();
                let span = span(line.start, start, line.text.trim_end().len());
                let value = value(given.trim());
                facts.variables.push(Variable { name: name.to_owned(), value, span, part: None });
            }
        } else if let Some((names, rest)) = line.text.split_once(':')
            && !rest.starts_with('=')
            && !line.text.starts_with(['#', ' ', '.'])
        {
            target = names.split_whitespace().next().map(str::to_owned);
        }
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipes_belong_to_their_target() {
        let facts = read("export FLASK_DEBUG := 1\n.PHONY: run\nrun: build\n\t@flask run \\\n\t  --debug\n");
        assert_eq!(facts.variables[0].value.as_deref(), Some("1"));
        assert_eq!(facts.commands[0].arguments, ["flask", "run", "--debug"]);
        assert_eq!(facts.commands[0].part.as_deref(), Some("run"));
    }
}
