//! Another address for one's account: asked for here, proved and taken back by mailed links.

use crate::address::Path;
use crate::form::{Form, Nothing};
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::account::confirm::{LinkPage, dead, page as link_page};
use crate::pages::account::{AccountForm, Asked, account_form};
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::Flash;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::accounts;
use gatehouse_language::t;

async fn page(visitor: &Visitor, typed: &str, faults: Faults) -> Result<AccountForm, PageError> {
    let fields = vec![
        Field::email("email", t!("account-new-address"))
            .complete("email")
            .value(typed)
            .faults(&faults),
        Field::password("current", t!("account-your-password"), "current-password").faults(&faults),
    ];
    let asked = Asked {
        path: "/account/email",
        title: t!("account-email-address"),
        note: t!("account-a-link-goes-to-the-new"),
        fields,
        button: t!("account-send-link"),
    };
    account_form(visitor, asked, faults).await
}

/// `GET /account/email`
pub(crate) async fn show(visitor: Visitor) -> Result<AccountForm, PageError> {
    page(&visitor, "", Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    email: String,
    current: String,
}

/// `POST /account/email`: the same answer for an address that has an account already.
pub(crate) async fn submit(
    visitor: Visitor,
    Form(form): Form<Wanted>,
) -> Result<Response, PageError> {
    let (user, tenant) = (visitor.own_account()?.id, visitor.tenant()?.id);
    let proof = (form.current.into(), visitor.ip());
    match accounts::request_email_change(visitor.db(), tenant, user, &form.email, proof).await {
        Ok(()) => {
            let rest = t!(
                "account-open-the-link-that-was-sent",
                trim = form.email.trim()
            );
            visitor
                .tell(Flash::info(t!("account-check-your-mail"), rest))
                .await?;
            Ok(visitor.go("/account/email").into_response())
        }
        Err(refusal) => {
            let page = page(&visitor, &form.email, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

async fn confirm_page(
    visitor: &Visitor,
    token: &str,
    faults: Faults,
) -> Result<LinkPage, PageError> {
    Ok(link_page(
        visitor.shell().await?,
        t!("account-confirm-your-new-address"),
        t!("account-you-sign-in-with-it-from"),
        visitor.to(&format!("/account/email/confirm/{token}")),
        Vec::new(),
        t!("account-use-this-address"),
        faults,
    ))
}

/// `GET /account/email/confirm/{token}`
pub(crate) async fn show_confirm(
    visitor: Visitor,
    Path([token]): Path<1>,
) -> Result<LinkPage, PageError> {
    confirm_page(&visitor, &token, Faults::default()).await
}

/// `POST /account/email/confirm/{token}`: uses the link up. It signs nobody in.
pub(crate) async fn confirm(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    match accounts::confirm_email_change(visitor.db(), &token).await {
        Ok(_) => {
            let words = Flash::good(
                t!("account-your-address-was-changed"),
                t!("account-the-one-before-got-a-link"),
            );
            visitor.tell(words).await?;
            Ok(visitor.go("/account/email").into_response())
        }
        Err(refusal) => {
            let faults = dead(refusal)?;
            Ok(refused(confirm_page(&visitor, &token, faults).await?))
        }
    }
}

async fn undo_page(visitor: &Visitor, token: &str, faults: Faults) -> Result<LinkPage, PageError> {
    Ok(link_page(
        visitor.shell().await?,
        t!("account-take-your-account-back"),
        t!("account-it-gets-this-address-again-and"),
        visitor.to(&format!("/account/email/undo/{token}")),
        Vec::new(),
        t!("account-take-it-back"),
        faults,
    ))
}

/// `GET /account/email/undo/{token}`
pub(crate) async fn show_undo(
    visitor: Visitor,
    Path([token]): Path<1>,
) -> Result<LinkPage, PageError> {
    undo_page(&visitor, &token, Faults::default()).await
}

/// `POST /account/email/undo/{token}`: uses the link up and goes on to another password.
pub(crate) async fn undo(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    match accounts::undo_email_change(visitor.db(), &token).await {
        Ok(reset) => {
            let path = format!("/reset/{}", reset.0.as_str());
            Ok(visitor.go(&path).into_response())
        }
        Err(refusal) => {
            let faults = dead(refusal)?;
            Ok(refused(undo_page(&visitor, &token, faults).await?))
        }
    }
}
