//! Each format is read back as those who use it read it, also where the checked program means no good.

mod sample;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tightlip_report::{Format, Problem, Report, Summary, TextStyle};
use tightlip_rules::{Judgement, Rule};

const PAGE: &str = "+++\ncode = \"TL000\"\n+++\n\n## What it does\n\nFinds what\nis `sent`.\n";

fn page(_: Rule) -> &'static str {
    PAGE
}

fn written(judgement: &Judgement, problems: &[Problem], format: Format) -> String {
    let summary = Summary { files: 27, elapsed: Duration::from_millis(9), mended: 0, requests: None };
    let report = Report { judgement, repairs: &[], problems, summary, base: Some("/srv/project") };
    let mut out = Vec::new();
    tightlip_report::write(&report, format, TextStyle::default(), &page, &mut out)
        .expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

/// Texts that would be something else in one of the formats.
const EVIL: [&str; 9] = [
    "\u{1b}]0;owned\u{7}\u{202e}\r\n::error file=x::injected",
    "=HYPERLINK(\"http://example.org\")",
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>",
    "]]> &lt; <!-- --> \" ' `` ``` ~~~",
    "| a | b |\n|---|---|\n# heading",
    "@everyone #1 https://example.org [x](http://example.org) ![y](http://example.org/y.png)",
    "50%0A: a,b%2C",
    "`unpaired and `paired` `",
    "",
];

/// The sample with one of the texts wherever the checked program has a say.
fn hostile(evil: &str) -> Judgement {
    let mut judgement = sample::judgement();
    let file = sample::file(&format!("shop/{evil}.py"), &format!("a = '{evil}'\nreturn tail\n"));
    for finding in &mut judgement.findings {
        finding.place = sample::place(&file, "tail", 0);
        finding.message = format!("text of `{evil}` is sent, {evil}");
        finding.example = Some(evil.to_owned());
        finding.remedy = evil.to_owned();
        finding.steps = vec![
            sample::step(sample::place(&file, "a = '", 0), evil),
            sample::step(finding.place.clone(), evil),
        ];
    }
    judgement.applications[0].name = evil.to_owned();
    judgement.applications[0].controls[0].reason = evil.to_owned();
    judgement
}

fn every_judgement() -> Vec<Judgement> {
    let mut all: Vec<Judgement> = EVIL.iter().map(|evil| hostile(evil)).collect();
    all.extend([sample::judgement(), sample::many_sources(9), Judgement::default()]);
    all
}

const NEW_FORMATS: [Format; 6] =
    [Format::Html, Format::Markdown, Format::Github, Format::Gitlab, Format::Junit, Format::Csv];

#[test]
fn the_same_judgement_gives_the_same_bytes() {
    for format in NEW_FORMATS {
        let once = written(&sample::judgement(), &sample::problems(), format);
        assert_eq!(once, written(&sample::judgement(), &sample::problems(), format));
    }
}

#[test]
fn every_format_has_a_name_and_is_found_by_it() {
    for (name, format) in Format::NAMES {
        assert_eq!(Format::find(name), Some(format));
    }
    assert_eq!(Format::find("xml"), None);
}

#[test]
fn no_format_lets_the_program_speak_to_a_terminal() {
    for judgement in every_judgement() {
        for format in [Format::Html, Format::Markdown, Format::Github, Format::Junit] {
            let shown = written(&judgement, &[], format);
            let odd = shown.chars().find(|c| (c.is_control() && !"\n\t".contains(*c)) || *c == '\u{202e}');
            assert_eq!(odd, None, "{format:?}: {shown}");
        }
    }
}

#[test]
fn github() {
    insta::assert_snapshot!(written(&sample::judgement(), &sample::problems(), Format::Github));
}

/// A command as the runner reads it: `::name key=value,key=value::data`.
fn command(line: &str) -> (String, BTreeMap<String, String>, String) {
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| {
        data(&text.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ","))
    };
    let rest = line.strip_prefix("::").expect("a command starts with colons");
    let (head, message) = rest.split_once("::").expect("a message stands behind colons");
    let (name, properties) = head.split_once(' ').expect("a command has properties");
    let properties = properties.split(',').map(|pair| pair.split_once('=').expect("a property has a value"));
    let properties = properties.map(|(key, value)| (key.to_owned(), property(value))).collect();
    (name.to_owned(), properties, data(message))
}

