//! Differences that fixes make, as people see them: one snapshot, so that a change of style is seen as a whole.

mod support;

use std::path::Path;

use similar::TextDiff;
use tightlip_catalogue::{Pattern, Side};
use tightlip_fix::Options;

/// Pages whose fixes differ most from each other.
const TELLING: &[&str] = &[
    "flask/exception-text-as-json",
    "flask/abort-with-exception-text",
    "flask/api-error-to-dict",
    "flask/bad-request-with-exception-text",
    "flask/batch-error-list",
    "flask/catch-all-handler-returns-text",
    "flask/catching-decorator",
    "flask/error-kept-on-object",
    "flask/exception-in-header",
    "flask/exception-in-stream",
    "flask/exception-in-template",
    "flask/flashed-exception-text",
    "flask/handler-is-a-lambda",
    "flask/raw-text-in-own-exception",
    "flask/redirect-with-exception-text",
    "flask/response-helper-in-another-module",
    "flask/same-message-logged-and-sent",
    "flask/server-sent-error-event",
    "flask/service-result-pair",
    "flask/template-with-locals",
    "flask/trace-when-client-asks",
    "flask/translated-sentence-with-exception",
    "python/exception-concatenated",
    "python/exception-in-str-format",
    "python/exception-percent-formatted",
    "python/process-stderr-without-exception",
    "python/traceback-format-exc",
];

#[test]
fn fixes_look_as_their_authors_would_write_them() {
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalogue");
    let mut shown = String::new();
    for name in TELLING {
        let (folder, page) = name.split_once('/').expect("a folder and a page");
        let path = catalogue.join(folder).join("patterns").join(format!("{page}.md"));
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let pattern = Pattern::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let before: support::mend::Files = pattern
            .files(Side::Vulnerable)
            .into_iter()
            .map(|(path, text)| (path.to_owned(), text.replace("  # leak", "")))
            .collect();
        let asked = |rule: tightlip_catalogue::Rule| rule.code().starts_with("TL1");
        let (after, _) = support::mend::mended(before.clone(), Options::default(), &asked);
        shown.push_str(&format!("# {name}\n"));
        for (path, after) in after {
            let known = before.iter().find(|(known, _)| *known == path);
            let before = known.map_or("", |(_, text)| text.as_str());
            shown.push_str(
                &TextDiff::from_lines(before, &after)
                    .unified_diff()
                    .context_radius(1)
                    .header(&path, &path)
                    .to_string(),
            );
        }
        shown.push('\n');
    }
    insta::assert_snapshot!(shown);
}
