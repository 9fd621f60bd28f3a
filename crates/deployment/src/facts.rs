use tightlip_ir::{Directive, Span};

/// What a file says of how a program is started.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Facts {
    /// Variables of the environment that it sets.
    pub variables: Vec<Variable>,
    /// What it starts.
    pub commands: Vec<Command>,
    /// Settings of servers.
    pub settings: Vec<Setting>,
    /// Packages of which it wants a version.
    pub requirements: Vec<Requirement>,
    /// What its comments say to tightlip.
    pub directives: Vec<Directive>,
}

/// A variable of the environment is set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; `None` where the file does not say it.
    pub value: Option<String>,
    /// Name and value.
    pub span: Span,
    /// The part of the file that it holds for: a service, a container, a target. `None` is all of it.
    pub part: Option<String>,
}

/// A command is started.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Command {
    /// The program and what it is given, without the variables that stand before it.
    pub arguments: Vec<String>,
    /// Where it stands.
    pub span: Span,
    /// The part of the file that starts it.
    pub part: Option<String>,
}

/// A setting of the server in front of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Setting {
    /// The server, e.g. `uwsgi`.
    pub server: &'static str,
    /// Its name, in the spelling of the file.
    pub name: String,
    /// Its value; `None` where the file does not say it.
    pub value: Option<String>,
    /// Name and value.
    pub span: Span,
}

/// A version of a package that is wanted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Requirement {
    /// The package, in small letters and with `-`.
    pub package: String,
    /// How the version must be related to it: `==`, `~=`, `<`, ...
    pub relation: String,
    /// The numbers of the version.
    pub version: Vec<u32>,
}

impl Facts {
    /// Says of everything that has no part that it belongs to `part`.
    pub(crate) fn of_part(mut self, part: &str) -> Self {
        for variable in &mut self.variables {
            variable.part.get_or_insert_with(|| part.to_owned());
        }
        for command in &mut self.commands {
            command.part.get_or_insert_with(|| part.to_owned());
        }
        self
    }

    /// Adds what another part of the file says.
    pub(crate) fn extend(&mut self, other: Facts) {
        self.variables.extend(other.variables);
        self.commands.extend(other.commands);
        self.settings.extend(other.settings);
        self.requirements.extend(other.requirements);
    }

    /// Of several values of one variable in one part, the last one holds.
    pub(crate) fn with_last_values(mut self) -> Self {
        let mut kept: Vec<Variable> = Vec::with_capacity(self.variables.len());
        for variable in self.variables.into_iter().rev() {
            if !kept.iter().any(|later| later.name == variable.name && later.part == variable.part) {
                kept.push(variable);
            }
        }
        kept.reverse();
        self.variables = kept;
        self
    }
}
