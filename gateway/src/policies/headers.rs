//! Header changes of policies: fields that are taken out of a message, and fields that are set in it.

use gatehouse_snapshot::object::HeaderChanges;

/// Changes in the form the request path needs: looked through once for each field of a message, and written from the end.
#[derive(Default)]
pub(crate) struct CompiledChanges {
    /// What of the message does not stay: what is removed, and what is set in its place. Lower case.
    touched: Box<[Box<str>]>,
    set: Box<[(Box<str>, Box<str>)]>,
}

/// Names only: a value may be a secret.
impl std::fmt::Debug for CompiledChanges {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CompiledChanges")
            .field("touched", &self.touched)
            .finish_non_exhaustive()
    }
}

impl CompiledChanges {
    /// `besides` is taken out as well: a field that ends here for another reason.
    pub(crate) fn new(changes: &HeaderChanges, besides: Option<&str>) -> Self {
        let removed = changes.remove.iter().map(String::as_str);
        let plain = changes.set.iter();
        let plain = plain.map(|(name, value)| (name.as_str(), value.as_str()));
        let opened = changes.opened.iter();
        let opened = opened.map(|(name, value)| (name.as_str(), value.as_str()));
        let set = plain.chain(opened);
        let names = set.clone().map(|(name, _)| name);
        Self {
            touched: removed.chain(names).chain(besides).map(Box::from).collect(),
            set: set
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
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
            ..HeaderChanges::default()
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
        let printed = format!("{changes:?}");
        assert!(
            printed.contains("x-the-region") && !printed.contains("eu"),
            "{printed}"
        );
    }
}
