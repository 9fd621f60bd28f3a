use crate::facts::Facts;
use crate::lines::lines;
use crate::shell::read_line;

/// `web: command`.
pub(crate) fn read(text: &str) -> Facts {
    let mut facts = Facts::default();
    for line in lines(text) {
        let Some((name, command)) = line.text.split_once(':') else { continue };
        let name = name.trim();
        if name.is_empty() || name.contains(char::is_whitespace) || name.starts_with('#') {
            continue;
        }
        let start = line.start + line.text.len() - command.len();
        facts.extend(read_line(command, start).of_part(name));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processes_are_parts() {
        let facts = read("# web: old\nweb: FLASK_DEBUG=1 flask run\nworker: rq worker\n");
        let parts: Vec<_> = facts.commands.iter().map(|command| command.part.as_deref()).collect();
        assert_eq!(parts, [Some("web"), Some("worker")]);
        assert_eq!(facts.variables[0].part.as_deref(), Some("web"));
    }
}
