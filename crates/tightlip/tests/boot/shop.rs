//! The examples: each planted leak is provoked, and some good requests are sent to both shops.

use serde_json::{Value, json};

use super::{Answer, answers, interpreter, repository};

pub(super) const ENVIRONMENT: &str = "flask-3.1";

const LOGIN: &str = "POST /account/login\nContent-Type: application/x-www-form-urlencoded\n\nemail=ann@example.org&password=demo";

/// A leak of `examples/shop`: what it is, the requests that provoke it, what the client then reads.
pub(super) const LEAKS: &[(&str, &[&str], &str)] = &[
    (
        "a helper in another module is given the exception",
        &[
            "POST /orders\nContent-Type: application/json\n\n{\"customer_id\":1,\"sku\":\"TEA-01\",\"quantity\":99}",
        ],
        "CHECK constraint failed",
    ),
    (
        "a service returns a pair with the text",
        &["POST /account/register\nContent-Type: application/json\n\n\
           {\"email\":\"ann@example.org\",\"name\":\"A\",\"password\":\"longenough\"}"],
        "UNIQUE constraint failed: customers.email",
    ),
    (
        "a field of an object keeps the text",
        &[
            "POST /catalog/imports\n\nsku,name,price_cents,stock\nPOT-02,Tea pot,39 EUR,4\n",
            "GET /catalog/imports/{id}",
        ],
        "invalid literal for int() with base 10",
    ),
    (
        "a decorator catches, on a report of orders",
        &["GET /orders/summary?since=yesterday"],
        "Invalid isoformat string",
    ),
    (
        "a decorator catches, on a report of the catalogue",
        &["GET /catalog/shortages?below=many"],
        "invalid literal for int() with base 10",
    ),
    (
        "an error handler is registered in the factory",
        &["GET /orders/99999999999999999999"],
        "Python int too large to convert to SQLite INTEGER",
    ),
    (
        "a generator yields the text",
        &["GET /orders/export.csv?after=99999999999999999999"],
        "Python int too large to convert to SQLite INTEGER",
    ),
    (
        "an exception class whose `to_dict()` is sent",
        &["POST /orders/3/ship", "DELETE /orders/3"],
        "FOREIGN KEY constraint failed",
    ),
    (
        "the text in the reply of the same function",
        &["GET /catalog/search?q=price:9"],
        "no such column: price",
    ),
    (
        "a stack trace through a template",
        &[LOGIN, "GET /account/statement?month=2024-13"],
        "Traceback (most recent call last)",
    ),
    ("the error output of a child process", &["POST /catalog/photos\n\nnot an archive"], "tar: "),
    ("the description of an HTTP error", &["GET /orders/1/invoice"], "No such file or directory"),
    (
        "a header",
        &["PUT /catalog/products/CUP-01/stock\nContent-Type: application/json\n\n{\"stock\":-5}"],
        "X-Error: CHECK constraint failed",
    ),
    (
        "a flashed message, shown after the redirect",
        &[
            LOGIN,
            "POST /account/profile\nContent-Type: application/x-www-form-urlencoded\n\n\
             email=ben@example.org&name=Ann",
            "GET /account/profile",
        ],
        "UNIQUE constraint failed: customers.email",
    ),
    (
        "a list of errors",
        &["POST /orders/batch\nContent-Type: application/json\n\n\
           [{\"customer_id\":7,\"sku\":\"TEA-01\",\"quantity\":1},{\"sku\":\"TEA-01\"}]"],
        "FOREIGN KEY constraint failed",
    ),
];

/// Requests that both shops answer alike.
pub(super) const GOOD: &[&str] = &[
    "GET /health",
    "GET /catalog/products",
    "GET /catalog/products/TEA-01",
    "GET /catalog/products/NONE",
    "GET /catalog/search?q=tea",
    "GET /catalog/shortages?below=20",
    "GET /catalog/prices.csv",
    "PUT /catalog/products/CUP-01/stock\nContent-Type: application/json\n\n{\"stock\":5}",
    "GET /orders/1",
    "GET /orders/77",
    "GET /orders/summary",
    "GET /orders/export.csv",
    "POST /orders\nContent-Type: application/json\n\n{\"customer_id\":1,\"sku\":\"TEA-01\",\"quantity\":2}",
    "POST /orders\nContent-Type: application/json\n\n{\"customer_id\":1,\"sku\":\"TEA-01\",\"quantity\":100}",
    "POST /orders/quote\nContent-Type: application/json\n\n{\"items\":[{\"sku\":\"TEA-01\",\"quantity\":2}]}",
    "POST /orders/quote\nContent-Type: application/json\n\n{\"items\":[]}",
    "GET /account/profile",
    LOGIN,
    "GET /account/profile",
    "GET /account/statement",
    "GET /nowhere",
];

#[test]
fn the_planted_leaks_reach_the_client_and_the_tight_twin_has_none() {
    let Some(interpreter) = interpreter(ENVIRONMENT) else { return };
    for (shop, leaking) in [("shop", true), ("shop-tight", false)] {
        let folder = repository().join("examples").join(shop);
        let mut cases: Vec<Value> = LEAKS
            .iter()
            .map(|(what, requests, _)| json!({ "name": what, "folder": folder, "requests": requests }))
            .collect();
        cases.push(json!({
            "name": "the debugger", "folder": folder, "requests": ["GET /console"], "served": true,
        }));
        let seen = answers(&interpreter, &cases.iter().collect::<Vec<_>>());
        let texts = LEAKS.iter().map(|(_, _, text)| *text).chain(["Interactive Console"]);
        for ((case, answer), text) in cases.iter().zip(&seen).zip(texts) {
            let replies = replies(answer);
            let all = replies.join("\n");
            let what = &case["name"];
            assert_eq!(all.contains(text), leaking, "{shop}, {what}: `{text}` in\n{all}");
        }
    }
}

#[test]
fn both_shops_answer_good_requests_alike() {
    let Some(interpreter) = interpreter(ENVIRONMENT) else { return };
    let case = |shop: &str| {
        let folder = repository().join("examples").join(shop);
        json!({ "name": shop, "folder": folder, "requests": GOOD })
    };
    let answers = answers(&interpreter, &[&case("shop"), &case("shop-tight")]);
    let (shop, tight) = (replies(&answers[0]), replies(&answers[1]));
    for ((request, one), other) in GOOD.iter().zip(shop).zip(tight) {
        assert_eq!(without_headers(one), without_headers(other), "{request}");
    }
}

pub(super) fn replies(answer: &Answer) -> &[String] {
    match answer {
        Answer::Replies(replies) => replies,
        Answer::Failed(error) => panic!("it did not boot: {error}"),
    }
}

/// Status line and body: cookies and lengths may differ.
pub(super) fn without_headers(reply: &str) -> (&str, &str) {
    let status = reply.lines().next().unwrap_or_default();
    let body = reply.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    (status, body)
}
