//! What a `model.toml` says, word for word.
//!
//! A path is written as the program writes it: `flask.Flask().config[DEBUG]` is the entry `DEBUG` of the
//! attribute `config` of what calling `flask.Flask` gives; `[]` is any entry. `{name}` stands for
//! each path that `[names]` lists under `name`.

use std::collections::BTreeMap;

use serde::Deserialize;

pub use crate::deployment::{Entry, Environment, ServerOption, ServerSetting, Start, Started};

/// One `model.toml`: the parts of a framework or library in the words of the field.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Model {
    /// The language of its users, e.g. `python`.
    pub language: String,
    /// The package that is imported, e.g. `flask`.
    pub package: String,
    /// As people write it, e.g. `Flask`.
    #[serde(default)]
    pub title: String,
    /// Words that stand for several paths.
    #[serde(default)]
    pub names: BTreeMap<String, Vec<String>>,
    /// Paths that are other paths.
    #[serde(default)]
    pub same: Vec<Same>,
    /// What makes an application.
    #[serde(default)]
    pub application: Vec<Application>,
    /// Functions that the framework calls.
    #[serde(default)]
    pub handler: Vec<Handler>,
    /// Decorators that make an object of a function.
    #[serde(default)]
    pub decorated: Vec<Decorated>,
    /// Where values reach the client.
    #[serde(default)]
    pub sink: Vec<Sink>,
    /// Where detail comes from.
    #[serde(default)]
    pub source: Vec<Source>,
    /// Calls and attributes that tell nothing of what they are given.
    #[serde(default)]
    pub sanitizer: Vec<Sanitizer>,
    /// Calls that hand on what they are given in a way of their own.
    #[serde(default)]
    pub carrier: Vec<Carrier>,
    /// Exception classes.
    #[serde(default)]
    pub exception: Vec<Exception>,
    /// Attributes of caught exceptions.
    #[serde(default)]
    pub attribute: Vec<Attribute>,
    /// Tests that hold only where detail may be shown.
    #[serde(default)]
    pub guard: Vec<Guard>,
    /// Tests of an object that tell how that went for which it stands.
    #[serde(default)]
    pub outcome: Vec<Outcome>,
    /// What the client sends.
    #[serde(default)]
    pub client: Vec<Client>,
    /// What an unknown parameter of this name is.
    #[serde(default)]
    pub guess: Vec<Guess>,
    /// Names that page templates have without being given them.
    #[serde(default)]
    pub page_name: Vec<PageName>,
    /// Settings that open the application.
    #[serde(default)]
    pub switch: Vec<Switch>,
    /// Calls and values that read variables of the environment.
    #[serde(default)]
    pub variable: Vec<Variable>,
    /// Options of the command line.
    #[serde(default)]
    pub command_line: Vec<CommandLineWords>,
    /// Names of the language that are true or false.
    #[serde(default)]
    pub constant: BTreeMap<String, bool>,
    /// Collections of settings.
    #[serde(default)]
    pub settings: Vec<Settings>,
    /// Commands that start applications.
    #[serde(default)]
    pub start: Vec<Start>,
    /// Commands that run the command behind them.
    #[serde(default)]
    pub runner: Texts,
    /// Tests that hold only in the file that is started.
    #[serde(default)]
    pub entry: Vec<Entry>,
    /// Variables of the environment that open the application.
    #[serde(default)]
    pub environment: Vec<Environment>,
    /// Options of commands that open it.
    #[serde(default)]
    pub option: Vec<ServerOption>,
    /// Settings of servers that open it.
    #[serde(default)]
    pub setting: Vec<ServerSetting>,
    /// What the framework tells clients until it is told not to.
    #[serde(default)]
    pub default: Vec<FrameworkDefault>,
    /// Calls that make a reply, with its status and headers.
    #[serde(default)]
    pub reply: Vec<Reply>,
    /// What keeps an error for operators.
    #[serde(default)]
    pub record: Vec<Record>,
    /// How the tests install and boot it.
    #[serde(default)]
    pub boot: Option<Boot>,
}

/// One or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum OneOrMany<T> {
    /// One.
    One(T),
    /// Several.
    Many(Vec<T>),
}

impl<T> OneOrMany<T> {
    /// As a slice.
    pub fn items(&self) -> &[T] {
        match self {
            OneOrMany::One(item) => std::slice::from_ref(item),
            OneOrMany::Many(items) => items,
        }
    }
}

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        OneOrMany::Many(Vec::new())
    }
}

