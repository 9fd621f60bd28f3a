//! Source of page templates, as Jinja writes them, to [`Page`]: what a page shows of what it is given.
//!
//! Expressions are parsed by a crate. Tags are told apart here, because programs add tags of their own, which a parser
//! would refuse: of a tag that is not known, everything is taken as shown.
//!
//! **Invariants.** It is pure: text in, facts out. It never fails, and what it costs is bounded by the length of the
//! text. What is not understood counts as shown.

mod comments;
mod expression;
mod names;
mod pieces;
mod scope;
mod tags;
#[cfg(test)]
mod tests;

use tightlip_ir::{Page, Shown, ShownValue, Span};

/// What a template shows.
pub fn read(source: &str) -> Page {
    let mut page = tags::read(source);
    page.directives = comments::directives(source);
    page
}

/// What a template shows that cannot be read: possibly all that it is given.
pub fn unknown() -> Page {
    let shown = Shown { value: ShownValue::Anything, span: Span::default(), under: Vec::new() };
    Page { shows: vec![shown], ..Page::default() }
}
