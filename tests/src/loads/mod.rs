//! Loads on the whole product: real roles, a real Postgres, and callers that do not stop. The suite runs each in a reduced size,
//! `gatehouse-bench load` in its full one; docs/benchmarks.md lists them.
//!
//! Each says what did not hold. What is no question of load fails by panicking, as everything here does.

mod backend;
mod callers;
pub mod changes;
pub mod exactness;
pub mod kills;
pub mod limits;
pub mod outage;
pub mod revocation;

use serde_json::Value;

use crate::callers::{CiToken, Granted};
use crate::stack::{StackPlan, TestStack};
use backend::Backend;

/// Is told how far a load is, as often as it likes.
pub type Note<'a> = &'a mut dyn FnMut(Value) -> anyhow::Result<()>;

/// What did not hold, in words; empty when everything did.
pub type Faults = Vec<String>;

/// The product with an API behind it and somebody who may call it.
#[derive(Debug)]
pub struct Scene {
    pub stack: TestStack,
    pub root: CiToken,
    pub steady: Granted,
    backend: Backend,
}

impl Scene {
    /// The petstore on offer, and one application with access to it.
    pub async fn start(plan: StackPlan) -> Self {
        let backend = Backend::start().await;
        let stack = TestStack::start(plan).await;
        let root = stack.first_tenant().root().await;
        root.offer_petstore("petstore", &backend.url).await;
        let steady = root
            .grant("acme", "Steady", "petstore", "open", "production")
            .await;
        Self {
            stack,
            root,
            steady,
            backend,
        }
    }

    /// Where the API is called on each gateway.
    pub fn urls(&self) -> Vec<String> {
        let acme = self.stack.first_tenant();
        (0..self.stack.gateway_count())
            .map(|gateway| acme.production_url(gateway, "/petstore/v1/pets"))
            .collect()
    }
}
