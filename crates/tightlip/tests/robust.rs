//! Whatever the program looks like, checking it ends, finds the same every time and on every number of threads,
//! and what it finds lies where it says.

#[allow(dead_code, reason = "this test asks only what is found, not where")]
mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree as _;
use tightlip_catalogue::{Pattern, Side};
use tightlip_rules::{Finding, Judgement, Place};

/// Names are few, so that programs are full of cycles, shadows and captures.
const NAMES: &[&str] = &["a", "b", "c", "error", "app", "self"];
const FUNCTIONS: &[&str] = &["f", "g", "h", "view", "helper"];
const CLASSES: &[&str] = &["A", "B", "Problem"];
const MODULES: &[&str] = &["app.py", "shop/__init__.py", "shop/util.py", "shop/views.py"];

fn name() -> impl Strategy<Value = String> {
    select(NAMES).prop_map(str::to_owned)
}

fn function() -> impl Strategy<Value = String> {
    select(FUNCTIONS).prop_map(str::to_owned)
}

fn class() -> impl Strategy<Value = String> {
    select(CLASSES).prop_map(str::to_owned)
}

fn atom() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => name(),
        1 => function(),
        1 => class(),
        3 => select(&["None", "True", "0", "1", "'x'", "''", "request.args", "traceback.format_exc()", "sys.exc_info()"][..])
            .prop_map(str::to_owned),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    atom().prop_recursive(4, 24, 3, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|value| format!("str({value})")),
            inner.clone().prop_map(|value| format!("f'{{{value}}}'").replace("''", "' '")),
            inner.clone().prop_map(|value| format!("jsonify({value})")),
            inner.clone().prop_map(|value| format!("jsonify(error={value}, **{{'k': {value}}})")),
            inner.clone().prop_map(|value| format!("abort(500, description={value})")),
            (inner.clone(), select(&["args", "a", "b", "__cause__", "orig", "exceptions", "__class__"][..]))
                .prop_map(|(value, name)| format!("({value}).{name}")),
            (function(), inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, b={b})")),
            (function(), inner.clone()).prop_map(|(f, a)| format!("{f}(*{a}, **{a})")),
            (inner.clone(), function(), inner.clone()).prop_map(|(o, f, a)| format!("({o}).{f}({a})")),
            (class(), inner.clone()).prop_map(|(c, a)| format!("{c}({a})")),
            two.clone().prop_map(|(a, b)| format!("({a}, {b})")),
            two.clone().prop_map(|(a, b)| format!("{{'a': {a}, 'b': {b}}}")),
            two.clone().prop_map(|(a, b)| format!("({a})[{b}]")),
            two.clone().prop_map(|(a, b)| format!("({a} if {b} else {a})")),
            two.clone().prop_map(|(a, b)| format!("({a} or not {b})")),
            two.clone().prop_map(|(a, b)| format!("({a} + {b} == {a})")),
            (name(), inner.clone(), inner.clone())
                .prop_map(|(n, a, b)| format!("[{a} for {n} in {b} if {n}]")),
            (name(), inner.clone(), inner.clone())
                .prop_map(|(n, a, b)| format!("{{{n}: {a} for {n}, c in {b}}}")),
            (name(), inner.clone()).prop_map(|(n, a)| format!("(lambda {n}=None: {a})")),
            (name(), inner.clone()).prop_map(|(n, a)| format!("({n} := {a})")),
            (inner.clone(), class()).prop_map(|(a, c)| format!("isinstance({a}, ({c}, OSError))")),
            (function(), inner.clone()).prop_map(|(f, a)| format!("functools.partial({f}, {a})")),
            inner.clone().prop_map(|value| format!("super().__init__({value})")),
        ]
    })
}

type Block = Vec<String>;

fn simple() -> impl Strategy<Value = Block> {
    prop_oneof![
        (name(), expression()).prop_map(|(n, e)| format!("{n} = {e}")),
        (name(), name(), expression()).prop_map(|(n, m, e)| format!("{n}, *{m} = {e}")),
        (name(), name(), expression()).prop_map(|(n, m, e)| format!("{n}.{m} = {e}")),
        (name(), expression(), expression()).prop_map(|(n, k, e)| format!("{n}[{k}] = {e}")),
        (name(), expression()).prop_map(|(n, e)| format!("{n} += {e}")),
        (name(), expression()).prop_map(|(n, e)| format!("{n}.append({e})")),
        expression(),
        expression().prop_map(|e| format!("return {e}")),
        expression().prop_map(|e| format!("yield {e}")),
        (class(), expression(), name()).prop_map(|(c, e, n)| format!("raise {c}({e}) from {n}")),
        expression().prop_map(|e| format!("flash({e})")),
        name().prop_map(|n| format!("global {n}")),
        name().prop_map(|n| format!("nonlocal {n}")),
        name().prop_map(|n| format!("del {n}")),
        (function(), class()).prop_map(|(f, c)| format!("from shop.util import {f}, {c}")),
        Just("from .util import *".to_owned()),
        (function(), class()).prop_map(|(f, c)| format!("app.register_error_handler({c}, {f})")),
        Just("break".to_owned()),
        Just("raise".to_owned()),
    ]
    .prop_map(|line| vec![line])
}

