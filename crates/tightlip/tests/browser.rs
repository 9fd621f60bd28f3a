//! The HTML report in a browser: the environment variable TIGHTLIP_CHROMIUM names a Chromium or Chrome.
//! Without it nothing is opened, and the test says so.

#[path = "browser/session.rs"]
mod session;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use session::Session;

/// Roles of what a person operates.
const OPERATED: &[&str] =
    &["button", "link", "searchbox", "textbox", "combobox", "checkbox", "DisclosureTriangle", "summary"];

/// A report of `tightlip ARGUMENTS`, open in the browser; none where no browser is named.
fn opened(arguments: &[&str], at: &Path) -> Option<(Session, tempfile::TempDir)> {
    let Some(browser) = std::env::var_os("TIGHTLIP_CHROMIUM") else {
        eprintln!("no browser is opened: TIGHTLIP_CHROMIUM names none");
        return None;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let report = folder.path().join("report.html");
    let output = Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(arguments)
        .args(["--exit-zero", "--output-format=html", "--output-file"])
        .arg(&report)
        .current_dir(at)
        .output()
        .expect("tightlip runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some((Session::open(Path::new(&browser), folder.path(), &report), folder))
}

fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

fn nothing_was_asked_for_and_nothing_failed(page: &Session) {
    assert_eq!(page.complaints, Vec::<String>::new(), "the console is silent");
    assert_eq!(page.requests.len(), 1, "the page itself and nothing else: {:?}", page.requests);
}

#[test]
fn the_report_of_the_shop_is_read_searched_and_followed() {
    let Some((mut page, _folder)) = opened(&["check", "examples/shop"], repository()) else { return };
    assert_eq!(page.value("document.title"), "tightlip report");
    assert_eq!(page.value("document.querySelectorAll('.control').length"), 3);
    everything_operated_has_a_name(&mut page);
    it_filters_and_searches(&mut page);
    a_finding_is_opened_and_followed_by_keyboard(&mut page);
    everything_operated_has_a_name(&mut page);
    nothing_was_asked_for_and_nothing_failed(&page);
}

#[test]
fn the_report_of_the_shop_shows_the_proven_replies() {
    let Some(python) = std::env::var_os("TIGHTLIP_FLASK_3_1") else {
        eprintln!("nothing is proven: TIGHTLIP_FLASK_3_1 is not set; `cargo xtask test` sets it");
        return;
    };
    let python = python.to_str().expect("the path is text");
    let Some((mut page, _folder)) = opened(&["prove", "--python", python, "examples/shop"], repository())
    else {
        return;
    };
    everything_operated_has_a_name(&mut page);
    it_filters_and_searches(&mut page);
    page.value("search.focus()");
    page.type_text("curl");
    let proven = "[...document.querySelectorAll('.finding')].find((card) => card.offsetParent && card.textContent.includes('curl -i'))";
    page.value(&format!("window.card = {proven}; card.querySelector('summary').focus()"));
    page.press("Enter", "\r");
    page.until("card.querySelector('details').open");
    page.until("card.textContent.includes('curl -i')");
    everything_operated_has_a_name(&mut page);
    nothing_was_asked_for_and_nothing_failed(&page);
}

/// Fifty modules with forty views that leak, each in its own words.
fn project_of_two_thousand(folder: &Path) {
    for file in 0..50 {
        let mut source = String::from("from flask import Flask\napp = Flask(__name__)\n");
        for view in 0..40 {
            source.push_str(&format!(
                "\n\n@app.get('/{file}/{view}/<path:name>')\ndef view_{view}(name):\n    try:\n        \
                 return open(name).read()\n    except OSError as error:\n        \
                 return 'cannot read {view}: ' + str(error), 500\n"
            ));
        }
        std::fs::write(folder.join(format!("views_{file}.py")), source).expect("a file can be written");
    }
}

#[test]
fn a_report_of_two_thousand_findings_stays_usable() {
    let project = tempfile::tempdir().expect("a folder can be made");
    project_of_two_thousand(project.path());
    let Some((mut page, _folder)) = opened(&["check", "--isolated", "--select=TL101", "."], project.path())
    else {
        return;
    };
    assert_eq!(shown(&mut page), 2000);
    let loaded = page.value("performance.getEntriesByType('navigation')[0].loadEventEnd");
    page.value(
        "{ window.started = performance.now(); search.value = 'views_17.py'; filters.requestSubmit() }",
    );
    page.until("count.textContent === '40 of 2000 places'");
    let searched = page.value("performance.now() - window.started");
    eprintln!("2,000 findings: loaded after {loaded} ms, searched within {searched} ms");
    nothing_was_asked_for_and_nothing_failed(&page);
}

/// How many findings are to be seen.
fn shown(page: &mut Session) -> Value {
    page.value("[...document.querySelectorAll('.finding')].filter((card) => card.offsetParent).length")
}

fn it_filters_and_searches(page: &mut Session) {
    let all = shown(page);
    assert_eq!(all, 15);
    page.value("{ severity.value = 'critical'; severity.dispatchEvent(new Event('change')) }");
    assert_eq!(shown(page), 1);
    assert_eq!(page.value("count.textContent"), "1 of 15 places");
    page.value("document.querySelector('#filters [type=reset]').click()");
    page.until("count.textContent === '15 places'");
    page.value("search.focus()");
    page.type_text("Traceback stack-trace");
    page.until("count.textContent !== '15 places'");
    assert_eq!(page.value("count.textContent"), "1 of 15 places");
    page.value("document.querySelector('#filters [type=reset]').click()");
    page.until("count.textContent === '15 places'");
    assert_eq!(shown(page), all);
}

fn a_finding_is_opened_and_followed_by_keyboard(page: &mut Session) {
    let with_way = "[...document.querySelectorAll('.finding')].find((card) => card.querySelectorAll('.way > li').length > 2)";
    page.value(&format!("window.card = {with_way}; card.querySelector('summary').focus()"));
    page.press("Enter", "\r");
    page.until("card.querySelector('details').open");
    page.value("card.querySelector('.overview li:last-child a').focus()");
    page.press("Enter", "\r");
    page.until("document.activeElement === card.querySelector('.way > li:last-child')");
    let is_in_sight = "(() => { const box = document.activeElement.getBoundingClientRect(); \
                       return box.bottom > 0 && box.top < innerHeight })()";
    page.until(is_in_sight);
    assert!(page.value("card.querySelector('.way > li:last-child mark').textContent") != "");
    page.value("card.querySelector('.body a[href^=\"#rule\"], .body a[href^=\"#guide\"]').focus()");
    page.press("Enter", "\r");
    page.until("document.querySelector('.guide[open]') !== null");
}

fn everything_operated_has_a_name(page: &mut Session) {
    let tree = page.call("Accessibility.getFullAXTree", serde_json::json!({}));
    let nodes = tree["nodes"].as_array().expect("a tree has nodes");
    let mut seen = 0;
    for node in nodes.iter().filter(|node| node["ignored"] == false) {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        if OPERATED.contains(&role) {
            let name = node["name"]["value"].as_str().unwrap_or_default();
            assert!(!name.trim().is_empty(), "a {role} has no name: {node}");
            seen += 1;
        }
    }
    assert!(seen > 20, "only {seen} controls are in the tree");
}
