//! What the companies offer: APIs, their versions, where calls go, and plans.

use std::net::SocketAddr;

use anyhow::Context;
use bytes::Bytes;
use gatehouse_control_plane::apis::{ApiFilter, CreateApi, create_api, list_apis};
use gatehouse_control_plane::plans::{CreatePlan, create_plan};
use gatehouse_control_plane::publishing::{PublishSpec, Source, publish_spec};
use gatehouse_control_plane::tenants::find_tenant;
use gatehouse_control_plane::tokens::{CreateToken, create_token};
use gatehouse_control_plane::upstreams::{PutTarget, PutUpstream, get_upstream, put_upstream};
use gatehouse_control_plane::versions::{Deprecate, deprecate_version, get_version};
use gatehouse_control_plane::{Actor, Db, Lookup, Page};
use gatehouse_domain::id::ApiVersionId;
use gatehouse_domain::key::Key;
use gatehouse_domain::plan::{ApprovalMode, LimitRule, QuotaPeriod};
use gatehouse_domain::{EnvironmentKind, Permission, Visibility};
use time::Duration;

use super::super::descriptions as files;
use super::stage::{Stage, slug};

/// Versions whose past calls are told.
pub(super) struct Versions {
    pub(super) petstore_v1: ApiVersionId,
    pub(super) petstore_v2: ApiVersionId,
    pub(super) orders: ApiVersionId,
    pub(super) weather: ApiVersionId,
    pub(super) atlas: ApiVersionId,
    pub(super) northwind: ApiVersionId,
}

/// An API: who makes it, slug, name, summary, owning team, visibility.
struct Api {
    by: &'static str,
    slug: &'static str,
    name: &'static str,
    summary: &'static str,
    team: Option<&'static str>,
    visibility: Visibility,
}

const APIS: [Api; 5] = [
    Api {
        by: "publisher",
        slug: "petstore",
        name: "Petstore",
        summary: "Find pets, put them up for adoption, follow what happens to them.",
        team: Some("commerce"),
        visibility: Visibility::Public,
    },
    Api {
        by: "publisher",
        slug: "orders",
        name: "Orders",
        summary: "Place orders and follow them. Access is decided by a person.",
        team: Some("commerce"),
        visibility: Visibility::Public,
    },
    Api {
        by: "admin",
        slug: "weather",
        name: "Weather",
        summary: "Weather for the cities we deliver to. Open to everybody.",
        team: None,
        visibility: Visibility::Public,
    },
    Api {
        by: "admin",
        slug: "atlas",
        name: "Atlas",
        summary: "The company's records: a thousand operations.",
        team: None,
        visibility: Visibility::Tenant,
    },
    Api {
        by: "north",
        slug: "petstore",
        name: "Pet supplies",
        summary: "Northwind's own store.",
        team: None,
        visibility: Visibility::Tenant,
    },
];

/// Publishes everything, between twenty and fifteen days ago.
pub(super) async fn publish(stage: &Stage, upstream: SocketAddr) -> anyhow::Result<Versions> {
    stage.turn_to(21, 9);
    for api in &APIS {
        let input = CreateApi {
            slug: api.slug.to_owned(),
            name: api.name.to_owned(),
            summary: api.summary.to_owned(),
            owner_team: api.team.map(slug),
            visibility: Some(api.visibility),
            ..CreateApi::default()
        };
        create_api(&stage.db, stage.person(api.by)?, input)
            .await
            .with_context(|| api.slug)?;
    }
    let atlas = files::atlas();
    let petstore_v1 = version(stage, "publisher", "petstore", "v1", files::PETSTORE_V1).await?;
    let orders = version(stage, "publisher", "orders", "v1", files::ORDERS).await?;
    let weather = version(stage, "admin", "weather", "v1", files::WEATHER).await?;
    let atlas = version(stage, "admin", "atlas", "v1", atlas).await?;
    let northwind = version(stage, "north", "petstore", "v1", files::NORTHWIND_PETSTORE).await?;
    make_plans(stage).await?;
    stage.turn_to(18, 10);
    let petstore_v2 = version(stage, "publisher", "petstore", "v2", files::PETSTORE_V2).await?;
    let deprecate = Deprecate {
        sunset_at: stage.now + Duration::days(75),
        successor: Some("v2".to_owned()),
        guide: None,
    };
    let publisher = stage.person("publisher")?;
    deprecate_version(
        &stage.db,
        publisher,
        slug("petstore"),
        "v1",
        None,
        deprecate,
    )
    .await?;
    for handle in ["admin", "north"] {
        point_upstreams(&stage.db, stage.person(handle)?, upstream, None).await?;
    }
    Ok(Versions {
        petstore_v1,
        petstore_v2,
        orders,
        weather,
        atlas,
        northwind,
    })
}

async fn version(
    stage: &Stage,
    by: &str,
    api: &str,
    label: &str,
    content: Bytes,
) -> anyhow::Result<ApiVersionId> {
    let input = PublishSpec {
        api: slug(api),
        version: label.to_owned(),
        content,
        source: Source {
            commit: Some(commit_of(api, label)),
            branch: Some("main".to_owned()),
            ci_run: Some(format!("https://ci.acme.example/{api}/{label}")),
            author: Some("Commerce team".to_owned()),
            ..Source::default()
        },
        create: false,
        dry_run: false,
        drop_orphans: false,
    };
    let actor = stage.person(by)?;
    let published = publish_spec(&stage.db, actor, input).await;
    published.with_context(|| format!("publishing {api} {label}"))?;
    Ok(get_version(&stage.db, actor, slug(api), label).await?.id)
}

/// What looks like the commit a description came from.
fn commit_of(api: &str, label: &str) -> String {
    let text = format!("{api} {label}");
    let sum = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{sum:016x}{:016x}{:08x}", sum.rotate_left(17), sum as u32)
}

