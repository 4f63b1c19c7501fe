//! Making an account.

use crate::address::{Query, safe_next, with_query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::account::login::Next;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::accounts;
use gatehouse_control_plane::tenants::TenantView;
use gatehouse_domain::SignupMode;

/// Name, e-mail, password.
#[derive(Template)]
#[template(path = "pages/account/signup.html")]
pub(crate) struct SignUpPage {
    pub(crate) shell: Shell,
    pub(crate) next: String,
    pub(crate) sign_in: String,
    pub(crate) faults: Faults,
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

fn page(shell: Shell, next: &str, name: &str, email: &str, faults: Faults) -> SignUpPage {
    SignUpPage {
        next: next.to_owned(),
        sign_in: shell.to(&with_query("/login", &[("next", next)])),
        name: Field::text("name", "Name")
            .value(name)
            .max(80)
            .complete("name")
            .faults(&faults),
        email: Field::email("email", "E-mail").value(email).faults(&faults),
        password: Field::password("password", "Password", "new-password")
            .help("At least 15 characters. A few words are easier to keep than signs.")
            .faults(&faults),
        faults,
        shell,
    }
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
    let shell = visitor.shell().await?;
    Ok(page(shell, safe_next(&query.next), "", "", Faults::default()).into_response())
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
    };
    let refusal = accounts::sign_up(visitor.db(), tenant, input).await.err();
    let shell = visitor.shell().await?;
    match refusal {
        None => Ok(SentPage {
            shell,
            email: form.email,
        }
        .into_response()),
        Some(refusal) => {
            let faults = faults_of(refusal)?;
            let page = page(
                shell,
                safe_next(&form.next),
                &form.name,
                &form.email,
                faults,
            );
            Ok(refused(page))
        }
    }
}
