//! The index that pages are searched by, in the browser.

use serde_json::json;

use super::page::Page;

/// A script that names title, path and words of each page. A script, not data: pages that are opened from a disk may
/// load no data.
pub(super) fn index(pages: &[Page]) -> String {
    let entries = pages.iter().map(|page| json!([page.title, page.path, words(&page.words)]));
    let entries: Vec<_> = entries.collect();
    format!("const PAGES = {};\n", json!(entries))
}

/// Each word once, in small letters.
fn words(text: &str) -> String {
    let text = text.to_lowercase();
    let mut words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| word.len() > 1).collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}
