//! `/console/settings`: name, who may sign up, time zone, notice before limits tighten or versions end.

use crate::address::Query;
use crate::form::Form;
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::settings::{entries, tabs};
use crate::pages::spread::{self, Changed};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Flash, Spread, Tabs};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::tenants::{self, NOTICE_DAYS_MAX, TenantView, UpdateTenant};
use gatehouse_domain::{Permission, SignupMode};
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;

/// The tenant's own settings as one form.
#[derive(Template)]
#[template(path = "pages/console/settings/general.html")]
pub(crate) struct GeneralPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) spread: Option<Spread>,
    pub(crate) faults: Faults,
    pub(crate) action: String,
    pub(crate) row_version: i32,
    pub(crate) fields: Vec<Field>,
    pub(crate) same: Same,
}

web_page!(GeneralPage, Private);

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsForm {
    row_version: i32,
    name: String,
    signup_mode: String,
    #[serde(default)]
    email_domains: String,
    time_zone: String,
    minimum_notice_days: i32,
}

impl SettingsForm {
    fn of(tenant: &TenantView) -> Self {
        Self {
            row_version: tenant.row_version,
            name: tenant.name.clone(),
            signup_mode: tenant.signup_mode.as_str().to_owned(),
            email_domains: tenant.email_domains.join("\n"),
            time_zone: tenant.time_zone.clone(),
            minimum_notice_days: tenant.minimum_notice_days,
        }
    }

    fn fields(&self, faults: &Faults) -> Vec<Field> {
        let modes = [
            (SignupMode::Open, t!("settings-anyone")),
            (
                SignupMode::Domain,
                t!("settings-addresses-of-the-domains-below"),
            ),
            (SignupMode::Invite, t!("settings-who-was-invited")),
            (SignupMode::Closed, t!("settings-nobody")),
        ];
        vec![
            Field::text("name", t!("word-name"))
                .max(80)
                .value(&self.name)
                .faults(faults),
            Field::select(
                "signup_mode",
                t!("settings-who-may-sign-up"),
                modes
                    .map(|(mode, words)| Choice::new(mode.as_str(), words))
                    .into(),
            )
            .value(&self.signup_mode)
            .faults(faults),
            Field::area("email_domains", t!("settings-domains"), 4000)
                .optional()
                .value(&self.email_domains)
                .help(t!("settings-one-a-line-such-as-example"))
                .faults(faults),
            Field::text("time_zone", t!("settings-time-zone"))
                .max(60)
                .value(&self.time_zone)
                .help(t!("settings-such-as-europe-lisbon-quotas-of"))
                .faults(faults),
            Field::number("minimum_notice_days", t!("settings-days-of-notice"))
                .value(self.minimum_notice_days.to_string())
                .help(t!(
                    "settings-before-limits-tighten-and-versions-end",
                    notice_days_max = &NOTICE_DAYS_MAX
                ))
                .faults(faults),
        ]
    }
}

/// `GET /console/settings`; who may not change the tenant is led to the tab they may open.
pub(crate) async fn show(
    visitor: Visitor,
    Query(changed): Query<Changed>,
) -> Result<Response, PageError> {
    let actor = visitor.actor()?;
    if !actor.may(Permission::TenantManage) {
        for (needed, tab) in [
            (Permission::TokenManage, "/console/settings/tokens"),
            (Permission::TenantEnd, "/console/settings/end"),
        ] {
            if actor.may(needed) {
                return Ok(visitor.go(tab).into_response());
            }
        }
    }
    actor.require(Permission::TenantManage)?;
    let form = SettingsForm::of(visitor.tenant()?);
    let spread = spread::of(&visitor, &changed).await?;
    let mut page = page(&visitor, &form, Faults::default()).await?;
    page.spread = spread;
    Ok(page.into_response())
}

async fn page(
    visitor: &Visitor,
    form: &SettingsForm,
    faults: Faults,
) -> Result<GeneralPage, PageError> {
    let shell = visitor.shell().await?.console("settings");
    Ok(GeneralPage {
        tabs: tabs("/console/settings", &shell),
        spread: None,
        action: shell.to("/console/settings"),
        row_version: form.row_version,
        fields: form.fields(&faults),
        faults,
        same: visitor.same(
            &[same::TENANT_UPDATE],
            &[("mode", &form.signup_mode), ("zone", &form.time_zone)],
        ),
        shell,
    })
}

/// `POST /console/settings`
pub(crate) async fn submit(
    visitor: Visitor,
    Form(form): Form<SettingsForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let Some(mode) = SignupMode::parse(&form.signup_mode) else {
        return Err(PageError::of(ProblemKind::BadRequest));
    };
    let input = UpdateTenant {
        name: Some(form.name.clone()),
        signup_mode: Some(mode),
        email_domains: Some(entries(&form.email_domains)),
        time_zone: Some(form.time_zone.trim().to_owned()),
        minimum_notice_days: Some(form.minimum_notice_days),
        ..UpdateTenant::default()
    };
    match tenants::update_tenant(visitor.db(), actor, Some(form.row_version), input).await {
        Ok(done) => {
            if done.change.is_none() {
                let words = Flash::good(t!("settings-saved"), t!("settings-it-holds-from-now-on"));
                visitor.tell(words).await?;
            }
            Ok(visitor
                .go_with("/console/settings", done.change.as_ref())
                .into_response())
        }
        Err(refusal) => {
            let faults = faults_of(refusal)?;
            Ok(refused(page(&visitor, &form, faults).await?))
        }
    }
}
