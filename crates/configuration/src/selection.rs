use tightlip_catalogue::Rule;

/// The rules of this code or name, or whose codes start like this.
pub fn matching(entry: &str) -> Vec<Rule> {
    let entry = entry.trim();
    if let Some(rule) = Rule::find(entry) {
        return vec![rule];
    }
    let start = entry.to_ascii_uppercase();
    if !start.starts_with("TL") {
        return Vec::new();
    }
    Rule::all().filter(|rule| rule.code().starts_with(&start)).collect()
}

/// What is said where [`matching`] finds none.
pub(crate) fn unknown(entry: &str) -> String {
    format!("no rule is called '{entry}'; `tightlip rules` lists them")
}
