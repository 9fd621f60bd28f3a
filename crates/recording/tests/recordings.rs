//! Recordings in every form, whole and broken.

use proptest::prelude::*;
use tightlip_recording::{Handed, Position, Recorded, read};

fn all(text: &[u8]) -> Vec<(Position, Handed)> {
    let mut all = Vec::new();
    let end = read(text, &mut |position, handed| {
        all.push((position, handed));
        Ok(())
    });
    end.unwrap_or_else(|stopped| panic!("{stopped:?}"));
    all
}

fn good(text: &str) -> Vec<Recorded> {
    let good = |(position, handed): (Position, Handed)| {
        handed.unwrap_or_else(|error| panic!("{position:?}: {error}"))
    };
    all(text.as_bytes()).into_iter().map(good).collect()
}

#[test]
fn lines_may_be_short_and_headers_are_written_in_three_ways() {
    let text = "\u{feff}{\"status\": 500, \"body\": \"x\"}\n\n{\"body\": {\"error\": 1}}\r\n\
                {\"status\": 404, \"headers\": {\"A\": [\"b\", \"c\"]}, \"body\": \"eA==\", \"encoding\": \"base64\"}\n\
                {\"headers\": [[\"a\", \"b\"]]}\n{\"headers\": [{\"name\": \"A\", \"value\": \"b\"}], \"request\": \"GET /\"}";
    let replies = good(text);
    assert_eq!(replies.len(), 5);
    assert_eq!((replies[0].status, replies[0].body.as_slice()), (500, b"x".as_slice()));
    assert_eq!((replies[1].status, replies[1].body.as_slice()), (0, br#"{"error":1}"#.as_slice()));
    assert_eq!(replies[2].headers.values("a").count(), 2);
    assert_eq!(replies[2].body, b"x");
    assert_eq!(replies[3].headers.values("a").next(), Some(b"b".as_slice()));
    assert_eq!(replies[4].headers.values("a").next(), Some(b"b".as_slice()));
    assert_eq!(replies[4].request.as_deref(), Some(b"GET /".as_slice()));
}

#[test]
fn a_bad_line_is_told_with_its_number() {
    let replies = all(b"{\"status\": 1}\n{\"status\": \"x\"}\nwhat\n{\"body\": \"x\"}\n");
    let positions: Vec<_> = replies.iter().map(|(position, handed)| (*position, handed.is_ok())).collect();
    let line = Position::Line;
    assert_eq!(positions, [(line(1), true), (line(2), false), (line(3), false), (line(4), true)]);
}

#[test]
fn a_line_of_gigabytes_is_left_out_and_not_kept() {
    let long = std::io::repeat(b'x');
    let input = std::io::Read::chain(b"{\"body\": \"".as_slice(), std::io::Read::take(long, 80 << 20));
    let input = std::io::Read::chain(input, b"\n{\"body\": \"y\"}\n".as_slice());
    let mut seen = Vec::new();
    let end = read(std::io::BufReader::new(input), &mut |position, handed| {
        seen.push((position, handed.map(|reply| reply.body)));
        Ok(())
    });
    assert!(end.is_ok());
    assert!(
        matches!(&seen[0], (Position::Line(1), Err(message)) if message.contains("longer than 64 MiB")),
        "{seen:?}"
    );
    assert_eq!(seen[1], (Position::Line(2), Ok(b"y".to_vec())));
}

#[test]
fn entries_of_an_archive_are_read_with_their_requests() {
    let text = r#"{
      "log": {"version": "1.2", "entries": [
        {"request": {"method": "GET", "url": "https://a.example/?q=1", "headers": [{"name": "A", "value": "b"}]},
         "response": {"status": 500, "headers": [{"name": "Content-Encoding", "value": "gzip"}],
                      "content": {"mimeType": "text/plain", "text": "eA==", "encoding": "base64"}}},
        {"response": {"status": "x"}},
        {"response": {"status": -1, "content": {}}}
      ]}}"#;
    let replies = all(text.as_bytes());
    assert_eq!(replies.len(), 3);
    let (position, Ok(first)) = &replies[0] else { panic!("{replies:?}") };
    assert_eq!(*position, Position::Entry(1));
    assert_eq!((first.status, first.body.as_slice()), (500, b"x".as_slice()));
    assert_eq!(first.headers.values("content-encoding").count(), 0, "archives hold bodies unpacked");
    assert_eq!(first.headers.values("content-type").next(), Some(b"text/plain".as_slice()));
    assert_eq!(first.request.as_deref(), Some(b"https://a.example/?q=1\nA: b".as_slice()));
    assert!(matches!(&replies[1], (Position::Entry(2), Err(_))));
    assert!(matches!(&replies[2], (Position::Entry(3), Ok(reply)) if reply.status == 0));
}

#[test]
fn an_archive_that_is_cut_off_is_told() {
    let mut seen = 0;
    let text = br#"{"log": {"entries": [{"response": {"status": 200}}, {"resp"#;
    let end = read(text.as_slice(), &mut |_, _| {
        seen += 1;
        Ok(())
    });
    assert!(end.is_err());
    assert_eq!(seen, 1, "what is before the end is read");
}

const PIECES: &[&str] = &[
    "HTTP/1.1 200 OK\r\n",
    "HTTP/2 500\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "\r\n",
    "\n",
    "5\r\nhello\r\n",
    "0\r\n\r\n",
    "ffffffffffffffff\r\n",
    "{\"status\": 500, \"body\": \"x\"}\n",
    "{\"log\": {\"entries\": [",
    "{\"response\": {\"status\": 1}},",
    "]}}",
    "x",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_recording_is_read_to_its_end(
        first in prop::sample::select(PIECES),
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..20),
        noise in prop::collection::vec(any::<u8>(), 0..20),
    ) {
        let text = [first.as_bytes(), pieces.concat().as_bytes(), noise.as_slice()].concat();
        let mut taken = 0;
        let _ = read(text.as_slice(), &mut |_, _| {
            taken += 1;
            Ok(())
        });
        prop_assert!(taken <= text.len());
    }
}
