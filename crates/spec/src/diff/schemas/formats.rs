//! Formats: what text or a number must look like.

use super::{Judge, Views};
use crate::diff::rule::Rule;
use crate::diff::words;

/// The first fits the second.
const FITS: [(&str, &str); 2] = [("int32", "int64"), ("float", "double")];

impl<'d> Judge<'_, 'd> {
    pub(super) fn formats(&mut self, views: Views<'_, 'd>) {
        let old = views.0.text("format");
        let new = views.1.text("format");
        let (rules, text) = match (old, new) {
            (Some(old), Some(new)) if old != new => {
                let text = format!(
                    "the format is now {}, not {}",
                    words::code(new),
                    words::code(old)
                );
                (changed(old, new), text)
            }
            (Some(old), None) => (
                (Rule::RequestFormatRemoved, Rule::ResponseFormatRemoved),
                format!("the format {} is gone", words::code(old)),
            ),
            (None, Some(new)) => (
                (Rule::RequestFormatAdded, Rule::ResponseFormatAdded),
                format!("the format is now {}", words::code(new)),
            ),
            _ => return,
        };
        self.say_at(rules, "format", views, &text);
    }
}

fn changed(old: &str, new: &str) -> (Rule, Rule) {
    if FITS.contains(&(old, new)) {
        (Rule::RequestFormatWidened, Rule::ResponseFormatWidened)
    } else if FITS.contains(&(new, old)) {
        (Rule::RequestFormatNarrowed, Rule::ResponseFormatNarrowed)
    } else {
        (Rule::RequestFormatChanged, Rule::ResponseFormatChanged)
    }
}
