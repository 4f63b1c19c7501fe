//! `/console/requests/settings`: how long decisions may take, the reasons to start a rejection from, and who decides for
//! somebody away.

use crate::address::{Path, id};
use crate::form::{Form, NO_DATE, Nothing, day_start};
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
        const SPAN: &str = "Use days, hours and minutes, as in 1 day 12 hours.";
        let mut faults = Faults::default();
        let due_s = parse_span(&self.due);
        let remind = self.remind.trim();
        let remind_before_s = parse_span(remind);
        if due_s.is_none() {
            faults.add("due", SPAN);
        }
        if remind_before_s.is_none() && !remind.is_empty() {
            faults.add("remind", SPAN);
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
            "Nobody decides for somebody else",
            "Name a deputy before you are away.",
            None,
        ),
        faults: sent.faults,
        shell,
    })
}

fn settings_words(settings: &ApprovalSettings) -> Vec<String> {
    let due = span_words(settings.due_s);
    let told = settings
        .escalation_team
        .as_ref()
        .map_or("the owners", |team| team.name.as_str());
    let remind = match settings.remind_before_s {
        Some(before) => format!("Approvers are reminded {} before.", span_words(before)),
        None => "Nobody is reminded.".to_owned(),
    };
    vec![
        format!("A decision is due after {due}, where the plan says nothing else."),
        remind,
        format!("When it is late, {told} are told."),
    ]
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
    let choices = std::iter::once(Choice::new("", "The owners")).chain(found);
    Ok(vec![
        Field::text("due", "A decision is due after")
            .value(&form.due)
            .help("As in 2 days, or 1 day 12 hours. A plan may say otherwise.")
            .faults(faults),
        Field::text("remind", "Approvers are reminded before that")
            .optional()
            .value(&form.remind)
            .help("As in 4 hours. Empty: nobody is reminded.")
            .faults(faults),
        Field::select("team", "Told when it is late", choices.collect())
            .value(&form.team)
            .faults(faults),
        Field::area("reasons", "Reasons to start a rejection from", 10_500)
            .optional()
            .value(&form.reasons)
            .help("One a line, at most 20. Approvers may change the words before they send them.")
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
    let about = std::iter::once(Choice::new("", "Every API")).chain(found);
    Ok(vec![
        Field::select("to", "Who decides for you", others.collect())
            .value(&form.to)
            .faults(faults),
        Field::select("api", "About", about.collect())
            .value(&form.api)
            .faults(faults),
        Field::date("starts", "From")
            .optional()
            .value(&form.starts)
            .help("UTC. Empty: at once.")
            .faults(faults),
        Field::date("ends", "Until the beginning of")
            .value(&form.ends)
            .help("At most 90 days.")
            .faults(faults),
        Field::text("why", "Why")
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
            .map_or_else(|| "Every API".to_owned(), |api| api.name.clone()),
        days: format!("{} to {}", day(one.starts_at), day(one.ends_at)),
        state: match (one.in_force, over) {
            (true, _) => Badge::good("Decides"),
            (false, false) => Badge::not_started("To come"),
            (false, true) => Badge::stopped("Over"),
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
                .tell(Flash::good("Saved.", "It counts for requests from now on."))
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
            faults.add("to", "Choose somebody.");
        }
        let starts_at = day_start(&self.starts);
        if starts_at.is_none() && !self.starts.trim().is_empty() {
            faults.add("starts", NO_DATE);
        }
        let ends_at = day_start(&self.ends);
        if ends_at.is_none() {
            faults.add("ends", NO_DATE);
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
            let words = format!("{} decides for you.", made.value.to.name);
            visitor
                .tell(Flash::good(words, "Decisions say on whose behalf."))
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
    let words = format!(
        "{} no longer decides for {}.",
        over.value.to.name, over.value.from.name
    );
    visitor.tell(Flash::good(words, "")).await?;
    Ok(visitor.go(PATH).into_response())
}
