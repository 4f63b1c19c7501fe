//! `/console/gateways`: where decisions become real.

use crate::address::{Path, id};
use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::form_page::ConfirmPage;
use crate::view::code::Code;
use crate::view::form::Faults;
use crate::view::parts::{Badge, Crumbs, Empty, Flash, Link};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, clock, relative};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Redirect;
use gatehouse_control_plane::gateways::{self, CreateJoinToken, NodeState, NodeView, Rotation};
use gatehouse_control_plane::releases;
use gatehouse_domain::Permission;
use gatehouse_domain::id::NodeId;
use gatehouse_language::t;
use std::collections::HashMap;
use time::OffsetDateTime;

/// Groups, their nodes, what each runs, and the command that adds one.
#[derive(Template)]
#[template(path = "pages/console/gateways.html")]
pub(crate) struct GatewaysPage {
    pub(crate) shell: Shell,
    pub(crate) here: String,
    pub(crate) may_manage: bool,
    pub(crate) join: Option<Code>,
    pub(crate) join_until: String,
    pub(crate) groups: Vec<GroupView>,
    pub(crate) empty: Empty,
    pub(crate) same: Same,
}

web_page!(GatewaysPage, Private);

pub(crate) struct GroupView {
    pub(crate) state: Badge,
    pub(crate) heading: String,
    pub(crate) words: String,
    pub(crate) nodes: Vec<NodeRow>,
    pub(crate) join: String,
}

pub(crate) struct NodeRow {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) state: Badge,
    /// Where it is on its way out of rotation; none while calls are sent to it.
    pub(crate) out: Option<Badge>,
    pub(crate) applied: String,
    /// The tenant's release it runs; none when it is not known, or not for this visitor to read.
    pub(crate) release: Option<Link>,
    pub(crate) behind: bool,
    pub(crate) lag: String,
    pub(crate) seen: When,
    pub(crate) error: String,
    pub(crate) rotate: Rotate,
    pub(crate) retire: String,
}

/// Out of rotation, or back.
pub(crate) struct Rotate {
    pub(crate) label: String,
    pub(crate) href: String,
}

/// `GET /console/gateways`
pub(crate) async fn show(visitor: Visitor) -> Result<GatewaysPage, PageError> {
    page(&visitor, None).await
}

async fn page(
    visitor: &Visitor,
    join: Option<(Code, OffsetDateTime)>,
) -> Result<GatewaysPage, PageError> {
    let actor = visitor.require(Permission::GatewayRead)?;
    let nodes = gateways::list_nodes(visitor.db(), actor).await?;
    let running = running(visitor).await?;
    let shell = visitor.shell().await?.console("gateways");
    let mut names: Vec<String> = nodes.iter().map(|node| node.group.clone()).collect();
    names.sort();
    names.dedup();
    if names.is_empty() {
        names.push(SHARED_GROUP.to_owned());
    }
    let groups = names
        .into_iter()
        .map(|name| {
            let nodes: Vec<&NodeView> = nodes.iter().filter(|node| node.group == name).collect();
            group(&name, &nodes, &running, visitor.now(), &shell)
        })
        .collect();
    Ok(GatewaysPage {
        here: shell.to("/console/gateways"),
        may_manage: shell.may_everywhere(Permission::GatewayManage),
        join_until: join.as_ref().map_or_else(String::new, |(_, until)| {
            t!("running-token-works-once-until-utc", clock = &clock(*until))
        }),
        join: join.map(|(code, _)| code),
        groups,
        empty: Empty::new(
            t!("running-no-gateways-yet"),
            t!("running-gateways-appear-here-when-they-join"),
            None,
        ),
        same: visitor.same(
            &[
                same::GATEWAY_LIST,
                same::GATEWAY_TOKEN,
                same::GATEWAY_DRAIN,
                same::GATEWAY_UNDRAIN,
            ],
            &[],
        ),
        shell,
    })
}

/// The release each gateway runs.
type Running = HashMap<NodeId, i64>;

/// How many of the newest releases are looked through.
const RELEASES: i64 = 200;