fn indented(block: &[String]) -> impl Iterator<Item = String> + '_ {
    block.iter().map(|line| format!("    {line}"))
}

/// `head` and its block.
fn under(head: String, block: &[String]) -> Block {
    std::iter::once(head).chain(indented(block)).collect()
}

fn joined(parts: &[Block]) -> Block {
    parts.iter().flatten().cloned().collect()
}

fn statement() -> impl Strategy<Value = Block> {
    simple().prop_recursive(4, 40, 4, |inner| {
        let block = prop::collection::vec(inner, 1..4).prop_map(|parts| joined(&parts));
        prop_oneof![
            (expression(), block.clone(), block.clone()).prop_map(|(test, then, other)| {
                joined(&[under(format!("if {test}:"), &then), under("else:".to_owned(), &other)])
            }),
            (name(), expression(), block.clone())
                .prop_map(|(n, e, body)| under(format!("for {n} in {e}:"), &body)),
            (expression(), block.clone()).prop_map(|(e, body)| under(format!("while {e}:"), &body)),
            (block.clone(), class(), block.clone(), block.clone()).prop_map(|(body, c, handled, last)| {
                joined(&[
                    under("try:".to_owned(), &body),
                    under(format!("except ({c}, KeyError) as error:"), &handled),
                    under("except Exception as error:".to_owned(), &handled),
                    under("finally:".to_owned(), &last),
                ])
            }),
            (block.clone(), block.clone()).prop_map(|(body, handled)| {
                joined(&[
                    under("try:".to_owned(), &body),
                    under("except* OSError as error:".to_owned(), &handled),
                ])
            }),
            (expression(), name(), block.clone())
                .prop_map(|(e, n, body)| under(format!("with {e} as {n}:"), &body)),
            (expression(), name(), block.clone()).prop_map(|(e, n, body)| {
                under(format!("match {e}:"), &under(format!("case {{'a': {n}}} | ({n}, _):"), &body))
            }),
            (decorators(), function(), name(), block.clone()).prop_map(|(marks, f, n, body)| joined(&[
                marks,
                under(format!("def {f}({n}, b=None, *args, **kwargs):"), &body)
            ])),
            (decorators(), function(), block.clone())
                .prop_map(|(marks, f, body)| joined(&[marks, under(format!("async def {f}(self):"), &body)])),
            (class(), class(), block)
                .prop_map(|(c, base, body)| under(format!("class {c}({base}, Exception):"), &body)),
        ]
    })
}

fn decorators() -> impl Strategy<Value = Block> {
    let one = prop_oneof![
        Just("@app.route('/')".to_owned()),
        Just("@app.errorhandler(Exception)".to_owned()),
        Just("@property".to_owned()),
        Just("@functools.wraps(f)".to_owned()),
        function().prop_map(|f| format!("@{f}")),
        (function(), name()).prop_map(|(f, n)| format!("@{f}({n})")),
    ];
    prop::collection::vec(one, 0..3)
}

const HEAD: &str =
    "import functools, sys, traceback\nfrom flask import *\nfrom shop.util import *\napp = Flask(__name__)\n";

/// What a function does: some statements, then a `try` whose `except` returns something of the exception.
fn body() -> impl Strategy<Value = Block> {
    let block = || prop::collection::vec(statement(), 0..3).prop_map(|parts| joined(&parts));
    (block(), block(), expression(), expression()).prop_map(|(first, handled, done, answer)| {
        let handled = joined(&[vec!["a = b = error".to_owned()], handled, vec![format!("return {answer}")]]);
        joined(&[
            under("if c:".to_owned(), &joined(&[first, vec!["pass".to_owned()]])),
            under("try:".to_owned(), &[format!("c = {done}"), "return work(c)".to_owned()]),
            under("except Exception as error:".to_owned(), &handled),
        ])
    })
}

