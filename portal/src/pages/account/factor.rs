//! `/account/security`: the second proof at sign-in, and the codes for when the app is lost.

use crate::address::{Query, safe_next, with_query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::account::login::Next;
use crate::pages::account::{passkeys, tabs};
use crate::session;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::{Flash, Tabs};
use crate::view::qr::Qr;
use crate::view::shell::Shell;
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::second_factor::{self, FactorView, SetUp};
use gatehouse_language::t;
use gatehouse_runtime::Secret;

/// The factor as it is: off, being set up, or on.
#[derive(Template)]
#[template(path = "pages/account/security.html")]
pub(crate) struct SecurityPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    /// Whether this tenant lets them into the console with one only.
    pub(crate) owed: bool,
    /// Whether they may show a passkey instead.
    pub(crate) passkey: bool,
    /// Where they were going when they were sent here.
    pub(crate) next: String,
    pub(crate) state: State,
}

web_page!(SecurityPage, Private);

pub(crate) enum State {
    Off {
        password: Field,
    },
    SettingUp {
        qr: Option<Qr>,
        /// In groups of four letters, for typing.
        secret: String,
        code: Field,
    },
    On {
        since: String,
        left: i64,
        code: Field,
    },
}

/// Recovery codes, once.
#[derive(Template)]
#[template(path = "pages/account/recovery_codes.html")]
pub(crate) struct CodesPage {
    pub(crate) shell: Shell,
    pub(crate) codes: Vec<Secret<String>>,
    pub(crate) next: String,
}

web_page!(CodesPage, Private);

pub(crate) fn code_field(faults: &Faults) -> Field {
    Field::text("code", t!("account-code"))
        .complete("one-time-code")
        .max(40)
        .faults(faults)
}

impl State {
    pub(crate) fn on(factor: &FactorView, faults: &Faults) -> Self {
        Self::On {
            since: day(factor.since),
            left: factor.recovery_codes_left,
            code: code_field(faults).help(t!("account-from-your-app-or-a-recovery")),
        }
    }

    pub(crate) fn setting_up(wanted: &SetUp, faults: &Faults) -> Self {
        let letters: Vec<char> = wanted.secret.expose().chars().collect();
        let groups: Vec<String> = letters
            .chunks(4)
            .map(|group| group.iter().collect())
            .collect();
        Self::SettingUp {
            qr: Qr::of(wanted.url.expose()),
            secret: groups.join(" "),
            code: code_field(faults).help(t!("account-the-six-digits-the-app-shows")),
        }
    }

    pub(crate) fn off(faults: &Faults) -> Self {
        Self::Off {
            password: Field::password("current", t!("account-your-password"), "current-password")
                .help(t!("account-leave-it-empty-if-you-sign"))
                .unforced()
                .faults(faults),
        }
    }
}

async fn page(visitor: &Visitor, next: &str, faults: Faults) -> Result<SecurityPage, PageError> {
    let user = visitor.own_account()?.id;
    let tenant = visitor.tenant()?.id;
    let state = match second_factor::of_person(visitor.db(), user).await? {
        Some(factor) => State::on(&factor, &faults),
        None => match second_factor::under_way(visitor.db(), tenant, user).await? {
            Some(wanted) => State::setting_up(&wanted, &faults),
            None => State::off(&faults),
        },
    };
    let shell = visitor.shell().await?;
    Ok(SecurityPage {
        tabs: tabs(&shell, "/account/security"),
        owed: visitor.owes_factor(),
        passkey: visitor.owes_factor() && passkeys::offers(visitor, user).await?,
        next: next.to_owned(),
        faults,
        state,
        shell,
    })
}

/// `GET /account/security`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<SecurityPage, PageError> {
    page(&visitor, &query.next, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Current {
    current: String,
    #[serde(default)]
    next: String,
}

/// `POST /account/security`: makes a secret for the app.
pub(crate) async fn set_up(
    visitor: Visitor,
    Form(form): Form<Current>,
) -> Result<Response, PageError> {
    let (user, tenant) = (visitor.own_account()?.id, visitor.tenant()?.id);
    let current = form.current.into();
    match second_factor::set_up(visitor.db(), tenant, user, current, visitor.ip()).await {
        Ok(()) => {
            let confirm = with_query("/account/security", &[("next", &form.next)]);
            Ok(visitor.go(&confirm).into_response())
        }
        Err(refusal) => {
            let page = page(&visitor, &form.next, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    code: String,
    #[serde(default)]
    next: String,
}

async fn codes(
    visitor: &Visitor,
    next: &str,
    codes: Vec<Secret<String>>,
) -> Result<Response, PageError> {
    let shell = visitor.shell().await?;
    let next = match next {
        "" => shell.to("/account/security"),
        next => shell.to(safe_next(next)),
    };
    Ok(CodesPage { shell, codes, next }.into_response())
}

/// `POST /account/security/confirm`: turns it on and shows the recovery codes. The session goes on under a new id.
pub(crate) async fn confirm(
    visitor: Visitor,
    Form(form): Form<Code>,
) -> Result<Response, PageError> {
    let (user, tenant) = (visitor.own_account()?.id, visitor.tenant()?.id);
    let here = session::hash_of(visitor.session()).ok_or_else(PageError::internal)?;
    let code = form.code.into();
    match second_factor::confirm(visitor.db(), tenant, user, &code, &here).await {
        Ok(made) => {
            session::prove(visitor.session(), true, visitor.now())
                .await
                .map_err(PageError::fault)?;
            codes(&visitor, &form.next, made).await
        }
        Err(refusal) => {
            let page = page(&visitor, &form.next, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

/// `POST /account/security/codes`: fresh recovery codes in place of the older ones.
pub(crate) async fn new_codes(
    visitor: Visitor,
    Form(form): Form<Code>,
) -> Result<Response, PageError> {
    let (user, tenant) = (visitor.own_account()?.id, visitor.tenant()?.id);
    let code = form.code.into();
    let made = second_factor::new_recovery_codes(visitor.db(), tenant, user, &code, visitor.ip());
    match made.await {
        Ok(made) => codes(&visitor, "", made).await,
        Err(refusal) => Ok(refused(page(&visitor, "", faults_of(refusal)?).await?)),
    }
}

/// `POST /account/security/off`
pub(crate) async fn turn_off(
    visitor: Visitor,
    Form(form): Form<Code>,
) -> Result<Response, PageError> {
    let (user, tenant) = (visitor.own_account()?.id, visitor.tenant()?.id);
    let code = form.code.into();
    match second_factor::turn_off(visitor.db(), tenant, user, &code, visitor.ip()).await {
        Ok(()) => {
            let words = Flash::care(
                t!("account-the-second-factor-is-off"),
                t!("account-your-password-alone-signs-you-in"),
            );
            visitor.tell(words).await?;
            Ok(visitor.go("/account/security").into_response())
        }
        Err(refusal) => Ok(refused(page(&visitor, "", faults_of(refusal)?).await?)),
    }
}
