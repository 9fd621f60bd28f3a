//! What is said of a reply.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use tightlip_catalogue::{Class, Strength};

/// Something in a reply that looks like a leak.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leak {
    /// What is told.
    pub class: Class,
    /// The signature that found it: `python/traceback`.
    pub name: Arc<str>,
    /// How much it says by itself.
    pub strength: Strength,
    /// Where it is.
    pub place: Place,
    /// The beginning of it as a person would read it, without tags and escapes.
    pub text: String,
}

/// Where in a reply something is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// In the header of this name, in small letters.
    Header(String),
    /// In these bytes of the body, counted after its content codings were undone.
    Body(Range<usize>),
}

/// Why not all of a body could be looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Problem {
    /// It is in a coding that is not known.
    UnknownCoding(String),
    /// It is not what its coding says, or was cut off.
    BrokenCoding(String),
    /// It becomes too large when it is unpacked; what is behind this many bytes was not looked at.
    TooLarge(usize),
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownCoding(coding) => write!(formatter, "the content coding `{coding}` is not known"),
            Self::BrokenCoding(coding) => write!(formatter, "the body is not valid `{coding}`"),
            Self::TooLarge(bytes) => {
                write!(formatter, "only the first {bytes} bytes of what it unpacks to were read")
            }
        }
    }
}

/// What is said of a reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Whether it tells its client what only operators should read.
    pub leak: bool,
    /// Everything that was found, by place; also what is too weak to be a leak.
    pub findings: Vec<Leak>,
    /// Why not all of it could be looked at.
    pub problem: Option<Problem>,
}
