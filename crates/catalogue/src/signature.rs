//! What leaks look like: the files of `catalogue/signatures`, and what becomes of them.

use std::ops::Range;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use toml::Spanned;

use crate::embedded::LoadError;
use crate::phrase::Phrase;

static SIGNATURES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../catalogue/signatures");

/// An anchor that is shorter is found all over every page.
const SHORTEST_ANCHOR: usize = 3;

/// What a reply tells that it should not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Frames of a stack.
    StackTrace,
    /// A console that runs code.
    DebuggerConsole,
    /// The page that a framework shows to developers.
    FrameworkPage,
    /// Lines of source code.
    Source,
    /// A path of the server's file system.
    Path,
    /// A statement, or what a database says of it.
    Sql,
    /// A password, a key, a connection with its credentials.
    Secret,
    /// The text of an exception.
    ExceptionMessage,
    /// What runs there, in which version.
    Version,
}

impl Class {
    /// Its name, as it is written in the catalogue and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::StackTrace => "stack-trace",
            Self::DebuggerConsole => "debugger-console",
            Self::FrameworkPage => "framework-page",
            Self::Source => "source",
            Self::Path => "path",
            Self::Sql => "sql",
            Self::Secret => "secret",
            Self::ExceptionMessage => "exception-message",
            Self::Version => "version",
        }
    }
}

/// How much a signature says by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Strength {
    /// Worth telling, no leak by itself.
    Hint,
    /// Written by machines and by people; a leak where the server says that it failed.
    Weak,
    /// Written by machines; a leak in the reply to a request that failed.
    Strong,
    /// Written by nothing but what leaks; a leak everywhere.
    Certain,
}

impl Strength {
    /// Its name, as it is written in the catalogue and in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Weak => "weak",
            Self::Strong => "strong",
            Self::Certain => "certain",
        }
    }
}

/// Where a signature is looked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Site {
    /// In what a person would read: without tags, entities and escapes.
    Text,
    /// In the body as it is, with its tags.
    Markup,
    /// In the value of the header of this name, in small letters.
    Header(String),
}

/// One way in which a leak looks.
#[derive(Clone, Debug)]
pub struct Signature {
    /// The file it is from, and its name there: `python/traceback`.
    pub name: String,
    /// What is told.
    pub class: Class,
    /// How much it says by itself.
    pub strength: Strength,
    /// Where it is looked for.
    pub site: Site,
    /// Where none of these is, the pattern does not match. Empty for headers.
    pub anchors: Vec<String>,
    /// A regular expression over bytes. A group called `unless` takes part where it is no leak after all.
    pub pattern: String,
    /// Texts that it must find.
    pub examples: Vec<String>,
    /// Texts that it must not find.
    pub look_alikes: Vec<String>,
}

/// All signatures.
#[derive(Clone, Default, Debug)]
pub struct Signatures {
    all: Vec<Signature>,
}

impl Signatures {
    /// Those that are part of the program.
    pub fn embedded() -> Result<Self, LoadError> {
        let mut signatures = Self::default();
        let mut files: Vec<_> = SIGNATURES.files().collect();
        files.sort_by_key(|file| file.path());
        for file in files {
            let path = format!("signatures/{}", file.path().display());
            signatures.add_text(&path, file.contents_utf8().unwrap_or_default())?;
        }
        Ok(signatures)
    }

    /// Adds those of one file.
    pub fn add_text(&mut self, path: &str, text: &str) -> Result<(), LoadError> {
        let wrong = |message: String| LoadError { path: path.to_owned(), message };
        let file: SignatureFile =
            toml::from_str(text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?;
        let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml");
        for words in file.signature {
            let signature = words.compile(stem).map_err(|mistake| wrong(mistake.draw(text)))?;
            self.all.push(signature);
        }
        for words in file.messages {
            words.compile(stem, &mut self.all).map_err(|mistake| wrong(mistake.draw(text)))?;
        }
        Ok(())
    }

    /// One after the other.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Signature> {
        self.all.iter()
    }
}

