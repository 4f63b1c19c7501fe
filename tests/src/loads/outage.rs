//! Control plane and database away for the whole of a load, gateways restarted meanwhile: nobody is refused for it.

use std::time::{Duration, Instant};

use serde_json::json;

use super::callers::Callers;
use super::{Faults, Note, Scene};
use crate::stack::{Role, StackPlan};

const GATEWAYS: usize = 2;
const CALLERS_PER_GATEWAY: usize = 4;

/// How long a run is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub lasts: Duration,
    /// Spread evenly over that time: two by SIGTERM, two by kill -9, and so on.
    pub restarts: u32,
}

/// Runs for that time. A caller whose gateway is away goes on with the other one; it is refused by none.
pub async fn run(program: &str, size: Size, note: Note<'_>) -> anyhow::Result<Faults> {
    let Size { lasts, restarts } = size;
    let plan = StackPlan::of(program).gateways(GATEWAYS).own_postgres();
    let scene = Scene::start(plan).await;
    scene.stack.expects_server_errors();
    for role in [Role::AdminApi, Role::Portal] {
        scene.stack.kill9(role);
    }
    scene.stack.kill9_postgres().await;
    let forwarded_before = scene.backend.count();
    let callers = Callers::start(&scene.steady.consumer, &scene.urls(), CALLERS_PER_GATEWAY);
    let begun = Instant::now();
    for restart in 0..restarts {
        let until = lasts.mul_f64(f64::from(restart + 1) / f64::from(restarts + 1));
        while begun.elapsed() < until {
            let left = until.saturating_sub(begun.elapsed());
            tokio::time::sleep(left.min(Duration::from_secs(1))).await;
            note(json!({ "restarts": restart, "load": callers.heard.shown() }))?;
        }
        let role = Role::Gateway(restart as usize % GATEWAYS);
        tokio::task::block_in_place(|| {
            if restart % 4 < 2 {
                scene.stack.stop(role);
            } else {
                scene.stack.kill9(role);
            }
            scene.stack.restart(role);
        });
    }
    tokio::time::sleep(lasts.saturating_sub(begun.elapsed())).await;
    let heard = callers.stop().await;
    let forwarded = scene.backend.count() - forwarded_before;
    let load = heard.shown();
    note(json!({ "restarts": restarts, "forwarded": forwarded, "load": load }))?;
    scene.stack.restart_postgres().await;
    for role in [Role::AdminApi, Role::Portal] {
        scene.stack.restart(role);
    }
    let mut faults = Faults::new();
    if heard.refusals() > 0 || heard.served() == 0 {
        faults.push(format!("calls were refused: {load}"));
    }
    if forwarded < heard.served() {
        faults.push(format!("only {forwarded} calls reached the backend"));
    }
    Ok(faults)
}
