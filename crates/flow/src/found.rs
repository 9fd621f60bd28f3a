//! What the solver found: the last words of this room.

use std::sync::Arc;
use tightlip_catalogue::model::{Channel, Returned, Scope};
use tightlip_catalogue::{AddedText, HandlerModel, Opening, Rule, Severity};
use tightlip_ir::Symbol;

use crate::program::FunctionRef;
use crate::taint::{ClassName, Location, Source, Step};

/// Detail that reaches the client.
#[derive(Clone, PartialEq, Debug)]
pub struct Flow {
    /// Where it comes from.
    pub source: Arc<Source>,
    /// What it tells when it gets there.
    pub rule: Rule,
    /// How it gets there.
    pub channel: Channel,
    /// Where the function that has both the detail and the road to the client puts the one on the other.
    pub location: Location,
    /// That function.
    pub function: FunctionRef,
    /// The whole way, from the source to the client.
    pub steps: Vec<Step>,
    /// A call on the way could not be resolved.
    pub unsure: bool,
    /// A guard on the way that anybody opens would have kept it.
    pub opened: bool,
    /// What an attacker gains at least, because of how it gets there.
    pub severity: Option<Severity>,
}

/// How a function is called by the framework.
#[derive(Clone, PartialEq, Debug)]
pub struct Role {
    /// What becomes of what it returns.
    pub returns: Returned,
    /// The parameter that is the exception, `self` not counted.
    pub exception: Option<usize>,
    /// The classes of that exception; none means any.
    pub handles: Vec<ClassName>,
    /// The classes could not be told, so that any is assumed.
    pub assumed: bool,
    /// Whose errors it handles.
    pub scope: Scope,
    /// The statuses by which it is registered.
    pub statuses: Vec<i64>,
    /// Errors of its part do not reach the handlers of the application.
    pub apart: bool,
    /// What the framework adds to what it returns.
    pub adds: Option<AddedText>,
    /// Where it is registered.
    pub location: Location,
}

impl Role {
    /// What `model` makes of a function at `location`; which errors it handles is what the model itself says.
    pub(crate) fn of_model(model: &HandlerModel, location: Location) -> Self {
        Self {
            returns: model.returns,
            exception: model.exception,
            handles: model.of.iter().map(|class| ClassName::Library(*class)).collect(),
            assumed: false,
            scope: model.scope,
            statuses: Vec::new(),
            apart: model.apart,
            adds: model.adds.clone(),
            location,
        }
    }
}

/// A function that the framework calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Registration {
    /// The function.
    pub function: FunctionRef,
    /// How it is called.
    pub role: Role,
}

/// An application that is made.
#[derive(Clone, PartialEq, Debug)]
pub struct ApplicationSite {
    /// Where.
    pub location: Location,
    /// In which function.
    pub function: FunctionRef,
    /// The framework.
    pub framework: &'static str,
}

/// A setting that opens the application.
#[derive(Clone, PartialEq, Debug)]
pub struct Opened {
    /// Where it is set.
    pub location: Location,
    /// In which function.
    pub function: FunctionRef,
    /// What it opens.
    pub opening: Opening,
    /// When it does.
    pub how: OpenedHow,
    /// Where settings that are written elsewhere are taken over.
    pub taken_over: Option<Location>,
    /// Tests may do it.
    pub tests_may: bool,
    /// It does not where the program speaks of one of these names.
    pub unless: Vec<Symbol>,
}

/// When a setting opens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OpenedHow {
    /// In any case.
    Always,
    /// Unless somebody sets a variable of the environment.
    ByDefault,
    /// When a variable of the environment has any text, whatever the text says.
    ByAnyText,
}

/// A call in which the argument that would open the application keeps it closed.
#[derive(Clone, PartialEq, Debug)]
pub struct Closed {
    /// Where.
    pub location: Location,
    /// What is called.
    pub path: Symbol,
}

/// Variables of the environment whose names start like this are read.
#[derive(Clone, PartialEq, Debug)]
pub struct Prefix {
    /// Where.
    pub location: Location,
    /// What they start with; `None` is not known.
    pub text: Option<Symbol>,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Solution {
    /// Detail that reaches the client, by place.
    pub flows: Vec<Flow>,
    /// Functions that the framework calls, by place of registration.
    pub registrations: Vec<Registration>,
    /// Applications, by place.
    pub applications: Vec<ApplicationSite>,
    /// Settings, by place.
    pub opened: Vec<Opened>,
    /// Settings that are kept closed, by place.
    pub closed: Vec<Closed>,
    /// Variables that are read by the start of their names, by place.
    pub prefixes: Vec<Prefix>,
    /// How many functions were looked into.
    pub functions: usize,
    /// How many times, all in all.
    pub runs: usize,
}

/// A class as it is written in the program.
pub fn class_text(program: &crate::program::Program, class: ClassName) -> Symbol {
    match class {
        ClassName::Program(class) => program.class(class).name,
        ClassName::Library(path) => path,
    }
}