/// Text or a list of texts.
pub type Texts = OneOrMany<String>;

/// An argument of a call: a place, a keyword, or `*`, all of them.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub enum ArgumentWord {
    /// The place, from 0.
    Position(usize),
    /// The keyword, or `*`.
    Keyword(String),
}

/// `name` is `as`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Same {
    /// What the program may write.
    pub name: Texts,
    /// What the rest of the catalogue calls it.
    pub r#as: String,
}

/// A call that makes an application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Application {
    /// The class or function.
    pub call: Texts,
    /// Its attribute that logs.
    #[serde(default)]
    pub logger: Option<String>,
    /// What it is called where a request is served, by path.
    #[serde(default)]
    pub current: Option<String>,
}

/// How a function becomes one that the framework calls.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Handler {
    /// It stands under this decorator (called or not).
    #[serde(default)]
    pub decorator: Texts,
    /// It, or an object that can be called, is assigned to this path.
    #[serde(default)]
    pub assign: Texts,
    /// It is given to this call.
    #[serde(default)]
    pub call: Texts,
    /// Which argument of that call it is.
    #[serde(default)]
    pub function: OneOrMany<ArgumentWord>,
    /// It is a method of a class derived from one of these.
    #[serde(default)]
    pub class: Texts,
    /// The names of such methods; `resolve_*` means all that start so.
    #[serde(default)]
    pub methods: Texts,
    /// Which argument of decorator or call says what errors it handles: a class, or a status. A decorator that is not
    /// called handles every error.
    #[serde(default)]
    pub handles: OneOrMany<ArgumentWord>,
    /// Its parameter that is the exception, from 0, `self` not counted.
    pub exception: Option<usize>,
    /// For such a method or handler: the class of that exception.
    #[serde(default)]
    pub of: Texts,
    /// `body`: what it returns is sent; `page`: templates may show it; `nothing`: it is not sent.
    #[serde(default)]
    pub returns: Returned,
    /// `application`: it handles the errors of the whole application.
    #[serde(default)]
    pub scope: Scope,
    /// The decorator is believed by its last name alone when what stands before it cannot be resolved.
    #[serde(default)]
    pub guess: bool,
    /// Errors of its part do not reach the handlers of the application: it raises such, or it handles such.
    #[serde(default)]
    pub apart: bool,
    /// But they do where the program speaks of one of these names: the settings that join both.
    #[serde(default)]
    pub apart_unless: Texts,
    /// What the framework adds to the record that it returns.
    pub adds: Option<Added>,
}

/// The text of the exception, which the framework adds to what a handler returns.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Added {
    /// It becomes this entry, where the handler does not fill it.
    pub entry: String,
    /// Not where the program speaks of one of these names: the settings that stop it.
    #[serde(default)]
    pub unless: Texts,
}

/// A function under a decorator stays a function, and is an object of the library too.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Decorated {
    /// The decorator, called or not.
    pub by: Texts,
    /// The object.
    pub r#as: String,
}

/// What becomes of a handler's return value.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Returned {
    /// It is sent to the client.
    #[default]
    Body,
    /// Templates may show it: texts are taken as shown, objects like all settings are not.
    Page,
    /// It is dropped.
    Nothing,
}

/// Whose errors an error handler handles.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// Those of a part.
    #[default]
    Part,
    /// Those of the whole application.
    Application,
}

/// How a value reaches the client.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// In the body of the reply.
    Body,
    /// In a header.
    Header,
    /// In the status line.
    Status,
    /// In a cookie.
    Cookie,
    /// In the session, which the client holds.
    Session,
    /// As a flashed message.
    Flash,
    /// In the address of a redirect.
    Redirect,
    /// Through a template.
    Template,
    /// In the description of an HTTP error.
    Description,
    /// Over a socket.
    Socket,
    /// As a file.
    File,
}

impl Channel {
    /// How it reaches the client, as the end of a sentence.
    pub fn phrase(self) -> &'static str {
        match self {
            Channel::Body => "sent in the reply",
            Channel::Header => "sent in a header",
            Channel::Status => "sent in the status line",
            Channel::Cookie => "sent in a cookie",
            Channel::Session => "kept in the session, which the client can read",
            Channel::Flash => "flashed to the user",
            Channel::Redirect => "sent in the address of a redirect",
            Channel::Template => "rendered into the page",
            Channel::Description => "sent as the description of an HTTP error",
            Channel::Socket => "sent over a socket",
            Channel::File => "sent as a file",
        }
    }
}