/// What stands at the top of a module: nothing there leaves it.
fn definition() -> impl Strategy<Value = Block> {
    let named = (decorators(), function(), name(), body()).prop_map(|(marks, f, n, body)| {
        joined(&[marks, under(format!("def {f}({n}, b=None, *args, **kwargs):"), &body)])
    });
    let view = (function(), body()).prop_map(|(f, body)| {
        joined(&[vec!["@app.route('/')".to_owned()], under(format!("def {f}(a=None, b=None):"), &body)])
    });
    let method =
        (function(), body()).prop_map(|(f, body)| under(format!("def {f}(self, a=None, b=None):"), &body));
    let methods = prop::collection::vec(method, 1..3).prop_map(|parts| joined(&parts));
    let object = (class(), class(), methods)
        .prop_map(|(c, base, body)| under(format!("class {c}({base}, Exception):"), &body));
    let variable = (name(), expression()).prop_map(|(n, e)| vec![format!("{n} = {e}")]);
    prop_oneof![3 => named, 3 => view, 2 => object, 1 => variable, 1 => statement()]
}

fn module() -> impl Strategy<Value = String> {
    prop::collection::vec(definition(), 1..6).prop_map(|parts| {
        let mut text = HEAD.to_owned();
        for line in joined(&parts) {
            writeln!(text, "{line}").expect("a text takes all");
        }
        text
    })
}

fn program() -> impl Strategy<Value = Vec<(String, String)>> {
    prop::collection::vec(module(), 1..=MODULES.len())
        .prop_map(|texts| MODULES.iter().map(|path| (*path).to_owned()).zip(texts).collect())
}

/// Checks `files` in a pool of so many threads, on a stack as small as that of any other thread.
fn checked(files: &[(String, String)], threads: usize) -> Judgement {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    pool.install(|| support::check(&files))
}

fn told(judgement: &Judgement) -> String {
    let mut text = String::new();
    for finding in &judgement.findings {
        let _ = write!(text, "{:?} {:?} {:?}", finding.rule, finding.severity, finding.confidence);
        let _ = write!(text, " {} {} {:?}", finding.message, finding.fingerprint, finding.example);
        told_place(&mut text, &finding.place);
        for step in &finding.steps {
            let _ = write!(text, "\n    {}", step.note);
            told_place(&mut text, &step.place);
        }
        text.push('\n');
    }
    for application in &judgement.applications {
        let _ = writeln!(text, "{} {}", application.name, application.framework);
        for control in &application.controls {
            let _ =
                writeln!(text, "  {} {} {}", control.control.title(), control.state.name(), control.reason);
        }
    }
    text
}

fn told_place(text: &mut String, place: &Place) {
    let _ = write!(text, " {}:{}..{}", place.file.path, place.span.start, place.span.end);
}

fn lies_inside(place: &Place) -> bool {
    let text = &place.file.text;
    let (start, end) = (place.span.start as usize, place.span.end as usize);
    start <= end && end <= text.len() && text.is_char_boundary(start) && text.is_char_boundary(end)
}

fn is_sound(finding: &Finding) -> Result<(), String> {
    let places = finding.steps.iter().map(|step| &step.place).chain([&finding.place]);
    for place in places {
        if !lies_inside(place) {
            return Err(format!("{} lies outside of its file: {:?}", finding.message, place.span));
        }
    }
    let flows = finding.rule.code().starts_with("TL1");
    if flows && finding.steps.is_empty() {
        return Err(format!("{} has no steps", finding.message));
    }
    if finding.fingerprint.is_empty() || finding.message.is_empty() {
        return Err("a finding has a message and a fingerprint".to_owned());
    }
    Ok(())
}

/// All that must hold of any program.
fn holds(files: &[(String, String)]) -> Result<(), String> {
    let alone = checked(files, 1);
    alone.findings.iter().try_for_each(is_sound)?;
    let first = told(&alone);
    for (threads, when) in [(1, "the second time"), (2, "with two threads")] {
        let other = told(&checked(files, threads));
        if other != first {
            return Err(format!("{when} it says\n{other}\ninstead of\n{first}"));
        }
    }
    Ok(())
}

/// The blocks of the catalogue's patterns, each side of each as one program.
fn pattern_programs() -> Vec<Vec<(String, String)>> {
    let mut programs = Vec::new();
    for path in pattern_files() {
        let text = std::fs::read_to_string(&path).expect("a pattern can be read");
        let pattern = Pattern::parse(&text).expect("a pattern can be parsed");
        for side in [Side::Vulnerable, Side::Secure] {
            let files = pattern.files(side);
            if !files.is_empty() {
                programs
                    .push(files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect());
            }
        }
    }
    assert!(!programs.is_empty(), "the catalogue has patterns");
    programs
}

