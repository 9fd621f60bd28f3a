//! From what the models say to tables that are asked by path and by name.

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};
use tightlip_ir::Symbol;

use crate::deployment::{DeploymentModel, Opening};
use crate::handling::{AddedText, DefaultModel, Handling};
use crate::model::{
    ArgumentWord, Channel, Comparand, Gives, Level, Model, OneOrMany, Returned, Scope, Started, Text, Texts,
    Unset, When,
};
use crate::settings::opening;
use crate::{Rule, Severity};

/// Which arguments of a call.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Arguments {
    /// All of them.
    pub all: bool,
    /// These places, from 0.
    pub positions: Vec<usize>,
    /// These keywords.
    pub keywords: Vec<Symbol>,
}

/// A call or assignment whose value reaches the client.
#[derive(Clone, Debug)]
pub struct SinkModel {
    /// Which arguments; for an assignment nothing.
    pub arguments: Arguments,
    /// The argument that names a page template, which decides what of the others is shown.
    pub template: Option<Arguments>,
    /// How they reach the client.
    pub channel: Channel,
    /// Whether the call only makes a reply.
    pub makes_reply: bool,
    /// What an attacker gains at least.
    pub severity: Option<Severity>,
}

/// A call or value that is detail.
#[derive(Clone, Debug)]
pub struct SourceModel {
    /// What it tells; for a tuple, one for each item.
    pub tells: Vec<Rule>,
    /// Whether it is the exception itself.
    pub object: bool,
    /// Whether it is a collection of that.
    pub items: bool,
    /// The classes of that exception, where they are known.
    pub of: Vec<Symbol>,
    /// The arguments it is written into, if it is not the result.
    pub into: Option<Arguments>,
    /// Only when this keyword is truthy.
    pub when: Option<Symbol>,
    /// What an attacker gains, where it is not what the rule says.
    pub severity: Option<Severity>,
    /// What it is.
    pub phrase: &'static str,
}

/// How a function becomes a handler.
#[derive(Clone, Debug)]
pub struct HandlerModel {
    /// Which argument of a registering call is the function.
    pub function: Arguments,
    /// Which argument says what errors it handles.
    pub handles: Option<Arguments>,
    /// Its parameter that is the exception.
    pub exception: Option<usize>,
    /// The classes of that exception, where no argument says it.
    pub of: Vec<Symbol>,
    /// What becomes of what it returns.
    pub returns: Returned,
    /// Whose errors it handles.
    pub scope: Scope,
    /// Errors of its part do not reach the handlers of the application.
    pub apart: bool,
    /// What the framework adds to what it returns.
    pub adds: Option<AddedText>,
}

/// A handler that is a method of a class derived from a known one.
#[derive(Clone, Debug)]
pub struct MethodModel {
    /// The names of the methods; those that end in `*` are beginnings of names.
    methods: Vec<Symbol>,
    /// How they are handlers.
    pub handler: HandlerModel,
}

impl MethodModel {
    /// Whether a method called `name` is one.
    pub fn means(&self, name: Symbol) -> bool {
        self.methods.iter().any(|method| match method.text().strip_suffix('*') {
            Some(beginning) => name.text().starts_with(beginning),
            None => *method == name,
        })
    }
}

/// What a test tells of the object that it tests.
#[derive(Clone, Debug)]
pub struct OutcomeModel {
    /// What it is compared with; if nothing, it is whether it counts as true.
    pub equals: Vec<Comparand>,
    /// What the object is where the test holds.
    pub holds: Option<Symbol>,
    /// What the object is where it does not.
    pub fails: Option<Symbol>,
}

/// A setting that opens the application.
#[derive(Clone, Debug)]
pub struct SwitchModel {
    /// Which argument; for an assignment nothing.
    pub arguments: Arguments,
    /// When it opens.
    pub when: When,
    /// Texts that do not open, in any case of letters.
    pub off: Vec<String>,
    /// Arguments of the same call that change what an attacker gains.
    pub levels: Vec<LevelModel>,
    /// Tests may do it.
    pub tests_may: bool,
    /// The argument that the call only puts itself around.
    pub around: Option<usize>,
    /// What is opened.
    pub opening: Opening,
}

