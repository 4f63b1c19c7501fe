//! Passkeys: one's own, added, renamed and removed here; and the ceremony by which one is shown, wherever that is asked for.

use crate::address::{Path, id, safe_next};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::account::{login, tabs};
use crate::session::{self, Begin};
use crate::view::form::{Faults, Field, WHOLE_FORM, faults_of};
use crate::view::parts::{Empty, Flash, Tabs};
use crate::view::shell::Shell;
use crate::view::words::{day, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::passkeys::{self, Begun, PasskeyView, RelyingParty};
use gatehouse_domain::id::UserId;
use gatehouse_language::t;
use gatehouse_web::Json;
use http::StatusCode;
use http::header::CACHE_CONTROL;

/// Somebody's passkeys, and one more.
#[derive(Template)]
#[template(path = "pages/account/passkeys.html")]
pub(crate) struct PasskeysPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    /// Whether browsers know passkeys at this address.
    pub(crate) available: bool,
    pub(crate) rows: Vec<PasskeyRow>,
    pub(crate) empty: Empty,
    pub(crate) name: Field,
}

web_page!(PasskeysPage, Private);

pub(crate) struct PasskeyRow {
    pub(crate) name: String,
    /// The path its forms lead to, without the last word.
    pub(crate) path: String,
    pub(crate) added: String,
    pub(crate) used: String,
}

impl PasskeyRow {
    pub(crate) fn of(key: PasskeyView, shell: &Shell, now: time::OffsetDateTime) -> Self {
        Self {
            path: shell.to(&format!("/account/passkeys/{}", key.id)),
            name: key.name,
            added: day(key.created_at),
            used: key
                .last_used_at
                .map_or_else(|| t!("word-never"), |at| relative(at, now)),
        }
    }
}

async fn page(visitor: &Visitor, typed: &str, faults: Faults) -> Result<PasskeysPage, PageError> {
    let keys = passkeys::list(visitor.db(), visitor.own_account()?.id).await?;
    let shell = visitor.shell().await?;
    let rows = keys
        .into_iter()
        .map(|key| PasskeyRow::of(key, &shell, visitor.now()));
    Ok(PasskeysPage {
        tabs: tabs(&shell, "/account/passkeys"),
        available: visitor.portal().passkeys().is_some(),
        rows: rows.collect(),
        empty: Empty::new(
            t!("account-no-passkey-yet"),
            t!("account-add-one-below-for-each-device"),
            None,
        ),
        name: Field::text("name", t!("word-name"))
            .max(80)
            .value(typed)
            .help(t!("account-what-you-will-know-it-by"))
            .faults(&faults),
        faults,
        shell,
    })
}

/// `GET /account/passkeys`
pub(crate) async fn show(visitor: Visitor) -> Result<PasskeysPage, PageError> {
    page(&visitor, "", Faults::default()).await
}

/// Whom passkeys here answer to; where browsers know none there is nothing to ask.
fn party(visitor: &Visitor) -> Result<&RelyingParty, PageError> {
    visitor.portal().passkeys().ok_or_else(PageError::not_found)
}

fn begun(begun: Begun) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(begun)).into_response()
}

