//! docker-compose.yml, as much of it as says what runs, with what, after what.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

/// The file.
#[derive(Debug, Deserialize)]
pub struct Compose {
    pub services: BTreeMap<String, Service>,
    #[serde(default)]
    pub volumes: BTreeMap<String, Value>,
}

/// One service.
#[derive(Debug, Clone, Deserialize)]
pub struct Service {
    pub image: String,
    #[serde(default)]
    pub command: Vec<String>,
    /// Without a value it is passed on, if it is set at all.
    #[serde(default)]
    pub environment: BTreeMap<String, Option<String>>,
    /// Named when it is to run; with none it always does.
    #[serde(default)]
    pub profiles: Vec<String>,
    /// `name:/path` or `name:/path:ro`.
    #[serde(default)]
    pub volumes: Vec<String>,
    /// `address:host:container`.
    #[serde(default)]
    pub ports: Vec<String>,
    #[serde(default)]
    pub depends_on: BTreeMap<String, Dependency>,
    pub healthcheck: Option<Healthcheck>,
    /// Kept so that a test can tell what it does not understand.
    #[serde(flatten)]
    pub rest: BTreeMap<String, Value>,
}

/// What must be true of another service first.
#[derive(Debug, Clone, Deserialize)]
pub struct Dependency {
    pub condition: Condition,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    ServiceStarted,
    ServiceHealthy,
    ServiceCompletedSuccessfully,
}

/// How a service is asked whether it is healthy.
#[derive(Debug, Clone, Deserialize)]
pub struct Healthcheck {
    pub test: Vec<String>,
}

impl Compose {
    pub fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_saphyr::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The services, each after everything it depends on. Panics on a circle or an unknown name.
    pub fn in_order(&self) -> Vec<(&str, &Service)> {
        let mut order: Vec<(&str, &Service)> = Vec::new();
        while order.len() < self.services.len() {
            let is_placed = |name: &str| order.iter().any(|(placed, _)| *placed == name);
            let next = self.services.iter().find(|(name, service)| {
                !is_placed(name) && service.depends_on.keys().all(|needed| is_placed(needed))
            });
            let (name, service) =
                next.expect("services that wait for each other, or for one that is not there");
            order.push((name, service));
        }
        order
    }
}
