//! How much is tried.

use std::time::Duration;

/// How much is tried.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// The most requests that are sent to one boot.
    pub requests: usize,
    /// When to stop with one boot.
    pub time: Duration,
    /// How long a reply may take.
    pub reply: Duration,
    /// How long booting may take.
    pub boot: Duration,
}

impl Default for Effort {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { requests: 4000, time: seconds(120), reply: seconds(10), boot: seconds(60) }
    }
}
