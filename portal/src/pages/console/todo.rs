//! The to do list of the console: facts that need a person, worst first, each with the one step that helps.

use crate::page_error::PageError;
use crate::pages::list_of::{all, every_api};
use crate::view::parts::Link;
use crate::view::shell::Shell;
use crate::view::words::{age, count, day, relative};
use crate::visitor::Visitor;
use gatehouse_control_plane::apis::ApiView;
use gatehouse_control_plane::changesets::{self, ChangesetState};
use gatehouse_control_plane::gateways::{self, NodeState};
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::subscriptions::{self, RequestFilter};
use gatehouse_control_plane::{Actor, drift, webhooks};
use gatehouse_domain::webhook::EndpointState;
use gatehouse_domain::{ApiVersionState, Permission};
use time::{Duration, OffsetDateTime};

pub(crate) struct TodoItem {
    pub(crate) bad: bool,
    pub(crate) what: String,
    pub(crate) detail: String,
    pub(crate) since: String,
    pub(crate) step: Link,
}

/// Everything that needs this person.
pub(crate) async fn items(
    visitor: &Visitor,
    actor: &Actor,
    shell: &Shell,
) -> Result<Vec<TodoItem>, PageError> {
    let configures = actor.may(Permission::ApiRead) && actor.may(Permission::ApiWrite);
    // None asks for another: they cost the time of the slowest.
    let (gateways, requests, webhooks, versions, configuration) = tokio::try_join!(
        to(
            actor.may(Permission::GatewayRead),
            gateways_behind(visitor, actor, shell)
        ),
        to(
            actor.may_anywhere(Permission::SubscriptionRead),
            requests_waiting(visitor, actor, shell)
        ),
        to(
            actor.may(Permission::TenantManage),
            webhooks_stopped(visitor, actor, shell)
        ),
        to(
            actor.may_anywhere(Permission::ApiWrite),
            versions_ending(visitor, actor, shell)
        ),
        to(configures, configuration(visitor, actor, shell)),
    )?;
    let every = [gateways, requests, webhooks, versions, configuration];
    let mut items: Vec<TodoItem> = every.into_iter().flatten().collect();
    items.sort_by_key(|item| !item.bad);
    Ok(items)
}

/// What somebody who may is to be told; nobody else.
async fn to(
    may: bool,
    items: impl Future<Output = Result<Vec<TodoItem>, PageError>>,
) -> Result<Vec<TodoItem>, PageError> {
    match may {
        true => items.await,
        false => Ok(Vec::new()),
    }
}

async fn gateways_behind(
    visitor: &Visitor,
    actor: &Actor,
    shell: &Shell,
) -> Result<Vec<TodoItem>, PageError> {
    let nodes = gateways::list_nodes(visitor.db(), actor).await?;
    if nodes.is_empty() {
        return Ok(vec![TodoItem {
            bad: false,
            what: "No gateway has joined".to_owned(),
            detail: "Until one has, no call can be answered.".to_owned(),
            since: String::new(),
            step: Link::new("Add gateway", shell.to("/console/gateways")),
        }]);
    }
    Ok(nodes
        .into_iter()
        .filter(|node| node.state != NodeState::InForce)
        .map(|node| TodoItem {
            bad: true,
            what: match node.state {
                NodeState::Silent => format!("Gateway {} is silent", node.name),
                NodeState::Diverged => format!("Gateway {} has diverged", node.name),
                _ => format!("Gateway {} is behind", node.name),
            },
            detail: format!(
                "It runs change {} of {}. What was revoked since may still work there.",
                node.applied_seq, node.head_seq
            ),
            since: format!("seen {}", relative(node.last_seen_at, visitor.now())),
            step: Link::new("Open gateways", shell.to("/console/gateways")),
        })
        .collect())
}

async fn requests_waiting(
    visitor: &Visitor,
    actor: &Actor,
    shell: &Shell,
) -> Result<Vec<TodoItem>, PageError> {
    let (db, now) = (visitor.db(), visitor.now());
    let waiting = subscriptions::count_requests(db, actor).await?;
    let waiting = usize::try_from(waiting).unwrap_or(0);
    if waiting == 0 {
        return Ok(Vec::new());
    }
    let first = Page {
        limit: 1,
        after: None,
    };
    // Who waits longest is first.
    let oldest = subscriptions::list_requests(db, actor, &RequestFilter::default(), &first).await?;
    let oldest = oldest.data.first();
    Ok(vec![TodoItem {
        bad: oldest.is_some_and(|row| row.overdue),
        what: if waiting == 1 {
            "1 access request waits".to_owned()
        } else {
            format!("{waiting} access requests wait")
        },
        detail: oldest.map_or_else(String::new, |row| {
            let target = if row.overdue { "was due" } else { "is due" };
            format!(
                "The oldest waits {} and {target} {}.",
                age(now - row.waiting_since),
                relative(row.due_at, now)
            )
        }),
        since: String::new(),
        step: Link::new("Decide", shell.to("/console/requests")),
    }])
}

