//! `/console/apis/{api}/docs`: the guides of an API, and its changelog.

use crate::address::{Path, Query, id};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::catalogue::changelog::mark;
use crate::pages::console::api::head::{ApiHead, ApiTab, Opened, open};
use crate::pages::list_of::{After, older};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Empty, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, day};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::changelog::{self, BODY_MAX, EntryInput};
use gatehouse_control_plane::guides;
use gatehouse_control_plane::page::Lookup;
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// What owners write.
#[derive(Template)]
#[template(path = "pages/console/docs.html")]
pub(crate) struct DocsPage {
    pub(crate) shell: Shell,
    pub(crate) head: ApiHead,
    pub(crate) may_write: bool,
    pub(crate) new_guide: String,
    pub(crate) guides: Vec<GuideRow>,
    pub(crate) no_guides: Empty,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) entries: Vec<EntryRow>,
    pub(crate) no_entries: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(DocsPage, Private);

pub(crate) struct GuideRow {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) slug: String,
    pub(crate) position: i32,
    pub(crate) changed: When,
}

pub(crate) struct EntryRow {
    pub(crate) day: String,
    pub(crate) title: String,
    pub(crate) badge: Option<Badge>,
    pub(crate) version: String,
    /// Where it is deleted; what the product wrote stays.
    pub(crate) delete: Option<String>,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EntryForm {
    title: String,
    #[serde(default)]
    about: String,
    #[serde(default)]
    text: String,
}

fn fields(form: &EntryForm, about: Vec<Choice>, faults: &Faults) -> Vec<Field> {
    let longest = u32::try_from(BODY_MAX).unwrap_or(u32::MAX);
    vec![
        Field::text("title", t!("word-one-line"))
            .value(&form.title)
            .max(120)
            .faults(faults),
        Field::select("about", t!("apis-entry-about"), about)
            .value(&form.about)
            .faults(faults),
        Field::area("text", t!("apis-entry-more"), longest)
            .optional()
            .value(&form.text)
            .help(t!("apis-markdown"))
            .faults(faults),
    ]
}

async fn page(
    visitor: &Visitor,
    api: &str,
    after: &After,
    form: &EntryForm,
    faults: Faults,
) -> Result<DocsPage, PageError> {
    let opened = open(visitor, api, ApiTab::Docs).await?;
    let head = opened.head(ApiTab::Docs, None);
    let viewer = visitor.viewer()?;
    let Opened { view, shell } = opened;
    let lookup = || Lookup::Id(view.id);
    let guides = guides::list_guides(visitor.db(), &viewer, lookup()).await?;
    let listed = changelog::list_changelog(visitor.db(), &viewer, lookup(), &after.page()).await?;
    let base = ApiTab::Overview.path(&view.slug);
    let docs = ApiTab::Docs.path(&view.slug);
    let versions = view.versions.iter();
    let versions = versions.map(|one| Choice::new(one.label.clone(), one.label.clone()));
    let about = std::iter::once(Choice::new("", t!("apis-whole-api"))).chain(versions);
    Ok(DocsPage {
        same: visitor.same(
            &[
                same::GUIDE_CREATE,
                same::CHANGELOG_ADD,
                same::CHANGELOG_DELETE,
            ],
            &[("api", &view.slug)],
        ),
        head,
        may_write: shell.may(Permission::ApiWrite),
        new_guide: shell.to(&format!("{base}/guides/new")),
        guides: guides
            .into_iter()
            .map(|guide| GuideRow {
                href: shell.to(&format!("{base}/guides/{}", guide.slug)),
                changed: When::ago(guide.updated_at, visitor.now()),
                position: guide.position,
                title: guide.title,
                slug: guide.slug,
            })
            .collect(),
        no_guides: Empty::new(t!("apis-guides-none"), t!("apis-guides-none-words"), None),
        action: shell.to(&format!("{base}/changelog")),
        fields: fields(form, about.collect(), &faults),
        faults,
        pages: older(&docs, &shell, listed.data.len(), listed.next, after),
        entries: listed
            .data
            .into_iter()
            .map(|entry| EntryRow {
                day: day(entry.at),
                badge: mark(&entry),
                delete: (entry.kind == "note")
                    .then(|| shell.to(&format!("{base}/changelog/{}/delete", entry.id))),
                title: entry.title,
                version: entry.version.unwrap_or_default(),
            })
            .collect(),
        no_entries: Empty::new(
            t!("apis-changelog-none"),
            t!("apis-changelog-none-words"),
            None,
        ),
        shell,
    })
}

/// `GET /console/apis/{api}/docs`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api]): Path<1>,
    Query(after): Query<After>,
) -> Result<DocsPage, PageError> {
    page(
        &visitor,
        &api,
        &after,
        &EntryForm::default(),
        Faults::default(),
    )
    .await
}

/// `POST /console/apis/{api}/changelog`
pub(crate) async fn add(
    visitor: Visitor,
    Path([api]): Path<1>,
    Form(form): Form<EntryForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    let input = EntryInput {
        title: Some(form.title.clone()),
        markdown: Some(form.text.clone()),
        version: Some(form.about.clone()),
    };
    match changelog::add_entry(visitor.db(), actor, api.as_str().into(), input).await {
        Ok(_) => Ok(visitor
            .go(&format!("/console/apis/{api}/docs"))
            .into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("markdown", "text"), ("version", "about")]);
            Ok(refused(
                page(&visitor, &api, &After::default(), &form, faults).await?,
            ))
        }
    }
}

/// `POST /console/apis/{api}/changelog/{entry}/delete`
pub(crate) async fn delete(
    visitor: Visitor,
    Path([api, entry]): Path<2>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    changelog::delete_entry(visitor.db(), actor, api.as_str().into(), id(&entry)?).await?;
    Ok(visitor.go(&format!("/console/apis/{api}/docs")))
}
