//! Small cases: Python, and what is expected to become of it, in the notation of [`print`].

mod broken;
mod definitions;
mod expressions;
mod print;
mod statements;

use tightlip_ir::{Function, Module, Span, Symbol};

use super::lower;
use print::Printer;

/// What becomes of `source`.
fn shown(source: &str) -> String {
    let module = lower(source);
    assert_eq!(module.problems, [], "{source}");
    Printer::new(&module).module()
}

/// Checks what becomes of statements. The lines of `expected` are indented alike.
fn check(source: &str, expected: &str) {
    let expected = expected.trim_matches('\n').trim_end();
    let indentation = expected.len() - expected.trim_start().len();
    let lines: Vec<&str> = expected.lines().map(|line| line.get(indentation..).unwrap_or("")).collect();
    assert_eq!(shown(source).trim_end(), lines.join("\n"), "{source}");
}

/// Checks what becomes of one line.
fn check_lines(cases: &[(&str, &str)]) {
    for (source, expected) in cases {
        assert_eq!(shown(source).trim_end(), *expected, "{source}");
    }
}

fn function<'a>(module: &'a Module, name: &str) -> &'a Function {
    module.functions.iter().find(|function| function.name == name).expect(name)
}

/// In the order of the alphabet.
fn names(symbols: &[Symbol]) -> Vec<&'static str> {
    let mut names: Vec<&str> = symbols.iter().map(|symbol| symbol.text()).collect();
    names.sort_unstable();
    names
}

fn text(source: &str, span: Span) -> &str {
    &source[span.start as usize..span.end as usize]
}