async fn webhooks_stopped(
    visitor: &Visitor,
    actor: &Actor,
    shell: &Shell,
) -> Result<Vec<TodoItem>, PageError> {
    let (db, every) = (visitor.db(), webhooks::WebhookFilter::default());
    let every = &every;
    let held =
        all(|page| async move { webhooks::list_webhooks(db, actor, every, &page).await }).await?;
    let stopped = held
        .into_iter()
        .filter(|webhook| webhook.state == EndpointState::Disabled);
    let item = |webhook: webhooks::WebhookView| TodoItem {
        bad: false,
        what: format!("Webhook {} is stopped", webhook.name),
        detail: webhook.disabled_reason.unwrap_or_default(),
        since: webhook.failing_since.map_or_else(String::new, |at| {
            format!("since {}", relative(at, visitor.now()))
        }),
        step: Link::new(
            "Open webhook",
            shell.to(&format!("/console/settings/webhooks/{}", webhook.id)),
        ),
    };
    Ok(stopped.map(item).collect())
}

/// How long before its end a version is told of.
const ENDING: Duration = Duration::days(30);

async fn versions_ending(
    visitor: &Visitor,
    actor: &Actor,
    shell: &Shell,
) -> Result<Vec<TodoItem>, PageError> {
    let listed = every_api(visitor.db(), actor).await?;
    let mut ending: Vec<(OffsetDateTime, TodoItem)> = listed
        .iter()
        .flat_map(|api| ending_of(api, visitor.now(), shell))
        .collect();
    ending.sort_by_key(|(at, _)| *at);
    Ok(ending.into_iter().map(|(_, item)| item).collect())
}

/// Versions that end soon, or whose end has passed while they still answer.
fn ending_of(api: &ApiView, now: OffsetDateTime, shell: &Shell) -> Vec<(OffsetDateTime, TodoItem)> {
    let deprecated = api
        .versions
        .iter()
        .filter(|version| version.state == ApiVersionState::Deprecated);
    let soon = deprecated.filter_map(|version| Some((version, version.sunset_at?)));
    soon.filter(|(_, at)| *at - now < ENDING)
        .map(|(version, at)| {
            let past = at <= now;
            let path = format!(
                "/console/apis/{}/versions/{}/retire",
                api.slug, version.label
            );
            let item = TodoItem {
                bad: false,
                what: format!(
                    "{} {} {} {}",
                    api.name,
                    version.label,
                    if past { "was to end" } else { "ends" },
                    relative(at, now)
                ),
                detail: "It answers until somebody retires it. See who still calls it.".to_owned(),
                since: format!("due {}", day(at)),
                step: Link::new("See callers", shell.to(&path)),
            };
            (at, item)
        })
        .collect()
}

async fn configuration(
    visitor: &Visitor,
    actor: &Actor,
    shell: &Shell,
) -> Result<Vec<TodoItem>, PageError> {
    let db = visitor.db();
    let mut items = Vec::new();
    let drifted = drift::list_drift(db, actor).await?;
    if let Some(first) = drifted.first() {
        items.push(TodoItem {
            bad: false,
            what: format!("{} no longer what files say", are(drifted.len())),
            detail: format!(
                "{} is one. The next apply would put it back.",
                first.resource
            ),
            since: String::new(),
            step: Link::new("Compare", shell.to("/console/configuration")),
        });
    }
    let newest = changesets::list_changesets(db, actor, &Page::default()).await?;
    let stuck = newest
        .data
        .into_iter()
        .filter(|set| set.state == ChangesetState::Planned && set.refused.is_some());
    items.extend(stuck.map(|set| TodoItem {
        bad: false,
        what: format!(
            "A changeset of {} waits for somebody who may apply it",
            set.created_by
        ),
        detail: set.refused.unwrap_or_default(),
        since: relative(set.created_at, visitor.now()),
        step: Link::new(
            "Open changeset",
            shell.to(&format!("/console/configuration/{}", set.id)),
        ),
    }));
    Ok(items)
}

/// "1 thing is", "3 things are".
fn are(things: usize) -> String {
    let verb = if things == 1 { "is" } else { "are" };
    format!("{} {verb}", count(things, "thing"))
}
