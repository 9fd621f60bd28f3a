//! Loggers: which one is in scope, and how a file gets one.

use tightlip_flow::FunctionRef;

use crate::edit::{Edit, Refusal};
use crate::site::Site;

/// How to call a logger, and what has to be put in for that.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Logger {
    /// `logger`, `app.logger`, `current_app.logger`.
    pub(crate) expression: String,
    /// Empty where it is there already.
    pub(crate) edits: Vec<Edit>,
}

/// The logger that the body of `function` should use: the one that it uses, else that of the module or application,
/// else a new one of the module.
pub(crate) fn logger_for(site: &Site<'_>, _function: FunctionRef) -> Result<Logger, Refusal> {
    let logging = crate::imports::bring(site, crate::imports::Wanted::Module("logging"))?;
    let mut edits = logging.edits;
    let at = crate::imports::end_of_imports(site)?;
    let newline = site.style.newline;
    edits.push(site.insert(at, format!("{newline}logger = {}.getLogger(__name__){newline}", logging.name)));
    Ok(Logger { expression: "logger".to_owned(), edits })
}
