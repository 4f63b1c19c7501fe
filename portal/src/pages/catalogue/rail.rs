//! The rail of the reference: the open group's operations, the other groups as links with counts.

use crate::pages::catalogue::further::{LISTED_MAX, further};
use crate::pages::method_class;
use crate::view::parts::Link;
use crate::view::shell::Shell;
use gatehouse_control_plane::catalogue::{OperationRow, Reference};
use gatehouse_language::t;
use std::collections::BTreeMap;

/// What the rail shows. Only the open group's operations are sent: a thousand operations make no thousand links.
pub(crate) struct OperationRail {
    pub(crate) overview: String,
    /// Schemas and callbacks.
    pub(crate) parts: String,
    pub(crate) query: String,
    /// What the group is called whose operations are shown.
    pub(crate) open: Option<String>,
    pub(crate) operations: Vec<OperationLink>,
    pub(crate) groups: Vec<GroupLink>,
    /// To the groups after those.
    pub(crate) more_groups: Option<Link>,
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

/// Operations shown at once; more are found by the filter.
const SHOWN_MAX: usize = 200;

/// Operations by their first tag, tags in the order of their first operation.
pub(crate) fn by_tag(operations: &[OperationRow]) -> Vec<(Option<&str>, Vec<&OperationRow>)> {
    let mut groups: Vec<(Option<&str>, Vec<&OperationRow>)> = Vec::new();
    let mut places: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for operation in operations {
        let tag = operation.tags.first().map(String::as_str);
        let place = *places.entry(tag).or_insert_with(|| {
            groups.push((tag, Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push(operation);
    }
    groups
}

/// What a group is called; operations without a tag stand together.
pub(crate) fn label(tag: Option<&str>) -> String {
    tag.map_or_else(|| t!("word-operations"), ToOwned::to_owned)
}

/// What addresses call a group: its tag, or nothing for the group without one, which a tag may share its label with.
pub(crate) fn address(tag: Option<&str>) -> &str {
    tag.unwrap_or_default()
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

/// The rail beside an operation: its group open.
pub(crate) fn beside(found: &Reference, base: &str, shell: &Shell) -> OperationRail {
    let current = &found.operation.row;
    let open = current.tags.first().map(String::as_str);
    let count = |count| usize::try_from(count).unwrap_or(0);
    let others = found
        .groups
        .iter()
        .map(|group| (group.tag.as_deref(), count(group.count)))
        .filter(|(tag, _)| *tag != open);
    let (groups, more_groups) = others_of(others.collect(), base, shell);
    OperationRail {
        overview: shell.to(base),
        parts: shell.to(&parts_page(base)),
        query: String::new(),
        open: Some(label(open)),
        operations: found
            .beside
            .iter()
            .map(|one| link(one, base, shell, one.slug == current.slug))
            .collect(),
        groups,
        more_groups,
    }
}

/// The rail beside the overview: a group open, or with words to look for, what matches them.
pub(crate) fn rail(
    operations: &[OperationRow],
    base: &str,
    shell: &Shell,
    (open, query): (Option<&str>, &str),
) -> OperationRail {
    let words = query.trim().to_lowercase();
    let groups = by_tag(operations);
    let opened = groups
        .iter()
        .find(|(tag, _)| open == Some(address(*tag)))
        .or_else(|| groups.first())
        .filter(|_| words.is_empty());
    let shown: Vec<&OperationRow> = match opened {
        Some((_, group)) => group.clone(),
        None => operations
            .iter()
            .filter(|one| matches(one, &words))
            .collect(),
    };
    let others = groups
        .iter()
        .filter(|(tag, _)| opened.is_none_or(|(open, _)| open != tag))
        .map(|(tag, group)| (*tag, group.len()));
    let (shown_groups, more_groups) = others_of(others.collect(), base, shell);
    OperationRail {
        overview: shell.to(base),
        parts: shell.to(&parts_page(base)),
        query: query.trim().to_owned(),
        open: opened.map(|(tag, _)| label(*tag)),
        operations: shown
            .into_iter()
            .take(SHOWN_MAX)
            .map(|one| link(one, base, shell, false))
            .collect(),
        groups: shown_groups,
        more_groups,
    }
}

/// The links of the groups that are not open, and of the page with those for which there is no room.
fn others_of(
    others: Vec<(Option<&str>, usize)>,
    base: &str,
    shell: &Shell,
) -> (Vec<GroupLink>, Option<Link>) {
    let more = further(0, others.len(), &shell.to(base));
    let links = others.into_iter().take(LISTED_MAX);
    let links = links.map(|(tag, count)| GroupLink {
        label: label(tag),
        href: group_page(tag, base, shell),
        count,
    });
    (links.collect(), more)
}

/// Where schemas and callbacks are listed, beside the reference at `base`.
pub(crate) fn parts_page(base: &str) -> String {
    format!(
        "{}/schemas",
        base.strip_suffix("/reference").unwrap_or(base)
    )
}

/// Where a group stands open.
pub(crate) fn group_page(tag: Option<&str>, base: &str, shell: &Shell) -> String {
    shell.to(&format!(
        "{base}?tag={}",
        crate::address::encode(address(tag))
    ))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(slug: &str, tags: &[&str]) -> OperationRow {
        OperationRow {
            slug: slug.to_owned(),
            method: "get".to_owned(),
            path_template: format!("/{slug}"),
            summary: String::new(),
            tags: tags.iter().copied().map(str::to_owned).collect(),
            deprecated: false,
            operation_id: None,
            webhook: false,
        }
    }

    #[test]
    fn the_group_without_a_tag_opens_beside_a_tag_of_its_label() {
        let shell = crate::gallery::shell();
        let operations = [
            operation("tagged", &["Operations"]),
            operation("plain", &[]),
        ];
        let shown = |open: Option<&str>| {
            let rail = rail(&operations, "/r", &shell, (open, ""));
            let paths: Vec<String> = rail.operations.into_iter().map(|one| one.path).collect();
            (paths, rail.groups[0].href.clone())
        };
        let (tagged, to_plain) = shown(Some("Operations"));
        assert_eq!(tagged, ["/tagged"]);
        assert!(to_plain.ends_with("/r?tag="), "{to_plain}");
        let (plain, to_tagged) = shown(Some(""));
        assert_eq!(plain, ["/plain"]);
        assert!(to_tagged.ends_with("/r?tag=Operations"), "{to_tagged}");
    }
}
