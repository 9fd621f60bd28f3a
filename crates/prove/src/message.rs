//! What is said to the harness and what it says: JSON, one object a line.

use serde::{Deserialize, Serialize};

/// Something that the harness is told to do.
#[derive(Serialize, Debug)]
#[serde(tag = "do", rename_all = "lowercase")]
pub(crate) enum Command<'a> {
    /// Copy the project and boot the application in the copy.
    Boot(&'a Boot),
    /// End the application and remove the copy.
    Stop,
}

/// What to boot and how.
#[derive(Clone, Serialize, Debug)]
pub(crate) struct Boot {
    /// The folder that is copied.
    pub(crate) project: String,
    /// The most bytes that are copied.
    pub(crate) copied: u64,
    /// Names of files and folders that are not copied.
    pub(crate) left_out: &'static [&'static str],
    pub(crate) limits: Limits,
    /// Whether connections may leave the machine.
    pub(crate) network: bool,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) mode: Mode,
    pub(crate) findings: Vec<Asked>,
}

/// What an application may use.
#[derive(Clone, Copy, Serialize, Debug)]
pub struct Limits {
    /// Seconds of processor time.
    pub seconds: u64,
    /// Bytes of address space.
    pub memory: u64,
    /// Bytes of one file that it writes.
    pub file_size: u64,
    /// Processes and threads.
    pub processes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { seconds: 120, memory: 4 << 30, file_size: 256 << 20, processes: 64 }
    }
}

/// Where an application may be.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub(crate) struct Candidate {
    /// The folder, below the project, that is imported from.
    pub(crate) folder: String,
    pub(crate) module: String,
    /// An attribute of the module or a factory; found out where there is none.
    pub(crate) attribute: Option<String>,
}

/// How the application is served.
#[derive(Clone, Default, Serialize, Debug)]
pub(crate) struct Mode {
    pub(crate) start: Start,
    /// Variables that are set.
    pub(crate) environment: std::collections::BTreeMap<String, String>,
    /// As `flask run --debug`.
    pub(crate) debug: bool,
}

/// What is run, so that there is an application.
#[derive(Clone, Default, Serialize, Debug)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Start {
    /// A candidate is imported.
    #[default]
    Import,
    /// This file is run as `python FILE`, in its own folder.
    Script(String),
    /// This command is run in the folder of the project, until it would serve.
    Command(String),
}

/// The places of a finding, in the order of the flow.
#[derive(Clone, Serialize, Debug)]
pub(crate) struct Asked {
    pub(crate) places: Vec<Lines>,
}

/// Lines of a file, both from 1 and included. The path is below the project.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct Lines {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) end: usize,
}

/// Something that the harness tells.
#[derive(Deserialize, Debug)]
#[serde(tag = "event", rename_all = "lowercase")]
pub(crate) enum Event {
    /// The application is served.
    Ready(Box<Ready>),
    /// It is not, and will not be.
    Failed {
        reason: String,
        #[serde(default)]
        log: String,
        #[serde(default)]
        no_flask: bool,
    },
    /// A request was answered.
    Served(Box<Served>),
    /// The process of the application is gone.
    Ended { how: String, log: String },
    /// It was ended, and the copy is removed.
    Stopped,
}

/// What there is of a booted application.
#[derive(Deserialize, Debug)]
pub(crate) struct Ready {
    pub(crate) port: u16,
    /// The working copy.
    pub(crate) root: String,
    /// The folder of the interpreter's environment.
    pub(crate) prefix: String,
    /// Version of Python.
    pub(crate) python: String,
    /// Versions of the framework and of what it is made of.
    pub(crate) versions: Vec<String>,
    /// A value in the environment and the settings; who sees it sees all of them.
    pub(crate) canary: String,
    pub(crate) framework: String,
    pub(crate) module: String,
    pub(crate) routes: Vec<Route>,
    /// For each finding the points at which a fault can be put in.
    pub(crate) plans: Vec<Vec<Point>>,
    /// Values of settings that are secrets by their name.
    pub(crate) settings: Vec<String>,
    /// Exceptions that were raised while it was imported.
    pub(crate) raised: Vec<Raised>,
    /// What was logged meanwhile.
    pub(crate) logs: Vec<String>,
}

/// A method of a rule of the routing table.
#[derive(Clone, Default, Deserialize, Debug)]
pub(crate) struct Route {
    /// As the framework writes it: `/orders/<int:order_id>`.
    pub(crate) rule: String,
    pub(crate) method: String,
    pub(crate) endpoint: String,
    /// Names of converters by the names of the parameters.
    pub(crate) converters: std::collections::BTreeMap<String, String>,
    /// What a parameter may be, where its converter lists it.
    pub(crate) choices: std::collections::BTreeMap<String, Vec<String>>,
    /// The functions that answer.
    pub(crate) places: Vec<Lines>,
    /// Texts that they look up.
    pub(crate) keys: Vec<String>,
    /// What the framework takes out of the request for them, by the part of it.
    #[serde(default)]
    pub(crate) asked: std::collections::BTreeMap<String, Vec<String>>,
}

/// A line at which an exception can be raised, and the type that is caught there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Debug)]
pub(crate) struct Point {
    pub(crate) path: String,
    pub(crate) line: usize,
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

/// What happened while a request was served.
#[derive(Clone, Deserialize, Default, Debug)]
pub(crate) struct Served {
    pub(crate) id: u64,
    /// The cookie of the session that was given to the request.
    #[serde(default)]
    pub(crate) cookie: Option<String>,
    /// The reply that an HTTP error has of its own.
    #[serde(default)]
    pub(crate) unanswered: Option<OwnReply>,
    pub(crate) raised: Vec<Raised>,
    /// Watched lines that were run.
    pub(crate) lines: Vec<(String, usize)>,
    /// What was looked up, by the part of the request.
    pub(crate) asked: std::collections::BTreeMap<String, Vec<String>>,
    /// What child processes printed.
    pub(crate) outputs: Vec<String>,
    /// What was logged.
    pub(crate) logs: Vec<String>,
}

/// Status and headers that an HTTP error would be answered with.
#[derive(Clone, Deserialize, Debug)]
pub(crate) struct OwnReply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    #[serde(rename = "type")]
    pub(crate) kind: String,
}

/// An exception.
#[derive(Clone, Deserialize, Debug)]
pub(crate) struct Raised {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) module: String,
    pub(crate) text: String,
    /// Texts that it carries besides: arguments, attributes, notes.
    pub(crate) details: Vec<String>,
    /// Where it was raised: below the project, or from the root where it was elsewhere.
    pub(crate) path: Option<String>,
    pub(crate) line: Option<usize>,
    /// Whether a `raise` of the project raised it.
    pub(crate) written: bool,
    /// Whether it is a reply of its own.
    pub(crate) http: bool,
    /// The status of that.
    pub(crate) code: Option<u16>,
    pub(crate) injected: bool,
    pub(crate) frames: Vec<Frame>,
}

/// A frame of a stack.
#[derive(Clone, Deserialize, Debug)]
pub(crate) struct Frame {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) source: String,
}
