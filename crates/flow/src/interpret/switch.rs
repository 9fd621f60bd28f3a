//! Settings that open the application: arguments of calls, and what is assigned.

use tightlip_catalogue::model::When;
use tightlip_catalogue::{CallModel, Opening, SwitchModel};
use tightlip_ir::{Span, Symbol};

use super::Interpreter;
use super::arguments::PassedArguments;
use crate::found::{Closed, Opened, Prefix};
use crate::value::{Constant, Value};

impl<'a> Interpreter<'a> {
    /// Notes what the arguments of a call open, and what they keep closed.
    pub(super) fn check_switches_of_call(
        &mut self,
        path: Symbol,
        model: &'a CallModel,
        passed: &PassedArguments,
    ) {
        if let Some(default) = model.reads_prefix {
            let text = match passed.all.first().map(|argument| argument.value.constant) {
                Some(Some(Constant::Text(text))) => Some(text),
                Some(_) => None,
                None => Some(default),
            };
            let location = self.location(passed.span);
            self.outcome.prefixes.push(Prefix { location, text });
        }
        for switch in &model.switches {
            let value = passed.value_of(&switch.arguments);
            let opens = match (switch.when, &value) {
                (When::NotFalsy, None) => true,
                (When::NotFalsy, Some(value)) => value.truth() != Some(false),
                (_, None) => false,
                (_, Some(value)) => opens(switch, value),
            };
            if opens {
                self.open(switch, self.levelled(switch, passed), passed.span);
            } else if value.is_some_and(|value| value.truth() == Some(false)) {
                let location = self.location(passed.span);
                self.outcome.closed.push(Closed { location, path });
            }
        }
    }

    /// Notes what assigning `value` opens.
    pub(super) fn check_assigned_switch(&mut self, switch: &'a SwitchModel, value: &Value, span: Span) {
        if opens(switch, value) {
            self.open(switch, switch.opening, span);
        }
    }

    /// What the switch opens, with what the other arguments of its call change.
    fn levelled(&self, switch: &SwitchModel, passed: &PassedArguments) -> Opening {
        let mut opening = switch.opening;
        for level in &switch.levels {
            let Some(value) = passed.value_of(&level.arguments) else { continue };
            let applies = match value.constant {
                Some(Constant::Text(text)) if !level.is.is_empty() => level.is.iter().any(|is| text == **is),
                _ => level.is.is_empty() && is(level.when, &value),
            };
            if applies {
                opening.severity = match level.severity {
                    Some(severity) => opening.severity.at(severity),
                    None => opening.severity.raised(),
                };
            }
        }
        opening
    }

    fn open(&mut self, switch: &SwitchModel, opening: Opening, span: Span) {
        let location = self.location(span);
        let known = |opened: &Opened| opened.location == location && opened.opening.rule == opening.rule;
        if self.guarded == 0 && !self.outcome.opened.iter().any(known) {
            self.outcome.opened.push(Opened {
                location,
                function: self.here,
                opening,
                steps: Vec::new(),
                unsure: false,
                tests_may: switch.tests_may,
            });
        }
    }
}

fn opens(switch: &SwitchModel, value: &Value) -> bool {
    let is_off = match value.constant {
        Some(Constant::Text(text)) => switch.off.iter().any(|off| off.eq_ignore_ascii_case(text.text())),
        _ => false,
    };
    !is_off && is(switch.when, value)
}

fn is(when: When, value: &Value) -> bool {
    match when {
        When::Truthy | When::NotFalsy => value.truth() == Some(true),
        When::Falsy => value.truth() == Some(false),
        When::Off => matches!(value.constant, Some(Constant::Text(text)) if text == "off"),
    }
}
