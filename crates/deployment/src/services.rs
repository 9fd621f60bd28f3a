//! Services, containers, functions and scripts in YAML and JSON.

use tightlip_ir::Span;

use crate::Kind;
use crate::facts::{Facts, Variable};
use crate::shell::{read_line, read_words};
use crate::tree::{NodeId, NodeKind, Tree};
use crate::variables::{is_name, value};
use crate::yaml::parse;

/// Deeper values are not looked into.
const DEEPEST: usize = 40;
/// What anchors refer to is visited again, but not for ever.
const MOST_VISITS: usize = 100_000;

/// Keys under which variables stand, by name or as a list.
const ENVIRONMENTS: &[&str] = &[
    "environment",
    "env",
    "envs",
    "env_variables",
    "environment_variables",
    "aws_environment_variables",
    "environmentVariables",
    "envVars",
    "env_vars",
    "extraEnv",
    "extraEnvs",
    "extraEnvVars",
    "setenv",
];
/// Keys of programs that are started, and of what these are given.
const PROGRAMS: &[&str] = &["entrypoint", "command", "cmd", "run", "start", "script"];
const ARGUMENTS: &[&str] = &["command", "args"];
/// Keys below which each entry is a part with a name.
const PARTS: &[&str] = &["services", "functions", "jobs", "scripts", "x-services", "processes"];

/// The variables and commands of a file.
pub(crate) fn read(kind: Kind, text: &str) -> Facts {
    let tree = parse(text);
    let mut walk = Walk { kind, tree: &tree, facts: Facts::default(), visits: 0 };
    for root in &tree.roots {
        walk.visit(*root, None, 0);
    }
    walk.facts
}

struct Walk<'a> {
    kind: Kind,
    tree: &'a Tree,
    facts: Facts,
    visits: usize,
}

impl<'a> Walk<'a> {
    fn visit(&mut self, id: NodeId, part: Option<&str>, depth: usize) {
        self.visits += 1;
        if depth > DEEPEST || self.visits > MOST_VISITS {
            return;
        }
        match &self.tree.node(id).kind {
            NodeKind::Scalar(_) => {}
            NodeKind::Sequence(items) => items.iter().for_each(|item| self.visit(*item, part, depth + 1)),
            NodeKind::Mapping(entries) => {
                let own = self.tree.get(id, "name").and_then(|name| self.tree.scalar(name));
                let is_container = self.kind == Kind::Manifest && self.tree.get(id, "image").is_some();
                let is_known = |name: &&str| !name.contains('$');
                let part = own.filter(|_| is_container).filter(is_known).or(part);
                self.start(id, part);
                for (key, value) in entries {
                    let key = self.tree.scalar(*key).unwrap_or_default();
                    self.entry(id, key, *value, part, depth);
                }
            }
        }
    }

    fn entry(&mut self, owner: NodeId, key: &str, value: NodeId, part: Option<&str>, depth: usize) {
        let is_settings = key == "data"
            && self.tree.get(owner, "kind").and_then(|kind| self.tree.scalar(kind)) == Some("ConfigMap");
        if ENVIRONMENTS.contains(&key) || is_settings {
            self.environment(value, part, depth);
        } else if PARTS.contains(&key) {
            for (name, inner) in self.tree.entries(value) {
                let name = self.tree.scalar(*name);
                match self.tree.scalar(*inner) {
                    Some(line) if key == "scripts" || key == "processes" => {
                        self.line(line, self.tree.node(*inner).span, name.or(part));
                    }
                    _ => self.visit(*inner, name.or(part), depth + 2),
                }
            }
        } else if let Some(text) = self.tree.scalar(value).filter(|_| self.is_plain_variable(key)) {
            let at = self.tree.entries(owner).iter().find(|(_, known)| *known == value);
            let span = at.map_or(self.tree.node(value).span, |(key, _)| self.tree.span(*key, value));
            self.variable(key, crate::variables::value(text), span, part);
        } else {
            self.visit(value, part, depth + 1);
        }
    }

    /// Charts keep variables under keys of their own; their names are all capitals.
    fn is_plain_variable(&self, key: &str) -> bool {
        self.kind == Kind::Manifest
            && key.contains('_')
            && key
                .chars()
                .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_')
    }

    /// `A: 1`, `- A=1`, `- name: A` with `value: 1`.
    fn environment(&mut self, id: NodeId, part: Option<&str>, depth: usize) {
        self.visits += 1;
        if depth > DEEPEST || self.visits > MOST_VISITS {
            return;
        }
        let tree = self.tree;
        for (key, given) in tree.entries(id) {
            match (tree.scalar(*key), tree.scalar(*given)) {
                (Some("<<"), _) => {
                    self.environment(*given, part, depth + 1);
                    tree.items(*given).iter().for_each(|one| self.environment(*one, part, depth + 1));
                }
                (Some(name), Some(text)) => self.variable(name, value(text), tree.span(*key, *given), part),
                (Some(name), None) => {
                    let inner = tree.get(*given, "value").and_then(|inner| tree.scalar(inner));
                    self.variable(name, inner.and_then(value), tree.span(*key, *given), part);
                }
                _ => {}
            }
        }
        for item in tree.items(id) {
            if let Some((name, given)) = tree.scalar(*item).and_then(|text| text.split_once('=')) {
                self.variable(name, value(given), tree.node(*item).span, part);
            }
            let text = |key| tree.get(*item, key).and_then(|inner| tree.scalar(inner));
            if let Some(name) = text("name").or_else(|| text("key")) {
                self.variable(name, text("value").and_then(value), tree.node(*item).span, part);
            }
        }
    }

