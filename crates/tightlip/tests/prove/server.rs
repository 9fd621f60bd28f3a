//! `prove --url`: servers that run already.

use serde_json::Value;

use super::listener::{FlaskServer, Listener, Received, ask, found, reply, report};
use super::{fs, interpreter, repository};

const TRACEBACK: &str = "Traceback (most recent call last):\n  File \"/srv/shop/orders.py\", line 7, in order\n    \
                         return orders[int(name)]\nValueError: invalid literal for int() with base 10: \"'\"\n";
const DESCRIPTION: &str = r#"{"openapi": "3.0.0", "paths": {
    "/orders/{name}": {"get": {}, "delete": {}},
    "/orders": {"post": {"requestBody": {"content": {"application/json":
        {"schema": {"properties": {"sku": {"type": "string"}}}}}}}}}}"#;

/// A shop whose orders are numbers.
fn orders(request: &Received, stream: &mut std::net::TcpStream) {
    let path = request.target.split('?').next().unwrap_or_default();
    match path.strip_prefix("/orders/") {
        Some(name) if name.parse::<u32>().is_ok() => {
            reply(stream, "200 OK", "application/json", "{\"id\": 1}")
        }
        Some(_) => reply(stream, "500 INTERNAL SERVER ERROR", "text/plain", TRACEBACK),
        None => reply(stream, "404 NOT FOUND", "text/html", "<h1>Not Found</h1>"),
    }
}

fn described(request: &Received, stream: &mut std::net::TcpStream) {
    match request.target.as_str() {
        "/openapi.json" => reply(stream, "200 OK", "application/json", DESCRIPTION),
        _ => orders(request, stream),
    }
}

#[test]
fn what_a_described_route_leaks_is_shown_with_its_exchange() {
    let server = Listener::start(described);
    let (report, said, code) = report(&server.url, &[]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(found(&report), [("stack-trace".to_owned(), format!("{}/orders/{{name}}", server.url))]);
    let finding = &report["findings"][0];
    assert_eq!(finding["confidence"], "proven");
    let exchange = &finding["evidence"]["exchange"];
    assert_eq!(exchange["status"], 500);
    let curl = exchange["request"]["curl"].as_str().expect("it is text");
    assert!(curl.starts_with(&format!("curl -i '{}/orders/", server.url)), "{curl}");
    let leaks = exchange["leaks"][0]["text"].as_str().expect("it is text");
    assert!(TRACEBACK.contains(leaks) && leaks.starts_with("Traceback"), "{leaks}");
    assert!(said.contains("described by /openapi.json"), "{said}");
}

#[test]
fn the_formats_have_the_address() {
    let server = Listener::start(described);
    let sarif = ask(&server.url, &["--output-format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&sarif.stdout).expect("it is JSON");
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["webRequest"]["method"], "GET");
    assert_eq!(result["webResponse"]["statusCode"], 500);
    let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], format!("{}/orders/%7Bname%7D", server.url));
    assert!(place.get("uriBaseId").is_none(), "{place}");
    let text = String::from_utf8(ask(&server.url, &[]).stdout).expect("it is text");
    let head = text.lines().next().unwrap_or_default();
    assert!(head.starts_with("TL102") && head.ends_with("/orders/{name}"), "{text}");
    assert!(
        text.contains("request    curl -i 'http://127.0.0.1:") && text.contains("leaks      Traceback"),
        "{text}"
    );
    assert!(text.contains("1 finding (1 high) in ") && text.contains(" requests, "), "{text}");
    let html = String::from_utf8(ask(&server.url, &["--output-format", "html"]).stdout).expect("it is text");
    assert!(html.contains("/orders/{name}"), "{html}");
}

#[test]
fn without_a_description_links_forms_and_scripts_are_followed() {
    let server = Listener::start(|request, stream| match request.target.as_str() {
        "/" => reply(stream, "200 OK", "text/html", "<a href=/list>orders</a><script src=/shop.js></script>"),
        "/list" => reply(stream, "200 OK", "text/html", "<form action=/search><input name=q></form>"),
        "/shop.js" => reply(stream, "200 OK", "text/javascript", "fetch(`/orders/7`)"),
        target if target.starts_with("/search") && !target.ends_with("q=1") => {
            let body = "{\"error\": \"(sqlite3.OperationalError) no such column: abc [SQL: SELECT abc]\"}";
            reply(stream, "500 OOPS", "application/json", body);
        }
        _ => orders(request, stream),
    });
    let (report, said, code) = report(&server.url, &[]);
    assert_eq!(code, Some(1), "{said}");
    let expected = [("stack-trace", "/orders/{id}"), ("database-detail", "/search")];
    let expected = expected.map(|(rule, path)| (rule.to_owned(), format!("{}{path}", server.url)));
    assert_eq!(found(&report), expected);
}

