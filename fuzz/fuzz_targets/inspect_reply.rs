//! Whatever the reply, it is judged, and pieces make no difference.

#![no_main]

use std::sync::LazyLock;

use tightlip_catalogue::Signatures;
use tightlip_leak::{Detector, Headers, Place, Reply, Request};

static DETECTOR: LazyLock<Detector> =
    LazyLock::new(|| Detector::new(&Signatures::embedded().unwrap_or_else(|error| panic!("{error}"))));

const KINDS: &[&str] = &["", "text/html", "application/json", "text/plain"];
const CODINGS: &[&str] = &["", "gzip", "deflate", "br", "zstd", "x"];

libfuzzer_sys::fuzz_target!(|input: (u16, u8, u8, u8, &[u8], &[u8])| {
    let (status, kind, coding, piece, request, body) = input;
    let coding = CODINGS[usize::from(coding) % CODINGS.len()];
    let kind = KINDS[usize::from(kind) % KINDS.len()];
    let headers = Headers::from_iter([("content-type", kind), ("content-encoding", coding)]);
    let request = Request::new(request);
    let whole = DETECTOR.inspect(&Reply { status, headers: &headers, body }, &request);
    let mut stream = DETECTOR.stream(status, &headers);
    body.chunks(usize::from(piece).max(1)).for_each(|piece| stream.push(piece));
    assert_eq!(stream.finish(&request), whole);
    for leak in &whole.findings {
        if let (Place::Body(range), "") = (&leak.place, coding) {
            assert!(range.start < range.end && range.end <= body.len());
        }
    }
});
