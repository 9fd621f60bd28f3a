//! One request to a booted application, and what is kept of it.

use std::time::Instant;

use serde_json::{Value, json};

use super::{Answered, Explorer, Witness, is_raw};
use crate::exchange::{Reply, Request, Trouble};
use crate::message::{Point, Route, Served};
use crate::oracle::Known;
use crate::shown::{Shown, shown};

/// Raw exceptions of earlier requests that are remembered.
const MOST_EARLIER: usize = 200;
const MOST_LOGS: usize = 200;
/// Replies that never come cost most: after so many of them nothing more is sent.
const MOST_SLOW: usize = 3;

/// What goes to the harness with a request.
#[derive(Clone, Default)]
pub(crate) struct Control {
    pub(super) session: serde_json::Map<String, Value>,
    pub(super) point: Option<(Point, String)>,
}

impl Explorer<'_> {
    /// Sends one request and hands on what came of it: what happened, and where the reply points to.
    pub(crate) fn send(
        &mut self,
        mut request: Request,
        control: Control,
        route: Option<&Route>,
        before: &[usize],
        witness: &mut dyn Witness,
    ) -> Option<(Served, Option<(String, usize)>)> {
        if self.is_over() || !self.is_up() {
            return None;
        }
        (self.on_request)();
        let index = self.sent.len();
        let header = header(index as u64, &control);
        let reply = self.client.send(&request, &[("x-tightlip", &header)]);
        let told = self.record(index as u64);
        // Sent again, it gets a session of its own: the key that signs this one may be gone.
        let plain = request.clone();
        if let Some(cookie) = &told.cookie {
            request.headers.push(("Cookie".to_owned(), cookie.clone()));
        }
        self.sent.push(request.clone());
        let reply = match reply {
            Ok(reply) => reply,
            Err(trouble) => {
                self.trouble(&request, &trouble);
                return None;
            }
        };
        for (path, line) in &told.lines {
            let way = (plain.clone(), control.clone(), index);
            self.ways.entry((path.clone(), *line)).or_insert(way);
        }
        let answered = Answered { request: &request, reply: &reply, told: &told, route, before };
        let known = Known { ready: &self.ready, earlier: &self.earlier, logs: &self.logs };
        witness.see(&answered, &known, &self.sent);
        self.remember(index, &told);
        let Shown { values, forms } = shown(&reply, &request.target, &self.ready.routes);
        for (index, fields) in forms {
            // What a form offered first is what fits: later pages may repeat what was sent.
            fields.into_iter().for_each(|(name, value)| {
                self.learned[index].offered.entry(name).or_insert(value);
            });
        }
        if control.point.is_none() {
            self.harvest.take(&reply);
            self.harvest.take_named(&values);
        }
        if request.method != "GET" {
            self.fresh = self.harvest.after(&reply, &values);
        }
        self.jar.take(&reply);
        let next = redirect(&reply).map(|target| (target, index));
        Some((told, next))
    }

    pub(super) fn trouble(&mut self, request: &Request, trouble: &Trouble) {
        if *trouble == Trouble::Slow {
            self.slow += 1;
        }
        let text = format!("{} {}: {trouble}", request.method, request.target);
        if !self.troubles.contains(&text) && self.troubles.len() < 20 {
            self.troubles.push(text);
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.sent.len() >= self.effort.requests || self.slow >= MOST_SLOW || Instant::now() > self.deadline
    }

    pub(super) fn remember(&mut self, index: usize, told: &Served) {
        for raised in &told.raised {
            let is_known = self.earlier.iter().any(|(_, known)| known.text == raised.text);
            if is_raw(raised) && !is_known && self.earlier.len() < MOST_EARLIER {
                self.earlier.push((index, raised.clone()));
            }
        }
        for line in &told.logs {
            if self.logs.len() < MOST_LOGS && !self.logs.contains(line) {
                self.logs.push(line.clone());
            }
        }
    }
}

/// What the harness is told with a request; it takes the header away before the application sees it.
fn header(id: u64, control: &Control) -> String {
    let mut told = json!({ "id": id });
    if !control.session.is_empty() {
        told["session"] = json!(control.session);
    }
    if let Some((point, marker)) = &control.point {
        told["inject"] =
            json!({ "path": point.path, "line": point.line, "type": point.kind, "marker": marker });
    }
    told.to_string()
}

/// Where a reply sends its client, on this server.
fn redirect(reply: &Reply) -> Option<String> {
    if !(300..400).contains(&reply.status) {
        return None;
    }
    let location = reply.header("location")?;
    let path = match location.split_once("://") {
        Some((_, rest)) => rest.split_once('/').map_or("/".to_owned(), |(_, path)| format!("/{path}")),
        None => location.to_owned(),
    };
    path.starts_with('/').then_some(path)
}
