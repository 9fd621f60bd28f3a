//! Sends requests to a booted application and hands on what came of each.

mod boot;
mod effort;
mod look;
mod send;
mod witness;

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use serde_json::json;

use crate::cookies::Jar;
use crate::exchange::{Client, Request, Transport};
use crate::message::{Boot, Raised, Ready, Route};
use crate::seed::{Harvest, Learned, Shape, fitting};
use crate::supervisor::{NotBooted, Supervisor};
use crate::templates::variants;

pub use effort::Effort;
pub(crate) use send::Control;
pub(crate) use witness::{Answered, Witness};

/// Rounds in which a route is asked for what else it looks up.
const MOST_ROUNDS: usize = 6;
/// How often what is near a route is read after something broke.
const MOST_LOOKS: usize = 3;

/// Words in addresses that take away what others need, whatever the method.
const REMOVING: &[&str] = &["delete", "drop", "remove", "destroy", "unload", "reset", "logout"];

/// A booted application and what is known of it.
pub(crate) struct Explorer<'a> {
    supervisor: &'a mut Supervisor,
    boot: &'a Boot,
    effort: Effort,
    pub(crate) ready: Box<Ready>,
    client: Client,
    deadline: Instant,
    learned: Vec<Learned>,
    harvest: Harvest,
    /// What the last reply to a changing request held.
    fresh: Harvest,
    /// How often each route was looked around for.
    looks: Vec<usize>,
    jar: Jar,
    pub(crate) sent: Vec<Request>,
    earlier: Vec<(usize, Raised)>,
    logs: Vec<String>,
    /// A request that came to a line, by path and line.
    ways: HashMap<(String, usize), (Request, Control, usize)>,
    seen_requests: HashSet<(String, String, Vec<u8>, String)>,
    slow: usize,
    boots: usize,
    /// What went wrong on the way.
    pub(crate) troubles: Vec<String>,
    on_request: &'a dyn Fn(),
}

impl<'a> Explorer<'a> {
    pub(crate) fn start(
        supervisor: &'a mut Supervisor,
        boot: &'a Boot,
        effort: Effort,
        on_request: &'a dyn Fn(),
    ) -> Result<Self, NotBooted> {
        let ready = supervisor.boot(boot, effort.boot)?;
        let client = client(&ready, effort)?;
        let learned = ready.routes.iter().map(Learned::of).collect();
        let looks = vec![0; ready.routes.len()];
        // No request was sent yet, so none of them comes before.
        let early = ready.raised.iter().filter(|raised| is_raw(raised));
        let earlier = early.map(|raised| (usize::MAX, raised.clone())).collect();
        let logs = ready.logs.clone();
        Ok(Self {
            supervisor,
            boot,
            effort,
            ready,
            client,
            deadline: Instant::now() + effort.time,
            learned,
            harvest: Harvest::default(),
            fresh: Harvest::default(),
            looks,
            jar: Jar::default(),
            sent: Vec::new(),
            earlier,
            logs,
            ways: HashMap::new(),
            seen_requests: HashSet::new(),
            slow: 0,
            boots: 1,
            troubles: Vec::new(),
            on_request,
        })
    }

    /// Asks every route what it wants, then sends what may break it, then asks again: what one request has broken,
    /// another one may show.
    pub(crate) fn explore(&mut self, witness: &mut dyn Witness) {
        let routes = self.ordered_routes();
        for (index, route) in &routes {
            self.learn(*index, route, witness);
        }
        self.odd_addresses(&routes, witness);
        for (index, route) in &routes {
            let base = fitting(route, &self.learned[*index], &self.harvest);
            let shapes = variants(route, &base, &self.learned[*index], &self.harvest);
            for shape in shapes {
                if self.is_over() || witness.has_seen_enough() {
                    break;
                }
                self.send_shape(*index, route, &shape, witness);
            }
        }
        self.seen_requests.clear();
        for (index, route) in &routes {
            let shape = fitting(route, &self.learned[*index], &self.harvest);
            self.send_shape(*index, route, &shape, witness);
            if route.method == "GET" && !self.jar.is_empty() {
                self.send_with_jar(shape.request(route), Some(route), &[], witness);
            }
        }
    }

