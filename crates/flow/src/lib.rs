//! From a program to the flows of error detail in it.
//!
//! [`Program::link`] connects names to definitions; [`solve`] runs functions abstractly until it is known what
//! of what they are given they return, send, raise and leave behind, and reports each road from a source to
//! the client.
//!
//! **Invariant:** this room names no framework and knows no parser. Which call is a source, a sink or a
//! sanitizer is the catalogue's to say.

mod declared;
mod environment;
mod found;
mod heat;
mod hierarchy;
mod interpret;
mod modules;
mod pages;
mod program;
mod reach;
mod relevance;
mod shared;
mod solve;
mod store;
mod summary;
mod taint;
mod value;
mod work;

pub use found::{
    ApplicationSite, Closed, Flow, Opened, OpenedHow, Prefix, Registration, Role, Solution, class_text,
};
pub use pages::{PageIndex, PageShown, Pages};
pub use program::{Binding, ClassRef, File, FileIndex, FunctionRef, Meaning, Program};
pub use solve::{Extent, Solved, solve, solve_within};
pub use taint::{ClassName, Location, Note, Opener, Source, SourceKind, Step};
