//! `tightlip lsp`: the language server, over standard input and output.
//!
//! Three threads and the analysis: one reads messages, one writes them, and the session answers, with what it knows, so
//! that nobody waits for the analysis. Nothing here is specific to an editor.

mod actions;
mod analyst;
mod buffers;
mod diagnostics;
mod hover;
mod ignore;
mod positions;
mod project;
mod session;
mod transport;

use std::thread;

use lsp_server::Message;
use tightlip_languages::STACK_SIZE;

use crate::output::{Outcome, complain};
use analyst::{Analyst, News};
use session::Session;
use transport::Transport;

/// What the session reacts to.
enum Event {
    /// The client says something.
    Message(Message),
    /// The client says nothing any more.
    Closed,
    /// The analysis has found something out.
    News(News),
}

/// Serves an editor until it leaves.
pub(crate) fn lsp() -> Outcome {
    // The session parses what it puts comments into.
    let session = thread::Builder::new().stack_size(STACK_SIZE).spawn(serve);
    let ended = session.map_err(|error| format!("no threads can be started: {error}"));
    let outcome =
        ended.and_then(|session| session.join().unwrap_or_else(|_| Err("internal error".to_owned())));
    outcome.unwrap_or_else(|message| {
        complain(&format!("error: {message}"));
        Outcome::CouldNotRun
    })
}

fn serve() -> Result<Outcome, String> {
    let transport = Transport::start().map_err(|error| format!("no threads can be started: {error}"))?;
    let analyst = Analyst::start(transport.event_sender.clone())?;
    let mut session = Session::new(transport.out.clone(), analyst);
    let outcome = loop {
        // This end keeps a sender, so there is always somebody who may have something to tell.
        let Ok(event) = transport.events.recv() else { break Outcome::CouldNotRun };
        match event {
            Event::Message(message) => {
                if let Some(outcome) = session.handle(message) {
                    break outcome;
                }
            }
            Event::Closed => {
                complain("error: the client has left without saying `exit`");
                break Outcome::CouldNotRun;
            }
            Event::News(news) => session.publish(news),
        }
    };
    drop(session);
    transport.finish();
    Ok(outcome)
}
