//! Which subjects a trust means.
//!
//! A pattern is the whole subject; `*` stands for any run of characters but `:`, which separates the parts of a subject with
//! GitHub, GitLab and Kubernetes alike, so that no part can grow into the next.

use gatehouse_language::t;

/// Whether a pattern says clearly enough whose workloads it means.
pub(super) fn judge(pattern: &str) -> Result<(), String> {
    if pattern.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(t!("refused-people-write-the-subject-without-spaces"));
    }
    let Some((before, _)) = pattern.split_once('*') else {
        return Ok(());
    };
    if !before.contains('/') {
        return Err(t!(
            "refused-people-name-the-owner-before-the-first",
            pattern = &pattern
        ));
    }
    if pattern.matches('*').count() > 8 {
        return Err(t!("refused-people-use-at-most-8"));
    }
    Ok(())
}

/// Whether the whole subject is one the pattern means. Letters count as they are written.
pub(super) fn matches(pattern: &str, subject: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = subject.strip_prefix(pieces.next().unwrap_or_default()) else {
        return false;
    };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else {
        return rest.is_empty();
    };
    // Each star takes as little as it can; the last piece has to end the subject.
    for piece in middle {
        let Some(at) = rest.find(piece) else {
            return false;
        };
        if rest[..at].contains(':') {
            return false;
        }
        rest = &rest[at + piece.len()..];
    }
    rest.strip_suffix(last)
        .is_some_and(|taken| !taken.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_the_whole_subject_and_a_star_stays_within_its_part() {
        let main = "repo:acme/orders:ref:refs/heads/main";
        for (pattern, subject, expected) in [
            (main, main, true),
            (main, "repo:acme/orders:ref:refs/heads/main2", false),
            (main, "xrepo:acme/orders:ref:refs/heads/main", false),
            (main, "repo:acme/orders:ref:refs/heads/MAIN", false),
            (main, "", false),
            ("repo:acme/*:ref:refs/heads/main", main, true),
            (
                "repo:acme/*:ref:refs/heads/main",
                "repo:evil/orders:ref:refs/heads/main",
                false,
            ),
            (
                "repo:acme/*:ref:refs/heads/main",
                "repo:acme/x:pull_request:ref:refs/heads/main",
                false,
            ),
            (
                "repo:acme/*:ref:refs/heads/main",
                "repo:acme/:ref:refs/heads/main",
                true,
            ),
            (
                "repo:acme/orders:ref:refs/heads/release/*",
                "repo:acme/orders:ref:refs/heads/release/1.2",
                true,
            ),
            (
                "repo:acme/orders:ref:refs/heads/release/*",
                "repo:acme/orders:ref:refs/heads/main",
                false,
            ),
            (
                "repo:acme/*:environment:*",
                "repo:acme/a:environment:prod",
                true,
            ),
            (
                "repo:acme/*:environment:*",
                "repo:acme/a:environment:prod:x",
                false,
            ),
            (
                "repo:acme/*-api:ref:refs/heads/main",
                "repo:acme/a-api-api:ref:refs/heads/main",
                true,
            ),
            (
                "project_path:acme/*:ref_type:branch:ref:main",
                "project_path:acme/a/b:ref_type:branch:ref:main",
                true,
            ),
        ] {
            assert_eq!(matches(pattern, subject), expected, "{pattern} {subject}");
        }
    }

    #[test]
    fn a_pattern_without_an_owner_is_refused() {
        for pattern in [
            "*",
            "repo:*",
            "repo:*:ref:refs/heads/main",
            "repo:acme*",
            "a b",
        ] {
            assert!(judge(pattern).is_err(), "{pattern}");
        }
        for pattern in [
            "repo:acme/orders:ref:refs/heads/main",
            "repo:acme/*:environment:prod",
            "system:serviceaccount:ci:publisher",
        ] {
            assert!(judge(pattern).is_ok(), "{pattern}");
        }
        let stars = |count: usize| format!("repo:acme/{}", "*x".repeat(count));
        assert!(judge(&stars(8)).is_ok() && judge(&stars(9)).is_err());
    }
}
