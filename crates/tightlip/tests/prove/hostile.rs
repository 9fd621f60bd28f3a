//! Applications that are broken or mean harm are survived, with a clear word.

use super::{Duration, Judgement, Options, Outcome, fs, interpreter, prove_files, small, supervisor};

const HEAD: &str = "from flask import Flask, Response\napp = Flask(__name__)\n";

/// Proves one file, with little patience.
fn run(text: &str) -> Option<(Judgement, Outcome)> {
    let interpreter = interpreter("TIGHTLIP_FLASK_3_1")?;
    let mut options = small();
    options.effort.boot = Duration::from_secs(6);
    options.effort.reply = Duration::from_secs(2);
    options.effort.requests = 40;
    Some(run_with(&interpreter, text, &options))
}

fn run_with(interpreter: &std::path::Path, text: &str, options: &Options) -> (Judgement, Outcome) {
    prove_files(&mut supervisor(interpreter), &[("app.py", text)], options)
}

/// Why it was not booted.
fn reason(text: &str) -> Option<String> {
    let (_, outcome) = run(text)?;
    Some(outcome.not_booted.expect("it is not booted").reason)
}

#[track_caller]
fn says(reason: Option<String>, words: &str) {
    if let Some(reason) = reason {
        assert!(reason.contains(words), "{reason}");
    }
}

#[test]
fn an_import_error_is_told_with_its_place() {
    says(
        reason("import nothing_of_this_name\napp = None\n"),
        "No module named 'nothing_of_this_name' (app.py:1)",
    );
}

#[test]
fn an_exit_while_importing_is_told() {
    says(reason("import sys\nsys.exit(3)\n"), "exits while it is imported, with 3");
    says(reason("import os\nos._exit(4)\n"), "it exited with 4");
}

#[test]
fn an_import_that_never_ends_is_ended() {
    says(reason("while True:\n    pass\n"), "not booted within 6 seconds");
}

#[test]
fn a_file_without_application_is_told() {
    says(reason("x = 1\n"), "has no application");
    says(
        reason("from flask import Flask\na = Flask('a')\nb = Flask('b')\n"),
        "has several Flask applications",
    );
    says(reason("def create_app(settings):\n    return None\n"), "`create_app` wants settings");
}

#[test]
fn an_environment_without_flask_is_told() {
    // Any Python will do: the one that environments are made of has no Flask, or else this shows nothing.
    let Some(interpreter) = std::env::var_os("PYTHON").or_else(|| Some("python3".into())) else { return };
    let interpreter = std::path::PathBuf::from(interpreter);
    let (_, outcome) = run_with(&interpreter, HEAD, &small());
    if let Some(not_booted) = outcome.not_booted {
        assert!(not_booted.no_flask && not_booted.reason.contains("flask"), "{not_booted:?}");
    }
}

#[test]
fn an_interpreter_that_is_none_is_told() {
    let error =
        tightlip_prove::Supervisor::start(std::path::Path::new("/nothing/here")).err().expect("it fails");
    assert!(error.reason.contains("/nothing/here cannot be started"), "{}", error.reason);
}

#[test]
fn an_endless_reply_is_cut_off() {
    let view = "@app.get('/')\ndef view():\n    def more():\n        while True:\n            yield 'x' * 65536\n    return Response(more())\n";
    let Some((_, outcome)) = run(&format!("{HEAD}{view}")) else { return };
    assert!(outcome.booted.is_some(), "{outcome:?}");
}

#[test]
fn a_huge_header_is_refused() {
    let view = "@app.get('/')\ndef view():\n    return 'x', 200, {'X-Big': 'a' * 10_000_000}\n";
    let Some((_, outcome)) = run(&format!("{HEAD}{view}")) else { return };
    let said = outcome.troubles.join("\n");
    assert!(outcome.booted.is_some() && said.contains("no HTTP reply that can be read"), "{outcome:?}");
}

#[test]
fn a_server_that_never_answers_is_left() {
    let view = "import time\n@app.get('/')\ndef view():\n    time.sleep(600)\n    return 'x'\n";
    let Some((_, outcome)) = run(&format!("{HEAD}{view}")) else { return };
    let said = outcome.troubles.join("\n");
    assert!(outcome.booted.is_some() && said.contains("no reply in time"), "{outcome:?}");
}

#[test]
fn an_application_that_ends_is_told() {
    let view = "import os\n@app.get('/')\ndef view():\n    os._exit(7)\n";
    let Some((_, outcome)) = run(&format!("{HEAD}{view}")) else { return };
    let said = outcome.troubles.join("\n");
    assert!(said.contains("the application ended: it exited with 7"), "{outcome:?}");
}

#[test]
fn processes_without_end_are_ended() {
    let marker = tempfile::tempdir().expect("a folder can be made");
    let file = marker.path().join("alive");
    let bomb = format!(
        "import os, time\nfor _ in range(10):\n    try:\n        if os.fork() == 0:\n            os.setsid()\n            while True:\n                \
         open({:?}, 'a').write('x')\n                time.sleep(0.05)\n    except OSError:\n        pass\n{HEAD}",
        file.display().to_string()
    );
    let forever = "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass\n";
    let Some((_, outcome)) = run(&bomb) else { return };
    assert!(outcome.booted.is_some(), "{outcome:?}");
    // Who was started is ended by now: nothing writes any more.
    let size = |()| fs::metadata(&file).map_or(0, |metadata| metadata.len());
    let before = size(());
    std::thread::sleep(Duration::from_millis(400));
    assert!(before > 0 && size(()) == before, "processes are left");
    says(reason(forever), "not booted within 6 seconds");
}

#[test]
fn other_machines_are_not_reached() {
    let view = "import socket\n@app.get('/')\ndef view():\n    try:\n        socket.create_connection(('192.0.2.1', 80), 1)\n    \
                except OSError as error:\n        return {'error': str(error)}\n    return 'x'\n";
    let Some((judgement, _)) = run(&format!("{HEAD}{view}")) else { return };
    let evidence =
        judgement.findings.iter().filter_map(|it| it.evidence.as_ref()).find_map(|it| it.exchange.as_ref());
    assert!(evidence.is_some_and(|it| it.body.contains("Network is unreachable")), "{judgement:?}");
}
