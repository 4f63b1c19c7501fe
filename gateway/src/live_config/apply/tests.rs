//! The cost and the order of a change.

use gatehouse_domain::BasePath;
use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{ChangeId, TenantId};
use gatehouse_snapshot::FORMAT;
use gatehouse_snapshot::object::{Environment, Moment, Tenant};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::snapshot::Writer;
use uuid::Uuid;

use super::*;

const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(1));
const TENANT: TenantId = TenantId::from_uuid(Uuid::from_u128(2));

struct Publisher {
    signer: Signer,
    running: Running,
    trust: Trust,
}

impl Publisher {
    fn with(objects: &[Object]) -> Self {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let trust = Trust {
            group: GROUP,
            keys: vec![signer.public()],
        };
        let mut writer = Writer::default();
        let mut bytes = writer.start();
        for object in objects {
            bytes.extend(writer.push(object.encode()).unwrap_or_default());
        }
        bytes.extend(writer.finish(GROUP, 1, 1, Moment(0), &signer));
        let (running, _) = Running::of_snapshot(&bytes, &trust, None).unwrap();
        Self {
            signer,
            running,
            trust,
        }
    }

    /// Signs a change that follows what runs.
    fn delta(
        &self,
        removes: Vec<ObjectRef>,
        tightening: &[Object],
        other: &[Object],
    ) -> SignedDelta {
        let mut new_hash = self.running.state_hash;
        let records = |objects: &[Object]| objects.iter().map(Object::encode).collect::<Vec<_>>();
        let (tightening, other) = (records(tightening), records(other));
        let touched = removes
            .iter()
            .copied()
            .chain(tightening.iter().chain(&other).map(|record| record.object));
        for object_ref in touched {
            if let Some(old) = self.running.object(object_ref) {
                new_hash.subtract(StateHash::of_record(&old.encode()));
            }
        }
        tightening
            .iter()
            .chain(&other)
            .for_each(|record| new_hash.add(StateHash::of_record(record)));
        let header = Header {
            format: FORMAT,
            group: GROUP,
            generation: 1,
            prev_seq: self.running.seq,
            seq: self.running.seq + 1,
            prev_hash: self.running.state_hash,
            new_hash,
            body_sha256: [0; 32],
            change: ChangeId::from_uuid(Uuid::nil()),
            at: Moment(0),
        };
        SignedDelta::new(
            header,
            Body::ordered(removes, tightening, other).encode(),
            &self.signer,
        )
    }

    fn put(&mut self, delta: &SignedDelta) -> Result<(), ConfigError> {
        let prepared = self.running.prepare(delta, &self.trust)?;
        self.running.apply(prepared);
        Ok(())
    }
}

fn tenant(suspended: bool) -> Object {
    Object::Tenant(Tenant {
        id: TENANT,
        slug: "t".to_owned(),
        suspended,
        time_zone: "UTC".to_owned(),
    })
}

fn environment(number: u128) -> Object {
    Object::Environment(Environment {
        id: Uuid::from_u128(number).into(),
        tenant: TENANT,
        kind: EnvironmentKind::Production,
        host: None,
        base_path: BasePath::parse(&format!("/e{number}")).unwrap(),
    })
}

fn credential(number: u64, key_id: u64) -> Credential {
    Credential {
        id: Uuid::from_u128(u128::from(number)).into(),
        tenant: TENANT,
        application: Uuid::from_u128(5).into(),
        environment: Uuid::from_u128(6).into(),
        key_id,
        digest: [7; 32],
        state: CredentialState::Active,
        not_before: None,
        expires_at: None,
        retire_at: None,
    }
}

fn state_of(running: &Running, key_id: u64) -> Option<CredentialState> {
    running
        .set
        .credentials
        .with(&key_id, |credential| credential.state)
}

