//! Control plane and database away for the whole of a load, gateways restarted meanwhile: nobody is refused for it.

use std::time::{Duration, Instant};

use gatehouse_harness::{Role, StackPlan};
use serde_json::json;

use super::Scene;
use super::callers::Callers;
use super::progress::Progress;

const GATEWAYS: usize = 2;
const RESTARTS: u32 = 20;

pub(super) async fn run(
    program: &str,
    lasts: Duration,
    progress: &mut Progress,
) -> anyhow::Result<bool> {
    let plan = StackPlan::of(program).gateways(GATEWAYS).own_postgres();
    let scene = Scene::start(plan).await;
    scene.stack.expects_server_errors();
    for role in [Role::AdminApi, Role::Portal] {
        scene.stack.kill9(role);
    }
    scene.stack.kill9_postgres().await;
    let forwarded_before = scene.upstream.count();
    let callers = Callers::start(&scene.steady.consumer, &scene.urls(), 4);
    let begun = Instant::now();
    for restart in 0..RESTARTS {
        let until = lasts.mul_f64(f64::from(restart + 1) / f64::from(RESTARTS + 1));
        while begun.elapsed() < until {
            tokio::time::sleep(Duration::from_secs(1)).await;
            progress.note(json!({ "restarts": restart, "load": callers.heard.shown() }))?;
        }
        // A caller whose gateway is away goes on with the other one; a refusal would be counted.
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
    let forwarded = scene.upstream.count() - forwarded_before;
    progress
        .note(json!({ "restarts": RESTARTS, "forwarded": forwarded, "load": heard.shown() }))?;
    scene.stack.restart_postgres().await;
    for role in [Role::AdminApi, Role::Portal] {
        scene.stack.restart(role);
    }
    Ok(heard.refusals() == 0 && heard.served() > 0 && forwarded >= heard.served())
}
