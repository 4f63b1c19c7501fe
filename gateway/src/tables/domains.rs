//! Certificates of tenants' own domains, and which host is served with which.
//!
//! A host is one that an environment names, and it is served only with a certificate of that environment's tenant: a certificate
//! that names other hosts besides opens nothing there. A look-up is one in a table by the whole name; whether a name of the
//! certificate stands for it was decided when the table was made.

use std::collections::BTreeMap;
use std::sync::Arc;

use gatehouse_domain::host;
use gatehouse_domain::id::TenantId;
use gatehouse_snapshot::group_seal::{GroupSeal, SealedFor};
use gatehouse_snapshot::object::{Certificate, Moment};
use hashbrown::HashMap;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use uuid::Uuid;

use super::compiled::{CompileError, Compiled};

/// All certificates of a configuration, as the applier keeps them. Cloning copies a pointer.
#[derive(Clone, Default)]
pub(crate) struct Certificates(Arc<BTreeMap<Uuid, Held>>);

#[derive(Clone)]
struct Held {
    /// What it adds to the state hash.
    hash: [u8; 32],
    tenant: TenantId,
    hosts: Arc<[String]>,
    not_after: Moment,
    key: Arc<CertifiedKey>,
}

impl Certificates {
    /// What a certificate adds to the state hash, if it is there.
    pub(crate) fn hash(&self, id: Uuid) -> Option<[u8; 32]> {
        self.0.get(&id).map(|held| held.hash)
    }

    /// Opens a certificate's key and makes both ready to serve with.
    pub(crate) fn put(
        &mut self,
        certificate: &Certificate,
        hash: [u8; 32],
        seal: &GroupSeal,
    ) -> Result<(), CompileError> {
        let id = certificate.id;
        let refused = |why| CompileError::Certificate(id, why);
        if certificate.hosts.is_empty() || certificate.chain.is_empty() {
            return Err(refused("it names no host or has no chain"));
        }
        let held = Held {
            hash,
            tenant: certificate.tenant,
            hosts: certificate.hosts.clone().into(),
            not_after: certificate.not_after,
            key: Arc::new(certified(certificate, seal).map_err(refused)?),
        };
        Arc::make_mut(&mut self.0).insert(id.uuid(), held);
        Ok(())
    }

    pub(crate) fn remove(&mut self, id: Uuid) {
        if self.0.contains_key(&id) {
            Arc::make_mut(&mut self.0).remove(&id);
        }
    }
}

fn certified(certificate: &Certificate, seal: &GroupSeal) -> Result<CertifiedKey, &'static str> {
    let sealed_for = SealedFor::Certificate(certificate.tenant, certificate.id);
    let key = seal.open(sealed_for, &certificate.sealed_key);
    let key = key.map_err(|_| "its key is not sealed for this group")?;
    let der = PrivateKeyDer::try_from(key.as_slice()).map_err(|_| "its key cannot be read")?;
    let chain = certificate.chain.iter().cloned();
    let chain = chain.map(CertificateDer::from).collect();
    let provider = rustls::crypto::aws_lc_rs::default_provider();
    CertifiedKey::from_der(chain, der.clone_key(), &provider)
        .map_err(|_| "it and its key cannot be served together")
}

/// Which host is served with what.
#[derive(Default)]
pub(crate) struct Domains(HashMap<Box<str>, Domain>);

/// A host of a tenant, and what it is served with.
pub(crate) struct Domain {
    pub(crate) tenant: TenantId,
    pub(crate) key: Arc<CertifiedKey>,
}

impl Domains {
    /// Finds for each host of an environment the certificate of its tenant that is for it: one that names it rather than one with
    /// `*`, and of those the one that lasts longest. A host that environments of several tenants name is nobody's.
    pub(crate) fn of(compiled: &Compiled, certificates: &Certificates) -> Self {
        let mut of_tenant = HashMap::<TenantId, Vec<(Uuid, &Held)>>::new();
        for (id, held) in certificates.0.iter() {
            of_tenant.entry(held.tenant).or_default().push((*id, held));
        }
        if of_tenant.is_empty() {
            return Self::default();
        }
        let mut owners = HashMap::<&str, Option<TenantId>>::new();
        for environment in compiled.environments() {
            let (tenant, host) = (environment.object.tenant, &environment.object.host);
            let Some(host) = host.as_deref() else {
                continue;
            };
            let owner = owners.entry(host).or_insert(Some(tenant));
            if *owner != Some(tenant) {
                *owner = None;
            }
        }
        let served = owners.into_iter().filter_map(|(host, owner)| {
            let tenant = owner?;
            let fitting = of_tenant.get(&tenant)?.iter().filter(|(_, held)| {
                let mut hosts = held.hosts.iter();
                hosts.any(|pattern| host::covers(pattern, host))
            });
            let (_, held) = fitting.max_by_key(|(id, held)| {
                let names_it = held.hosts.iter().any(|pattern| pattern == host);
                (names_it, held.not_after, *id)
            })?;
            let key = Arc::clone(&held.key);
            Some((host.into(), Domain { tenant, key }))
        });
        Self(served.collect())
    }

    /// What a client that asks for this name (RFC 6066 §3, in lower case) is served with.
    pub(crate) fn find(&self, name: &str) -> Option<&Domain> {
        self.0.get(name)
    }
}

#[cfg(test)]
mod tests;
