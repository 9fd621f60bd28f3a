//! Whatever a file says, reading it ends, never fails, and gives places inside of the text.

use proptest::prelude::*;
use tightlip_deployment::{Kind, read};
use tightlip_ir::Span;

const KINDS: &[Kind] = &[
    Kind::Dockerfile,
    Kind::EnvironmentFile,
    Kind::Compose,
    Kind::Manifest,
    Kind::Workflow,
    Kind::Scripts,
    Kind::Procfile,
    Kind::Makefile,
    Kind::Unit,
    Kind::Supervisor,
    Kind::ServerSettings,
    Kind::ServerScript,
    Kind::TestRuns,
    Kind::Project,
    Kind::ShellScript,
    Kind::Requirements,
];

/// Pieces of such files, and what breaks them.
const PIECES: &[&str] = &[
    "FROM x AS y",
    "FROM y",
    "ENV ",
    "ARG ",
    "CMD ",
    "ENTRYPOINT ",
    "RUN <<EOF",
    "EOF",
    "A=1",
    "A=",
    "=1",
    "${A:-",
    "}",
    "$A",
    "export ",
    "[",
    "]",
    "\"",
    "'",
    "\\",
    "\n",
    "\r\n",
    "\t",
    "  ",
    "#",
    " # tightlip: ignore[TL202]",
    ";",
    "&&",
    "|",
    "(",
    ")",
    "services:",
    "environment:",
    "env:",
    "- name: A",
    "value: 1",
    "command:",
    "args:",
    "<<: *a",
    "&a",
    "*a",
    "{{",
    "}}",
    "---",
    "kind: ConfigMap",
    "data:",
    "{",
    ",",
    ":",
    "web: ",
    "target: ",
    "[Service]",
    "[tool.x]",
    "Environment=",
    "ExecStart=",
    "setenv =",
    "commands =",
    "reload = True",
    "raw_env = [",
    "scripts",
    "flask==2.2",
    "sh -c ",
    "exec ",
    "ü",
    "日本",
    "\u{feff}",
    "\0",
    "é=ß",
];

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..40).prop_map(|pieces| pieces.concat())
}

fn holds(text: &str) {
    for kind in KINDS {
        let facts = read(*kind, text);
        let places = facts.variables.iter().map(|known| known.span);
        let places = places.chain(facts.commands.iter().map(|known| known.span));
        let places = places.chain(facts.settings.iter().map(|known| known.span));
        let places = places.chain(facts.directives.iter().map(|known| known.applies_to));
        for Span { start, end } in places {
            let part = text.get(start as usize..end as usize);
            assert!(part.is_some(), "{kind:?}: {start}..{end} is no place in {text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn pieces_are_read(text in text()) {
        holds(&text);
    }

    #[test]
    fn anything_is_read(text in any::<String>()) {
        holds(&text);
    }
}

#[test]
fn deep_and_long_texts_are_read() {
    for piece in ["[", "{", "a:\n ", "- ", "(", "$(", "\"", "\\\n", "&a [*a, "] {
        holds(&piece.repeat(20_000));
    }
}
