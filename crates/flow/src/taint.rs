//! Error detail on its way: where it comes from, what became of it, and each step.

use std::sync::Arc;

use smallvec::SmallVec;
use tightlip_catalogue::model::Channel;
use tightlip_catalogue::{Rule, Severity};
use tightlip_ir::{Span, Symbol};

use crate::pages::PageIndex;
use crate::program::{ClassRef, FileIndex, FunctionRef};

/// A place in the program.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Location {
    /// The file.
    pub file: FileIndex,
    /// The range in it.
    pub span: Span,
}

/// Where detail comes from.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Source {
    /// Where.
    pub location: Location,
    /// In which function.
    pub function: FunctionRef,
    /// What it tells at its source.
    pub rule: Rule,
    /// What it is.
    pub kind: SourceKind,
    /// What an attacker gains, where it is not what the rule says.
    pub severity: Option<Severity>,
}

/// What a source is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum SourceKind {
    /// An exception of these types is caught; none means any.
    Caught(Box<[Symbol]>),
    /// The framework hands over an exception of these types.
    Handed(Box<[Symbol]>),
    /// A call or value that is detail; in the catalogue's words.
    Read(&'static str),
    /// A call or value that is an exception of these types, raised elsewhere; in the catalogue's words.
    Kept(&'static str, Box<[Symbol]>),
}

impl Source {
    /// The types of the exception that it is, if it is one and they are known.
    pub fn types(&self) -> &[Symbol] {
        match &self.kind {
            SourceKind::Caught(types) | SourceKind::Handed(types) | SourceKind::Kept(_, types) => types,
            SourceKind::Read(_) => &[],
        }
    }
}

/// What is known of a value that a function was given.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Slot {
    /// A parameter, by its place.
    Parameter(u16),
    /// A parameter of a function around, by its name.
    Captured(Symbol),
}

/// A class, of the program or of a library.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ClassName {
    /// Defined in the program.
    Program(ClassRef),
    /// Known by its path only.
    Library(Symbol),
}

/// What was done to a value that is not yet known.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Operation {
    /// An attribute was read.
    Attribute(Symbol),
    /// An entry was read.
    Entry(Symbol),
    /// The item at a place was read.
    Item(u16),
    /// Some item was read.
    Element,
    /// It was turned into text.
    Text,
    /// Its class was asked for.
    Type,
    /// It was called.
    Call,
    /// It was found to be of one of these classes.
    Only(Arc<[ClassName]>),
    /// It was found to be of none of these classes.
    Not(Arc<[ClassName]>),
}

/// Operations, first one first. Behind [`LONGEST_PATH`] they are forgotten, which only loses precision.
pub(crate) type Operations = SmallVec<[Operation; 2]>;

/// Long paths are rare and make summaries large.
pub(crate) const LONGEST_PATH: usize = 5;

/// Whose detail it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Origin {
    /// A source.
    Source(Arc<Source>),
    /// Whatever the caller gives.
    Given(Slot, Operations),
}

/// In what form detail is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) enum Form {
    /// The object itself, an exception for example.
    Object,
    /// Text.
    Text,
    /// A reply that was made of it and not yet sent.
    Reply,
}

/// Error detail that a value carries.
#[derive(Clone, Debug)]
pub(crate) struct Taint {
    /// Whose.
    pub(crate) origin: Origin,
    /// What it tells by now.
    pub(crate) rule: Rule,
    /// In what form.
    pub(crate) form: Form,
    /// A call on the way could not be resolved.
    pub(crate) unsure: bool,
    /// A guard on the way that anybody opens would have kept it.
    pub(crate) opened: bool,
    /// The way so far.
    pub(crate) trail: Trail,
}

impl Taint {
    /// What is given through `slot`, untouched.
    pub(crate) fn given(slot: Slot) -> Self {
        Self {
            origin: Origin::Given(slot, Operations::new()),
            rule: Rule::ExceptionMessage,
            form: Form::Object,
            unsure: false,
            opened: false,
            trail: Trail::default(),
        }
    }

    /// Whether both carry the same detail in the same form; the ways may differ.
    pub(crate) fn is_like(&self, other: &Taint) -> bool {
        self.form == other.form
            && self.rule == other.rule
            && self.opened == other.opened
            && self.origin == other.origin
    }

    /// The same after one more operation, if it is not yet known what it is.
    pub(crate) fn then(mut self, operation: Operation) -> Self {
        if let Origin::Given(_, operations) = &mut self.origin
            && operations.len() < LONGEST_PATH
            && !(operation == Operation::Text && operations.last() == Some(&Operation::Text))
        {
            operations.push(operation);
        }
        self
    }

    /// The same one step further.
    pub(crate) fn step(mut self, location: Location, note: Note) -> Self {
        if matches!(self.origin, Origin::Source(_)) || note.is_kept_in_summaries() {
            self.trail.push(Step { location, note });
        }
        self
    }
}

impl PartialEq for Taint {
    fn eq(&self, other: &Self) -> bool {
        self.is_like(other) && self.unsure == other.unsure
    }
}

/// One step on the way.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Where.
    pub location: Location,
    /// What happens.
    pub note: Note,
}

/// What opens a guard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opener {
    /// The client, by sending this, if it is known what.
    Client(Option<Symbol>),
    /// Nothing: it is open until somebody sets this.
    Default(Option<Symbol>),
}

/// What happens at a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Note {
    /// It comes into being.
    Starts,
    /// It is kept under a name.
    Kept(Symbol),
    /// It is kept in a field.
    Field(Symbol),
    /// It is passed to a function.
    Passed(Symbol),
    /// It is returned by a function.
    Returned(Symbol),
    /// It is made the text of an exception of this class.
    Wrapped(Symbol),
    /// It is yielded.
    Yielded,
    /// A page template shows it, at this place of the template.
    Shown(PageIndex, Span),
    /// It passes a guard that anybody opens.
    Opened(Opener),
    /// It reaches the client.
    Sent(Channel),
}

impl Note {
    fn is_kept_in_summaries(self) -> bool {
        !matches!(self, Note::Kept(_))
    }
}

/// The steps of a way, shared between all that go it. The last step is the first one seen.
#[derive(Clone, Default, Debug)]
pub(crate) struct Trail(Option<Arc<TrailNode>>);

#[derive(Debug)]
struct TrailNode {
    step: Step,
    before: Trail,
    length: u16,
}

impl Trail {
    /// Longer ways are cut: nobody reads them, and cycles must end.
    const LONGEST: u16 = 24;

    /// How many steps.
    pub(crate) fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |node| usize::from(node.length))
    }

    /// Adds a step, unless it is the last one already.
    pub(crate) fn push(&mut self, step: Step) {
        let length = self.0.as_ref().map_or(0, |node| node.length);
        if length >= Self::LONGEST || self.0.as_ref().is_some_and(|node| node.step == step) {
            return;
        }
        *self = Trail(Some(Arc::new(TrailNode { step, before: self.clone(), length: length + 1 })));
    }

    /// The steps, first one first.
    pub(crate) fn steps(&self) -> Vec<Step> {
        let mut steps = Vec::with_capacity(self.len());
        let mut current = &self.0;
        while let Some(node) = current {
            steps.push(node.step);
            current = &node.before.0;
        }
        steps.reverse();
        steps
    }

    /// This way and then that one.
    pub(crate) fn followed_by(mut self, rest: &Trail) -> Self {
        for step in rest.steps() {
            self.push(step);
        }
        self
    }
}
