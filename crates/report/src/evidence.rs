//! Evidence of running the application: as text, the request as a command and the reply with what leaks underlined; and
//! as an object for programs.

use std::borrow::Cow;
use std::fmt::Write as _;

use annotate_snippets::renderer::{AnsiColor, Style};
use serde::Serialize;
use tightlip_rules::{Evidence, Exchange, Part, SentRequest, Verdict};

use crate::escape::{escape_controls, shorten};
use crate::text::TextStyle;

/// More lines of a body are not shown.
const MOST_LINES: usize = 8;
/// A longer line is cut around what leaks.
const LONGEST_LINE: usize = 160;

/// The evidence, indented; it ends with a line break.
pub(crate) fn render(evidence: &Evidence, style: TextStyle) -> String {
    let mut out = String::new();
    let verdict = match evidence.verdict {
        Verdict::Proven(cause) => {
            style.paint(AnsiColor::BrightRed.on_default().bold(), &format!("proven, {}", cause.name()))
        }
        verdict => style.paint(Style::new().bold(), verdict.name()),
    };
    let _ = write!(out, "  {verdict} {}", escape_controls(&evidence.mode));
    if !evidence.note.is_empty() {
        let _ = write!(out, ": {}", escape_controls(&evidence.note));
    }
    out.push('\n');
    if let Some(exchange) = &evidence.exchange {
        render_exchange(exchange, style, &mut out);
    }
    if let Some(exception) = &evidence.exception {
        let text = shorten(&exception.text, LONGEST_LINE);
        let _ =
            write!(out, "    exception  {}: {}", escape_controls(&exception.kind), escape_controls(&text));
        if let (Some(path), Some(line)) = (&exception.path, exception.line) {
            let _ = write!(out, "  ({}:{line})", escape_controls(path));
        }
        out.push('\n');
    }
    out
}

fn render_exchange(exchange: &Exchange, style: TextStyle, out: &mut String) {
    for request in &exchange.before {
        let _ = writeln!(out, "    before     {}", escape_controls(&curl(request)));
    }
    let _ = writeln!(out, "    request    {}", escape_controls(&curl(&exchange.request)));
    let reason = format!("{} {}", exchange.status, exchange.reason);
    let _ = writeln!(out, "    reply      {}", marked(&reason, &exchange.leaks, &Part::StatusLine, style));
    for (name, value) in &exchange.headers {
        let part = Part::Header(name.clone());
        if exchange.leaks.iter().any(|(leak, _)| *leak == part) {
            let _ = writeln!(out, "               {name}: {}", marked(value, &exchange.leaks, &part, style));
        }
    }
    let is_in_body = exchange.leaks.iter().any(|(part, _)| *part == Part::Body);
    if is_in_body || exchange.leaks.is_empty() {
        for line in shown_lines(&exchange.body, &exchange.leaks) {
            let _ = writeln!(out, "               {}", marked(line, &exchange.leaks, &Part::Body, style));
        }
    }
    for (_, text) in &exchange.leaks {
        let text = shorten(text.lines().next().unwrap_or_default(), LONGEST_LINE);
        let _ = writeln!(out, "    leaks      {}", escape_controls(&text));
    }
}

/// The lines of the body around the first one that holds what leaks.
fn shown_lines<'a>(body: &'a str, leaks: &[(Part, String)]) -> Vec<&'a str> {
    let holds =
        |line: &&str| leaks.iter().any(|(_, text)| line.contains(text.lines().next().unwrap_or_default()));
    let lines: Vec<&str> = body.lines().filter(|line| !line.trim().is_empty()).collect();
    let at = lines.iter().position(holds).unwrap_or(0);
    let start = at.saturating_sub(MOST_LINES / 2);
    lines[start..].iter().take(MOST_LINES).copied().collect()
}

/// `line` with what leaks painted, cut around it.
fn marked(line: &str, leaks: &[(Part, String)], part: &Part, style: TextStyle) -> String {
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    let texts = leaks.iter().filter(|(known, _)| known == part).map(|(_, text)| first(text));
    let found = texts.filter(|text| !text.is_empty()).find_map(|text| Some((line.find(&text)?, text)));
    let Some((at, text)) = found else { return escape_controls(&shorten(line, LONGEST_LINE)).into_owned() };
    let before: String = line[..at].chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
    let cut = if before.len() < at { "..." } else { "" };
    let after = shorten(&line[at + text.len()..], 60);
    format!(
        "{cut}{}{}{}",
        escape_controls(&before),
        style.paint(
            AnsiColor::BrightRed.on_default().underline(),
            &escape_controls(&shorten(&text, LONGEST_LINE))
        ),
        escape_controls(&after)
    )
}

