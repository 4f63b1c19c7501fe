//! The button that follows an API, and the one that stops it.

use crate::address::{Path, safe_next};
use crate::form::Form;
use crate::page_error::PageError;
use crate::view::said::says;
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::Redirect;
use gatehouse_control_plane::following;

/// Nothing for those who are not signed in.
#[derive(Debug, Clone, Default, Template)]
#[template(path = "components/follow.html")]
pub(crate) struct Follow {
    pub(crate) action: String,
    pub(crate) csrf: String,
    pub(crate) follows: bool,
    /// The page to come back to.
    pub(crate) next: String,
}

impl HtmlSafe for Follow {}
says!(Follow);

impl Follow {
    /// `page` is what the address of the API's page ends in.
    pub(crate) async fn of(
        visitor: &Visitor,
        shell: &Shell,
        api: &str,
        page: &str,
    ) -> Result<Self, PageError> {
        let Ok(actor) = visitor.actor() else {
            return Ok(Self::default());
        };
        let followed = following::list_followed(visitor.db(), actor).await?;
        Ok(Self {
            action: shell.to(&format!("/apis/{api}/follow")),
            csrf: shell.csrf_token.clone(),
            follows: followed.iter().any(|one| one.api.slug == api),
            next: format!("/apis/{api}{page}"),
        })
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FollowForm {
    /// `yes` or `no`.
    follow: String,
    #[serde(default)]
    next: String,
}

/// `POST /apis/{api}/follow`
pub(crate) async fn submit(
    visitor: Visitor,
    Path([api]): Path<1>,
    Form(form): Form<FollowForm>,
) -> Result<Redirect, PageError> {
    let (db, actor, lookup) = (visitor.db(), visitor.actor()?, api.as_str().into());
    if form.follow == "yes" {
        following::follow_api(db, actor, lookup).await?;
    } else {
        following::unfollow_api(db, actor, lookup).await?;
    }
    Ok(visitor.go(safe_next(&form.next)))
}
