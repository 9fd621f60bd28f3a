use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Whoever waits for less needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// A progress bar on standard error, which shows itself only on a terminal and after a second.
pub(crate) struct Progress {
    bar: ProgressBar,
    waiter: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Starts to wait. `steps` are to be done.
    pub(crate) fn start(steps: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(steps as u64), ProgressDrawTarget::hidden());
        let style =
            ProgressStyle::with_template("{msg} {bar:40} {pos}/{len}").expect("the template is fixed");
        bar.set_style(style);
        bar.set_message("reading files");
        let waiter = io::stderr().is_terminal().then(|| wait(bar.clone()));
        Self { bar, waiter }
    }

    /// One step is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
    }

    /// Starts to wait for requests, of which nobody knows how many there will be.
    pub(crate) fn of_requests() -> Self {
        let progress = Self::start(0);
        progress.bar.set_style(
            ProgressStyle::with_template("{msg} {spinner} {pos} requests").expect("the template is fixed"),
        );
        progress.bar.set_message("booting");
        progress
    }

    /// Something else is done from now on.
    pub(crate) fn say(&self, what: &str) {
        self.bar.set_message(what.to_owned());
    }

    /// All steps are done, and something follows that cannot be counted.
    pub(crate) fn follow_flows(&self) {
        self.bar.set_style(ProgressStyle::with_template("{msg} {spinner}").expect("the template is fixed"));
        self.bar.set_message("following flows");
    }
}

fn wait(bar: ProgressBar) -> (Sender<()>, JoinHandle<()>) {
    let (done, is_done) = mpsc::channel();
    let waiter = thread::spawn(move || {
        if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.enable_steady_tick(Duration::from_millis(100));
        }
    });
    (done, waiter)
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((done, waiter)) = self.waiter.take() {
            drop(done);
            let _ = waiter.join();
        }
        self.bar.finish_and_clear();
    }
}
