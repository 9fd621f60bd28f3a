//! Each leak planted in `examples/shop` is reported with its rule, at its line, by its steps, and nothing else
//! is; `examples/shop-tight` is silent.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// A planted leak.
struct Leak {
    what: &'static str,
    rule: &'static str,
    place: (&'static str, u64),
    /// Places that the way passes, in this order; others may be between them.
    steps: &'static [(&'static str, u64)],
}

#[rustfmt::skip]
const LEAKS: &[Leak] = &[
    Leak { what: "a decorator catches", rule: "TL101", place: ("shop/decorators.py", 30),
        steps: &[("shop/decorators.py", 28), ("shop/decorators.py", 30)] },
    Leak { what: "an exception class whose `to_dict()` is sent", rule: "TL101", place: ("shop/errors.py", 26),
        steps: &[("shop/services/orders.py", 74), ("shop/services/orders.py", 75), ("shop/errors.py", 9), ("shop/errors.py", 26)] },
    Leak { what: "an error handler registered in the factory", rule: "TL101", place: ("shop/errors.py", 40),
        steps: &[("shop/errors.py", 38), ("shop/errors.py", 40)] },
    Leak { what: "a pair returned by a service", rule: "TL101", place: ("shop/views/account.py", 25),
        steps: &[("shop/services/accounts.py", 17), ("shop/views/account.py", 23), ("shop/views/account.py", 25)] },
    Leak { what: "a flashed message", rule: "TL101", place: ("shop/views/account.py", 58),
        steps: &[("shop/views/account.py", 57), ("shop/views/account.py", 58)] },
    Leak { what: "a stack trace in a template", rule: "TL102", place: ("shop/views/account.py", 71),
        steps: &[("shop/views/account.py", 71)] },
    Leak { what: "a header", rule: "TL101", place: ("shop/views/catalog.py", 49),
        steps: &[("shop/views/catalog.py", 47), ("shop/views/catalog.py", 49)] },
    Leak { what: "text in the reply of the same function", rule: "TL101", place: ("shop/views/catalog.py", 65),
        steps: &[("shop/views/catalog.py", 64), ("shop/views/catalog.py", 65)] },
    Leak { what: "a field of an object", rule: "TL101", place: ("shop/views/catalog.py", 107),
        steps: &[("shop/services/imports.py", 29), ("shop/services/imports.py", 32), ("shop/views/catalog.py", 107)] },
    Leak { what: "error output of a child process", rule: "TL104", place: ("shop/views/catalog.py", 122),
        steps: &[("shop/views/catalog.py", 122)] },
    Leak { what: "a helper in another module", rule: "TL101", place: ("shop/views/orders.py", 24),
        steps: &[("shop/views/orders.py", 23), ("shop/views/orders.py", 24)] },
    Leak { what: "a list of errors of a batch", rule: "TL101", place: ("shop/views/orders.py", 36),
        steps: &[("shop/views/orders.py", 34), ("shop/views/orders.py", 36)] },
    Leak { what: "the description of an abort", rule: "TL101", place: ("shop/views/orders.py", 74),
        steps: &[("shop/views/orders.py", 73), ("shop/views/orders.py", 74)] },
    Leak { what: "a generator", rule: "TL101", place: ("shop/views/orders.py", 97),
        steps: &[("shop/views/orders.py", 94), ("shop/views/orders.py", 95), ("shop/views/orders.py", 97)] },
    Leak { what: "debug mode, in what the image starts", rule: "TL201", place: ("wsgi.py", 6),
        steps: &[("Dockerfile", 9), ("wsgi.py", 6)] },
];

fn findings(example: &str) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(example);
    let output = Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["check", "--output-format", "json", "--exit-zero", "."])
        .current_dir(root)
        .output()
        .expect("tightlip runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("it prints JSON");
    report["findings"].as_array().expect("there is a list of findings").clone()
}

fn place(value: &Value) -> (&str, u64) {
    (value["path"].as_str().expect("a path"), value["line"].as_u64().expect("a line"))
}

#[test]
fn every_planted_leak_is_reported_and_nothing_else() {
    let findings = findings("shop");
    for leak in LEAKS {
        let found = findings
            .iter()
            .find(|finding| finding["rule"] == leak.rule && place(finding) == leak.place)
            .unwrap_or_else(|| panic!("{}: nothing is reported at {:?}", leak.what, leak.place));
        let steps: Vec<_> = found["steps"].as_array().expect("there are steps").iter().map(place).collect();
        let mut rest = steps.iter();
        for wanted in leak.steps {
            assert!(rest.any(|step| step == wanted), "{}: {wanted:?} is not on the way {steps:?}", leak.what);
        }
        assert_eq!(steps.first(), leak.steps.first(), "{}: the way starts elsewhere", leak.what);
    }
    assert_eq!(findings.len(), LEAKS.len(), "something else is reported");
}

#[test]
fn the_tight_shop_is_silent() {
    assert_eq!(findings("shop-tight"), [] as [Value; 0]);
}
