//! `/console/requests/settings`: how long decisions may take, the reasons to start a rejection from, and who decides for
//! somebody away.

use crate::address::{Path, id};
use crate::form::{Form, Nothing, day_start, no_date};
use crate::page::{refused, web_page};
use crate::page_error::PageError;
use crate::pages::console::queue::{QueueTab, tabs};
use crate::pages::list_of::{all, every_api, everything, listable};
use crate::view::form::{Choice, Faults, Field, faults_of};
use crate::view::parts::{Badge, Empty, Flash, Tabs};
use crate::view::same::{self, Same, Way};
use crate::view::shell::Shell;
use crate::view::span::{parse_span, span_words};
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use axum::response::{IntoResponse, Response};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{
    self, ApprovalSettings, Delegate, DelegationView, SetApprovalSettings,
};
use gatehouse_control_plane::{Actor, members, teams};
use gatehouse_domain::Permission;
use gatehouse_language::t;

const PATH: &str = "/console/requests/settings";

/// Two forms: the tenant's settings, and a deputy.
#[derive(Template)]
#[template(path = "pages/console/deciding.html")]
pub(crate) struct DecidingPage {
    pub(crate) shell: Shell,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    /// Whoever may not change them reads them.
    pub(crate) may_set: bool,
    pub(crate) row_version: i32,
    pub(crate) settings: Vec<Field>,
    pub(crate) words: Vec<String>,
    pub(crate) may_delegate: bool,
    pub(crate) deputy: Vec<Field>,
    pub(crate) deputies: Vec<DeputyRow>,
    pub(crate) empty: Empty,
    pub(crate) same: Same,
}

web_page!(DecidingPage, Private);

const WAYS: &[Way] = &[
    same::APPROVAL_DEADLINES,
    same::APPROVAL_REASONS,
    same::DEPUTY_LIST,
    same::DEPUTY_NAME,
    same::DEPUTY_REVOKE,
];

pub(crate) struct DeputyRow {
    pub(crate) to: String,
    pub(crate) from: String,
    pub(crate) about: String,
    pub(crate) days: String,
    pub(crate) state: Badge,
    /// Where it is taken back, while it is not over.
    pub(crate) revoke: Option<String>,
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsForm {
    row_version: i32,
    due: String,
    #[serde(default)]
    remind: String,
    #[serde(default)]
    team: String,
    /// One a line.
    #[serde(default)]
    reasons: String,
}

impl SettingsForm {
    fn of(settings: &ApprovalSettings) -> Self {
        Self {
            row_version: settings.row_version,
            due: span_words(settings.due_s),
            remind: settings.remind_before_s.map(span_words).unwrap_or_default(),
            team: settings
                .escalation_team
                .as_ref()
                .map(|team| team.id.to_string())
                .unwrap_or_default(),
            reasons: settings.reject_reasons.join("\n"),
        }
    }

