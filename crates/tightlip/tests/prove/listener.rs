//! Servers to be asked: small ones of the tests' own, and Flask's.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// A request as it came.
pub(super) struct Received {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) head: String,
}

/// A server whose replies the test writes by hand.
pub(super) struct Listener {
    pub(super) url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Listener {
    /// Answers each request with what `answer` writes, in a thread of its own.
    pub(super) fn start(answer: impl Fn(&Received, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it has an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (all, answer) = (Arc::clone(&received), Arc::new(answer));
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
                thread::spawn(move || {
                    let Some(request) = read(&mut stream) else { return };
                    answer(&request, &mut stream);
                    all.lock().expect("nobody panics with it").push(request);
                });
            }
        });
        Self { url, received }
    }

    /// What came, as `GET /path`.
    pub(super) fn requests(&self) -> Vec<String> {
        let received = self.received.lock().expect("nobody panics with it");
        received.iter().map(|request| format!("{} {}", request.method, request.target)).collect()
    }

    /// How often a request had this line in its head.
    pub(super) fn count_with(&self, line: &str) -> usize {
        let received = self.received.lock().expect("nobody panics with it");
        received.iter().filter(|request| request.head.lines().any(|it| it == line)).count()
    }
}

/// Reads a whole request.
pub(super) fn read(stream: &mut impl Read) -> Option<Received> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let lower = head.to_ascii_lowercase();
    let length = lower.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let mut words = head.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    Some(Received { method, target, head })
}

/// Writes a whole reply. Who hangs up has seen enough.
pub(super) fn reply(stream: &mut impl Write, status: &str, kind: &str, body: &str) {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n"
    );
    drop(stream.write_all(format!("{head}\r\n{body}").as_bytes()));
}

/// Flask's own server with an application, as users start it.
pub(super) struct FlaskServer {
    pub(super) url: String,
    child: Child,
}

impl FlaskServer {
    /// Starts `flask ARGUMENTS run` in `folder`.
    pub(super) fn start(interpreter: &Path, folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(interpreter);
        command.args(["-m", "flask"]).args(arguments).args(["run", "--port", "0", "--no-reload"]);
        let child = command
            .current_dir(folder)
            .env_remove("FLASK_DEBUG")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = child.spawn().expect("the interpreter can be started");
        let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let mut said = Vec::new();
        let url = loop {
            let line =
                lines.next().unwrap_or_else(|| panic!("the server ends: {said:?}")).expect("it is text");
            if let Some((_, url)) = line.split_once("Running on ") {
                break url.split_whitespace().next().unwrap_or_default().to_owned();
            }
            said.push(line);
        };
        // What it logs must go somewhere, or it would wait.
        thread::spawn(move || lines.for_each(drop));
        Self { url, child }
    }
}

impl Drop for FlaskServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// `tightlip prove --url URL ARGUMENTS`, as fast as it goes.
pub(super) fn ask(url: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tightlip"))
        .args(["prove", "--isolated", "--rate", "100000", "--url", url])
        .args(arguments)
        .output()
        .expect("tightlip runs")
}

/// The report as JSON, what was said beside it, and the exit code.
pub(super) fn report(url: &str, arguments: &[&str]) -> (Value, String, Option<i32>) {
    let output = ask(url, &[&["--output-format", "json"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {said}"));
    (report, said, output.status.code())
}

/// Rule and address of each finding.
pub(super) fn found(report: &Value) -> Vec<(String, String)> {
    let findings = report["findings"].as_array().expect("there are findings");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings.iter().map(|finding| (text(&finding["name"]), text(&finding["path"]))).collect()
}
