//! `/console/apis/{api}/guides/{guide}`: writing a guide, with a preview that says what readers will see.

use crate::address::Path;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::form_page::ConfirmPage;
use crate::view::form::{Faults, Field, Hidden, faults_of};
use crate::view::parts::{Crumbs, Link};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::guides::{self, BODY_BYTES_MAX, GuideInput, GuideView};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// The form of one guide.
#[derive(Template)]
#[template(path = "pages/console/guide_form.html")]
pub(crate) struct GuideFormPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) hidden: Vec<Hidden>,
    pub(crate) fields: Vec<Field>,
    /// Sanitised HTML of what is typed, when it was asked for.
    pub(crate) preview: Option<String>,
    pub(crate) delete: Option<String>,
    pub(crate) back: String,
    pub(crate) same: Same,
}

web_page!(GuideFormPage, Private);

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GuideForm {
    #[serde(default)]
    slug: String,
    title: String,
    #[serde(default)]
    position: Option<i32>,
    #[serde(default)]
    text: String,
    /// Of the guide the form was filled from.
    #[serde(default)]
    row_version: Option<i32>,
    /// Which of the buttons was pressed.
    #[serde(default)]
    act: String,
}

impl GuideForm {
    fn of(guide: GuideView) -> Self {
        Self {
            slug: guide.line.slug,
            title: guide.line.title,
            position: Some(guide.line.position),
            text: guide.markdown,
            row_version: Some(guide.line.row_version),
            act: String::new(),
        }
    }

    fn input(&self) -> GuideInput {
        GuideInput {
            title: Some(self.title.clone()),
            position: Some(self.position.unwrap_or(0)),
            markdown: Some(self.text.clone()),
        }
    }

    fn wants_preview(&self) -> bool {
        self.act == "preview"
    }
}

fn fields(form: &GuideForm, is_new: bool, faults: &Faults) -> Vec<Field> {
    let mut fields = vec![
        Field::text("title", t!("word-title"))
            .value(&form.title)
            .max(120)
            .faults(faults),
    ];
    if is_new {
        fields.push(
            Field::text("slug", t!("word-short-name"))
                .value(&form.slug)
                .max(40)
                .help(t!("apis-guide-slug-help"))
                .faults(faults),
        );
    }
    fields.extend([
        Field::number("position", t!("apis-guide-place"))
            .optional()
            .value(form.position.map(|n| n.to_string()).unwrap_or_default())
            .help(t!("apis-guide-place-help"))
            .faults(faults),
        Field::area(
            "text",
            t!("word-text"),
            u32::try_from(BODY_BYTES_MAX).unwrap_or(u32::MAX),
        )
        .optional()
        .value(&form.text)
        .help(t!("apis-guide-text-help"))
        .faults(faults),
    ]);
    fields
}

/// The form; `guide` is the slug of the one that is changed.
async fn page(
    visitor: &Visitor,
    api: &str,
    guide: Option<&str>,
    form: &GuideForm,
    faults: Faults,
) -> Result<GuideFormPage, PageError> {
    let shell = visitor.shell().await?.console("apis");
    let base = format!("/console/apis/{api}");
    let back = shell.to(&format!("{base}/docs"));
    let heading = match guide {
        None => t!("apis-guide-write"),
        Some(_) => t!("apis-guide-named", title = &form.title),
    };
    let address = guide.unwrap_or("new");
    let preview = form.wants_preview().then(|| {
        let html = gatehouse_spec::markdown::to_html(&form.text);
        html.as_str().to_owned()
    });
    Ok(GuideFormPage {
        same: match guide {
            None => visitor.same(&[same::GUIDE_CREATE], &[("api", api)]),
            Some(guide) => visitor.same(
                &[same::GUIDE_UPDATE, same::GUIDE_DELETE],
                &[("api", api), ("guide", guide)],
            ),
        },
        crumbs: Crumbs::new(
            heading.clone(),
            vec![
                Link::new(t!("word-apis"), shell.to("/console/apis")),
                Link::new(api, shell.to(&base)),
                Link::new(t!("apis-guides-and-changelog"), back.clone()),
            ],
        ),
        heading,
        action: shell.to(&format!("{base}/guides/{address}")),
        hidden: form
            .row_version
            .map(|version| Hidden::new("row_version", version.to_string()))
            .into_iter()
            .collect(),
        fields: fields(form, guide.is_none(), &faults),
        faults,
        preview,
        delete: guide.map(|guide| shell.to(&format!("{base}/guides/{guide}/delete"))),
        back,
        shell,
    })
}