fn pattern_files() -> Vec<PathBuf> {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue");
    let mut files = Vec::new();
    let mut open = vec![catalogue];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("the catalogue can be listed") {
            let path = entry.expect("the catalogue can be listed").path();
            if path.is_dir() {
                open.push(path);
            } else if folder.ends_with("patterns") || folder.ends_with("look-alikes") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// A way to break a text.
#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    DropLine(Index),
    RepeatLine(Index),
    SwapLines(Index, Index),
    IndentLine(Index),
    Insert(Index, &'static str),
}

fn damage() -> impl Strategy<Value = Damage> {
    let noise = select(
        &["(", ")", "\"\"\"", "'", ":", "\0", "\u{fffd}é", "\t", "\\", "f\"{", "}", "lambda ", "await ", "*"]
            [..],
    );
    prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        any::<Index>().prop_map(Damage::DropLine),
        any::<Index>().prop_map(Damage::RepeatLine),
        any::<(Index, Index)>().prop_map(|(one, other)| Damage::SwapLines(one, other)),
        any::<Index>().prop_map(Damage::IndentLine),
        (any::<Index>(), noise).prop_map(|(place, noise)| Damage::Insert(place, noise)),
    ]
}

fn damaged(text: &str, damage: &Damage) -> String {
    if text.is_empty() {
        return String::new();
    }
    let boundary = |index: &Index| {
        let mut at = index.index(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let mut lines: Vec<&str> = text.lines().collect();
    let count = lines.len();
    let indented;
    match damage {
        Damage::Cut(place) => return text[..boundary(place)].to_owned(),
        Damage::Insert(place, noise) => {
            let at = boundary(place);
            return format!("{}{noise}{}", &text[..at], &text[at..]);
        }
        Damage::DropLine(line) => {
            lines.remove(line.index(count));
        }
        Damage::RepeatLine(line) => lines.insert(line.index(count), lines[line.index(count)]),
        Damage::SwapLines(one, other) => lines.swap(one.index(count), other.index(count)),
        Damage::IndentLine(line) => {
            indented = format!("    {}", lines[line.index(count)]);
            lines[line.index(count)] = &indented;
        }
    }
    lines.join("\n") + "\n"
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_program_is_checked(files in program()) {
        holds(&files).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn broken_patterns_are_checked(which in any::<Index>(), file in any::<Index>(), damages in prop::collection::vec(damage(), 1..4)) {
        let mut files = which.get(&pattern_programs()).clone();
        let file = file.index(files.len());
        for damage in &damages {
            files[file].1 = damaged(&files[file].1, damage);
        }
        holds(&files).map_err(TestCaseError::fail)?;
    }
}

/// Programs in which nothing is ever found would show nothing.
#[test]
fn random_programs_leak() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let leaks = (0..40).filter(|_| {
        let files = program().new_tree(&mut runner).expect("a program can be made").current();
        checked(&files, 1).findings.iter().any(|finding| finding.rule.code().starts_with("TL1"))
    });
    let count = leaks.count();
    assert!(count >= 10, "only {count} of 40 programs leak");
}

/// A function that calls the one before it: `depth` of them, the last one catches.
fn chain(depth: usize) -> String {
    let mut text = HEAD.to_owned();
    text.push_str(
        "def f0():\n    try:\n        work()\n    except Exception as error:\n        return str(error)\n",
    );
    for number in 1..=depth {
        let _ = write!(text, "def f{number}():\n    return f{}()\n", number - 1);
    }
    let _ = write!(text, "@app.route('/')\ndef view():\n    return f{depth}()\n");
    text
}

#[test]
fn large_things_end() {
    let deep_expression = format!("{HEAD}a = {}1{}\n", "(".repeat(150), ")".repeat(150));
    let long_sum = format!("{HEAD}a = {}\n", vec!["str(b)"; 3000].join(" + "));
    let nested_calls = format!("{HEAD}a = {}b{}\n", "str(".repeat(150), ")".repeat(150));
    let mut ring = HEAD.to_owned();
    for number in 0..200 {
        let (next, far) = ((number + 1) % 200, (number * 7 + 3) % 200);
        let _ = write!(
            ring,
            "def r{number}(e, k):\n    try:\n        return r{next}(k, e) or r{far}(e, str(k))\n"
        );
        let _ = write!(
            ring,
            "    except Exception as error:\n        return {{'a': r{far}(error, k), 'b': k}}\n"
        );
    }
    ring.push_str("@app.route('/')\ndef view():\n    return jsonify(r0(1, 2))\n");
    let mut blocks = format!("{HEAD}def f(e):\n");
    for depth in 0..90 {
        let _ = writeln!(blocks, "{}if e:", " ".repeat(depth + 1));
    }
    let _ = writeln!(blocks, "{}return e", " ".repeat(92));
    let branches = format!(
        "{HEAD}def f(e):\n    a = {{}}\n{}    return a\n",
        (0..1500)
            .fold(String::new(), |text, n| text + &format!("    if e.x{n}:\n        a['k{n}'] = (e, a)\n"))
    );
    for text in [deep_expression, long_sum, nested_calls, ring, blocks, branches, chain(40)] {
        holds(&[("app.py".to_owned(), text)]).unwrap_or_else(|problem| panic!("{problem}"));
    }
}
