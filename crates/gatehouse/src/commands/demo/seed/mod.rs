//! The seed: three weeks in the life of two companies, told by calling the verbs as their people.
//!
//! A clock that is turned through those weeks stands in for the real one, so audit log, requests and keys have the ages
//! they would have. Only past calls are loaded, through the road gateways report on.

mod access;
mod company;
mod history;
mod incidents;
mod offer;
mod stage;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use gatehouse_control_plane::changes::get_change;
use gatehouse_control_plane::credentials::{self, IssueKey};
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::{Actor, Change, Db, Lookup, tenants};
use gatehouse_domain::key::Key;
use gatehouse_runtime::{Clock, Secret};
use tokio::time::{Instant, sleep};

use self::access::Access;
use self::offer::Versions;
use self::stage::Stage;
use super::folder::Seeded;
use crate::output;
use crate::stack::master_key_file;

/// The application whose key is printed.
const DEMO_APPLICATION: &str = "storefront";
/// Longest wait for gateways to have a change.
const IN_FORCE_WITHIN: Duration = Duration::from_secs(10);

/// The calls of the past two weeks, told but not yet loaded.
pub(super) struct Past {
    stage: Stage,
    versions: Versions,
    access: Access,
}

impl Past {
    /// Loads them. The roles may start meanwhile.
    pub(super) async fn load(self) -> anyhow::Result<()> {
        let begun = Instant::now();
        let loaded = history::load(&self.stage, &self.versions, &self.access).await;
        self.stage.db.close().await;
        let calls = loaded.context("past calls")?;
        say(&format!("Loaded {calls} past calls"), begun);
        Ok(())
    }
}

/// Tells the whole story in an empty database, but for its past calls.
pub(super) async fn sow(
    addresses: &DbAddresses,
    data_dir: &Path,
    upstream: SocketAddr,
) -> anyhow::Result<(Seeded, Past)> {
    let begun = Instant::now();
    let now = Clock::system().now();
    let (clock, hand) = Clock::adjustable(now - stage::STORY);
    let keys = MasterKey::load_or_create(&master_key_file(data_dir))?;
    let db = Db::connect(addresses, keys, clock).await?;
    let mut stage = Stage::new(db, hand, now);
    Box::pin(company::found(&mut stage))
        .await
        .context("companies and people")?;
    let versions = offer::publish(&stage, upstream)
        .await
        .context("APIs and plans")?;
    let ci_token = offer::make_ci_token(&stage).await.context("the CI token")?;
    let access = Box::pin(access::live_through(&stage))
        .await
        .context("applications and access")?;
    Box::pin(incidents::happen(&stage))
        .await
        .context("incidents")?;
    say("Made the demo's data", begun);
    let seeded = Seeded {
        upstream,
        key: Secret::new(access.demo_key.reveal().to_string()),
        ci_token: Secret::new(ci_token.reveal().to_string()),
    };
    Ok((
        seeded,
        Past {
            stage,
            versions,
            access,
        },
    ))
}

fn say(what: &str, begun: Instant) {
    output::talk(format!("{what} in {:.1} s.", begun.elapsed().as_secs_f64()));
}

/// Points what pointed at the backend's last address at its new one. The gateways, not yet started, find it in their
/// first configuration.
pub(super) async fn repoint(db: &Db, last: SocketAddr, upstream: SocketAddr) -> anyhow::Result<()> {
    for tenant in tenants::every_tenant(db).await? {
        let actor = Actor::system(tenant.id, "demo");
        offer::point_upstreams(db, &actor, upstream, Some(last)).await?;
    }
    Ok(())
}

/// A fresh key for the printed call, when somebody revoked the one before.
pub(super) async fn replace_key(db: &Db) -> anyhow::Result<Key> {
    let tenant = tenants::first_tenant(db)
        .await?
        .context("there is no tenant")?;
    let actor = Actor::system(tenant.id, "demo");
    let input = IssueKey {
        environment: Lookup::Slug("production".to_owned()),
        name: "Printed by the demo".to_owned(),
        expires_in_days: None,
        products: Vec::new(),
    };
    let application = Lookup::Slug(DEMO_APPLICATION.to_owned());
    let changed = credentials::issue(db, &actor, application, input).await?;
    if let Some(change) = &changed.change {
        wait_until_in_force(db, &actor, change).await?;
    }
    Ok(changed.value.1)
}

/// Gives up waiting without an error: the printed call itself is tried afterwards.
async fn wait_until_in_force(db: &Db, actor: &Actor, change: &Change) -> anyhow::Result<()> {
    let deadline = Instant::now() + IN_FORCE_WITHIN;
    while Instant::now() < deadline {
        if get_change(db, actor, change.id).await?.in_force {
            break;
        }
        sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}