#[test]
fn only_reading_requests_are_sent_unless_told() {
    let page = "<form method=post action=/orders><input name=sku></form><a href=/account/logout>out</a>";
    let answer = move |request: &Received, stream: &mut std::net::TcpStream| match request.target.as_str() {
        "/" => reply(stream, "200 OK", "text/html", page),
        _ => described(request, stream),
    };
    let server = Listener::start(answer);
    let (_, said, _) = report(&server.url, &[]);
    let requests = server.requests();
    let is_reading = |it: &&String| it.starts_with("GET ") || it.starts_with("HEAD ");
    assert!(!requests.is_empty() && requests.iter().all(|it| is_reading(&it)), "{requests:?}");
    assert!(!requests.iter().any(|it| it.contains("logout")), "{requests:?}");
    assert!(said.contains("2 of them not asked without --changing-requests"), "{said}");
    let server = Listener::start(answer);
    report(&server.url, &["--changing-requests"]);
    let requests = server.requests();
    for method in ["POST /orders", "DELETE /orders/1"] {
        assert!(requests.iter().any(|it| it == method), "{requests:?}");
    }
}

#[test]
fn a_description_and_headers_are_taken_from_the_user() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("shop.json");
    fs::write(&file, DESCRIPTION).expect("a file can be written");
    let server = Listener::start(orders);
    let file = file.to_str().expect("it is text");
    let (report, _, _) =
        report(&server.url, &["--openapi", file, "--header", "Authorization: Bearer hidden"]);
    assert_eq!(found(&report).len(), 1, "{report:#}");
    assert!(!report.to_string().contains("hidden"), "{report:#}");
    assert_eq!(server.count_with("authorization: Bearer hidden"), server.requests().len());
    fs::write(folder.path().join("shop.json"), "openapi: 3.0.0\n").expect("a file can be written");
    let output = ask(&server.url, &["--openapi", file]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("no OpenAPI description in JSON"), "{said}");
}

#[test]
fn other_machines_are_not_asked_without_consent() {
    for url in ["http://shop.example", "http://192.0.2.1:5000/shop"] {
        let output = ask(url, &[]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("--i-may-test-this-host "), "{said}");
    }
}

#[test]
fn the_debugger_of_a_running_server_is_found() {
    let Some(interpreter) = interpreter("TIGHTLIP_FLASK_3_1") else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = "from flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef home():\n    return '<a href=/x/1>x</a>'\n\
                @app.get('/x/<name>')\ndef item(name):\n    return str(7 // int(name))\n";
    fs::write(folder.path().join("app.py"), text).expect("a file can be written");
    let server = FlaskServer::start(&interpreter, folder.path(), &["--app", "app", "--debug"]);
    let (report, said, code) = report(&server.url, &[]);
    assert_eq!(code, Some(1), "{said}");
    let found = found(&report);
    for path in ["/", "/console", "/x/{id}"] {
        let expected = ("interactive-debugger".to_owned(), format!("{}{path}", server.url));
        assert!(found.contains(&expected), "{found:?}");
    }
    let server = FlaskServer::start(&interpreter, folder.path(), &["--app", "app"]);
    let (report, said, code) = self::report(&server.url, &[]);
    assert_eq!((code, &report["findings"]), (Some(0), &serde_json::json!([])), "{said}");
}

/// The example and its twin, as their users start them; both are told to begin at the same pages.
#[test]
fn the_shop_leaks_at_its_own_server_and_its_twin_does_not() {
    let Some(interpreter) = interpreter("TIGHTLIP_FLASK_3_1") else { return };
    let starts = ["/catalog/products", "/catalog/search?q=tea", "/orders/1/invoice", "/account/login"];
    let arguments = starts.map(|path| ["--start", path]).concat();
    let of_example = |example: &str| {
        let folder = tempfile::tempdir().expect("a folder can be made");
        copy(&repository().join("examples").join(example), folder.path());
        let server = FlaskServer::start(&interpreter, folder.path(), &["--app", "wsgi"]);
        let (report, said, code) = report(&server.url, &arguments);
        let found = found(&report).into_iter();
        let found = found.map(|(rule, path)| (rule, path.trim_start_matches(&server.url).to_owned()));
        (found.collect::<Vec<_>>(), code, said)
    };
    let (found, code, said) = of_example("shop");
    assert_eq!(code, Some(1), "{said}");
    for (rule, path) in
        [("database-detail", "/catalog/search"), ("exception-message", "/orders/{id}/invoice")]
    {
        assert!(found.contains(&(rule.to_owned(), path.to_owned())), "{found:?} {said}");
    }
    let (found, code, said) = of_example("shop-tight");
    assert_eq!((found, code), (Vec::new(), Some(0)), "{said}");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it can be read").flatten() {
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &place);
        } else {
            fs::copy(&path, &place).expect("it can be copied");
        }
    }
}