/// A file of `catalogue/signatures`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureFile {
    #[serde(default)]
    signature: Vec<SignatureWords>,
    #[serde(default)]
    messages: Vec<MessagesWords>,
}

/// A signature by a regular expression.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SignatureWords {
    name: String,
    class: Class,
    strength: Strength,
    #[serde(default)]
    anchors: Vec<Spanned<String>>,
    pattern: Spanned<String>,
    /// It is looked for among the tags.
    #[serde(default)]
    markup: bool,
    /// It is looked for in this header, and not in the body.
    #[serde(default)]
    header: Option<String>,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    look_alikes: Vec<String>,
}

/// Signatures by what is printed, with holes: `list indices must be integers, not {name}`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct MessagesWords {
    name: String,
    #[serde(default = "exception_message")]
    class: Class,
    strength: Strength,
    texts: Vec<Spanned<String>>,
    #[serde(default)]
    look_alikes: Vec<String>,
}

fn exception_message() -> Class {
    Class::ExceptionMessage
}

impl SignatureWords {
    fn compile(self, stem: &str) -> Result<Signature, Mistake> {
        if let Err(error) = regex_syntax::ParserBuilder::new()
            .unicode(false)
            .utf8(false)
            .build()
            .parse(self.pattern.get_ref())
        {
            return Err(Mistake::new(&self.pattern, format!("no regular expression: {}", reason(&error))));
        }
        let site = match (self.header, self.markup) {
            (Some(header), _) => Site::Header(header.to_ascii_lowercase()),
            (None, true) => Site::Markup,
            (None, false) => Site::Text,
        };
        if self.anchors.is_empty() && !matches!(site, Site::Header(_)) {
            let message = "no `anchors`: name texts of which one is wherever the pattern matches";
            return Err(Mistake::new(&self.pattern, message.to_owned()));
        }
        for anchor in &self.anchors {
            check_anchor(anchor, &site)?;
        }
        let markup = site == Site::Markup;
        Ok(Signature {
            name: format!("{stem}/{}", self.name),
            class: self.class,
            strength: self.strength,
            site,
            anchors: self.anchors.iter().flat_map(|anchor| spellings(anchor.get_ref(), markup)).collect(),
            pattern: self.pattern.into_inner(),
            examples: self.examples,
            look_alikes: self.look_alikes,
        })
    }
}

/// Anchors are looked for in the body as it was sent, so they must look the same in every escaping.
fn check_anchor(anchor: &Spanned<String>, site: &Site) -> Result<(), Mistake> {
    let text = anchor.get_ref();
    if text.len() < SHORTEST_ANCHOR {
        let message = format!("an anchor has at least {SHORTEST_ANCHOR} letters, or everything is looked at");
        return Err(Mistake::new(anchor, message));
    }
    let escaped =
        |c: char| !c.is_ascii() || c.is_ascii_control() || (*site == Site::Text && c != '/' && is_escaped(c));
    match text.chars().find(|c| escaped(*c)) {
        None => Ok(()),
        Some(letter) => {
            let message = format!("an anchor has no `{letter}`: JSON or HTML may write it in another way");
            Err(Mistake::new(anchor, message))
        }
    }
}

/// The ways in which JSON and HTML write an anchor: of what is escaped, slashes alone are worth it.
fn spellings(anchor: &str, markup: bool) -> Vec<String> {
    let mut spellings = vec![anchor.to_owned()];
    if anchor.contains('/') && !markup {
        spellings.extend(["\\/", "&#x2F;", "&#47;"].map(|slash| anchor.replace('/', slash)));
    }
    spellings
}

/// Whether JSON or HTML may write this letter in another way.
pub(crate) fn is_escaped(letter: char) -> bool {
    matches!(letter, '"' | '\'' | '\\' | '<' | '>' | '&' | '/' | '`')
        || !letter.is_ascii()
        || letter.is_ascii_control()
}

