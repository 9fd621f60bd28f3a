use std::io::{self, BufWriter, ErrorKind, StdoutLock, Write};
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// It did what it should and has nothing to object to.
    Clean,
    /// It found something.
    Findings,
    /// It could not do what it should.
    CouldNotRun,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        ExitCode::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings => 1,
            Outcome::CouldNotRun => 2,
        })
    }
}

/// Writes to standard output, and says how the command ends if that goes well.
pub(crate) fn print(
    outcome: Outcome,
    write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>,
) -> Outcome {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Ok(()) => outcome,
        // Whoever reads has seen enough, as in `tightlip check | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            // What is left in the buffer must not be tried again when it is dropped.
            let _ = out.into_parts();
            outcome
        }
        Err(error) => {
            complain(&format!("error: the report cannot be written to standard output: {error}"));
            Outcome::CouldNotRun
        }
    }
}

/// Writes a line to standard error. Where that is closed, nobody wants to hear it.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
