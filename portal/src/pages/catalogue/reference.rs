//! `GET /apis/{api}/{version}/reference`: the operations by group.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::catalogue::addresses;
use crate::pages::catalogue::further::{LISTED_MAX, further, passed_over};
use crate::pages::catalogue::rail::{
    OperationLink, OperationRail, address, by_tag, group_page, label, link, rail,
};
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::catalogue::{self, OperationRow};
use gatehouse_language::t;
use gatehouse_spec::markdown::to_html_within;
use http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};

/// Authentication, addresses, operations by tag, downloads.
#[derive(Template)]
#[template(path = "pages/catalogue/reference.html")]
pub(crate) struct ReferencePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) api_name: String,
    pub(crate) version: String,
    pub(crate) title: String,
    /// Sanitised HTML.
    pub(crate) description: String,
    pub(crate) authentication: String,
    pub(crate) addresses: Vec<Fact>,
    pub(crate) groups: Vec<Group>,
    /// To the operations or groups after those listed.
    pub(crate) more: Option<Link>,
    pub(crate) download: String,
    pub(crate) llms: String,
    pub(crate) rail: OperationRail,
}

web_page!(ReferencePage, Private);

pub(crate) struct Group {
    pub(crate) label: String,
    pub(crate) count: String,
    pub(crate) href: String,
    pub(crate) operations: Vec<OperationLink>,
}

/// So many operations are listed under their groups on one page. Where there are more, the overview lists the groups, and each
/// has pages of its own.
const WHOLE_MAX: usize = 120;

/// Elements of what a description says of the whole API, beside which the operations have room. It is whole in the download.
const DESCRIPTION_ELEMENTS_MAX: usize = 2_000;

/// `?tag=&q=&from=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct ReferenceQuery {
    #[serde(default)]
    tag: Option<String>,
    #[serde(default)]
    q: String,
    #[serde(default)]
    from: String,
}

/// Operations of one group, or none where they have a page of their own.
type Listing<'a> = (Option<&'a str>, usize, &'a [&'a OperationRow]);

/// What one page lists, and the link to what comes after it.
fn listed<'a>(
    groups: &'a [(Option<&'a str>, Vec<&'a OperationRow>)],
    query: &ReferenceQuery,
    base: &str,
    shell: &Shell,
) -> (Vec<Listing<'a>>, Option<Link>) {
    let whole = |(tag, group): &'a (Option<&'a str>, Vec<&'a OperationRow>)| -> Listing<'a> {
        (*tag, group.len(), group)
    };
    let operations: usize = groups.iter().map(|(_, group)| group.len()).sum();
    if operations <= WHOLE_MAX {
        return (groups.iter().map(whole).collect(), None);
    }
    let from = passed_over(&query.from);
    let window = |lines: usize| from.min(lines)..from.saturating_add(LISTED_MAX).min(lines);
    let open = query.tag.as_deref();
    let alone = groups
        .iter()
        .find(|(tag, _)| groups.len() == 1 || open == Some(address(*tag)));
    match alone {
        Some((tag, group)) => (
            vec![(*tag, group.len(), &group[window(group.len())])],
            further(from, group.len(), &group_page(*tag, base, shell)),
        ),
        None => (
            groups[window(groups.len())]
                .iter()
                .map(|(tag, group)| (*tag, group.len(), &[][..]))
                .collect(),
            further(from, groups.len(), &shell.to(base)),
        ),
    }
}

/// `GET /apis/{api}/{version}/reference`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version]): Path<2>,
    Query(query): Query<ReferenceQuery>,
) -> Result<ReferencePage, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::catalogue_api(visitor.db(), &viewer, &api).await?;
    let operations = catalogue::find_operations(visitor.db(), &viewer, &api, &version).await?;
    let description = catalogue::get_description(visitor.db(), &viewer, &api, &version).await?;
    let shell = visitor.shell().await?.at("apis");
    let base = format!("/apis/{}/{version}/reference", found.entry.slug);
    let rail = rail(&operations, &base, &shell, (query.tag.as_deref(), &query.q));
    let groups = by_tag(&operations);
    let (groups, more) = listed(&groups, &query, &base, &shell);
    let groups = groups
        .into_iter()
        .map(|(tag, count, operations)| Group {
            label: label(tag),
            count: t!("reference-operations-count", count = count),
            href: group_page(tag, &base, &shell),
            operations: operations
                .iter()
                .map(|one| link(one, &base, &shell, false))
                .collect(),
        })
        .collect();
    Ok(ReferencePage {
        crumbs: Crumbs::new(
            t!("reference-here"),
            vec![
                Link::new(t!("word-apis"), shell.to("/apis")),
                Link::new(
                    found.entry.name.clone(),
                    shell.to(&format!("/apis/{}", found.entry.slug)),
                ),
            ],
        ),
        title: t!("reference-title", api = &found.entry.name),
        description: to_html_within(&description, DESCRIPTION_ELEMENTS_MAX)
            .as_str()
            .to_owned(),
        authentication: t!("reference-authentication"),
        addresses: addresses::lines(
            visitor.portal(),
            &found.environments,
            &found.entry.slug,
            &version,
        ),
        groups,
        more,
        llms: shell.to(&format!("/apis/{}/{version}/llms.txt", found.entry.slug)),
        download: shell.to(&format!("/apis/{}/{version}/spec", found.entry.slug)),
        rail,
        api_name: found.entry.name,
        version,
        shell,
    })
}

/// `GET /apis/{api}/{version}/spec`: the document as it was published, as a download.
pub(crate) async fn download(
    visitor: Visitor,
    Path([api, version]): Path<2>,
) -> Result<Response, PageError> {
    let (format, bytes) =
        catalogue::download_spec(visitor.db(), &visitor.viewer()?, &api, &version).await?;
    tracing::debug!(%format, "a description is downloaded");
    let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    let (media_type, extension) = if is_json {
        ("application/json", "json")
    } else {
        ("application/yaml", "yaml")
    };
    let safe = |text: &str| -> String {
        text.chars()
            .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
            .collect()
    };
    let name = format!(
        "attachment; filename=\"{}-{}.{extension}\"",
        safe(&api),
        safe(&version)
    );
    Ok((
        [
            (CONTENT_TYPE, media_type.to_owned()),
            (CONTENT_DISPOSITION, name),
        ],
        bytes,
    )
        .into_response())
}
