//! Header changes of policies: fields that are taken out of a message, and fields that are set in it.

use gatehouse_snapshot::object::HeaderChanges;

/// Changes in the form the request path needs: looked through once for each field of a message, and written from the end.
#[derive(Debug, Default)]
pub(crate) struct CompiledChanges {
    /// What of the message does not stay: what is removed, and what is set in its place. Lower case.
    touched: Box<[Box<str>]>,
    set: Box<[(Box<str>, Box<str>)]>,
}

impl CompiledChanges {
    /// `besides` is taken out as well: a field that ends here for another reason.
    pub(crate) fn new(changes: &HeaderChanges, besides: Option<&str>) -> Self {
        let removed = changes.remove.iter().map(String::as_str);
        let set = changes.set.iter().map(|(name, _)| name.as_str());
        let pair = |(name, value): &(String, String)| (name.as_str().into(), value.as_str().into());
        Self {
            touched: removed.chain(set).chain(besides).map(Box::from).collect(),
            set: changes.set.iter().map(pair).collect(),
        }
    }

    /// Whether a field that came is left out; its name in lower case. Many servers read `_` as `-`: nobody gets past a change
    /// by writing it so.
    pub(crate) fn touches(&self, name: &[u8]) -> bool {
        let is = |known: &str| {
            let same = |(own, other): (&u8, &u8)| own == other || *own == b'-' && *other == b'_';
            known.len() == name.len() && known.as_bytes().iter().zip(name).all(same)
        };
        self.touched.iter().any(|known| is(known))
    }

    /// The fields that are set, in the order of the policy.
    pub(crate) fn each_set(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.set
            .iter()
            .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_removed_or_set_does_not_stay_in_either_spelling() {
        let changes = HeaderChanges {
            remove: vec!["x-debug".to_owned()],
            set: vec![("x-the-region".to_owned(), "eu".to_owned())],
        };
        let changes = CompiledChanges::new(&changes, Some("x-token"));
        for name in [
            "x-debug",
            "x_debug",
            "x-the_region",
            "x_the_region",
            "x-token",
        ] {
            assert!(changes.touches(name.as_bytes()), "{name}");
        }
        for name in ["x-debu", "x-debug-", "xxdebug", "x-the-regions", ""] {
            assert!(!changes.touches(name.as_bytes()), "{name}");
        }
        let set: Vec<_> = changes.each_set().collect();
        assert_eq!(set, [(b"x-the-region".as_slice(), b"eu".as_slice())]);
        assert!(!CompiledChanges::default().touches(b"x-debug"));
    }
}
