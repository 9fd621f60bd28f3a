//! The HTML report: one page that needs nothing else, says the same to everybody, and stays small.

mod sample;

use std::collections::BTreeSet;
use std::time::Duration;

use scraper::{ElementRef, Html, Selector};
use tightlip_report::{Applicability, Change, Repair};
use tightlip_report::{Report, Summary};
use tightlip_rules::{Cause, Evidence, Exchange, Judgement, Part, Rule, SentRequest, Verdict};

const GUIDE: &str = "## What it finds\n\nText of `str(error)`.\n\n- [CWE-209](https://cwe.mitre.org/)\n";

fn page(judgement: &Judgement) -> String {
    page_of(judgement, &[])
}

fn page_of(judgement: &Judgement, repairs: &[Repair]) -> String {
    let problems = sample::problems();
    let summary = Summary { files: 27, elapsed: Duration::ZERO, mended: 0, requests: None };
    let report = Report { judgement, repairs, problems: &problems, summary, base: None };
    let mut out = Vec::new();
    let guide: &dyn Fn(Rule) -> &'static str = &|_| GUIDE;
    tightlip_report::html(&report, guide, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("reports are UTF-8")
}

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn words(element: &ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_page_asks_for_nothing() {
    let page = Html::parse_document(&page(&sample::judgement()));
    for element in page.tree.root().descendants().filter_map(ElementRef::wrap) {
        for (name, value) in element.value().attrs() {
            assert!(!matches!(name, "src" | "srcset" | "data" | "poster" | "style"), "{name}={value}");
            assert!(!name.starts_with("on"), "{name}={value}");
            let is_link = name == "href" && element.value().name() == "a";
            assert!(is_link || !value.contains("//"), "{name}={value}");
        }
        let refused = ["link", "img", "iframe", "object", "embed", "base"];
        assert!(!refused.contains(&element.value().name()), "<{}>", element.value().name());
    }
    assert_eq!((all(&page, "script").len(), all(&page, "style").len()), (1, 1));
    let policy = all(&page, "meta[http-equiv]")[0].attr("content").expect("a policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn ids_are_unique_links_lead_somewhere_and_what_is_operated_has_a_name() {
    for judgement in [sample::judgement(), sample::many_sources(9), Judgement::default()] {
        let page = Html::parse_document(&page(&judgement));
        let ids: Vec<&str> = all(&page, "[id]").iter().filter_map(|element| element.attr("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(unique.len(), ids.len(), "{ids:?}");
        for link in all(&page, "a[href^='#']") {
            let target = &link.attr("href").expect("it has one")[1..];
            assert!(unique.contains(target), "nothing is called {target}");
        }
        for named in all(&page, "[aria-labelledby]") {
            assert!(unique.contains(named.attr("aria-labelledby").expect("it has one")));
        }
        for control in all(&page, "input, select") {
            let label =
                control.ancestors().filter_map(ElementRef::wrap).find(|up| up.value().name() == "label");
            assert!(!words(&label.expect("a label is around it")).is_empty());
        }
        for control in all(&page, "button, summary, a, h1, h2, h3, h4, dt, th") {
            assert!(!words(&control).is_empty(), "{} has no name", control.html());
        }
        for region in all(&page, "[tabindex='0'], nav, [role=search]") {
            assert!(region.attr("aria-label").is_some(), "{} has no name", region.html());
        }
        let levels: Vec<u8> =
            all(&page, "h1, h2, h3, h4").iter().map(|heading| heading.value().name().as_bytes()[1]).collect();
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1 || pair[0] == b'2'), "{levels:?}");
    }
}

#[test]
fn a_finding_has_its_code_its_way_its_example_and_its_remedy() {
    let page = Html::parse_document(&page(&sample::judgement()));
    assert_eq!(all(&page, ".finding").len(), 3);
    let first = all(&page, "#f1")[0];
    let steps: Vec<String> =
        first.select(&Selector::parse(".step").unwrap()).map(|step| words(&step)).collect();
    assert_eq!(
        steps,
        [
            "source a KeyError is caught here shop/views/orders.py:21",
            "and handed to reply shop/views/orders.py:22",
            "which takes its text shop/errors.py:5",
            "reply and sends it to the client shop/errors.py:5",
        ]
    );
    let marks: Vec<String> = all(&page, "#f1-3 mark").iter().map(words).collect();
    assert_eq!(marks, ["str(error)"]);
    let numbers: Vec<String> = all(&page, "#f1-2 .line .number").iter().map(words).collect();
    assert_eq!(numbers, ["20", "21", "22", "23", "24", "25"]);
    let text = words(&all(&page, "#f3")[0]);
    for expected in [
        "high TL101 exception-message text of every exception is sent to the client shop/views/orders.py:13",
        "How sure: likely. Application: shop. Weakness: CWE-209.",
        "Order failed: duplicate key value DETAIL: Key (email)=(ann@example.org)",
        "send \"Order failed\", log the rest. Guide to TL101",
    ] {
        assert!(text.contains(expected), "{expected:?} is not in {text}");
    }
    let states: Vec<String> = all(&page, ".control .state").iter().map(words).collect();
    assert_eq!(states, ["! weak", "✗ absent", "✓ present"]);
    assert_eq!(all(&page, "#guide-TL101 .prose h4").len(), 1);
}

#[test]
fn a_fix_is_shown_as_a_difference() {
    let text = "import os\n\ntry:\n    run()\nexcept OSError as e:\n    return str(e), 500\nlast()\n";
    let file = sample::file("app.py", text);
    let change = |words: &str, replacement: &str| Change {
        place: sample::place(&file, words, 0),
        replacement: replacement.to_owned(),
    };
    let mut insertion = change("import os\n", "import logging\n");
    insertion.place.span.end = insertion.place.span.start;
    let changes = vec![change("str(e)", "\"Failed\""), change(" as e", ""), insertion];
    let repair = Repair { title: "say `Failed`".to_owned(), applicability: Applicability::Unsafe, changes };
    let judgement = sample::judgement();
    let none = Repair { title: "no `e`".to_owned(), applicability: Applicability::None, changes: Vec::new() };
    let page = Html::parse_document(&page_of(&judgement, &[repair, none.clone(), none]));
    let lines = |sign: &str| all(&page, &format!("#f1 {sign}")).iter().map(words).collect::<Vec<_>>();
    assert_eq!(lines("del"), ["- except OSError as e:", "- return str(e), 500"]);
    assert_eq!(lines("ins"), ["+ import logging", "+ except OSError:", "+ return \"Failed\", 500"]);
    assert!(words(&all(&page, "#f1")[0]).contains("tightlip check --fix --unsafe-fixes would say Failed."));
    assert!(words(&all(&page, "#f2")[0]).contains("No fix: no e."));
}

#[test]
fn a_proof_is_shown_with_what_leaks_marked() {
    let mut judgement = sample::judgement();
    let leak = "[Errno 2] No such file: '/srv/<shop>'";
    judgement.findings[0].evidence = Some(Evidence {
        verdict: Verdict::Proven(Cause::Injected),
        note: String::new(),
        mode: "in production mode".to_owned(),
        exchange: Some(Exchange {
            before: Vec::new(),
            request: SentRequest {
                method: "GET".to_owned(),
                url: "http://127.0.0.1:5000/a?b=1".to_owned(),
                headers: Vec::new(),
                body: Vec::new(),
            },
            status: 500,
            reason: "INTERNAL SERVER ERROR".to_owned(),
            headers: vec![("Content-Type".to_owned(), "text/plain".to_owned())],
            body: format!("first\nerror: {leak}!"),
            leaks: vec![(Part::Body, leak.to_owned())],
        }),
        exception: None,
    });
    let page = Html::parse_document(&page(&judgement));
    let replies: Vec<String> = all(&page, "#f1 .reply").iter().map(words).collect();
    assert_eq!(replies[0], "curl -i 'http://127.0.0.1:5000/a?b=1'");
    assert_eq!(
        replies[1],
        format!("HTTP 500 INTERNAL SERVER ERROR Content-Type: text/plain first error: {leak}!")
    );
    let marks: Vec<String> = all(&page, "#f1 .reply mark").iter().map(words).collect();
    assert_eq!(marks, [leak]);
    let title = all(&page, "#f1 h4").into_iter().find(|title| words(title) == "What an attacker sees");
    assert!(title.is_some());
    assert!(words(&all(&page, "#f1")[0]).contains("Proven, injected in production mode."));
}

#[test]
fn places_with_many_sources_are_one_card() {
    let page = Html::parse_document(&page(&sample::many_sources(9)));
    assert_eq!(all(&page, ".finding").len(), 2);
    assert_eq!(words(&all(&page, "#f1 .more")[0]), "9 sources");
    assert_eq!(all(&page, "#f1-others > ol > li").len(), 8);
}

#[test]
fn what_the_checked_program_says_stays_text() {
    let evil =
        "</pre></script><script>alert(1)</script><img src=x onerror=alert(1)>\" onclick=\"x`\u{202e}\u{0}";
    let file = sample::file(&format!("{evil}.py"), &format!("x = '{evil}'\n"));
    let mut judgement = sample::judgement();
    for finding in &mut judgement.findings {
        finding.place = sample::place(&file, "alert", 0);
        finding.message = evil.to_owned();
        finding.example = Some(evil.to_owned());
        finding.remedy = evil.to_owned();
        finding.steps = vec![sample::step(finding.place.clone(), evil)];
    }
    judgement.applications[0].name = evil.to_owned();
    judgement.applications[0].controls[0].reason = evil.to_owned();
    let source = page(&judgement);
    assert!(!source.contains('\u{202e}') && !source.contains('\u{0}'));
    let page = Html::parse_document(&source);
    assert_eq!((all(&page, "script").len(), all(&page, "img, [onclick], [onerror]").len()), (1, 0));
    assert!(words(&all(&page, "#f1 .reply")[0]).contains("<script>alert(1)</script><img"));
}

#[test]
fn two_thousand_findings_make_a_page_of_bounded_size() {
    let source = page(&sample::large(2_000));
    let megabytes = source.len() as f64 / 1e6;
    assert!(megabytes < 12.0, "{megabytes:.1} MB");
    assert_eq!(source.matches("<li class=\"finding\"").count(), 2_000);
}
