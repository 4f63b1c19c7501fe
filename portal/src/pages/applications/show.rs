//! `GET /applications/{app}`: subscriptions with status, quota left and the next step.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Action;
use crate::pages::applications::list::state_badge;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::list_of::all;
use crate::pages::requests::show::own_actions;
use crate::pages::spread::{self, Changed};
use crate::view::chart::Quota;
use crate::view::parts::{Badge, Crumbs, Empty, Link, Spread, Tab, Tabs};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::{clock, day, relative, short_day};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::applications::{self, ApplicationView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{self, SubscriptionFilter, SubscriptionView};
use gatehouse_control_plane::usage;
use gatehouse_domain::subscription::{ShownState, StoredState};
use gatehouse_language::t;

/// Subscriptions and what is left of them.
#[derive(Template)]
#[template(path = "pages/applications/show.html")]
pub(crate) struct ShowPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) name: String,
    pub(crate) state: Badge,
    pub(crate) lead: String,
    pub(crate) step: Option<Link>,
    pub(crate) tabs: Tabs,
    pub(crate) rows: Vec<SubscriptionRow>,
    pub(crate) empty: Empty,
    pub(crate) quotas: Vec<Quota>,
}

web_page!(ShowPage, Private);

pub(crate) struct SubscriptionRow {
    pub(crate) href: String,
    pub(crate) api: String,
    pub(crate) plan: String,
    pub(crate) environment: String,
    pub(crate) state: Badge,
    pub(crate) detail: String,
    pub(crate) since: String,
    pub(crate) actions: Vec<Action>,
}

/// `GET /applications/{application}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<ShowPage, PageError> {
    let actor = visitor.actor()?;
    let view =
        applications::get_application(visitor.db(), actor, application.as_str().into()).await?;
    let subscriptions = subscriptions_of(&visitor, &view).await?;
    let quotas = quotas(&visitor, &subscriptions).await?;
    let spread = spread::of(&visitor, &changed).await?;
    let shell = visitor.shell().await?.at("applications");
    let rows: Vec<SubscriptionRow> = subscriptions
        .iter()
        .map(|one| row(one, &visitor, &shell))
        .collect();
    Ok(ShowPage {
        crumbs: Crumbs::new(
            view.name.clone(),
            vec![Link::new(
                t!("word-applications"),
                shell.to("/applications"),
            )],
        ),
        spread,
        state: state_badge(&view),
        lead: lead(&view),
        step: Some(Link::new(
            t!("applications-create-key"),
            shell.to(&format!("/applications/{}/keys", view.id)),
        )),
        tabs: tabs(&view, "", Some(rows.len()), &shell),
        empty: Empty::new(
            t!("applications-no-access-yet"),
            t!("applications-request-access-to-an-api-for-2"),
            Some(Link::new(t!("applications-browse-apis"), shell.to("/apis"))),
        ),
        rows,
        quotas,
        name: view.name,
        shell,
    })
}

/// All subscriptions of one application, live ones first.
pub(crate) async fn subscriptions_of(
    visitor: &Visitor,
    application: &ApplicationView,
) -> Result<Vec<SubscriptionView>, PageError> {
    let filter = SubscriptionFilter {
        application: Some(Lookup::Id(application.id)),
        ..SubscriptionFilter::default()
    };
    let (db, actor, filter) = (visitor.db(), visitor.actor()?, &filter);
    let mut subscriptions =
        all(
            |page| async move { subscriptions::list_subscriptions(db, actor, filter, &page).await },
        )
        .await?;
    subscriptions.sort_by_key(|one| {
        matches!(
            one.state,
            StoredState::Rejected | StoredState::Withdrawn | StoredState::Ended
        )
    });
    Ok(subscriptions)
}

fn row(view: &SubscriptionView, visitor: &Visitor, shell: &Shell) -> SubscriptionRow {
    SubscriptionRow {
        href: shell.to(&format!("/requests/{}", view.id)),
        api: view.api.name.clone(),
        plan: view.plan.name.clone(),
        environment: environment_word(view.environment.kind.as_str()),
        state: states::subscription(view.shown),
        detail: view
            .ends_at
            .map(|ends| t!("applications-until", day = &day(ends)))
            .unwrap_or_default(),
        since: relative(view.starts_at.unwrap_or(view.created_at), visitor.now()),
        actions: own_actions(view, shell),
    }
}

/// Where a page of an application stands; `within` are the pages between them.
pub(crate) fn crumbs(
    here: &str,
    view: &ApplicationView,
    within: Option<Link>,
    shell: &Shell,
) -> Crumbs {
    crumbs_within(here, view, within.into_iter().collect(), shell)
}

/// The same with several pages between them.
pub(crate) fn crumbs_within(
    here: &str,
    view: &ApplicationView,
    within: Vec<Link>,
    shell: &Shell,
) -> Crumbs {
    let application = Link::new(
        view.name.clone(),
        shell.to(&format!("/applications/{}", view.id)),
    );
    let mut parents = vec![
        Link::new(t!("word-applications"), shell.to("/applications")),
        application,
    ];
    parents.extend(within);
    Crumbs::new(here, parents)
}

/// The same for a page below the keys.
pub(crate) fn key_crumbs(here: &str, view: &ApplicationView, shell: &Shell) -> Crumbs {
    let keys = shell.to(&format!("/applications/{}/keys", view.id));
    crumbs(here, view, Some(Link::new(t!("word-keys"), keys)), shell)
}

/// Whose application it is, and what it does.
pub(crate) fn lead(view: &ApplicationView) -> String {
    let team = t!("applications-team", name = &view.owner_team.name);
    if view.description.is_empty() {
        team
    } else {
        format!("{team} {}", view.description)
    }
}

/// The tabs of an application; `current` is the label of the one that shows.
pub(crate) fn tabs(
    view: &ApplicationView,
    current: &str,
    count: Option<usize>,
    shell: &Shell,
) -> Tabs {
    let tab = |label: String, path: &str| Tab {
        label: label.into(),
        href: shell.to(&format!("/applications/{}{path}", view.id)),
        count: count.filter(|_| path == current),
        current: path == current,
    };
    Tabs::new(
        t!("word-application"),
        vec![
            tab(t!("applications-subscriptions"), ""),
            tab(t!("word-keys"), "/keys"),
            tab(t!("applications-usage"), "/usage"),
            tab(t!("applications-logs"), "/logs"),
            tab(t!("word-members"), "/members"),
            tab(t!("applications-webhooks"), "/webhooks"),
        ],
    )
}

/// What is left of every quota in force.
pub(crate) async fn quotas(
    visitor: &Visitor,
    subscriptions: &[SubscriptionView],
) -> Result<Vec<Quota>, PageError> {
    let mut quotas = Vec::new();
    for one in subscriptions
        .iter()
        .filter(|one| one.shown == ShownState::Active)
    {
        for quota in usage::subscription_quota(visitor.db(), visitor.actor()?, one.id).await? {
            let whole = (quota.resets_at - quota.started_at).whole_seconds().max(1);
            let gone = (visitor.now() - quota.started_at)
                .whole_seconds()
                .clamp(0, whole);
            quotas.push(Quota::new(
                format!("{} {}", one.api.name, one.plan.name),
                u64::try_from(quota.used).unwrap_or(0),
                u64::try_from(quota.amount).unwrap_or(0),
                u64::try_from(gone * 1000 / whole).unwrap_or(0),
                t!(
                    "applications-resets-utc",
                    short_day = &short_day(quota.resets_at),
                    clock = &clock(quota.resets_at)
                ),
            ));
        }
    }
    Ok(quotas)
}
