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

#[test]
fn the_report_of_the_shop_is_read_searched_and_followed() {
    let Some(browser) = std::env::var_os("TIGHTLIP_CHROMIUM") else {
        eprintln!("no browser is opened: TIGHTLIP_CHROMIUM names none");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder can be made");
    let report = folder.path().join("report.html");
    let output = Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["check", "--exit-zero", "--output-format=html", "--output-file"])
        .arg(&report)
        .arg("examples/shop")
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
        .output()
        .expect("tightlip runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    let mut page = Session::open(Path::new(&browser), folder.path(), &report);
    assert_eq!(page.value("document.title"), "tightlip report");
    assert_eq!(page.value("document.querySelectorAll('.control').length"), 3);
    everything_operated_has_a_name(&mut page);
    it_filters_and_searches(&mut page);
    a_finding_is_opened_and_followed_by_keyboard(&mut page);
    everything_operated_has_a_name(&mut page);
    assert_eq!(page.complaints, Vec::<String>::new(), "the console is silent");
    assert_eq!(page.requests.len(), 1, "the page itself and nothing else: {:?}", page.requests);
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
    page.value("card.querySelector('.body > p:last-child a').focus()");
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
