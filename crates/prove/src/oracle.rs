//! Is detail of the server in this reply? Asked of what happened while it was made, not of what it looks like: so a
//! message needs no signature.

use percent_encoding::percent_decode_str;
use tightlip_rules::{Part, Rule};

use crate::exchange::{Reply, Request};
use crate::message::{Frame, Raised, Ready, Served};
use crate::views::{View, unescape_html, views};

/// A shorter text may stand in a reply by chance; it counts where it is a value of its own.
const SHORTEST_ANYWHERE: usize = 8;
/// Shorter texts say nothing.
const SHORTEST: usize = 3;
/// So much of a long text is enough, where a reply cuts it.
const ENOUGH: usize = 30;
/// Of earlier requests only texts of this length count: they are compared with every reply.
const SHORTEST_OF_EARLIER: usize = 14;
/// A line of output or of a log that is shorter may stand in a reply by chance.
const SHORTEST_LINE: usize = 12;

/// What kind of detail leaked.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    /// A value that only the settings and the environment have.
    Setting,
    /// Frames, or a line of source.
    Stack,
    /// What a child process printed.
    Output,
    /// A line of the log.
    Log,
    /// Text, arguments or attributes of an exception.
    Message,
    /// A folder of the server.
    Path,
    /// The name of an exception's class.
    Type,
    /// A version.
    Version,
}

impl Kind {
    /// Whether seeing this shows what `rule` reports.
    pub(crate) fn shows(self, rule: Rule) -> bool {
        match rule {
            Rule::ExceptionMessage => self == Kind::Message,
            Rule::StackTrace => matches!(self, Kind::Stack | Kind::Path),
            Rule::DatabaseDetail | Rule::UpstreamDetail => self == Kind::Message,
            Rule::ProcessOutput => matches!(self, Kind::Output | Kind::Message),
            Rule::RuntimeInternals => matches!(self, Kind::Setting | Kind::Stack | Kind::Path),
            Rule::ExceptionType => self == Kind::Type,
            Rule::VersionDetail => self == Kind::Version,
            Rule::LogContent => self == Kind::Log,
            Rule::UnsafeGuard => self != Kind::Version,
            _ => false,
        }
    }

    /// The rule that this breaks where nothing else is known.
    pub(crate) fn rule(self) -> Rule {
        match self {
            Kind::Setting | Kind::Path => Rule::RuntimeInternals,
            Kind::Stack => Rule::StackTrace,
            Kind::Output => Rule::ProcessOutput,
            Kind::Log => Rule::LogContent,
            Kind::Message => Rule::ExceptionMessage,
            Kind::Type => Rule::ExceptionType,
            Kind::Version => Rule::VersionDetail,
        }
    }
}

/// Detail that was seen in a reply.
#[derive(Clone, Debug)]
pub(crate) struct Leak {
    pub(crate) kind: Kind,
    pub(crate) part: Part,
    /// What was found.
    pub(crate) text: String,
    /// The exception that it belongs to.
    pub(crate) exception: Option<Raised>,
    /// Where the exception was raised by an earlier request: which one.
    pub(crate) earlier: Option<usize>,
    /// Whether its author wrote the text: a `raise` of the project, and no other exception's text in it.
    pub(crate) is_written: bool,
}

/// What the application has told so far of itself and of earlier requests.
pub(crate) struct Known<'a> {
    pub(crate) ready: &'a Ready,
    /// Raw exceptions of earlier requests, with the place of the request.
    pub(crate) earlier: &'a [(usize, Raised)],
    /// What was logged while earlier requests were served.
    pub(crate) logs: &'a [String],
}

/// All detail that `reply` holds and `request` does not.
pub(crate) fn leaks(request: &Request, reply: &Reply, told: &Served, known: &Known<'_>) -> Vec<Leak> {
    let search = Search { views: views(reply), sent: sent_texts(request, told) };
    let mut leaks = Vec::new();
    let raw: Vec<&Raised> =
        told.raised.iter().chain(known.earlier.iter().map(|(_, raised)| raised)).collect();
    for raised in &told.raised {
        search.exception(raised, is_written(raised, &raw), &mut leaks);
    }
    for (index, raised) in known.earlier {
        let is_of_this = told.raised.iter().any(|own| own.text == raised.text);
        if !is_of_this
            && raised.text.len() >= SHORTEST_OF_EARLIER
            && let Some(found) = search.find(&raised.text)
        {
            let leak = found.leak(Kind::Message, Some(raised), false);
            leaks.push(Leak { earlier: Some(*index), ..leak });
        }
    }
    search.lines(&told.outputs, Kind::Output, &mut leaks);
    search.lines(&told.logs, Kind::Log, &mut leaks);
    search.lines(known.logs, Kind::Log, &mut leaks);
    let ready = known.ready;
    search.text(&ready.canary, Kind::Setting, &mut leaks);
    ready.settings.iter().for_each(|value| search.text(value, Kind::Setting, &mut leaks));
    for folder in [&ready.root, &ready.prefix] {
        search.text(folder, Kind::Path, &mut leaks);
    }
    ready.versions.iter().chain([&ready.python]).for_each(|it| search.text(it, Kind::Version, &mut leaks));
    leaks
}

