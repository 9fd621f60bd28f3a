//! One server: finds out what there is, asks for what breaks it, and keeps the replies that leak.

use std::collections::{BTreeMap, HashSet};

use tightlip_catalogue::{Probe, Rule};
use tightlip_leak::Detector;
use tightlip_rules::{Cause, Evidence, Exchange, Judgement, Part, Place, SentRequest, SourceFile, Verdict};

use super::Surveyed;
use super::crawl::Frontier;
use super::known::Known;
use super::openapi;
use super::page::{pointers, route_of};
use super::sender::{Sender, Sent, get};
use super::verdict::{ReadyProbe, shown};
use crate::exchange::{Reply, Request, Trouble};
use crate::proof::excerpt;
use crate::seed::{Harvest, Shape};
use crate::templates::variants;

/// More routes are not tried.
const MOST_ROUTES: usize = 400;
/// More findings are not kept.
const MOST_FINDINGS: usize = 500;

/// A reply that leaks.
struct Seen {
    message: String,
    place: Place,
    evidence: Evidence,
}

/// What is known of a server by now.
pub(crate) struct Survey<'a> {
    sender: Sender<'a>,
    detector: &'a Detector,
    /// By method and path, with the names of parameters.
    routes: BTreeMap<(String, String), Known>,
    frontier: Frontier,
    harvest: Harvest,
    /// What leaks, each rule once for a route.
    found: BTreeMap<(String, String, Rule), Seen>,
    asked: HashSet<(String, String, Vec<u8>, String)>,
    description: Option<String>,
    stage: Stage,
}

/// What replies are read for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// What they point to, and leaks.
    Learning,
    /// Leaks alone: what points to broken addresses is no news.
    Breaking,
}

impl<'a> Survey<'a> {
    pub(crate) fn new(sender: Sender<'a>, detector: &'a Detector) -> Self {
        Self {
            sender,
            detector,
            routes: BTreeMap::new(),
            frontier: Frontier::default(),
            harvest: Harvest::default(),
            found: BTreeMap::new(),
            asked: HashSet::new(),
            description: None,
            stage: Stage::Learning,
        }
    }

    /// Asks for the root, and for what no route answers. An error where nobody answers at all.
    pub(crate) fn greet(&mut self) -> Result<(), String> {
        let root = format!("{}/", self.sender.target.root());
        let name = route_of(&root, "GET").name();
        self.frontier.add(&root, name.clone());
        if let Sent::Nothing(trouble) = self.exchange(get(&root), &name)
            && matches!(trouble, Trouble::Unreachable | Trouble::Untrusted(_) | Trouble::NoReply(_))
        {
            return Err(format!("{}: {trouble}", self.sender.target.url(&root)));
        }
        for name in ["robots.txt", "sitemap.xml"] {
            self.add_link(&format!("{root}{name}"));
        }
        let nothing = format!("{root}tightlip-nothing-is-here");
        let name = route_of(&nothing, "GET").name();
        self.exchange(get(&nothing), &name);
        let accepting = vec![("Accept".to_owned(), "application/json".to_owned())];
        self.exchange(Request { headers: accepting, ..get(&nothing) }, &name);
        Ok(())
    }

    /// Notes paths that the user knows.
    pub(crate) fn begin_with(&mut self, starts: &[String]) -> Result<(), String> {
        let root = format!("{}/", self.sender.target.root());
        for start in starts {
            let path = start.strip_prefix('/').unwrap_or(start);
            let link = self.sender.target.follow(&root, &format!("{root}{path}"));
            let link = link.ok_or_else(|| format!("--start {start}: it is no path of this server"))?;
            self.add_link(&link);
        }
        Ok(())
    }

    /// Takes the description that was given, or the first one that is at a usual place.
    pub(crate) fn read_description(&mut self, given: Option<&[u8]>) -> Result<(), String> {
        let root = self.sender.target.root().to_owned();
        if let Some(bytes) = given {
            let routes = openapi::routes(bytes, &root);
            let routes = routes.ok_or("--openapi: it is no OpenAPI description in JSON")?;
            routes.into_iter().for_each(|known| self.add_route(known));
            self.description = Some("--openapi".to_owned());
            return Ok(());
        }
        for path in openapi::USUAL {
            let target = format!("{root}{path}");
            let name = ("GET".to_owned(), target.clone());
            let Sent::Reply(reply) = self.exchange(get(&target), &name) else { continue };
            let routes = openapi::routes(&reply.body, &root).filter(|_| reply.status < 400);
            if let Some(routes) = routes {
                routes.into_iter().for_each(|known| self.add_route(known));
                self.description = Some(path.to_string());
                break;
            }
        }
        Ok(())
    }

    /// Reads pages, and what they point to.
    pub(crate) fn crawl(&mut self) {
        while let Some(link) = self.frontier.next() {
            let name = route_of(&link, "GET").name();
            self.exchange(get(&link), &name);
            if self.sender.is_over() {
                break;
            }
        }
    }

    /// Asks for what is open where nobody closed it.
    pub(crate) fn try_probes(&mut self, probes: Vec<Probe>) {
        let root = self.sender.target.root().to_owned();
        for probe in probes.into_iter().filter_map(ReadyProbe::new) {
            let mut request = probe.request(&root);
            let Sent::Reply(reply) = self.sender.send(&mut request) else { continue };
            let path = request.target.split('?').next().unwrap_or_default().to_owned();
            let name = ("GET".to_owned(), path);
            if let Some(leaks) = probe.leaks(&reply) {
                let message = probe.probe.message.clone();
                self.keep(probe.probe.rule, message, &name, &[&request], &reply, leaks);
            } else {
                self.look(&[&request], &reply, &name);
            }
        }
    }

