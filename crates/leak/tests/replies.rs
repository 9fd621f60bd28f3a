//! Replies as they are sent: packed, wide, reflected, succeeded, refused.

use std::io::Write;
use std::sync::LazyLock;

use tightlip_catalogue::Signatures;
use tightlip_leak::{Detector, Headers, Place, Problem, Reply, Request, Verdict};

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(&Signatures::embedded().unwrap_or_else(|error| panic!("{error}"))));

const TRACE: &str = "Traceback (most recent call last):\n  File \"/srv/shop/app.py\", line 41, in place\n    \
                     order = orders.place(row)\nKeyError: 'card_number'\n";

fn inspect(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Verdict {
    let headers = Headers::from_iter(headers.iter().copied());
    DETECTOR.inspect(&Reply { status, headers: &headers, body }, &Request::none())
}

fn html(status: u16, body: &str) -> bool {
    inspect(status, &[("Content-Type", "text/html; charset=utf-8")], body.as_bytes()).leak
}

fn json(status: u16, body: &str) -> bool {
    inspect(status, &[("Content-Type", "application/json")], body.as_bytes()).leak
}

fn packed(coding: &str) -> Vec<u8> {
    let text = TRACE.as_bytes();
    let mut packed = Vec::new();
    match coding {
        "gzip" => {
            let mut writer = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::default());
            writer.write_all(text).and_then(|()| writer.try_finish()).expect("memory can be written");
        }
        "deflate" => {
            let mut writer = flate2::write::ZlibEncoder::new(&mut packed, flate2::Compression::default());
            writer.write_all(text).and_then(|()| writer.try_finish()).expect("memory can be written");
        }
        "raw deflate" => {
            let mut writer = flate2::write::DeflateEncoder::new(&mut packed, flate2::Compression::default());
            writer.write_all(text).and_then(|()| writer.try_finish()).expect("memory can be written");
        }
        "zstd" => packed = zstd::encode_all(text, 3).expect("memory can be written"),
        // Brotli's form for bytes that are not packed: a head of 16 bits of window, one block, the last empty block.
        "br" => {
            packed.push(0x0C);
            let length = u32::try_from(text.len() - 1).expect("the text is short");
            packed.clear();
            // Window of 16 bits (one bit 0), not the last (0), four nibbles (00), length, not compressed (1).
            let head = length << 4 | 1 << 20;
            packed.extend(&head.to_le_bytes()[..3]);
            packed.extend(text);
            packed.push(0x03);
        }
        other => panic!("no coding is called {other}"),
    }
    packed
}

#[test]
fn what_is_packed_is_unpacked() {
    for coding in ["gzip", "deflate", "raw deflate", "zstd", "br"] {
        let name = coding.trim_start_matches("raw ");
        let verdict = inspect(500, &[("Content-Encoding", name)], &packed(coding));
        assert!(verdict.leak, "{coding}: {verdict:?}");
        assert_eq!(verdict.problem, None, "{coding}");
    }
}

#[test]
fn what_cannot_be_unpacked_is_told() {
    let cut = &packed("gzip")[..40];
    assert_eq!(
        inspect(500, &[("Content-Encoding", "gzip")], cut).problem,
        Some(Problem::BrokenCoding("gzip".into()))
    );
    let unknown = inspect(500, &[("Content-Encoding", "lzma")], b"x");
    assert_eq!(unknown.problem, Some(Problem::UnknownCoding("lzma".into())));
    // Recordings hold what was unpacked beside the header that says that it is packed.
    assert!(inspect(500, &[("Content-Encoding", "gzip")], TRACE.as_bytes()).leak);
}

#[test]
fn what_unpacks_to_gigabytes_is_cut_off() {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..80 {
        writer.write_all(&zeros).expect("memory can be written");
    }
    let bomb = writer.finish().expect("memory can be written");
    let verdict = inspect(500, &[("Content-Encoding", "gzip")], &bomb);
    assert!(matches!(verdict.problem, Some(Problem::TooLarge(_))), "{verdict:?}");
}

