//! JSON pointers (RFC 6901): where something stands in a document.

/// Appends one segment, escaped (§3).
pub fn push(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for c in segment.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

/// The pointer of a child.
pub fn join(pointer: &str, segment: &str) -> String {
    let mut out = String::with_capacity(pointer.len() + segment.len() + 1);
    out.push_str(pointer);
    push(&mut out, segment);
    out
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn what_separates_segments_is_escaped_inside_one() {
        assert_eq!(join("", "paths"), "/paths");
        assert_eq!(join("/paths", "/pets/~me"), "/paths/~1pets~1~0me");
        assert_eq!(join("/a", ""), "/a/");
        assert_eq!(join("", "~1"), "/~01");
    }
}
