//! Sends requests to a server that belongs to somebody: only what is allowed, so fast and so many as is allowed.

use std::time::{Duration, Instant};

use super::target::Target;
use crate::cookies::Jar;
use crate::exchange::{Client, Reply, Request, Trouble};

/// After so many replies that never came nothing more is sent.
const MOST_SLOW: usize = 5;
/// The same where nothing listens any more.
const MOST_UNREACHABLE: usize = 3;
/// More is not told.
const MOST_TROUBLES: usize = 20;
/// Redirects that are followed, one after the other.
const MOST_REDIRECTS: usize = 3;

/// Which requests are sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Methods {
    /// GET and HEAD, which change nothing where programs keep to the protocol.
    Reading,
    /// POST, PUT, PATCH and DELETE too.
    Changing,
}

impl Methods {
    pub(crate) fn allow(self, method: &str) -> bool {
        match self {
            Self::Reading => matches!(method, "GET" | "HEAD"),
            Self::Changing => matches!(method, "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE"),
        }
    }
}

/// How much is sent.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Requests in a second, at most.
    pub rate: u32,
    /// Requests in all.
    pub requests: usize,
    /// When to stop.
    pub time: Duration,
    /// How long a reply may take.
    pub reply: Duration,
}

/// What came of a request.
pub(crate) enum Sent {
    Reply(Reply),
    /// There is none, or none was wanted of this server.
    Nothing(Trouble),
    /// It was not sent.
    Refused,
}

/// The only way to the server.
pub(crate) struct Sender<'a> {
    client: Client,
    pub(crate) target: Target,
    methods: Methods,
    pace: Pace,
    /// Sent with each request; no part of the evidence, for they may be secrets.
    further: &'a [(String, String)],
    pub(crate) jar: Jar,
    pub(crate) sent: usize,
    slow: usize,
    unreachable: usize,
    deadline: Instant,
    next: Instant,
    pub(crate) troubles: Vec<String>,
    on_request: &'a dyn Fn(),
}

impl<'a> Sender<'a> {
    pub(crate) fn new(
        target: Target,
        methods: Methods,
        pace: Pace,
        further: &'a [(String, String)],
        on_request: &'a dyn Fn(),
    ) -> std::io::Result<Self> {
        let now = Instant::now();
        Ok(Self {
            client: Client::new(&target.host(), target.port(), target.transport(), pace.reply)?,
            target,
            methods,
            pace,
            further,
            jar: Jar::default(),
            sent: 0,
            slow: 0,
            unreachable: 0,
            deadline: now + pace.time,
            next: now,
            troubles: Vec::new(),
            on_request,
        })
    }

    pub(crate) fn methods(&self) -> Methods {
        self.methods
    }

    /// Whether nothing more is sent.
    pub(crate) fn is_over(&self) -> bool {
        self.sent >= self.pace.requests
            || self.slow >= MOST_SLOW
            || self.unreachable >= MOST_UNREACHABLE
            || Instant::now() > self.deadline
    }

    /// Why not all was sent that there was to send.
    pub(crate) fn why_over(&self) -> Option<String> {
        if self.unreachable >= MOST_UNREACHABLE {
            Some("the server is gone, so nothing more was sent".to_owned())
        } else if self.slow >= MOST_SLOW {
            Some(format!("{MOST_SLOW} replies did not come in time, so nothing more was sent"))
        } else if self.sent >= self.pace.requests {
            Some(format!("not all was tried: --requests {} is reached", self.pace.requests))
        } else if Instant::now() > self.deadline {
            Some(format!("not all was tried: --time {} is over", self.pace.time.as_secs()))
        } else {
            None
        }
    }

    /// Sends one request when its time has come. Cookies that were set are brought back, and become part of it.
    pub(crate) fn send(&mut self, request: &mut Request) -> Sent {
        if self.is_over() || !self.methods.allow(&request.method) {
            return Sent::Refused;
        }
        self.wait();
        (self.on_request)();
        self.sent += 1;
        self.jar.put(request);
        let further: Vec<(&str, &str)> =
            self.further.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        match self.client.send(request, &further) {
            Ok(reply) => {
                self.unreachable = 0;
                self.jar.take(&reply);
                Sent::Reply(reply)
            }
            Err(trouble) => {
                self.trouble(request, &trouble);
                Sent::Nothing(trouble)
            }
        }
    }

    /// Follows redirects from `reply` to this server, by GET. The last request and its reply.
    pub(crate) fn follow(&mut self, request: &Request, reply: &Reply) -> Option<(Request, Reply)> {
        let mut last: Option<(Request, Reply)> = None;
        for _ in 0..MOST_REDIRECTS {
            let (before, reply) = last.as_ref().map_or((request, reply), |(request, reply)| (request, reply));
            if !(300..400).contains(&reply.status) {
                break;
            }
            let Some(target) = reply.header("location").and_then(|to| self.target.follow(&before.target, to))
            else {
                break;
            };
            let mut next = get(&target);
            let Sent::Reply(reply) = self.send(&mut next) else { break };
            last = Some((next, reply));
        }
        last
    }

    fn wait(&mut self) {
        let now = Instant::now();
        if self.next > now {
            std::thread::sleep(self.next - now);
        }
        self.next = self.next.max(now) + Duration::from_secs(1) / self.pace.rate.max(1);
    }

    fn trouble(&mut self, request: &Request, trouble: &Trouble) {
        match trouble {
            Trouble::Slow => self.slow += 1,
            Trouble::Unreachable | Trouble::Untrusted(_) => self.unreachable += 1,
            Trouble::NoReply(_) | Trouble::NoRequest => {}
        }
        let text = format!("{} {}: {trouble}", request.method, request.target);
        if !self.troubles.contains(&text) && self.troubles.len() < MOST_TROUBLES {
            self.troubles.push(text);
        }
    }
}

/// A request without anything special.
pub(crate) fn get(target: &str) -> Request {
    Request { method: "GET".to_owned(), target: target.to_owned(), headers: Vec::new(), body: Vec::new() }
}
