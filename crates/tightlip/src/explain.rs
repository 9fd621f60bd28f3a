use std::io::Write;

use tightlip_catalogue::{pattern_pages, rule_page};
use tightlip_configuration::matching;
use tightlip_report::{escape_controls, page_body};
use tightlip_rules::Rule;

use crate::arguments::Color;
use crate::output::{Outcome, complain, print};

/// Unknown topics are answered with no more names than this.
const MOST_SUGGESTIONS: usize = 5;

/// Prints the page of a rule (or of each rule whose code starts like this) or of a pattern.
pub(crate) fn explain(topic: &str, _color: Color) -> Outcome {
    let topic = topic.trim();
    let mut pages: Vec<(String, &str)> =
        matching(topic).into_iter().map(|rule| (rule.to_string(), rule_page(rule))).collect();
    if pages.is_empty() {
        pages = patterns(topic);
    }
    if pages.is_empty() {
        complain(&unknown(topic));
        return Outcome::CouldNotRun;
    }
    print(Outcome::Clean, |out| {
        for (place, (title, page)) in pages.iter().enumerate() {
            let gap = if place > 0 { "\n\n" } else { "" };
            writeln!(out, "{gap}# {title}\n\n{}", page_body(page))?;
        }
        Ok(())
    })
}

/// The patterns of this name, with or without the framework's: `flask/stack-trace-page` or `stack-trace-page`.
fn patterns(topic: &str) -> Vec<(String, &'static str)> {
    let is_meant =
        |name: &str| name == topic || name.split_once('/').is_some_and(|(_, short)| short == topic);
    let pages = pattern_pages().into_iter().filter(|(name, _)| is_meant(name));
    pages.map(|(name, page)| (format!("{name}: {}", title(page)), page)).collect()
}

/// The title in a page's front matter.
fn title(page: &str) -> &str {
    let lines = page.lines().skip(1).take_while(|line| *line != "+++");
    let titles = lines.filter_map(|line| line.strip_prefix("title")?.trim_start().strip_prefix('='));
    titles.map(|title| title.trim().trim_matches('"')).next().unwrap_or_default()
}

fn unknown(topic: &str) -> String {
    let rules = Rule::all().map(|rule| rule.name().to_owned());
    let names = rules.chain(pattern_pages().into_iter().map(|(name, _)| name));
    let wanted = topic.to_ascii_lowercase();
    let close: Vec<String> =
        names.filter(|name| wanted.len() > 2 && name.contains(&wanted)).take(MOST_SUGGESTIONS).collect();
    let help = if close.is_empty() {
        "`tightlip rules` lists the rules".to_owned()
    } else {
        format!("is one of these meant: {}?", close.join(", "))
    };
    format!("error: no rule or pattern is called '{}'; {help}", escape_controls(topic))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_of_its_rule_and_tells_what_it_must() {
        for rule in Rule::all() {
            let page = rule_page(rule);
            let expected = [
                format!("code = \"{}\"", rule.code()),
                "## What it finds".to_owned(),
                "## Why it is bad".to_owned(),
                "## Example".to_owned(),
                "## How to mend it".to_owned(),
                "## How to suppress it".to_owned(),
                format!("# tightlip: ignore[{}]", rule.code()),
            ];
            let weaknesses = rule.weaknesses().iter().map(|number| format!("CWE-{number}"));
            for words in expected.into_iter().chain(weaknesses) {
                assert!(page.contains(&words), "the page of {rule} lacks {words:?}");
            }
        }
    }

    #[test]
    fn every_pattern_is_found_by_both_its_names() {
        for (name, page) in pattern_pages() {
            assert!(!title(page).is_empty(), "{name} has no title");
            let (_, short) = name.split_once('/').expect("a framework and a name");
            for topic in [name.as_str(), short] {
                assert!(patterns(topic).iter().any(|(_, found)| *found == page), "{topic} is not found");
            }
        }
    }

    #[test]
    fn what_was_meant_is_guessed() {
        assert!(unknown("trace").contains("stack-trace"));
        assert!(unknown("nonsense").contains("tightlip rules"));
    }
}
