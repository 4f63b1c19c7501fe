//! The rail of the reference: the open group's operations, the other groups as links with counts.

/// What the rail shows. Only the open group's operations are sent: a thousand operations make no thousand links.
pub(crate) struct OperationRail {
    pub(crate) overview: String,
    pub(crate) query: String,
    pub(crate) open: Option<String>,
    pub(crate) operations: Vec<OperationLink>,
    pub(crate) groups: Vec<GroupLink>,
}

pub(crate) struct GroupLink {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) count: usize,
}

#[derive(Clone)]
pub(crate) struct OperationLink {
    pub(crate) method: String,
    /// The method in at most five letters, as the rail has room for.
    pub(crate) short: String,
    pub(crate) method_class: &'static str,
    pub(crate) title: String,
    pub(crate) path: String,
    pub(crate) href: String,
    pub(crate) current: bool,
}