#[test]
fn the_runner_reads_one_annotation_for_each_finding() {
    for judgement in every_judgement() {
        let problems = sample::problems();
        let shown = written(&judgement, &problems, Format::Github);
        let commands: Vec<_> = shown.lines().map(command).collect();
        assert_eq!(commands.len(), judgement.findings.len() + problems.len(), "{shown}");
        for (name, properties, message) in commands {
            assert!(["error", "warning", "notice"].contains(&name.as_str()), "{name}");
            let known = ["file", "line", "endLine", "col", "endColumn", "title"];
            assert!(properties.keys().all(|key| known.contains(&key.as_str())), "{properties:?}");
            assert!(properties["file"].ends_with(".py") && !message.is_empty(), "{properties:?}");
        }
    }
}

#[test]
fn what_the_runner_unescapes_is_what_was_written() {
    let shown = written(&hostile("50%0A: a,b%2C"), &[], Format::Github);
    let (_, properties, message) = command(shown.lines().next().expect("there is a finding"));
    assert_eq!(properties["file"], "shop/50%0A: a,b%2C.py");
    assert!(message.contains("sent, 50%0A: a,b%2C\nCould send: 50%0A: a,b%2C\nFix: "), "{message}");
}

#[test]
fn gitlab() {
    insta::assert_snapshot!(written(&sample::judgement(), &[], Format::Gitlab));
    let schema = serde_json::from_str(include_str!("gitlab-code-quality.json")).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for judgement in every_judgement() {
        let shown = written(&judgement, &[], Format::Gitlab);
        let report: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
        let errors: Vec<String> = validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}\n{shown}");
        let entries = report.as_array().expect("it is a list");
        assert_eq!(entries.len(), judgement.findings.len());
        let unique: BTreeSet<_> = entries.iter().map(|entry| entry["fingerprint"].to_string()).collect();
        assert_eq!(unique.len(), entries.len(), "GitLab drops what has the fingerprint of another");
    }
}

#[test]
fn junit() {
    insta::assert_snapshot!(written(&sample::judgement(), &sample::problems(), Format::Junit));
    for judgement in every_judgement() {
        let problems = sample::problems();
        let shown = written(&judgement, &problems, Format::Junit);
        let read = junit_parser::from_reader(shown.as_bytes()).expect("a reader of JUnit XML reads it");
        assert_eq!(read.failures as usize, judgement.findings.len(), "{shown}");
        assert_eq!(read.tests as usize, judgement.findings.len() + problems.len(), "{shown}");
        let failed =
            read.suites.iter().flat_map(|suite| &suite.cases).filter(|case| case.status.is_failure());
        assert_eq!(failed.count(), judgement.findings.len());
    }
    let nothing = written(&Judgement::default(), &[], Format::Junit);
    let read = junit_parser::from_reader(nothing.as_bytes()).expect("a reader of JUnit XML reads it");
    assert_eq!((read.tests, read.failures, read.errors), (1, 0, 0), "{nothing}");
}

