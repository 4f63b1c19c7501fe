//! kill -9 of the admin API and of Postgres at random moments, while writers request and approve access under idempotency keys:
//! what was acknowledged is there, once and whole.

mod ledger;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use gatehouse_control_plane::members::{self, Admit};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::{Actor, audit};
use gatehouse_domain::{Permission, Role as MemberRole};
use gatehouse_runtime::{Secret, random};
use serde_json::json;
use sqlx::Connection;
use tokio::task::JoinSet;

use super::{Faults, Note, Scene};
use crate::callers::{CiToken, PASSWORD};
use crate::stack::{Role, StackPlan, TestStack};
use crate::wait::{PATIENCE, eventually};
use ledger::Ledger;

/// How many rounds, and who writes meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Each kills the admin API or Postgres, and starts it again.
    pub rounds: u64,
    /// Each requests and approves without a pause.
    pub writers: usize,
}

/// Longest time between a start and the next kill.
const UNTIL_KILLED_MAX: Duration = Duration::from_millis(500);
/// One round in so many is killed only after an approval was acknowledged in it: however slow the machine, something is written.
const ROUNDS_TO_AN_APPROVAL: u64 = 4;

/// Kills either, and compares what was acknowledged with what is there.
pub async fn run(program: &str, size: Size, note: Note<'_>) -> anyhow::Result<Faults> {
    let scene = start(program).await;
    let ledgers = killed(&scene, size, false, note).await?;
    let ledger = Ledger::of_all(ledgers);
    let mut conn = scene.stack.sql().await;
    // One moment: an approval that its writer gave up on may still be on its way.
    let mut now = conn.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only")
        .execute(&mut *now)
        .await?;
    let mut faults = ledger.lost(&mut now).await?;
    faults.extend(ledger::half_done(&mut now).await?);
    drop(now);
    faults.extend(chain(&scene.stack).await?);
    faults.extend(ledger.strange.iter().cloned());
    let said = ledger.shown();
    note(json!({ "rounds": size.rounds, "ledger": said }))?;
    if ledger.approved.len() < usize::try_from(size.rounds / ROUNDS_TO_AN_APPROVAL)? {
        faults.push(format!("too little was written to say anything: {said}"));
    }
    Ok(faults)
}

/// The same kills of Postgres alone, while it acknowledges what it has not flushed: how many acknowledged writes are lost. A
/// harness that finds none here would find none anywhere.
pub async fn control(program: &str, rounds_max: u64, note: Note<'_>) -> anyhow::Result<usize> {
    let scene = start(program).await;
    let mut conn = scene.stack.sql().await;
    for statement in [
        "alter system set synchronous_commit = off",
        "alter system set wal_writer_delay = '10s'",
        "select pg_reload_conf()",
    ] {
        sqlx::raw_sql(statement).execute(&mut conn).await?;
    }
    for round in 0..rounds_max {
        let size = Size {
            rounds: 1,
            writers: 4,
        };
        let ledgers = killed(&scene, size, true, note).await?;
        let lost = Ledger::of_all(ledgers)
            .lost(&mut scene.stack.sql().await)
            .await?;
        note(json!({ "round": round, "lost": lost.len() }))?;
        if !lost.is_empty() {
            return Ok(lost.len());
        }
    }
    Ok(0)
}

async fn start(program: &str) -> Scene {
    let scene = Scene::start(StackPlan::of(program).own_postgres()).await;
    scene.stack.expects_server_errors();
    scene
        .root
        .add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    scene
}

async fn killed(
    scene: &Scene,
    size: Size,
    postgres_only: bool,
    note: Note<'_>,
) -> anyhow::Result<Vec<Ledger>> {
    let approver = approver(&scene.stack).await?;
    let stop = Arc::new(AtomicBool::new(false));
    let approvals = Arc::new(AtomicUsize::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..size.writers {
        let (root, approver) = (scene.root.clone(), approver.clone());
        let (approvals, stop) = (Arc::clone(&approvals), Arc::clone(&stop));
        writers.spawn(writer::write(root, approver, approvals, stop));
    }
    for round in 0..size.rounds {
        let longest = u64::try_from(UNTIL_KILLED_MAX.as_millis())?;
        let pause = if postgres_only {
            // Long enough for something to be acknowledged, far shorter than the delay of the flush.
            Duration::from_millis(longest * 2)
        } else {
            Duration::from_millis(random::below(longest))
        };
        if !postgres_only && round % ROUNDS_TO_AN_APPROVAL == 0 {
            let before = approvals.load(Ordering::Relaxed);
            eventually(PATIENCE, "an approval is acknowledged", async || {
                let now = approvals.load(Ordering::Relaxed);
                (now > before).then_some(()).ok_or(format!("{now} so far"))
            })
            .await;
        }
        tokio::time::sleep(pause).await;
        if postgres_only || random::below(2) == 0 {
            scene.stack.kill9_postgres().await;
            scene.stack.restart_postgres().await;
        } else {
            tokio::task::block_in_place(|| {
                scene.stack.kill9(Role::AdminApi);
                scene.stack.restart(Role::AdminApi);
            });
        }
        note(json!({ "round": round }))?;
    }
    stop.store(true, Ordering::Relaxed);
    Ok(writers.join_all().await)
}

/// Somebody else than the one who asks, with a token of their own.
async fn approver(stack: &TestStack) -> anyhow::Result<CiToken> {
    let tenant = stack.first_tenant().id().await;
    let db = stack.control_plane().await;
    let number = random::token();
    let admit = Admit {
        email: format!(
            "olga-{}@acme.test",
            &number[..8].to_lowercase().replace(['-', '_'], "0")
        ),
        name: "Olga Approver".to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        roles: vec![MemberRole::Owner],
    };
    let system = Actor::system(tenant, "test");
    let olga = members::admit(&db, &system, admit).await?.value.user_id;
    let olga = members::actor_of_user(&db, tenant, olga).await?;
    let olga = olga.ok_or_else(|| anyhow::anyhow!("she was admitted"))?;
    let input = CreateToken {
        name: "decides".to_owned(),
        scopes: Permission::ALL.to_vec(),
        apis: None,
        platform: None,
        expires_in_days: None,
    };
    let made = tokens::create_token(&db, &olga, input).await?;
    db.close().await;
    Ok(CiToken::new(&stack.admin_api_url(), &made.value.1.reveal()))
}

/// The audit log of the tenant, once the database has recovered.
async fn chain(stack: &TestStack) -> anyhow::Result<Faults> {
    let tenant = stack.first_tenant().id().await;
    let db = stack.control_plane().await;
    let verified = eventually(PATIENCE, "the audit log can be read", async || {
        audit::verify(&db, tenant)
            .await
            .map_err(|error| error.to_string())
    })
    .await;
    db.close().await;
    Ok(match verified {
        audit::Verification::Intact { .. } => Faults::new(),
        broken => vec![format!("the audit log: {broken:?}")],
    })
}
