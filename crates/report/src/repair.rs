use tightlip_rules::Place;

/// What can be done about a finding.
#[derive(Clone, Debug)]
pub struct Repair {
    /// What the fix does, as half a sentence in the imperative; where there is none, why.
    pub title: String,
    /// Whether it may be applied.
    pub applicability: Applicability,
    /// What it changes, file by file; empty where that cannot be told as changes.
    pub changes: Vec<Change>,
}

/// A range that is replaced.
#[derive(Clone, Debug)]
pub struct Change {
    /// What is replaced.
    pub place: Place,
    /// What comes there.
    pub replacement: String,
}

/// Whether a fix may be applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Applicability {
    /// With `--fix`.
    Safe,
    /// With `--fix --unsafe-fixes`.
    Unsafe,
    /// By hand only.
    DisplayOnly,
    /// There is none.
    None,
}

impl Applicability {
    /// The applicability in a word; nothing where there is no fix.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Applicability::Safe => Some("safe"),
            Applicability::Unsafe => Some("unsafe"),
            Applicability::DisplayOnly => Some("display-only"),
            Applicability::None => None,
        }
    }
}
