//! The catalogue that is part of the program.

use include_dir::{Dir, include_dir};

use crate::compile::{Catalogue, ModelMistake};
use crate::model::Model;
use crate::rule::Rule;

static CATALOGUE: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../catalogue");

/// Something is wrong in a file of a catalogue.
#[derive(Debug)]
pub struct LoadError {
    /// The file.
    pub path: String,
    /// What is wrong, with the place drawn where there is one.
    pub message: String,
}

/// A `model.toml` that is not part of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnModel {
    /// The file, as messages show it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.path, self.message)
    }
}

impl std::error::Error for LoadError {}

impl Catalogue {
    /// The catalogue that is part of the program, for programs in `language`.
    pub fn embedded(language: &str) -> Result<Self, LoadError> {
        Self::embedded_with(language, &[])
    }

    /// The same with models that the users of the program have written.
    pub fn embedded_with(language: &str, own: &[OwnModel]) -> Result<Self, LoadError> {
        let mut catalogue = Self::default();
        for folder in CATALOGUE.dirs() {
            let path = folder.path().join("model.toml");
            let Some(file) = CATALOGUE.get_file(&path) else { continue };
            let path = path.display().to_string();
            let text = file.contents_utf8().unwrap_or_default();
            let model = parse_model(&path, text)?;
            if model.language == language {
                catalogue.add_text(&path, text, &model)?;
            }
        }
        for OwnModel { path, text } in own {
            let model = parse_model(path, text)?;
            if model.language == language {
                catalogue.add_text(path, text, &model)?;
            }
        }
        catalogue.finish();
        Ok(catalogue)
    }

    /// Adds a model; `text` is what it was read from, to show where a mistake is.
    pub fn add_text(&mut self, path: &str, text: &str, model: &Model) -> Result<(), LoadError> {
        self.add(model).map_err(|mistake| LoadError { path: path.to_owned(), message: draw(text, &mistake) })
    }
}

/// Reads a `model.toml`.
pub fn parse_model(path: &str, text: &str) -> Result<Model, LoadError> {
    toml::from_str(text).map_err(|error| LoadError {
        path: path.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    })
}

/// The mistake with the line it stands in, drawn as the reader of TOML draws its own.
fn draw(text: &str, mistake: &ModelMistake) -> String {
    for (number, line) in text.lines().enumerate() {
        if let Some(column) = line.find(&mistake.text) {
            let number = (number + 1).to_string();
            let margin = " ".repeat(number.len());
            let before = " ".repeat(line[..column].chars().count());
            let carets = "^".repeat(mistake.text.chars().count().max(1));
            return format!(
                "line {number}, column {}\n{margin} |\n{number} | {line}\n{margin} | {before}{carets}\n{}",
                line[..column].chars().count() + 1,
                mistake.message
            );
        }
    }
    format!("{} (`{}`)", mistake.message, mistake.text)
}

/// The page of a rule.
pub fn rule_page(rule: Rule) -> &'static str {
    let path = format!("rules/{}.md", rule.name());
    CATALOGUE.get_file(path).and_then(|file| file.contents_utf8()).unwrap_or("")
}

/// The pages of all patterns and look-alikes: `flask/exception-text-as-json` and its text, sorted.
pub fn pattern_pages() -> Vec<(String, &'static str)> {
    let mut pages = Vec::new();
    for folder in CATALOGUE.dirs() {
        for kind in ["patterns", "look-alikes"] {
            let Some(inner) = CATALOGUE.get_dir(folder.path().join(kind)) else { continue };
            for file in inner.files() {
                let (Some(stem), Some(text)) = (file.path().file_stem(), file.contents_utf8()) else {
                    continue;
                };
                let name = format!("{}/{}", folder.path().display(), stem.to_string_lossy());
                pages.push((name, text));
            }
        }
    }
    pages.sort();
    pages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_catalogue_is_without_mistakes() {
        Catalogue::embedded("python").unwrap_or_else(|error| panic!("{error}"));
    }

    #[test]
    fn a_mistake_is_shown_where_it_stands() {
        let text =
            "language = \"python\"\npackage = \"x\"\n[[source]]\ncall = \"x.y\"\ntells = \"stack-trac\"\n";
        let model = parse_model("m.toml", text).expect("it is valid TOML");
        let error = Catalogue::default().add_text("m.toml", text, &model).expect_err("no such rule");
        assert_eq!(
            error.to_string(),
            "m.toml: line 5, column 10\n  |\n5 | tells = \"stack-trac\"\n  |          ^^^^^^^^^^\nno rule is called `stack-trac`; `tightlip rules` lists them"
        );
    }

    #[test]
    fn an_unknown_word_is_shown_where_it_stands() {
        let error = parse_model("m.toml", "language = \"python\"\npackage = \"x\"\nsinks = 1\n")
            .expect_err("no such word");
        assert!(error.to_string().contains("unknown field `sinks`"), "{error}");
        assert!(error.to_string().contains("line 3"), "{error}");
    }
}