#[test]
fn a_revocation_among_a_hundred_thousand_keys_is_in_force_within_milliseconds() {
    let keys: Vec<Object> = (0..100_000)
        .map(|number| Object::Credential(credential(number, number)))
        .collect();
    let mut publisher = Publisher::with(&keys);
    let mut times = Vec::new();
    for number in 0..20 {
        let mut revoked = credential(number, number);
        revoked.state = CredentialState::Revoked;
        let bytes = publisher
            .delta(vec![], &[Object::Credential(revoked)], &[])
            .encode();
        let began = std::time::Instant::now();
        let delta = SignedDelta::decode(&bytes).unwrap();
        publisher.put(&delta).unwrap();
        times.push(began.elapsed());
        assert_eq!(
            state_of(&publisher.running, number),
            Some(CredentialState::Revoked)
        );
    }
    times.sort_unstable();
    println!(
        "verify, compile and apply one revocation: median {:?}, slowest {:?}",
        times[10], times[19]
    );
    assert!(times[10].as_millis() < 50, "{times:?}");
}

#[test]
fn every_prefix_of_the_steps_of_a_change_refuses_more() {
    let old = credential(1, 1);
    let mut publisher = Publisher::with(&[
        tenant(false),
        environment(1),
        Object::Credential(old.clone()),
    ]);
    let mut revoked = old;
    revoked.state = CredentialState::Revoked;
    let delta = publisher.delta(
        vec![],
        &[tenant(true), Object::Credential(revoked)],
        &[environment(2), Object::Credential(credential(2, 2))],
    );
    let prepared = publisher.running.prepare(&delta, &publisher.trust).unwrap();
    let order: Vec<&str> = prepared
        .steps
        .iter()
        .map(|step| match step {
            Step::SwapCompiled => "routes",
            Step::Insert(Large::Credential(credential)) if credential.key_id == 1 => "tighten",
            Step::Insert(_) => "loosen",
            Step::Remove(_) => "remove",
        })
        .collect();
    assert_eq!(order, ["tighten", "routes", "loosen"]);
    let before = publisher.running.set.compiled.load_full();
    publisher.put(&delta).unwrap();
    let after = publisher.running.set.compiled.load_full();
    assert!(
        before.environment("h", "/e2/x").is_none() && after.environment("h", "/e2/x").is_some()
    );
}

#[test]
fn a_refused_change_leaves_everything_as_it_was() {
    let mut publisher = Publisher::with(&[
        tenant(false),
        environment(1),
        Object::Credential(credential(1, 1)),
    ]);
    let state = publisher.running.state_hash;
    // Another credential that answers to the same key id.
    let taken = publisher.delta(vec![], &[], &[Object::Credential(credential(2, 1))]);
    assert!(matches!(
        publisher.put(&taken),
        Err(ConfigError::Doubled(_))
    ));
    // An environment whose tenant goes.
    let orphaned = publisher.delta(vec![tenant(false).object_ref()], &[], &[]);
    assert!(matches!(
        publisher.put(&orphaned),
        Err(ConfigError::Compile(_))
    ));
    // Two environments at one place.
    let Object::Environment(mut second) = environment(3) else {
        panic!("an environment")
    };
    second.base_path = BasePath::parse("/e1").unwrap();
    let doubled = publisher.delta(vec![], &[], &[Object::Environment(second)]);
    assert!(matches!(
        publisher.put(&doubled),
        Err(ConfigError::Compile(_))
    ));
    assert_eq!(
        (publisher.running.seq, publisher.running.state_hash),
        (1, state)
    );
    assert!(
        publisher
            .running
            .set
            .compiled
            .load()
            .environment("h", "/e1/x")
            .is_some()
    );
}

#[test]
fn a_key_id_may_move_to_another_credential_within_one_change() {
    let mut publisher = Publisher::with(&[Object::Credential(credential(1, 1))]);
    let old = Object::Credential(credential(1, 1)).object_ref();
    let delta = publisher.delta(vec![old], &[], &[Object::Credential(credential(2, 1))]);
    publisher.put(&delta).unwrap();
    let holder = publisher
        .running
        .set
        .credentials
        .with(&1, |credential| credential.id);
    assert_eq!(holder, Some(Uuid::from_u128(2).into()));
    let back = Object::Credential(credential(2, 1)).object_ref();
    let delta = publisher.delta(vec![back], &[], &[]);
    publisher.put(&delta).unwrap();
    assert_eq!(publisher.running.set.credentials.len(), 0);
    assert_eq!(publisher.running.state_hash, StateHash::EMPTY);
}
