use crate::{Span, Symbol};

/// A comment addressed to tightlip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Directive {
    /// The comment.
    pub span: Span,
    /// The lines it speaks of: its own when code stands before it, else the next line of code.
    pub applies_to: Span,
    /// What it says.
    pub kind: DirectiveKind,
}

/// What a comment says to tightlip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DirectiveKind {
    /// `tightlip: ignore[RULE, RULE] reason`.
    Ignore {
        /// Codes or names; none means every rule.
        rules: Box<[Symbol]>,
        /// The words behind it.
        reason: String,
    },
    /// `tightlip: public`: the text of this exception class is written for clients.
    Public,
    /// A comment that starts like one but says none of these.
    Unknown(String),
}

impl DirectiveKind {
    /// What a comment must say to be meant for tightlip.
    pub const ADDRESS: &str = "tightlip:";

    /// Where in `comment` the words for tightlip start, and what they say. Other tools' words may stand before
    /// them, behind a `#` of their own: `# noqa # tightlip: ignore`.
    pub fn in_comment(comment: &str) -> Option<(usize, Self)> {
        comment
            .match_indices('#')
            .find_map(|(offset, _)| Some((offset, Self::in_words(&comment[offset + 1..])?)))
    }

    /// What `words`, all that stands between the signs of a comment, say to tightlip, if they are meant for it.
    pub fn in_words(words: &str) -> Option<Self> {
        let words = words.trim_start().strip_prefix(Self::ADDRESS)?;
        Some(Self::parse(words.trim()))
    }

    fn parse(words: &str) -> Self {
        let ignored = words.strip_prefix("ignore").and_then(ignore);
        let public = words.strip_prefix("public").filter(|rest| ends_word(rest)).map(|_| Self::Public);
        ignored.or(public).unwrap_or_else(|| Self::Unknown(words.to_owned()))
    }
}

/// What stands behind `ignore`: nothing or a reason, or rules in brackets and a reason.
fn ignore(rest: &str) -> Option<DirectiveKind> {
    let Some(rules) = rest.trim_start().strip_prefix('[') else {
        let reason = reason_in(rest);
        return ends_word(rest).then(|| DirectiveKind::Ignore { rules: Box::default(), reason });
    };
    let (rules, reason) = rules.split_once(']')?;
    let rules = rules.split(',').map(str::trim).map(|rule| (!rule.is_empty()).then(|| Symbol::new(rule)));
    Some(DirectiveKind::Ignore { rules: rules.collect::<Option<_>>()?, reason: reason_in(reason) })
}

/// The words without those that another tool is told behind a `#` of its own: `reason # noqa`.
fn reason_in(rest: &str) -> String {
    let rest = rest.trim();
    let own = if rest.starts_with("# ") { "" } else { rest.split(" # ").next().unwrap_or_default() };
    own.trim_end().to_owned()
}

fn ends_word(rest: &str) -> bool {
    rest.chars().next().is_none_or(char::is_whitespace)
}