/// Where a value reaches the client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sink {
    /// It is an argument of this call.
    #[serde(default)]
    pub call: Texts,
    /// Which; `*` where nothing is said.
    #[serde(default)]
    pub argument: OneOrMany<ArgumentWord>,
    /// It is assigned to this path.
    #[serde(default)]
    pub assign: Texts,
    /// The argument that names a page template: of the others only what that shows reaches the client, by its names.
    #[serde(default)]
    pub template: OneOrMany<ArgumentWord>,
    /// How it reaches the client.
    pub r#as: Channel,
    /// The call only makes a reply: it is sent when a handler returns it.
    #[serde(default)]
    pub makes_reply: bool,
    /// What an attacker gains at least, whatever it is that is sent.
    pub severity: Option<String>,
}

/// A name that page templates have without being given it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PageName {
    /// The name.
    pub name: String,
    /// What it is, unless the page is given something else under that name.
    pub r#as: String,
}

/// Where detail comes from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Source {
    /// The result of this call.
    #[serde(default)]
    pub call: Texts,
    /// The value of this path.
    #[serde(default)]
    pub value: Texts,
    /// A constant text that ends like one of these: the name of a file with such content.
    #[serde(default)]
    pub text: Texts,
    /// The detail is written into this argument instead.
    #[serde(default)]
    pub into: OneOrMany<ArgumentWord>,
    /// Names of rules: what it tells; for a result that is a tuple, one for each item.
    pub tells: Texts,
    /// It is the exception itself, not yet text.
    #[serde(default)]
    pub object: bool,
    /// It is a collection, and each of its items is that.
    #[serde(default)]
    pub items: bool,
    /// The classes of that exception, where they are known.
    #[serde(default)]
    pub of: Texts,
    /// Only when this keyword is truthy.
    pub when: Option<String>,
    /// What an attacker gains, where it is not what the rule says.
    pub severity: Option<String>,
    /// What it is, in the report, e.g. "the current stack trace".
    #[serde(default)]
    pub phrase: String,
}

/// A call or attribute that tells nothing of what it is given.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sanitizer {
    /// Calls.
    #[serde(default)]
    pub call: Texts,
    /// Methods, on whatever object.
    #[serde(default)]
    pub method: Texts,
}

/// What a call makes of its arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gives {
    /// The text of its arguments.
    Text,
    /// The class of its argument.
    Type,
    /// The attributes of its argument, as a record.
    Attributes,
    /// The attribute named by the second argument, else the third.
    Attribute,
    /// Its first argument as it is.
    First,
    /// A collection of the same items.
    Items,
    /// A record of its keywords.
    Record,
    /// The results of calling its first argument.
    Results,
    /// A callable that is its first argument with the others filled in.
    Partial,
    /// A decorator whose result is what it decorates.
    Decorator,
    /// The base class of the class around, for its method.
    Super,
    /// The local variables.
    Locals,
    /// Nothing: its third argument is assigned to the attribute of the first one that the second one names.
    Assigned,
    /// A proxy of the object that its argument is.
    Proxy,
}

/// A call that hands on what it is given in a way of its own.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Carrier {
    /// The call.
    #[serde(default)]
    pub call: Texts,
    /// What it gives.
    pub gives: Option<Gives>,
    /// The text of its other arguments is written into this one.
    #[serde(default)]
    pub into: OneOrMany<ArgumentWord>,
    /// Methods, on whatever object, that put their arguments into it.
    #[serde(default)]
    pub fills: Texts,
    /// Methods, on whatever record, that give the entry of their first argument, else their second; without
    /// arguments, on whatever list or queue, an item.
    #[serde(default)]
    pub entry: Texts,
    /// Methods of texts and collections of the language itself: an unknown receiver is no class of the program.
    #[serde(default)]
    pub plain: Texts,
    /// Methods of texts that give a text with their arguments in it.
    #[serde(default)]
    pub formats: Texts,
    /// Attributes and methods of a file, or of what was given its name, that give its content.
    #[serde(default)]
    pub reads: Texts,
    /// Attributes of a reply that give its body; the others tell nothing of it.
    #[serde(default)]
    pub body: Texts,
    /// Calls whose failure quotes what they were given and no more.
    #[serde(default)]
    pub parses: Texts,
}

/// Whether the text of an exception is written for clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Text {
    /// It is.
    Public,
    /// It is not.
    Raw,
}

