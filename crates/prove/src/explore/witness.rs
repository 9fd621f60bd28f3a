//! Who is told of exchanges, and what of them.

use crate::exchange::{Reply, Request};
use crate::message::{Route, Served};
use crate::oracle::Known;

/// A request that was answered, and what happened meanwhile.
pub(crate) struct Answered<'a> {
    pub(crate) request: &'a Request,
    pub(crate) reply: &'a Reply,
    pub(crate) told: &'a Served,
    pub(crate) route: Option<&'a Route>,
    /// Requests that came before and matter, by their places.
    pub(crate) before: &'a [usize],
}

/// Is told of every exchange.
pub(crate) trait Witness {
    fn see(&mut self, answered: &Answered<'_>, known: &Known<'_>, sent: &[Request]);
    /// Whether all that was asked for is seen.
    fn has_seen_enough(&self) -> bool;
    /// Whether the exception that is injected was seen in a reply.
    fn has_seen_injected(&self) -> bool;
}
