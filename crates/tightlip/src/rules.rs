use std::io::Write;

use tightlip_rules::{Control, Rule};

use crate::arguments::Color;
use crate::output::{Outcome, print};

/// Lists the rules, by the control that they serve.
pub(crate) fn rules(_color: Color) -> Outcome {
    let widest = Rule::all().map(|rule| rule.name().len()).max().unwrap_or(0);
    print(Outcome::Clean, |out| {
        let mut before: Option<Option<Control>> = None;
        for rule in Rule::all() {
            if before != Some(rule.control()) {
                let gap = if before.is_some() { "\n" } else { "" };
                writeln!(out, "{gap}{}", rule.control().map_or("comments to tightlip", Control::title))?;
                before = Some(rule.control());
            }
            let weaknesses =
                rule.weaknesses().iter().map(|number| format!("CWE-{number}")).collect::<Vec<_>>().join(", ");
            writeln!(
                out,
                "  {}  {:widest$}  {:17}  {}",
                rule.code(),
                rule.name(),
                weaknesses,
                rule.summary()
            )?;
        }
        Ok(())
    })
}
