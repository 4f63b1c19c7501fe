//! `GET /requests/{subscription}`: the timeline of one request, and what its team may do with it.

use crate::address::{Path, Query, id};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::list_of::everything;
use crate::pages::requests::messages::{self, MessageRow};
use crate::pages::requests::timeline::timeline;
use crate::pages::requests::{NextStep, decided_by};
use crate::pages::spread::{self, Changed};
use crate::pages::{Action, Fact};
use crate::view::parts::{Badge, Crumbs, Link, Spread, Timeline};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::states;
use crate::view::words::day;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::credentials::{self, CredentialFilter, CredentialView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{self, SubscriptionView};
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::subscription::{ShownState, SubscriptionEvent};
use gatehouse_language::t;

/// Sent, decided, key made, first call.
#[derive(Template)]
#[template(path = "pages/requests/show.html")]
pub(crate) struct ShowPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    pub(crate) waiting: bool,
    pub(crate) here: String,
    pub(crate) api: String,
    pub(crate) application: String,
    pub(crate) state: Badge,
    pub(crate) lead: String,
    pub(crate) step: Option<Link>,
    pub(crate) reason: Option<Fact>,
    pub(crate) timeline: Timeline,
    pub(crate) purpose: String,
    pub(crate) answers: Vec<Fact>,
    pub(crate) messages: Vec<MessageRow>,
    /// Where they are written; whoever only looks on has nowhere.
    pub(crate) write: Option<String>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) actions: Vec<Action>,
    /// For those who decide about it.
    pub(crate) same: Option<Same>,
}

web_page!(ShowPage, Private);

/// `GET /requests/{request}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([request]): Path<1>,
    Query(changed): Query<Changed>,
) -> Result<ShowPage, PageError> {
    let actor = visitor.actor()?;
    let view = subscriptions::get_subscription(visitor.db(), actor, id(&request)?).await?;
    let said = subscriptions::list_messages(visitor.db(), actor, view.id).await?;
    let keys = keys_of(&visitor, &view).await?;
    let spread = spread::of(&visitor, &changed).await?;
    let shell = visitor.shell().await?.at("requests");
    let path = format!("/requests/{}", view.id);
    Ok(ShowPage {
        same: same(&visitor, &view),
        crumbs: Crumbs::new(
            t!(
                "requests-for-3",
                name = &view.api.name,
                name2 = &view.application.name
            ),
            vec![Link::new(t!("word-requests"), shell.to("/requests"))],
        ),
        spread,
        waiting: view.shown == ShownState::Pending,
        here: shell.to(&path),
        api: view.api.name.clone(),
        application: view.application.name.clone(),
        state: states::subscription(view.shown),
        lead: lead(&view),
        step: step(&view, keys.is_empty(), &shell),
        reason: reason(&view),
        timeline: timeline(&view, keys.first(), visitor.now()),
        purpose: if view.request_reason.is_empty() {
            t!("requests-none-was-given")
        } else {
            view.request_reason.clone()
        },
        answers: view
            .answers
            .iter()
            .map(|one| Fact::new(one.question.clone(), one.answer.clone()))
            .collect(),
        write: said
            .speaks_for
            .map(|_| shell.to(&format!("{path}/messages"))),
        messages: messages::rows(said.messages, &visitor),
        facts: facts(&view),
        actions: own_actions(&view, &shell),
        shell,
    })
}

/// The plan, and the environment it is for.
fn lead(view: &SubscriptionView) -> String {
    match view.environment.kind {
        EnvironmentKind::Sandbox => t!("requests-lead-sandbox", plan = &view.plan.name),
        EnvironmentKind::Production => t!("requests-lead-production", plan = &view.plan.name),
    }
}

/// How it is decided, for whoever may.
fn same(visitor: &Visitor, view: &SubscriptionView) -> Option<Same> {
    let mut ways = Vec::new();
    if view.actions.contains(&SubscriptionEvent::Approve) {
        ways.extend([
            same::SUBSCRIPTION_APPROVE,
            same::SUBSCRIPTION_APPROVE_UNDER,
            same::SUBSCRIPTION_REJECT,
        ]);
    }
    if view.actions.contains(&SubscriptionEvent::Reconsider) {
        ways.push(same::SUBSCRIPTION_RECONSIDER);
    }
    let subscription = view.id.to_string();
    (!ways.is_empty()).then(|| visitor.same(&ways, &[("subscription", &subscription)]))
}

