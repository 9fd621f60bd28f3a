//! Messages over standard input and output.
//!
//! The reading of frames is our own because a client may be broken: no header, however it is cut or whatever length it
//! claims, makes the server wait for ever or take memory that was not sent.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::thread;
use std::time::Duration;

use lsp_server::Message;

use super::Event;
use crate::output::complain;

/// A message is a text of at most 4 MiB, escaped, and little else.
const LARGEST_MESSAGE: u64 = 64 << 20;
/// A header has two short lines.
const LONGEST_HEADER: u64 = 4 << 10;
/// Messages that wait to be handled; behind these the client waits.
const MOST_WAITING: usize = 256;
/// A client that does not read what is left to write is not waited for.
const PATIENCE: Duration = Duration::from_secs(2);

/// The two ends of the wire.
pub(super) struct Transport {
    /// What comes in, and what the analysis has to tell.
    pub(super) events: Receiver<Event>,
    /// For whoever else has something to tell.
    pub(super) event_sender: SyncSender<Event>,
    /// What goes out.
    pub(super) out: Sender<Message>,
    written: Receiver<()>,
}

impl Transport {
    /// Starts to read and write, on threads of their own.
    pub(super) fn start() -> io::Result<Self> {
        let (event_sender, events) = mpsc::sync_channel(MOST_WAITING);
        let (out, to_write) = mpsc::channel();
        let (all_written, written) = mpsc::channel();
        let sender = event_sender.clone();
        thread::Builder::new().name("reader".into()).spawn(move || read_all(&sender))?;
        thread::Builder::new().name("writer".into()).spawn(move || write_all(&to_write, &all_written))?;
        Ok(Self { events, event_sender, out, written })
    }

    /// Waits until all is written, but not for a client that does not read.
    pub(super) fn finish(self) {
        drop(self.out);
        match self.written.recv_timeout(PATIENCE) {
            Ok(()) | Err(RecvTimeoutError::Disconnected | RecvTimeoutError::Timeout) => {}
        }
    }
}

fn read_all(events: &SyncSender<Event>) {
    let mut input = BufReader::new(io::stdin().lock());
    loop {
        let event = match read_frame(&mut input) {
            Ok(Some(body)) => match serde_json::from_slice::<Message>(&body) {
                Ok(message) => Event::Message(message),
                Err(error) => {
                    complain(&format!("warning: a message of the client is left out: {error}"));
                    continue;
                }
            },
            Ok(None) => Event::Closed,
            Err(reason) => {
                complain(&format!("error: the client does not speak the language server protocol: {reason}"));
                Event::Closed
            }
        };
        let is_last = matches!(event, Event::Closed);
        if events.send(event).is_err() || is_last {
            return;
        }
    }
}

/// The body of the next message; nothing where the input ends between messages.
fn read_frame(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, String> {
    let mut length = None;
    let mut budget = LONGEST_HEADER;
    let mut is_first = true;
    loop {
        let mut line = Vec::new();
        let read = input.take(budget).read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if read == 0 && is_first {
            return Ok(None);
        }
        is_first = false;
        budget -= read as u64;
        if line.pop() != Some(b'\n') {
            let is_long = budget == 0;
            return Err(if is_long { "a header without end" } else { "the input ends in a header" }.into());
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches('\r');
        if line.is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').ok_or("a header line without a colon")?;
        if name.trim().eq_ignore_ascii_case("content-length") {
            length = Some(value.trim().parse::<u64>().map_err(|_| "a content length that is no number")?);
        }
    }
    let length = length.ok_or("a header without content length")?;
    if length > LARGEST_MESSAGE {
        return Err(format!("a message of {length} bytes, more than the {LARGEST_MESSAGE} that are read"));
    }
    let mut body = Vec::new();
    let read = input.take(length).read_to_end(&mut body).map_err(|error| error.to_string())?;
    if read as u64 == length { Ok(Some(body)) } else { Err("the input ends in a message".into()) }
}

fn write_all(messages: &Receiver<Message>, all_written: &Sender<()>) {
    let mut out = io::stdout().lock();
    while let Ok(message) = messages.recv() {
        // Nobody reads any more; that the input ends too is told by it.
        if message.write(&mut out).and_then(|()| out.flush()).is_err() {
            break;
        }
    }
    let _ = all_written.send(());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(input: &[u8]) -> Result<Option<Vec<u8>>, String> {
        read_frame(&mut { input })
    }

    #[test]
    fn frames_are_read_one_by_one() {
        let mut input: &[u8] = b"Content-Length: 2\r\n\r\n{}content-length:3\r\nContent-Type: x\r\n\r\n[1]";
        assert_eq!(read_frame(&mut input), Ok(Some(b"{}".to_vec())));
        assert_eq!(read_frame(&mut input), Ok(Some(b"[1]".to_vec())));
        assert_eq!(read_frame(&mut input), Ok(None));
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        for (input, reason) in [
            (&b"\x00\xff\xfe"[..], "the input ends in a header"),
            (b"GET / HTTP/1.1\r\n\r\n", "a header line without a colon"),
            (b"Content-Length: many\r\n\r\n", "a content length that is no number"),
            (b"Content-Length: -1\r\n\r\n", "a content length that is no number"),
            (b"Host: here\r\n\r\n", "a header without content length"),
            (b"Content-Length: 10\r\n\r\n{}", "the input ends in a message"),
        ] {
            assert_eq!(frame(input), Err(reason.to_owned()));
        }
        let endless = [b'x'; 10_000];
        assert_eq!(frame(&endless), Err("a header without end".to_owned()));
        let huge = frame(b"Content-Length: 18446744073709551615\r\n\r\n{").expect_err("too large");
        assert!(huge.contains("more than"), "{huge}");
    }
}
