//! The page of rules, in Markdown.

use std::fmt::Write as _;

use super::Rule;

/// A table of every rule with its level where a tenant set none.
pub fn reference() -> String {
    let mut text = String::from("\n| rule | level | what it asks |\n|---|---|---|\n");
    for rule in Rule::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "| `{}` | {} | {} |",
            rule.id(),
            rule.level().as_str(),
            rule.summary()
        );
    }
    text
}
