//! Requests to which programs that are open answer with what only developers should read: the files of
//! `catalogue/probes`.

use std::collections::BTreeMap;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use toml::Spanned;

use crate::embedded::LoadError;
use crate::rule::Rule;

static PROBES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../catalogue/probes");

/// A request, and how the reply looks that should not come.
#[derive(Clone, Debug)]
pub struct Probe {
    /// The file it is from, and its name there: `python/werkzeug-console`.
    pub name: String,
    /// What such a reply breaks.
    pub rule: Rule,
    /// Path and query, encoded. It is asked for with GET.
    pub target: String,
    /// Further headers; `Host` replaces the usual one.
    pub headers: Vec<(String, String)>,
    /// The status of such a reply; any of success where there is none.
    pub status: Vec<u16>,
    /// Regular expressions over bytes, without Unicode. All are found in the body; the first is what leaks.
    pub holds: Vec<String>,
    /// What is open, as half a sentence.
    pub message: String,
    /// Bodies in which all are found.
    pub examples: Vec<String>,
    /// Bodies in which not all are found.
    pub look_alikes: Vec<String>,
}

impl Probe {
    /// All that are part of the program.
    pub fn embedded() -> Result<Vec<Self>, LoadError> {
        let mut all = Vec::new();
        let mut files: Vec<_> = PROBES.files().collect();
        files.sort_by_key(|file| file.path());
        for file in files {
            let path = format!("probes/{}", file.path().display());
            all.extend(Self::parse(&path, file.contents_utf8().unwrap_or_default())?);
        }
        Ok(all)
    }

    /// Those of one file.
    pub fn parse(path: &str, text: &str) -> Result<Vec<Self>, LoadError> {
        let wrong = |message: String| LoadError { path: path.to_owned(), message };
        let file: ProbeFile =
            toml::from_str(text).map_err(|error| wrong(error.to_string().trim_end().to_owned()))?;
        let stem = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".toml");
        let line = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let compile = |words: ProbeWords| {
            let at = line(words.request.span().start);
            words.compile(stem).map_err(|mistake| wrong(format!("line {at}: {mistake}")))
        };
        file.probe.into_iter().map(compile).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProbeFile {
    #[serde(default)]
    probe: Vec<ProbeWords>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct ProbeWords {
    name: String,
    rule: String,
    request: Spanned<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    status: Vec<u16>,
    holds: Vec<String>,
    message: String,
    #[serde(default)]
    examples: Vec<String>,
    #[serde(default)]
    look_alikes: Vec<String>,
}

impl ProbeWords {
    fn compile(self, stem: &str) -> Result<Probe, String> {
        let rule = Rule::find(&self.rule).ok_or_else(|| format!("there is no rule `{}`", self.rule))?;
        let request = self.request.into_inner();
        let target = request.strip_prefix("GET ").filter(|target| target.starts_with('/'));
        let target = target.ok_or_else(|| "a request is `GET /path`: probes change nothing".to_owned())?;
        if self.holds.is_empty() || self.examples.is_empty() {
            return Err("say what the body holds, and give an example of one".to_owned());
        }
        for pattern in &self.holds {
            let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
            parser.parse(pattern).map_err(|error| format!("`{pattern}` is no pattern: {error}"))?;
        }
        Ok(Probe {
            name: format!("{stem}/{}", self.name),
            rule,
            target: target.to_owned(),
            headers: self.headers.into_iter().collect(),
            status: self.status,
            holds: self.holds,
            message: self.message,
            examples: self.examples,
            look_alikes: self.look_alikes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_probes_can_be_read_and_have_names_of_their_own() {
        let probes = Probe::embedded().unwrap_or_else(|error| panic!("{error}"));
        let mut names: Vec<&str> = probes.iter().map(|probe| probe.name.as_str()).collect();
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(count >= 30, "{count}");
    }

    #[test]
    fn mistakes_have_their_place() {
        let of = |text: &str| Probe::parse("probes/x.toml", text).expect_err("it is wrong").message;
        let probe = "[[probe]]\nname = \"a\"\nrule = \"debug-mode\"\nmessage = \"m\"\nexamples = [\"x\"]\n";
        let said = of(&format!("{probe}request = \"POST /\"\nholds = [\"x\"]\n"));
        assert!(said.starts_with("line 6: a request is `GET /path`"), "{said}");
        let said = of(&format!("{probe}request = \"GET /\"\nholds = [\"(\"]\n"));
        assert!(said.contains("is no pattern"), "{said}");
        let said = of(&format!("{probe}request = \"GET /\"\nholds = [\"x\"]\nbody = 1\n"));
        assert!(said.contains("unknown field"), "{said}");
    }
}