    fn variable(&mut self, name: &str, value: Option<String>, span: Span, part: Option<&str>) {
        let name = name.trim();
        if is_name(name) {
            let part = part.map(str::to_owned);
            self.facts.variables.push(Variable { name: name.to_owned(), value, span, part });
        }
    }

    /// What a service, container or step starts: its program together with what that is given.
    fn start(&mut self, id: NodeId, part: Option<&str>) {
        let tree = self.tree;
        let Some((place, program)) =
            PROGRAMS.iter().enumerate().find_map(|(place, key)| Some((place, tree.get(id, key)?)))
        else {
            if let Some(arguments) = tree.get(id, "args") {
                self.words(&self.texts(arguments), tree.node(arguments).span, part);
            }
            return;
        };
        let arguments = ARGUMENTS.iter().filter(|key| **key != PROGRAMS[place]);
        let arguments = arguments.filter_map(|key| tree.get(id, key)).find(|arguments| *arguments != program);
        if let (Some(line), None) = (tree.scalar(program), arguments) {
            return self.line(line, tree.node(program).span, part);
        }
        let mut words = self.texts(program);
        let mut span = tree.node(program).span;
        if let Some(arguments) = arguments {
            words.extend(self.texts(arguments));
            span = tree.node(arguments).span;
        }
        self.words(&words, span, part);
    }

    /// The items of a list, or the words of a line.
    fn texts(&self, id: NodeId) -> Vec<String> {
        match self.tree.scalar(id) {
            Some(line) => line.split_whitespace().map(str::to_owned).collect(),
            None => self
                .tree
                .items(id)
                .iter()
                .filter_map(|item| self.tree.scalar(*item))
                .map(str::to_owned)
                .collect(),
        }
    }

    fn words(&mut self, words: &[String], span: Span, part: Option<&str>) {
        self.add(read_words(words, span), part);
    }

    fn line(&mut self, line: &str, span: Span, part: Option<&str>) {
        let mut found = read_line(line, 0);
        found.commands.iter_mut().for_each(|command| command.span = span);
        found.variables.iter_mut().for_each(|variable| variable.span = span);
        self.add(found, part);
    }

    fn add(&mut self, found: Facts, part: Option<&str>) {
        self.facts.extend(match part {
            Some(part) => found.of_part(part),
            None => found,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Part, then the command or `NAME=value`, and the text of the place.
    fn shown(kind: Kind, text: &str) -> Vec<String> {
        let facts = read(kind, text);
        let place = |span: Span| text[span.start as usize..span.end as usize].replace('\n', "/");
        let part = |part: &Option<String>| part.clone().unwrap_or_default();
        let variables = facts.variables.iter().map(|known| {
            let value = known.value.as_deref().unwrap_or("?");
            format!("{} {}={value} at {}", part(&known.part), known.name, place(known.span))
        });
        let commands = facts.commands.iter().map(|known| {
            format!("{} {} at {}", part(&known.part), known.arguments.join("|"), place(known.span))
        });
        variables.chain(commands).collect()
    }

    #[test]
    fn services_of_compose() {
        let text = "x-env: &env\n  A: 1\nservices:\n  web:\n    command: flask run --debug\n    environment:\n      <<: *env\n      B: \"${B:-2}\"\n  job:\n    entrypoint: [\"python\"]\n    command: [\"job.py\"]\n    environment:\n      - C=3\n      - D\n";
        assert_eq!(
            shown(Kind::Compose, text),
            [
                "web A=1 at A: 1",
                "web B=2 at B: \"${B:-2}\"",
                "job C=3 at C=3",
                "web flask|run|--debug at flask run --debug",
                "job python|job.py at [\"job.py\"",
            ]
        );
    }

    #[test]
    fn containers_of_kubernetes() {
        let text = "kind: Deployment\nspec:\n  containers:\n  - name: web\n    image: shop\n    command: [\"flask\"]\n    args: [\"run\"]\n    env:\n    - name: A\n      value: \"1\"\n    - name: B\n      valueFrom: {}\n---\nkind: ConfigMap\ndata:\n  C: \"3\"\n";
        assert_eq!(
            shown(Kind::Manifest, text),
            [
                "web A=1 at name: A/      value: \"1\"",
                "web B=? at name: B/      valueFrom: {}",
                " C=3 at C: \"3\"",
                "web flask|run at [\"run\"",
            ]
        );
    }

    #[test]
    fn scripts_are_parts() {
        let text = "{\n\t\"scripts\": {\"start\": \"FLASK_DEBUG=1 flask run\"}\n}\n";
        let facts = read(Kind::Scripts, text);
        assert_eq!(facts.commands[0].part.as_deref(), Some("start"));
        assert_eq!(facts.variables[0].value.as_deref(), Some("1"));
    }
}