#[test]
fn csv_is_read_back() {
    insta::assert_snapshot!(written(&sample::judgement(), &[], Format::Csv));
    for judgement in every_judgement() {
        let shown = written(&judgement, &[], Format::Csv);
        let mut reader = csv::Reader::from_reader(shown.as_bytes());
        let head = reader.headers().expect("there are names").clone();
        let at = |name: &str| head.iter().position(|known| known == name).expect("the column is there");
        let rows: Vec<csv::StringRecord> =
            reader.records().map(|row| row.expect("rows are as long as the head")).collect();
        assert_eq!(rows.len(), judgement.findings.len());
        for (row, finding) in rows.iter().zip(&judgement.findings) {
            assert_eq!(&row[at("path")], finding.place.file.path);
            assert_eq!(&row[at("fingerprint")], finding.fingerprint);
            let example = finding.example.clone().unwrap_or_default();
            assert_eq!(row[at("example")].trim_start_matches('\''), example.trim_start_matches('\''));
            assert!(!row.iter().any(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r'])), "{row:?}");
        }
    }
}

#[test]
fn markdown() {
    insta::assert_snapshot!(written(&sample::judgement(), &sample::problems(), Format::Markdown));
}

#[test]
fn markdown_has_no_link_picture_or_html_of_the_checked_program() {
    use pulldown_cmark::{Event, Options, Parser, Tag};
    const OWN: [&str; 6] = ["<details>", "</details>", "<summary>", "<b>", "<code>", "<!-- -->"];
    for judgement in every_judgement() {
        let shown = written(&judgement, &[], Format::Markdown);
        for event in Parser::new_ext(&shown, Options::ENABLE_GFM | Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Link { .. } | Tag::Image { .. }) => panic!("a link or picture: {shown}"),
                Event::Start(Tag::Heading { level, .. }) => {
                    assert_eq!(level, pulldown_cmark::HeadingLevel::H3, "{shown}");
                }
                Event::Html(html) | Event::InlineHtml(html) => {
                    assert!(OWN.iter().any(|own| html.starts_with(own)), "{html:?} in {shown}");
                    assert!(!html.contains("<script") && !html.contains("<img"), "{html:?}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn markdown_fits_into_a_comment() {
    let mut judgement = sample::judgement();
    let some = judgement.findings.clone();
    for number in 0..400 {
        let mut finding = some[number % some.len()].clone();
        finding.place.file = sample::file(&format!("shop/views/{number}.py"), &finding.place.file.text);
        judgement.findings.push(finding);
    }
    let shown = written(&judgement, &sample::problems(), Format::Markdown);
    assert!(shown.len() < 65_536, "{}", shown.len());
    assert!(shown.contains(" more places are not shown here"), "it says that it is not all");
}

#[test]
fn statistics_count_by_rule_most_often_broken_first() {
    let mut out = Vec::new();
    tightlip_report::statistics(&sample::many_sources(9).findings, &mut out).expect("a vector takes all");
    let shown = String::from_utf8(out).expect("it is UTF-8");
    assert_eq!(shown, "9  TL101  exception-message  high\n1  TL201  debug-mode         critical\n");
    let mut out = Vec::new();
    tightlip_report::statistics_json(&sample::judgement().findings, &mut out).expect("a vector takes all");
    let counts: serde_json::Value = serde_json::from_slice(&out).expect("it is JSON");
    assert_eq!(counts[0]["rule"], "TL101");
    assert_eq!((counts[0]["count"].as_u64(), counts[0]["gravest"].as_str()), (Some(2), Some("high")));
}

#[test]
fn prompt_keeps_the_words_of_the_program_in_fences() {
    insta::assert_snapshot!(written(&sample::judgement(), &[], Format::Prompt));
    for judgement in every_judgement() {
        let text = written(&judgement, &[], Format::Prompt);
        let mut fence: Option<String> = None;
        let mut headings = 0;
        for line in text.lines() {
            let ticks: String = line.chars().take_while(|character| *character == '`').collect();
            match &fence {
                Some(open) if line == open => fence = None,
                None if ticks.len() > 2 => fence = Some(ticks),
                None => headings += usize::from(line.starts_with("## Finding ")),
                Some(_) => {}
            }
        }
        assert_eq!(fence, None, "a fence is open:\n{text}");
        assert_eq!(headings, judgement.findings.len());
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    }
}
