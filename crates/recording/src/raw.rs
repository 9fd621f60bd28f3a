//! Replies as they went over the wire, one after the other, as `curl -i` prints them.

use std::io::{self, BufRead};

use tightlip_leak::Headers;

use crate::{Handed, LARGEST_REPLY, Position, Recorded, Stopped, Taker};

/// A head that is longer is none.
const LONGEST_HEAD: usize = 256 << 10;

/// A head with more headers is none.
const MOST_HEADERS: usize = 512;

/// So much of a body without a known length is looked at together.
const LONGEST_LINE: usize = 64 << 10;

/// Where the body ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Length {
    /// There is none.
    None,
    /// After so many bytes.
    Bytes(usize),
    /// With an empty chunk.
    Chunks,
    /// Where the next reply begins, or nothing more is there.
    Open,
}

pub(crate) fn read(input: impl BufRead, taker: &mut Taker<'_>) -> Result<(), Stopped> {
    let mut wire = Wire { input, line: 1, ahead: Vec::new() };
    while let Some((line, handed)) = wire.reply().map_err(Stopped::Input)? {
        taker(Position::Line(line), handed).map_err(Stopped::Taker)?;
    }
    Ok(())
}

/// Input with a line that was read ahead.
struct Wire<R> {
    input: R,
    /// The line that is read next, from 1.
    line: u64,
    /// A line, or the beginning of one, that belongs to what comes next.
    ahead: Vec<u8>,
}

impl<R: BufRead> Wire<R> {
    /// The next reply with its line; nothing at the end.
    fn reply(&mut self) -> io::Result<Option<(u64, Handed)>> {
        let mut line = self.next_line()?;
        while !line.is_empty() && line.trim_ascii().is_empty() {
            line = self.next_line()?;
        }
        if line.is_empty() {
            return Ok(None);
        }
        let start = self.line - 1;
        let mut head = line;
        while head.len() < LONGEST_HEAD {
            let line = self.next_line()?;
            let is_end = line.trim_ascii().is_empty();
            head.extend_from_slice(&line);
            if is_end {
                break;
            }
        }
        if !head.ends_with(b"\n") {
            head.push(b'\n');
        }
        if !head.ends_with(b"\n\n") && !head.ends_with(b"\n\r\n") {
            head.push(b'\n');
        }
        let (status, headers, length) = match parse_head(&head) {
            Ok(parsed) => parsed,
            Err(message) => {
                self.open(&mut Vec::new())?;
                return Ok(Some((start, Err(message))));
            }
        };
        let mut body = Vec::new();
        match length {
            Length::None => {}
            Length::Bytes(bytes) => self.bytes(bytes, &mut body)?,
            Length::Chunks => self.chunks(&mut body)?,
            Length::Open => self.open(&mut body)?,
        }
        if length != Length::Open {
            // Recordings hold longer bodies than their heads say: unpacked, or put together from chunks.
            self.open(&mut body)?;
        }
        Ok(Some((start, Ok(Recorded { status, headers, body, request: None }))))
    }

    /// The next line with its end, or so much of it as fits; empty at the end.
    fn next_line(&mut self) -> io::Result<Vec<u8>> {
        if !self.ahead.is_empty() {
            let line = std::mem::take(&mut self.ahead);
            self.line += u64::from(line.ends_with(b"\n"));
            return Ok(line);
        }
        let mut line = Vec::new();
        io::Read::take(&mut self.input, LONGEST_LINE as u64).read_until(b'\n', &mut line)?;
        self.line += u64::from(line.ends_with(b"\n"));
        Ok(line)
    }

    fn put_back(&mut self, line: Vec<u8>) {
        self.line -= u64::from(line.ends_with(b"\n"));
        self.ahead = line;
    }

    /// So many bytes, or as many as there are.
    fn bytes(&mut self, mut count: usize, body: &mut Vec<u8>) -> io::Result<()> {
        while count > 0 {
            if !self.ahead.is_empty() {
                let rest = self.ahead.split_off(count.min(self.ahead.len()));
                let taken = std::mem::replace(&mut self.ahead, rest);
                count -= taken.len();
                self.keep(&taken, body);
                continue;
            }
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            let taken = buffer[..buffer.len().min(count)].to_vec();
            self.input.consume(taken.len());
            count -= taken.len();
            self.keep(&taken, body);
        }
        Ok(())
    }

    fn keep(&mut self, bytes: &[u8], body: &mut Vec<u8>) {
        self.line += memchr::memchr_iter(b'\n', bytes).count() as u64;
        keep(bytes, body);
    }

