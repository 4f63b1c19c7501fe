//! Signing in with an identity provider: the button, the way back, and the two proofs a newcomer may owe.

use crate::address::{Path, Query, id, safe_next};
use crate::cookies;
use crate::form::{Form, Nothing};
use crate::headers::FormTargets;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::account::confirm::{LinkPage, page};
use crate::pages::account::login;
use crate::pages::account::signup::SentPage;
use crate::session;
use crate::view::form::{Faults, Field, WHOLE_FORM, faults_of};
use crate::visitor::Visitor;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::identity_providers::{self, SignInButton};
use gatehouse_control_plane::oidc::{self, Arrived, Callback, Confirmed, PendingIdentity};
use gatehouse_domain::id::UserId;
use gatehouse_language::t;
use gatehouse_runtime::random;
use http::StatusCode;
use http::header::SET_COOKIE;
use time::OffsetDateTime;
use uuid::Uuid;

/// The cookie lives as long as the mailed link does.
const COOKIE_S: u32 = 3_600;

/// The providers of the tenant looked at; none where there is no tenant yet.
pub(crate) async fn buttons(visitor: &Visitor) -> Result<Vec<SignInButton>, PageError> {
    match visitor.tenant() {
        Ok(tenant) => Ok(identity_providers::sign_in_buttons(visitor.db(), tenant.id).await?),
        Err(_) => Ok(Vec::new()),
    }
}

/// Where their forms lead.
pub(crate) fn targets(buttons: &[SignInButton]) -> FormTargets {
    let origins = buttons
        .iter()
        .map(|button| button.authorization_origin.clone());
    FormTargets(origins.collect())
}

/// The one address a provider may send people back to.
fn redirect_of(visitor: &Visitor, provider: &str) -> Result<String, PageError> {
    let tenant = &visitor.tenant()?.slug;
    let path = format!("/login/sso/{provider}/callback");
    Ok(visitor.portal().url_of(tenant, &path))
}

/// The value of the browser's own cookie, when it has one of ours.
fn browser_of<'a>(visitor: &Visitor, headers: &'a HeaderMap) -> Option<&'a str> {
    cookies::read(headers, visitor.portal().flow_cookie())
        .filter(|value| value.len() == random::TOKEN_LENGTH)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Begin {
    #[serde(default)]
    next: String,
    /// Whether the provider is to ask even somebody it knows.
    #[serde(default)]
    again: bool,
}

/// `POST /login/sso/{provider}`
pub(crate) async fn begin(
    visitor: Visitor,
    Path([provider]): Path<1>,
    headers: HeaderMap,
    Form(form): Form<Begin>,
) -> Result<Response, PageError> {
    let tenant = visitor.tenant()?.id;
    let browser = browser_of(&visitor, &headers).map_or_else(random::token, ToOwned::to_owned);
    let redirect = redirect_of(&visitor, &provider)?;
    let next = safe_next(&form.next);
    let begun = oidc::begin(
        visitor.db(),
        visitor.portal().issuers(),
        (tenant, &provider),
        &redirect,
        &browser,
        next,
        form.again,
    );
    let begun = match begun.await {
        Ok(begun) => begun,
        Err(refusal) => return again(&visitor, next, refusal).await,
    };
    let mut response = Redirect::to(&begun.url).into_response();
    let name = visitor.portal().flow_cookie();
    if let Some(cookie) = cookies::set(visitor.portal(), name, &browser, Some(COOKIE_S)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(response)
}

/// The sign-in page again, with what went wrong; nobody is signed in.
async fn again(visitor: &Visitor, next: &str, refusal: Refusal) -> Result<Response, PageError> {
    if matches!(refusal, Refusal::NotFound) {
        return Err(PageError::not_found());
    }
    let faults = faults_of(refusal)?;
    // A fault of one field has no field to stand at here.
    let words = faults
        .of("email")
        .map_or(faults, |words| Faults::one(WHOLE_FORM, words));
    let page = login::page(visitor, next, "", words).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Default, serde::Deserialize)]
pub(crate) struct Back {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    iss: Option<String>,
}

/// `GET /login/sso/{provider}/callback`
pub(crate) async fn finish(
    visitor: Visitor,
    Path([provider]): Path<1>,
    headers: HeaderMap,
    Query(back): Query<Back>,
) -> Result<Response, PageError> {
    let tenant = visitor.tenant()?.id;
    let redirect = redirect_of(&visitor, &provider)?;
    let callback = Callback {
        state: back.state,
        code: back.code,
        error: back.error,
        iss: back.iss,
    };
    let arrived = oidc::finish(
        visitor.db(),
        visitor.portal().issuers(),
        (tenant, &provider),
        &redirect,
        browser_of(&visitor, &headers).unwrap_or_default(),
        callback,
    );
    match arrived.await {
        Ok(Arrived::SignedIn {
            user,
            next,
            shown,
            confined,
        }) => enter(&visitor, (user, shown), confined, &next).await,
        Ok(Arrived::ProveAccount { pending }) => Ok(visitor
            .go(&format!("/login/connect/{pending}"))
            .into_response()),
        Ok(Arrived::ConfirmMail { email }) => {
            let shell = visitor.shell().await?;
            Ok(SentPage { shell, email }.into_response())
        }
        Err(refusal) => again(&visitor, "/", refusal).await,
    }
}

