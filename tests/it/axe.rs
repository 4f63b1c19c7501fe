//! Pages before axe: what a machine can tell of their accessibility.

use gatehouse_harness::browser::Browser;

/// From the npm package `axe-core`, as `.ci/run` puts it there.
const SCRIPT: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/npm/node_modules/axe-core/axe.min.js"
);

/// WCAG 2.0 to 2.2, A and AA, and what axe calls best practice.
const RULES: &str =
    r#"{runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}"#;

/// The judge, as a script.
pub(crate) struct Axe(String);

impl Axe {
    /// `None` where it is not installed.
    pub(crate) fn find() -> Option<Self> {
        std::fs::read_to_string(SCRIPT).ok().map(Self)
    }

    /// What is wrong with the open page: the rule, what it asks for, and the first element that breaks it.
    pub(crate) async fn judge(&self, browser: &Browser) -> Vec<String> {
        let script = format!(
            r#"{}
            const words = (found) => found.violations.map((one) => one.id + ": " + one.help + " " + one.nodes[0].html.slice(0, 200));
            axe.run(document, {RULES}).then((found) => done(words(found)), (error) => done([String(error)]));"#,
            self.0
        );
        browser.run(&script).await
    }
}