async fn running(visitor: &Visitor) -> Result<Running, PageError> {
    let actor = visitor.actor()?;
    if !actor.may(Permission::ApiRead) {
        return Ok(Running::new());
    }
    let newest = releases::list_releases(visitor.db(), actor, None, RELEASES).await?;
    let of = |release: releases::ReleaseView| {
        let number = release.number;
        let gateways = release.gateways.into_iter();
        gateways.map(move |gateway| (gateway.id, number))
    };
    Ok(newest.into_iter().flat_map(of).collect())
}

/// The group that serves every tenant unless an operator made others.
const SHARED_GROUP: &str = "default";

fn group(
    name: &str,
    nodes: &[&NodeView],
    running: &Running,
    now: OffsetDateTime,
    shell: &Shell,
) -> GroupView {
    let head = nodes.iter().map(|node| node.head_seq).max().unwrap_or(0);
    let behind: Vec<&&NodeView> = nodes
        .iter()
        .filter(|node| node.state != NodeState::InForce)
        .collect();
    let state = match (nodes.len(), behind.len()) {
        (0, _) => Badge::not_started(t!("running-empty")),
        (_, 0) => Badge::good(t!("running-in-force")),
        _ => Badge::care(t!("running-behind")),
    };
    let heading = match nodes.len() {
        0 => t!("running-group-has-no-gateway", name = &name),
        of => t!(
            "running-change-is-in-force-on-of",
            head = &head,
            behind = of - behind.len(),
            count = &t!("count-gateway", count = of)
        ),
    };
    let words = match behind.first() {
        None if nodes.is_empty() => {
            t!("running-add-one-with-the-command-below")
        }
        None => t!("running-every-gateway-enforces-every-decision"),
        Some(node) if node.state == NodeState::Diverged => t!(
            "running-runs-something-else-than-change-it",
            name = &node.name,
            applied_seq = &node.applied_seq
        ),
        Some(node) => t!(
            "running-was-last-heard-from-and-runs",
            name = &node.name,
            relative = &relative(node.last_seen_at, now),
            applied_seq = &node.applied_seq
        ),
    };
    GroupView {
        state,
        heading,
        words,
        nodes: nodes
            .iter()
            .map(|node| node_row(node, running.get(&node.id).copied(), now, shell))
            .collect(),
        join: shell.to(&format!("/console/gateways/{name}/join")),
    }
}

fn node_row(node: &NodeView, release: Option<i64>, now: OffsetDateTime, shell: &Shell) -> NodeRow {
    NodeRow {
        name: node.name.clone(),
        version: node.version.clone(),
        state: match node.state {
            NodeState::InForce => Badge::good(t!("running-in-force")),
            NodeState::Behind => Badge::care(t!("running-behind")),
            NodeState::Diverged => Badge::care(t!("running-diverged")),
            NodeState::Silent => Badge::care(t!("running-silent")),
        },
        out: match node.rotation {
            Rotation::Serving => None,
            Rotation::Draining => Some(Badge::care(t!("running-draining"))),
            Rotation::Drained => Some(Badge::stopped(t!("running-drained"))),
        },
        applied: node.applied_seq.to_string(),
        release: release.map(|number| {
            let path = format!("/console/releases/{number}");
            Link::new(number.to_string(), shell.to(&path))
        }),
        behind: node.state != NodeState::InForce,
        lag: (node.head_seq - node.applied_seq).to_string(),
        seen: When::ago(node.last_seen_at, now),
        error: node.last_error.clone().unwrap_or_default(),
        rotate: rotate(node, shell),
        retire: shell.to(&format!("/console/gateways/{}/retire", node.id)),
    }
}

fn rotate(node: &NodeView, shell: &Shell) -> Rotate {
    let (label, verb) = match node.rotation {
        Rotation::Serving => (t!("running-drain"), "drain"),
        Rotation::Draining | Rotation::Drained => (t!("running-undrain"), "undrain"),
    };
    Rotate {
        label,
        href: shell.to(&format!("/console/gateways/{}/{verb}", node.id)),
    }
}