/// The request as a command for a shell.
pub(crate) fn curl(request: &SentRequest) -> String {
    let mut command = "curl -i".to_owned();
    if request.method != "GET" {
        let _ = write!(command, " -X {}", request.method);
    }
    for (name, value) in &request.headers {
        let _ = write!(command, " -H {}", quoted(&format!("{name}: {value}")));
    }
    if !request.body.is_empty() {
        match std::str::from_utf8(&request.body) {
            Ok(text) if !text.contains('\0') => {
                let _ = write!(command, " --data-binary {}", quoted(text));
            }
            _ => {
                let bytes: String = request.body.iter().map(|byte| format!("\\x{byte:02x}")).collect();
                command = format!("printf '{bytes}' | {command} --data-binary @-");
            }
        }
    }
    let _ = write!(command, " {}", quoted(&request.url));
    command
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Evidence for programs; see the shape in `json`.
#[derive(Serialize)]
pub(crate) struct EvidenceView<'a> {
    verdict: &'static str,
    cause: Option<&'static str>,
    mode: &'a str,
    note: &'a str,
    exchange: Option<ExchangeView<'a>>,
    exception: Option<ExceptionView<'a>>,
}

#[derive(Serialize)]
struct ExchangeView<'a> {
    before: Vec<RequestView<'a>>,
    request: RequestView<'a>,
    status: u16,
    reason: &'a str,
    headers: &'a [(String, String)],
    body: &'a str,
    leaks: Vec<LeakView<'a>>,
}

#[derive(Serialize)]
struct RequestView<'a> {
    method: &'a str,
    url: &'a str,
    headers: &'a [(String, String)],
    body: Cow<'a, str>,
    curl: String,
}

#[derive(Serialize)]
struct LeakView<'a> {
    part: String,
    text: &'a str,
}

#[derive(Serialize)]
struct ExceptionView<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    text: &'a str,
    path: Option<&'a str>,
    line: Option<usize>,
}

impl<'a> EvidenceView<'a> {
    pub(crate) fn new(evidence: &'a Evidence) -> Self {
        let cause = match evidence.verdict {
            Verdict::Proven(cause) => Some(cause.name()),
            _ => None,
        };
        Self {
            verdict: evidence.verdict.name(),
            cause,
            mode: &evidence.mode,
            note: &evidence.note,
            exchange: evidence.exchange.as_ref().map(ExchangeView::new),
            exception: evidence.exception.as_ref().map(|exception| ExceptionView {
                kind: &exception.kind,
                text: &exception.text,
                path: exception.path.as_deref(),
                line: exception.line,
            }),
        }
    }
}

impl<'a> ExchangeView<'a> {
    fn new(exchange: &'a Exchange) -> Self {
        let leak = |(part, text): &'a (Part, String)| LeakView { part: part_name(part), text };
        Self {
            before: exchange.before.iter().map(RequestView::new).collect(),
            request: RequestView::new(&exchange.request),
            status: exchange.status,
            reason: &exchange.reason,
            headers: &exchange.headers,
            body: &exchange.body,
            leaks: exchange.leaks.iter().map(leak).collect(),
        }
    }
}

impl<'a> RequestView<'a> {
    fn new(request: &'a SentRequest) -> Self {
        Self {
            method: &request.method,
            url: &request.url,
            headers: &request.headers,
            body: String::from_utf8_lossy(&request.body),
            curl: curl(request),
        }
    }
}

fn part_name(part: &Part) -> String {
    match part {
        Part::StatusLine => "status line".to_owned(),
        Part::Header(name) => format!("header {name}"),
        Part::Body => "body".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, body: &[u8]) -> SentRequest {
        SentRequest {
            method: method.to_owned(),
            url: "http://127.0.0.1:5000/a?b=1".to_owned(),
            headers: vec![("Content-Type".to_owned(), "application/json".to_owned())],
            body: body.to_vec(),
        }
    }

    #[test]
    fn requests_are_commands() {
        assert_eq!(
            curl(&request("POST", b"{\"a\": \"it's\"}")),
            "curl -i -X POST -H 'Content-Type: application/json' --data-binary '{\"a\": \"it'\\''s\"}' \
             'http://127.0.0.1:5000/a?b=1'"
        );
        assert!(curl(&request("POST", b"\xff")).starts_with("printf '\\xff' | curl"));
    }
}
