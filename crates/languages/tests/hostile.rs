//! Source that is made to exhaust the stack, the memory or the patience.

mod form;

use std::time::{Duration, Instant};

use form::lower_well_formed;
use tightlip_languages::STACK_SIZE;

/// An opening, what stands in the middle, and a closing.
#[rustfmt::skip]
const NESTINGS: &[(&str, &str, &str)] = &[
    ("(", "a", ")"), ("[", "a", "]"), ("{", "a", "}"), ("{1:", "a", "}"), ("f(", "a", ")"), ("f(x=", "a", ")"), ("(", "", ""),
    ("[", "", ""), ("{", "", ""), ("", "a", ")"), ("[\n", "a", "]"), ("[ # ]\n", "a", "]"), ("[']',", "a", "]"),
    ("not ", "a", ""), ("-", "a", ""), ("~", "a", ""), ("await ", "a", ""), ("yield ", "a", ""), ("yield a, ", "a", ""), ("*", "a", ""),
    ("a**", "a", ""), ("a if b else ", "a", ""), ("", "a", " if b else c"), ("lambda: ", "a", ""), ("lambda a=", "a", ": a"),
    ("lambda a, b=", "a", ": a"), ("lambda a=b, c=", "a", ": a"), ("(a := ", "a", ")"), ("[a for a in ", "a", "]"),
    ("[a for a in b if ", "a", "]"), ("", "a", ".b"), ("", "a", "()"), ("", "a", "[b]"), ("", "a", "[1:]"), ("", "a", ".b(c)"),
    ("", "a", " + a"), ("", "a", " - a + b"), ("", "a", " % a"), ("", "a", " < a"), ("", "a", " and a or b"), ("", "a", " = b"),
    ("f'{", "a", "}'"), ("f\"{f'{", "a", "}'}\""), ("f'{a:{", "a", "}}'"), ("t'{", "a", "}'"), ("", "'a'", " 'b'"), ("", "'a'", " f'{b}'"),
    ("", "'%s'", " % a"), ("if a: ", "b", ""), ("class A: ", "b", ""), ("class A(", "b", "):"), ("class A[T: ", "b", "]:"),
    ("async ", "a", ""), ("@", "a", ""), ("try:\n", "", ""), ("def f(a=", "b", "): pass"), ("match a:\n case ", "b", ""),
    ("with ", "a", ""), ("with (", "a", ")"), ("", "if a: b\n", "elif a: b\n"), ("", "try: a\n", "except A, b: c\n"),
    ("for a in ", "b", ": c"), ("x: ", "y", ""), ("type A = ", "b", ""), ("print ", "a", ""), ("del ", "a", ""), ("\\\n", "a", ""),
    ("# tightlip: ignore\n", "a", ""), ("import a\n", "try: a\n", "except A, b: c\n"), ("\"\"\"", "", ""), ("'", "", ""), ("0", "", ""),
    ("def f():\n", "a", ""), ("return [", "a", "]"), ("a if b [", "c", "]"), ("lambda a return [", "b", "]"), ("[a if b ", "c", ""), ("[a for a return [", "b", ""),
    ("global a\n", "a", ""), ("from a import b\n", "", ""), ("a, ", "b", ""),
];

fn check_all(levels: usize, prefixes: &'static [&str]) {
    let check = move || {
        for (open, middle, close) in NESTINGS {
            let start = Instant::now();
            for prefix in prefixes {
                lower_well_formed(&format!(
                    "{prefix}{}{middle}{}\n",
                    open.repeat(levels),
                    close.repeat(levels)
                ));
            }
            let time = start.elapsed();
            assert!(time < Duration::from_secs(30), "{open}{middle}{close} takes {time:?}");
        }
    };
    let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(check);
    thread.expect("a thread can be started").join().expect("no panic");
}

#[test]
fn a_thousand_levels() {
    check_all(1_000, &["", "x = ", "def f():\n return "]);
}

#[test]
fn ten_thousand_levels() {
    check_all(10_000, &["", "x = "]);
}

#[test]
fn more_levels_than_are_parsed() {
    check_all(140_000, &[""]);
}

#[test]
fn blocks_in_blocks() {
    let thread = std::thread::Builder::new().stack_size(STACK_SIZE).spawn(|| {
        for head in ["if a:", "class A:", "def f():", "try:", "with a:", "match a:", "for a in b:"] {
            let lines: String = (0..1500).map(|level| format!("{:level$}{head}\n", "")).collect();
            lower_well_formed(&lines);
        }
    });
    thread.expect("a thread can be started").join().expect("no panic");
}

#[test]
fn patterns_in_patterns() {
    for (open, close) in
        [("[", "]"), ("A(", ")"), ("A(b=", ")"), ("{1: ", "}"), ("(", ")"), ("", " | 1"), ("", " as a")]
    {
        lower_well_formed(&format!("match a:\n case {}x{}: pass\n", open.repeat(2_000), close.repeat(2_000)));
    }
}

#[test]
fn what_is_nested_too_deeply_is_said() {
    let module = lower_well_formed(&"[".repeat(200_000));
    assert_eq!(module.problems[0].message, "nested too deeply (more than 8000 levels)");
    assert!(module.functions[0].body.is_empty());
}

#[test]
fn large_files_that_are_not_deep_are_understood() {
    let row = "    {'a': [1, -2, (3, *b)], 'c': f'{d!r:>{e}}', **g(x=lambda y, z=1: y)},\n";
    let source = format!("rows = [\n{}]\n", row.repeat(5_000));
    assert!(source.len() > 256 << 10);
    let module = lower_well_formed(&source);
    assert_eq!(module.problems, []);
    let source = "def f(a):\n    return [(a + 1) * -a.b.c[0](), not a]\n\n".repeat(10_000);
    assert_eq!(lower_well_formed(&source).problems, []);
    // A bracket that is not closed does not make all of the rest one expression.
    let broken = format!("x = f(\n{source}");
    assert_eq!(lower_well_formed(&broken).functions.len(), 10_001);
}