/// An exception class of a library.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Exception {
    /// Its names.
    pub class: Texts,
    /// Whether its text is written for clients.
    #[serde(default)]
    pub text: Option<Text>,
    /// The class it derives from.
    pub is: Option<String>,
    /// Handlers for it, in the whole application, make a central handler.
    #[serde(default)]
    pub central: bool,
    /// The statuses that stand for it.
    #[serde(default)]
    pub status: OneOrMany<u16>,
    /// It is raised for what its operation was given, and says no more than that.
    #[serde(default)]
    pub narrow: bool,
    /// It is raised for input, and speaks to whoever gave the input: public where the client did.
    #[serde(default)]
    pub for_input: bool,
    /// Attributes that its objects have, beside those of the class it derives from.
    #[serde(default)]
    pub has: Texts,
    /// It is a reply itself: those of its attributes that give this reply or its headers.
    #[serde(default)]
    pub replies: Texts,
    /// The attribute that a class derived from it must set: without it an error has no status.
    pub needs: Option<String>,
    /// Headers that its own reply always has.
    #[serde(default)]
    pub headers: Texts,
    /// It is raised before it is known whose request it is, so handlers of a part are not asked.
    #[serde(default)]
    pub before_routing: bool,
    /// Calls that raise it or a class derived from it.
    #[serde(default)]
    pub raised_by: Texts,
    /// Methods, on whatever object, that raise it or a class derived from it.
    #[serde(default)]
    pub raised_by_method: Texts,
}

/// An attribute of caught exceptions.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Attribute {
    /// Its names.
    pub name: Texts,
    /// Only of these classes and those derived from them.
    #[serde(default)]
    pub of: Texts,
    /// The rule that its value breaks, or `nothing`.
    pub tells: String,
    /// It is an exception again, not text.
    #[serde(default)]
    pub object: bool,
    /// Only its item at this place.
    pub item: Option<i64>,
}

/// A test that holds only where detail may be shown.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Guard {
    /// The value of this path.
    #[serde(default)]
    pub value: Texts,
    /// Any variable, attribute or entry of this name, unless the client sends it.
    #[serde(default)]
    pub name: Texts,
    /// A setting whose name has one of these words in it.
    #[serde(default)]
    pub word: Texts,
}

/// A test of an object that tells how that went for which it stands: a reply that failed is another thing than a reply
/// of which nothing is known.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Outcome {
    /// What is tested: an attribute of the object, or what a method of it gives without arguments.
    pub test: Texts,
    /// The texts or numbers that it is compared with; without them, whether it counts as true.
    #[serde(default)]
    pub equals: OneOrMany<Comparand>,
    /// What the object is where the test holds.
    pub holds: Option<String>,
    /// What it is where the test does not hold.
    pub fails: Option<String>,
}

/// What something is compared with.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(untagged)]
pub enum Comparand {
    /// A number.
    Number(i64),
    /// A text.
    Text(String),
}

/// What the client sends.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Client {
    /// The path, and all below it.
    pub value: Texts,
    /// Parts of it that are there, or are true, only where the client wants something: a test of them guards nothing.
    #[serde(default)]
    pub choices: Texts,
}

/// What an unknown parameter of this name is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Guess {
    /// The name of the parameter.
    pub parameter: Texts,
    /// What it is.
    pub r#as: String,
}

/// A setting that opens the application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Switch {
    /// An argument of this call.
    #[serde(default)]
    pub call: Texts,
    /// Which.
    #[serde(default)]
    pub argument: OneOrMany<ArgumentWord>,
    /// What is assigned to this path.
    #[serde(default)]
    pub assign: Texts,
    /// When it opens.
    #[serde(default)]
    pub when: When,
    /// Texts, in any case of letters, that do not open.
    #[serde(default)]
    pub off: Texts,
    /// The rule it breaks.
    pub rule: String,
    /// What an attacker gains.
    pub severity: Option<String>,
    /// What an attacker gains where it is known how the application is started.
    #[serde(default)]
    pub started: Started,
    /// Arguments of the same call that change what an attacker gains.
    #[serde(default)]
    pub level: Vec<Level>,
    /// Tests may do it.
    #[serde(default)]
    pub tests_may: bool,
    /// The argument that the call only puts itself around: it does as well without the call.
    pub around: Option<usize>,
    /// What it does, as half a sentence.
    pub phrase: String,
    /// What to do, as half a sentence.
    pub remedy: String,
}