/// An argument that changes what an attacker gains.
#[derive(Clone, Debug)]
pub struct LevelModel {
    /// Which.
    pub arguments: Arguments,
    /// The texts that do it, or else the value.
    pub is: Vec<String>,
    /// The value that does it.
    pub when: When,
    /// What an attacker gains then; `None` is one level more.
    pub severity: Option<Severity>,
}

/// What reads a variable of the environment.
#[derive(Clone, Debug)]
pub struct VariableModel {
    /// The argument that is its default.
    pub default: Arguments,
    /// The argument that has its text made true or false.
    pub cast: Arguments,
    /// Its text is made true or false, by words.
    pub parsed: bool,
    /// What it is without default when nobody sets it.
    pub unset: Unset,
}

/// What code that has an application can do with it.
#[derive(Clone, Default, Debug)]
pub struct ApplicationModel {
    /// Its attribute that logs.
    pub logger: Option<Symbol>,
    /// What it is called where a request is served, by path.
    pub current: Option<Symbol>,
}

/// How a call puts settings into a collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Puts {
    /// Entries of records, and keywords.
    Records,
    /// A key and a value.
    Entry,
    /// The attributes of a class or module.
    Attributes,
    /// The variables of a file of the program.
    File,
}

/// What is known of calling a path.
#[derive(Clone, Default, Debug)]
pub struct CallModel {
    /// Arguments that reach the client.
    pub sinks: Vec<SinkModel>,
    /// Detail that it gives.
    pub sources: Vec<SourceModel>,
    /// Its result tells nothing.
    pub sanitizes: bool,
    /// What it makes of its arguments.
    pub gives: Option<Gives>,
    /// The arguments that the text of the others is written into.
    pub writes: Option<Arguments>,
    /// The functions it registers.
    pub handlers: Vec<HandlerModel>,
    /// Settings among its arguments.
    pub switches: Vec<SwitchModel>,
    /// It makes an application of this framework (its title).
    pub application: Option<&'static str>,
    /// Its failure quotes what it was given and no more.
    pub parses: bool,
    /// It reads all variables of the environment whose names start with its first argument, or else with this.
    pub reads_prefix: Option<Symbol>,
    /// It puts settings into the collection at this path.
    pub puts: Option<(Puts, Symbol)>,
    /// What it tells clients until it is told not to.
    pub defaults: Vec<DefaultModel>,
}

/// What is known of an exception class of a library.
#[derive(Clone, Default, Debug)]
pub struct ExceptionModel {
    /// Whether its text is written for clients, if it was said.
    pub text: Option<Text>,
    /// The class it derives from.
    pub parent: Option<Symbol>,
    /// Whether a handler for it is a central handler.
    pub central: bool,
    /// Whether it says no more than what its operation was given.
    pub narrow: bool,
    /// Whether it is public where the client gave the input that it is raised for.
    pub for_input: bool,
}

/// What an attribute of a caught exception tells.
#[derive(Clone, Debug)]
pub struct AttributeModel {
    /// Only of these classes; none means of every one.
    pub of: Vec<Symbol>,
    /// The rule its value breaks; none means it tells nothing.
    pub tells: Option<Rule>,
    /// It is an exception again.
    pub object: bool,
    /// Only its item at this place.
    pub item: Option<i64>,
}

/// A name that makes a function that mentions it matter.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Trigger {
    /// The name.
    pub name: Symbol,
    /// Only where this package is imported or mentioned, or one of `beside` is mentioned.
    pub package: Option<Symbol>,
    /// Names that must be mentioned too where the package is not.
    pub beside: Vec<Symbol>,
}

/// How a path goes on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum PathStep {
    /// `.name`.
    Attribute(Symbol),
    /// `()`.
    Call,
    /// `[KEY]`.
    Entry(Symbol),
    /// `[]`.
    AnyEntry,
}

