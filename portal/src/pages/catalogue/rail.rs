//! The rail of the reference: the open group's operations, the other groups as links with counts.

use crate::pages::method_class;
use crate::view::shell::Shell;
use gatehouse_control_plane::catalogue::OperationRow;
use std::collections::BTreeMap;

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

/// Operations without a tag stand together under this name.
pub(crate) const UNTAGGED: &str = "Operations";

/// Operations shown at once; more are found by the filter.
const SHOWN_MAX: usize = 200;

/// Operations by their first tag, tags in the order of their first operation.
pub(crate) fn by_tag(operations: &[OperationRow]) -> Vec<(String, Vec<&OperationRow>)> {
    let mut order: Vec<String> = Vec::new();
    let mut groups: BTreeMap<String, Vec<&OperationRow>> = BTreeMap::new();
    for operation in operations {
        let tag = operation
            .tags
            .first()
            .cloned()
            .unwrap_or_else(|| UNTAGGED.to_owned());
        if !groups.contains_key(&tag) {
            order.push(tag.clone());
        }
        groups.entry(tag).or_default().push(operation);
    }
    order
        .into_iter()
        .map(|tag| {
            let group = groups.remove(&tag).unwrap_or_default();
            (tag, group)
        })
        .collect()
}

/// The link of one operation.
pub(crate) fn link(
    operation: &OperationRow,
    base: &str,
    shell: &Shell,
    current: bool,
) -> OperationLink {
    let method = operation.method.to_ascii_uppercase();
    OperationLink {
        short: if method == "DELETE" {
            "DEL".to_owned()
        } else {
            method.clone()
        },
        method_class: method_class(&method),
        title: title(operation),
        path: operation.path_template.clone(),
        href: shell.to(&format!("{base}/{}", operation.slug)),
        current,
        method,
    }
}

/// What an operation is called: its summary, else its id, else its path.
pub(crate) fn title(operation: &OperationRow) -> String {
    if operation.summary.is_empty() {
        operation
            .operation_id
            .clone()
            .unwrap_or_else(|| operation.path_template.clone())
    } else {
        operation.summary.clone()
    }
}

/// The rail with the group of `current` open, or the groups alone; with words to look for, what matches them.
pub(crate) fn rail(
    operations: &[OperationRow],
    base: &str,
    shell: &Shell,
    current: Option<&str>,
    (open, query): (Option<&str>, &str),
) -> OperationRail {
    let words = query.trim().to_lowercase();
    let groups = by_tag(operations);
    let holds_current =
        |group: &[&OperationRow]| group.iter().any(|one| Some(one.slug.as_str()) == current);
    let opened = groups
        .iter()
        .find(|(tag, group)| open == Some(tag.as_str()) || (open.is_none() && holds_current(group)))
        .or_else(|| groups.first());
    let shown: Vec<&OperationRow> = if words.is_empty() {
        opened.map(|(_, group)| group.clone()).unwrap_or_default()
    } else {
        operations
            .iter()
            .filter(|one| matches(one, &words))
            .collect()
    };
    OperationRail {
        overview: shell.to(base),
        query: query.trim().to_owned(),
        open: opened
            .map(|(tag, _)| tag.clone())
            .filter(|_| words.is_empty()),
        operations: shown
            .into_iter()
            .take(SHOWN_MAX)
            .map(|one| link(one, base, shell, Some(one.slug.as_str()) == current))
            .collect(),
        groups: groups
            .iter()
            .filter(|(tag, _)| opened.is_none_or(|(open, _)| open != tag) || !words.is_empty())
            .map(|(tag, group)| GroupLink {
                label: tag.clone(),
                href: shell.to(&format!("{base}?tag={}", crate::address::encode(tag))),
                count: group.len(),
            })
            .collect(),
    }
}

fn matches(operation: &OperationRow, words: &str) -> bool {
    let text = format!(
        "{} {} {} {}",
        operation.method,
        operation.path_template,
        operation.summary,
        operation.operation_id.as_deref().unwrap_or_default()
    )
    .to_lowercase();
    words.split_whitespace().all(|word| text.contains(word))
}
