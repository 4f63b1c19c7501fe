//! `/platform/tenants`.

use crate::address::{Path, Query};
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::Action;
use crate::pages::form_page::ConfirmPage;
use crate::pages::list_of::{After, older};
use crate::view::form::{Faults, Field, Hidden, faults_of};
use crate::view::parts::{Badge, Crumbs, Flash, Link, Pages};
use crate::view::same::{self, Same, Way};
use crate::view::shell::Shell;
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::platform::PlatformActor;
use gatehouse_control_plane::tenants::{self, CreateTenant, TenantView};
use gatehouse_domain::TenantStatus;
use gatehouse_language::t;

/// Every tenant, and the form that makes one.
#[derive(Template)]
#[template(path = "pages/platform/tenants.html")]
pub(crate) struct TenantsPage {
    pub(crate) shell: Shell,
    pub(crate) faults: Faults,
    pub(crate) name: Field,
    pub(crate) slug: Field,
    pub(crate) rows: Vec<TenantRow>,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(TenantsPage, Private);

pub(crate) struct TenantRow {
    pub(crate) href: String,
    pub(crate) name: String,
    pub(crate) slug: String,
    pub(crate) state: Badge,
    pub(crate) since: String,
    pub(crate) action: Option<Action>,
}

pub(crate) async fn platform(visitor: &Visitor) -> Result<PlatformActor, PageError> {
    visitor.actor()?;
    // Outsiders learn nothing, not even that the page exists.
    visitor.platform().await?.ok_or_else(PageError::not_found)
}

#[derive(Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TenantForm {
    name: String,
    slug: String,
}

async fn page(
    visitor: &Visitor,
    after: &After,
    form: &TenantForm,
    faults: Faults,
) -> Result<TenantsPage, PageError> {
    let who = platform(visitor).await?;
    let listed = tenants::list_tenants(visitor.db(), &who, &after.page()).await?;
    let shell = visitor.shell().await?;
    let rows: Vec<TenantRow> = listed
        .data
        .iter()
        .map(|tenant| row(tenant, visitor, &shell))
        .collect();
    Ok(TenantsPage {
        same: visitor.same(&[same::TENANT_LIST, same::TENANT_CREATE], &[]),
        name: Field::text("name", t!("word-name"))
            .value(&form.name)
            .max(80)
            .faults(&faults),
        slug: Field::text("slug", t!("word-short-name"))
            .value(&form.slug)
            .max(40)
            .help(t!("people-for-addresses-never-changes"))
            .faults(&faults),
        faults,
        pages: older("/platform/tenants", &shell, rows.len(), listed.next, after),
        rows,
        shell,
    })
}

fn row(tenant: &TenantView, visitor: &Visitor, shell: &Shell) -> TenantRow {
    TenantRow {
        href: format!("{}/", visitor.portal().base_of(&tenant.slug, false)),
        name: tenant.name.clone(),
        slug: tenant.slug.clone(),
        state: match tenant.status {
            TenantStatus::Active => Badge::good(t!("people-active")),
            TenantStatus::Suspended => Badge::care(t!("people-suspended")),
            TenantStatus::Closing => Badge::care(t!("people-closing")),
            TenantStatus::Closed => Badge::plain(t!("people-closed")),
        },
        since: day(tenant.created_at),
        action: Wanted::of(tenant).map(|wanted| Action {
            label: wanted.verb().into(),
            href: shell.to(&format!("/platform/tenants/{}/status", tenant.id)),
            help: wanted.consequence().into(),
            loss: wanted == Wanted::Suspended,
        }),
    }
}

/// `GET /platform/tenants`
pub(crate) async fn show(
    visitor: Visitor,
    Query(after): Query<After>,
) -> Result<TenantsPage, PageError> {
    page(&visitor, &after, &TenantForm::default(), Faults::default()).await
}

