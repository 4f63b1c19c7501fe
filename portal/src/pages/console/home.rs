//! `GET /console`: what needs a person, worst first.

use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::queue;
use crate::view::parts::Link;
use crate::view::shell::{Shell, capital};
use crate::view::words::{When, relative};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::audit::{self, AuditFilter};
use gatehouse_control_plane::gateways::{self, NodeState};
use gatehouse_domain::Permission;

/// To do, traffic, latest changes.
#[derive(Template)]
#[template(path = "pages/console/home.html")]
pub(crate) struct ConsoleHomePage {
    pub(crate) shell: Shell,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) items: Vec<TodoItem>,
    pub(crate) recent: Vec<RecentChange>,
}

web_page!(ConsoleHomePage, Private);

pub(crate) struct TodoItem {
    pub(crate) bad: bool,
    pub(crate) what: String,
    pub(crate) detail: String,
    pub(crate) since: String,
    pub(crate) step: Link,
}

pub(crate) struct RecentChange {
    pub(crate) what: String,
    pub(crate) who: String,
    pub(crate) at: When,
}

/// Changes shown under the list.
const RECENT: i64 = 8;

/// `GET /console`
pub(crate) async fn show(visitor: Visitor) -> Result<ConsoleHomePage, PageError> {
    let actor = visitor.actor()?;
    let shell = visitor.shell().await?.console("home");
    if !shell.has_console {
        return Err(PageError::forbidden());
    }
    let mut items = Vec::new();
    if actor.may(Permission::GatewayRead) {
        items.extend(gateways_behind(&visitor, actor, &shell).await?);
    }
    if actor.may_anywhere(Permission::SubscriptionRead) {
        items.extend(requests_waiting(&visitor, actor, &shell).await?);
    }
    let recent = if actor.may(Permission::AuditRead) {
        recent(&visitor, actor).await?
    } else {
        Vec::new()
    };
    Ok(ConsoleHomePage {
        heading: match items.len() {
            0 => "Nothing needs you".to_owned(),
            1 => "1 thing needs you".to_owned(),
            n => format!("{n} things need you"),
        },
        lead: "Everything else runs as it should.".to_owned(),
        items,
        recent,
        shell,
    })
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
                "It runs release {} of {}. What was revoked since may still work there.",
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
    let waiting = queue::waiting(visitor, actor).await?;
    if waiting == 0 {
        return Ok(Vec::new());
    }
    Ok(vec![TodoItem {
        bad: false,
        what: if waiting == 1 {
            "1 access request waits".to_owned()
        } else {
            format!("{waiting} access requests wait")
        },
        detail: "Each says who asks, for what, and what the plan would allow.".to_owned(),
        since: String::new(),
        step: Link::new("Decide", shell.to("/console/requests")),
    }])
}

async fn recent(visitor: &Visitor, actor: &Actor) -> Result<Vec<RecentChange>, PageError> {
    let filter = AuditFilter {
        limit: RECENT,
        ..AuditFilter::default()
    };
    let records = audit::list(visitor.db(), actor, &filter).await?;
    Ok(records
        .into_iter()
        .map(|record| RecentChange {
            what: action_words(&record.action),
            who: capital(&record.actor_name),
            at: When::ago(record.at, visitor.now()),
        })
        .collect())
}

/// `subscription.request_plan_change` as "Subscription: request plan change".
fn action_words(action: &str) -> String {
    let words = action.replacen('.', ": ", 1).replace('_', " ");
    capital(&words)
}
