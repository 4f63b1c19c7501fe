//! The head of a request as every policy sees it, whichever codec read it: borrowed, in the order of arrival, nothing copied.

use http::{Method, Version};

/// A head as a codec read it, before anything of it has been judged.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceivedHead<'a> {
    pub(crate) method: &'a Method,
    pub(crate) version: Version,
    pub(crate) target: Target<'a>,
    pub(crate) fields: Fields<'a>,
    /// Whether the protocol itself says that nothing follows the head (HTTP/2: END_STREAM). HTTP/1 says it in fields.
    pub(crate) ends_with_head: bool,
}

/// The request target (RFC 9112 §3.2, RFC 9113 §8.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target<'a> {
    /// Path and query; in HTTP/2 beside the authority.
    Origin {
        authority: Option<&'a str>,
        path: &'a str,
        query: Option<&'a str>,
    },
    /// A whole address, an authority alone or an asterisk.
    Other,
}

impl<'a> Target<'a> {
    /// What a record of the call shows.
    pub(crate) fn path(self) -> &'a str {
        match self {
            Self::Origin { path, .. } => path,
            Self::Other => "*",
        }
    }
}

/// A head that was judged and has one meaning. Only [`crate::validate::head`] makes one outside of tests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RequestHead<'a> {
    pub(crate) method: &'a Method,
    pub(crate) version: Version,
    /// Whom the client called, as it named it: port and all.
    pub(crate) authority: &'a str,
    /// That without port, in lower case.
    pub(crate) host: &'a str,
    /// As it was sent: the bytes that are routed by and forwarded.
    pub(crate) path: &'a str,
    /// As it was sent, without the question mark.
    pub(crate) query: Option<&'a str>,
    pub(crate) fields: Fields<'a>,
    pub(crate) body: BodyLength,
}

/// How long a body is, as far as its head says. A length of nought is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLength {
    None,
    Exact(u64),
    /// It says itself where it ends: chunks, or frames of HTTP/2.
    Chunked,
}

/// One field line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Field<'a> {
    /// As received; HTTP/1.1 clients use any case.
    pub(crate) name: &'a str,
    /// Without the space around it.
    pub(crate) value: &'a [u8],
}

/// The field lines of a head, in the order they came.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fields<'a>(&'a [Field<'a>]);

impl<'a> Fields<'a> {
    pub(crate) const fn new(fields: &'a [Field<'a>]) -> Self {
        Self(fields)
    }

    /// The values of every line of this name, compared without regard to case.
    pub(crate) fn get_all<'n>(self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let named = move |field: &&Field<'_>| field.name.eq_ignore_ascii_case(name);
        self.0.iter().filter(named).map(|field| field.value)
    }

    pub(crate) fn contains(self, name: &str) -> bool {
        self.get_all(name).next().is_some()
    }

    pub(crate) fn iter(self) -> std::slice::Iter<'a, Field<'a>> {
        self.0.iter()
    }

    pub(crate) fn len(self) -> usize {
        self.0.len()
    }
}

/// A value as text, if it is visible ASCII, spaces and tabs.
pub(crate) fn visible(value: &[u8]) -> Option<&str> {
    let is_visible = |byte: &u8| *byte == b'\t' || (0x20..0x7f).contains(byte);
    std::str::from_utf8(value)
        .ok()
        .filter(|text| text.as_bytes().iter().all(is_visible))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_in_any_case_and_in_the_order_they_came() {
        let field = |name, value: &'static str| Field {
            name,
            value: value.as_bytes(),
        };
        let lines = [field("X-A", "1"), field("b", "2"), field("x-a", "3")];
        let fields = Fields::new(&lines);
        let values: Vec<_> = fields.get_all("x-A").collect();
        assert_eq!(values, [b"1", b"3"]);
        assert!(fields.contains("B") && !fields.contains("x"));
        assert_eq!((fields.len(), fields.iter().count()), (3, 3));
    }

    #[test]
    fn visible_text_holds_no_controls_and_nothing_beyond_ascii() {
        assert_eq!(visible(b"a b\tc~"), Some("a b\tc~"));
        for hidden in [&b"\x7f"[..], b"\r", b"\0", "ä".as_bytes(), b"\xff"] {
            assert_eq!(visible(hidden), None, "{hidden:?}");
        }
    }
}