/// What reads variables of the environment.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Variable {
    /// Calls.
    #[serde(default)]
    pub call: Texts,
    /// Paths.
    #[serde(default)]
    pub value: Texts,
    /// Calls that make true or false of a text, by words.
    #[serde(default)]
    pub reads_text: Texts,
    /// The argument that is the value when nobody sets it.
    #[serde(default)]
    pub default: OneOrMany<ArgumentWord>,
    /// The argument that says that the text is made true or false, by words.
    #[serde(default)]
    pub cast: OneOrMany<ArgumentWord>,
    /// The text is made true or false, by words, in any case.
    #[serde(default)]
    pub parsed: bool,
    /// What it is without default when nobody sets it.
    #[serde(default)]
    pub unset: Unset,
}

/// What reading a variable gives when nobody sets it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unset {
    /// Nothing.
    #[default]
    None,
    /// A failure.
    Fails,
    /// Some text that nobody chose.
    Other,
}

/// Options of the command line.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct CommandLineWords {
    /// What has an attribute for each option.
    pub value: Texts,
    /// The method by which options are declared.
    pub declared_by: Texts,
}

/// A collection of settings: what is put into it is assigned to its entries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Its path.
    pub object: Texts,
    /// Methods that take records and keywords.
    #[serde(default)]
    pub records: Texts,
    /// Methods that take a key and a value.
    #[serde(default)]
    pub entry: Texts,
    /// Methods that take a class or module, or its name, and put its attributes into it.
    #[serde(default)]
    pub attributes: Texts,
    /// Methods that take the name of a file of the program, as of a module.
    #[serde(default)]
    pub files: Texts,
}

/// An argument of a call that changes what an attacker gains by a switch in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Level {
    /// Which.
    pub argument: OneOrMany<ArgumentWord>,
    /// The texts that do it; where there are none, `when` says it.
    #[serde(default)]
    pub is: Texts,
    /// The value that does it.
    #[serde(default)]
    pub when: When,
    /// What an attacker gains then; where nothing is said, one level more.
    pub severity: Option<String>,
}

/// The value that opens.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// Any that counts as true.
    #[default]
    Truthy,
    /// Any that counts as false.
    Falsy,
    /// The text `off`.
    Off,
    /// The call itself, unless the argument counts as false.
    NotFalsy,
}

/// What the framework tells clients until it is told not to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FrameworkDefault {
    /// It does so once this is called.
    pub call: Texts,
    /// The arguments that stop it, unless they count as false.
    #[serde(default)]
    pub argument: OneOrMany<ArgumentWord>,
    /// Not where the program speaks of one of these names: the classes, methods and settings that stop it.
    #[serde(default)]
    pub unless: Texts,
    /// What a fix gives the call.
    pub closed_by: Option<ClosedBy>,
    /// What an attacker gains.
    pub severity: Option<String>,
    /// What it tells, as half a sentence.
    pub phrase: String,
    /// What to do, as half a sentence.
    pub remedy: String,
}

/// What stops a call from telling clients of errors.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ClosedBy {
    /// The argument, which is a list.
    pub argument: String,
    /// What must be in the list, by its path.
    pub item: String,
}

/// A call that makes a reply.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reply {
    /// The call.
    #[serde(default)]
    pub call: Texts,
    /// The arguments that are its status; without them it is a success.
    #[serde(default)]
    pub status: OneOrMany<ArgumentWord>,
    /// The arguments that are its headers.
    #[serde(default)]
    pub headers: OneOrMany<ArgumentWord>,
    /// The argument that may be a reply: its status and headers stay where nothing else is said.
    pub body: Option<usize>,
    /// It fails when an exception, as it is, is among its arguments or in them.
    #[serde(default)]
    pub encodes: bool,
    /// Attributes of a reply that are its status.
    #[serde(default)]
    pub status_attribute: Texts,
    /// Attributes of a reply that are its headers.
    #[serde(default)]
    pub headers_attribute: Texts,
}

/// What keeps an error for operators.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Record {
    /// Calls that keep the error being handled.
    #[serde(default)]
    pub call: Texts,
    /// Methods, on whatever object, that keep the error being handled.
    #[serde(default)]
    pub current: Texts,
    /// Methods, on whatever object, that keep what they are given.
    #[serde(default)]
    pub method: Texts,
    /// A function of a library whose name contains one of these is believed to keep the error.
    #[serde(default)]
    pub fragment: Texts,
}

/// How the tests install and boot it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Boot {
    /// What runs it.
    pub runtime: String,
    /// The versions that the tests install.
    pub versions: Vec<String>,
    /// The environment that it shares with others, with the pins `requirements-ENVIRONMENT.txt`; without it, it has
    /// one of its own for each version.
    pub environment: Option<String>,
}
