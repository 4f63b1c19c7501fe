//! Links from mails and terminals: each opens a page, and only its button uses the link up, because mail scanners follow
//! links.

use crate::address::{Path, with_query};
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::account::login::enter;
use crate::pages::account::signup::SentPage;
use crate::view::form::{Faults, Field, WHOLE_FORM, faults_of};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use gatehouse_control_plane::catalogue::{self, Viewer};
use gatehouse_control_plane::members::Accepted;
use gatehouse_control_plane::{Refusal, accounts, installation, members};
use gatehouse_language::t;
use std::borrow::Cow;

/// One button, and the fields the link needs.
#[derive(Template)]
#[template(path = "pages/account/confirm.html")]
pub(crate) struct LinkPage {
    pub(crate) shell: Shell,
    pub(crate) heading: Cow<'static, str>,
    pub(crate) lead: String,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: Cow<'static, str>,
    /// Whether a passkey does as well.
    pub(crate) passkey: bool,
}

web_page!(LinkPage, Private);

pub(crate) fn page(
    shell: Shell,
    heading: impl Into<Cow<'static, str>>,
    lead: impl Into<String>,
    action: String,
    fields: Vec<Field>,
    button: impl Into<Cow<'static, str>>,
    faults: Faults,
) -> LinkPage {
    LinkPage {
        shell,
        heading: heading.into(),
        lead: lead.into(),
        faults,
        action,
        fields,
        button: button.into(),
        passkey: false,
    }
}

/// The faults of a link; one that is used up and one that never existed are the same.
pub(crate) fn dead(refusal: Refusal) -> Result<Faults, PageError> {
    match refusal {
        Refusal::NotFound => Ok(Faults::one(WHOLE_FORM, t!("link-dead"))),
        other => faults_of(other),
    }
}

fn verify_page(shell: Shell, action: String, faults: Faults) -> LinkPage {
    page(
        shell,
        t!("verify-title"),
        t!("verify-lead"),
        action,
        Vec::new(),
        t!("verify-button"),
        faults,
    )
}

/// `GET /verify/{token}`
pub(crate) async fn show_verify(
    visitor: Visitor,
    Path([token]): Path<1>,
) -> Result<LinkPage, PageError> {
    let action = visitor.to(&format!("/verify/{token}"));
    Ok(verify_page(
        visitor.shell().await?,
        action,
        Faults::default(),
    ))
}