/// All models, compiled for matching.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// By the path that is called.
    pub calls: HashMap<Symbol, CallModel>,
    /// Applications by their path.
    pub applications: HashMap<Symbol, ApplicationModel>,
    /// Sources by the path that is read.
    pub values: HashMap<Symbol, SourceModel>,
    /// Sinks by the path that is assigned to.
    pub assigned: HashMap<Symbol, SinkModel>,
    /// Handlers by the path that they are assigned to.
    pub assigned_handlers: HashMap<Symbol, HandlerModel>,
    /// Sources that are files, by the end of their names.
    pub file_names: Vec<(&'static str, SourceModel)>,
    /// Switches by the path that is assigned to.
    pub assigned_switches: HashMap<Symbol, SwitchModel>,
    /// Calls that read variables of the environment.
    pub variables: HashMap<Symbol, VariableModel>,
    /// Paths that are variables of the environment.
    pub variable_values: HashMap<Symbol, VariableModel>,
    /// Calls that make true or false of a text, by words.
    pub text_readers: HashSet<Symbol>,
    /// What has an attribute for each option of the command line.
    pub command_lines: HashSet<Symbol>,
    /// Methods by which such options are declared.
    pub command_line_options: HashSet<Symbol>,
    /// Names of the language that are true or false.
    pub constants: HashMap<Symbol, bool>,
    /// What is known of deployment.
    pub deployment: DeploymentModel,
    /// Registering decorators by path.
    pub decorators: HashMap<Symbol, Vec<HandlerModel>>,
    /// Registering decorators by last name, for what cannot be resolved.
    pub guessed_decorators: HashMap<Symbol, Vec<HandlerModel>>,
    /// What decorators make of functions, by the decorator.
    pub decorated: HashMap<Symbol, Symbol>,
    /// Handlers that are methods, by the base class.
    pub methods: HashMap<Symbol, Vec<MethodModel>>,
    /// Paths that are other paths.
    pub same: HashMap<Symbol, Symbol>,
    /// Exception classes by path.
    pub exceptions: HashMap<Symbol, ExceptionModel>,
    /// Classes that stand for a status.
    pub statuses: HashMap<i64, Symbol>,
    /// Attributes of exceptions.
    pub attributes: HashMap<Symbol, Vec<AttributeModel>>,
    /// What tests tell of their objects, by what is tested.
    pub outcomes: HashMap<Symbol, Vec<OutcomeModel>>,
    /// Paths of guards.
    pub guards: HashSet<Symbol>,
    /// Names of guards.
    pub guard_names: HashSet<Symbol>,
    /// Words in names of settings that say who sees detail; small letters.
    pub guard_words: HashSet<Symbol>,
    /// Paths of what is there only where the client wants it.
    pub client_choices: HashSet<Symbol>,
    /// Paths of what the client sends.
    pub client: HashSet<Symbol>,
    /// What unknown parameters are, by name.
    pub guesses: HashMap<Symbol, Symbol>,
    /// Last names of calls that render a page template.
    rendering_names: HashSet<Symbol>,
    /// What names mean that page templates have by themselves, sorted by name.
    pub page_names: Vec<(Symbol, Symbol)>,
    /// Methods that tell nothing of their object.
    pub sanitizing_methods: HashSet<Symbol>,
    /// Methods that put their arguments into their object.
    pub filling_methods: HashSet<Symbol>,
    /// Methods that give an entry.
    pub entry_methods: HashSet<Symbol>,
    /// Methods of the language's own texts and collections.
    pub plain_methods: HashSet<Symbol>,
    /// Methods that put their arguments into a text.
    pub formatting_methods: HashSet<Symbol>,
    /// Attributes and methods that give the content of a file.
    pub reading_attributes: HashSet<Symbol>,
    /// Attributes of a reply that give its body.
    pub reply_attributes: HashSet<Symbol>,
    /// What makes a handler a good one.
    pub handling: Handling,
    /// Names that make a function that mentions them matter.
    pub triggers: Vec<Trigger>,
    /// Last names of decorators that register what they decorate.
    pub registering_names: HashSet<Symbol>,
    /// Every path that a model speaks of, and every part of one, by what it is a part of and how it goes on.
    steps: HashMap<(Symbol, PathStep), Symbol>,
    known: HashSet<Symbol>,
}