/// The CI token that may publish the next version.
pub(super) async fn make_ci_token(stage: &Stage) -> anyhow::Result<Key> {
    stage.turn_to(18, 11);
    let input = CreateToken {
        name: "Petstore pipeline".to_owned(),
        scopes: vec![
            Permission::CatalogueRead,
            Permission::ApiRead,
            Permission::ApiWrite,
            Permission::SpecPublish,
            // So that its reports name the applications that a change breaks.
            Permission::UsageReadAny,
        ],
        apis: None,
        platform: None,
        expires_in_days: Some(365),
    };
    Ok(create_token(&stage.db, stage.person("admin")?, input)
        .await?
        .value
        .1)
}

/// A plan: who makes it, of which API, slug, name, summary, approval, limits.
type Plan = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    ApprovalMode,
    [LimitRule; 2],
);

const fn rate(amount: u32, window_s: u32, burst: u32) -> LimitRule {
    LimitRule::Rate {
        amount,
        window_s,
        burst,
    }
}

const fn a_day(amount: u64) -> LimitRule {
    LimitRule::Quota {
        amount,
        period: QuotaPeriod::Day,
    }
}

const fn a_month(amount: u64) -> LimitRule {
    LimitRule::Quota {
        amount,
        period: QuotaPeriod::Month,
    }
}

const PLANS: [Plan; 8] = [
    (
        "publisher",
        "petstore",
        "open",
        "Open",
        "For trying things out, and for small apps.",
        ApprovalMode::Auto,
        [rate(10, 1, 30), a_day(20_000)],
    ),
    (
        "publisher",
        "petstore",
        "partner",
        "Partner",
        "For shops that sell with us.",
        ApprovalMode::Manual,
        [rate(100, 1, 300), a_month(5_000_000)],
    ),
    (
        "publisher",
        "orders",
        "free",
        "Free",
        "A few orders a day.",
        ApprovalMode::Manual,
        [rate(1, 1, 5), a_day(500)],
    ),
    (
        "publisher",
        "orders",
        "gold",
        "Gold",
        "For shops that live on it.",
        ApprovalMode::Manual,
        [rate(5, 1, 20), a_month(200_000)],
    ),
    (
        "publisher",
        "orders",
        "internal",
        "Internal",
        "For our own systems; two people decide.",
        ApprovalMode::TwoPerson,
        [rate(200, 1, 400), a_month(50_000_000)],
    ),
    (
        "admin",
        "weather",
        "open",
        "Open",
        "For everybody.",
        ApprovalMode::Auto,
        [rate(5, 1, 10), a_day(5_000)],
    ),
    (
        "admin",
        "atlas",
        "internal",
        "Internal",
        "For our own systems.",
        ApprovalMode::Manual,
        [rate(50, 1, 100), a_month(2_000_000)],
    ),
    (
        "north",
        "petstore",
        "standard",
        "Standard",
        "For our shops.",
        ApprovalMode::Auto,
        [rate(10, 1, 20), a_day(10_000)],
    ),
];

async fn make_plans(stage: &Stage) -> anyhow::Result<()> {
    for (by, api, plan, name, summary, approval, limits) in PLANS {
        let input = CreatePlan {
            slug: plan.to_owned(),
            name: name.to_owned(),
            summary: summary.to_owned(),
            approval,
            limits: limits.to_vec(),
            ..CreatePlan::default()
        };
        let made = create_plan(&stage.db, stage.person(by)?, slug(api), input).await;
        made.with_context(|| format!("plan {plan} of {api}"))?;
    }
    // Taken with the first call from the page of an operation.
    let trial = CreatePlan {
        slug: "trial".to_owned(),
        name: "Trial".to_owned(),
        summary: "For a first look, in the sandbox.".to_owned(),
        approval: ApprovalMode::Auto,
        environments: vec![EnvironmentKind::Sandbox],
        limits: vec![rate(2, 1, 5), a_day(200)],
        max_subscription_days: Some(14),
        trial: true,
        ..CreatePlan::default()
    };
    let publisher = stage.person("publisher")?;
    let made = create_plan(&stage.db, publisher, slug("orders"), trial).await;
    made.context("plan trial of orders")?;
    Ok(())
}

/// Points the APIs of the actor's tenant at their folders of the backend, in both environments. With `last`, only those
/// that still point there: where else a visitor sent calls is theirs to say.
pub(super) async fn point_upstreams(
    db: &Db,
    actor: &Actor,
    upstream: SocketAddr,
    last: Option<SocketAddr>,
) -> anyhow::Result<()> {
    let tenant = find_tenant(db, &Lookup::Id(actor.tenant())).await?;
    let is_northwind = tenant.is_some_and(|tenant| tenant.slug == "northwind");
    let page = Page {
        limit: Page::LIMIT_MAX,
        after: None,
    };
    for api in list_apis(db, actor, &ApiFilter::default(), &page)
        .await?
        .data
    {
        let folder = if is_northwind {
            "northwind"
        } else {
            api.slug.as_str()
        };
        for environment in ["production", "sandbox"] {
            let url = |at: SocketAddr| format!("http://{at}/{folder}");
            if let Some(last) = last {
                let now = get_upstream(db, actor, Lookup::Id(api.id), environment).await;
                let is_ours = now.is_ok_and(|now| now.targets.iter().any(|to| to.url == url(last)));
                if !is_ours {
                    continue;
                }
            }
            let targets = vec![PutTarget::new(url(upstream))];
            let input = PutUpstream {
                targets,
                ..PutUpstream::default()
            };
            put_upstream(db, actor, Lookup::Id(api.id), environment, None, input).await?;
        }
    }
    Ok(())
}