/// `POST /verify/{token}`: uses the link up and signs in.
pub(crate) async fn verify(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    match accounts::verify_email(visitor.db(), &token).await {
        Ok(user) => enter(&visitor, user, "/apis").await,
        Err(refusal) => {
            let faults = dead(refusal)?;
            let action = visitor.to(&format!("/verify/{token}"));
            Ok(refused(verify_page(visitor.shell().await?, action, faults)))
        }
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetupForm {
    email: String,
    name: String,
    password: String,
    tenant_name: String,
    tenant_slug: String,
}

fn setup_page(shell: Shell, action: String, form: &SetupForm, faults: Faults) -> LinkPage {
    let fields = vec![
        Field::text("name", t!("field-your-name"))
            .value(&form.name)
            .max(80)
            .complete("name")
            .faults(&faults),
        Field::email("email", t!("field-email"))
            .value(&form.email)
            .faults(&faults),
        Field::password("password", t!("field-password"), "new-password")
            .help(t!("password-rule"))
            .faults(&faults),
        Field::text("tenant_name", t!("setup-organisation"))
            .value(&form.tenant_name)
            .max(80)
            .faults(&faults),
        Field::text("tenant_slug", t!("setup-short-name"))
            .value(&form.tenant_slug)
            .max(40)
            .help(t!("setup-short-name-help"))
            .faults(&faults),
    ];
    page(
        shell,
        t!("setup-title"),
        t!("setup-lead"),
        action,
        fields,
        t!("setup-button"),
        faults,
    )
}

/// `GET /setup/{token}`
pub(crate) async fn show_setup(
    visitor: Visitor,
    Path([token]): Path<1>,
) -> Result<LinkPage, PageError> {
    let action = visitor.to(&format!("/setup/{token}"));
    Ok(setup_page(
        visitor.shell().await?,
        action,
        &SetupForm::default(),
        Faults::default(),
    ))
}

/// `POST /setup/{token}`
pub(crate) async fn setup(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(form): Form<SetupForm>,
) -> Result<Response, PageError> {
    let input = installation::FirstAdmin {
        email: form.email.clone(),
        name: form.name.clone(),
        password: form.password.clone().into(),
        tenant_name: form.tenant_name.clone(),
        tenant_slug: form.tenant_slug.clone(),
    };
    match installation::accept_first_admin(visitor.db(), &token, input).await {
        Ok((user, _)) => enter(&visitor, user, "/console").await,
        Err(refusal) => {
            let faults = dead(refusal)?;
            let action = visitor.to(&format!("/setup/{token}"));
            Ok(refused(setup_page(
                visitor.shell().await?,
                action,
                &form,
                faults,
            )))
        }
    }
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InviteForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
}

fn invite_page(
    visitor: &Visitor,
    shell: Shell,
    action: String,
    form: &InviteForm,
    faults: Faults,
) -> LinkPage {
    let fields = if visitor.user().is_some() {
        Vec::new()
    } else {
        vec![
            Field::text("name", t!("field-your-name"))
                .value(&form.name)
                .max(80)
                .complete("name")
                .faults(&faults),
            Field::password("password", t!("field-password"), "new-password")
                .help(t!("password-rule"))
                .faults(&faults),
        ]
    };
    let lead = match visitor.user() {
        Some(user) => t!("invite-signed-in-as", email = &user.email),
        None => t!("invite-lead"),
    };
    page(
        shell,
        t!("invite-title"),
        lead,
        action,
        fields,
        t!("invite-button"),
        faults,
    )
}

/// `GET /invite/{token}`
pub(crate) async fn show_invite(
    visitor: Visitor,
    Path([token]): Path<1>,
) -> Result<LinkPage, PageError> {
    let path = format!("/invite/{token}");
    let action = visitor.to(&path);
    let (faults, has_account) = match members::preview_invitation(visitor.db(), &token).await {
        Ok(preview) => (Faults::default(), preview.has_account),
        Err(refusal) => (dead(refusal)?, false),
    };
    // Whoever has an account accepts with it; the link alone must not open it.
    if has_account && visitor.user().is_none() {
        return Err(PageError::Elsewhere(
            visitor.to(&with_query("/login", &[("next", &path)])),
        ));
    }
    let shell = visitor.shell().await?;
    Ok(invite_page(
        &visitor,
        shell,
        action,
        &InviteForm::default(),
        faults,
    ))
}

/// The API they were invited to, when it is shown to them.
async fn landing(visitor: &Visitor, accepted: &Accepted) -> Result<String, PageError> {
    let (db, tenant) = (visitor.db(), accepted.tenant);
    let actor = members::actor_of_user(db, tenant, accepted.user).await?;
    let (Some(api), Some(actor)) = (&accepted.api, actor) else {
        return Ok("/apis".to_owned());
    };
    match catalogue::catalogue_api(db, &Viewer::Member(&actor), api).await {
        Ok(_) => Ok(format!("/apis/{api}")),
        Err(Refusal::NotFound) => Ok("/apis".to_owned()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /invite/{token}`
pub(crate) async fn invite(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(form): Form<InviteForm>,
) -> Result<Response, PageError> {
    let accept = match visitor.user() {
        Some(user) => members::AcceptInvitation::SignedIn(user.id),
        None => members::AcceptInvitation::New {
            name: form.name.clone(),
            password: form.password.clone().into(),
        },
    };
    match members::accept_invitation(visitor.db(), &token, accept).await {
        Ok(accepted) => {
            let next = landing(&visitor, &accepted).await?;
            enter(&visitor, accepted.user, &next).await
        }
        Err(refusal) => {
            let faults = dead(refusal)?;
            let action = visitor.to(&format!("/invite/{token}"));
            let shell = visitor.shell().await?;
            Ok(refused(invite_page(&visitor, shell, action, &form, faults)))
        }
    }
}

/// `GET /forgot`
pub(crate) async fn show_forgot(visitor: Visitor) -> Result<LinkPage, PageError> {
    let action = visitor.to("/forgot");
    let fields = vec![Field::email("email", t!("field-email"))];
    let shell = visitor.shell().await?;
    Ok(page(
        shell,
        t!("forgot-title"),
        t!("forgot-lead"),
        action,
        fields,
        t!("forgot-button"),
        Faults::default(),
    ))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForgotForm {
    email: String,
}

/// `POST /forgot`: the same answer for every address.
pub(crate) async fn forgot(
    visitor: Visitor,
    Form(form): Form<ForgotForm>,
) -> Result<SentPage, PageError> {
    accounts::request_password_reset(visitor.db(), visitor.tenant()?.id, &form.email).await?;
    Ok(SentPage {
        shell: visitor.shell().await?,
        email: form.email,
    })
}

fn reset_page(shell: Shell, action: String, faults: Faults) -> LinkPage {
    let fields = vec![
        Field::password("password", t!("field-new-password"), "new-password")
            .help(t!("password-rule"))
            .faults(&faults),
    ];
    page(
        shell,
        t!("reset-title"),
        t!("reset-lead"),
        action,
        fields,
        t!("reset-button"),
        faults,
    )
}

/// `GET /reset/{token}`
pub(crate) async fn show_reset(
    visitor: Visitor,
    Path([token]): Path<1>,
) -> Result<LinkPage, PageError> {
    let action = visitor.to(&format!("/reset/{token}"));
    Ok(reset_page(
        visitor.shell().await?,
        action,
        Faults::default(),
    ))
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResetForm {
    password: String,
}

/// `POST /reset/{token}`
pub(crate) async fn reset(
    visitor: Visitor,
    Path([token]): Path<1>,
    Form(form): Form<ResetForm>,
) -> Result<Response, PageError> {
    match accounts::reset_password(visitor.db(), &token, &form.password.into()).await {
        Ok(user) => enter(&visitor, user, "/").await,
        Err(refusal) => {
            let faults = dead(refusal)?;
            let action = visitor.to(&format!("/reset/{token}"));
            Ok(refused(reset_page(visitor.shell().await?, action, faults)))
        }
    }
}