/// Begins a session, confined to this tenant where only its own provider vouches. Whoever the provider let through without asking
/// has not shown who they are.
async fn enter(
    visitor: &Visitor,
    (user, shown): (UserId, Option<OffsetDateTime>),
    confined: bool,
    next: &str,
) -> Result<Response, PageError> {
    let only = confined.then_some(visitor.tenant()?.id);
    let begin = session::Begin {
        user,
        only,
        factor: session::Factor::Vouched,
        proved: shown,
        from: visitor.from(),
    };
    login::enter_as(visitor, begin, safe_next(next)).await
}

fn connect_page(
    shell: crate::view::shell::Shell,
    action: String,
    waiting: &PendingIdentity,
    faults: Faults,
) -> LinkPage {
    let lead = t!(
        "account-has-an-account-here-already-enter",
        email = &waiting.email,
        provider = &waiting.provider
    );
    let password = Field::password("password", t!("account-password"), "current-password");
    page(
        shell,
        t!("account-connect-your-account"),
        lead,
        action,
        vec![password],
        t!("account-connect-and-sign-in"),
        faults,
    )
}

/// `GET /login/connect/{pending}`
pub(crate) async fn show_connect(
    visitor: Visitor,
    Path([pending]): Path<1>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let pending: Uuid = id(&pending)?;
    let browser = browser_of(&visitor, &headers).unwrap_or_default();
    let waiting =
        oidc::preview_identity(visitor.db(), visitor.tenant()?.id, pending, browser).await;
    let Ok(waiting) = waiting else {
        return Err(PageError::not_found());
    };
    let action = visitor.to(&format!("/login/connect/{pending}"));
    let shell = visitor.shell().await?;
    Ok(connect_page(shell, action, &waiting, Faults::default()).into_response())
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Password {
    password: String,
}

/// `POST /login/connect/{pending}`: the account's own password is the proof.
pub(crate) async fn connect(
    visitor: Visitor,
    Path([pending]): Path<1>,
    headers: HeaderMap,
    Form(form): Form<Password>,
) -> Result<Response, PageError> {
    let pending: Uuid = id(&pending)?;
    let tenant = visitor.tenant()?.id;
    let browser = browser_of(&visitor, &headers).unwrap_or_default();
    let Ok(waiting) = oidc::preview_identity(visitor.db(), tenant, pending, browser).await else {
        return Err(PageError::not_found());
    };
    let connected = oidc::connect_identity(
        visitor.db(),
        visitor.portal().issuers(),
        (tenant, pending),
        browser,
        form.password.into(),
        visitor.ip(),
    );
    match connected.await {
        Ok(confirmed) => go_on(&visitor, &confirmed).await,
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let action = visitor.to(&format!("/login/connect/{pending}"));
            let shell = visitor.shell().await?;
            Ok(refused(connect_page(shell, action, &waiting, faults)))
        }
    }
}

async fn go_on(visitor: &Visitor, confirmed: &Confirmed) -> Result<Response, PageError> {
    // A password or a mailed link was shown just now.
    let shown = (confirmed.user, Some(visitor.now()));
    enter(visitor, shown, confirmed.confined, &confirmed.next).await
}

/// `GET /login/confirm/{token}`
pub(crate) async fn show_confirm(
    visitor: Visitor,
    Path([token]): Path<1>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let browser = browser_of(&visitor, &headers).unwrap_or_default();
    let tenant = visitor.tenant()?.id;
    let waiting = oidc::preview_identity_by_mail(visitor.db(), tenant, &token, browser).await;
    let (lead, faults) = match waiting {
        Ok(waiting) => (
            t!(
                "account-you-sign-in-as-with-from",
                email = &waiting.email,
                provider = &waiting.provider
            ),
            Faults::default(),
        ),
        Err(refusal) => (t!("account-the-link-has-to-be-opened"), faults_of(refusal)?),
    };
    let action = visitor.to(&format!("/login/confirm/{token}"));
    let shell = visitor.shell().await?;
    Ok(confirm_page(shell, lead, action, faults).into_response())
}

fn confirm_page(
    shell: crate::view::shell::Shell,
    lead: String,
    action: String,
    faults: Faults,
) -> LinkPage {
    page(
        shell,
        t!("account-confirm-your-e-mail"),
        lead,
        action,
        Vec::new(),
        t!("account-confirm-and-sign-in"),
        faults,
    )
}

/// `POST /login/confirm/{token}`: uses the link up, in the browser that began only.
pub(crate) async fn confirm(
    visitor: Visitor,
    Path([token]): Path<1>,
    headers: HeaderMap,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let browser = browser_of(&visitor, &headers).unwrap_or_default();
    let tenant = visitor.tenant()?.id;
    let issuers = visitor.portal().issuers();
    match oidc::confirm_identity(visitor.db(), issuers, tenant, &token, browser).await {
        Ok(confirmed) => go_on(&visitor, &confirmed).await,
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let action = visitor.to(&format!("/login/confirm/{token}"));
            let lead = t!("account-the-link-has-to-be-opened");
            let shell = visitor.shell().await?;
            Ok(refused(confirm_page(shell, lead, action, faults)))
        }
    }
}