/// `POST /platform/tenants`
pub(crate) async fn create(
    visitor: Visitor,
    Form(form): Form<TenantForm>,
) -> Result<Response, PageError> {
    let who = platform(&visitor).await?;
    let input = CreateTenant {
        slug: form.slug.clone(),
        name: form.name.clone(),
        owner: None,
    };
    match tenants::create_tenant(visitor.db(), &who, input).await {
        Ok(made) => {
            visitor
                .tell(Flash::good(
                    t!("people-is-ready", name = &made.value.name),
                    t!("people-you-are-its-owner"),
                ))
                .await?;
            Ok(visitor.go("/platform/tenants").into_response())
        }
        Err(refusal) => {
            let page = page(&visitor, &After::default(), &form, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}

async fn found(visitor: &Visitor, tenant: &str) -> Result<TenantView, PageError> {
    let found = tenants::find_tenant(visitor.db(), &tenant.into()).await?;
    found.ok_or_else(PageError::not_found)
}

/// What this page can make of a tenant; closing one is not done here.
#[derive(Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wanted {
    Active,
    Suspended,
    /// Active again, out of one that is being closed.
    Reopened,
}

impl Wanted {
    /// What is offered to be made of a tenant as it is.
    fn of(tenant: &TenantView) -> Option<Self> {
        match tenant.status {
            TenantStatus::Active => Some(Self::Suspended),
            TenantStatus::Suspended => Some(Self::Active),
            TenantStatus::Closing => Some(Self::Reopened),
            TenantStatus::Closed => None,
        }
    }

    fn status(self) -> TenantStatus {
        match self {
            Self::Active | Self::Reopened => TenantStatus::Active,
            Self::Suspended => TenantStatus::Suspended,
        }
    }

    /// As the form sends it back.
    fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Reopened => "reopened",
        }
    }

    fn verb(self) -> String {
        match self {
            Self::Active => t!("people-lift-suspension"),
            Self::Suspended => t!("people-suspend"),
            Self::Reopened => t!("people-open-again"),
        }
    }

    fn way(self) -> Way {
        match self {
            Self::Active | Self::Reopened => same::TENANT_ACTIVATE,
            Self::Suspended => same::TENANT_SUSPEND,
        }
    }

    fn consequence(self) -> String {
        match self {
            Self::Active => t!("people-its-apis-answer-again"),
            Self::Reopened => t!("people-it-is-not-deleted-and-its"),
            Self::Suspended => {
                t!("people-every-call-to-its-apis-is")
            }
        }
    }
}

async fn status_page(
    visitor: &Visitor,
    tenant: &TenantView,
    wanted: Wanted,
    faults: Faults,
) -> Result<ConfirmPage, PageError> {
    let shell = visitor.shell().await?;
    Ok(ConfirmPage {
        same: Some(visitor.same(&[wanted.way()], &[("tenant", &tenant.slug)])),
        crumbs: Crumbs::new(
            tenant.name.clone(),
            vec![Link::new(
                t!("people-tenants"),
                shell.to("/platform/tenants"),
            )],
        ),
        heading: format!("{}: {}?", wanted.verb(), tenant.name),
        consequence: wanted.consequence(),
        action: shell.to(&format!("/platform/tenants/{}/status", tenant.id)),
        hidden: vec![Hidden::new("status", wanted.word())],
        fields: vec![
            Field::area("reason", t!("word-reason"), 500)
                .help(t!("word-why-kept"))
                .faults(&faults),
        ],
        faults,
        button: wanted.verb(),
        loss: wanted == Wanted::Suspended,
        back: shell.to("/platform/tenants"),
        shell,
    })
}

/// `GET /platform/tenants/{tenant}/status`
pub(crate) async fn show_status(
    visitor: Visitor,
    Path([tenant]): Path<1>,
) -> Result<ConfirmPage, PageError> {
    platform(&visitor).await?;
    let tenant = found(&visitor, &tenant).await?;
    let wanted = Wanted::of(&tenant).ok_or_else(PageError::not_found)?;
    status_page(&visitor, &tenant, wanted, Faults::default()).await
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatusForm {
    /// What the page offered, so that a second press or a stale page never does the opposite.
    status: Wanted,
    reason: String,
}

/// `POST /platform/tenants/{tenant}/status`
pub(crate) async fn set_status(
    visitor: Visitor,
    Path([tenant]): Path<1>,
    Form(form): Form<StatusForm>,
) -> Result<Response, PageError> {
    let who = platform(&visitor).await?;
    let tenant = found(&visitor, &tenant).await?;
    let next = form.status.status();
    match tenants::set_tenant_status(visitor.db(), &who, tenant.id, next, &form.reason).await {
        Ok(_) => {
            visitor
                .tell(Flash::good(
                    t!("people-saved"),
                    t!("people-the-gateways-are-being-told"),
                ))
                .await?;
            Ok(visitor.go("/platform/tenants").into_response())
        }
        Err(refusal) => {
            let page = status_page(&visitor, &tenant, form.status, faults_of(refusal)?).await?;
            Ok(refused(page))
        }
    }
}
