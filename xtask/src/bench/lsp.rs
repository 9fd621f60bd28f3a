//! How soon the language server answers a change of one file in a large project.
//!
//! A first answer speaks of the changed file alone, the whole answer of everything. Both are timed as a client sees
//! them, in seconds of the clock and in CPU time of the server; nothing is asserted.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{absolute, built, trees_of_packages};
use crate::Done;
use crate::run::say;

const HELP: &str = "\
cargo xtask bench lsp [--tightlip PROGRAM] [--files NUMBER] [TREES]

Starts `tightlip lsp` in each tree, opens files in turn, those with findings first, puts an empty line at their top, and
prints how long the first answer and the whole answer took: the median, nine of ten, and the most; and how many first
answers said the same as the whole one. Without TREES it takes the Flask applications of `bench`.

  --tightlip PROGRAM  measure this program instead of building a release
  --files NUMBER      how many files are changed in each tree, 20 unless said";

/// Who waits longer waits for ever.
const PATIENCE: Duration = Duration::from_secs(300);

pub(super) fn bench(arguments: &[String]) -> Done {
    let Some(options) = Options::parse(arguments)? else {
        println!("{HELP}");
        return Ok(());
    };
    let trees = if options.trees.is_empty() { trees_of_packages()? } else { options.trees };
    let tightlip = options.tightlip.map_or_else(built, Ok)?;
    for tree in &trees {
        say(&format!("measure {}", tree.display()));
        measure(&tightlip, tree, options.files)?;
    }
    Ok(())
}

struct Options {
    tightlip: Option<PathBuf>,
    files: usize,
    trees: Vec<PathBuf>,
}

impl Options {
    /// Nothing where help is asked for.
    fn parse(arguments: &[String]) -> Result<Option<Self>, String> {
        let mut options = Self { tightlip: None, files: 20, trees: Vec::new() };
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| format!("{argument} wants a value"));
            match argument.as_str() {
                "--help" | "-h" => return Ok(None),
                "--tightlip" => options.tightlip = Some(absolute(value()?)?),
                "--files" => {
                    let number = value()?;
                    let wrong = |_| format!("--files wants a number, not `{number}`");
                    options.files = number.parse().map_err(wrong)?;
                }
                option if option.starts_with('-') => {
                    return Err(format!("no option is called `{option}`\n{HELP}"));
                }
                tree => options.trees.push(absolute(tree)?),
            }
        }
        Ok(Some(options))
    }
}

fn measure(tightlip: &Path, tree: &Path, files: usize) -> Done {
    let mut client = Client::start(tightlip, tree)?;
    let started = Instant::now();
    client.wait(None)?;
    println!("start to the whole answer: {:.2} s", started.elapsed().as_secs_f64());
    let (mut first, mut whole) = (Times::default(), Times::default());
    let mut agreeing = 0;
    for path in changed_files(tree, &client.with_findings, files)? {
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let url = url(&path);
        let document = json!({ "uri": url, "languageId": "python", "version": 1, "text": text });
        client.notify("textDocument/didOpen", json!({ "textDocument": document }))?;
        client.wait(Some(&url))?;
        let before = Moment::now(&client.server);
        let document = json!({ "uri": url, "version": 2 });
        let change = json!([{ "text": format!("\n{text}") }]);
        client.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": change }),
        )?;
        let answers = client.wait(Some(&url))?;
        if let Some(answer) = answers.first() {
            first.add(before, answer.moment);
            agreeing += usize::from(answers.last().is_some_and(|last| last.places == answer.places));
        }
        whole.add(before, Moment::now(&client.server));
        client.notify("textDocument/didClose", json!({ "textDocument": { "uri": url } }))?;
        client.wait(Some(&url))?;
    }
    first.print("first answer");
    whole.print("whole answer");
    println!("first answers that agree with the whole one: {agreeing} of {}", first.clock.len());
    Ok(())
}

/// Files with findings in turn with others, spread over the tree, the same every time.
fn changed_files(tree: &Path, with_findings: &[PathBuf], most: usize) -> Result<Vec<PathBuf>, String> {
    let mut all = Vec::new();
    let mut open = vec![tree.to_owned()];
    while let Some(folder) = open.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|ending| ending == "py") {
                all.push(path);
            }
        }
    }
    all.sort();
    let mut chosen = spread(with_findings, most / 2);
    chosen.extend(spread(&all, most - chosen.len()));
    chosen.dedup();
    Ok(chosen)
}

fn spread(paths: &[PathBuf], most: usize) -> Vec<PathBuf> {
    let step = (paths.len() / most.max(1)).max(1);
    paths.iter().step_by(step).take(most).cloned().collect()
}

/// The clock, and what the server has used until now.
#[derive(Clone, Copy)]
struct Moment {
    clock: Instant,
    cpu: Option<Duration>,
}

