//! What the catalogue's signatures say of themselves holds.

use tightlip_catalogue::{Signature, Signatures, Site};

use crate::detector::{Detector, Stream};
use crate::reply::{Headers, Reply};
use crate::request::Request;
use crate::verdict::{Place, Verdict};

fn inspect(detector: &Detector, signature: &Signature, text: &str, form: &Form) -> Verdict {
    let (headers, body) = match &signature.site {
        Site::Header(name) => (Headers::from_iter([(name, text)]), String::new()),
        Site::Markup | Site::Text => (Headers::from_iter([("content-type", form.kind)]), (form.write)(text)),
    };
    detector.inspect(&Reply { status: 500, headers: &headers, body: body.as_bytes() }, &Request::none())
}

/// A way in which a text is sent.
struct Form {
    kind: &'static str,
    write: fn(&str) -> String,
}

const FORMS: &[Form] = &[
    Form { kind: "text/plain", write: str::to_owned },
    Form { kind: "application/json", write: |text| format!("{{\"error\":\"{}\"}}", json(text, &[])) },
    // As PHP and Go write it.
    Form {
        kind: "application/json",
        write: |text| format!("{{\"error\":\"{}\"}}", json(text, &['/', '<', '>', '&'])),
    },
    Form { kind: "text/html", write: |text| format!("<html><p>{}</p></html>", html(text)) },
];

fn json(text: &str, more: &[char]) -> String {
    let letter = |letter: char| match letter {
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '"' | '\\' => format!("\\{letter}"),
        '/' if more.contains(&'/') => "\\/".to_owned(),
        letter if more.contains(&letter) => format!("\\u{:04x}", u32::from(letter)),
        letter => letter.to_string(),
    };
    text.chars().map(letter).collect()
}

fn html(text: &str) -> String {
    let letter = |letter: char| match letter {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        '"' => "&quot;".to_owned(),
        '\'' => "&#x27;".to_owned(),
        '\n' => "<br>\n".to_owned(),
        letter => letter.to_string(),
    };
    text.chars().map(letter).collect()
}

fn forms(signature: &Signature) -> &'static [Form] {
    // Markup is looked for as it is.
    if signature.site == Site::Text { FORMS } else { &FORMS[..1] }
}

#[test]
fn every_signature_finds_its_examples_in_every_form() {
    let signatures = Signatures::embedded().unwrap_or_else(|error| panic!("{error}"));
    let detector = Detector::new(&signatures);
    let mut missed = Vec::new();
    for signature in signatures.iter() {
        for example in &signature.examples {
            for form in forms(signature) {
                let verdict = inspect(&detector, signature, example, form);
                if !verdict.findings.iter().any(|leak| *leak.name == signature.name) {
                    missed.push(format!("{}: {} in {}", signature.name, example, form.kind));
                }
            }
        }
    }
    assert!(missed.is_empty(), "{} are missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn no_signature_finds_its_look_alikes() {
    let signatures = Signatures::embedded().unwrap_or_else(|error| panic!("{error}"));
    let detector = Detector::new(&signatures);
    let mut wrong = Vec::new();
    for signature in signatures.iter() {
        for text in &signature.look_alikes {
            for form in forms(signature) {
                let verdict = inspect(&detector, signature, text, form);
                if verdict.findings.iter().any(|leak| *leak.name == signature.name) {
                    wrong.push(format!("{}: {text} in {}", signature.name, form.kind));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are found:\n{}", wrong.len(), wrong.join("\n"));
}

/// A detector, or one piece of a body given to it.
pub(crate) fn in_pieces(mut stream: Stream, body: &[u8], piece: usize) -> Verdict {
    body.chunks(piece.max(1)).for_each(|piece| stream.push(piece));
    stream.finish(&Request::none())
}

#[test]
fn a_leak_across_blocks_is_found_wherever_the_pieces_end() {
    let signatures = Signatures::embedded().unwrap_or_else(|error| panic!("{error}"));
    let detector = Detector::new(&signatures);
    let leak = b"KeyError: 'card_number' Traceback (most recent call last):\n";
    for before in [0, 10, 131_000, 131_060, 131_072, 131_100, 132_600, 132_700, 262_100] {
        let mut body = vec![b'.'; before];
        body.extend_from_slice(leak);
        body.extend_from_slice(&vec![b' '; 200_000 - before / 2]);
        let headers = Headers::default();
        let whole =
            detector.inspect(&Reply { status: 500, headers: &headers, body: &body }, &Request::none());
        assert!(whole.leak, "with {before} letters before it");
        let place = |range: &Place| matches!(range, Place::Body(range) if range.start >= before);
        assert!(whole.findings.iter().all(|leak| place(&leak.place)), "{whole:?}");
        for piece in [4093, 65_536, 100_000] {
            assert_eq!(in_pieces(detector.stream(500, &headers), &body, piece), whole);
        }
    }
}