/// `GET /console/apis/{api}/guides/new`
pub(crate) async fn show_new(
    visitor: Visitor,
    Path([api]): Path<1>,
) -> Result<GuideFormPage, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    gatehouse_control_plane::apis::get_api(visitor.db(), actor, api.as_str().into()).await?;
    page(
        &visitor,
        &api,
        None,
        &GuideForm::default(),
        Faults::default(),
    )
    .await
}

/// `POST /console/apis/{api}/guides/new`
pub(crate) async fn create(
    visitor: Visitor,
    Path([api]): Path<1>,
    Form(form): Form<GuideForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    if form.wants_preview() {
        let page = page(&visitor, &api, None, &form, Faults::default()).await?;
        return Ok(page.into_response());
    }
    let made = guides::create_guide(
        visitor.db(),
        actor,
        api.as_str().into(),
        &form.slug,
        form.input(),
    );
    match made.await {
        Ok(_) => Ok(visitor
            .go(&format!("/console/apis/{api}/docs"))
            .into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("markdown", "text")]);
            Ok(refused(page(&visitor, &api, None, &form, faults).await?))
        }
    }
}

async fn found(visitor: &Visitor, api: &str, guide: &str) -> Result<GuideView, PageError> {
    visitor.require(Permission::ApiWrite)?;
    let viewer = visitor.viewer()?;
    Ok(guides::get_guide(visitor.db(), &viewer, api.into(), guide).await?)
}

/// `GET /console/apis/{api}/guides/{guide}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([api, guide]): Path<2>,
) -> Result<GuideFormPage, PageError> {
    let form = GuideForm::of(found(&visitor, &api, &guide).await?);
    page(&visitor, &api, Some(&guide), &form, Faults::default()).await
}

/// `POST /console/apis/{api}/guides/{guide}`
pub(crate) async fn update(
    visitor: Visitor,
    Path([api, guide]): Path<2>,
    Form(form): Form<GuideForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    if form.wants_preview() {
        found(&visitor, &api, &guide).await?;
        let page = page(&visitor, &api, Some(&guide), &form, Faults::default()).await?;
        return Ok(page.into_response());
    }
    let changed = guides::update_guide(
        visitor.db(),
        actor,
        api.as_str().into(),
        &guide,
        form.row_version,
        form.input(),
    );
    match changed.await {
        Ok(_) => Ok(visitor
            .go(&format!("/console/apis/{api}/docs"))
            .into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("markdown", "text")]);
            let page = page(&visitor, &api, Some(&guide), &form, faults).await?;
            Ok(refused(page))
        }
    }
}

/// `GET /console/apis/{api}/guides/{guide}/delete`
pub(crate) async fn show_delete(
    visitor: Visitor,
    Path([api, guide]): Path<2>,
) -> Result<ConfirmPage, PageError> {
    let view = found(&visitor, &api, &guide).await?;
    let shell = visitor.shell().await?.console("apis");
    let base = shell.to(&format!("/console/apis/{api}"));
    let back = format!("{base}/guides/{guide}");
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::GUIDE_DELETE], &[("api", &api), ("guide", &guide)])),
        crumbs: Crumbs::new(
            t!("word-delete"),
            vec![
                Link::new(t!("word-apis"), shell.to("/console/apis")),
                Link::new(api, base),
                Link::new(view.line.title.clone(), back.clone()),
            ],
        ),
        heading: t!("apis-delete-heading", name = &view.line.title),
        consequence: t!("apis-guide-delete-consequence"),
        faults: Faults::default(),
        action: format!("{back}/delete"),
        hidden: vec![Hidden::new(
            "row_version",
            view.line.row_version.to_string(),
        )],
        fields: Vec::new(),
        button: t!("apis-guide-delete"),
        loss: true,
        back,
        shell,
    })
}

/// What the page showed, so that a guide written anew meanwhile stays.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeleteForm {
    row_version: i32,
}

/// `POST /console/apis/{api}/guides/{guide}/delete`
pub(crate) async fn delete(
    visitor: Visitor,
    Path([api, guide]): Path<2>,
    Form(form): Form<DeleteForm>,
) -> Result<Redirect, PageError> {
    let actor = visitor.require(Permission::ApiWrite)?;
    let seen = Some(form.row_version);
    guides::delete_guide(visitor.db(), actor, api.as_str().into(), &guide, seen).await?;
    Ok(visitor.go(&format!("/console/apis/{api}/docs")))
}
