//! What a framework tells clients until it is told not to.

use tightlip_catalogue::{CallModel, Rule};

use super::Interpreter;
use super::arguments::PassedArguments;
use crate::found::{Opened, OpenedHow};

impl Interpreter<'_> {
    /// A call that opens by itself was made, and none of its arguments stops that.
    pub(super) fn open_defaults(&mut self, model: &CallModel, passed: &PassedArguments) {
        for default in &model.defaults {
            let closes = |value: &crate::value::Value| value.truth() != Some(false);
            let closed = passed.selected(&default.closing).any(|argument| closes(&argument.value));
            let location = self.location(passed.span);
            let known = |opened: &Opened| {
                opened.location == location && opened.opening.rule == Rule::FrameworkDefault
            };
            if closed || self.outcome.opened.iter().any(known) {
                continue;
            }
            self.outcome.opened.push(Opened {
                location,
                function: self.here,
                opening: default.opening,
                how: OpenedHow::Always,
                taken_over: None,
                tests_may: true,
                unless: default.unless.clone(),
            });
        }
    }
}
