//! Where detail reaches the client.

use std::sync::Arc;

use tightlip_catalogue::model::Channel;
use tightlip_catalogue::{Severity, SinkModel};
use tightlip_ir::ExpressionId;

use super::Interpreter;
use super::exception::is_name_of_file;
use super::expression::without_whole_collections;
use crate::found::Flow;
use crate::summary::GivenSink;
use crate::taint::{Form, Location, Note, Origin, Step, Taint};
use crate::value::{Shape, Value};

/// How something gets to the client, and what an attacker gains at least by that.
#[derive(Clone, Copy)]
pub(super) struct Road {
    pub(super) channel: Channel,
    pub(super) severity: Option<Severity>,
}

impl Road {
    fn new(channel: Channel) -> Self {
        Self { channel, severity: None }
    }

    pub(super) fn of(model: &SinkModel) -> Self {
        Self { channel: model.channel, severity: model.severity }
    }
}

impl Interpreter<'_> {
    /// A handler returns `value`.
    pub(super) fn send_returned(&mut self, expression: ExpressionId, value: &Value) {
        let Some(channel) = self.road_of_returned() else { return };
        // An exception that is returned as it is, is the framework's to render.
        let mut whole = without_whole_objects(value.clone());
        if channel == Channel::Template {
            whole = without_whole_collections(whole);
        }
        let whole = self.with_texts_of_parts(&whole);
        let location = self.at(expression);
        self.send(&whole, Road::new(channel), location, false);
    }

    fn with_texts_of_parts(&mut self, value: &Value) -> Value {
        let mut whole = Value { taints: value.taints.clone(), ..Value::default() };
        for part in value.parts() {
            let known = match part.shapes[..] {
                _ if is_first_of_tuple(value, part) => self.with_texts_of_inner_parts(part),
                _ => self.with_texts_of_exceptions(part),
            };
            known.all_taints().into_iter().for_each(|taint| whole.add_taint(taint));
        }
        whole
    }

    fn with_texts_of_inner_parts(&mut self, value: &Value) -> Value {
        let mut whole = value.clone();
        for part in value.parts() {
            let known = self.with_texts_of_exceptions(part);
            known.all_taints().into_iter().for_each(|taint| whole.add_taint(taint));
        }
        whole
    }

    /// All detail in `value` reaches the client.
    pub(super) fn send(&mut self, value: &Value, road: Road, location: Location, objects: bool) {
        if self.guarded > 0 || self.state.is_none() {
            return;
        }
        let value = if objects { self.with_texts_of_exceptions(value) } else { value.clone() };
        for taint in value.all_taints() {
            self.sent(taint, road, location, location);
        }
    }

    /// `taint` reaches the client at `end`; here that is decided at `location`.
    pub(super) fn sent(&mut self, taint: Taint, road: Road, end: Location, location: Location) {
        let Road { channel, severity } = road;
        if self.guarded > 0 || (is_name_of_file(&taint) && channel != Channel::File) {
            return;
        }
        let mut taint = self.opened(taint);
        let ends = taint.trail.steps().last().is_some_and(|step| matches!(step.note, Note::Sent(_)));
        if !ends {
            taint.trail.push(Step { location: end, note: Note::Sent(channel) });
        }
        match &taint.origin {
            Origin::Source(source) => {
                let known = |flow: &Flow| {
                    flow.location == location
                        && flow.rule == taint.rule
                        && flow.opened == taint.opened
                        && Arc::ptr_eq(&flow.source, source)
                };
                if !self.outcome.flows.iter().any(known) {
                    self.outcome.flows.push(Flow {
                        source: source.clone(),
                        rule: taint.rule,
                        channel,
                        location,
                        function: self.here,
                        steps: taint.trail.steps(),
                        unsure: taint.unsure,
                        opened: taint.opened,
                        severity,
                    });
                }
            }
            Origin::Given(..) => {
                const MOST: usize = 48;
                let sinks = &mut self.outcome.summary.sinks;
                let known = |sink: &GivenSink| sink.taint.is_like(&taint) && sink.location == end;
                if sinks.len() < MOST && !sinks.iter().any(known) {
                    sinks.push(GivenSink { taint, channel, severity, location: end });
                }
            }
        }
    }
}

fn is_first_of_tuple(value: &Value, part: &Value) -> bool {
    value.shapes.iter().any(|shape| match shape {
        Shape::Tuple(items) => items.first().is_some_and(|first| std::ptr::eq(first, part)),
        _ => false,
    })
}

/// The same without exceptions that are the value itself, or the first of a tuple: `return error, 500`.
fn without_whole_objects(mut value: Value) -> Value {
    let is_whole = |taint: &Taint| taint.form == Form::Object && matches!(taint.origin, Origin::Source(_));
    value.taints.retain(|taint| !is_whole(taint));
    for shape in value.shapes.iter_mut() {
        if let Shape::Tuple(items) = shape
            && let Some(first) = items.first_mut()
        {
            first.taints.retain(|taint| !is_whole(taint));
        }
    }
    value
}
