//! `/console/apis/{api}/versions`: every version with its description, and publishing by upload.

use super::head::{ApiHead, ApiTab, Opened, open};
use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::publish;
use crate::pages::spread::{self, Changed};
use crate::upload::Upload;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Badge, Empty, Link, Spread};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::{day, grouped};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::versions::VersionView;
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;

/// The versions of one API, newest first, and the form that publishes.
#[derive(Template)]
#[template(path = "pages/console/api/versions.html")]
pub(crate) struct VersionsPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) versions: Vec<VersionRow>,
    pub(crate) no_versions: Empty,
    pub(crate) may_publish: bool,
    pub(crate) max_mb: u64,
    pub(crate) faults: Faults,
    pub(crate) publish: String,
    pub(crate) publish_fields: Vec<Field>,
    pub(crate) same: Same,
}

web_page!(VersionsPage, Private);

pub(crate) struct VersionRow {
    pub(crate) label: String,
    pub(crate) href: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) revision: String,
    pub(crate) operations: String,
    pub(crate) published: String,
    pub(crate) actions: Vec<Link>,
}

/// `GET /console/apis/{api}/versions`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<VersionsPage, PageError> {
    let spread = spread::of(&visitor, &changed).await?;
    page(&visitor, &api, spread, None, Faults::default()).await
}

/// The page; `upload` is one that was refused.
pub(crate) async fn page(
    visitor: &Visitor,
    api: &str,
    spread: Option<Spread>,
    upload: Option<&Upload>,
    faults: Faults,
) -> Result<VersionsPage, PageError> {
    let typed = |name| upload.map(|upload| upload.text(name)).unwrap_or_default();
    let opened = open(visitor, api, ApiTab::Versions).await?;
    let head = opened.head(ApiTab::Versions, spread);
    let Opened { view, shell } = opened;
    let suggested = match typed("version") {
        label if label.is_empty() => next_label(&view.versions),
        label => label,
    };
    let base = ApiTab::Overview.path(&view.slug);
    Ok(VersionsPage {
        same: visitor.same(
            &[same::SPEC_PUBLISH, same::SPEC_IMPORT],
            &[
                ("api", &view.slug),
                ("version", &suggested),
                ("file", "openapi.yaml"),
            ],
        ),
        head,
        versions: view
            .versions
            .iter()
            .map(|one| version_row(one, &base, &shell))
            .collect(),
        no_versions: Empty::new(t!("apis-version-none"), t!("apis-version-none-words"), None),
        may_publish: shell.may(Permission::SpecPublish),
        max_mb: visitor.portal().upload_max() >> 20,
        publish: shell.to(&ApiTab::Versions.path(&view.slug)),
        publish_fields: vec![
            Field::text("version", t!("word-version"))
                .value(suggested)
                .max(40)
                .help(t!("apis-version-label-help"))
                .faults(&faults),
        ]
        .into_iter()
        .chain(publish::sources(upload, &faults))
        .collect(),
        faults,
        shell,
    })
}

/// The newest label, as a start for the form.
fn next_label(versions: &[VersionView]) -> String {
    versions
        .first()
        .map_or_else(|| "v1".to_owned(), |version| version.label.clone())
}

fn version_row(version: &VersionView, base: &str, shell: &Shell) -> VersionRow {
    let revision = version.current_revision.as_ref();
    let action = |label: String, event: &str| {
        Link::new(
            label,
            shell.to(&format!("{base}/versions/{}/{event}", version.label)),
        )
    };
    let may = shell.may(Permission::ApiWrite);
    let actions = match version.state {
        ApiVersionState::Draft if may && revision.is_some() => {
            vec![action(t!("apis-step-publish"), "publish")]
        }
        ApiVersionState::Published if may => vec![action(t!("apis-step-deprecate"), "deprecate")],
        ApiVersionState::Deprecated if may => vec![
            action(t!("apis-step-publish-again"), "publish"),
            action(t!("apis-step-retire"), "retire"),
        ],
        _ => Vec::new(),
    };
    VersionRow {
        label: version.label.clone(),
        href: shell.to(&format!("{base}/versions/{}", version.label)),
        state: states::version(version.state),
        detail: version
            .sunset_at
            .map(|at| t!("apis-version-ends", day = day(at)))
            .unwrap_or_default(),
        revision: revision.map_or_else(
            || t!("apis-description-none"),
            |one| {
                t!(
                    "apis-description-number",
                    title = &one.title,
                    number = one.number.to_string(),
                )
            },
        ),
        operations: revision.map_or_else(String::new, |one| grouped(one.operations)),
        published: revision.map_or_else(String::new, |one| day(one.created_at)),
        actions,
    }
}
