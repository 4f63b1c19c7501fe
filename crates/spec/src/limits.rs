//! How much one description may cost to read.

/// Bounds on one description. A description at a bound is read, one above it is refused with
/// [`crate::FindingCode::TooLarge`] or [`crate::FindingCode::TooDeep`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Length of the source in bytes. 50 MiB: the largest public description known is 47 MB.
    pub bytes: usize,
    /// Objects and arrays inside one another, the root counted as 1. Never above
    /// [`Limits::DEPTH_CEILING`], whatever is set here.
    pub depth: usize,
    /// Values in the document, objects, arrays and scalars alike, after YAML aliases are expanded.
    pub nodes: usize,
    /// Of those, the values that came from expanding YAML aliases and merge keys.
    pub alias_nodes: usize,
}

impl Limits {
    /// The reader and every walk recurse once per level; this many levels fit a 2 MiB stack.
    pub const DEPTH_CEILING: usize = 120;

    pub(crate) fn depth(&self) -> usize {
        self.depth.min(Self::DEPTH_CEILING)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 50 * 1024 * 1024,
            depth: Self::DEPTH_CEILING,
            nodes: 5_000_000,
            alias_nodes: 500_000,
        }
    }
}