async fn keys_of(
    visitor: &Visitor,
    view: &SubscriptionView,
) -> Result<Vec<CredentialView>, PageError> {
    let application = Lookup::Id(view.application.id);
    match credentials::list_credentials(
        visitor.db(),
        visitor.actor()?,
        application,
        &CredentialFilter::default(),
        &everything(),
    )
    .await
    {
        Ok(keys) => Ok(keys
            .data
            .into_iter()
            .filter(|key| key.environment.id == view.environment.id)
            .collect()),
        // An approver sees the request of a team whose keys are none of theirs.
        Err(Refusal::Forbidden(_) | Refusal::NotFound | Refusal::NotYours(_)) => Ok(Vec::new()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// What to do next; the page's own address is no step.
fn step(view: &SubscriptionView, no_keys: bool, shell: &Shell) -> Option<Link> {
    match view.shown {
        ShownState::Pending if view.actions.contains(&SubscriptionEvent::Approve) => Some(
            Link::new(t!("requests-decide"), shell.to("/console/requests")),
        ),
        ShownState::Pending | ShownState::Suspended | ShownState::Paused => None,
        ShownState::Rejected => Some(Link::new(
            t!("requests-request-again"),
            shell.to(&format!("/apis/{}/request", view.api.slug)),
        )),
        ShownState::Active if no_keys => Some(Link::new(
            t!("requests-create-key"),
            shell.to(&format!("/applications/{}/keys", view.application.id)),
        )),
        _ => Some(NextStep::of(view).link(shell)),
    }
}

fn reason(view: &SubscriptionView) -> Option<Fact> {
    let hold = view
        .provider_hold
        .as_ref()
        .and_then(|hold| hold.reason.clone());
    if let Some(words) = hold.filter(|words| !words.is_empty()) {
        return Some(Fact::new(t!("requests-suspended-because"), words));
    }
    if let Some(note) = view
        .ended
        .as_ref()
        .and_then(|end| end.note.clone())
        .filter(|note| !note.is_empty())
    {
        return Some(Fact::new(t!("requests-it-ended-because"), note));
    }
    // A refusal that was taken back is no answer any more.
    let answered = view.shown != ShownState::Pending;
    let decision = view
        .decision
        .as_ref()
        .filter(|_| answered)
        .filter(|decision| !decision.reason.is_empty())?;
    Some(Fact::new(
        t!("requests-written-by", decided_by = decided_by(decision)),
        decision.reason.clone(),
    ))
}

fn facts(view: &SubscriptionView) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new(t!("word-api"), view.api.name.clone()),
        Fact::new(t!("word-plan"), view.plan.name.clone()),
        Fact::new(
            t!("word-environment"),
            environment_word(view.environment.kind.as_str()),
        ),
        Fact::new(t!("word-team"), view.application.team.name.clone()),
    ];
    if let Some(terms) = &view.accepted_terms {
        let words = t!(
            "requests-version",
            title = &terms.title,
            version = terms.version.to_string()
        );
        facts.push(Fact::new(t!("requests-terms-accepted"), words));
    }
    if let Some(ends) = view.ends_at {
        facts.push(Fact::new(t!("requests-ends"), day(ends)));
    }
    facts
}

/// What the consuming team may do from here. Deciding and enforcing have pages of their own in the console.
pub(crate) fn own_actions(view: &SubscriptionView, shell: &Shell) -> Vec<Action> {
    let accepting = view.terms_to_accept.as_ref().map(|terms| {
        let path = format!(
            "/terms/{}?version={}&access={}",
            terms.slug, terms.version, view.id
        );
        Action {
            label: t!("requests-accept-new-terms").into(),
            href: shell.to(&path),
            help: t!("requests-calls-go-on-as-before-renewals").into(),
            loss: false,
        }
    });
    // Whoever may end it acts for its team.
    let own = [SubscriptionEvent::Cancel, SubscriptionEvent::Withdraw];
    let is_own = view.actions.iter().any(|event| own.contains(event));
    let events = view.actions.iter().filter_map(|event| {
        let (label, help, loss) = own_event(*event)?;
        Some(Action {
            label: label.into(),
            href: shell.to(&format!("/requests/{}/{event}", view.id)),
            help: help.into(),
            loss,
        })
    });
    accepting
        .filter(|_| is_own)
        .into_iter()
        .chain(events)
        .collect()
}

/// Label, consequence and colour of what a consuming team does to its own subscription.
pub(super) fn own_event(event: SubscriptionEvent) -> Option<(String, String, bool)> {
    match event {
        SubscriptionEvent::Withdraw => Some((
            t!("requests-withdraw-request"),
            t!("requests-nobody-decides-about-it-any-more"),
            true,
        )),
        SubscriptionEvent::Pause => Some((
            t!("requests-pause-access"),
            t!("requests-calls-are-refused-until-your-team"),
            false,
        )),
        SubscriptionEvent::Resume => Some((
            t!("requests-resume-access"),
            t!("requests-calls-work-again"),
            false,
        )),
        SubscriptionEvent::Renew => Some((
            t!("requests-renew-access"),
            t!("requests-it-lasts-another-term-of-the"),
            false,
        )),
        SubscriptionEvent::Cancel => Some((
            t!("requests-cancel-access"),
            t!("requests-it-ends-now-to-get-it"),
            true,
        )),
        _ => None,
    }
}
