//! `tightlip detect`: which of these recorded replies leak.

mod verdict;

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use tightlip_catalogue::Signatures;
use tightlip_leak::{Detector, Reply, Request};
use tightlip_recording::{Handed, Position, Stopped, read};
use tightlip_report::escape_controls;

use crate::output::{Outcome, complain, print};
use verdict::Lines;

/// So much is read from the input at a time.
const BUFFER: usize = 1 << 18;

/// Looks at each reply as it is read.
struct Inspection<'a> {
    detector: Detector,
    lines: Lines<'a>,
    name: &'a str,
    /// Whether any of them leaks.
    leak: bool,
    /// Whether any was read.
    any: bool,
    /// Whether any could not be read.
    bad: bool,
}

impl Inspection<'_> {
    /// Takes what stands at `position`. Its line is written at once: the input may be a log that is still growing.
    fn take(&mut self, position: Position, handed: Handed) -> io::Result<()> {
        match handed {
            Ok(recorded) => {
                self.any = true;
                let request = recorded.request.as_deref().map_or_else(Request::none, Request::new);
                let reply =
                    Reply { status: recorded.status, headers: &recorded.headers, body: &recorded.body };
                let verdict = self.detector.inspect(&reply, &request);
                self.leak |= verdict.leak;
                self.lines.write(position, recorded.status, &verdict)?;
                self.lines.flush()
            }
            Err(message) => {
                self.bad = true;
                let (word, number) = match position {
                    Position::Line(number) => ("", number),
                    Position::Entry(number) => ("entry ", number),
                };
                complain(&format!("warning: {}:{word}{number}: {}", self.name, escape_controls(&message)));
                Ok(())
            }
        }
    }

    fn outcome(&self, exit_zero: bool) -> Outcome {
        match (self.leak, self.any, self.bad) {
            (false, false, true) => Outcome::CouldNotRun,
            (true, ..) if !exit_zero => Outcome::Findings,
            _ => Outcome::Clean,
        }
    }
}

/// Reads replies from a file or from standard input, and says of each whether it leaks.
pub(crate) fn detect(file: Option<&PathBuf>, exit_zero: bool) -> Outcome {
    let name =
        file.map_or_else(|| "<stdin>".to_owned(), |path| escape_controls(&path.display().to_string()).into());
    let input: Box<dyn Read> = match file {
        None => Box::new(io::stdin().lock()),
        Some(path) => match open(path) {
            Ok(file) => Box::new(file),
            Err(error) => {
                complain(&format!("error: {name}: cannot be read: {error}"));
                return Outcome::CouldNotRun;
            }
        },
    };
    let signatures = match Signatures::embedded() {
        Ok(signatures) => signatures,
        Err(error) => {
            complain(&format!("error: the catalogue has a mistake: {error}"));
            return Outcome::CouldNotRun;
        }
    };
    let mut outcome = Outcome::CouldNotRun;
    let written = print(Outcome::Clean, |out| {
        let lines = Lines::new(out);
        let detector = Detector::new(&signatures);
        let mut inspection = Inspection { detector, lines, name: &name, leak: false, any: false, bad: false };
        let input = BufReader::with_capacity(BUFFER, input);
        let stopped = read(input, &mut |position, handed| inspection.take(position, handed));
        outcome = match stopped {
            Ok(()) => inspection.outcome(exit_zero),
            Err(Stopped::Input(error)) => {
                complain(&format!("error: {name}: cannot be read further: {error}"));
                Outcome::CouldNotRun
            }
            Err(Stopped::Taker(error)) => {
                // Whoever reads has seen enough; what was found until then counts.
                outcome = inspection.outcome(exit_zero);
                return Err(error);
            }
        };
        Ok(())
    });
    if written == Outcome::CouldNotRun { written } else { outcome }
}

fn open(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::other("it is a folder; name a file with replies"));
    }
    Ok(file)
}
