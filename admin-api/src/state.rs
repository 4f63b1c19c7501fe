//! What every handler shares.

use std::sync::Arc;

use axum::extract::FromRef;
use gatehouse_control_plane::Db;
use gatehouse_control_plane::ci_trusts::WorkloadIssuers;
use gatehouse_control_plane::oidc::Issuers;
use gatehouse_control_plane::publishing::DescriptionFetch;
use gatehouse_runtime::Supervisor;
use gatehouse_runtime::egress::Egress;
use gatehouse_runtime::settings::PublicUrl;

use crate::gateway::heads::Heads;
use crate::settings::Limits;

/// The state of the admin API. Cheap to clone.
#[derive(Clone, FromRef)]
pub(crate) struct AdminApi {
    pub(crate) db: Db,
    pub(crate) supervisor: Supervisor,
    pub(crate) links: Links,
    pub(crate) heads: Heads,
    pub(crate) limits: Limits,
    pub(crate) issuers: Issuers,
    pub(crate) workloads: WorkloadIssuers,
    pub(crate) egress: Egress,
    pub(crate) descriptions: DescriptionFetch,
}

/// Public URLs, from settings and never from what a client sends.
#[derive(Debug, Clone)]
pub(crate) struct Links(Arc<Urls>);

#[derive(Debug)]
struct Urls {
    own: PublicUrl,
    portal: PublicUrl,
    gateway: PublicUrl,
}

impl Links {
    pub(crate) fn new(own: PublicUrl, portal: PublicUrl, gateway: PublicUrl) -> Self {
        Self(Arc::new(Urls {
            own,
            portal,
            gateway,
        }))
    }

    /// The admin API itself.
    pub(crate) fn own(&self) -> &PublicUrl {
        &self.0.own
    }

    /// The portal.
    pub(crate) fn portal(&self) -> &PublicUrl {
        &self.0.portal
    }

    /// The gateways.
    pub(crate) fn gateway(&self) -> &PublicUrl {
        &self.0.gateway
    }
}
