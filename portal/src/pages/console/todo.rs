//! The to do list of the console: facts that need a person, worst first, each with the one step that helps.

use crate::page_error::PageError;
use crate::pages::list_of::{all, every_api};
use crate::view::parts::Link;
use crate::view::shell::Shell;
use crate::view::words::{age, day, relative};
use crate::visitor::Visitor;
use gatehouse_control_plane::apis::ApiView;
use gatehouse_control_plane::changesets::{self, ChangesetState};
use gatehouse_control_plane::gateways::{self, NodeState};
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::subscriptions::{self, RequestFilter};
use gatehouse_control_plane::{Actor, drift, webhooks};
use gatehouse_domain::webhook::EndpointState;
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;
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
            what: t!("access-todo-no-gateway"),
            detail: t!("access-todo-no-gateway-help"),
            since: String::new(),
            step: Link::new(t!("access-todo-add-gateway"), shell.to("/console/gateways")),
        }]);
    }
    Ok(nodes
        .into_iter()
        .filter(|node| node.state != NodeState::InForce)
        .map(|node| TodoItem {
            bad: true,
            what: match node.state {
                NodeState::Silent => t!("access-todo-silent", name = &node.name),
                NodeState::Diverged => t!("access-todo-diverged", name = &node.name),
                _ => t!("access-todo-behind", name = &node.name),
            },
            // Numbers of changes are no amounts: as text they are not grouped.
            detail: t!(
                "access-todo-gateway-help",
                applied = node.applied_seq.to_string(),
                head = node.head_seq.to_string(),
            ),
            since: t!(
                "access-todo-seen",
                when = relative(node.last_seen_at, visitor.now())
            ),
            step: Link::new(
                t!("access-todo-open-gateways"),
                shell.to("/console/gateways"),
            ),
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
        what: t!("access-todo-requests", count = waiting),
        detail: oldest.map_or_else(String::new, |row| {
            let (age, due) = (age(now - row.waiting_since), relative(row.due_at, now));
            if row.overdue {
                t!("access-todo-oldest-was", age = age, when = due)
            } else {
                t!("access-todo-oldest-is", age = age, when = due)
            }
        }),
        since: String::new(),
        step: Link::new(t!("access-decide"), shell.to("/console/requests")),
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
        what: t!("access-todo-webhook", name = &webhook.name),
        detail: webhook.disabled_reason.unwrap_or_default(),
        since: webhook.failing_since.map_or_else(String::new, |at| {
            t!("access-todo-since", when = relative(at, visitor.now()))
        }),
        step: Link::new(
            t!("access-todo-open-webhook"),
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
            let path = format!(
                "/console/apis/{}/versions/{}/retire",
                api.slug, version.label
            );
            let item = TodoItem {
                bad: false,
                what: ends(&api.name, &version.label, at, now),
                detail: t!("access-todo-ending-help"),
                since: t!("access-todo-due-day", day = day(at)),
                step: Link::new(t!("access-todo-callers"), shell.to(&path)),
            };
            (at, item)
        })
        .collect()
}

fn ends(api: &str, version: &str, at: OffsetDateTime, now: OffsetDateTime) -> String {
    let when = relative(at, now);
    if at <= now {
        t!(
            "access-todo-ended",
            api = api,
            version = version,
            when = when
        )
    } else {
        t!(
            "access-todo-ending",
            api = api,
            version = version,
            when = when
        )
    }
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
            what: t!("access-todo-drift", count = drifted.len()),
            detail: t!("access-todo-drift-help", resource = &first.resource),
            since: String::new(),
            step: Link::new(
                t!("access-todo-compare"),
                shell.to("/console/configuration"),
            ),
        });
    }
    let newest = changesets::list_changesets(db, actor, &Page::default()).await?;
    let stuck = newest
        .data
        .into_iter()
        .filter(|set| set.state == ChangesetState::Planned && set.refused.is_some());
    items.extend(stuck.map(|set| TodoItem {
        bad: false,
        what: t!("access-todo-changeset", person = &set.created_by),
        detail: set.refused.unwrap_or_default(),
        since: relative(set.created_at, visitor.now()),
        step: Link::new(
            t!("access-todo-open-changeset"),
            shell.to(&format!("/console/configuration/{}", set.id)),
        ),
    }));
    Ok(items)
}
