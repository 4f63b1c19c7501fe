//! Patterns of text. Which of two takes more is not judged: any other pattern may take less.

use super::view::View;
use super::{Judge, Views};
use crate::diff::rule::Rule;
use crate::diff::words;

impl<'d> Judge<'_, 'd> {
    pub(super) fn patterns(&mut self, views: Views<'_, 'd>) {
        let all = |view: &View<'d>| {
            let texts = view
                .each("pattern")
                .filter_map(|found| found.value.as_str());
            texts.collect::<Vec<_>>()
        };
        let (old, new) = (all(views.0), all(views.1));
        let gone: Vec<&str> = old
            .iter()
            .copied()
            .filter(|one| !new.contains(one))
            .collect();
        let come: Vec<&str> = new
            .iter()
            .copied()
            .filter(|one| !old.contains(one))
            .collect();
        let (rules, text) = match (gone.is_empty(), come.is_empty()) {
            (true, true) => return,
            (true, false) => (
                (Rule::RequestPatternAdded, Rule::ResponsePatternAdded),
                format!("text now matches {}", words::list(come)),
            ),
            (false, true) => (
                (Rule::RequestPatternRemoved, Rule::ResponsePatternRemoved),
                format!("text need no longer match {}", words::list(gone)),
            ),
            (false, false) => (
                (Rule::RequestPatternChanged, Rule::ResponsePatternChanged),
                format!(
                    "text now matches {}, not {}",
                    words::list(come),
                    words::list(gone)
                ),
            ),
        };
        self.say_at(rules, "pattern", views, &text);
    }
}
