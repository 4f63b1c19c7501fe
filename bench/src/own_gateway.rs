//! The gateway's role without the rest of the product, for machines that should not build all of it to measure this.

use std::path::Path;

use anyhow::Context;
use gatehouse_gateway::{BoundGateway, DEFAULTS, ROLE, Settings};
use gatehouse_runtime::settings::{Environment, load};
use gatehouse_runtime::telemetry::init_logs;
use gatehouse_runtime::{Clock, Supervisor};

/// What is still running this long after the drain is ended with the process.
const STRAGGLERS: std::time::Duration = std::time::Duration::from_secs(5);

/// Is a gateway until it is told to end, as `gatehouse gateway` is.
pub(crate) fn serve(announce: &Path) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(Box::pin(async {
        let environment = Environment::of_process();
        let settings: Settings = load(ROLE, DEFAULTS, None, &environment)?.settings;
        let clock = Clock::system();
        init_logs(&settings.log, ROLE, &clock)?;
        gatehouse_os::raise_nofile_limit()?;
        let supervisor = Supervisor::new();
        supervisor.stop_on_signals()?;
        let bound = BoundGateway::bind(settings, clock)?;
        let addresses = serde_json::json!({
            "listen": bound.local_addr(),
            "status_listen": bound.status_addr(),
        });
        let aside = announce.with_extension("new");
        std::fs::write(&aside, addresses.to_string())
            .and_then(|()| std::fs::rename(&aside, announce))
            .with_context(|| format!("writing {}", announce.display()))?;
        bound.serve(&supervisor).await?;
        supervisor.shutdown(STRAGGLERS).await;
        Ok(())
    }))
}
