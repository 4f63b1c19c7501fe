//! What a sentence about a value calls it.

use std::fmt;

use super::Roots;
use crate::diff::words;
use crate::pointer;

/// A body, parameter, header or shared schema, and the way from there to a value inside it.
#[derive(Clone)]
pub(in crate::diff) struct Subject {
    root: String,
    path: String,
}

/// A longer way is cut where it is shown.
const PATH_BYTES_MAX: usize = 200;

impl Subject {
    pub(in crate::diff) fn root(root: String) -> Self {
        Self {
            root,
            path: String::new(),
        }
    }

    /// A shared schema is spoken of by its own name, because many places use it.
    pub(super) fn of_shared(roots: &Roots<'_>) -> Option<Self> {
        let [root] = &**roots else {
            return None;
        };
        let rest = root.pointer.strip_prefix("/components/schemas")?;
        let mut segments = pointer::segments(rest);
        let name = segments.next()?;
        let is_whole = segments.next().is_none();
        is_whole.then(|| Self::root(format!("the schema {}", words::code(&name))))
    }

    pub(super) fn property(&self, name: &str) -> Self {
        let mut inner = self.clone();
        if inner.path.len() < PATH_BYTES_MAX {
            if !inner.path.is_empty() {
                inner.path.push('.');
            }
            inner.path.push_str(name);
        }
        inner
    }

    /// The elements of a list, or one of its places.
    pub(super) fn element(&self, index: Option<usize>) -> Self {
        let mut inner = self.clone();
        if inner.path.len() < PATH_BYTES_MAX {
            let index = index.map_or_else(String::new, |index| index.to_string());
            inner.path.push_str(&format!("[{index}]"));
        }
        inner
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.root)
        } else {
            write!(f, "{} of {}", words::code(&self.path), self.root)
        }
    }
}