#[test]
fn wide_letters_are_read_and_places_are_bytes_of_the_body() {
    let wide: Vec<u8> = TRACE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let verdict = inspect(500, &[], &wide);
    assert!(verdict.leak, "{verdict:?}");
    assert_eq!(verdict.findings[0].place, Place::Body(0..2 * (TRACE.len() - 1)));
}

#[test]
fn what_the_client_sent_is_no_leak() {
    let body = format!("{{\"error\": \"no product is called {}\"}}", "division by zero");
    let reply = Reply { status: 400, headers: &Headers::default(), body: body.as_bytes() };
    assert!(DETECTOR.inspect(&reply, &Request::none()).leak);
    assert!(!DETECTOR.inspect(&reply, &Request::new(b"GET /products?q=division%20by%20zero HTTP/1.1")).leak);
    let other = Request::new(b"GET /products?q=division HTTP/1.1");
    assert!(DETECTOR.inspect(&reply, &other).leak, "part of it is not all of it");
}

#[test]
fn a_page_about_errors_is_no_leak_and_an_error_served_as_success_is() {
    let trace = TRACE.replace('"', "&quot;");
    let words =
        "<p>When an exception is raised and nobody catches it, Python prints where it came from.</p>\n"
            .repeat(30);
    let page = format!(
        "<html><body>{words}<pre>{trace}</pre>{words}<p>ValueError: invalid literal</p></body></html>"
    );
    assert!(!html(200, &page));
    assert!(html(500, &page));
    assert!(html(200, &format!("<pre>{trace}</pre>")));
    assert!(html(
        200,
        "<br />\n<b>Warning</b>:  Undefined variable $x in <b>/srv/a.php</b> on line <b>5</b><br />"
    ));
}

#[test]
fn data_of_a_success_leaks_where_it_tells_of_an_error() {
    assert!(json(200, r#"{"ok": false, "error": "division by zero"}"#));
    assert!(json(
        200,
        r#"{"errors": [{"message": "x", "extensions": {"stacktrace": ["TypeError: x", "    at f"]}}]}"#
    ));
    assert!(!json(200, r#"{"question": "What does 'division by zero' mean?", "answers": 3}"#));
}

#[test]
fn sentences_for_people_are_no_leak() {
    for body in [
        r#"{"error": "not found"}"#,
        r#"{"message": "The requested URL was not found on the server."}"#,
        r#"{"code": 400, "errors": {"json": {"age": ["Not a valid integer."]}}, "status": "Bad Request"}"#,
        r#"{"detail": [{"type": "int_parsing", "msg": "Input should be a valid integer, unable to parse string as an integer"}]}"#,
        r#"{"error": "Route GET:/nexterr not found", "statusCode": 404}"#,
        r#"{"error": "invalid character 'x' looking for beginning of object key string"}"#,
        r#"{"message": "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"}"#,
        r#"{"error": "The field 'name' is required", "path": "/orders/7"}"#,
        r#"{"error": "Cannot query field \"q\" on type \"Query\". Did you mean \"z\"?"}"#,
        r#"{"title": "Invalid parameter", "description": "The \"n\" parameter is invalid. The value must be an integer."}"#,
        r#"{"error": "insufficient funds", "required": 17}"#,
        r#"{"error": "Your session has expired, please sign in again"}"#,
    ] {
        let verdict = inspect(400, &[("Content-Type", "application/json")], body.as_bytes());
        assert!(!verdict.leak, "{body}: {verdict:?}");
    }
    for body in [
        "<h1>Internal Server Error</h1><p>Something went wrong; our reference is 4bf92f3577b34da6.</p>",
        "<html><title>500: Internal Server Error</title><script>throw new TypeError('x')</script></html>",
        "<h1>Error: 500 Internal Server Error</h1><p>Sorry, the requested URL caused an error</p>",
        "<a href=\"/app/main.js\">x</a><img src=\"/home/ann/a.html\">",
        "Apache Tomcat/10.1.60",
    ] {
        assert!(!html(500, body), "{body}");
    }
}

#[test]
fn a_version_is_told_and_is_no_leak_by_itself() {
    let verdict = inspect(200, &[("Server", "Werkzeug/3.1.3 Python/3.11.7")], b"hello");
    assert!(!verdict.leak);
    assert_eq!(verdict.findings[0].place, Place::Header("server".to_owned()));
}
