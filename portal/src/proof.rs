//! Asks people again who they are before actions of high consequence: whoever walked up to an open browser stops here.
//!
//! A route in [`proved`] takes a form only from somebody who showed a password, a second factor or a passkey within
//! [`GOOD_FOR`]. Others get a page that asks for it. What they had typed is in that page, and goes on to the same address
//! together with the proof; the handler never sees the difference. What is secret is in no page: it is entered again there.

use crate::form::{self, FORM_BYTES_MAX, is_form};
use crate::headers::FormTargets;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::account::{passkeys, sso};
use crate::pages::console::policies::credentials;
use crate::pages::console::policies::form::may_sign;
use crate::portal::Portal;
use crate::session;
use crate::view::form::{Faults, Field, faults_of};
use crate::view::shell::{Shell, capital};
use crate::visitor::Visitor;
use askama::Template;
use axum::body::Body;
use axum::extract::{RawPathParams, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::MethodRouter;
use axum::{Extension, body};
use bytes::Bytes;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::accounts::{self, Provable};
use gatehouse_control_plane::applications;
use gatehouse_control_plane::identity_providers::SignInButton;
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind};
use http::StatusCode;
use std::collections::{BTreeMap, BTreeSet};
use time::Duration;

/// How long a proof is good for.
const GOOD_FOR: Duration = Duration::minutes(15);

/// The field of a typed proof, of what a passkey has answered, and of the names of what is to be entered again. No form of
/// ours has fields of these names.
const FIELD: &str = "proof";
const PASSKEY: &str = "proof_passkey";
const AGAIN: &str = "proof_again";

/// What a field is called, in the language of the reader.
type Label = fn() -> String;

/// The fields that hold a secret, whatever is typed into them, with their labels. Any other field is one as soon as it has a
/// key that can sign, and those of a policy as soon as they have a credential of a backend.
pub(crate) const SECRET: [(&str, Label); 2] = [
    ("client_secret", || t!("shared-client-secret")),
    ("secret_value", || t!("word-value")),
];

/// A form as it was sent: names and their values.
type Typed = BTreeMap<String, Vec<String>>;

/// Asks again, then does as asked, with what had been typed.
#[derive(Template)]
#[template(path = "pages/account/prove.html")]
pub(crate) struct ProvePage {
    pub(crate) shell: Shell,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    /// What the form carries on: names and values as they were sent.
    pub(crate) kept: Vec<(String, String)>,
    /// What it does not carry on, because it may be secret.
    pub(crate) again: Vec<Field>,
    /// `None` where only an identity provider knows the person.
    pub(crate) field: Option<Field>,
    pub(crate) providers: Vec<SignInButton>,
    /// Whether they may show a passkey instead.
    pub(crate) passkey: bool,
    /// The page the form is on, inside the tenant.
    pub(crate) next: String,
}

web_page!(ProvePage, Private);

/// A route whose forms are taken from somebody only who showed lately who they are.
pub(crate) fn proved(route: MethodRouter<Portal>) -> MethodRouter<Portal> {
    route.layer(from_fn(ask))
}

/// The same where somebody acts for an application of a team they are not in. The path is `/applications/{application}/…`.
pub(crate) fn proved_for_others(route: MethodRouter<Portal>) -> MethodRouter<Portal> {
    route.layer(from_fn(ask_for_others))
}

async fn ask_for_others(
    params: RawPathParams,
    request: Request,
    next: Next,
) -> Result<Response, PageError> {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let visitor = visitor.ok_or_else(PageError::internal)?;
    // Decoded as the handler will read it: the address itself may be written in many ways.
    let mut named = params.iter().filter(|(name, _)| *name == "application");
    let application = named.next().map(|(_, value)| value).unwrap_or_default();
    let is_form = !request.method().is_safe();
    let own = match visitor.actor() {
        Ok(actor) if is_form => {
            applications::is_of_own_team(visitor.db(), actor, application.into()).await?
        }
        _ => true,
    };
    match own {
        true => Ok(next.run(request).await),
        false => ask(request, next).await,
    }
}

