//! `GET /apis/{api}/{version}/schemas`: the named schemas and the callbacks; `…/schemas/{schema}`: one schema, and where it is used.

use crate::address::{Path, Query, encode};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::further::{LISTED_MAX, further, passed_over};
use crate::pages::catalogue::schema_view::{self, SchemaPages, SchemaView};
use crate::view::code::Code;
use crate::view::parts::{Crumbs, Link};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::catalogue::{self, PartKind, PartRow};
use gatehouse_language::t;
use gatehouse_spec::{SchemaUse, UseKind, render};

/// Every named schema and callback.
#[derive(Template)]
#[template(path = "pages/catalogue/parts.html")]
pub(crate) struct PartsPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) lead: String,
    /// With what they are.
    pub(crate) parts: Vec<(Link, String)>,
    pub(crate) more: Option<Link>,
}

web_page!(PartsPage, Private);

/// One schema.
#[derive(Template)]
#[template(path = "pages/catalogue/schema.html")]
pub(crate) struct SchemaPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    /// Sanitised HTML.
    pub(crate) description: String,
    pub(crate) inside: SchemaView,
    pub(crate) example: Option<Code>,
    pub(crate) used: String,
    /// With as what.
    pub(crate) uses: Vec<(Link, String)>,
    pub(crate) more: Option<Link>,
}

web_page!(SchemaPage, Private);

/// `?from=`: how many lines are passed over.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct ListQuery {
    #[serde(default)]
    from: String,
}

/// The address of a part below its version's.
pub(super) fn path(part: &PartRow) -> String {
    match part.kind {
        PartKind::Schema => format!("/schemas/{}", encode(&part.slug)),
        PartKind::Callback => {
            format!(
                "/reference/{}/callbacks/{}",
                part.operation_slug,
                encode(&part.slug)
            )
        }
    }
}

/// `GET /apis/{api}/{version}/schemas`
pub(crate) async fn list(
    visitor: Visitor,
    Path([api, version]): Path<2>,
    Query(query): Query<ListQuery>,
) -> Result<PartsPage, PageError> {
    let viewer = visitor.viewer()?;
    let from = passed_over(&query.from);
    let range = from..from.saturating_add(LISTED_MAX);
    let found = catalogue::find_parts(visitor.db(), &viewer, &api, &version, range).await?;
    let shell = visitor.shell().await?.at("apis");
    let base = format!("/apis/{api}/{version}");
    let parts = found.rows.iter().map(|part| {
        let link = Link::new(
            part.name.clone(),
            shell.to(&format!("{base}{}", path(part))),
        );
        let what = match part.kind {
            PartKind::Schema => part.summary.clone(),
            PartKind::Callback => t!(
                "reference-callback-to",
                method = &part.method,
                address = &part.expression,
            ),
        };
        (link, what)
    });
    Ok(PartsPage {
        parts: parts.collect(),
        lead: if found.total == 0 {
            t!("reference-no-parts")
        } else {
            t!("reference-parts-count", count = found.total)
        },
        more: further(from, found.total, &shell.to(&format!("{base}/schemas"))),
        crumbs: Crumbs::new(t!("reference-parts"), trail(&shell, &base)),
        shell,
    })
}

fn trail(shell: &Shell, base: &str) -> Vec<Link> {
    vec![
        Link::new(t!("word-apis"), shell.to("/apis")),
        Link::new(t!("reference-here"), shell.to(&format!("{base}/reference"))),
    ]
}

/// `GET /apis/{api}/{version}/schemas/{schema}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, version, schema]): Path<3>,
    Query(query): Query<ListQuery>,
) -> Result<SchemaPage, PageError> {
    let viewer = visitor.viewer()?;
    let found = catalogue::get_schema(visitor.db(), &viewer, &api, &version, &schema).await?;
    let shell = visitor.shell().await?.at("apis");
    let base = format!("/apis/{}/{}", found.api.slug, found.version);
    let list = shell.to(&format!("{base}/schemas"));
    let page = render::SchemaPage::from_fragment(&found.fragment);
    let pages = SchemaPages::new(list.clone(), &found.schemas);
    let from = passed_over(&query.from);
    let shown = found.uses.iter().skip(from).take(LISTED_MAX);
    let mut trail = trail(&shell, &base);
    trail.push(Link::new(t!("reference-parts"), list.clone()));
    let own = format!("{list}/{}", encode(&found.slug));
    Ok(SchemaPage {
        crumbs: Crumbs::new(found.name.clone(), trail),
        description: page.description_html.as_str().to_owned(),
        inside: schema_view::root(&page.schema, &pages),
        example: page
            .example
            .map(|one| Code::json("example", t!("reference-example"), &one.text)),
        used: match (found.uses.len(), found.uses_more) {
            (0, _) => t!("reference-used-nowhere"),
            (uses, 0) => t!("reference-used-in", count = uses),
            (uses, more) => format!(
                "{} {}",
                t!("reference-used-in", count = uses),
                t!("reference-used-more", count = more)
            ),
        },
        uses: shown.map(|one| used(one, &base, &shell)).collect(),
        more: further(from, found.uses.len(), &own),
        name: found.name,
        shell,
    })
}

fn used(one: &SchemaUse, base: &str, shell: &Shell) -> (Link, String) {
    let (below, words) = match one.kind {
        UseKind::Request => ("reference", t!("reference-use-request")),
        UseKind::Response => ("reference", t!("reference-use-response")),
        UseKind::Parameter => ("reference", t!("reference-use-parameter")),
        UseKind::Callback => ("reference", t!("reference-callback")),
        UseKind::Schema => ("schemas", t!("reference-use-schema")),
    };
    let page = format!("{base}/{below}/{}", encode(&one.slug));
    (Link::new(one.label.clone(), shell.to(&page)), words)
}
