//! What was seen of a finding when the application was run.

/// What running the application says of a finding.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Whether it holds.
    pub verdict: Verdict,
    /// What was tried, as half a sentence; empty where the exchange says it.
    pub note: String,
    /// How the application was served, e.g. `in production mode`.
    pub mode: String,
    /// The exchange that shows it.
    pub exchange: Option<Exchange>,
    /// The exception whose detail was sent.
    pub exception: Option<SeenException>,
}

/// Whether a finding holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// A reply that leaks was seen; how the error was brought about.
    Proven(Cause),
    /// The error was brought about there, and nothing of it was in the reply.
    Refuted,
    /// No request came to the place.
    NotReached,
    /// Requests came to the place, and what would leak did not occur.
    NotSeen,
    /// This cannot be seen in replies.
    NotTried,
}

impl Verdict {
    /// The verdict in a word or two.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Proven(_) => "proven",
            Verdict::Refuted => "refuted",
            Verdict::NotReached => "not reached",
            Verdict::NotSeen => "not seen",
            Verdict::NotTried => "not tried",
        }
    }
}

/// How an error was brought about. The two are never mixed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// By what the request says.
    Input,
    /// By raising an exception in the running application.
    Injected,
}

impl Cause {
    /// The cause in words.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Input => "forced by input",
            Cause::Injected => "injected",
        }
    }
}

/// A part of a reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Part {
    /// The text behind the status.
    StatusLine,
    /// A header, by its name.
    Header(String),
    /// The body.
    Body,
}

/// A request and its reply.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// Requests that came before and that the reply depends on.
    pub before: Vec<SentRequest>,
    /// What was sent.
    pub request: SentRequest,
    /// The status of the reply.
    pub status: u16,
    /// The text behind it.
    pub reason: String,
    /// The headers of the reply.
    pub headers: Vec<(String, String)>,
    /// The body of the reply as text; a long one is cut around what leaks.
    pub body: String,
    /// What leaks, as it stands in that part after decoding.
    pub leaks: Vec<(Part, String)>,
}

/// A request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SentRequest {
    /// Its method.
    pub method: String,
    /// Its address.
    pub url: String,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: Vec<u8>,
}

/// An exception that was raised while a request was served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeenException {
    /// Its class, with the module.
    pub kind: String,
    /// Its text.
    pub text: String,
    /// Where it was raised.
    pub path: Option<String>,
    /// The line there, from 1.
    pub line: Option<usize>,
}
