//! What holds of every reply, whatever is in it.

use std::sync::LazyLock;

use proptest::prelude::*;
use tightlip_catalogue::Signatures;
use tightlip_leak::{Detector, Headers, Place, Reply, Request};

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(&Signatures::embedded().unwrap_or_else(|error| panic!("{error}"))));

/// Pieces of replies: what leaks, what wraps it, and what breaks readers.
const PIECES: &[&str] = &[
    "Traceback (most recent call last):\n  File \"/srv/a.py\", line 3, in f\n",
    "KeyError: 'x'",
    "{\"error\": \"",
    "\\n    at f (/srv/a.js:3:5)",
    "&quot;&#39;&amp;&nbsp;&#x",
    "<br>\n<b>Warning</b>:  x in <b>/a.php</b> on line <b>3</b>",
    "<!--",
    "</",
    "\\u00",
    "\\",
    "\\u0041\\x4",
    "postgres://ann:s3cret@db.internal:5432/x",
    "goroutine 1 [running]:",
    "\u{feff}",
    "\0",
    "é",
];

fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => prop::sample::select(PIECES).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..20),
        1 => (any::<u8>(), 0_usize..3000).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn headers() -> impl Strategy<Value = Headers> {
    let kind = prop::sample::select(vec!["text/html", "application/json", "text/plain", "text/css", "x", ""]);
    let coding = prop::sample::select(vec!["", "gzip", "deflate", "br", "zstd", "gzip, br", "x", "identity"]);
    (kind, coding).prop_map(|(kind, coding)| {
        Headers::from_iter([("Content-Type", kind), ("Content-Encoding", coding), ("Server", "x/1.2")])
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_reply_is_judged_and_pieces_make_no_difference(
        status in any::<u16>(),
        headers in headers(),
        body in body(),
        request in body(),
        piece in 1_usize..500,
    ) {
        let request = Request::new(&request);
        let whole = DETECTOR.inspect(&Reply { status, headers: &headers, body: &body }, &request);
        let mut stream = DETECTOR.stream(status, &headers);
        body.chunks(piece).for_each(|piece| stream.push(piece));
        prop_assert_eq!(&stream.finish(&request), &whole);
        let is_plain = headers.values("content-encoding").all(|coding| coding.is_empty() || coding == b"identity");
        for leak in &whole.findings {
            if let (Place::Body(range), true) = (&leak.place, is_plain) {
                prop_assert!(range.start < range.end && range.end <= body.len(), "{:?} of {}", range, body.len());
            }
        }
    }
}
