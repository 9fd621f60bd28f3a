//! Whoever presses Ctrl-C gets the machine back as it was.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::{fs, interpreter, repository};

/// Waits until it holds; a test that waits for long fails.
fn until(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(60), "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// Processes that were started with `word` in their environment.
fn processes_with(word: &str) -> Vec<String> {
    let all = names(Path::new("/proc")).into_iter();
    all.filter(|id| {
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        String::from_utf8_lossy(&environment).contains(word)
    })
    .collect()
}

#[test]
fn nothing_is_left_after_an_interrupt() {
    let Some(interpreter) = interpreter("TIGHTLIP_FLASK_3_1") else { return };
    let temporary = tempfile::tempdir().expect("a folder can be made");
    let temporary = temporary.path();
    let mut child = Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["prove", "--python"])
        .arg(interpreter)
        .arg("examples/shop")
        .current_dir(repository())
        .env("TMPDIR", temporary)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("tightlip runs");
    // The copy has the shop's database as soon as requests may come.
    let is_serving = || {
        let copies = names(temporary).into_iter().filter(|name| name.starts_with("tightlip-"));
        copies.into_iter().any(|name| temporary.join(name).join("project/shop/instance/shop.sqlite").exists())
    };
    until("the shop is not booted", is_serving);
    let word = temporary.display().to_string();
    assert!(processes_with(&word).len() >= 2, "the application runs in a process of its own");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.is_ok_and(|status| status.success()), "kill is there");
    let status = child.wait().expect("it was started");
    assert_eq!(status.signal(), Some(2), "a shell calls that 130: {status}");
    until("a process is left", || processes_with(&word).is_empty());
    until("a folder is left", || names(temporary).is_empty());
}
