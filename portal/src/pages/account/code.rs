//! `/login/code`: the second step of signing in.

use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::account::confirm::{LinkPage, page};
use crate::pages::account::factor::code_field;
use crate::pages::account::passkeys;
use crate::session::{self, HalfIn};
use crate::view::form::{Faults, faults_of};
use crate::view::parts::Flash;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::second_factor::{self, Passed};
use gatehouse_language::t;

/// Who has shown the first proof in this session; others begin again.
async fn half(visitor: &Visitor) -> Result<HalfIn, PageError> {
    let half = session::half(visitor.session(), visitor.now()).await;
    half.map_err(PageError::fault)?
        .ok_or_else(|| PageError::Elsewhere(visitor.to("/login")))
}

async fn form(visitor: &Visitor, half: &HalfIn, faults: Faults) -> Result<LinkPage, PageError> {
    let field = code_field(&faults).help(t!("code-help"));
    let page = page(
        visitor.shell().await?,
        t!("code-title"),
        t!("code-lead"),
        visitor.to("/login/code"),
        vec![field],
        t!("code-button"),
        faults,
    );
    Ok(LinkPage {
        passkey: passkeys::offers(visitor, half.user).await?,
        ..page
    })
}

/// `GET /login/code`
pub(crate) async fn show(visitor: Visitor) -> Result<LinkPage, PageError> {
    let half = half(&visitor).await?;
    form(&visitor, &half, Faults::default()).await
}

/// A code, or what a passkey has answered.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proof {
    #[serde(default)]
    code: String,
    #[serde(default)]
    passkey: String,
}

/// Judges it; says whether a recovery code was used up.
async fn judge(visitor: &Visitor, half: &HalfIn, proof: Proof) -> Result<bool, Refusal> {
    if !proof.passkey.is_empty() {
        passkeys::finish(visitor, Some(half.user), &proof.passkey).await?;
        return Ok(false);
    }
    let tenant = visitor.tenant().map_err(|_| Refusal::NotFound)?.id;
    let code = proof.code.into();
    let passed = second_factor::check(visitor.db(), tenant, half.user, &code, visitor.ip());
    Ok(passed.await? == Passed::Recovery)
}

/// `POST /login/code`: begins the session, under an id of its own.
pub(crate) async fn submit(
    visitor: Visitor,
    Form(proof): Form<Proof>,
) -> Result<Response, PageError> {
    let half = half(&visitor).await?;
    match judge(&visitor, &half, proof).await {
        Ok(recovery) => {
            let next = half.next.clone();
            let begin = half.proved(visitor.from(), visitor.now());
            session::begin(visitor.session(), begin, visitor.now())
                .await
                .map_err(PageError::fault)?;
            if recovery {
                let words = Flash::care(t!("code-recovery-used"), t!("code-recovery-next"));
                visitor.leave(words).await?;
            }
            Ok(visitor.go(&next).into_response())
        }
        Err(refusal) => {
            let page = form(&visitor, &half, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