/// What is wrong in a model, and the text in it that is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct ModelMistake {
    /// What is wrong and what to do.
    pub message: String,
    /// The text that is wrong, as it stands in the file.
    pub text: String,
}

impl Catalogue {
    /// Adds what `model` says.
    pub fn add(&mut self, model: &Model) -> Result<(), ModelMistake> {
        let words = Words { model };
        self.add_names(&words)?;
        self.add_handlers(&words)?;
        self.add_sinks(&words)?;
        self.add_sources(&words)?;
        self.add_carriers(&words)?;
        self.add_exceptions(&words)?;
        self.add_switches(&words)?;
        self.add_variables(&words)?;
        self.add_deployment(&words)?;
        self.add_defaults(&words)?;
        self.handling.add(&words)
    }

    pub(crate) fn call(&mut self, path: Symbol) -> &mut CallModel {
        self.calls.entry(path).or_default()
    }

    /// A function that mentions the last name of `path` matters wherever it stands.
    /// The method of an object matters wherever it is mentioned: objects are handed on to files that import nothing.
    fn trigger_of_method(&mut self, path: Symbol) {
        if path.text().contains("()") {
            self.triggers.push(Trigger { name: last_name(path), package: None, beside: Vec::new() });
        } else {
            self.trigger_with_package(path, &[]);
        }
    }

    /// It matters where the package of `path` is imported, or where one of `beside` is mentioned.
    pub(crate) fn trigger_with_package(&mut self, path: Symbol, beside: &[Symbol]) {
        let first = path.text().split(['.', '(', '[']).next().unwrap_or("");
        let package = (first != path.text()).then(|| Symbol::new(first));
        self.triggers.push(Trigger { name: last_name(path), package, beside: beside.to_vec() });
    }

