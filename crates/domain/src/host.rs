//! Host names as environments and certificates name them.

/// Whether a text is a host name (RFC 1123 §2.1) in lower case, without a port; addresses in brackets are not names.
pub fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    host.len() <= 253 && host.split('.').all(label)
}

/// Whether a text is a name that a certificate can be for: a host, or `*.` and a host of at least two labels (RFC 9525 §6.3).
pub fn is_host_pattern(pattern: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(rest) => rest.contains('.') && is_host(rest) && pattern.len() <= 253,
        None => is_host(pattern),
    }
}

/// Whether a certificate's name is for this host: it is the same, or its `*` stands for the host's first label, and for no
/// more than that.
pub fn covers(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(rest) => host
            .split_once('.')
            .is_some_and(|(first, below)| !first.is_empty() && below == rest),
        None => pattern == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_plain_lower_case_names() {
        for (host, accepted) in [
            ("api.example.com", true),
            ("localhost", true),
            ("API.example.com", false),
            ("api.example.com:8080", false),
            ("-a.example", false),
            ("a..b", false),
            ("", false),
            ("*.example.com", false),
        ] {
            assert_eq!(is_host(host), accepted, "{host}");
        }
    }

    #[test]
    fn a_star_stands_for_one_whole_label_at_the_front() {
        for (pattern, accepted) in [
            ("*.example.com", true),
            ("api.example.com", true),
            ("*.com", false),
            ("*", false),
            ("a*.example.com", false),
            ("api.*.com", false),
            ("*.*.example.com", false),
        ] {
            assert_eq!(is_host_pattern(pattern), accepted, "{pattern}");
        }
        for (pattern, host, is_covered) in [
            ("api.example.com", "api.example.com", true),
            ("api.example.com", "www.example.com", false),
            ("*.example.com", "api.example.com", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "a.api.example.com", false),
            ("*.example.com", ".example.com", false),
            ("*.example.com", "apiexample.com", false),
        ] {
            assert_eq!(covers(pattern, host), is_covered, "{pattern} {host}");
        }
    }
}
