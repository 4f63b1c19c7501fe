//! Changes of configuration, and restarts by hand-over in the midst of them: no call fails for either.

use serde_json::json;

use super::callers::Callers;
use super::{Faults, Note, Scene};
use crate::stack::{Role, StackPlan};

const GATEWAYS: usize = 2;
const CALLERS_PER_GATEWAY: usize = 4;
/// Calls between two hand-overs at least, so that none comes while nobody calls.
const BETWEEN: u64 = 50;

/// How large a run is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub changes: u64,
    /// Spread evenly over the changes, the gateways in turn.
    pub restarts: u64,
}

/// Runs until everything was changed and restarted so often. Each change is in force on both gateways before the next.
pub async fn run(program: &str, size: Size, note: Note<'_>) -> anyhow::Result<Faults> {
    let scene = Scene::start(StackPlan::of(program).gateways(GATEWAYS)).await;
    let forwarded_before = scene.backend.count();
    let callers = Callers::start(&scene.steady.consumer, &scene.urls(), CALLERS_PER_GATEWAY);
    let (mut changes, mut restarts) = (0, 0);
    while changes < size.changes || restarts < size.restarts {
        // A key comes and goes: two changes.
        let application = &scene.steady.application;
        let (_, key) = scene.root.issue_key(application, "production").await;
        let revoked = scene
            .root
            .post(&format!("/v1/keys/{key}/revoke"), &json!({}))
            .await;
        revoked.assert_ok();
        changes += 2;
        // With the change on its way: whichever process gets it, the one that stays must have it.
        if restarts < size.restarts && changes * size.restarts >= (restarts + 1) * size.changes {
            callers.heard.more_served(BETWEEN).await;
            let role = Role::Gateway(restarts as usize % GATEWAYS);
            tokio::task::block_in_place(|| scene.stack.hand_over(role));
            restarts += 1;
        }
        scene.root.wait_in_force(&revoked).await;
        let load = callers.heard.shown();
        note(json!({ "changes": changes, "restarts": restarts, "load": load }))?;
    }
    let heard = callers.stop().await;
    let forwarded = scene.backend.count() - forwarded_before;
    let load = heard.shown();
    note(json!({
        "changes": changes, "restarts": restarts, "forwarded": forwarded, "load": load,
    }))?;
    let mut faults = Faults::new();
    if heard.failures() > 0 || heard.served() == 0 {
        faults.push(format!("calls failed: {load}"));
    }
    if forwarded != heard.served() {
        faults.push(format!("{forwarded} calls reached the backend"));
    }
    Ok(faults)
}