    fn add_names(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        let model = words.model;
        for same in &model.same {
            for name in words.paths(&same.name)? {
                self.same.insert(name, Symbol::new(&same.r#as));
            }
        }
        for application in &model.application {
            for path in words.paths(&application.call)? {
                self.trigger_with_package(path, &[]);
                self.call(path).application = Some(leak(&model.title));
                let path_of = |text: &Option<String>| text.as_deref().map(Symbol::new);
                let words = ApplicationModel {
                    logger: path_of(&application.logger),
                    current: path_of(&application.current),
                };
                self.applications.insert(Symbol::new(&format!("{path}()")), words);
            }
        }
        for decorated in &model.decorated {
            for decorator in words.paths(&decorated.by)? {
                self.registering_names.insert(last_name(decorator));
                self.decorated.insert(decorator, Symbol::new(&decorated.r#as));
            }
        }
        for guard in &model.guard {
            self.guards.extend(words.paths(&guard.value)?);
            self.guard_names.extend(symbols(&guard.name));
            self.guard_words.extend(symbols(&guard.word));
        }
        for entry in &model.outcome {
            let path = |text: &Option<String>| text.as_deref().map(Symbol::new);
            let outcome = OutcomeModel {
                equals: entry.equals.items().to_vec(),
                holds: path(&entry.holds),
                fails: path(&entry.fails),
            };
            for test in words.paths(&entry.test)? {
                self.outcomes.entry(test).or_default().push(outcome.clone());
            }
        }
        for client in &model.client {
            self.client.extend(words.paths(&client.value)?);
            let choices = words.paths(&client.choices)?;
            self.client.extend(&choices);
            self.client_choices.extend(choices);
        }
        for guess in &model.guess {
            for parameter in symbols(&guess.parameter) {
                self.guesses.insert(parameter, Symbol::new(&guess.r#as));
            }
        }
        for known in &model.page_name {
            self.page_names.push((Symbol::new(&known.name), Symbol::new(&known.r#as)));
        }
        self.page_names.sort_by_key(|(name, _)| name.text());
        Ok(())
    }

    fn add_handlers(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.handler {
            let handler = HandlerModel {
                function: arguments(&entry.function),
                handles: (!entry.handles.items().is_empty()).then(|| arguments(&entry.handles)),
                exception: entry.exception,
                of: symbols(&entry.of),
                returns: entry.returns,
                scope: entry.scope,
                apart: entry.apart,
                adds: entry.adds.as_ref().map(AddedText::of),
            };
            for path in words.paths(&entry.decorator)? {
                self.registering_names.insert(last_name(path));
                self.decorators.entry(path).or_default().push(handler.clone());
                if entry.guess {
                    let models = self.guessed_decorators.entry(last_name(path)).or_default();
                    if models.is_empty() {
                        models.push(handler.clone());
                    }
                }
            }
            for path in words.paths(&entry.call)? {
                self.trigger_of_method(path);
                self.call(path).handlers.push(handler.clone());
            }
            for path in words.paths(&entry.assign)? {
                self.trigger_with_package(path, &holder_name(path));
                self.assigned_handlers.insert(path, handler.clone());
            }
            for path in words.paths(&entry.class)? {
                let methods = symbols(&entry.methods);
                self.methods.entry(path).or_default().push(MethodModel { methods, handler: handler.clone() });
            }
        }
        Ok(())
    }

    fn add_sinks(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.sink {
            let mut selected = arguments(&entry.argument);
            selected.all |= entry.argument.items().is_empty();
            let sink = SinkModel {
                arguments: selected,
                template: (!entry.template.items().is_empty()).then(|| arguments(&entry.template)),
                channel: entry.r#as,
                makes_reply: entry.makes_reply,
                severity: entry.severity.as_deref().map(severity).transpose()?,
            };
            for path in words.paths(&entry.call)? {
                if sink.template.is_some() {
                    self.rendering_names.insert(last_name(path));
                }
                self.call(path).sinks.push(sink.clone());
            }
            for path in words.paths(&entry.assign)? {
                self.assigned.insert(path, sink.clone());
            }
        }
        Ok(())
    }

    fn add_sources(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.source {
            let tells = entry.tells.items().iter().map(|name| rule(name)).collect::<Result<Vec<_>, _>>()?;
            let source = SourceModel {
                tells,
                object: entry.object,
                items: entry.items,
                of: words.paths(&entry.of)?,
                into: (!entry.into.items().is_empty()).then(|| arguments(&entry.into)),
                when: entry.when.as_deref().map(Symbol::new),
                severity: entry.severity.as_deref().map(severity).transpose()?,
                phrase: leak(&entry.phrase),
            };
            for path in words.paths(&entry.call)? {
                self.trigger_with_package(path, &[]);
                self.call(path).sources.push(source.clone());
            }
            for ending in entry.text.items() {
                self.file_names.push((leak(ending), source.clone()));
            }
            for path in words.paths(&entry.value)? {
                self.trigger_with_package(path, &[]);
                self.values.insert(path, source.clone());
            }
        }
        Ok(())
    }

    fn add_carriers(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.sanitizer {
            for path in words.paths(&entry.call)? {
                self.call(path).sanitizes = true;
            }
            self.sanitizing_methods.extend(symbols(&entry.method));
        }
        for entry in &words.model.carrier {
            for path in words.paths(&entry.call)? {
                self.call(path).gives = entry.gives;
                self.call(path).writes = (!entry.into.items().is_empty()).then(|| arguments(&entry.into));
            }
            for path in words.paths(&entry.parses)? {
                self.call(path).parses = true;
            }
            self.filling_methods.extend(symbols(&entry.fills));
            self.entry_methods.extend(symbols(&entry.entry));
            self.plain_methods.extend(symbols(&entry.plain));
            self.formatting_methods.extend(symbols(&entry.formats));
            self.reading_attributes.extend(symbols(&entry.reads));
            self.reply_attributes.extend(symbols(&entry.body));
        }
        Ok(())
    }

    fn add_exceptions(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.exception {
            for path in words.paths(&entry.class)? {
                self.exceptions.insert(
                    path,
                    ExceptionModel {
                        text: entry.text,
                        parent: entry.is.as_deref().map(Symbol::new),
                        central: entry.central,
                        narrow: entry.narrow,
                        for_input: entry.for_input,
                    },
                );
                for status in entry.status.items() {
                    self.statuses.insert(i64::from(*status), path);
                }
            }
        }
        for entry in &words.model.attribute {
            let tells = (entry.tells != "nothing").then(|| rule(&entry.tells)).transpose()?;
            let of = words.paths(&entry.of)?;
            for name in symbols(&entry.name) {
                let model = AttributeModel { of: of.clone(), tells, object: entry.object, item: entry.item };
                self.attributes.entry(name).or_default().push(model);
            }
        }
        Ok(())
    }

    fn add_switches(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.switch {
            let gain = entry.severity.as_deref().unwrap_or("high");
            let level = |level: &Level| {
                Ok(LevelModel {
                    arguments: arguments(&level.argument),
                    is: level.is.items().to_vec(),
                    when: level.when,
                    severity: level.severity.as_deref().map(severity).transpose()?,
                })
            };
            let switch = SwitchModel {
                arguments: arguments(&entry.argument),
                when: entry.when,
                off: entry.off.items().to_vec(),
                levels: entry.level.iter().map(level).collect::<Result<_, ModelMistake>>()?,
                tests_may: entry.tests_may,
                around: entry.around,
                opening: opening(&entry.rule, gain, &entry.started, &entry.phrase, &entry.remedy)?,
            };
            for path in words.paths(&entry.call)? {
                self.trigger_with_package(path, &switch.arguments.keywords);
                self.call(path).switches.push(switch.clone());
            }
            for path in words.paths(&entry.assign)? {
                self.trigger_with_package(path, &[]);
                self.assigned_switches.insert(path, switch.clone());
            }
        }
        Ok(())
    }

    fn add_defaults(&mut self, words: &Words<'_>) -> Result<(), ModelMistake> {
        for entry in &words.model.default {
            let model = DefaultModel {
                closing: arguments(&entry.argument),
                unless: symbols(&entry.unless),
                closed_by: entry.closed_by.clone(),
                opening: opening(
                    Rule::FrameworkDefault.name(),
                    entry.severity.as_deref().unwrap_or("medium"),
                    &Started::default(),
                    &entry.phrase,
                    &entry.remedy,
                )?,
            };
            for path in words.paths(&entry.call)? {
                self.trigger_with_package(path, &[]);
                self.call(path).defaults.push(model.clone());
            }
        }
        Ok(())
    }

    /// To be called when all models are added: learns which paths they speak of.
    pub fn finish(&mut self) {
        let mut paths: Vec<Symbol> = Vec::new();
        paths.extend(self.calls.keys());
        paths.extend(self.values.keys());
        paths.extend(self.assigned.keys());
        paths.extend(self.assigned_handlers.keys());
        paths.extend(self.assigned_switches.keys());
        paths.extend(self.decorators.keys());
        paths.extend(self.decorated.keys());
        paths.extend(self.decorated.values());
        paths.extend(self.methods.keys());
        paths.extend(self.same.keys());
        paths.extend(self.same.values());
        paths.extend(self.exceptions.keys());
        paths.extend(self.outcomes.keys());
        paths.extend(
            self.outcomes
                .values()
                .flatten()
                .flat_map(|outcome| outcome.holds.into_iter().chain(outcome.fails)),
        );
        paths.extend(&self.guards);
        paths.extend(&self.client);
        paths.extend(self.guesses.values());
        paths.extend(self.page_names.iter().map(|(_, path)| path));
        paths.extend(self.variables.keys());
        paths.extend(self.variable_values.keys());
        for path in paths {
            self.learn(path.text());
        }
    }

    fn learn(&mut self, path: &str) {
        self.known.insert(Symbol::new(path));
        let mut end = path.len();
        while let Some((start, segment)) = last_segment(&path[..end]) {
            let (before, whole) = (Symbol::new(&path[..start]), Symbol::new(&path[..end]));
            self.known.insert(before);
            self.steps.insert((before, segment), whole);
            end = start;
        }
    }

    /// Whether a model speaks of `path` or of something below it.
    pub fn knows(&self, path: Symbol) -> bool {
        self.known.contains(&path)
    }

    /// All names of which a model speaks, with the package they are in.
    pub fn names(&self) -> impl Iterator<Item = (Symbol, Symbol)> + '_ {
        self.steps.keys().filter_map(|(package, step)| match step {
            PathStep::Attribute(name) if !package.text().contains(['(', '[']) => Some((*package, *name)),
            _ => None,
        })
    }

    /// Whether a name, of a setting for example, says who sees detail.
    pub fn speaks_of_detail(&self, name: Symbol) -> bool {
        let mut words = name.text().split(|letter: char| !letter.is_ascii_alphanumeric());
        self.guard_names.contains(&name)
            || words.any(|word| self.guard_words.contains(&Symbol::new(&word.to_ascii_lowercase())))
    }

    /// Whether `path` is a part of what the client sends that a model speaks of.
    pub fn is_below_client(&self, path: Symbol) -> bool {
        self.client
            .iter()
            .any(|client| path.text().strip_prefix(client.text()).is_some_and(|rest| !rest.is_empty()))
    }

    /// Where `path` goes with `step`, if a model speaks of that.
    pub fn step(&self, path: Symbol, step: PathStep) -> Option<Symbol> {
        self.steps.get(&(path, step)).map(|next| self.canonical(*next))
    }

    /// `path`, or what the catalogue calls it.
    pub fn canonical(&self, path: Symbol) -> Symbol {
        self.same.get(&path).copied().unwrap_or(path)
    }

    /// Whether a call of this name, whatever stands before it, may render a page template.
    pub fn renders(&self, name: Symbol) -> bool {
        self.rendering_names.contains(&name)
    }

    /// What `name` means in a page template that is given nothing of that name.
    pub fn page_name(&self, name: Symbol) -> Option<Symbol> {
        self.page_names.iter().find(|(known, _)| *known == name).map(|(_, path)| *path)
    }

    /// The model of the exception class at `path` or of the nearest one it derives from.
    pub fn exception(&self, path: Symbol) -> Option<&ExceptionModel> {
        self.exceptions.get(&path)
    }

    /// Whether the exception class at `path` is `ancestor` or derives from it, as far as the catalogue knows.
    pub fn derives(&self, path: Symbol, ancestor: Symbol) -> bool {
        self.ancestry(path).any(|class| class == ancestor)
    }

    /// Whether the text of the exception class at `path` is written for clients.
    pub fn is_public(&self, path: Symbol) -> bool {
        let said = self.ancestry(path).find_map(|class| self.exceptions.get(&class)?.text);
        said == Some(Text::Public)
    }

    /// The exception classes that a model itself calls written for clients, in no order.
    pub fn public_classes(&self) -> impl Iterator<Item = Symbol> + '_ {
        let public = self.exceptions.iter().filter(|(_, model)| model.text == Some(Text::Public));
        public.map(|(path, _)| *path)
    }

    /// `path` and all classes that it derives from, nearest first.
    pub fn ancestry(&self, path: Symbol) -> impl Iterator<Item = Symbol> {
        const LONGEST: usize = 16;
        std::iter::successors(Some(path), |class| self.exceptions.get(class)?.parent).take(LONGEST)
    }
}

/// The texts of a model, with its `[names]` filled in.
pub(crate) struct Words<'a> {
    pub(crate) model: &'a Model,
}

impl Words<'_> {
    pub(crate) fn paths(&self, texts: &Texts) -> Result<Vec<Symbol>, ModelMistake> {
        let mut paths = Vec::new();
        for text in texts.items() {
            self.expand(text, &mut paths)?;
        }
        Ok(paths)
    }

    fn expand(&self, text: &str, paths: &mut Vec<Symbol>) -> Result<(), ModelMistake> {
        let Some((before, rest)) = text.split_once('{') else {
            paths.push(Symbol::new(text));
            return Ok(());
        };
        let mistake = |message: String| ModelMistake { message, text: text.to_owned() };
        let Some((name, after)) = rest.split_once('}') else {
            return Err(mistake("`{` without `}`".to_owned()));
        };
        let Some(meanings) = self.model.names.get(name) else {
            return Err(mistake(format!("`{name}` is not in [names]")));
        };
        meanings.iter().try_for_each(|meaning| self.expand(&format!("{before}{meaning}{after}"), paths))
    }
}

pub(crate) fn symbols(texts: &Texts) -> Vec<Symbol> {
    texts.items().iter().map(|text| Symbol::new(text)).collect()
}

pub(crate) fn arguments(words: &OneOrMany<ArgumentWord>) -> Arguments {
    let mut selected = Arguments::default();
    for word in words.items() {
        match word {
            ArgumentWord::Position(position) => selected.positions.push(*position),
            ArgumentWord::Keyword(keyword) if keyword == "*" => selected.all = true,
            ArgumentWord::Keyword(keyword) => selected.keywords.push(Symbol::new(keyword)),
        }
    }
    selected
}

pub(crate) fn rule(name: &str) -> Result<Rule, ModelMistake> {
    Rule::find(name).ok_or_else(|| ModelMistake {
        message: format!("no rule is called `{name}`; `tightlip rules` lists them"),
        text: name.to_owned(),
    })
}

pub(crate) fn severity(name: &str) -> Result<Severity, ModelMistake> {
    Severity::find(name).ok_or_else(|| ModelMistake {
        message: format!("`{name}` is no severity: write info, low, medium, high or critical"),
        text: name.to_owned(),
    })
}

/// The last step of a path and where it starts; none for a path of one name.
fn last_segment(path: &str) -> Option<(usize, PathStep)> {
    if path.ends_with(')') {
        return Some((path.rfind('(')?, PathStep::Call));
    }
    if let Some(open) = path.strip_suffix(']') {
        let start = open.rfind('[')?;
        let key = &open[start + 1..];
        return Some((
            start,
            if key.is_empty() { PathStep::AnyEntry } else { PathStep::Entry(Symbol::new(key)) },
        ));
    }
    let start = path.rfind('.')?;
    Some((start, PathStep::Attribute(Symbol::new(&path[start + 1..]))))
}

/// The last name of a path: `route` of `flask.Flask().route`, `DEBUG` of `app.config[DEBUG]`.
pub(crate) fn last_name(path: Symbol) -> Symbol {
    let text = path.text().trim_end_matches("()").trim_end_matches("[]").trim_end_matches(']');
    let start = text.rfind(['.', '[', ')']).map_or(0, |place| place + 1);
    Symbol::new(&text[start..])
}

/// The name before the last one, if there is one: of `app().filters.names[]` it is `filters`.
fn holder_name(path: Symbol) -> Vec<Symbol> {
    let last = last_name(path);
    let text = path.text();
    let before = text.rfind(last.text()).map_or("", |place| text[..place].trim_end_matches('.'));
    let holder = last_name(Symbol::new(before));
    if holder.text().is_empty() { Vec::new() } else { vec![holder] }
}

/// The catalogue lives as long as the process, and its texts are named in every report.
pub(crate) fn leak(text: &str) -> &'static str {
    Symbol::new(text).text()
}
