//! `GET /terms/{terms}`: what whoever asks for a plan accepts; `POST` accepts it for access that one's team has.

use crate::address::{Path, Query, id};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::view::form::{Faults, faults_of};
use crate::view::parts::{Crumbs, Flash, Link};
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::legal;
use gatehouse_control_plane::subscriptions::{self, AcceptTerms, SubscriptionView};
use gatehouse_language::t;

/// One version of terms.
#[derive(Template)]
#[template(path = "pages/catalogue/terms.html")]
pub(crate) struct TermsPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) faults: Faults,
    pub(crate) title: String,
    pub(crate) version: i32,
    pub(crate) published: When,
    /// Sanitised HTML.
    pub(crate) html: String,
    /// Where it is accepted.
    pub(crate) accept: Option<Accept>,
}

web_page!(TermsPage, Private);

/// The form below the text: whose access it is for.
pub(crate) struct Accept {
    pub(crate) action: String,
    pub(crate) subscription: String,
    pub(crate) button: String,
    pub(crate) back: String,
}

/// `?version=&access=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Which {
    #[serde(default)]
    version: Option<i32>,
    /// The subscription that it may be accepted for.
    #[serde(default)]
    access: Option<String>,
}

/// `GET /terms/{terms}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([terms]): Path<1>,
    Query(which): Query<Which>,
) -> Result<TermsPage, PageError> {
    page(&visitor, &terms, &which, Faults::default()).await
}

async fn page(
    visitor: &Visitor,
    terms: &str,
    which: &Which,
    faults: Faults,
) -> Result<TermsPage, PageError> {
    let viewer = visitor.viewer()?;
    let found = legal::get_terms(visitor.db(), &viewer, terms, which.version).await?;
    let access = match which.access.as_deref().filter(|access| !access.is_empty()) {
        None => None,
        Some(access) => {
            let (db, actor) = (visitor.db(), visitor.actor()?);
            Some(subscriptions::get_subscription(db, actor, id(access)?).await?)
        }
    };
    let shell = visitor.shell().await?.at("apis");
    let is_due = |access: &SubscriptionView| {
        let due = access.terms_to_accept.as_ref();
        due.is_some_and(|due| due.slug == terms && due.version == found.line.version)
    };
    let accept = access.filter(is_due).map(|access| Accept {
        action: shell.to(&format!("/terms/{terms}")),
        button: t!(
            "catalogue-terms-accept",
            version = found.line.version.to_string(),
            application = &access.application.name
        ),
        back: shell.to(&format!("/requests/{}", access.id)),
        subscription: access.id.to_string(),
    });
    Ok(TermsPage {
        crumbs: Crumbs::new(
            found.line.title.clone(),
            vec![Link::new(t!("word-apis"), shell.to("/apis"))],
        ),
        faults,
        version: found.line.version,
        published: When::day(found.line.published_at),
        title: found.line.title,
        html: found.html.as_str().to_owned(),
        accept,
        shell,
    })
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptForm {
    access: String,
    version: i32,
}

/// `POST /terms/{terms}`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([terms]): Path<1>,
    Form(form): Form<AcceptForm>,
) -> Result<Response, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let input = AcceptTerms {
        terms: terms.clone(),
        version: form.version,
    };
    let subscription = id(&form.access)?;
    match subscriptions::accept_terms(db, actor, subscription, &input).await {
        Ok(_) => {
            let version = form.version.to_string();
            let words = t!("catalogue-terms-accepted", version = version);
            visitor.tell(Flash::good(words, "")).await?;
            let path = format!("/requests/{subscription}");
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            // Somebody published a newer version meanwhile: that one is shown.
            let faults = faults_of(refusal)?.whole();
            let newest = Which {
                version: None,
                access: Some(form.access),
            };
            Ok(refused(page(&visitor, &terms, &newest, faults).await?))
        }
    }
}
