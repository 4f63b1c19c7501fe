//! Choosing another password while signed in.

use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::account::{AccountForm, Asked, account_form};
use crate::session;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::parts::Flash;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::accounts;
use gatehouse_language::t;

async fn page(visitor: &Visitor, faults: Faults) -> Result<AccountForm, PageError> {
    let fields = vec![
        Field::password(
            "current",
            t!("account-current-password"),
            "current-password",
        )
        .faults(&faults),
        Field::password("password", t!("account-new-password"), "new-password")
            .help(t!("password-rule-words"))
            .faults(&faults),
    ];
    let asked = Asked {
        path: "/account/password",
        title: t!("account-password"),
        note: t!("account-every-other-session-of-yours-ends"),
        fields,
        button: t!("account-change-password"),
    };
    account_form(visitor, asked, faults).await
}

/// `GET /account/password`
pub(crate) async fn show(visitor: Visitor) -> Result<AccountForm, PageError> {
    page(&visitor, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Passwords {
    current: String,
    password: String,
}

/// `POST /account/password`
pub(crate) async fn submit(
    visitor: Visitor,
    Form(typed): Form<Passwords>,
) -> Result<Response, PageError> {
    let user = visitor.own_account()?.id;
    let here = session::hash_of(visitor.session()).ok_or_else(PageError::internal)?;
    let new_password = typed.password.into();
    let changed = accounts::change_password(
        visitor.db(),
        visitor.tenant()?.id,
        user,
        typed.current.into(),
        &new_password,
        (&here, visitor.ip()),
    );
    match changed.await {
        Ok(()) => {
            visitor
                .tell(Flash::good(
                    t!("account-password-changed"),
                    t!("account-every-other-session-of-yours-has"),
                ))
                .await?;
            Ok(visitor.go("/account/sessions").into_response())
        }
        Err(refusal) => Ok(refused(page(&visitor, faults_of(refusal)?).await?)),
    }
}
