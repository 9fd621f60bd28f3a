use tightlip_rules::Rule;

/// The rules that are reported.
#[derive(Debug)]
pub(crate) struct Selection {
    rules: Vec<Rule>,
}

impl Selection {
    /// All rules or those of `select`, without those of `ignore`. Each entry is a code, a name or the start of codes.
    pub(crate) fn new(select: &[String], ignore: &[String]) -> Result<Self, String> {
        let mut rules: Vec<Rule> =
            if select.is_empty() { Rule::all().collect() } else { rules_of("--select", select)? };
        let ignored = rules_of("--ignore", ignore)?;
        rules.retain(|rule| !ignored.contains(rule));
        Ok(Self { rules })
    }

    pub(crate) fn contains(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }
}

fn rules_of(option: &str, entries: &[String]) -> Result<Vec<Rule>, String> {
    let mut rules = Vec::new();
    for entry in entries {
        let matching = matching(entry.trim());
        if matching.is_empty() {
            return Err(format!("{option}: no rule is called '{entry}'; `tightlip rules` lists them"));
        }
        rules.extend(matching);
    }
    Ok(rules)
}

/// The rules of this code or name, or whose codes start like this.
pub(crate) fn matching(entry: &str) -> Vec<Rule> {
    if let Some(rule) = Rule::find(entry) {
        return vec![rule];
    }
    let start = entry.to_ascii_uppercase();
    if !start.starts_with("TL") {
        return Vec::new();
    }
    Rule::all().filter(|rule| rule.code().starts_with(&start)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selection(select: &[&str], ignore: &[&str]) -> Result<Selection, String> {
        let owned = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect::<Vec<_>>();
        Selection::new(&owned(select), &owned(ignore))
    }

    #[test]
    fn everything_is_selected_by_default() {
        let all = selection(&[], &[]).unwrap();
        assert!(Rule::all().all(|rule| all.contains(rule)));
    }

    #[test]
    fn codes_names_and_starts_select() {
        let some = selection(&["tl101", "debug-mode", "TL3"], &[]).unwrap();
        assert!(some.contains(Rule::ExceptionMessage));
        assert!(some.contains(Rule::DebugMode));
        assert!(some.contains(Rule::NoCentralHandler));
        assert!(!some.contains(Rule::StackTrace));
    }

    #[test]
    fn ignoring_wins() {
        let some = selection(&["TL1"], &["stack-trace"]).unwrap();
        assert!(some.contains(Rule::ExceptionMessage));
        assert!(!some.contains(Rule::StackTrace));
    }

    #[test]
    fn unknown_rules_are_told() {
        assert!(selection(&["TL9"], &[]).unwrap_err().contains("--select: no rule is called 'TL9'"));
        assert!(selection(&[], &[""]).unwrap_err().contains("--ignore"));
    }
}
