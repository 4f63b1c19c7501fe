//! A thousand changes of configuration under load: no call fails for them.

use gatehouse_harness::StackPlan;
use serde_json::json;

use super::Scene;
use super::callers::Callers;
use super::progress::Progress;

pub(super) async fn run(
    program: &str,
    count: u64,
    progress: &mut Progress,
) -> anyhow::Result<bool> {
    let scene = Scene::start(StackPlan::of(program).gateways(2)).await;
    let callers = Callers::start(&scene.steady.consumer, &scene.urls(), 4);
    let mut changed = 0;
    while changed < count {
        // A key comes and goes: two changes, each in force everywhere before the next.
        let application = &scene.steady.application;
        let (_, key) = scene.root.issue_key(application, "production").await;
        let revoked = scene
            .root
            .post(&format!("/v1/keys/{key}/revoke"), &json!({}))
            .await;
        revoked.assert_ok();
        scene.root.wait_in_force(&revoked).await;
        changed += 2;
        progress.note(json!({ "changes": changed, "load": callers.heard.shown() }))?;
    }
    let heard = callers.stop().await;
    progress.note(json!({ "changes": changed, "load": heard.shown() }))?;
    Ok(heard.failures() == 0 && heard.served() > 0)
}
