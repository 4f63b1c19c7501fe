//! The table of rules for people: docs/spec-rules.md is this text.

use std::fmt::Write as _;

use super::rule::{Area, Rule};

/// Every rule with its id, its severity and what it tells, area by area.
pub fn reference() -> String {
    let mut text = String::new();
    let mut area: Option<Area> = None;
    for rule in Rule::ALL {
        if area != Some(rule.area()) {
            area = Some(rule.area());
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\n## {}\n\n| rule | severity | what changed |\n|---|---|---|\n",
                rule.area().title()
            );
        }
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            rule.id(),
            rule.severity().as_str(),
            rule.summary()
        );
    }
    text
}
