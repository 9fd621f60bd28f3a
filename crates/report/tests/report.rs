//! What each format makes of a small judgement made by hand, and of texts that mean no good.

mod sample;

use std::time::Duration;

use tightlip_ir::Span;
use tightlip_report::{Format, Problem, Report, Summary, TextStyle};
use tightlip_rules::{Judgement, Place, Rule, Severity};

const PAGE: &str = "+++\ncode = \"TL000\"\n+++\n\n## What it does\n\nFinds what\nis sent.\n";

fn page(_: Rule) -> &'static str {
    PAGE
}

fn written(judgement: &Judgement, problems: &[Problem], format: Format, style: TextStyle) -> String {
    let summary = Summary { files: 27, elapsed: Duration::from_millis(9), mended: 0, requests: None };
    let report = Report { judgement, repairs: &[], problems, summary, base: Some("/srv/project") };
    let mut out = Vec::new();
    tightlip_report::write(&report, format, style, &page, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn text_of(judgement: &Judgement) -> String {
    written(judgement, &[], Format::Text, TextStyle::default())
}

fn sarif_of(judgement: &Judgement, problems: &[Problem]) -> serde_json::Value {
    let text = written(judgement, problems, Format::Sarif, TextStyle::default());
    serde_json::from_str(&text).expect("SARIF is JSON")
}

fn assert_valid_sarif(log: &serde_json::Value) {
    let schema = serde_json::from_str(include_str!("sarif-schema-2.1.0.json")).expect("the schema is JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let errors: Vec<String> =
        validator.iter_errors(log).map(|error| format!("{}: {error}", error.instance_path)).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn text() {
    insta::assert_snapshot!(text_of(&sample::judgement()));
}

#[test]
fn json() {
    let judgement = sample::judgement();
    insta::assert_snapshot!(written(&judgement, &sample::problems(), Format::Json, TextStyle::default()));
}

#[test]
fn sarif() {
    let log = sarif_of(&sample::judgement(), &sample::problems());
    assert_valid_sarif(&log);
    let text = serde_json::to_string_pretty(&log).expect("a value can be written");
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn an_empty_judgement_is_told_in_every_format() {
    let empty = Judgement::default();
    assert_eq!(text_of(&empty), "no findings in 27 files, 9 ms\n");
    assert_valid_sarif(&sarif_of(&empty, &[]));
    let json = written(&empty, &[], Format::Json, TextStyle::default());
    assert!(json.contains("\"findings\": []"), "{json}");
}

#[test]
fn the_same_judgement_gives_the_same_bytes() {
    let judgement = sample::judgement();
    for format in [Format::Text, Format::Json, Format::Sarif] {
        let once = written(&judgement, &sample::problems(), format, TextStyle::default());
        assert_eq!(once, written(&sample::judgement(), &sample::problems(), format, TextStyle::default()));
    }
}

#[test]
fn colours_change_nothing_but_colours() {
    let judgement = sample::judgement();
    let style = TextStyle { color: true, ..TextStyle::default() };
    let colored = written(&judgement, &[], Format::Text, style);
    assert!(colored.contains("\u{1b}["));
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').expect("only colours are set").1;
    }
    plain.push_str(rest);
    let trimmed = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(trimmed(&plain), trimmed(&text_of(&judgement)));
}

#[test]
fn a_long_flow_is_shortened_in_the_middle_of_the_text_only() {
    let mut judgement = sample::judgement();
    judgement.findings.truncate(1);
    judgement.applications.clear();
    let source: String = (1..=20).map(|number| format!("value_{number:02} = step\n")).collect();
    let file = sample::file("long.py", &source);
    judgement.findings[0].steps = (1..=20)
        .map(|number| sample::step(sample::place(&file, &format!("value_{number:02}"), 0), "goes on"))
        .collect();
    insta::assert_snapshot!("long_flow", text_of(&judgement));
    let log = sarif_of(&judgement, &[]);
    let steps = &log["runs"][0]["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"];
    assert_eq!(steps.as_array().map(Vec::len), Some(20));
}

#[test]
fn what_several_sources_send_from_one_line_is_shown_once() {
    let judgement = sample::many_sources(9);
    insta::assert_snapshot!("folded", text_of(&judgement));
    let results = sarif_of(&judgement, &[])["runs"][0]["results"].as_array().map(Vec::len);
    assert_eq!(results, Some(10), "only the text folds");
}

#[test]
fn the_gravest_of_several_sources_is_shown() {
    let mut judgement = sample::many_sources(3);
    judgement.findings[2].severity = Severity::Critical;
    let shown = text_of(&judgement);
    assert!(shown.starts_with("TL101 exception-message  critical, likely"), "{shown}");
    assert!(shown.contains("and 2 more sources: shop/services.py:3, shop/services.py:7\n"), "{shown}");
}

#[test]
fn two_switches_on_one_line_are_two_places() {
    let mut judgement = sample::judgement();
    judgement.findings[2] = judgement.findings[1].clone();
    let shown = text_of(&judgement);
    assert_eq!(shown.matches("debug mode is switched on").count(), 2, "{shown}");
    assert!(shown.contains("3 findings (2 critical, 1 medium) in 27 files"), "{shown}");
}

#[test]
fn several_applications_are_told_apart() {
    let mut judgement = sample::judgement();
    let mut second = judgement.applications[0].clone();
    second.name = "admin".to_owned();
    judgement.applications.push(second);
    judgement.findings[2].application = Some(1);
    let shown = text_of(&judgement);
    assert!(shown.contains("medium, possible  in shop  "), "{shown}");
    assert!(shown.contains("high, likely  in admin  "), "{shown}");
    assert!(
        shown.contains("\nshop: Flask application") && shown.contains("\nadmin: Flask application"),
        "{shown}"
    );
}

#[test]
fn nothing_speaks_to_the_terminal() {
    let evil = "x\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{8}y";
    let source = format!("a = '{evil}'  # tail\n");
    let file = sample::file(&format!("{evil}.py"), &source);
    let mut judgement = sample::judgement();
    for finding in &mut judgement.findings {
        finding.place = sample::place(&file, "tail", 0);
        finding.message = evil.to_owned();
        finding.example = Some(evil.to_owned());
        finding.remedy = evil.to_owned();
        finding.steps = vec![sample::step(finding.place.clone(), evil)];
    }
    judgement.applications[0].name = evil.to_owned();
    judgement.applications[0].controls[0].reason = evil.to_owned();
    let shown = text_of(&judgement);
    assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
    assert_valid_sarif(&sarif_of(&judgement, &[]));
}

#[test]
fn frames_cope_with_odd_texts_and_spans() {
    let long = format!("{}str(error){}", "x = 1; ".repeat(20_000), "; y = 2".repeat(20_000));
    let texts =
        ["", "\n", "a", "\tä = 1\r\n\t\tb = '日本語'\r\n", "a\rb\rc", "a\u{c}b\n\n\n\n", long.as_str()];
    for text in texts {
        let file = sample::file("odd.py", text);
        let length = text.len() as u32;
        let spans =
            [(0, 0), (0, length), (length, length), (1, 2), (length / 2, length), (length + 5, length + 9)];
        for (start, end) in spans {
            let mut judgement = sample::judgement();
            judgement.applications.clear();
            judgement.findings.truncate(1);
            let place =
                Place { file: file.clone(), span: Span { start: start.min(end), end: end.max(start) } };
            judgement.findings[0].place = place.clone();
            judgement.findings[0].steps =
                vec![sample::step(place.clone(), "one"), sample::step(place, "two")];
            let shown = text_of(&judgement);
            assert!(shown.lines().all(|line| line.chars().count() < 300), "{shown}");
            assert_valid_sarif(&sarif_of(&judgement, &[]));
        }
    }
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let source = format!("{}str(error){}\n", "x = 1; ".repeat(20_000), "; y = 2".repeat(20_000));
    let file = sample::file("long.py", &source);
    let mut judgement = sample::judgement();
    judgement.applications.clear();
    judgement.findings.truncate(1);
    judgement.findings[0].place = sample::place(&file, "str(error)", 0);
    judgement.findings[0].steps = vec![sample::step(sample::place(&file, "str(error)", 0), "is sent")];
    insta::assert_snapshot!("long_line", text_of(&judgement));
}

#[test]
fn sarif_tells_absolute_paths_relative_to_the_base() {
    let mut judgement = sample::judgement();
    judgement.applications.clear();
    judgement.findings.truncate(1);
    let file = sample::file("/srv/project/shop/a b.py", "return str(error)\n");
    judgement.findings[0].place = sample::place(&file, "str(error)", 0);
    judgement.findings[0].steps.clear();
    let log = sarif_of(&judgement, &[]);
    let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(location["uri"], "shop/a%20b.py");
    assert_eq!(location["uriBaseId"], "SRCROOT");
}
