//! What replies set and the next requests bring back.

use std::collections::BTreeMap;

use crate::exchange::{Reply, Request};

/// More cookies are not kept.
const MOST_COOKIES: usize = 50;

/// The cookies of one client. Paths and ages are not looked at: there is one server, and little time.
#[derive(Default, Debug)]
pub(crate) struct Jar {
    pairs: BTreeMap<String, String>,
}

impl Jar {
    pub(crate) fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    /// Keeps what `reply` sets.
    pub(crate) fn take(&mut self, reply: &Reply) {
        for (_, value) in reply.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            let pair = value.split(';').next().and_then(|pair| pair.split_once('='));
            if let Some((name, value)) = pair
                && (self.pairs.len() < MOST_COOKIES || self.pairs.contains_key(name.trim()))
            {
                self.pairs.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    /// Puts all of them into `request`, in place of those that it has.
    pub(crate) fn put(&self, request: &mut Request) {
        if self.pairs.is_empty() {
            return;
        }
        let pairs: Vec<String> = self.pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
        request.headers.push(("Cookie".to_owned(), pairs.join("; ")));
    }
}
