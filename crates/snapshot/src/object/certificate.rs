//! Certificates of tenants' own hosts.

use gatehouse_domain::id::{CertificateId, TenantId};
use serde::{Deserialize, Serialize};

use super::Moment;

/// A certificate that hosts of its tenant's environments are served with. A gateway takes it for no other host, whatever names it
/// has: which hosts are whose is said by environments alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    /// Identity.
    pub id: CertificateId,
    /// Owner.
    pub tenant: TenantId,
    /// What it is for: host names in lower case; `*` as the first label stands for one label.
    pub hosts: Vec<String>,
    /// The end of its validity: of two for one host the one that lasts longer is served.
    pub not_after: Moment,
    /// X.509 certificates in DER, the leaf first.
    pub chain: Vec<Vec<u8>>,
    /// The private key in DER, sealed for the group; see [`crate::group_seal`].
    pub sealed_key: Vec<u8>,
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Certificate")
            .field("id", &self.id)
            .field("hosts", &self.hosts)
            .finish_non_exhaustive()
    }
}
