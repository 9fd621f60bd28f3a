//! The data of `/catalogue`: read, checked, and compiled for matching.
//!
//! A framework is a folder: a `model.toml` that names its parts ([`model`]), and patterns, each of
//! which is a page, a test and a proof recipe at once. The engine knows only the words of
//! [`model`]; which framework they speak of is data. What leaks look like in replies is data too ([`Signatures`]).

mod compile;
mod deployment;
mod embedded;
mod handling;
pub mod model;
mod pattern;
mod phrase;
mod probe;
mod rule;
mod settings;
mod signature;

pub use compile::{
    ApplicationModel, Arguments, AttributeModel, CallModel, Catalogue, ExceptionModel, HandlerModel,
    LevelModel, MethodModel, ModelMistake, OutcomeModel, PathStep, Puts, SinkModel, SourceModel, SwitchModel,
    Trigger, VariableModel,
};
pub use deployment::{
    CommandLine, DeploymentModel, EnvironmentModel, Opening, OptionModel, SettingModel, StartKind,
    StartedSeverity, Values,
};
pub use embedded::{LoadError, OwnModel, parse_model, pattern_pages, rule_page};
pub use handling::{AddedText, DefaultModel, Handling, ReplyModel};
pub use model::Unset;
pub use pattern::{CodeBlock, Mark, Pattern, Side};
pub use probe::Probe;
pub use rule::{Confidence, Control, Rule, Severity};
pub use signature::{Class, Signature, Signatures, Site, Strength};
