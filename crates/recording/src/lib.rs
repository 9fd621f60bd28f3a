//! Replies that were recorded: lines of JSON, HTTP archives (HAR), and what went over the wire.
//!
//! The form is recognized. What cannot be understood is told in its place and harms no other reply; of what has no
//! end little is kept.

mod har;
mod lines;
mod raw;
mod recognize;

use std::io::{self, BufRead, Read};

use tightlip_leak::Headers;

use recognize::Form;

/// A reply that is longer is not read whole: nobody records so much of an error.
pub const LARGEST_REPLY: usize = 64 << 20;

/// A reply that was recorded, and what is known of the request.
#[derive(Clone, Default, Debug)]
pub struct Recorded {
    /// Its status; 0 where it is not known.
    pub status: u16,
    /// Its headers.
    pub headers: Headers,
    /// Its body, in the content coding that the headers name.
    pub body: Vec<u8>,
    /// The request in any form, where it was recorded too.
    pub request: Option<Vec<u8>>,
}

/// Where in the input a reply stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Position {
    /// It begins in this line, from 1.
    Line(u64),
    /// It is this entry of an archive, from 1.
    Entry(u64),
}

/// A reply, or what is wrong in its place.
pub type Handed = Result<Recorded, String>;

/// Takes one reply after the other, as they are read.
pub type Taker<'a> = dyn FnMut(Position, Handed) -> io::Result<()> + 'a;

/// Why reading ended before the end.
#[derive(Debug)]
pub enum Stopped {
    /// Nothing more can be read.
    Input(io::Error),
    /// Whoever takes the replies has enough.
    Taker(io::Error),
}

/// Hands each reply of `input` to `taker`.
pub fn read(mut input: impl BufRead, taker: &mut Taker<'_>) -> Result<(), Stopped> {
    let start = recognize::start(&mut input).map_err(Stopped::Input)?;
    let form = Form::of(&start);
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start);
    let input = start.chain(input);
    match form {
        Form::Lines => lines::read(input, taker),
        Form::Har => har::read(input, taker),
        Form::Raw => raw::read(input, taker),
        Form::Empty => Ok(()),
    }
}
