//! Replies in HTTP archives, as browsers and proxies save them. Entries are read one at a time.

use std::cell::Cell;
use std::fmt;
use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use tightlip_leak::Headers;

use crate::lines::Named;
use crate::{Handed, LARGEST_REPLY, Position, Recorded, Stopped, Taker};

/// So much is read at a time.
const BUFFER: usize = 1 << 16;

#[derive(Deserialize)]
struct Entry {
    #[serde(default)]
    request: Request,
    response: Response,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Request {
    #[serde(default)]
    url: String,
    #[serde(default)]
    headers: Vec<Named>,
    #[serde(default)]
    post_data: Option<PostData>,
}

#[derive(Deserialize)]
struct PostData {
    #[serde(default)]
    text: String,
}

#[derive(Deserialize)]
struct Response {
    /// Browsers write 0, or less, where there was no reply.
    status: i64,
    #[serde(default)]
    headers: Vec<Named>,
    #[serde(default)]
    content: Content,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default)]
    mime_type: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    encoding: Option<String>,
}

impl Entry {
    fn recorded(self) -> Handed {
        let content = self.response.content;
        let body = match content.encoding.as_deref() {
            Some("base64") => {
                STANDARD.decode(content.text).map_err(|error| format!("the body is no base64: {error}"))?
            }
            _ => content.text.into_bytes(),
        };
        let mut headers: Vec<(String, String)> =
            self.response.headers.into_iter().map(|header| (header.name, header.value)).collect();
        if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            headers.push(("content-type".to_owned(), content.mime_type));
        }
        let mut request = self.request.url;
        for header in self.request.headers {
            request.push_str(&format!("\n{}: {}", header.name, header.value));
        }
        if let Some(data) = self.request.post_data {
            request.push_str("\n\n");
            request.push_str(&data.text);
        }
        Ok(Recorded {
            status: u16::try_from(self.response.status).unwrap_or(0),
            // Archives hold bodies unpacked, beside the header that says that they were packed.
            headers: Headers::from_iter(headers).without("content-encoding"),
            body,
            request: Some(request.into_bytes()),
        })
    }
}

/// Ends where one entry would need more memory than a reply may.
struct Metered<'a, R> {
    input: R,
    /// So much may still be read for this entry.
    left: &'a Cell<usize>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        match self.left.get().checked_sub(read) {
            Some(left) => {
                self.left.set(left);
                Ok(read)
            }
            None => Err(io::Error::other(format!("an entry is longer than {} MiB", LARGEST_REPLY >> 20))),
        }
    }
}

pub(crate) fn read(input: impl Read, taker: &mut Taker<'_>) -> Result<(), Stopped> {
    let left = Cell::new(LARGEST_REPLY);
    // The parser asks for single bytes.
    let input = io::BufReader::with_capacity(BUFFER, Metered { input, left: &left });
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    let mut archive = Archive { taker, left: &left, number: 0, output: None };
    let read = Level::Top(&mut archive).deserialize(&mut deserializer);
    match (archive.output, read) {
        (Some(error), _) => Err(Stopped::Taker(error)),
        (None, Err(error)) => Err(Stopped::Input(io::Error::other(error))),
        (None, Ok(())) => Ok(()),
    }
}

/// An archive that is being read.
struct Archive<'a, 't> {
    taker: &'a mut Taker<'t>,
    left: &'a Cell<usize>,
    /// The last entry that was read.
    number: u64,
    /// Why the taker has enough.
    output: Option<io::Error>,
}

impl Archive<'_, '_> {
    /// Whether to go on.
    fn take(&mut self, entry: Value) -> bool {
        self.number += 1;
        self.left.set(LARGEST_REPLY);
        let entry = serde_json::from_value(entry).map_err(|error| format!("no entry of an archive: {error}"));
        let handed = entry.and_then(Entry::recorded);
        match (self.taker)(Position::Entry(self.number), handed) {
            Ok(()) => true,
            Err(error) => {
                self.output = Some(error);
                false
            }
        }
    }
}

/// How deep in an archive: `{"log": {"entries": [...]}}`.
enum Level<'l, 'a, 't> {
    Top(&'l mut Archive<'a, 't>),
    Log(&'l mut Archive<'a, 't>),
    Entries(&'l mut Archive<'a, 't>),
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        match self {
            Self::Top(_) | Self::Log(_) => deserializer.deserialize_map(self),
            Self::Entries(_) => deserializer.deserialize_seq(self),
        }
    }
}

impl<'de> Visitor<'de> for Level<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an HTTP archive, {\"log\": {\"entries\": [...]}}")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let (key, archive, is_top) = match self {
            Self::Top(archive) => ("log", archive, true),
            Self::Log(archive) => ("entries", archive, false),
            Self::Entries(_) => return Err(A::Error::custom("entries are a list")),
        };
        while let Some(found) = map.next_key::<String>()? {
            match (found == key, is_top) {
                (true, true) => map.next_value_seed(Level::Log(archive))?,
                (true, false) => map.next_value_seed(Level::Entries(archive))?,
                (false, _) => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let (Self::Entries(archive) | Self::Top(archive) | Self::Log(archive)) = self;
        while let Some(entry) = list.next_element::<Value>()? {
            if !archive.take(entry) {
                return Err(A::Error::custom("nothing more can be written"));
            }
        }
        Ok(())
    }
}
