//! A server that runs already, seen from outside: what does it tell when it is asked for what breaks it?
//!
//! Nothing is known of what happens inside, so what leaks is decided by signatures ([`tightlip_leak`]), and a finding has
//! the request as its place.

mod crawl;
mod known;
mod openapi;
mod page;
mod sender;
mod survey;
mod target;
mod verdict;

pub use sender::{Methods, Pace};

use tightlip_catalogue::Probe;
use tightlip_leak::Detector;
use tightlip_rules::Judgement;

use self::sender::Sender;
use self::survey::Survey;
use self::target::Target;

/// Which server, and what may be sent to it.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its address.
    pub url: String,
    /// Hosts that may be tested by the word of the user.
    pub consent: Vec<String>,
    /// The text of an OpenAPI description; looked for at its usual places where there is none.
    pub description: Option<Vec<u8>>,
    /// Paths that are read beside the first page.
    pub starts: Vec<String>,
    /// Headers that are sent with each request, and told in no report.
    pub headers: Vec<(String, String)>,
    /// Which requests are sent.
    pub methods: Methods,
    /// How fast, and how many.
    pub pace: Pace,
}

/// What came of it, beside the findings.
#[derive(Clone, Debug, Default)]
pub struct Surveyed {
    /// How many requests were sent.
    pub requests: usize,
    /// How many routes are known, each method counted.
    pub routes: usize,
    /// Routes that were not tried because they change something.
    pub left: usize,
    /// Where the description was, if there is one.
    pub description: Option<String>,
    /// What went wrong on the way.
    pub troubles: Vec<String>,
}

/// Asks the server for what breaks it, and adds the replies that leak to the findings. `on_request` is called before
/// each request. An error where it cannot or must not be asked.
pub fn prove_server(
    server: &Server,
    detector: &Detector,
    probes: Vec<Probe>,
    judgement: &mut Judgement,
    on_request: &dyn Fn(),
) -> Result<Surveyed, String> {
    let target = Target::new(&server.url, &server.consent)?;
    let sender = Sender::new(target, server.methods, server.pace, &server.headers, on_request)
        .map_err(|error| format!("no connection can be made: {error}"))?;
    let mut survey = Survey::new(sender, detector);
    survey.greet()?;
    survey.begin_with(&server.starts)?;
    survey.read_description(server.description.as_deref())?;
    survey.crawl();
    survey.try_probes(probes);
    survey.break_routes();
    Ok(survey.finish(judgement))
}
