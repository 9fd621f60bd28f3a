//! Files that say how a program is started: Dockerfile, compose, `.env`, Procfile, Kubernetes and their like.
//!
//! The text of a file becomes [`Facts`]: which variables of the environment it sets, which commands it starts,
//! which settings of servers it makes, each with its place. What that means is for others to say: this room knows
//! no rule, no framework, and reads no file.
//!
//! **Invariant:** reading never fails. A broken file gives what could be read.
//!
//! **Invariant:** it ends, and in time that the length of the text bounds: nesting has a limit, and what a file
//! refers to (an anchor of YAML) is visited so often only.

mod assignments;
mod directives;
mod dockerfile;
mod facts;
mod ini;
mod kind;
mod lines;
mod makefile;
mod procfile;
mod pyproject;
mod requirements;
mod services;
mod shell;
mod tree;
mod variables;
mod yaml;

pub use facts::{Command, Facts, Requirement, Setting, Variable};
pub use kind::{Kind, Purpose};

/// What the text of a file says.
pub fn read(kind: Kind, text: &str) -> Facts {
    let mut facts = match kind {
        Kind::Dockerfile => dockerfile::read(text),
        Kind::EnvironmentFile => variables::read_file(text),
        Kind::Compose | Kind::Manifest | Kind::Workflow | Kind::Scripts => services::read(kind, text),
        Kind::Procfile => procfile::read(text),
        Kind::Makefile => makefile::read(text),
        Kind::Unit | Kind::Supervisor | Kind::ServerSettings | Kind::TestRuns => ini::read(kind, text),
        Kind::ServerScript => assignments::read(text),
        Kind::Project => pyproject::read(text),
        Kind::ShellScript => shell::read_script(text),
        Kind::Requirements => requirements::read(text),
    };
    facts.directives = directives::directives(text);
    facts
}