    /// Chunks up to the empty one with its trailers. What is none stays where it is.
    fn chunks(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let line = self.next_line()?;
            let Ok(httparse::Status::Complete((_, size))) = httparse::parse_chunk_size(&line) else {
                self.put_back(line);
                return Ok(());
            };
            if size == 0 {
                let mut trailer = self.next_line()?;
                while !trailer.trim_ascii().is_empty() && !begins_reply(&trailer) {
                    trailer = self.next_line()?;
                }
                if begins_reply(&trailer) {
                    self.put_back(trailer);
                }
                return Ok(());
            }
            self.bytes(usize::try_from(size).unwrap_or(usize::MAX), body)?;
            let end = self.next_line()?;
            if !end.trim_ascii().is_empty() {
                self.put_back(end);
            }
        }
    }

    /// Everything up to the next reply.
    fn open(&mut self, body: &mut Vec<u8>) -> io::Result<()> {
        let mut is_start = true;
        loop {
            let line = self.next_line()?;
            if line.is_empty() {
                return Ok(());
            }
            if is_start && begins_reply(&line) {
                self.put_back(line);
                return Ok(());
            }
            is_start = line.ends_with(b"\n");
            keep(&line, body);
        }
    }
}

/// Keeps of a body what fits into memory. What is behind that says nothing new.
fn keep(bytes: &[u8], body: &mut Vec<u8>) {
    let room = LARGEST_REPLY.saturating_sub(body.len());
    body.extend_from_slice(&bytes[..bytes.len().min(room)]);
}

/// Whether the first line is `HTTP/1.1 200 OK`.
fn begins_reply(text: &[u8]) -> bool {
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(rest) = line.strip_prefix(b"HTTP/") else { return false };
    let mut words = rest.splitn(3, |byte| *byte == b' ');
    let version = words.next().unwrap_or_default();
    let status = words.next().unwrap_or_default().trim_ascii();
    matches!(version, b"0.9" | b"1.0" | b"1.1" | b"2" | b"2.0" | b"3" | b"3.0")
        && status.len() == 3
        && status.iter().all(u8::is_ascii_digit)
}

fn parse_head(head: &[u8]) -> Result<(u16, Headers, Length), String> {
    // The parser knows version 1 only; what clients print of the others looks the same.
    let head = match head.iter().position(|byte| *byte == b' ') {
        Some(space) if begins_reply(head) => [b"HTTP/1.1", &head[space..]].concat(),
        _ => head.to_vec(),
    };
    let mut headers = vec![httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut reply = httparse::Response::new(&mut headers);
    let parsed = httparse::ParserConfig::default()
        .allow_spaces_after_header_name_in_responses(true)
        .ignore_invalid_headers_in_responses(true)
        .parse_response(&mut reply, &head);
    match parsed {
        Ok(httparse::Status::Complete(_)) => {}
        Ok(httparse::Status::Partial) => return Err("the head of a reply has no end".to_owned()),
        Err(error) => return Err(format!("no head of a reply: {error}")),
    }
    let status = reply.code.unwrap_or(0);
    let headers: Headers = reply.headers.iter().map(|header| (header.name, header.value)).collect();
    let length = length(status, &headers);
    Ok((status, headers, length))
}

fn length(status: u16, headers: &Headers) -> Length {
    if matches!(status, 100..200 | 204 | 304) {
        return Length::None;
    }
    let is_chunked = headers.values("transfer-encoding").any(|value| {
        value
            .rsplit(|byte| *byte == b',')
            .next()
            .unwrap_or_default()
            .trim_ascii()
            .eq_ignore_ascii_case(b"chunked")
    });
    if is_chunked {
        return Length::Chunks;
    }
    let bytes = headers.values("content-length").next().and_then(|value| std::str::from_utf8(value).ok());
    bytes.and_then(|text| text.trim().parse().ok()).map_or(Length::Open, Length::Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replies(text: &str) -> Vec<(u64, Option<(u16, String)>)> {
        let mut wire = Wire { input: text.as_bytes(), line: 1, ahead: Vec::new() };
        let mut replies = Vec::new();
        while let Some((line, handed)) = wire.reply().expect("texts can be read") {
            let body = |reply: Recorded| (reply.status, String::from_utf8_lossy(&reply.body).into_owned());
            replies.push((line, handed.ok().map(body)));
        }
        replies
    }

    fn reply(line: u64, status: u16, body: &str) -> (u64, Option<(u16, String)>) {
        (line, Some((status, body.to_owned())))
    }

    #[test]
    fn bodies_end_where_their_heads_say() {
        let text = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na\nbHTTP/1.1 500 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc\r\n0\r\n\r\nHTTP/1.0 404 x\n\nrest\nof it";
        assert_eq!(
            replies(text),
            [reply(1, 200, "a\nb"), reply(5, 500, "abc"), reply(14, 404, "rest\nof it")]
        );
    }

    #[test]
    fn what_clients_print_is_understood() {
        let text = "HTTP/1.1 100 Continue\n\nHTTP/2 500\ncontent-length: 2\n\nlonger\nHTTP/1.1 200 OK\ntransfer-encoding: chunked\n\nno chunk\n";
        assert_eq!(
            replies(text),
            [reply(1, 100, ""), reply(3, 500, "longer\n"), reply(7, 200, "no chunk\n")]
        );
    }

    #[test]
    fn a_broken_head_harms_no_other_reply() {
        let text = "HTTP/1.1 abc\nx\n\ny\nHTTP/1.1 200 OK\n\nz";
        assert_eq!(replies(text), [(1, None), reply(5, 200, "z")]);
    }
}