    fn read(&self) -> Result<SetApprovalSettings, Faults> {
        let mut faults = Faults::default();
        let due_s = parse_span(&self.due);
        let remind = self.remind.trim();
        let remind_before_s = parse_span(remind);
        if due_s.is_none() {
            faults.add("due", t!("access-span-rule"));
        }
        if remind_before_s.is_none() && !remind.is_empty() {
            faults.add("remind", t!("access-span-rule"));
        }
        let Some(due_s) = due_s.filter(|_| faults.is_empty()) else {
            return Err(faults);
        };
        let reasons = self.reasons.lines().map(str::trim);
        let reasons = reasons.filter(|line| !line.is_empty());
        Ok(SetApprovalSettings {
            due_s,
            remind_before_s,
            escalation_team: Some(self.team.as_str())
                .filter(|team| !team.is_empty())
                .map(Lookup::from),
            reject_reasons: Some(reasons.map(str::to_owned).collect()),
        })
    }
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeputyForm {
    to: String,
    #[serde(default)]
    api: String,
    #[serde(default)]
    starts: String,
    ends: String,
    #[serde(default)]
    why: String,
}

/// What the page was sent, and what is wrong with it.
#[derive(Default)]
struct Sent {
    settings: Option<SettingsForm>,
    deputy: DeputyForm,
    faults: Faults,
}

async fn page(visitor: &Visitor, sent: Sent) -> Result<DecidingPage, PageError> {
    let actor = visitor.require(Permission::SubscriptionRead)?;
    let db = visitor.db();
    let now = subscriptions::get_approval_settings(db, actor).await?;
    let form = sent.settings.unwrap_or_else(|| SettingsForm::of(&now));
    let listed = subscriptions::list_delegations(db, actor, &everything()).await?;
    let shell = visitor.shell().await?.console("requests");
    let may_delegate = actor.may_anywhere(Permission::SubscriptionDecide);
    Ok(DecidingPage {
        same: visitor.same(WAYS, &[]),
        tabs: tabs(QueueTab::Settings, None, &shell),
        may_set: actor.may(Permission::TenantManage),
        row_version: form.row_version,
        settings: settings_fields(&form, visitor, actor, &sent.faults).await?,
        words: settings_words(&now),
        may_delegate,
        deputy: deputy_fields(&sent.deputy, visitor, actor, &sent.faults).await?,
        deputies: listed
            .data
            .iter()
            .map(|one| row(one, visitor, &shell))
            .collect(),
        empty: Empty::new(
            t!("access-deputies-empty"),
            t!("access-deputies-empty-help"),
            None,
        ),
        faults: sent.faults,
        shell,
    })
}

fn settings_words(settings: &ApprovalSettings) -> Vec<String> {
    let remind = match settings.remind_before_s {
        Some(before) => t!("access-reminded", span = span(before)),
        None => t!("access-not-reminded"),
    };
    let told = match &settings.escalation_team {
        Some(team) => t!("access-late-team", team = &team.name),
        None => t!("access-late-owners"),
    };
    vec![
        t!("access-due-after", span = span(settings.due_s)),
        remind,
        told,
    ]
}

/// A length of time as sentences have it; the form keeps to [`span_words`], which it can read again.
fn span(seconds: i32) -> String {
    let minutes = seconds / 60;
    let mut words = Vec::new();
    match minutes / 1440 {
        0 => {}
        days => words.push(t!("access-span-days", count = days)),
    }
    match minutes / 60 % 24 {
        0 => {}
        hours => words.push(t!("access-span-hours", count = hours)),
    }
    match minutes % 60 {
        0 => {}
        minutes => words.push(t!("access-span-minutes", count = minutes)),
    }
    words.join(" ")
}

async fn settings_fields(
    form: &SettingsForm,
    visitor: &Visitor,
    actor: &Actor,
    faults: &Faults,
) -> Result<Vec<Field>, PageError> {
    let db = visitor.db();
    let found = all(|page| async move { teams::list_teams(db, actor, &page).await }).await;
    let found = listable(found)?.into_iter().filter(|team| !team.personal);
    let found = found.map(|team| Choice::new(team.id.to_string(), team.name));
    let choices = std::iter::once(Choice::new("", t!("access-owners"))).chain(found);
    Ok(vec![
        Field::text("due", t!("access-set-due"))
            .value(&form.due)
            .help(t!("access-set-due-help"))
            .faults(faults),
        Field::text("remind", t!("access-set-remind"))
            .optional()
            .value(&form.remind)
            .help(t!("access-set-remind-help"))
            .faults(faults),
        Field::select("team", t!("access-set-told"), choices.collect())
            .value(&form.team)
            .faults(faults),
        Field::area("reasons", t!("access-set-reasons"), 10_500)
            .optional()
            .value(&form.reasons)
            .help(t!("access-set-reasons-help"))
            .faults(faults),
    ])
}

async fn deputy_fields(
    form: &DeputyForm,
    visitor: &Visitor,
    actor: &Actor,
    faults: &Faults,
) -> Result<Vec<Field>, PageError> {
    let db = visitor.db();
    let people = all(|page| async move { members::list_members(db, actor, &page).await }).await;
    let others = listable(people)?
        .into_iter()
        .filter(|person| Some(person.user_id) != actor.user());
    let others = others.map(|person| {
        Choice::new(
            person.user_id.to_string(),
            format!("{} ({})", person.name, person.email),
        )
    });
    let found = every_api(db, actor).await;
    let found = listable(found)?.into_iter();
    let found = found.map(|api| Choice::new(api.slug, api.name));
    let about = std::iter::once(Choice::new("", t!("access-every-api"))).chain(found);
    Ok(vec![
        Field::select("to", t!("access-deputy-who"), others.collect())
            .value(&form.to)
            .faults(faults),
        Field::select("api", t!("access-about"), about.collect())
            .value(&form.api)
            .faults(faults),
        Field::date("starts", t!("word-from"))
            .optional()
            .value(&form.starts)
            .help(t!("access-deputy-starts-help"))
            .faults(faults),
        Field::date("ends", t!("access-deputy-ends"))
            .value(&form.ends)
            .help(t!("access-deputy-ends-help"))
            .faults(faults),
        Field::text("why", t!("word-why"))
            .optional()
            .value(&form.why)
            .max(500)
            .faults(faults),
    ])
}

fn row(one: &DelegationView, visitor: &Visitor, shell: &Shell) -> DeputyRow {
    let over = one.revoked_at.is_some() || one.ends_at <= visitor.now();
    DeputyRow {
        to: one.to.name.clone(),
        from: one.from.name.clone(),
        about: one
            .api
            .as_ref()
            .map_or_else(|| t!("access-every-api"), |api| api.name.clone()),
        days: t!(
            "access-deputy-from-to",
            from = day(one.starts_at),
            until = day(one.ends_at)
        ),
        state: match (one.in_force, over) {
            (true, _) => Badge::good(t!("access-deputy-decides")),
            (false, false) => Badge::not_started(t!("access-deputy-to-come")),
            (false, true) => Badge::stopped(t!("access-deputy-over")),
        },
        revoke: (!over).then(|| shell.to(&format!("{PATH}/deputies/{}/revoke", one.id))),
    }
}

/// `GET /console/requests/settings`
pub(crate) async fn show(visitor: Visitor) -> Result<DecidingPage, PageError> {
    page(&visitor, Sent::default()).await
}

/// `POST /console/requests/settings`
pub(crate) async fn set(
    visitor: Visitor,
    Form(form): Form<SettingsForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::TenantManage)?;
    let done = match form.read() {
        Ok(input) => {
            let version = Some(form.row_version);
            subscriptions::set_approval_settings(visitor.db(), actor, version, input)
                .await
                .map_err(|refusal| {
                    let names = [
                        ("due_s", "due"),
                        ("remind_before_s", "remind"),
                        ("escalation_team", "team"),
                        ("reject_reasons", "reasons"),
                    ];
                    faults_of(refusal).map(|faults| faults.renamed(&names))
                })
        }
        Err(faults) => Err(Ok(faults)),
    };
    match done {
        Ok(_) => {
            visitor
                .tell(Flash::good(t!("access-saved"), t!("access-saved-from")))
                .await?;
            Ok(visitor.go(PATH).into_response())
        }
        Err(faults) => {
            let sent = Sent {
                settings: Some(form),
                faults: faults?,
                ..Sent::default()
            };
            Ok(refused(page(&visitor, sent).await?))
        }
    }
}

impl DeputyForm {
    fn read(&self) -> Result<Delegate, Faults> {
        let mut faults = Faults::default();
        let to = self.to.parse().ok();
        if to.is_none() {
            faults.add("to", t!("access-deputy-nobody"));
        }
        let starts_at = day_start(&self.starts);
        if starts_at.is_none() && !self.starts.trim().is_empty() {
            faults.add("starts", no_date());
        }
        let ends_at = day_start(&self.ends);
        if ends_at.is_none() {
            faults.add("ends", no_date());
        }
        let (Some(to), Some(ends_at), true) = (to, ends_at, faults.is_empty()) else {
            return Err(faults);
        };
        Ok(Delegate {
            from: None,
            to,
            api: Some(self.api.as_str())
                .filter(|api| !api.is_empty())
                .map(Lookup::from),
            starts_at,
            ends_at,
            reason: self.why.clone(),
        })
    }
}

/// `POST /console/requests/settings/deputies`
pub(crate) async fn delegate(
    visitor: Visitor,
    Form(form): Form<DeputyForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::SubscriptionDecide)?;
    let done = match form.read() {
        Ok(input) => subscriptions::create_delegation(visitor.db(), actor, input)
            .await
            .map_err(|refusal| {
                let names = [
                    ("ends_at", "ends"),
                    ("starts_at", "starts"),
                    ("reason", "why"),
                ];
                faults_of(refusal).map(|faults| faults.renamed(&names))
            }),
        Err(faults) => Err(Ok(faults)),
    };
    match done {
        Ok(made) => {
            let words = t!("access-deputy-named", name = &made.value.to.name);
            visitor
                .tell(Flash::good(words, t!("access-deputy-named-help")))
                .await?;
            Ok(visitor.go(PATH).into_response())
        }
        Err(faults) => {
            let sent = Sent {
                deputy: form,
                faults: faults?,
                ..Sent::default()
            };
            Ok(refused(page(&visitor, sent).await?))
        }
    }
}

/// `POST /console/requests/settings/deputies/{deputy}/revoke`
pub(crate) async fn revoke(
    visitor: Visitor,
    Path([deputy]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::SubscriptionRead)?;
    let over = subscriptions::revoke_delegation(visitor.db(), actor, id(&deputy)?).await?;
    let words = t!(
        "access-deputy-revoked",
        to = &over.value.to.name,
        from = &over.value.from.name
    );
    visitor.tell(Flash::good(words, "")).await?;
    Ok(visitor.go(PATH).into_response())
}
