//! Signing in and out.

use crate::address::{Query, safe_next, with_query};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::account::{signup, sso};
use crate::session::{self, Begin, Factor, HalfIn};
use crate::view::form::{Faults, Field, WHOLE_FORM, faults_of};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::Extension;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::identity_providers::SignInButton;
use gatehouse_control_plane::{Refusal, accounts, second_factor};
use gatehouse_domain::id::UserId;
use gatehouse_language::t;

/// Where you go on to, then e-mail and password; paste is allowed.
#[derive(Template)]
#[template(path = "pages/account/login.html")]
pub(crate) struct LoginPage {
    pub(crate) shell: Shell,
    pub(crate) going_to: Option<String>,
    pub(crate) next: String,
    pub(crate) faults: Faults,
    pub(crate) email: Field,
    pub(crate) password: Field,
    /// Other ways in.
    pub(crate) providers: Vec<SignInButton>,
    /// Whether browsers know passkeys here.
    pub(crate) passkeys: bool,
    /// Where strangers make an account, when they may; it remembers where they go on to.
    pub(crate) sign_up: Option<String>,
}

web_page!(LoginPage, Private);

/// The page with the buttons of the tenant's identity providers; its forms may lead to them.
pub(crate) async fn page(
    visitor: &Visitor,
    next: &str,
    email: &str,
    faults: Faults,
) -> Result<Response, PageError> {
    let shell = visitor.shell().await?;
    let providers = sso::buttons(visitor).await?;
    let targets = sso::targets(&providers);
    let page = LoginPage {
        providers,
        passkeys: visitor.portal().passkeys().is_some(),
        going_to: going_to(next),
        next: next.to_owned(),
        email: Field::email("email", t!("field-email"))
            .value(email)
            .faults(&faults),
        password: Field::password("password", t!("field-password"), "current-password"),
        sign_up: visitor
            .tenant()
            .is_ok_and(signup::is_open)
            .then(|| shell.to(&with_query("/signup", &[("next", next)]))),
        faults,
        shell,
    };
    Ok((Extension(targets), page).into_response())
}

/// What a deep link leads to, in words; `None` for the plain start.
fn going_to(next: &str) -> Option<String> {
    let path = next.split('?').next().unwrap_or(next);
    match path {
        _ if path.starts_with("/apis/") && path.ends_with("/request") => {
            Some(t!("sign-in-next-request"))
        }
        _ if path.starts_with("/requests/") => Some(t!("sign-in-next-your-request")),
        _ if path.starts_with("/applications") => Some(t!("sign-in-next-applications")),
        _ if path.starts_with("/console/requests") => Some(t!("sign-in-next-queue")),
        _ if path.starts_with("/console") => Some(t!("sign-in-next-console")),
        _ => None,
    }
}

/// Where somebody goes on to after signing in.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Next {
    #[serde(default)]
    pub(crate) next: String,
}

/// `GET /login`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, PageError> {
    let next = safe_next(&query.next);
    if visitor.user().is_some() {
        return Ok(visitor.go(next).into_response());
    }
    page(&visitor, next, "", Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInForm {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// `POST /login`. A wrong password and an unknown address get the same words after the same time.
pub(crate) async fn submit(
    visitor: Visitor,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let next = safe_next(&form.next).to_owned();
    let input = accounts::SignIn {
        email: form.email.clone(),
        password: form.password.into(),
        ip: visitor.ip(),
    };
    match accounts::sign_in(visitor.db(), input).await {
        Ok(user) => enter(&visitor, user, &next).await,
        Err(refusal @ (Refusal::Database(_) | Refusal::Internal(_))) => Err(refusal.into()),
        Err(refusal) => {
            let faults = match refusal {
                refusal @ Refusal::TooMany(_) => faults_of(refusal)?,
                _ => Faults::one(WHOLE_FORM, t!("sign-in-wrong")),
            };
            let page = page(&visitor, &next, &form.email, faults).await?;
            Ok(refused(page))
        }
    }
}

/// Begins a session of somebody with a password, or asks for their second factor first.
pub(crate) async fn enter(
    visitor: &Visitor,
    user: UserId,
    next: &str,
) -> Result<Response, PageError> {
    let begin = Begin {
        user,
        only: None,
        factor: Factor::Nothing,
        proved: Some(visitor.now()),
        from: visitor.from(),
    };
    enter_as(visitor, begin, next).await
}

/// The same however they proved who they are.
pub(crate) async fn enter_as(
    visitor: &Visitor,
    begin: Begin,
    next: &str,
) -> Result<Response, PageError> {
    let (session, now) = (visitor.session(), visitor.now());
    let factor = second_factor::of_person(visitor.db(), begin.user).await?;
    let (done, next) = match factor {
        None => (session::begin(session, begin, now).await, next),
        Some(_) => {
            let half = HalfIn {
                user: begin.user,
                only: begin.only,
                next: next.to_owned(),
                since: now,
            };
            (session::wait_for_code(session, half).await, "/login/code")
        }
    };
    done.map_err(PageError::fault)?;
    Ok(visitor.go(next).into_response())
}

/// `POST /logout`
pub(crate) async fn leave(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    visitor.session().flush().await.map_err(PageError::fault)?;
    Ok(visitor.go("/").into_response())
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DemoSignIn {
    email: String,
    #[serde(default)]
    next: String,
}

/// `POST /demo/sign-in`: only in the demo, only as the people its settings name.
pub(crate) async fn demo(
    visitor: Visitor,
    Form(form): Form<DemoSignIn>,
) -> Result<Response, PageError> {
    let offered = visitor
        .portal()
        .demo_people()
        .iter()
        .any(|person| person.email == form.email);
    if !visitor.portal().is_demo() || !offered {
        return Err(PageError::not_found());
    }
    let user = accounts::find_user_by_email(visitor.db(), &form.email)
        .await?
        .ok_or_else(PageError::not_found)?;
    let next = safe_next(&form.next).to_owned();
    enter(&visitor, user.id, &next).await
}
