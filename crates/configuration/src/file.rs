use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use tightlip_catalogue::{Confidence, Severity};

use crate::placed::Placed;

/// Texts with their places.
pub(crate) type Texts = Vec<Placed<String>>;

/// Configuration of tightlip: `tightlip.toml`, or `[tool.tightlip]` in `pyproject.toml`.
///
/// It holds for the files in its folder and below, unless one nearer to them says otherwise. Rules are written as codes,
/// names, or the start of codes.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ConfigurationFile {
    /// Report these rules only.
    pub(crate) select: Option<Texts>,
    /// Report these rules too.
    pub(crate) extend_select: Texts,
    /// Do not report these rules, even where they are selected.
    pub(crate) ignore: Texts,
    /// Do not report these rules in these files. Files are named as in a `.gitignore` in this folder.
    pub(crate) per_file_ignores: BTreeMap<Placed<String>, Texts>,
    /// Files and folders that are not read, named as in a `.gitignore` in this folder.
    pub(crate) exclude: Texts,
    /// The severity of each finding of a rule. In tests, which are not deployed, it stays `info`.
    pub(crate) severities: BTreeMap<Placed<String>, SeverityWord>,
    /// Report findings of this severity and graver ones only.
    pub(crate) min_severity: Option<Placed<SeverityWord>>,
    /// Report findings of this confidence and surer ones only.
    pub(crate) min_confidence: Option<Placed<ConfidenceWord>>,
    /// Exception classes of the program whose text is written for clients: `shop.errors.OrderRefused`.
    pub(crate) public_exceptions: Texts,
    /// Report comments that silence without a reason (TL002).
    pub(crate) require_reason: Option<Placed<bool>>,
}

/// What an attacker gains.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Severity")]
pub enum SeverityWord {
    /// Worth knowing.
    Info,
    /// Names, versions.
    Low,
    /// Text written for developers.
    Medium,
    /// Stack traces, SQL, paths.
    High,
    /// Secrets, settings, or code execution.
    Critical,
}

impl From<SeverityWord> for Severity {
    fn from(word: SeverityWord) -> Self {
        match word {
            SeverityWord::Info => Self::Info,
            SeverityWord::Low => Self::Low,
            SeverityWord::Medium => Self::Medium,
            SeverityWord::High => Self::High,
            SeverityWord::Critical => Self::Critical,
        }
    }
}

/// How sure tightlip is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Confidence")]
pub enum ConfidenceWord {
    /// The shape is there; a call on the way could not be resolved.
    Possible,
    /// A flow from source to reply.
    Likely,
    /// A reply that leaks was seen.
    Proven,
}

impl From<ConfidenceWord> for Confidence {
    fn from(word: ConfidenceWord) -> Self {
        match word {
            ConfidenceWord::Possible => Self::Possible,
            ConfidenceWord::Likely => Self::Likely,
            ConfidenceWord::Proven => Self::Proven,
        }
    }
}
