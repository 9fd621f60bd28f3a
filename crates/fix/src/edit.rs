use tightlip_ir::Span;

/// A range of a file and what stands there instead.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Edit {
    /// The file, written as the paths of findings are.
    pub path: String,
    /// What is replaced; empty where something is only put in.
    pub span: Span,
    /// What comes there, in the newlines and the indentation of the file.
    pub replacement: String,
}

/// A file that a fix adds to the application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFile {
    /// Written as the paths of findings are.
    pub path: String,
    /// All of it.
    pub text: String,
}

/// How far a fix may be trusted to change nothing that was meant (the words of ruff).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Safety {
    /// Good replies stay as they are, and no client can have relied on what goes: applied with `--fix`.
    Safe,
    /// A client or a test may rely on what goes: applied with `--unsafe-fixes` only.
    Unsafe,
    /// What has to be done is clear, where or how is the author's to say: shown, never applied.
    DisplayOnly,
}

/// What mends one finding or several that have one cause.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// What it does, as half a sentence in the imperative: "send a fixed text, log the rest".
    pub title: String,
    /// Whether it asks for consent.
    pub safety: Safety,
    /// What changes; all of it or nothing is applied.
    pub edits: Vec<Edit>,
    /// What is added.
    pub creates: Vec<NewFile>,
}

/// Why there is no fix for a finding, as half a sentence: "the text is made in a library".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal(pub String);
