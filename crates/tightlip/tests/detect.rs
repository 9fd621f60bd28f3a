//! `tightlip detect`: forms of input, exit codes, broken input, and what is printed.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn start(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightlip"));
    command.arg("detect").args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn detect(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = start(arguments).spawn().expect("tightlip starts");
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    // Where it stops reading early, that is no mistake of the test.
    let _ = stdin.write_all(input);
    drop(stdin);
    child.wait_with_output().expect("tightlip ends")
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).expect("lines are UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn leaks(output: &Output) -> Vec<bool> {
    lines(output).iter().map(|line| line["leak"].as_bool().expect("each line says it")).collect()
}

const LEAK: &str = r#"{"status": 500, "headers": {"Content-Type": "application/json"}, "body": "{\"error\":\"KeyError: 'card_number'\"}"}"#;
const CLEAN: &str = r#"{"status": 404, "body": "{\"error\": \"not found\"}"}"#;

#[test]
fn each_reply_gets_a_line() {
    let output = detect(&[], format!("{LEAK}\n{CLEAN}\n").as_bytes());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        text,
        "{\"line\":1,\"status\":500,\"leak\":true,\"classes\":[\"exception-message\"],\"findings\":[{\"class\":\"exception-message\",\"name\":\"python/exception-name\",\"strength\":\"strong\",\"range\":[10,33]}]}\n\
         {\"line\":2,\"status\":404,\"leak\":false,\"classes\":[],\"findings\":[]}\n"
    );
    assert!(output.stderr.is_empty());
}

#[test]
fn the_exit_code_says_what_was_found() {
    assert_eq!(detect(&[], CLEAN.as_bytes()).status.code(), Some(0));
    assert_eq!(detect(&[], b"").status.code(), Some(0));
    assert_eq!(detect(&[], LEAK.as_bytes()).status.code(), Some(1));
    assert_eq!(detect(&["--exit-zero"], LEAK.as_bytes()).status.code(), Some(0));
    assert_eq!(detect(&["no-such-file"], b"").status.code(), Some(2));
    assert_eq!(detect(&["."], b"").status.code(), Some(2));
    assert_eq!(detect(&[], b"no reply at all\n").status.code(), Some(2), "nothing could be read");
}

#[test]
fn a_bad_line_is_told_and_the_rest_is_read() {
    let output = detect(&[], format!("{CLEAN}\n{{\"status\": \n{LEAK}\n").as_bytes());
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(leaks(&output), [false, true]);
    assert_eq!(lines(&output)[1]["line"], 3);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("warning: <stdin>:2: no reply as JSON"), "{told}");
}

#[test]
fn archives_and_raw_replies_are_recognized() {
    let archive = r#"{"log": {"entries": [{"request": {"url": "http://a.example/?q=division%20by%20zero"},
        "response": {"status": 400, "content": {"text": "nothing called division by zero"}}},
        {"response": {"status": 500, "content": {"encoding": "base64", "text": "RGl2aXNpb25CeVplcm9FcnJvcg=="}}}]}}"#;
    let output = detect(&[], archive.as_bytes());
    assert_eq!(leaks(&output), [false, true], "what the client sent is no leak: {output:?}");
    assert_eq!(lines(&output)[1]["entry"], 2);

    let raw = "HTTP/1.1 500 Internal Server Error\r\nServer: Werkzeug/3.1.3 Python/3.11.7\r\nContent-Length: 23\r\n\r\nKeyError: 'card_number'HTTP/1.1 200 OK\r\n\r\nhello";
    let output = detect(&[], raw.as_bytes());
    assert_eq!(leaks(&output), [true, false]);
    assert_eq!(lines(&output)[0]["findings"][0]["header"], "server");
    assert_eq!(lines(&output)[0]["findings"][1]["range"], serde_json::json!([0, 23]));
}

#[test]
fn a_reader_that_has_enough_is_no_mistake() {
    let mut child = start(&[]).spawn().expect("tightlip starts");
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().expect("its input is a pipe");
    let _ = stdin.write_all(format!("{CLEAN}\n").repeat(100).as_bytes());
    drop(stdin);
    let output = child.wait_with_output().expect("tightlip ends");
    assert_ne!(output.status.code(), Some(2), "{output:?}");
}
