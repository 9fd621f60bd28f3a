//! The application that is explored: what it tells of a request, and that it is up again after it has ended.

use super::{Explorer, client};
use crate::cookies::Jar;
use crate::message::Served;
use crate::supervisor::Record;

/// An application that ends is booted again so many times.
const MOST_BOOTS: usize = 4;

impl Explorer<'_> {
    pub(super) fn record(&mut self, id: u64) -> Served {
        match self.supervisor.record_of(id) {
            Record::Served(served) => *served,
            Record::Ended(how) => {
                self.troubles.push(format!("the application ended: {how}"));
                self.ready.port = 0;
                Served::default()
            }
            Record::Missing => Served::default(),
        }
    }

    /// Boots the application again, in a fresh copy: what requests have changed is as it was.
    pub(crate) fn boot_afresh(&mut self) {
        self.ready.port = 0;
        self.jar = Jar::default();
        self.boots = self.boots.min(MOST_BOOTS - 1);
        self.is_up();
    }

    /// Boots the application again if it has ended.
    pub(super) fn is_up(&mut self) -> bool {
        if self.ready.port != 0 {
            return true;
        }
        if self.boots >= MOST_BOOTS {
            return false;
        }
        self.boots += 1;
        let booted = self.supervisor.boot(self.boot, self.effort.boot);
        match booted.and_then(|ready| Ok((client(&ready, self.effort)?, ready))) {
            Ok((client, ready)) => {
                (self.client, self.ready) = (client, ready);
                true
            }
            Err(error) => {
                self.troubles.push(error.reason);
                self.boots = MOST_BOOTS;
                false
            }
        }
    }
}