async fn ask(request: Request, next: Next) -> Result<Response, PageError> {
    let visitor = request.extensions().get::<Visitor>().cloned();
    let visitor = visitor.ok_or_else(PageError::internal)?;
    if request.method().is_safe() || visitor.user().is_none() {
        return Ok(next.run(request).await);
    }
    if !is_form(request.headers()) {
        return Err(PageError::of(ProblemKind::UnsupportedMediaType));
    }
    let (head, body) = request.into_parts();
    let body = body::to_bytes(body, FORM_BYTES_MAX).await.map_err(|_| {
        Problem::new(ProblemKind::BodyTooLarge).detail(t!("shared-a-form-may-have-640-kib"))
    })?;
    let mut typed = form::parse(&body);
    // Nobody is asked to confirm a form that another site made.
    let token = typed
        .remove("csrf")
        .and_then(|values| values.into_iter().next());
    if !visitor.accepts_token(&token.unwrap_or_default()) {
        return Err(PageError::of(ProblemKind::CsrfFailed));
    }
    let proof = Proof::take(&mut typed);
    let blank = left_blank(&mut typed);
    if let Some(proof) = proof {
        let faults = match blank.is_empty() {
            true => proof
                .show(&visitor)
                .await
                .err()
                .map(faults_of)
                .transpose()?,
            false => Some(Faults::default()),
        };
        if let Some(faults) = faults {
            let faults = faults.renamed(&[("code", FIELD), ("current", FIELD)]);
            let page = page(&visitor, typed, blank, faults).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    } else if !is_fresh(&visitor) {
        let page = page(&visitor, typed, blank, Faults::default()).await?;
        return Ok((StatusCode::FORBIDDEN, page).into_response());
    }
    let request = Request::from_parts(head, Body::from(without_proof(&body)));
    Ok(next.run(request).await)
}

/// In the demo anybody signs in as anybody with one click: there is nothing to show.
fn is_fresh(visitor: &Visitor) -> bool {
    let shown = visitor.proved();
    visitor.portal().is_demo() || shown.is_some_and(|shown| visitor.now() - shown < GOOD_FOR)
}

/// What was to be entered again, and was not. The form had it when it was first sent, so it is not taken without.
fn left_blank(typed: &mut Typed) -> BTreeSet<String> {
    let asked = typed.remove(AGAIN).unwrap_or_default().into_iter();
    let is_blank = |name: &String| {
        let mut values = typed.get(name).into_iter().flatten();
        values.all(|value| value.trim().is_empty())
    };
    asked.filter(is_blank).collect()
}

/// Takes out of a form what no page may show again, and names it.
fn withhold(typed: &mut Typed) -> BTreeSet<String> {
    let is_secret = |name: &str| SECRET.iter().any(|(secret, _)| *secret == name);
    let kind = typed.get("kind").and_then(|kinds| kinds.first()).cloned();
    let holds_secret = |name: &String, values: &mut Vec<String>| {
        let mut said = values.iter().filter(|value| !value.is_empty());
        said.any(|value| {
            is_secret(name)
                || may_sign(value)
                || credentials::is_typed_in(kind.as_deref(), name, value)
        })
    };
    let secret = typed.extract_if(.., holds_secret);
    secret.map(|(name, _)| name).collect()
}

/// The control for something that is not carried on. What its own form calls it is known of few.
fn once_more(name: String) -> Field {
    let help = t!("shared-it-may-be-secret-so-this");
    let secret = SECRET.iter().find(|(secret, _)| *secret == name);
    if let Some(&(name, label)) = secret {
        // As long as the longest of them.
        return Field::password(name, label(), "off").max(2_048).help(help);
    }
    let label = match name.as_str() {
        "jwks" => t!("shared-public-keys"),
        "request_set" => t!("shared-set-on-requests"),
        other => capital(&other.replace('_', " ")),
    };
    let max = u32::try_from(FORM_BYTES_MAX).unwrap_or(u32::MAX);
    Field::area(name, label, max).help(t!(
        "shared-enter-public",
        help = help,
        secret = "${vault:NAME}"
    ))
}

/// What was shown.
enum Proof {
    /// A password or a code.
    Typed(String),
    Passkey(String),
}

impl Proof {
    /// Takes it out of a form.
    fn take(typed: &mut Typed) -> Option<Self> {
        let mut field = |name: &str| {
            typed
                .remove(name)
                .and_then(|values| values.into_iter().next())
        };
        let (written, answer) = (field(FIELD), field(PASSKEY));
        match answer.filter(|answer| !answer.is_empty()) {
            Some(answer) => Some(Self::Passkey(answer)),
            None => written.map(Self::Typed),
        }
    }

    /// Judges it and notes it in the session.
    async fn show(self, visitor: &Visitor) -> Result<(), Refusal> {
        let (Some(user), Ok(tenant)) = (visitor.user(), visitor.tenant()) else {
            return Err(Refusal::NotFound);
        };
        let factor = match self {
            Self::Passkey(answer) => {
                passkeys::finish(visitor, Some(user.id), &answer).await?;
                true
            }
            Self::Typed(text) => {
                let (db, ip) = (visitor.db(), visitor.ip());
                let shown = accounts::prove(db, tenant.id, user.id, text.into(), ip).await?;
                shown == Provable::Code
            }
        };
        session::prove(visitor.session(), factor, visitor.now())
            .await
            .map_err(anyhow::Error::from)?;
        Ok(())
    }
}

async fn page(
    visitor: &Visitor,
    mut typed: Typed,
    blank: BTreeSet<String>,
    mut faults: Faults,
) -> Result<Response, PageError> {
    let user = visitor.account()?.id;
    let wanted = accounts::provable(visitor.db(), user).await?;
    let field = match wanted {
        Provable::Code => Some(
            Field::text(FIELD, t!("shared-code"))
                .complete("one-time-code")
                .max(40)
                .help(t!("shared-from-your-app-or-one-of")),
        ),
        Provable::Password => Some(Field::password(
            FIELD,
            t!("shared-your-password"),
            "current-password",
        )),
        Provable::Elsewhere => None,
    };
    let providers = match field {
        Some(_) => Vec::new(),
        None => sso::buttons(visitor).await?,
    };
    let targets: FormTargets = sso::targets(&providers);
    let mut again = withhold(&mut typed);
    for name in blank {
        typed.remove(&name);
        faults.add(name.clone(), t!("shared-enter-this-again"));
        again.insert(name);
    }
    typed.insert(AGAIN.to_owned(), again.iter().cloned().collect());
    let again = again
        .into_iter()
        .map(|name| once_more(name).faults(&faults));
    let again = again.collect();
    let kept = typed
        .into_iter()
        .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)));
    let page = ProvePage {
        action: visitor.to(visitor.here()),
        kept: kept.collect(),
        again,
        field: field.map(|field| field.faults(&faults)),
        faults,
        providers,
        passkey: passkeys::offers(visitor, user).await?,
        next: visitor.came_from().to_owned(),
        shell: visitor.shell().await?,
    };
    Ok((Extension(targets), page).into_response())
}

/// The form as it was sent, without what this page added.
fn without_proof(body: &Bytes) -> Bytes {
    let marks = [FIELD, PASSKEY, AGAIN].map(|name| format!("{name}="));
    let is_proof = |pair: &&[u8]| marks.iter().any(|mark| pair.starts_with(mark.as_bytes()));
    let pairs = body
        .split(|byte| *byte == b'&')
        .filter(|pair| !is_proof(pair));
    pairs.collect::<Vec<_>>().join(&b'&').into()
}

#[cfg(test)]
mod tests {
    use super::without_proof;
    use bytes::Bytes;

    #[test]
    fn the_proof_alone_is_taken_out_of_a_form() {
        let sent = Bytes::from_static(
            b"csrf=a&role=x&proof=secret&role=y%26proof=z&proof_passkey=%7B%7D&proof_again=k&reproof=1",
        );
        assert_eq!(
            without_proof(&sent),
            Bytes::from_static(b"csrf=a&role=x&role=y%26proof=z&reproof=1")
        );
    }
}