impl Moment {
    fn now(server: &Child) -> Self {
        Self { clock: Instant::now(), cpu: cpu_time(server.id()) }
    }
}

/// The CPU time of a process; only Linux tells it of a running one.
fn cpu_time(process: u32) -> Option<Duration> {
    /// Ticks of `/proc` in a second.
    const TICKS: u64 = 100;
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, fields) = text.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11).map_while(|field| field.parse::<u64>().ok());
    Some(Duration::from_millis((fields.next()? + fields.next()?) * 1000 / TICKS))
}

#[derive(Default)]
struct Times {
    clock: Vec<Duration>,
    cpu: Vec<Duration>,
}

impl Times {
    fn add(&mut self, from: Moment, to: Moment) {
        self.clock.push(to.clock - from.clock);
        self.cpu.extend(to.cpu.zip(from.cpu).map(|(to, from)| to.saturating_sub(from)));
    }

    fn print(&mut self, what: &str) {
        for (kind, times) in [("clock", &mut self.clock), ("CPU", &mut self.cpu)] {
            times.sort_unstable();
            let at = |tenth: usize| {
                times.get((times.len().max(1) - 1) * tenth / 10).map_or(0, Duration::as_millis)
            };
            println!("{what}, {kind:5}: median {} ms, nine of ten {} ms, most {} ms", at(5), at(9), at(10));
        }
    }
}

/// What was published of a file, and when.
struct Answer {
    moment: Moment,
    /// Rules and ranges.
    places: Vec<String>,
}

struct Client {
    server: Child,
    input: ChildStdin,
    messages: Receiver<(Instant, Value)>,
    with_findings: Vec<PathBuf>,
}

impl Client {
    fn start(tightlip: &Path, tree: &Path) -> Result<Self, String> {
        let mut lsp = Command::new(tightlip);
        lsp.arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut server = lsp.spawn().map_err(|error| format!("{}: {error}", tightlip.display()))?;
        let (Some(input), Some(output)) = (server.stdin.take(), server.stdout.take()) else {
            return Err("the server has no pipes".to_owned());
        };
        let (sender, messages) = mpsc::channel();
        thread::spawn(move || {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output) {
                if sender.send((Instant::now(), message)).is_err() {
                    break;
                }
            }
        });
        let mut client = Self { server, input, messages, with_findings: Vec::new() };
        let capabilities = json!({ "experimental": { "serverStatusNotification": true } });
        let folder = json!([{ "uri": url(tree), "name": "tree" }]);
        let params = json!({ "processId": null, "capabilities": capabilities, "workspaceFolders": folder });
        client.send(&json!({ "jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params }))?;
        client.notify("initialized", json!({}))?;
        Ok(client)
    }

    fn notify(&mut self, method: &str, params: Value) -> Done {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }))
    }

    fn send(&mut self, message: &Value) -> Done {
        let body = message.to_string();
        let written = write!(self.input, "Content-Length: {}\r\n\r\n{body}", body.len());
        written.and_then(|()| self.input.flush()).map_err(|error| format!("the server: {error}"))
    }

    /// Waits for the whole answer; gives all that was published of `url` until then.
    fn wait(&mut self, url: Option<&str>) -> Result<Vec<Answer>, String> {
        let mut answers = Vec::new();
        loop {
            let next = self.messages.recv_timeout(PATIENCE);
            let (clock, message) = next.map_err(|_| "the server does not answer".to_owned())?;
            let params = &message["params"];
            match message["method"].as_str() {
                Some("textDocument/publishDiagnostics") => {
                    let diagnostics = params["diagnostics"].as_array().map_or(&[][..], Vec::as_slice);
                    let published = params["uri"].as_str().unwrap_or_default();
                    if url.is_none() && !diagnostics.is_empty() {
                        let path = PathBuf::from(published.trim_start_matches("file://"));
                        self.with_findings.extend(path.is_file().then_some(path));
                    }
                    if url == Some(published) {
                        let place = |known: &Value| format!("{} {}", known["code"], known["range"]);
                        let mut places: Vec<String> = diagnostics.iter().map(place).collect();
                        places.sort();
                        let moment = Moment { clock, cpu: cpu_time(self.server.id()) };
                        answers.push(Answer { moment, places });
                    }
                }
                Some("experimental/serverStatus") if params["quiescent"] == true => break,
                _ => {}
            }
        }
        self.with_findings.retain(|path| path.extension().is_some_and(|ending| ending == "py"));
        Ok(answers)
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn read(output: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        output.read_line(&mut line).ok().filter(|read| *read > 0)?;
        match line.trim_end().split_once(": ") {
            Some(("Content-Length", value)) => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

/// Trees of this benchmark have no characters in their paths that URLs write otherwise.
fn url(path: &Path) -> String {
    format!("file://{}", path.display())
}