/// Whether the author of the program wrote what this exception tells: no other exception's text is in it.
fn is_written(raised: &Raised, raw: &[&Raised]) -> bool {
    if raised.injected || !(raised.written || raised.http) {
        return false;
    }
    let holds = |other: &&&Raised| {
        let text = other.text.trim();
        let is_raw = other.injected || !(other.written || other.http);
        is_raw
            && text.len() >= SHORTEST_ANYWHERE
            && (raised.text.contains(text) || raised.details.iter().any(|detail| detail.contains(text)))
    };
    !raw.iter().any(|other| holds(&other))
}

/// What the client said: what is in a reply because it was sent tells nothing.
fn sent_texts(request: &Request, told: &Served) -> String {
    let mut sent = String::new();
    let decoded = percent_decode_str(&request.target.replace('+', " ")).decode_utf8_lossy().into_owned();
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let form = percent_decode_str(&body.replace('+', " ")).decode_utf8_lossy().into_owned();
    for text in [request.target.as_str(), &decoded, &body, &form] {
        sent.push_str(text);
        sent.push('\n');
    }
    for (_, value) in &request.headers {
        sent.push_str(value);
        sent.push('\n');
    }
    sent.push_str(told.cookie.as_deref().unwrap_or_default());
    sent
}

struct Search {
    views: Vec<View>,
    sent: String,
}

struct Match {
    part: Part,
    text: String,
}

impl Match {
    fn leak(self, kind: Kind, exception: Option<&Raised>, is_written: bool) -> Leak {
        let exception = exception.cloned();
        Leak { kind, part: self.part, text: self.text, exception, earlier: None, is_written }
    }
}

impl Search {
    fn text(&self, text: &str, kind: Kind, leaks: &mut Vec<Leak>) {
        if text.len() > 4
            && let Some(found) = self.find(text)
        {
            leaks.push(found.leak(kind, None, false));
        }
    }

    fn lines(&self, texts: &[String], kind: Kind, leaks: &mut Vec<Leak>) {
        let lines = texts.iter().flat_map(|text| text.lines()).map(str::trim);
        let mut long = lines.filter(|line| line.len() >= SHORTEST_LINE);
        if let Some(found) = long.find_map(|line| self.find(line)) {
            leaks.push(found.leak(kind, None, false));
        }
    }

    fn exception(&self, raised: &Raised, is_written: bool, leaks: &mut Vec<Leak>) {
        // The fixed sentence of an HTTP error is public; what its maker said is among the details.
        let text = (!raised.http).then_some(&raised.text);
        let found = text.into_iter().chain(&raised.details).find_map(|text| self.find(text.trim()));
        if let Some(found) = found {
            leaks.push(found.leak(Kind::Message, Some(raised), is_written));
        }
        if !raised.http
            && let Some(found) = self.word(&raised.kind)
        {
            leaks.push(found.leak(Kind::Type, Some(raised), false));
        }
        // The lines of a template are what pages are made of.
        let is_code = |frame: &&Frame| frame.path.ends_with(".py") && frame.source.len() >= SHORTEST_LINE;
        let sources = raised.frames.iter().filter(is_code);
        let stack = sources.map(|frame| frame.source.as_str()).find_map(|source| self.find(source));
        if let Some(found) = stack.or_else(|| self.find("Traceback (most recent call last)")) {
            leaks.push(found.leak(Kind::Stack, Some(raised), false));
        }
    }

    /// The first view that holds `text`, or its beginning where it is long.
    fn find(&self, text: &str) -> Option<Match> {
        let text = text.trim();
        if text.len() < SHORTEST || self.was_sent(text) {
            return None;
        }
        let beginning = text.char_indices().nth(ENOUGH).map(|(end, _)| &text[..end]);
        let first_line = text.lines().next().filter(|line| line.len() > ENOUGH && line.len() < text.len());
        let candidates = [Some(text), first_line, beginning];
        candidates.into_iter().flatten().filter(|it| !self.was_sent(it)).find_map(|it| self.find_exactly(it))
    }

    fn find_exactly(&self, text: &str) -> Option<Match> {
        let is_long = text.len() >= SHORTEST_ANYWHERE;
        let holds = |view: &&View| {
            if is_long {
                view.text.contains(text) || view.text.contains(&unescape_html(text))
            } else {
                // A short text at the end of a value: `error: 'sku'`.
                let value = view.text.trim();
                view.is_whole
                    && value.strip_suffix(text).is_some_and(|before| {
                        (before.is_empty() && text.len() > SHORTEST) || before.ends_with(": ")
                    })
            }
        };
        let view = self.views.iter().find(holds)?;
        Some(Match { part: view.part.clone(), text: text.to_owned() })
    }

    /// The first view that holds `word` as a word.
    fn word(&self, word: &str) -> Option<Match> {
        if word.len() < 5 || word == "Exception" || self.was_sent(word) {
            return None;
        }
        let is_part = |character: Option<char>| character.is_some_and(|it| it.is_alphanumeric() || it == '_');
        let holds = |view: &&View| {
            view.text.match_indices(word).any(|(at, _)| {
                let before = view.text[..at].chars().next_back();
                let after = view.text[at + word.len()..].chars().next();
                !is_part(before) && !is_part(after)
            })
        };
        let view = self.views.iter().find(holds)?;
        Some(Match { part: view.part.clone(), text: word.to_owned() })
    }

    fn was_sent(&self, text: &str) -> bool {
        self.sent.contains(text)
    }
}
