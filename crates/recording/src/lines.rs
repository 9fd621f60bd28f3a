//! Replies as lines of JSON: `{"status": 500, "headers": {"Content-Type": "text/html"}, "body": "..."}`.

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::Value;
use tightlip_leak::Headers;

use crate::{Handed, LARGEST_REPLY, Position, Recorded, Stopped, Taker};

/// A line.
#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    headers: Option<HeaderWords>,
    #[serde(default)]
    body: Value,
    /// `base64` where the body is bytes.
    #[serde(default)]
    encoding: Option<String>,
    /// The request, in any form: what only repeats it is no leak.
    #[serde(default)]
    request: Option<Value>,
}

/// Headers, as an object or as a list of pairs.
#[derive(Deserialize)]
#[serde(untagged)]
enum HeaderWords {
    Object(BTreeMap<String, Value>),
    Pairs(Vec<(String, String)>),
    Named(Vec<Named>),
}

/// A header as HTTP archives write it.
#[derive(Deserialize)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl HeaderWords {
    fn headers(self) -> Headers {
        match self {
            Self::Pairs(pairs) => pairs.into_iter().collect(),
            Self::Named(all) => all.into_iter().map(|header| (header.name, header.value)).collect(),
            Self::Object(object) => object
                .into_iter()
                .flat_map(|(name, value)| match value {
                    Value::Array(values) => {
                        values.into_iter().map(|value| (name.clone(), text(value))).collect()
                    }
                    value => vec![(name, text(value))],
                })
                .collect(),
        }
    }
}

/// A text as it is, anything else as JSON writes it.
fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text,
        other => other.to_string(),
    }
}

pub(crate) fn parse(line: &[u8]) -> Handed {
    let line: Line = serde_json::from_slice(line).map_err(|error| format!("no reply as JSON: {error}"))?;
    let is_packed = line.encoding.as_deref() == Some("base64");
    let body = text(line.body);
    let body = match is_packed {
        true => {
            STANDARD.decode(body.as_bytes()).map_err(|error| format!("the body is no base64: {error}"))?
        }
        false => body.into_bytes(),
    };
    let mut headers = line.headers.map(HeaderWords::headers).unwrap_or_default();
    if !is_packed {
        // What can be written as text is not packed any more, whatever the header says.
        headers = headers.without("content-encoding");
    }
    let request = line.request.map(|request| text(request).into_bytes());
    Ok(Recorded { status: line.status.unwrap_or(0), headers, body, request })
}

pub(crate) fn read(mut input: impl BufRead, taker: &mut Taker<'_>) -> Result<(), Stopped> {
    let mut line = Vec::new();
    let mut number = 0;
    loop {
        line.clear();
        let read = read_line(&mut input, &mut line).map_err(Stopped::Input)?;
        number += 1;
        let handed = match read {
            Read::End => return Ok(()),
            Read::TooLong => {
                let mebibytes = LARGEST_REPLY >> 20;
                Err(format!("longer than {mebibytes} MiB, which no reply is; left out"))
            }
            Read::Line => {
                let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line).trim_ascii();
                if line.is_empty() {
                    continue;
                }
                parse(line)
            }
        };
        taker(Position::Line(number), handed).map_err(Stopped::Taker)?;
    }
}

enum Read {
    Line,
    /// The line was read to its end and not kept.
    TooLong,
    End,
}

/// The next line, without more of it in memory than a reply may be long.
fn read_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Read> {
    let mut any = false;
    let mut too_long = false;
    loop {
        let buffer = match input.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if buffer.is_empty() {
            break;
        }
        any = true;
        let end = memchr::memchr(b'\n', buffer);
        let taken = end.map_or(buffer.len(), |end| end + 1);
        too_long |= line.len() + taken > LARGEST_REPLY;
        if too_long {
            *line = Vec::new();
        } else {
            line.extend_from_slice(&buffer[..taken]);
        }
        input.consume(taken);
        if end.is_some() {
            break;
        }
    }
    Ok(match (any, too_long) {
        (false, _) => Read::End,
        (true, true) => Read::TooLong,
        (true, false) => Read::Line,
    })
}
