//! The mail that tells several things at once.

use super::letter::{Draft, Letter};
use gatehouse_language::t;

/// Most things named in one mail; the inbox has them all.
const NAMED_MAX: usize = 50;

/// Tells somebody what has happened since the mail before.
pub fn digest(tenant: &str, subjects: &[String]) -> Letter {
    let count = subjects.len();
    let mut draft = Draft::new(
        "digest",
        t!("emails-notices-from", count = count, tenant = tenant),
        t!("emails-notices-since", count = count),
    );
    for subject in subjects.iter().take(NAMED_MAX) {
        draft = draft.say(format!("- {subject}"));
    }
    if subjects.len() > NAMED_MAX {
        draft = draft.say(t!("emails-notices-more", count = count - NAMED_MAX));
    }
    draft
        .link(t!("emails-open-inbox"), "/inbox")
        .because(t!("emails-you-get-this-because-you-chose", tenant = tenant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_names_fifty_things_and_counts_the_rest() {
        for (count, more) in [(1, None), (50, None), (51, Some("And 1 more."))] {
            let subjects: Vec<String> = (0..count).map(|n| format!("Notice {n}.")).collect();
            let letter = digest("Northwind", &subjects);
            assert_eq!(letter.text.matches("- Notice").count(), count.min(50));
            assert_eq!(letter.text.contains("more."), more.is_some(), "{count}");
        }
    }

    #[test]
    fn a_subject_cannot_break_its_line() {
        let letter = digest("A\r\nBcc: x@example.com", &["b\r\nc".to_owned()]);
        assert!(!letter.subject.contains(['\r', '\n']));
        assert!(letter.text.contains("- b c"));
    }
}
