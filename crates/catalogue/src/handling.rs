//! What the models say of good and bad handlers: how a reply is made, what keeps an error for operators, what an
//! exception has.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use tightlip_ir::Symbol;

use crate::compile::{Arguments, ModelMistake, Words, arguments, last_name, symbols};
use crate::model::{Added, ClosedBy};
use crate::{Catalogue, Opening};

/// The text of the exception, which a framework adds to what a handler returns.
#[derive(Clone, PartialEq, Debug)]
pub struct AddedText {
    /// The entry it becomes where the handler does not fill it.
    pub entry: Symbol,
    /// Names that stop it where the program speaks of them.
    pub unless: Vec<Symbol>,
}

impl AddedText {
    pub(crate) fn of(added: &Added) -> Self {
        Self { entry: Symbol::new(&added.entry), unless: symbols(&added.unless) }
    }
}

/// What a call tells clients until it is told not to.
#[derive(Clone, Debug)]
pub struct DefaultModel {
    /// The arguments that stop it.
    pub closing: Arguments,
    /// Names that stop it where the program speaks of them.
    pub unless: Vec<Symbol>,
    /// What a fix gives the call.
    pub closed_by: Option<ClosedBy>,
    /// What it tells.
    pub opening: Opening,
}

/// How a call makes a reply.
#[derive(Clone, Debug)]
pub struct ReplyModel {
    /// The arguments that are its status.
    pub status: Arguments,
    /// The arguments that are its headers.
    pub headers: Arguments,
    /// The argument that may be a reply.
    pub body: Option<usize>,
    /// Whether it fails when it is given an exception as it is.
    pub encodes: bool,
}

/// What is known of one exception class beside what its text tells.
#[derive(Clone, Default, Debug)]
pub struct ReplyingClass {
    /// Attributes that its objects have.
    pub has: Vec<Symbol>,
    /// Those that give its own reply or headers; not empty if it is a reply itself.
    pub replies: Vec<Symbol>,
    /// The attribute that a derived class must set.
    pub needs: Option<Symbol>,
    /// Headers that its own reply always has.
    pub headers: Vec<Symbol>,
    /// Whether it is raised before it is known whose request it is.
    pub before_routing: bool,
    /// Its status, if it has exactly one.
    pub status: Option<i64>,
}

/// What makes a handler a good one.
#[derive(Default, Debug)]
pub struct Handling {
    /// Calls that make a reply, by path.
    pub replies: HashMap<Symbol, ReplyModel>,
    /// Attributes of a reply that are its status.
    pub status_attributes: HashSet<Symbol>,
    /// Attributes of a reply that are its headers.
    pub headers_attributes: HashSet<Symbol>,
    /// Calls that keep the error being handled.
    pub records: HashSet<Symbol>,
    /// Methods that keep the error being handled.
    pub current_methods: HashSet<Symbol>,
    /// Methods that keep what they are given.
    pub record_methods: HashSet<Symbol>,
    /// Parts of the names of functions that are believed to keep the error.
    pub fragments: Vec<Symbol>,
    /// Exception classes by path.
    pub classes: HashMap<Symbol, ReplyingClass>,
    /// Calls that raise an exception that is a reply.
    pub raisers: HashSet<Symbol>,
    /// Methods that do, and with which status.
    pub raising_methods: HashMap<Symbol, Option<i64>>,
    /// Last names of the calls and decorators that register error handlers.
    pub registering_names: HashSet<Symbol>,
    /// Settings by which errors of parts that stand apart reach the handlers of the application.
    pub together: Vec<Symbol>,
}

impl Handling {
    pub(crate) fn add(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.reply {
            let reply = ReplyModel {
                status: arguments(&entry.status),
                headers: arguments(&entry.headers),
                body: entry.body,
                encodes: entry.encodes,
            };
            for path in words.paths(&entry.call)? {
                self.replies.insert(path, reply.clone());
            }
            self.status_attributes.extend(symbols(&entry.status_attribute));
            self.headers_attributes.extend(symbols(&entry.headers_attribute));
        }
        for entry in &words.model.record {
            self.records.extend(words.paths(&entry.call)?);
            self.current_methods.extend(symbols(&entry.current));
            self.record_methods.extend(symbols(&entry.method));
            self.fragments.extend(symbols(&entry.fragment));
        }
        for entry in &words.model.handler {
            self.together.extend(symbols(&entry.apart_unless));
        }
        for entry in words.model.handler.iter().filter(|entry| entry.exception.is_some()) {
            for path in words.paths(&entry.decorator)?.into_iter().chain(words.paths(&entry.call)?) {
                self.registering_names.insert(last_name(path));
            }
        }
        self.add_classes(words)
    }

    fn add_classes(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.exception {
            for path in words.paths(&entry.class)? {
                let class = self.classes.entry(path).or_default();
                class.has.extend(symbols(&entry.has));
                class.replies.extend(symbols(&entry.replies));
                class.needs = entry.needs.as_deref().map(Symbol::new).or(class.needs);
                class.headers.extend(symbols(&entry.headers));
                class.before_routing |= entry.before_routing;
                if let ([status], [_]) = (entry.status.items(), entry.class.items()) {
                    class.status = Some(i64::from(*status));
                }
            }
            self.raisers.extend(words.paths(&entry.raised_by)?);
            let status = entry.status.items().first().map(|status| i64::from(*status));
            self.raising_methods
                .extend(symbols(&entry.raised_by_method).into_iter().map(|name| (name, status)));
        }
        Ok(())
    }
}

impl Catalogue {
    /// What is known of the exception class at `path` and of those that it derives from, nearest first.
    pub fn replying_classes(&self, path: Symbol) -> impl Iterator<Item = &ReplyingClass> {
        self.ancestry(path).filter_map(|class| self.handling.classes.get(&class))
    }

    /// Whether errors of the class at `path` are replies themselves.
    pub fn is_reply(&self, path: Symbol) -> bool {
        self.replying_classes(path).any(|class| !class.replies.is_empty())
    }

    /// Whether every error is of the class at `path`.
    pub fn is_every_error(&self, path: Symbol) -> bool {
        self.exception(path)
            .is_some_and(|model| model.parent.is_none() && model.text == Some(crate::model::Text::Raw))
    }
}