impl MessagesWords {
    fn compile(self, stem: &str, all: &mut Vec<Signature>) -> Result<(), Mistake> {
        for text in self.texts {
            let phrase = Phrase::parse(text.get_ref())
                .and_then(|phrase| phrase.anchor(SHORTEST_ANCHOR + 2).map(|anchor| (phrase, anchor)));
            let (phrase, anchor) = phrase.map_err(|message| Mistake::new(&text, message))?;
            all.push(Signature {
                name: format!("{stem}/{}", self.name),
                class: self.class,
                strength: self.strength,
                site: Site::Text,
                anchors: vec![anchor],
                pattern: phrase.pattern(),
                examples: vec![phrase.example()],
                look_alikes: self.look_alikes.clone(),
            });
        }
        Ok(())
    }
}

/// What is wrong, without the drawing that belongs to it.
fn reason(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => error.kind().to_string(),
        regex_syntax::Error::Translate(error) => error.kind().to_string(),
        other => other.to_string(),
    }
}

/// Something in a file is not as it must be.
struct Mistake {
    span: Range<usize>,
    message: String,
}

impl Mistake {
    fn new<T>(place: &Spanned<T>, message: String) -> Self {
        Self { span: place.span(), message }
    }

    /// The line with the mistake, drawn as the reader of TOML draws its own.
    fn draw(&self, text: &str) -> String {
        let before = text.get(..self.span.start).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = text[start..].lines().next().unwrap_or_default();
        let number = (before.matches('\n').count() + 1).to_string();
        let margin = " ".repeat(number.len());
        let column = before[start..].chars().count();
        let marked = text.get(self.span.clone()).and_then(|marked| marked.lines().next()).unwrap_or_default();
        format!(
            "line {number}, column {}\n{margin} |\n{number} | {line}\n{margin} | {}{}\n{}",
            column + 1,
            " ".repeat(column),
            "^".repeat(marked.chars().count().max(1)),
            self.message
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(text: &str) -> String {
        Signatures::default().add_text("signatures/own.toml", text).expect_err("it is wrong").to_string()
    }

    #[test]
    fn the_embedded_signatures_are_without_mistakes() {
        let signatures = Signatures::embedded().unwrap_or_else(|error| panic!("{error}"));
        assert!(signatures.iter().len() > 0, "there are signatures");
    }

    #[test]
    fn a_pattern_that_is_none_is_shown_where_it_stands() {
        let text = "[[signature]]\nname = \"x\"\nclass = \"path\"\nstrength = \"weak\"\nanchors = [\"abc\"]\npattern = '(abc'\n";
        assert_eq!(
            mistake(text),
            "signatures/own.toml: line 6, column 11\n  |\n6 | pattern = '(abc'\n  |           ^^^^^^\nno regular expression: unclosed group"
        );
    }

    #[test]
    fn an_anchor_that_is_escaped_in_replies_is_refused() {
        let text = "[[signature]]\nname = \"x\"\nclass = \"path\"\nstrength = \"weak\"\nanchors = [\"a'b'\"]\npattern = 'abc'\n";
        assert!(mistake(text).contains("line 5, column 12"), "{}", mistake(text));
        assert!(mistake(text).contains("an anchor has no `'`"), "{}", mistake(text));
    }

    #[test]
    fn a_message_of_holes_is_refused() {
        let text = "[[messages]]\nname = \"x\"\nstrength = \"weak\"\ntexts = [\"{name}: {text}\"]\n";
        assert!(mistake(text).contains("line 4, column 10"), "{}", mistake(text));
        assert!(mistake(text).contains("five letters"), "{}", mistake(text));
    }

    #[test]
    fn an_unknown_class_is_shown_where_it_stands() {
        let text = "[[messages]]\nname = \"x\"\nclass = \"secrets\"\nstrength = \"weak\"\ntexts = []\n";
        assert!(mistake(text).contains("unknown variant `secrets`"), "{}", mistake(text));
        assert!(mistake(text).contains("line 3"), "{}", mistake(text));
    }
}
