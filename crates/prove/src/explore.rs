//! Sends requests to a booted application and hands on what came of each.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::exchange::{Client, Reply, Request, Trouble};
use crate::message::{Boot, Point, Raised, Ready, Route, Served};
use crate::oracle::Known;
use crate::seed::{Harvest, Learned, Shape, fitting};
use crate::supervisor::{NotBooted, Record, Supervisor};
use crate::templates::variants;

/// Rounds in which a route is asked for what else it looks up.
const MOST_ROUNDS: usize = 6;
/// Raw exceptions of earlier requests that are remembered.
const MOST_EARLIER: usize = 200;
const MOST_LOGS: usize = 200;
/// Replies that never come cost most: after so many of them nothing more is sent.
const MOST_SLOW: usize = 3;
/// Addresses that are read after something broke.
const MOST_NEAR: usize = 8;
/// How often that is done for one route.
const MOST_LOOKS: usize = 3;
/// An application that ends is booted again so many times.
const MOST_BOOTS: usize = 4;

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

/// What goes to the harness with a request.
#[derive(Clone, Default)]
pub(crate) struct Control {
    session: serde_json::Map<String, Value>,
    point: Option<(Point, String)>,
}

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
    jar: BTreeMap<String, String>,
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
        let learned = vec![Learned::default(); ready.routes.len()];
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
            jar: BTreeMap::new(),
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
        let rank = |method: &str| match method {
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
        routes.sort_by_key(|(index, route)| (rank(&route.method), *index));
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

    fn send_with_jar(
        &mut self,
        mut request: Request,
        route: Option<&Route>,
        before: &[usize],
        witness: &mut dyn Witness,
    ) {
        let pairs: Vec<String> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !pairs.is_empty() {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
            request.headers.push(("Cookie".to_owned(), pairs.join("; ")));
        }
        self.send(request, Control::default(), route, before, witness);
    }

    /// Raises an exception at `point` while a request is served that comes there. Whether it was raised.
    pub(crate) fn inject(&mut self, point: &Point, marker: &str, witness: &mut dyn Witness) -> bool {
        let Some((request, control, _)) = self.ways.get(&(point.path.clone(), point.line)).cloned() else {
            return false;
        };
        let control = Control { point: Some((point.clone(), marker.to_owned())), ..control };
        let sent = self.send(request, control, None, &[], witness);
        let Some((told, next)) = sent else { return false };
        let is_raised = told.raised.iter().any(|raised| raised.injected);
        self.follow(next, witness);
        if is_raised && !witness.has_seen_injected() {
            self.look_around(witness);
        }
        is_raised
    }

    fn follow(&mut self, next: Option<(String, usize)>, witness: &mut dyn Witness) {
        if let Some((target, came_from)) = next {
            let follow = Request { method: "GET".to_owned(), target, headers: Vec::new(), body: Vec::new() };
            self.send_with_jar(follow, None, &[came_from], witness);
        }
    }

    /// Reads what is near the last request: an error may be kept, and shown by another address. What the last reply
    /// held, an id for example, is asked for first.
    fn look_around(&mut self, witness: &mut dyn Witness) {
        let Some(last) = self.sent.last().cloned() else { return };
        let came_from = self.sent.len() - 1;
        let segment = |path: &str| path.split(['/', '?']).find(|part| !part.is_empty()).map(str::to_owned);
        let mut near: Vec<(usize, Route)> = self.ordered_routes();
        near.retain(|(_, route)| route.method == "GET");
        near.sort_by_key(|(_, route)| segment(&route.rule) != segment(&last.target));
        for (index, route) in near.into_iter().take(MOST_NEAR) {
            let shape = fitting(&route, &self.learned[index], &self.fresh);
            let control = Control { session: shape.session.clone(), point: None };
            self.send(shape.request(&route), control, Some(&route), &[came_from], witness);
        }
    }

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
            let way = (request.clone(), control.clone(), index);
            self.ways.entry((path.clone(), *line)).or_insert(way);
        }
        let answered = Answered { request: &request, reply: &reply, told: &told, route, before };
        let known = Known { ready: &self.ready, earlier: &self.earlier, logs: &self.logs };
        witness.see(&answered, &known, &self.sent);
        self.remember(index, &told);
        if control.point.is_none() {
            self.harvest.take(&reply);
        }
        if request.method != "GET" {
            self.fresh = self.harvest.after(&reply);
        }
        self.keep_cookies(&reply);
        let next = redirect(&reply).map(|target| (target, index));
        Some((told, next))
    }

    fn record(&mut self, id: u64) -> Served {
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

    /// Boots the application again if it has ended.
    fn is_up(&mut self) -> bool {
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

    fn trouble(&mut self, request: &Request, trouble: &Trouble) {
        if *trouble == Trouble::Slow {
            self.slow += 1;
        }
        let text = format!("{} {}: {trouble}", request.method, request.target);
        if !self.troubles.contains(&text) && self.troubles.len() < 20 {
            self.troubles.push(text);
        }
    }

    fn is_over(&self) -> bool {
        self.sent.len() >= self.effort.requests || self.slow >= MOST_SLOW || Instant::now() > self.deadline
    }

    fn remember(&mut self, index: usize, told: &Served) {
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

    fn keep_cookies(&mut self, reply: &Reply) {
        for (_, value) in reply.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            if let Some((name, value)) = value.split(';').next().and_then(|pair| pair.split_once('=')) {
                self.jar.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }
}

/// Whether nobody wrote this text for clients.
fn is_raw(raised: &Raised) -> bool {
    !(raised.written || raised.http || raised.text.is_empty())
}

fn client(ready: &Ready, effort: Effort) -> Result<Client, NotBooted> {
    Client::new("127.0.0.1", ready.port, effort.reply)
        .map_err(|error| NotBooted::because(format!("no connection can be made: {error}")))
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