    /// Routes in an order in which one makes what the next one needs: read, make, change, remove.
    fn ordered_routes(&self) -> Vec<(usize, Route)> {
        let rank = |route: &Route| match route.method.as_str() {
            _ if route.method != "GET" && REMOVING.iter().any(|word| route.rule.contains(word)) => 3,
            "GET" => 0,
            "POST" => 1,
            "DELETE" => 3,
            _ => 2,
        };
        let mut routes: Vec<_> = self
            .ready
            .routes
            .iter()
            .cloned()
            .enumerate()
            .filter(|(_, route)| route.endpoint != "static")
            .collect();
        routes.sort_by_key(|(index, route)| (rank(route), *index));
        routes
    }

    fn learn(&mut self, index: usize, route: &Route, witness: &mut dyn Witness) {
        for _ in 0..MOST_ROUNDS {
            if self.is_over() {
                return;
            }
            let shape = fitting(route, &self.learned[index], &self.harvest);
            let mut is_new = self.send_shape(index, route, &shape, witness);
            if self.learned[index].reads("json") && !self.learned[index].has("json") {
                let list = Shape { body: crate::seed::Body::Json(json!([{}])), ..shape };
                is_new |= self.send_shape(index, route, &list, witness);
            }
            if !is_new {
                break;
            }
        }
        // What was looked up is known by now; what the source looks up may stand behind a test that failed.
        let hidden: Vec<String> = route.keys.clone();
        let learned = &mut self.learned[index];
        let known: HashSet<&String> = learned.asked.values().flatten().collect();
        let hidden: Vec<String> = hidden.into_iter().filter(|key| !known.contains(key)).collect();
        let part = if learned.has("json") {
            "json"
        } else if learned.has("form") {
            "form"
        } else if learned.has("args") {
            "args"
        } else {
            return;
        };
        learned.asked.entry(part.to_owned()).or_default().extend(hidden);
    }

    /// What no route answers: an unknown address, and a method that is not allowed.
    fn odd_addresses(&mut self, routes: &[(usize, Route)], witness: &mut dyn Witness) {
        let unknown = Request {
            method: "GET".to_owned(),
            target: "/tightlip-nothing-is-here".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        };
        self.send(unknown.clone(), Control::default(), None, &[], witness);
        let accepting = vec![("Accept".to_owned(), "application/json".to_owned())];
        self.send(Request { headers: accepting, ..unknown }, Control::default(), None, &[], witness);
        for (_, route) in routes.iter().take(12) {
            let shape = fitting(route, &Learned::default(), &self.harvest);
            let request = shape.request(route);
            self.send(
                Request { method: "PROPFIND".to_owned(), ..request.clone() },
                Control::default(),
                Some(route),
                &[],
                witness,
            );
            if let Some(short) = request.target.strip_suffix('/').filter(|short| !short.is_empty()) {
                let request = Request { target: short.to_owned(), ..request };
                self.send(request, Control::default(), Some(route), &[], witness);
            }
        }
    }

    /// Sends the request. Whether the application looked up anything new.
    fn send_shape(&mut self, index: usize, route: &Route, shape: &Shape, witness: &mut dyn Witness) -> bool {
        let request = shape.request(route);
        let control = Control { session: shape.session.clone(), point: None };
        let key = (
            request.method.clone(),
            request.target.clone(),
            request.body.clone(),
            format!("{:?}{:?}", request.headers, shape.session),
        );
        if !self.seen_requests.insert(key) {
            return false;
        }
        let Some((told, next)) = self.send(request, control, Some(route), &[], witness) else { return false };
        let is_new = self.learned[index].take(&told);
        self.follow(next, witness);
        let is_kept = route.method != "GET" && told.raised.iter().any(is_raw);
        if is_kept && self.looks[index] < MOST_LOOKS {
            self.looks[index] += 1;
            self.look_around(witness);
        }
        is_new
    }
}

/// Whether nobody wrote this text for clients.
fn is_raw(raised: &Raised) -> bool {
    !(raised.written || raised.http || raised.text.is_empty())
}

fn client(ready: &Ready, effort: Effort) -> Result<Client, NotBooted> {
    Client::new("127.0.0.1", ready.port, Transport::Plain, effort.reply)
        .map_err(|error| NotBooted::because(format!("no connection can be made: {error}")))
}
