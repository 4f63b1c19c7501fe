//! The configuration road: what a change costs, what a gateway refuses, and what brings it back.

mod cost;
mod refused;
mod restored;

use gatehouse_harness::callers::{CiToken, Granted};
use gatehouse_harness::fault_proxy::FaultProxy;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{StackPlan, TestStack, TestUpstream, eventually};
use serde_json::Value;

use crate::GATEHOUSE;

/// One gateway that reaches the admin API through something the test controls.
struct Scene {
    stack: TestStack,
    between: FaultProxy,
    root: CiToken,
    _upstream: TestUpstream,
}

impl Scene {
    async fn start() -> Self {
        let upstream = TestUpstream::start().await;
        let plan = StackPlan::of(GATEHOUSE);
        let between = FaultProxy::start(format!("http://{}", plan.admin_api_address())).await;
        let stack = TestStack::start(plan.control_plane(between.url())).await;
        // A change is in force on every gateway that has joined, which says nothing before one has; what stands between is honest still.
        eventually(PATIENCE, "the gateway follows", async || {
            let ready = stack.readiness(0).await;
            match ready.status.as_u16() {
                200 => Ok(()),
                _ => Err(ready.text()),
            }
        })
        .await;
        let root = stack.first_tenant().root().await;
        root.offer_petstore("petstore", &upstream.url()).await;
        Self {
            stack,
            between,
            root,
            _upstream: upstream,
        }
    }

    async fn granted(&self, name: &str) -> Granted {
        self.root
            .grant("acme", name, "petstore", "open", "production")
            .await
    }

    fn pets(&self) -> String {
        self.stack
            .first_tenant()
            .production_url(0, "/petstore/v1/pets")
    }

    /// What the gateway says about its configuration.
    async fn config(&self) -> Value {
        self.stack.readiness(0).await.json()
    }
}
