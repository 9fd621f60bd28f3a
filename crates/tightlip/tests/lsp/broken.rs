use std::io::Write;
use std::path::Path;

use serde_json::json;
use tempfile::tempdir;

use crate::client::{Client, Server, url};

/// What the server makes of `bytes` and then nothing: its exit code.
fn fed(bytes: &[u8]) -> Option<i32> {
    let mut server = Server::start();
    let mut input = server.child.stdin.take().expect("piped");
    // The server may be gone before all is written.
    let _ = input.write_all(bytes);
    drop(input);
    server.end()
}

fn frame(body: &str) -> Vec<u8> {
    format!("Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

#[test]
fn bytes_that_are_no_messages_end_it() {
    let garbage: Vec<u8> = (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for bytes in [
        &b""[..],
        b"\0\xff\xfe\r\n\r\n",
        b"Content-Length: 100\r\n\r\n{\"jsonrpc\":",
        b"Content-Length: 99999999999999\r\n\r\n{}",
        b"Content-Length: 4000000000\r\n\r\n{}",
        b"Content-Length: -5\r\n\r\n{}",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        &garbage,
        &vec![b'A'; 1 << 20],
    ] {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(40)]).into_owned();
        assert_eq!(fed(bytes), Some(2), "{start:?}");
    }
}

#[test]
fn messages_that_make_no_sense_are_left_out_and_the_talk_goes_on() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let mut bytes = Vec::new();
    for body in [
        "{",
        "null",
        "[]",
        &deep,
        "\u{fffd}",
        r#"{"jsonrpc":"2.0","id":7}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":"textDocument/hover","params":{}}"#,
        r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":3}"#,
        r#"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"capabilities":{}}}"#,
        r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":3}"#,
        r#"{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"file:///x.py","version":1},"contentChanges":[]}}"#,
        r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"untitled:1","languageId":"python","version":1,"text":"x"}}}"#,
        r#"{"jsonrpc":"2.0","id":3,"method":"no/such/method","params":[1]}"#,
        r#"{"jsonrpc":"2.0","id":"four","method":"textDocument/codeAction","params":{}}"#,
        r#"{"jsonrpc":"2.0","id":5,"method":"shutdown"}"#,
        r#"{"jsonrpc":"2.0","method":"exit"}"#,
    ] {
        bytes.extend(frame(body));
    }
    assert_eq!(fed(&bytes), Some(0));
}

#[test]
fn a_client_that_goes_without_a_word_ends_it() {
    let folder = tempdir().expect("a folder");
    let client = Client::start(&[folder.path()]);
    assert_eq!(client.vanish(), Some(2));
}

#[test]
fn requests_that_cannot_be_answered_are_refused() {
    let folder = tempdir().expect("a folder");
    let mut client = Client::start(&[folder.path()]);
    for (method, params, code) in [
        ("textDocument/hover", json!({ "position": "here" }), "-32602"),
        ("textDocument/definition", json!({}), "-32601"),
        ("initialize", json!({ "capabilities": {} }), "-32600"),
    ] {
        let refused = client.ask(method, params).expect_err("it cannot be answered");
        assert!(refused.starts_with(code), "{method}: {refused}");
    }
    let nowhere = url(Path::new(if cfg!(windows) { "C:\\no\\where.py" } else { "/no/where.py" }));
    let place = json!({ "textDocument": { "uri": nowhere }, "position": { "line": 4_000_000_000_u32, "character": 0 } });
    assert_eq!(client.request("textDocument/hover", place), json!(null));
    assert_eq!(client.leave(), Some(0));
}

#[test]
fn what_is_typed_half_way_is_no_trouble() {
    let folder = tempdir().expect("a folder");
    let path = folder.path().join("app.py");
    let mut client = Client::start(&[folder.path()]);
    client.open(&path, "");
    let nested = format!("x = {}", "(".repeat(200_000));
    for (version, text) in
        ["def f(:\n", "\0\0", "f'''{", &nested, "class A(\r\r\r", "\u{feff}x"].iter().enumerate()
    {
        client.change(&path, version as i32 + 2, text);
        client.wait();
    }
    let far = json!([{ "range": { "start": { "line": 9, "character": 9 }, "end": { "line": 0, "character": 0 } }, "text": "y" }]);
    client.change_in_parts(&path, 99, far);
    client.wait();
    assert_eq!(client.leave(), Some(0));
}
