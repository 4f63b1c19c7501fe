//! `GET /requests/{subscription}`: the timeline of one request, and what its team may do with it.

use crate::address::{Path, Query, id};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::list_of::everything;
use crate::pages::requests::messages::{self, MessageRow};
use crate::pages::requests::{NextStep, decided_by};
use crate::pages::spread::{self, Changed};
use crate::pages::{Action, Fact};
use crate::view::parts::{Badge, Crumbs, Link, Spread, Timeline};
use crate::view::same::{self, Same};
use crate::view::shell::{Shell, capital};
use crate::view::states;
use crate::view::words::{day, relative};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::credentials::{self, CredentialFilter, CredentialView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{self, DecisionView, HoldView, SubscriptionView};
use gatehouse_domain::subscription::{ShownState, SubscriptionEvent};
use time::OffsetDateTime;

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
            format!("{} for {}", view.api.name, view.application.name),
            vec![Link::new("Requests", shell.to("/requests"))],
        ),
        spread,
        waiting: view.shown == ShownState::Pending,
        here: shell.to(&path),
        api: view.api.name.clone(),
        application: view.application.name.clone(),
        state: states::subscription(view.shown),
        lead: format!("{}, {}.", view.plan.name, view.environment.kind),
        step: step(&view, keys.is_empty(), &shell),
        reason: reason(&view),
        timeline: timeline(&view, keys.first(), visitor.now()),
        purpose: if view.request_reason.is_empty() {
            "None was given.".to_owned()
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
        ShownState::Pending if view.actions.contains(&SubscriptionEvent::Approve) => {
            Some(Link::new("Decide", shell.to("/console/requests")))
        }
        ShownState::Pending | ShownState::Suspended | ShownState::Paused => None,
        ShownState::Rejected => Some(Link::new(
            "Request again",
            shell.to(&format!("/apis/{}/request", view.api.slug)),
        )),
        ShownState::Active if no_keys => Some(Link::new(
            "Create key",
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
        return Some(Fact::new("Suspended because", words));
    }
    if let Some(note) = view
        .ended
        .as_ref()
        .and_then(|end| end.note.clone())
        .filter(|note| !note.is_empty())
    {
        return Some(Fact::new("It ended because", note));
    }
    // A refusal that was taken back is no answer any more.
    let answered = view.shown != ShownState::Pending;
    let decision = view
        .decision
        .as_ref()
        .filter(|_| answered)
        .filter(|decision| !decision.reason.is_empty())?;
    Some(Fact::new(
        format!("Written by {}", decided_by(decision)),
        decision.reason.clone(),
    ))
}

/// Sent, decided, key made, first call: what was, what is now, what comes.
fn timeline(
    view: &SubscriptionView,
    key: Option<&CredentialView>,
    now: OffsetDateTime,
) -> Timeline {
    let by = view
        .requested_by
        .as_ref()
        .map_or("the program", |person| person.name.as_str());
    let line = Timeline::default().done(
        "Requested",
        format!("{} by {by}", relative(view.created_at, now)),
    );
    let line = match (&view.decision, view.shown) {
        (_, ShownState::Withdrawn) => return line.stopped("Withdrawn", ended_words(view, now)),
        (Some(decision), shown) if !decision.approved && shown != ShownState::Pending => {
            return line.stopped("Rejected", decided_words(decision, now));
        }
        (_, ShownState::Pending) => {
            let approvals = view.approvals;
            let words = if approvals.required > 1 {
                format!(
                    "{} of {} people have agreed.",
                    approvals.given, approvals.required
                )
            } else {
                "You get mail and an inbox entry, with the reason if it is no.".to_owned()
            };
            return line
                .now("Waiting for a decision", words)
                .next("Key created", "")
                .next("First call", "");
        }
        (Some(decision), _) => line.done("Approved", decided_words(decision, now)),
        (None, _) => line.done("Granted", ""),
    };
    let line = match key {
        Some(key) => line.done(
            "Key created",
            format!("{}, ends in {}", relative(key.created_at, now), key.last4),
        ),
        None => line.now("Create a key", "Shown once, with a command ready to paste."),
    };
    let first = key.and_then(|key| key.first_call.as_ref());
    let line = match (key, first) {
        (_, Some(call)) => line.done(
            "First call",
            format!("{}, answered {}", relative(call.at, now), call.status),
        ),
        (Some(_), None) => line.now("First call", "Waiting for it."),
        (None, None) => line.next("First call", ""),
    };
    match view.shown {
        ShownState::Suspended => {
            line.stopped("Suspended", hold_words(view.provider_hold.as_ref(), now))
        }
        ShownState::Paused => line.stopped("Paused", hold_words(view.consumer_hold.as_ref(), now)),
        ShownState::Expired
        | ShownState::Cancelled
        | ShownState::Revoked
        | ShownState::Superseded => {
            line.stopped(capital(view.shown.as_str()), ended_words(view, now))
        }
        _ => line,
    }
}

fn decided_words(decision: &DecisionView, now: OffsetDateTime) -> String {
    format!("{} by {}", relative(decision.at, now), decided_by(decision))
}

fn hold_words(hold: Option<&HoldView>, now: OffsetDateTime) -> String {
    hold.map(|hold| relative(hold.at, now)).unwrap_or_default()
}

fn ended_words(view: &SubscriptionView, now: OffsetDateTime) -> String {
    view.ended
        .as_ref()
        .map_or_else(String::new, |end| match &end.by {
            Some(by) => format!("{} by {}", relative(end.at, now), by.name),
            None => relative(end.at, now),
        })
}

fn facts(view: &SubscriptionView) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("API", view.api.name.clone()),
        Fact::new("Plan", view.plan.name.clone()),
        Fact::new("Environment", capital(view.environment.kind.as_str())),
        Fact::new("Team", view.application.team.name.clone()),
    ];
    if let Some(terms) = &view.accepted_terms {
        let words = format!("{}, version {}", terms.title, terms.version);
        facts.push(Fact::new("Terms accepted", words));
    }
    if let Some(ends) = view.ends_at {
        facts.push(Fact::new("Ends", day(ends)));
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
            label: "Accept new terms".into(),
            href: shell.to(&path),
            help: "Calls go on as before. Renewals and other plans need it.".into(),
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
pub(super) fn own_event(event: SubscriptionEvent) -> Option<(&'static str, &'static str, bool)> {
    match event {
        SubscriptionEvent::Withdraw => Some((
            "Withdraw request",
            "Nobody decides about it any more.",
            true,
        )),
        SubscriptionEvent::Pause => Some((
            "Pause access",
            "Calls are refused until your team resumes it.",
            false,
        )),
        SubscriptionEvent::Resume => Some(("Resume access", "Calls work again.", false)),
        SubscriptionEvent::Renew => Some((
            "Renew access",
            "It lasts another term of the plan, with the same keys. An approver may have to agree.",
            false,
        )),
        SubscriptionEvent::Cancel => Some((
            "Cancel access",
            "It ends now. To get it back, ask again.",
            true,
        )),
        _ => None,
    }
}
