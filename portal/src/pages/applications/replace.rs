//! Rotating a key with an overlap, and revoking one.

use crate::address::Path;
use crate::form::Form;
use crate::page::refused;
use crate::page_error::PageError;
use crate::pages::applications::credential::{material, public_halves};
use crate::pages::applications::key::found;
use crate::pages::applications::keys::shown;
use crate::pages::applications::show::key_crumbs;
use crate::pages::form_page::{ConfirmPage, FormPage};
use crate::sealed;
use crate::twice::{self, Once};
use crate::view::form::{Choice, Faults, Field, Hidden, faults_of};
use crate::view::words::relative;
use crate::visitor::Visitor;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::applications::ApplicationView;
use gatehouse_control_plane::credentials::{self, CredentialView, Rotate};
use gatehouse_language::t;
use gatehouse_runtime::random;

const DAY_S: i64 = 86_400;

async fn rotate_page(
    visitor: &Visitor,
    view: &ApplicationView,
    key: &CredentialView,
    faults: Faults,
) -> Result<FormPage, PageError> {
    let shell = visitor.shell().await?.at("applications");
    let base = format!("/applications/{}/keys", view.id);
    let used = key.last_used_at.map_or_else(
        || t!("applications-was-never-used"),
        |at| {
            t!(
                "applications-was-last-used",
                relative = &relative(at, visitor.now())
            )
        },
    );
    let mut fields = vec![
        Field::select(
            "overlap",
            t!("applications-the-old-key-works-for"),
            vec![
                Choice::new((7 * DAY_S).to_string(), t!("shared-7-days")),
                Choice::new(DAY_S.to_string(), t!("shared-1-day")),
                Choice::new((30 * DAY_S).to_string(), t!("shared-30-days")),
                Choice::new("0", t!("applications-not-at-all-it-has-leaked")),
            ],
        )
        .faults(&faults),
    ];
    if key.enforced {
        fields.push(end_sooner(&faults));
    }
    fields.extend(public_halves(&[key.kind], (None, None), &faults));
    Ok(FormPage {
        crumbs: key_crumbs(&t!("applications-rotate"), view, &shell),
        heading: t!("applications-replace-a-key"),
        lead: t!(
            "applications-both-keys-work-during-the-overlap",
            shown = &shown(key),
            used = &used
        ),
        action: shell.to(&format!("{base}/{}/rotate", key.id)),
        multipart: false,
        hidden: vec![Hidden::new("nonce", random::token())],
        fields,
        faults,
        button: t!("applications-make-replacement").into(),
        back: shell.to(&base),
        same: None,
        shell,
    })
}

fn end_sooner(faults: &Faults) -> Field {
    Field::select(
        "quiet_hours",
        t!("applications-end-it-sooner"),
        vec![
            Choice::new("", t!("applications-only-by-hand")),
            Choice::new("24", t!("applications-once-unused-for-a-day")),
            Choice::new("72", t!("applications-once-unused-for-3-days")),
            Choice::new("168", t!("applications-once-unused-for-7-days")),
        ],
    )
    .help(t!("applications-without-an-overlap-there-is-nothing"))
    .faults(faults)
}

/// `GET /applications/{application}/keys/{key}/rotate`
pub(crate) async fn show_rotate(
    visitor: Visitor,
    Path([app, key]): Path<2>,
) -> Result<FormPage, PageError> {
    let (view, key) = found(&visitor, &app, &key).await?;
    rotate_page(&visitor, &view, &key, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateForm {
    nonce: String,
    overlap: i64,
    #[serde(default)]
    quiet_hours: Option<i32>,
    #[serde(default)]
    public_key: Option<String>,
    #[serde(default)]
    certificate: Option<String>,
}

impl RotateForm {
    /// The page offers no overlap for one case only: the key has leaked.
    fn how(&self) -> Rotate {
        let leaked = self.overlap == 0;
        Rotate {
            overlap_s: self.overlap,
            quiet_hours: self.quiet_hours.filter(|_| !leaked),
            leaked,
        }
    }
}

/// `POST /applications/{application}/keys/{key}/rotate`
pub(crate) async fn rotate(
    visitor: Visitor,
    Path([app, key]): Path<2>,
    Form(form): Form<RotateForm>,
) -> Result<Response, PageError> {
    let (view, key) = found(&visitor, &app, &key).await?;
    let turn = match twice::begin(&visitor, &form.nonce, &key.id.to_string()).await? {
        Once::First(turn) => turn,
        Once::Again(path) => return Ok(visitor.go(&path).into_response()),
    };
    let material = material(form.public_key.as_deref(), form.certificate.as_deref());
    let (db, actor, how) = (visitor.db(), turn.actor(), form.how());
    match credentials::rotate_credential(db, actor, key.id, None, how, &material).await {
        Ok(made) => {
            let (new, text) = made.value;
            if let Some(text) = text {
                sealed::keep(&visitor, &new.id.to_string(), &text.reveal()).await?;
            }
            let path = format!("/applications/{}/keys/{}", view.id, new.id);
            twice::finish(&visitor, &turn, &path).await?;
            Ok(visitor.go_with(&path, made.change.as_ref()).into_response())
        }
        Err(refusal) => {
            twice::forget(&visitor, &turn).await?;
            let page = rotate_page(&visitor, &view, &key, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

async fn revoke_page(
    visitor: &Visitor,
    view: &ApplicationView,
    key: &CredentialView,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let shell = visitor.shell().await?.at("applications");
    let base = format!("/applications/{}/keys", view.id);
    let used = key.last_used_at.map_or_else(
        || t!("applications-it-was-never-used"),
        |at| {
            t!(
                "applications-it-was-last-used",
                relative = &relative(at, visitor.now())
            )
        },
    );
    Ok(ConfirmPage {
        crumbs: key_crumbs(&t!("applications-revoke"), view, &shell),
        heading: t!("applications-revoke-2", shown = &shown(key)),
        consequence: t!(
            "applications-calls-with-this-key-are-refused",
            name = &view.name,
            used = &used
        ),
        action: shell.to(&format!("{base}/{}/revoke", key.id)),
        hidden: Vec::new(),
        fields: vec![
            Field::text("reason", t!("word-reason"))
                .optional()
                .max(500)
                .help(t!("word-why-kept"))
                .faults(&faults),
        ],
        faults,
        button: t!("applications-revoke-key"),
        loss: true,
        back: shell.to(&base),
        same: None,
        shell,
    })
}

/// `GET /applications/{application}/keys/{key}/revoke`
pub(crate) async fn show_revoke(
    visitor: Visitor,
    Path([app, key]): Path<2>,
) -> Result<ConfirmPage, PageError> {
    let (view, key) = found(&visitor, &app, &key).await?;
    revoke_page(&visitor, &view, &key, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RevokeForm {
    #[serde(default)]
    reason: String,
}

/// `POST /applications/{application}/keys/{key}/revoke`
pub(crate) async fn revoke(
    visitor: Visitor,
    Path([app, key]): Path<2>,
    Form(form): Form<RevokeForm>,
) -> Result<Response, PageError> {
    let (view, key) = found(&visitor, &app, &key).await?;
    match credentials::revoke(visitor.db(), visitor.actor()?, key.id, &form.reason).await {
        Ok(done) => Ok(visitor
            .go_with(
                &format!("/applications/{}/keys", view.id),
                done.change.as_ref(),
            )
            .into_response()),
        Err(refusal) => {
            let page = revoke_page(&visitor, &view, &key, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
