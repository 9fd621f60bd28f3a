//! The text of a configuration file to what holds for the files below it, and which line says so.
//!
//! **Invariants.** It is pure: text in, settings out; which file is nearest, and reading it, is the command's. A mistake
//! is told with its place: unknown keys, wrong types, unknown rules and broken patterns are refused, never passed over.

mod file;
mod mistake;
mod pattern;
mod placed;
mod schema;
mod selection;
mod settings;

pub use file::{ConfidenceWord, ConfigurationFile, SeverityWord};
pub use mistake::Mistake;
pub use schema::schema;
pub use selection::matching;
pub use settings::{Form, Origin, Overrides, Setting, Settings, Verdict};
