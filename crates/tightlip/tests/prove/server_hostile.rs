//! `prove --url` at servers that are broken or mean harm: it ends, with a word.

use std::io::Write as _;
use std::net::TcpStream;

use super::listener::{Listener, Received, ask, found, reply, report};

/// Asks a server that answers like this, with little patience.
fn run(
    answer: impl Fn(&Received, &mut TcpStream) + Send + Sync + 'static,
) -> (String, Option<i32>, Listener) {
    let server = Listener::start(answer);
    let output = ask(&server.url, &["--reply-time", "1", "--requests", "60"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    (said, output.status.code(), server)
}

/// All of `text`, and nothing if the other side has hung up.
fn write(stream: &mut TcpStream, text: &str) {
    drop(stream.write_all(text.as_bytes()));
}

#[test]
fn an_endless_body_is_cut_off() {
    let (_, code, server) = run(|request, stream| {
        if request.target != "/" {
            return reply(stream, "404 NOT FOUND", "text/plain", "");
        }
        write(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
        let block = "<a href=/x>".repeat(5000);
        while stream.write_all(block.as_bytes()).is_ok() {}
    });
    assert_eq!(code, Some(0));
    assert!(server.requests().contains(&"GET /x".to_owned()), "{:?}", server.requests());
}

#[test]
fn an_endless_head_is_refused() {
    let (said, code, _) = run(|_, stream| {
        write(stream, "HTTP/1.1 200 OK\r\n");
        while stream.write_all(b"X-More: and more\r\n").is_ok() {}
    });
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("no HTTP reply that can be read"), "{said}");
}

#[test]
fn what_is_no_http_is_told() {
    for answer in ["", "SSH-2.0-OpenSSH_9.6\r\n", "HTTP/1.1 OK\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n"] {
        let (said, code, _) = run(move |_, stream| write(stream, answer));
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("no HTTP reply that can be read"), "{said}");
    }
}

#[test]
fn a_server_that_never_answers_is_left() {
    let (said, code, server) = run(|_, stream| {
        // Until the other side has had enough.
        let mut byte = [0];
        drop(std::io::Read::read(stream, &mut byte));
    });
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("no reply in time") && said.contains("nothing more was sent"), "{said}");
    assert!(server.requests().len() <= 5, "{:?}", server.requests());
}

#[test]
fn redirects_end_and_stay_on_the_server() {
    let elsewhere = Listener::start(|_, stream| reply(stream, "200 OK", "text/html", "hello"));
    let other = elsewhere.url.clone();
    let (said, code, server) = run(move |request, stream| {
        let to =
            if request.target == "/" { format!("{other}/taken") } else { format!("{}x", request.target) };
        write(stream, &format!("HTTP/1.1 302 FOUND\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"));
    });
    assert_eq!(code, Some(0), "{said}");
    assert!(server.requests().len() <= 60 && !server.requests().is_empty());
    assert_eq!(elsewhere.requests(), Vec::<String>::new());
}

#[test]
fn so_many_requests_are_sent_and_no_more() {
    let server = Listener::start(|request, stream| {
        // Each page leads to new ones.
        let links: String =
            (0..20).map(|number| format!("<a href={}/a{number}?b={number}>", request.target)).collect();
        reply(stream, "200 OK", "text/html", &links);
    });
    let (_, said, code) = report(&server.url, &["--requests", "30"]);
    assert_eq!((server.requests().len(), code), (30, Some(0)), "{said}");
    assert!(said.contains("--requests 30 is reached"), "{said}");
}

#[test]
fn a_server_that_says_yes_to_all_or_repeats_leaks_nothing() {
    let yes =
        "<!doctype html><title>Shop</title><p>phpinfo() Interactive Console, Rails version, no errors.</p>";
    let (report_of_yes, said, code) =
        report(&Listener::start(move |_, stream| reply(stream, "200 OK", "text/html", yes)).url, &[]);
    assert_eq!((found(&report_of_yes), code), (Vec::new(), Some(0)), "{said}");
    let echo = Listener::start(|request, stream| {
        let body = format!("there is nothing at {}", request.target);
        reply(stream, "404 NOT FOUND", "text/plain", &body);
    });
    let (report_of_echo, said, code) = report(&echo.url, &[]);
    assert_eq!((found(&report_of_echo), code), (Vec::new(), Some(0)), "{said}");
}

/// As frameworks do that put a slash behind addresses.
#[test]
fn a_redirect_that_repeats_the_address_leaks_nothing() {
    let server = Listener::start(|request, stream| {
        let to = format!("/other{}", request.target.replace('&', "&amp;"));
        let body = format!("<p>Redirecting to <a href=\"{to}\">{to}</a>");
        let length = body.len();
        let head = format!("Location: /other\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n");
        match request.target.starts_with("/other") {
            true => reply(stream, "200 OK", "text/html", "hello"),
            false => write(stream, &format!("HTTP/1.1 308 PERMANENT REDIRECT\r\n{head}\r\n{body}")),
        }
    });
    let (report, said, code) = report(&server.url, &[]);
    assert_eq!((found(&report), code), (Vec::new(), Some(0)), "{said}");
}

#[test]
fn pages_that_are_nested_without_end_are_read() {
    let (said, code, _) = run(|_, stream| {
        let deep = format!("{}<a href=/x>", "<div><b><table>".repeat(20_000));
        reply(stream, "200 OK", "text/html", &deep);
    });
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn where_nothing_listens_is_told() {
    let output = ask("http://127.0.0.1:1", &[]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("nothing listens there"), "{said}");
}
