//! The process of the harness: started once, boots one application after the other.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command as Process, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::message::{Boot, Command, Event, Ready, Served};

/// The harness, in the order in which its parts build on each other.
const HARNESS: &str = concat!(
    include_str!("harness/supervise.py"),
    "\n\n",
    include_str!("harness/record.py"),
    "\n\n",
    include_str!("harness/watch.py"),
    "\n\n",
    include_str!("harness/application.py"),
    "\n\n",
    include_str!("harness/routes.py"),
    "\n\n",
    include_str!("harness/asgi.py"),
    "\n\n",
    include_str!("harness/program.py"),
    "\n\n",
    include_str!("harness/serve.py"),
);

/// Reads the harness from standard input: so there is no file of it, and nothing is installed.
const LOADER: &str = "\
import os, sys
size, text = int(sys.argv[1]), b''
while len(text) < size:
    part = os.read(0, size - len(text))
    if not part:
        sys.exit(1)
    text += part
if not hasattr(os, 'fork'):
    sys.exit('a system with fork is needed: Linux or macOS')
if sys.version_info < (3, 8):
    sys.exit('Python 3.8 or newer is needed')
exec(compile(text, '<tightlip>', 'exec'), {'__name__': 'tightlip'})
";

/// A longer line is none of the harness.
const LONGEST_LINE: u64 = 16 << 20;
/// How long the record of a request may come after the reply.
const PATIENCE_FOR_RECORD: Duration = Duration::from_secs(3);

/// Why there is no application to send requests to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NotBooted {
    /// Why, as half a sentence.
    pub reason: String,
    /// The end of what it printed.
    pub log: String,
    /// Whether the environment has no Flask.
    pub no_flask: bool,
}

impl NotBooted {
    pub(crate) fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), log: String::new(), no_flask: false }
    }
}

/// The harness, running.
pub struct Supervisor {
    child: Child,
    /// Closed when this is dropped: then the harness ends everything and removes its copies.
    input: Option<ChildStdin>,
    events: Receiver<Event>,
}

impl Supervisor {
    /// Starts the harness in `interpreter`.
    pub fn start(interpreter: &Path) -> Result<Self, NotBooted> {
        let cannot = |error: &dyn std::fmt::Display| {
            NotBooted::because(format!("{} cannot be started: {error}", interpreter.display()))
        };
        let mut child = Process::new(interpreter)
            .args(["-B", "-c", LOADER, &HARNESS.len().to_string()])
            // No file of the project is next to its source, and none is made there.
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .current_dir(std::env::temp_dir())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| cannot(&error))?;
        let mut input = child.stdin.take().expect("it is piped");
        let output = child.stdout.take().expect("it is piped");
        let events = listen(output);
        if input.write_all(HARNESS.as_bytes()).and_then(|()| input.flush()).is_err() {
            let mut words = String::new();
            if let Some(mut stream) = child.stderr.take() {
                let _ = stream.by_ref().take(1000).read_to_string(&mut words);
            }
            let _ = child.wait();
            return Err(cannot(&words.trim()));
        }
        Ok(Self { child, input: Some(input), events })
    }

    fn tell(&mut self, command: &Command<'_>) -> Result<(), NotBooted> {
        let mut line = serde_json::to_vec(command).map_err(|error| NotBooted::because(error.to_string()))?;
        line.push(b'\n');
        let input = self.input.as_mut().ok_or_else(|| NotBooted::because("the harness has ended"))?;
        if input.write_all(&line).and_then(|()| input.flush()).is_err() {
            return Err(NotBooted::because(format!("the harness has ended{}", self.last_words())));
        }
        Ok(())
    }

    fn last_words(&mut self) -> String {
        let _ = self.child.kill();
        let mut words = String::new();
        if let Some(mut stream) = self.child.stderr.take() {
            let _ = stream.by_ref().take(4000).read_to_string(&mut words);
        }
        words.trim().lines().last().map_or_else(String::new, |line| format!(": {line}"))
    }

    /// Boots an application, in place of the one that ran.
    pub(crate) fn boot(&mut self, boot: &Boot, patience: Duration) -> Result<Box<Ready>, NotBooted> {
        while self.events.try_recv().is_ok() {}
        self.tell(&Command::Boot(boot))?;
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Ready(ready)) => return Ok(ready),
                Ok(Event::Failed { reason, log, no_flask }) => {
                    return Err(NotBooted { reason, log, no_flask });
                }
                Ok(Event::Ended { how, log }) => {
                    let reason = format!("the process ended while it was booted: {how}");
                    return Err(NotBooted { reason, log, no_flask: false });
                }
                Ok(Event::Served(_) | Event::Stopped) => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.stop();
                    let reason = format!("not booted within {} seconds", patience.as_secs());
                    return Err(NotBooted::because(reason));
                }
                Err(RecvTimeoutError::Disconnected) => {
                    let words = self.last_words();
                    return Err(NotBooted::because(format!("the harness has ended{words}")));
                }
            }
        }
    }

    /// What happened while request `id` was served; nothing where the application keeps it to itself or is gone.
    pub(crate) fn record_of(&mut self, id: u64) -> Record {
        let deadline = Instant::now() + PATIENCE_FOR_RECORD;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.events.recv_timeout(left) {
                Ok(Event::Served(served)) if served.id == id => return Record::Served(served),
                Ok(Event::Ended { how, .. }) => return Record::Ended(how),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Record::Missing,
                Err(RecvTimeoutError::Disconnected) => {
                    return Record::Ended("the harness has ended".to_owned());
                }
            }
        }
    }

    /// Ends the application and removes its copy of the project.
    pub fn stop(&mut self) {
        if self.tell(&Command::Stop).is_ok() {
            while let Ok(event) = self.events.recv_timeout(Duration::from_secs(10)) {
                if matches!(event, Event::Stopped) {
                    break;
                }
            }
        }
    }
}

impl Drop for Supervisor {
    fn drop(&mut self) {
        self.input = None;
        // It removes what it made before it ends; so it is waited for.
        let _ = self.child.wait();
    }
}

/// What the harness knows of a request.
pub(crate) enum Record {
    Served(Box<Served>),
    /// The application is gone.
    Ended(String),
    Missing,
}

fn listen(output: impl Read + Send + 'static) -> Receiver<Event> {
    let (sender, events) = mpsc::channel();
    thread::spawn(move || {
        let mut reader = BufReader::new(output);
        let mut line = Vec::new();
        loop {
            line.clear();
            match reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => {}
            }
            // An application can write there too, if it means to; what is no event is passed over.
            if let Ok(event) = serde_json::from_slice(&line)
                && sender.send(event).is_err()
            {
                return;
            }
        }
    });
    events
}
