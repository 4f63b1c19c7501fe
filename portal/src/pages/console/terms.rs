//! `/console/terms`: what whoever asks for a plan accepts, in versions that never change.

use crate::address::Path;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::form_page::FormPage;
use crate::view::form::{Faults, Field, Hidden, faults_of};
use crate::view::parts::{Crumbs, Empty, Link};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::legal::{self, BODY_BYTES_MAX, CreateTerms};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// All terms.
#[derive(Template)]
#[template(path = "pages/console/terms.html")]
pub(crate) struct TermsPage {
    pub(crate) shell: Shell,
    pub(crate) may_write: bool,
    pub(crate) rows: Vec<TermsRow>,
    pub(crate) empty: Empty,
    pub(crate) same: Same,
}

web_page!(TermsPage, Private);

pub(crate) struct TermsRow {
    pub(crate) href: String,
    pub(crate) read: String,
    pub(crate) title: String,
    pub(crate) slug: String,
    pub(crate) version: i32,
    pub(crate) published: When,
}

/// `GET /console/terms`
pub(crate) async fn show(visitor: Visitor) -> Result<TermsPage, PageError> {
    visitor.require(Permission::ApiRead)?;
    let listed = legal::list_terms(visitor.db(), &visitor.viewer()?).await?;
    let shell = visitor.shell().await?.console("terms");
    let rows = listed.into_iter().map(|terms| TermsRow {
        href: shell.to(&format!("/console/terms/{}", terms.slug)),
        read: shell.to(&format!("/terms/{}", terms.slug)),
        published: When::day(terms.published_at),
        version: terms.version,
        title: terms.title,
        slug: terms.slug,
    });
    Ok(TermsPage {
        same: visitor.same(&[same::TERMS_LIST, same::TERMS_CREATE], &[]),
        rows: rows.collect(),
        may_write: shell.may_everywhere(Permission::TenantManage),
        empty: Empty::new(
            t!("access-terms-empty"),
            t!("access-terms-empty-help"),
            None,
        ),
        shell,
    })
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TermsForm {
    #[serde(default)]
    slug: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    text: String,
    /// Of the terms the form was filled from.
    #[serde(default)]
    row_version: Option<i32>,
}

/// The form: of new terms, or of the next version of those named.
async fn page(
    visitor: &Visitor,
    terms: Option<&str>,
    form: &TermsForm,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let shell = visitor.shell().await?.console("terms");
    let back = shell.to("/console/terms");
    let mut fields = Vec::new();
    if terms.is_none() {
        fields.extend([
            Field::text("title", t!("word-title"))
                .value(&form.title)
                .max(120)
                .faults(&faults),
            Field::text("slug", t!("word-short-name"))
                .value(&form.slug)
                .max(40)
                .help(t!("access-short-name-help"))
                .faults(&faults),
        ]);
    }
    let longest = u32::try_from(BODY_BYTES_MAX).unwrap_or(u32::MAX);
    fields.push(
        Field::area("text", t!("word-text"), longest)
            .value(&form.text)
            .help(t!("access-markdown"))
            .faults(&faults),
    );
    let (heading, lead, path, button) = match terms {
        None => (
            t!("access-terms-write"),
            t!("access-terms-write-lead"),
            "/console/terms/new".to_owned(),
            t!("access-terms-publish"),
        ),
        Some(slug) => (
            form.title.clone(),
            t!("access-terms-new-lead"),
            format!("/console/terms/{slug}"),
            t!("access-terms-publish-new"),
        ),
    };
    Ok(FormPage {
        same: Some(match terms {
            None => visitor.same(&[same::TERMS_CREATE], &[]),
            Some(terms) => visitor.same(&[same::TERMS_PUBLISH], &[("terms", terms)]),
        }),
        crumbs: Crumbs::new(
            heading.clone(),
            vec![Link::new(t!("rail-terms"), back.clone())],
        ),
        heading,
        lead,
        faults,
        action: shell.to(&path),
        multipart: false,
        hidden: form
            .row_version
            .map(|version| Hidden::new("row_version", version.to_string()))
            .into_iter()
            .collect(),
        fields,
        button: button.into(),
        back,
        shell,
    })
}

/// `GET /console/terms/new`
pub(crate) async fn show_new(visitor: Visitor) -> Result<FormPage, PageError> {
    visitor.require(Permission::TenantManage)?;
    page(&visitor, None, &TermsForm::default(), Faults::default()).await
}

/// `POST /console/terms/new`
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<TermsForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let input = CreateTerms {
        slug: form.slug.clone(),
        title: form.title.clone(),
        markdown: form.text.clone(),
    };
    match legal::create_terms(visitor.db(), actor, input).await {
        Ok(_) => Ok(visitor.go("/console/terms").into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("markdown", "text")]);
            Ok(refused(page(&visitor, None, &form, faults).await?))
        }
    }
}

/// `GET /console/terms/{terms}`
pub(crate) async fn show_one(
    visitor: Visitor,
    Path([terms]): Path<1>,
) -> Result<FormPage, PageError> {
    visitor.require(Permission::TenantManage)?;
    let found = legal::get_terms(visitor.db(), &visitor.viewer()?, &terms, None).await?;
    let form = TermsForm {
        slug: found.line.slug,
        title: found.line.title,
        text: found.markdown,
        row_version: Some(found.line.row_version),
    };
    page(&visitor, Some(&terms), &form, Faults::default()).await
}

/// `POST /console/terms/{terms}`
pub(crate) async fn publish(
    visitor: Visitor,
    Path([terms]): Path<1>,
    Form(mut form): Form<TermsForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let expected = form.row_version;
    match legal::publish_terms(visitor.db(), actor, &terms, expected, &form.text).await {
        Ok(_) => Ok(visitor.go("/console/terms").into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?.renamed(&[("markdown", "text")]);
            let found = legal::get_terms(visitor.db(), &visitor.viewer()?, &terms, None).await?;
            form.title = found.line.title;
            Ok(refused(page(&visitor, Some(&terms), &form, faults).await?))
        }
    }
}
