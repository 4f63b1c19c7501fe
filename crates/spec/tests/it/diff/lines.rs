//! Line by line: what is told is enough to make one source out of the other.

use gatehouse_spec::diff::lines;
use proptest::prelude::*;

/// Applies a diff whose hunks hold every changed line.
fn applied(before: &str, after: &str) -> Vec<String> {
    let diff = lines(before.as_bytes(), after.as_bytes());
    assert!(!diff.cut);
    let old: Vec<&str> = before.lines().collect();
    let (mut made, mut next) = (Vec::new(), 0);
    let (mut added, mut removed) = (0, 0);
    for hunk in &diff.hunks {
        for line in &hunk.lines {
            match (line.before, line.after) {
                (Some(a), after) => {
                    while next < a - 1 {
                        made.push(old[next].to_owned());
                        next += 1;
                    }
                    assert_eq!(line.text, old[a - 1]);
                    next = a;
                    removed += usize::from(after.is_none());
                    if after.is_some() {
                        made.push(line.text.clone());
                        assert_eq!(after, Some(made.len()));
                    }
                }
                (None, after) => {
                    added += 1;
                    // What stands before it in the new source was not listed: it is as it was.
                    while made.len() + 1 < after.unwrap() {
                        made.push(old[next].to_owned());
                        next += 1;
                    }
                    made.push(line.text.clone());
                }
            }
        }
    }
    made.extend(old[next..].iter().map(|line| (*line).to_owned()));
    assert_eq!((diff.added, diff.removed), (added, removed));
    made
}

proptest! {
    #[test]
    fn the_new_source_can_be_made_of_the_old_one_and_the_lines(
        old in proptest::collection::vec("[abc]", 0..40),
        new in proptest::collection::vec("[abc]", 0..40),
    ) {
        prop_assert_eq!(applied(&old.join("\n"), &new.join("\n")), new);
    }
}

#[test]
fn a_hunk_is_named_after_the_part_it_is_in_and_says_no_more_than_needed() {
    let before =
        "openapi: 3.1.0\npaths:\n  /pets:\n    get:\n      summary: All\n      deprecated: true\n";
    let after = before.replace("summary: All", "summary: Every pet");
    let diff = lines(before.as_bytes(), after.as_bytes());
    assert_eq!((diff.added, diff.removed, diff.hunks.len()), (1, 1, 1));
    assert_eq!(diff.hunks[0].part, "paths / /pets / get");
    assert_eq!(diff.hunks[0].lines.len(), 6);
    assert_eq!(lines(before.as_bytes(), before.as_bytes()).hunks, []);
}

#[test]
fn what_a_program_wrote_on_one_line_is_compared_all_the_same() {
    let wide = |title: &str| {
        let filler = "x".repeat(5_000);
        format!(r#"{{"info":{{"title":"{title}","x-filler":"{filler}"}},"paths":{{}}}}"#)
    };
    let diff = lines(wide("A").as_bytes(), wide("B").as_bytes());
    assert_eq!((diff.added, diff.removed), (1, 1));
    assert_eq!(diff.hunks[0].part, "info");
}

#[test]
fn two_documents_that_have_nothing_in_common_are_not_listed() {
    let many = |letter: &str| format!("{letter}\n").repeat(800);
    let diff = lines(many("a").as_bytes(), many("b").as_bytes());
    assert!(diff.cut && diff.hunks.is_empty());
    let fewer = |letter: &str| format!("{letter}\n").repeat(700);
    assert!(lines(fewer("a").as_bytes(), fewer("b").as_bytes()).cut);
    let few = |letter: &str| format!("{letter}\n").repeat(500);
    assert!(!lines(few("a").as_bytes(), few("b").as_bytes()).cut);
}
