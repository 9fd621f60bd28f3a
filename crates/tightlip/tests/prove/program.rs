//! Applications that a command starts: an option of it, a variable, a project that is a package.

use std::collections::BTreeMap;

use super::{Options, Outcome, Rule, interpreter, prove_files, proven, small, supervisor};

/// A view that fails unless the option was read, and one that tells what failed.
const SHOP: &str = "import argparse, os
from flask import Flask, jsonify

app = Flask(__name__)

@app.get('/orders/<name>')
def order(name):
    try:
        return jsonify(app.config['ORDERS'][name])
    except KeyError as error:
        return jsonify(error=repr(error)), 500

def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--orders', required=True)
    options = parser.parse_args()
    app.config['ORDERS'] = {options.orders: os.environ['ORDERS_OWNER']}
    app.run(port=1)
";
const MODULE: &str = "from {package}.shop import main\nmain()\n";

fn run(files: &[(&str, &str)], command: &str) -> Option<(Vec<Rule>, Outcome)> {
    let interpreter = interpreter("TIGHTLIP_FLASK_3_1")?;
    let options = Options {
        command: Some(command.to_owned()),
        environment: BTreeMap::from([("ORDERS_OWNER".to_owned(), "ann".to_owned())]),
        ..small()
    };
    let (judgement, outcome) = prove_files(&mut supervisor(&interpreter), files, &options);
    Some((proven(&judgement).into_iter().map(|(rule, _)| rule).collect(), outcome))
}

#[test]
fn a_file_is_run_with_its_options_until_it_would_serve() {
    let file = format!("{SHOP}\nif __name__ == '__main__':\n    main()\n");
    let found = run(&[("start.py", &file)], "python start.py --orders 'of today'");
    let Some((rules, outcome)) = found else { return };
    assert!(outcome.booted.is_some(), "{outcome:?}");
    assert!(rules.contains(&Rule::ExceptionMessage), "{rules:?}");
}

#[test]
fn a_module_is_run() {
    let module = MODULE.replace("{package}", "store");
    let files = [("store/__init__.py", ""), ("store/shop.py", SHOP), ("store/__main__.py", module.as_str())];
    let Some((rules, outcome)) = run(&files, "python -m store --orders all") else { return };
    assert!(outcome.booted.is_some(), "{outcome:?}");
    assert!(rules.contains(&Rule::ExceptionMessage), "{rules:?}");
}

#[test]
fn a_variable_before_the_command_is_set() {
    let file = format!("{SHOP}\nassert os.environ['ORDERS_KIND'] == 'a b'\nmain()\n");
    let found = run(&[("start.py", &file)], "ORDERS_KIND='a b' python start.py --orders x");
    let Some((_, outcome)) = found else { return };
    assert!(outcome.booted.is_some(), "{outcome:?}");
}

#[test]
fn a_command_that_starts_no_server_is_told() {
    for (command, words) in [
        ("python start.py", "ends and starts no server"),
        ("python nothing.py", "there is no file nothing.py"),
        ("no-such-program --x", "there is no program no-such-program"),
        ("python", "neither a file nor a module is named"),
        ("A=1", "names no program"),
    ] {
        let Some((_, outcome)) = run(&[("start.py", "print('done')\n")], command) else { return };
        let reason = outcome.not_booted.expect("it is not booted").reason;
        assert!(reason.contains(words), "{command}: {reason}");
    }
}
