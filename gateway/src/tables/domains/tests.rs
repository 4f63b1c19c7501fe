//! Which host is served with what, and what is refused.

use std::sync::Arc;

use gatehouse_domain::BasePath;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{CertificateId, EnvironmentId};
use gatehouse_snapshot::object::{Environment, Tenant};

use super::*;
use crate::tables::compiled::CompiledTenant;

const SEAL_KEY: [u8; 32] = [5; 32];

fn tenant(n: u128) -> TenantId {
    TenantId::from_uuid(Uuid::from_u128(n))
}

/// Certificate `id` of `tenant`, for these hosts, to the end that is given.
fn certificate(id: u128, of: u128, hosts: &[&str], not_after: i64) -> Certificate {
    let names: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names.clone()).unwrap();
    let id = CertificateId::from_uuid(Uuid::from_u128(id));
    let seal = GroupSeal::new(&SEAL_KEY);
    Certificate {
        id,
        tenant: tenant(of),
        hosts: names,
        not_after: Moment(not_after),
        chain: vec![made.cert.der().to_vec()],
        sealed_key: seal
            .seal(
                SealedFor::Certificate(tenant(of), id),
                &made.signing_key.serialize_der(),
            )
            .unwrap(),
    }
}

fn held(certificates: &[&Certificate]) -> Certificates {
    let mut held = Certificates::default();
    for certificate in certificates {
        let hash = [certificate.id.uuid().as_u128() as u8; 32];
        held.put(certificate, hash, &GroupSeal::new(&SEAL_KEY))
            .unwrap();
    }
    held
}

/// Environments by number, tenant and host.
fn compiled(environments: &[(u128, u128, Option<&str>)]) -> Compiled {
    let mut compiled = Compiled::default();
    for (number, of, host) in environments {
        let object = Environment {
            id: EnvironmentId::from_uuid(Uuid::from_u128(*number)),
            tenant: tenant(*of),
            kind: EnvironmentKind::Production,
            host: host.map(ToOwned::to_owned),
            base_path: BasePath::parse(&format!("/e{number}")).unwrap(),
        };
        let owner = Arc::new(CompiledTenant::new(&Tenant {
            id: tenant(*of),
            slug: format!("t{of}"),
            suspended: false,
            time_zone: "UTC".to_owned(),
        }));
        let numbers = (*number as u32, *number as u32);
        let environment = compiled.new_environment(&object, &owner, numbers);
        compiled.put_environment(Arc::new(environment));
    }
    compiled
}

/// What a host is served with: whose, and the leaf.
fn served(domains: &Domains, host: &str) -> Option<(TenantId, Vec<u8>)> {
    let found = domains.find(host)?;
    Some((found.tenant, found.key.cert[0].to_vec()))
}

#[test]
fn a_host_of_an_environment_is_served_with_a_certificate_of_its_own_tenant_only() {
    let ours = certificate(1, 1, &["a.example", "unused.example"], 10);
    let theirs = certificate(2, 2, &["a.example", "b.example"], 99);
    let compiled = compiled(&[
        (1, 1, Some("a.example")),
        (2, 2, Some("b.example")),
        (3, 2, None),
    ]);
    let domains = Domains::of(&compiled, &held(&[&ours, &theirs]));
    assert_eq!(
        served(&domains, "a.example"),
        Some((tenant(1), ours.chain[0].clone()))
    );
    assert_eq!(
        served(&domains, "b.example"),
        Some((tenant(2), theirs.chain[0].clone()))
    );
    assert_eq!(served(&domains, "unused.example"), None);
    assert_eq!(served(&domains, "c.example"), None);
}

#[test]
fn a_name_goes_before_a_star_and_the_longer_end_before_the_shorter() {
    let named = certificate(1, 1, &["a.example.com"], 10);
    let star = certificate(2, 1, &["*.example.com"], 99);
    let longer = certificate(3, 1, &["*.example.com"], 100);
    let hosts = [(1, 1, Some("a.example.com")), (2, 1, Some("b.example.com"))];
    let compiled = compiled(&[&hosts[..], &[(3, 1, Some("x.b.example.com"))]].concat());
    let domains = Domains::of(&compiled, &held(&[&named, &longer, &star]));
    let leaf = |host| served(&domains, host).map(|(_, leaf)| leaf);
    assert_eq!(leaf("a.example.com").as_ref(), named.chain.first());
    assert_eq!(leaf("b.example.com").as_ref(), longer.chain.first());
    assert_eq!(leaf("x.b.example.com"), None, "a star is one label");
}

#[test]
fn a_host_that_two_tenants_name_is_nobodys() {
    let ours = certificate(1, 1, &["a.example"], 10);
    let theirs = certificate(2, 2, &["a.example"], 99);
    let shared = compiled(&[
        (1, 1, Some("a.example")),
        (2, 2, Some("a.example")),
        (3, 1, Some("a.example")),
    ]);
    let domains = Domains::of(&shared, &held(&[&ours, &theirs]));
    assert_eq!(served(&domains, "a.example"), None);
}

#[test]
fn what_cannot_be_opened_or_served_is_refused() {
    let good = certificate(1, 1, &["a.example"], 10);
    let put = |certificate: &Certificate, key: [u8; 32]| {
        let mut held = Certificates::default();
        let put = held.put(certificate, [0; 32], &GroupSeal::new(&key));
        put.map_err(|error| error.to_string())
    };
    assert_eq!(put(&good, SEAL_KEY), Ok(()));
    let refused = put(&good, [6; 32]).unwrap_err();
    assert!(refused.contains("not sealed for this group"), "{refused}");
    let other = certificate(2, 1, &["a.example"], 10);
    let moved = Certificate {
        sealed_key: other.sealed_key.clone(),
        ..good.clone()
    };
    assert!(put(&moved, SEAL_KEY).is_err(), "of another certificate");
    let mixed = Certificate {
        chain: other.chain.clone(),
        ..good.clone()
    };
    let refused = put(&mixed, SEAL_KEY).unwrap_err();
    assert!(refused.contains("together"), "{refused}");
    for empty in [
        Certificate {
            chain: Vec::new(),
            ..good.clone()
        },
        Certificate {
            hosts: Vec::new(),
            ..good
        },
    ] {
        assert!(put(&empty, SEAL_KEY).is_err());
    }
}
