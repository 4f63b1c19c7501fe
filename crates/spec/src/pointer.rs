//! JSON pointers (RFC 6901) and the path a walk has taken to where it stands.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::Value;

pub(crate) use gatehouse_domain::pointer::{join, push};

/// The path from the root to a value, as a list on the stack: a pointer is only spelled out when
/// somebody needs it.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    parent: Option<&'a At<'a>>,
    segment: Segment<'a>,
}

#[derive(Clone, Copy)]
enum Segment<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    pub(crate) const ROOT: At<'static> = At {
        parent: None,
        segment: Segment::Root,
    };

    pub(crate) fn key(&'a self, key: &'a str) -> At<'a> {
        At {
            parent: Some(self),
            segment: Segment::Key(key),
        }
    }

    pub(crate) fn index(&'a self, index: usize) -> At<'a> {
        At {
            parent: Some(self),
            segment: Segment::Index(index),
        }
    }

    /// How many steps from where the walk began.
    pub(crate) fn depth(&self) -> usize {
        let (mut depth, mut at) = (0, self);
        while let Some(parent) = at.parent {
            depth += 1;
            at = parent;
        }
        depth
    }

    /// How many of the keys on the way here are among `keys`.
    pub(crate) fn count(&self, keys: &[&str]) -> usize {
        let (mut count, mut at) = (0, *self);
        loop {
            if let Segment::Key(key) = at.segment {
                count += usize::from(keys.contains(&key));
            }
            match at.parent {
                Some(parent) => at = *parent,
                None => return count,
            }
        }
    }

    pub(crate) fn pointer(&self) -> String {
        let mut out = match self.parent {
            Some(parent) => parent.pointer(),
            None => return String::new(),
        };
        match self.segment {
            Segment::Root => {}
            Segment::Key(key) => push(&mut out, key),
            Segment::Index(index) => push(&mut out, &index.to_string()),
        }
        out
    }
}

/// The unescaped segments of a pointer.
pub(crate) fn segments(pointer: &str) -> impl Iterator<Item = Cow<'_, str>> {
    pointer.split('/').skip(1).map(|raw| {
        if raw.contains('~') {
            Cow::Owned(raw.replace("~1", "/").replace("~0", "~"))
        } else {
            Cow::Borrowed(raw)
        }
    })
}

/// The pointer inside a local `$ref`: `#/a/b` gives `/a/b`, percent escapes undone (RFC 6901 §6).
pub(crate) fn of_local_reference(reference: &str) -> Option<Cow<'_, str>> {
    let pointer = reference.strip_prefix('#')?;
    if !(pointer.is_empty() || pointer.starts_with('/')) {
        return None;
    }
    if !pointer.contains('%') {
        return Some(Cow::Borrowed(pointer));
    }
    Some(
        percent_decode_str(pointer)
            .decode_utf8()
            .unwrap_or(Cow::Borrowed(pointer)),
    )
}

/// What a local `$ref` names. Tolerates a pointer that was not percent-encoded at all.
pub(crate) fn resolve<'d>(document: &'d Value, reference: &str) -> Option<&'d Value> {
    let pointer = of_local_reference(reference)?;
    document
        .pointer(&pointer)
        .or_else(|| document.pointer(reference.strip_prefix('#')?))
}
