//! Source that is broken, unusual or hostile.

use super::{check, print::Printer, text};
use crate::python::lower;

fn shown_with_problems(source: &str) -> (String, usize) {
    let module = lower(source);
    (Printer::new(&module).module(), module.problems.len())
}

#[test]
fn the_rest_of_a_broken_file_is_there() {
    let source = "def f(:\n    return a\n\ndef g():\n    x = = 1\n    return str(e)\n\nclass C(\n    def m(self): return b\n";
    let (shown, problems) = shown_with_problems(source);
    assert!(problems > 0);
    for expected in ["return a", "def g():", "return str(e)", "return b"] {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
}

#[test]
fn what_is_missing_is_opaque() {
    let (shown, problems) = shown_with_problems("a = \nb.\nf(x=)\n");
    assert_eq!(shown, "a = opaque()\nopaque(b)\nf(x=opaque())\n");
    assert!(problems > 0);
}

#[test]
fn problems_are_capped_and_in_the_source() {
    let source = "a = = ä\n".repeat(100);
    let module = lower(&source);
    assert_eq!(module.problems.len(), 20);
    assert!(module.problems.iter().all(|problem| text(&source, problem.span).len() < 10));
}

#[test]
fn syntax_of_other_versions_is_no_problem() {
    check(
        "except_ = 1\n\ndef f[T = int](): return f'{a['b']}'\n",
        "except_ = 1\ndef f():\n  return format(a['b'])",
    );
    check("try: a\nexcept A, B: b\n", "try:\n  a\nexcept [A, B]:\n  b");
}

#[test]
fn line_ends_marks_and_form_feeds_are_no_matter() {
    let source = "\u{feff}if a:\r\n\tb = 'ä'\r\n\x0c\r\nelse:\r\n\tc(\r\n\td)\r\n";
    check(source, "if a:\n  b = 'ä'\nelse:\n  c(d)");
    let module = lower(source);
    assert_eq!(text(source, module.functions[0].body[0].span), source[3..].trim_end());
}

#[test]
fn deep_nesting_ends_in_something_opaque() {
    let source = format!("a = {}b{}\nc = d\n", "[".repeat(300), "]".repeat(300));
    let (shown, problems) = shown_with_problems(&source);
    assert!(shown.contains("list(opaque())"), "{shown}");
    assert!(shown.ends_with("c = d\n"), "{shown}");
    assert_eq!(problems, 1);
}

#[test]
fn an_empty_file_has_a_body() {
    for source in ["", "\u{feff}", "# nothing", "\n\n"] {
        let module = lower(source);
        assert_eq!(module.functions.len(), 1, "{source:?}");
        assert_eq!(module.problems, []);
    }
}
