//! Past calls, taken in as a gateway would have reported them.

use std::collections::HashSet;

use anyhow::{Context, bail};
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::gateways::{
    CreateJoinToken, Node, create_installation_join_token, join, retire_node,
};
use gatehouse_control_plane::usage::{Ingest, ingest};
use gatehouse_domain::id::{ApiVersionId, TenantId};
use gatehouse_runtime::random;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_snapshot::protocol::JoinRequest;
use gatehouse_snapshot::usage::{Attribution, BATCH_RECORDS_MAX, Batch, CallRecord};

use super::access::{Access, Caller};
use super::offer::Versions;
use super::stage::Stage;
use crate::commands::demo::traffic::{Flow, Habit, history};

/// Loads two weeks of calls and returns how many. The gateway that served them is retired afterwards, so nobody waits
/// for it to have a change.
pub(super) async fn load(
    stage: &Stage,
    versions: &Versions,
    access: &Access,
) -> anyhow::Result<usize> {
    stage.turn_to_now();
    let acme = stage.person("admin")?.tenant();
    let northwind = stage.person("north")?.tenant();
    let mut calls = history(&flows(acme, northwind, versions, access), stage.now);
    calls.extend(strangers(acme, versions, access, &calls));
    calls.sort_by_key(|call| call.at.0);
    let count = calls.len();
    let node = join_as_former_gateway(stage).await?;
    let boot = random::uuid_v7(stage.now);
    let latest = take_latest(&mut calls);
    for (records, sequence) in calls.chunks(BATCH_RECORDS_MAX).chain([&*latest]).zip(1..) {
        let batch = Batch::new(boot, sequence, 0, records.to_vec());
        match ingest(&stage.db, node, &batch).await? {
            Ingest::Taken(_) => {}
            Ingest::Gap { expected } => bail!("batch {expected} of the past calls is missing"),
        }
    }
    retire_node(&stage.db, &Actor::system(acme, "demo"), None, node.id).await?;
    Ok(count)
}

/// The last call of every key, to be reported on their own: a batch tells of a key's use once, by its first call.
fn take_latest(calls: &mut Vec<CallRecord>) -> Vec<CallRecord> {
    let mut seen = HashSet::new();
    let mut latest = Vec::new();
    for place in (0..calls.len()).rev() {
        if calls[place]
            .attribution
            .credential
            .is_some_and(|key| seen.insert(key))
        {
            latest.push(calls.remove(place));
        }
    }
    latest
}

async fn join_as_former_gateway(stage: &Stage) -> anyhow::Result<Node> {
    let (_, token) = create_installation_join_token(&stage.db, CreateJoinToken::default()).await?;
    let request = JoinRequest {
        token: token.reveal().to_string(),
        name: "gateway-0".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        // Nobody holds the private half: this gateway reports through the call below and never again.
        public_key: hex(&random::bytes::<32>()),
    };
    let joined = join(&stage.db, &request)
        .await?
        .context("the join token was refused")?;
    Ok(Node {
        id: joined.node,
        group: joined.group,
    })
}

fn flows(acme: TenantId, northwind: TenantId, versions: &Versions, access: &Access) -> Vec<Flow> {
    let flow = |caller, version, habits, sessions, calls| Flow {
        who: attribution(acme, caller, version),
        habits,
        sessions,
        calls,
        since: caller.since,
        until: caller.until,
        hit_by_incident: false,
        refused: (2, 429, "rate_limited"),
    };
    let (v1, v2) = (versions.petstore_v1, versions.petstore_v2);
    vec![
        flow(&access.storefront, v2, pets("/petstore/v2"), 1.6, 14),
        flow(&access.storefront, v1, pets("/petstore/v1"), 0.25, 6),
        flow(
            &access.storefront_sandbox,
            v2,
            pets("/sandbox/petstore/v2"),
            0.3,
            8,
        ),
        Flow {
            hit_by_incident: true,
            refused: (12, 429, "rate_limited"),
            ..flow(&access.checkout, versions.orders, orders(), 1.5, 10)
        },
        flow(&access.kiosk, versions.weather, weather(), 0.7, 6),
        Flow {
            hit_by_incident: true,
            ..flow(&access.campaign, versions.orders, orders(), 0.35, 4)
        },
        Flow {
            refused: (120, 429, "rate_limited"),
            ..flow(&access.export, v2, pets("/petstore/v2"), 0.4, 9)
        },
        flow(&access.batch, versions.atlas, atlas(), 0.2, 10),
        Flow {
            who: attribution(northwind, &access.northwind, versions.northwind),
            ..flow(
                &access.northwind,
                versions.northwind,
                pets("/northwind/petstore/v1"),
                0.4,
                7,
            )
        },
    ]
}

