//! `/console/settings/end`: everything the tenant owns as a file, and the end of the tenant.

use crate::address::Query;
use crate::form::{Form, Nothing};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::settings::tabs;
use crate::pages::spread::{self, Changed};
use crate::view::form::{Faults, Field, WHOLE_FORM, faults_of};
use crate::view::parts::{Flash, Spread, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::tenants::{self, CLOSING_DAYS, CloseTenant};
use gatehouse_control_plane::{Refusal, long_jobs};
use gatehouse_domain::{Permission, TenantStatus};
use gatehouse_language::t;

/// What can be done before a tenant ends, and its end.
#[derive(Template)]
#[template(path = "pages/console/settings/end.html")]
pub(crate) struct EndPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) spread: Option<Spread>,
    pub(crate) export: String,
    pub(crate) faults: Faults,
    /// Closing or opening again; `None` when it is not theirs to do.
    pub(crate) act: Option<Act>,
    pub(crate) same: Same,
}

web_page!(EndPage, Private);

/// The form that ends the tenant, or takes that back.
pub(crate) struct Act {
    pub(crate) heading: String,
    pub(crate) words: String,
    pub(crate) action: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) button: String,
    pub(crate) loss: bool,
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EndForm {
    #[serde(default)]
    confirm: String,
    #[serde(default)]
    reason: String,
}

/// `GET /console/settings/end`
pub(crate) async fn show(
    visitor: Visitor,
    Query(changed): Query<Changed>,
) -> Result<EndPage, PageError> {
    visitor.require(Permission::TenantEnd)?;
    let spread = spread::of(&visitor, &changed).await?;
    let mut page = page(&visitor, &EndForm::default(), Faults::default()).await?;
    page.spread = spread;
    Ok(page)
}

async fn page(visitor: &Visitor, form: &EndForm, faults: Faults) -> Result<EndPage, PageError> {
    let shell = visitor.shell().await?.console("settings");
    let slug = visitor.tenant()?.slug.clone();
    Ok(EndPage {
        tabs: tabs("/console/settings/end", &shell),
        spread: None,
        export: shell.to("/console/settings/end/export"),
        act: act(visitor, form, &faults, &shell)?,
        faults,
        same: visitor.same(
            &[same::TENANT_EXPORT, same::TENANT_CLOSE, same::TENANT_REOPEN],
            &[("tenant", &slug)],
        ),
        shell,
    })
}

fn act(
    visitor: &Visitor,
    form: &EndForm,
    faults: &Faults,
    shell: &Shell,
) -> Result<Option<Act>, PageError> {
    let tenant = visitor.tenant()?;
    let reason = Field::area("reason", t!("word-reason"), 500)
        .value(&form.reason)
        .help(t!("word-why-kept"))
        .faults(faults);
    Ok(match tenant.status {
        TenantStatus::Active if shell.may_everywhere(Permission::OwnerManage) => Some(Act {
            heading: t!("settings-close-the-tenant"),
            words: t!(
                "settings-its-gateways-refuse-every-call-at",
                closing_days = &CLOSING_DAYS
            ),
            action: shell.to("/console/settings/end/close"),
            fields: vec![
                Field::text("confirm", t!("settings-short-name-of-the-tenant"))
                    .value(&form.confirm)
                    .complete("off")
                    .help(t!("settings-type-to-say-that-it-is", slug = &tenant.slug))
                    .faults(faults),
                reason,
            ],
            button: t!("settings-close-tenant"),
            loss: true,
        }),
        TenantStatus::Closing => Some(Act {
            heading: t!("settings-the-tenant-is-being-closed"),
            words: match tenant.purge_at {
                Some(at) => t!("settings-everything-it-owns-is-deleted-on", day = &day(at)),
                None => String::new(),
            },
            action: shell.to("/console/settings/end/reopen"),
            fields: vec![reason],
            button: t!("settings-open-tenant-again"),
            loss: false,
        }),
        _ => None,
    })
}

/// `POST /console/settings/end/export`
pub(crate) async fn export(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantEnd)?;
    match long_jobs::export_tenant(visitor.db(), actor).await {
        Ok(begun) => {
            let page = format!("/console/jobs/{}", begun.value.id);
            Ok(visitor.go(&page).into_response())
        }
        Err(Refusal::Conflict(words)) => {
            visitor
                .tell(Flash::care(t!("settings-no-other-export-began"), words))
                .await?;
            Ok(visitor.go("/console/jobs").into_response())
        }
        Err(refusal) => Err(refusal.into()),
    }
}

/// `POST /console/settings/end/close`
pub(crate) async fn close(
    visitor: Visitor,
    Form(form): Form<EndForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantEnd)?;
    let input = CloseTenant {
        confirm: form.confirm.trim().to_owned(),
        reason: form.reason.clone(),
    };
    let done = tenants::close_tenant(visitor.db(), actor, input).await;
    answer(&visitor, &form, done).await
}

/// `POST /console/settings/end/reopen`
pub(crate) async fn reopen(
    visitor: Visitor,
    Form(form): Form<EndForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantEnd)?;
    let done = tenants::reopen_tenant(visitor.db(), actor, &form.reason).await;
    answer(&visitor, &form, done).await
}

async fn answer(
    visitor: &Visitor,
    form: &EndForm,
    done: Result<gatehouse_control_plane::Changed<tenants::TenantView>, Refusal>,
) -> Result<Response, PageError> {
    let here = "/console/settings/end";
    match done {
        Ok(done) => Ok(visitor.go_with(here, done.change.as_ref()).into_response()),
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            let whole = faults.of(WHOLE_FORM).is_some();
            let faults = if whole { faults.whole() } else { faults };
            Ok(refused(page(visitor, form, faults).await?))
        }
    }
}