/// `POST /account/passkeys/options`: what to ask the device on which one is added.
pub(crate) async fn begin_registration(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let holder = (visitor.tenant()?.id, visitor.own_account()?.id);
    let party = party(&visitor)?;
    let asked =
        passkeys::begin_registration(visitor.db(), party, holder, visitor.browser()).await?;
    Ok(begun(asked))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPasskey {
    name: String,
    passkey: String,
}

/// `POST /account/passkeys`: adds what the device has made.
pub(crate) async fn add(
    visitor: Visitor,
    Form(form): Form<NewPasskey>,
) -> Result<Response, PageError> {
    let holder = (visitor.tenant()?.id, visitor.own_account()?.id);
    let party = party(&visitor)?;
    if form.passkey.is_empty() {
        // The script of the page did not run.
        let faults = Faults::one(WHOLE_FORM, t!("account-your-browser-made-no-passkey-it"));
        return Ok(refused(page(&visitor, &form.name, faults).await?));
    }
    let (db, browser) = (visitor.db(), visitor.browser());
    let added =
        passkeys::finish_registration(db, party, holder, browser, &form.name, &form.passkey);
    match added.await {
        Ok(_) => {
            let words = Flash::good(
                t!("account-passkey-added"),
                t!("account-choose-use-a-passkey-when-you"),
            );
            visitor.tell(words).await?;
            Ok(visitor.go("/account/passkeys").into_response())
        }
        Err(refusal) => {
            let page = page(&visitor, &form.name, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

/// The row's one form: both buttons send the name.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Row {
    #[serde(default)]
    name: String,
}

/// `POST /account/passkeys/{passkey}/rename`
pub(crate) async fn rename(
    visitor: Visitor,
    Path([passkey]): Path<1>,
    Form(form): Form<Row>,
) -> Result<Response, PageError> {
    let (tenant, user) = (visitor.tenant()?.id, visitor.own_account()?.id);
    let done = passkeys::rename(visitor.db(), tenant, user, id(&passkey)?, &form.name).await;
    changed(&visitor, done, Flash::good(t!("account-name-changed"), "")).await
}

/// `POST /account/passkeys/{passkey}/remove`
pub(crate) async fn remove(
    visitor: Visitor,
    Path([passkey]): Path<1>,
    Form(_): Form<Row>,
) -> Result<Response, PageError> {
    let (tenant, user) = (visitor.tenant()?.id, visitor.own_account()?.id);
    let done = passkeys::remove(visitor.db(), tenant, user, id(&passkey)?).await;
    let words = Flash::care(
        t!("account-passkey-removed"),
        t!("account-it-opens-nothing-here-any-more"),
    );
    changed(&visitor, done, words).await
}

async fn changed(
    visitor: &Visitor,
    done: Result<(), Refusal>,
    words: Flash,
) -> Result<Response, PageError> {
    match done {
        Ok(()) => {
            visitor.tell(words).await?;
            Ok(visitor.go("/account/passkeys").into_response())
        }
        Err(refusal) => Ok(refused(
            page(visitor, "", faults_of(refusal)?.whole()).await?,
        )),
    }
}

/// Whether a page may offer a person their passkeys.
pub(crate) async fn offers(visitor: &Visitor, user: UserId) -> Result<bool, PageError> {
    let known = visitor.portal().passkeys().is_some();
    Ok(known && !passkeys::list(visitor.db(), user).await?.is_empty())
}

/// Who is to show one: whoever is signed in or half in, else whoever sits there.
async fn wanted(visitor: &Visitor) -> Result<Option<UserId>, PageError> {
    if let Some(user) = visitor.user() {
        return Ok(Some(user.id));
    }
    let half = session::half(visitor.session(), visitor.now()).await;
    Ok(half.map_err(PageError::fault)?.map(|half| half.user))
}

/// `POST /login/passkey/options`: what to ask the devices of this browser.
pub(crate) async fn begin_showing(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let wanted = wanted(&visitor).await?;
    let party = party(&visitor)?;
    let asked =
        passkeys::begin_showing(visitor.db(), party, wanted, visitor.browser(), visitor.ip());
    Ok(begun(asked.await?))
}

/// Judges what a device has answered, by one of `user`'s where that is known. Gives who it is.
pub(crate) async fn finish(
    visitor: &Visitor,
    user: Option<UserId>,
    answer: &str,
) -> Result<UserId, Refusal> {
    let party = visitor.portal().passkeys().ok_or(Refusal::NotFound)?;
    let shown =
        passkeys::finish_showing(visitor.db(), party, user, visitor.browser(), answer).await?;
    Ok(shown.user)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    passkey: String,
    #[serde(default)]
    next: String,
}

/// `POST /login/passkey`: signs in, with no password and no code: the device has made sure of its owner.
pub(crate) async fn sign_in(
    visitor: Visitor,
    Form(form): Form<Shown>,
) -> Result<Response, PageError> {
    let next = safe_next(&form.next);
    match finish(&visitor, wanted(&visitor).await?, &form.passkey).await {
        Ok(user) => {
            let begin = Begin {
                user,
                only: None,
                factor: session::Factor::Own,
                proved: Some(visitor.now()),
                from: visitor.from(),
            };
            session::begin(visitor.session(), begin, visitor.now())
                .await
                .map_err(PageError::fault)?;
            Ok(visitor.go(next).into_response())
        }
        Err(refusal) => {
            let page = login::page(&visitor, next, "", faults_of(refusal)?).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// `POST /account/passkeys/show`: somebody signed in with less shows one as the second factor a tenant asks for.
pub(crate) async fn strengthen(
    visitor: Visitor,
    Form(form): Form<Shown>,
) -> Result<Response, PageError> {
    let user = visitor.own_account()?.id;
    match finish(&visitor, Some(user), &form.passkey).await {
        Ok(_) => {
            session::prove(visitor.session(), true, visitor.now())
                .await
                .map_err(PageError::fault)?;
            Ok(visitor.go(safe_next(&form.next)).into_response())
        }
        Err(refusal) => Ok(refused(page(&visitor, "", faults_of(refusal)?).await?)),
    }
}