fn attribution(tenant: TenantId, caller: &Caller, version: ApiVersionId) -> Attribution {
    let subscription = &caller.subscription;
    Attribution {
        tenant: Some(tenant),
        environment: Some(subscription.environment.id),
        api_version: Some(version),
        operation: None,
        application: Some(subscription.application.id),
        credential: Some(caller.key.id),
        subscription: Some(subscription.id),
        plan: Some(subscription.plan.id),
    }
}

/// Now and then somebody calls without a key, or with one that never was.
fn strangers(
    tenant: TenantId,
    versions: &Versions,
    access: &Access,
    calls: &[CallRecord],
) -> Vec<CallRecord> {
    let who = Attribution {
        tenant: Some(tenant),
        environment: Some(access.storefront.subscription.environment.id),
        api_version: Some(versions.petstore_v2),
        ..Attribution::default()
    };
    let stranger = |(number, call): (usize, &CallRecord)| CallRecord {
        attribution: who.clone(),
        request_id: random::uuid_v7(call.at.into()),
        status: 401,
        reason: if number.is_multiple_of(2) {
            "no_key"
        } else {
            "key_unknown"
        }
        .to_owned(),
        counted: false,
        latency_us: 210,
        upstream_us: 0,
        method: "GET".to_owned(),
        path: "/petstore/v2/pets".to_owned(),
        bytes_in: 0,
        bytes_out: 420,
        ..call.clone()
    };
    calls
        .iter()
        .step_by(140)
        .enumerate()
        .map(stranger)
        .collect()
}

fn habit(
    (method, template, path): (&'static str, &'static str, String),
    (status, upstream_us, weight): (u16, u64, u64),
) -> Habit {
    Habit {
        method,
        template,
        path,
        status,
        upstream_us,
        weight,
    }
}

fn pets(base: &str) -> Vec<Habit> {
    vec![
        habit(("GET", "/pets", format!("{base}/pets")), (200, 24_000, 6)),
        habit(
            ("GET", "/pets/{petId}", format!("{base}/pets/7")),
            (200, 9_000, 10),
        ),
        habit(("POST", "/pets", format!("{base}/pets")), (201, 38_000, 1)),
        habit(
            ("DELETE", "/pets/{petId}", format!("{base}/pets/21")),
            (204, 16_000, 1),
        ),
    ]
}

fn orders() -> Vec<Habit> {
    let at = |path: &str| format!("/orders/v1{path}");
    vec![
        habit(("POST", "/orders", at("/orders")), (201, 62_000, 4)),
        habit(
            ("GET", "/orders/{orderId}", at("/orders/1003")),
            (200, 18_000, 6),
        ),
        habit(("GET", "/orders", at("/orders")), (200, 41_000, 2)),
    ]
}

fn weather() -> Vec<Habit> {
    let at = |path: &str| format!("/weather/v1/cities/{path}");
    vec![
        habit(
            ("GET", "/cities/{city}/current", at("lisbon/current")),
            (200, 6_000, 5),
        ),
        habit(
            ("GET", "/cities/{city}/forecast", at("oslo/forecast")),
            (200, 8_000, 2),
        ),
    ]
}

fn atlas() -> Vec<Habit> {
    vec![
        habit(
            ("GET", "/invoices", "/atlas/v1/invoices".to_owned()),
            (200, 52_000, 3),
        ),
        habit(
            ("GET", "/employees", "/atlas/v1/employees".to_owned()),
            (200, 47_000, 1),
        ),
    ]
}
