//! Making an account.

use crate::address::{Query, safe_next, with_query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::account::login::Next;
use crate::pages::account::sso;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::Extension;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::accounts;
use gatehouse_control_plane::identity_providers::SignInButton;
use gatehouse_control_plane::tenants::TenantView;
use gatehouse_domain::SignupMode;
use gatehouse_language::t;

/// Name, e-mail, password.
#[derive(Template)]
#[template(path = "pages/account/signup.html")]
pub(crate) struct SignUpPage {
    pub(crate) shell: Shell,
    pub(crate) next: String,
    pub(crate) sign_in: String,
    pub(crate) faults: Faults,
    /// Other ways in.
    pub(crate) providers: Vec<SignInButton>,
    pub(crate) name: Field,
    pub(crate) email: Field,
    pub(crate) password: Field,
}

web_page!(SignUpPage, Private);

/// The same words whether or not the address already has an account.
#[derive(Template)]
#[template(path = "pages/account/sent.html")]
pub(crate) struct SentPage {
    pub(crate) shell: Shell,
    pub(crate) email: String,
}

web_page!(SentPage, Private);

/// Whether strangers may make an account here at all.
pub(crate) fn is_open(tenant: &TenantView) -> bool {
    matches!(tenant.signup_mode, SignupMode::Open | SignupMode::Domain)
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignUpForm {
    name: String,
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The page with the buttons of the tenant's identity providers; its forms may lead to them.
async fn page(
    visitor: &Visitor,
    next: &str,
    (name, email): (&str, &str),
    faults: Faults,
) -> Result<Response, PageError> {
    let shell = visitor.shell().await?;
    let providers = sso::buttons(visitor).await?;
    let targets = sso::targets(&providers);
    let page = SignUpPage {
        next: next.to_owned(),
        sign_in: shell.to(&with_query("/login", &[("next", next)])),
        providers,
        name: Field::text("name", t!("field-name"))
            .value(name)
            .max(80)
            .complete("name")
            .faults(&faults),
        email: Field::email("email", t!("field-email"))
            .value(email)
            .faults(&faults),
        password: Field::password("password", t!("field-password"), "new-password")
            .help(t!("password-rule-words"))
            .faults(&faults),
        faults,
        shell,
    };
    Ok((Extension(targets), page).into_response())
}

/// `GET /signup`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<Next>,
) -> Result<Response, PageError> {
    if visitor.user().is_some() {
        return Ok(visitor.go("/").into_response());
    }
    if !is_open(visitor.tenant()?) {
        return Ok(visitor.go("/login").into_response());
    }
    let next = safe_next(&query.next);
    page(&visitor, next, ("", ""), Faults::default()).await
}

/// `POST /signup`. The answer is the same whether or not the address has an account already.
pub(crate) async fn submit(
    visitor: Visitor,
    Form(form): Form<SignUpForm>,
) -> Result<Response, PageError> {
    let tenant = visitor.tenant()?.id;
    let input = accounts::SignUp {
        email: form.email.clone(),
        name: form.name.clone(),
        password: form.password.into(),
        ip: visitor.ip(),
    };
    match accounts::sign_up(visitor.db(), tenant, input).await {
        Ok(_) => {
            let shell = visitor.shell().await?;
            let email = form.email;
            Ok(SentPage { shell, email }.into_response())
        }
        Err(refusal) => {
            let typed = (form.name.as_str(), form.email.as_str());
            let page = page(&visitor, safe_next(&form.next), typed, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