    /// Asks each route for what fits, then for what may break it: the likeliest of all routes, then the next.
    pub(crate) fn break_routes(&mut self) {
        let mut routes: Vec<Known> = self.routes.values().cloned().collect();
        let rank =
            |method: &str| ["GET", "HEAD", "POST"].iter().position(|known| *known == method).unwrap_or(3);
        routes.sort_by_key(|known| rank(&known.route.method));
        routes.truncate(MOST_ROUTES);
        let mut shapes: Vec<std::vec::IntoIter<Shape>> = Vec::new();
        for known in &routes {
            self.send_shape(known, known.fitting(&self.harvest));
            // Of what other routes told there is more by now, but this one was to be asked first.
            let base = known.fitting(&self.harvest);
            shapes.push(variants(&known.route, &base, &known.learned, &self.harvest).into_iter());
        }
        self.stage = Stage::Breaking;
        let mut open: Vec<usize> = (0..routes.len()).collect();
        while !open.is_empty() && !self.sender.is_over() {
            open.retain(|index| match shapes[*index].next() {
                Some(shape) => self.send_shape(&routes[*index], shape),
                None => false,
            });
        }
    }

    /// Whether the route is worth another request.
    fn send_shape(&mut self, known: &Known, shape: Shape) -> bool {
        let request = shape.request(&known.route);
        let key = (
            request.method.clone(),
            request.target.clone(),
            request.body.clone(),
            format!("{:?}", request.headers),
        );
        if !self.asked.insert(key) {
            return true;
        }
        match self.exchange(request, &known.name()) {
            Sent::Reply(_) => true,
            Sent::Nothing(trouble) => trouble != Trouble::Slow,
            Sent::Refused => false,
        }
    }

    /// Sends a request of a route, and takes from the reply what there is in it.
    fn exchange(&mut self, mut request: Request, name: &(String, String)) -> Sent {
        let sent = self.sender.send(&mut request);
        if let Sent::Reply(reply) = &sent {
            self.take(&[&request], reply, name);
            if let Some((last, reply)) = self.sender.follow(&request, reply) {
                self.take(&[&request, &last], &reply, name);
            }
        }
        sent
    }

    /// Takes the reply to the last of the requests, of which the first one is of the route.
    fn take(&mut self, requests: &[&Request], reply: &Reply, name: &(String, String)) {
        self.look(requests, reply, name);
        let Some(request) = requests.last().filter(|_| self.stage == Stage::Learning) else { return };
        self.harvest.take(reply);
        let path = request.target.split('?').next().unwrap_or_default();
        let found = pointers(reply, path, &self.sender.target);
        found.links.iter().for_each(|link| self.add_link(link));
        found.forms.into_iter().for_each(|known| self.add_route(known));
    }

    fn add_link(&mut self, link: &str) {
        let known = route_of(link, "GET");
        if self.frontier.add(link, known.name()) {
            self.add_route(known);
        }
    }

    /// What is known of one route from several places is put together.
    fn add_route(&mut self, known: Known) {
        if self.routes.len() >= MOST_ROUTES && !self.routes.contains_key(&known.name()) {
            return;
        }
        match self.routes.entry(known.name()) {
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(known);
            }
            std::collections::btree_map::Entry::Occupied(mut entry) => entry.get_mut().join(known),
        }
    }

    /// Whether the reply leaks, by its looks.
    fn look(&mut self, requests: &[&Request], reply: &Reply, name: &(String, String)) {
        if let Some(shown) = requests.last().and_then(|request| shown(self.detector, request, reply)) {
            let message = format!("the reply to {} {} shows {}", name.0, name.1, shown.what);
            self.keep(shown.rule, message, name, requests, reply, shown.leaks);
        }
    }

    fn keep(
        &mut self,
        rule: Rule,
        message: String,
        name: &(String, String),
        requests: &[&Request],
        reply: &Reply,
        leaks: Vec<(Part, String)>,
    ) {
        let Some((request, before)) = requests.split_last() else { return };
        let key = (name.1.clone(), name.0.clone(), rule);
        if self.found.len() >= MOST_FINDINGS || self.found.contains_key(&key) {
            return;
        }
        let target = &self.sender.target;
        let line = format!("{} {} HTTP/1.1", request.method, request.target);
        let place = Place::of(SourceFile::of_request(target.url(&name.1), line));
        let body = String::from_utf8_lossy(&reply.body);
        let sent = |request: &Request| SentRequest {
            method: request.method.clone(),
            url: target.url(&request.target),
            headers: request.headers.clone(),
            body: request.body.clone(),
        };
        let exchange = Exchange {
            before: before.iter().map(|request| sent(request)).collect(),
            request: sent(request),
            status: reply.status,
            reason: reply.reason.clone(),
            headers: reply.headers.clone(),
            body: excerpt(&body, leaks.first().map(|(_, text)| text.as_str())),
            leaks,
        };
        let evidence = Evidence {
            verdict: Verdict::Proven(Cause::Input),
            note: String::new(),
            mode: "at the running server".to_owned(),
            exchange: Some(exchange),
            exception: None,
        };
        self.found.insert(key, Seen { message, place, evidence });
    }

    /// Adds the findings, and tells what was done.
    pub(crate) fn finish(self, judgement: &mut Judgement) -> Surveyed {
        let (tried, left): (Vec<_>, Vec<_>) =
            self.routes.keys().partition(|(method, _)| self.sender.methods().allow(method));
        let mut troubles = self.sender.troubles.clone();
        troubles.extend(self.sender.why_over());
        for ((_, _, rule), seen) in self.found {
            judgement.add_seen(rule, seen.message, seen.place, seen.evidence);
        }
        Surveyed {
            requests: self.sender.sent,
            routes: tried.len() + left.len(),
            left: left.len(),
            description: self.description,
            troubles,
        }
    }
}
