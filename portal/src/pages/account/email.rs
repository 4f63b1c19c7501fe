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

async fn page(visitor: &Visitor, typed: &str, faults: Faults) -> Result<AccountForm, PageError> {
    let fields = vec![
        Field::email("email", "New address")
            .complete("email")
            .value(typed)
            .faults(&faults),
        Field::password("current", "Your password", "current-password").faults(&faults),
    ];
    let asked = Asked {
        path: "/account/email",
        title: "E-mail address",
        note: "A link goes to the new address. The one you have now is told, and can take the change back for 7 days.",
        fields,
        button: "Send link".into(),
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
            let rest = format!(
                "Open the link that was sent to {}. Until then nothing changes.",
                form.email.trim()
            );
            visitor.tell(Flash::info("Check your mail.", rest)).await?;
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
        "Confirm your new address",
        "You sign in with it from now on, and mail goes there.",
        visitor.to(&format!("/account/email/confirm/{token}")),
        Vec::new(),
        "Use this address",
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
                "Your address was changed.",
                "The one before got a link that takes it back for 7 days.",
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
        "Take your account back",
        "It gets this address again and every session ends. Then you choose another password.",
        visitor.to(&format!("/account/email/undo/{token}")),
        Vec::new(),
        "Take it back",
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
