//! Is there a leak in this reply?
//!
//! ```
//! use tightlip_catalogue::Signatures;
//! use tightlip_leak::{Detector, Headers, Reply, Request};
//!
//! let signatures = Signatures::embedded().expect("the catalogue is without mistakes");
//! let detector = Detector::new(&signatures);
//! let headers = Headers::from_iter([("Content-Type", "application/json")]);
//! let body = br#"{"error": "invalid literal for int() with base 10: 'x'"}"#;
//! let verdict = detector.inspect(&Reply { status: 500, headers: &headers, body }, &Request::none());
//! assert!(verdict.leak);
//! ```
//!
//! The way of a body: its codings are undone ([`coding`]), wide letters are made narrow ([`charset`]), and it is
//! cut into blocks ([`scanner`]). In each block anchors are looked for, all at once; what is around them is freed
//! from tags, entities and escapes ([`view`]), and there the patterns are tried. What was found is weighed by
//! status and kind of the reply ([`judge`]), without what only repeats the request ([`request`]).
//!
//! Nothing here reads or writes anything, and what it costs is bounded by the length of the reply.

#[cfg(test)]
mod catalogue_tests;
mod charset;
mod coding;
mod detector;
mod judge;
mod kind;
mod reply;
mod request;
mod scanner;
mod verdict;
mod view;

pub use detector::{Detector, Stream};
pub use reply::{Headers, Reply};
pub use request::Request;
pub use verdict::{Leak, Place, Problem, Verdict};