/// `POST /console/gateways/{node}/drain`
pub(crate) async fn drain(
    visitor: Visitor,
    Path([node]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let actor = visitor.actor()?;
    let platform = visitor.platform().await?;
    let node = id(&node)?;
    let asked = gateways::drain_node(visitor.db(), actor, platform.as_ref(), node).await?;
    visitor
        .tell(Flash::good(
            t!("running-goes-out-of-rotation", name = &asked.value.name),
            t!("running-it-says-that-it-is-not"),
        ))
        .await?;
    Ok(visitor.go("/console/gateways"))
}

/// `POST /console/gateways/{node}/undrain`
pub(crate) async fn undrain(
    visitor: Visitor,
    Path([node]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let actor = visitor.actor()?;
    let platform = visitor.platform().await?;
    let node = id(&node)?;
    let asked = gateways::undrain_node(visitor.db(), actor, platform.as_ref(), node).await?;
    visitor
        .tell(Flash::good(
            t!("running-comes-back-into-rotation", name = &asked.value.name),
            t!("running-it-says-that-it-is-ready"),
        ))
        .await?;
    Ok(visitor.go("/console/gateways"))
}

/// `POST /console/gateways/{group}/join`: the command, with a token that is shown once and works once.
pub(crate) async fn join(
    visitor: Visitor,
    Path([group]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<GatewaysPage, PageError> {
    let actor = visitor.require(Permission::GatewayManage)?;
    let input = CreateJoinToken {
        group,
        ..CreateJoinToken::default()
    };
    let platform = visitor.platform().await?;
    let (token, key) =
        gateways::create_join_token(visitor.db(), actor, platform.as_ref(), input).await?;
    let code = Code::new("join", t!("running-join-command"))
        .text("GATEHOUSE_GATEWAY__CONTROL_PLANE=")
        .string(visitor.portal().admin_api_url().to_string())
        .text(" \\\nGATEHOUSE_GATEWAY__JOIN_TOKEN=")
        .string(key.reveal().as_str())
        // Where it keeps its identity: one folder for each gateway of a machine.
        .text(" \\\nGATEHOUSE_GATEWAY__DATA_DIR=")
        .string("data/gateway")
        .text(" \\\n")
        .command("gatehouse")
        .text(" gateway");
    page(&visitor, Some((code, token.expires_at))).await
}

/// `GET /console/gateways/{node}/retire`
pub(crate) async fn show_retire(
    visitor: Visitor,
    Path([node]): Path<1>,
) -> Result<ConfirmPage, PageError> {
    let actor = visitor.require(Permission::GatewayManage)?;
    let node: NodeId = id(&node)?;
    let nodes = gateways::list_nodes(visitor.db(), actor).await?;
    let found = nodes
        .into_iter()
        .find(|one| one.id == node)
        .ok_or_else(PageError::not_found)?;
    let shell = visitor.shell().await?.console("gateways");
    Ok(ConfirmPage {
        same: Some(visitor.same(&[same::GATEWAY_RETIRE], &[("gateway", &node.to_string())])),
        crumbs: Crumbs::new(
            t!("running-retire"),
            vec![Link::new(
                t!("word-gateways"),
                shell.to("/console/gateways"),
            )],
        ),
        heading: t!("running-retire-2", name = &found.name),
        consequence: t!("running-its-identity-is-revoked-and-nobody"),
        faults: Faults::default(),
        action: shell.to(&format!("/console/gateways/{node}/retire")),
        hidden: Vec::new(),
        fields: Vec::new(),
        button: t!("running-retire-gateway"),
        loss: true,
        back: shell.to("/console/gateways"),
        shell,
    })
}

/// `POST /console/gateways/{node}/retire`
pub(crate) async fn retire(
    visitor: Visitor,
    Path([node]): Path<1>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let actor = visitor.actor()?;
    let platform = visitor.platform().await?;
    gateways::retire_node(visitor.db(), actor, platform.as_ref(), id(&node)?).await?;
    visitor
        .tell(Flash::good(
            t!("running-gateway-retired"),
            t!("running-its-identity-no-longer-opens-anything"),
        ))
        .await?;
    Ok(visitor.go("/console/gateways"))
}
