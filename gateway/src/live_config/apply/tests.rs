//! The cost and the order of a change.

use std::time::Duration;

use gatehouse_domain::BasePath;
use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::id::{ApplicationId, ChangeId, TenantId};
use gatehouse_domain::subscription::{EndedReason, StoredState};
use gatehouse_snapshot::FORMAT;
use gatehouse_snapshot::object::{
    Application, Credential, CredentialLater, Environment, Moment, Record, Subscription, Tenant,
};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::snapshot::Writer;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const GROUP: GatewayGroupId = GatewayGroupId::from_uuid(Uuid::from_u128(1));
const TENANT: TenantId = TenantId::from_uuid(Uuid::from_u128(2));

struct Publisher {
    signer: Signer,
    running: Running,
    trust: Trust,
}

fn snapshot(signer: &Signer, objects: &[Object]) -> Vec<u8> {
    let mut writer = Writer::default();
    let mut bytes = writer.start();
    let mut records: Vec<Record> = objects.iter().map(Object::encode).collect();
    records.sort_by_key(|record| record.object);
    for record in records {
        bytes.extend(writer.push(record).unwrap_or_default());
    }
    bytes.extend(writer.finish(GROUP, 1, 1, Moment(0), signer));
    bytes
}

impl Publisher {
    fn with(objects: &[Object]) -> Self {
        let signer = Signer::from_seed(&[1; 32]).unwrap();
        let trust = Trust {
            group: GROUP,
            keys: vec![signer.public()],
            seal: GroupSeal::new(&[5; 32]),
        };
        let bytes = snapshot(&signer, objects);
        let (running, _) = Running::of_snapshot(bytes.as_slice(), &trust, None).unwrap();
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
            if let Some(old) = self.running.hash(object_ref) {
                new_hash.subtract(old);
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
        later: CredentialLater::default(),
    }
}

fn state_of(running: &Running, key_id: u64) -> Option<CredentialState> {
    let found = running.set.credentials.by_key_id(key_id);
    found.map(|credential| credential.state)
}

/// Verifying, compiling and applying one revocation among so many keys: the median of 20.
fn revoked_among(keys: u64) -> Duration {
    let objects: Vec<Object> = (0..keys)
        .map(|number| Object::Credential(credential(number, number)))
        .collect();
    let mut publisher = Publisher::with(&objects);
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
        "revoked among {keys}: median {:?}, slowest {:?}",
        times[10], times[19]
    );
    times[10]
}

#[test]
fn a_revocation_among_a_hundred_thousand_keys_takes_hardly_longer_than_among_a_thousand() {
    // A hundred times as many. How fast the machine is at the moment is in both.
    let (few, many) = (revoked_among(1_000), revoked_among(100_000));
    assert!(many < few * 20, "{few:?} and {many:?}");
    if !cfg!(debug_assertions) {
        assert!(many < Duration::from_millis(5), "{many:?}");
    }
}

#[test]
fn a_request_sees_a_change_whole_or_not_at_all() {
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
    let seen = |set: &TableSet| {
        (
            set.credentials
                .by_key_id(1)
                .map(|credential| credential.state),
            set.credentials.by_key_id(2).is_some(),
            set.compiled.environment("h", "/e2/x").is_some(),
        )
    };
    let before = (Some(CredentialState::Active), false, false);
    let tables = Tables::default();
    publisher.running.publish(&tables, None);
    let held = tables.current().unwrap();
    let prepared = publisher.running.prepare(&delta, &publisher.trust).unwrap();
    assert_eq!(seen(&tables.current().unwrap()), before, "prepared only");
    publisher.running.apply(prepared);
    publisher.running.publish(&tables, None);
    let after = (Some(CredentialState::Revoked), true, true);
    assert_eq!(seen(&tables.current().unwrap()), after);
    assert_eq!(seen(&held), before, "a request under way");
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
    let holder = publisher.running.set.credentials.by_key_id(1);
    let holder = holder.map(|credential| credential.id);
    assert_eq!(holder, Some(Uuid::from_u128(2).into()));
    let back = Object::Credential(credential(2, 1)).object_ref();
    let delta = publisher.delta(vec![back], &[], &[]);
    publisher.put(&delta).unwrap();
    assert_eq!(publisher.running.set.credentials.len(), 0);
    assert_eq!(publisher.running.state_hash, StateHash::EMPTY);
}

fn subscription(number: u64, fields: [u8; 4], dates: [Option<i64>; 3]) -> Subscription {
    let [application, product, plan, flags] = fields;
    let id = |base: u128, number: u8| Uuid::from_u128(base + u128::from(number % 3));
    Subscription {
        id: Uuid::from_u128(u128::from(number)).into(),
        tenant: id(0x10, plan).into(),
        application: id(0x20, application).into(),
        product: id(0x30, product).into(),
        environment: id(0x40, flags).into(),
        plan: id(0x50, plan).into(),
        state: StoredState::ALL[usize::from(flags) % StoredState::ALL.len()],
        ended_reason: EndedReason::ALL.get(usize::from(flags >> 3) % 5).copied(),
        provider_hold: flags & 1 != 0,
        consumer_hold: flags & 2 != 0,
        starts_at: dates[0].map(Moment),
        ends_at: dates[1].map(Moment),
    }
}

/// A large object of a few ids, so that changes meet each other.
fn large() -> impl Strategy<Value = Object> {
    let date = || prop::option::of(prop_oneof![any::<i64>(), Just(i64::MIN), Just(0)]);
    let fields = (0u8..3, 0u64..8, any::<[u8; 4]>(), [date(), date(), date()]);
    fields.prop_map(|(kind, number, fields, dates)| match kind {
        0 => Object::Application(Application {
            id: Uuid::from_u128(0x20 + u128::from(number)).into(),
            tenant: Uuid::from_u128(0x10 + u128::from(fields[0] % 2)).into(),
            suspended: fields[1] & 1 != 0,
        }),
        1 => Object::Subscription(subscription(number, fields, dates)),
        _ => {
            // A key id of its own, now and then another one than before.
            let mut credential = credential(number, number * 4 + u64::from(fields[0] % 2));
            credential.application =
                ApplicationId::from_uuid(Uuid::from_u128(0x20 + u128::from(fields[1] % 9)));
            credential.state = CredentialState::ALL[usize::from(fields[2]) % 4];
            credential.digest = [fields[3]; 32];
            credential.not_before = dates[0].map(Moment);
            credential.expires_at = dates[1].map(Moment);
            credential.retire_at = dates[2].map(Moment);
            Object::Credential(credential)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Compact records tell every byte they were made of, through any number of changes and after a reload, and look-ups find
    /// what the objects say.
    #[test]
    fn records_re_encode_byte_for_byte_and_are_found(
        first in prop::collection::vec(large(), 0..12),
        changes in prop::collection::vec(prop::collection::vec((large(), any::<bool>()), 1..6), 0..12),
    ) {
        let by_ref = |objects: &[Object]| -> std::collections::BTreeMap<ObjectRef, Object> {
            objects.iter().map(|object| (object.object_ref(), object.clone())).collect()
        };
        let mut model = by_ref(&first);
        let mut publisher = Publisher::with(&model.values().cloned().collect::<Vec<_>>());
        for change in changes {
            let (gone, put): (Vec<_>, Vec<_>) = change.into_iter().partition(|(_, remove)| *remove);
            let put = by_ref(&put.into_iter().map(|(object, _)| object).collect::<Vec<_>>());
            let gone = by_ref(&gone.into_iter().map(|(object, _)| object).collect::<Vec<_>>());
            let gone: Vec<ObjectRef> = gone.into_keys().filter(|gone| !put.contains_key(gone)).collect();
            let upserts: Vec<Object> = put.values().cloned().collect();
            let delta = publisher.delta(gone.clone(), &[], &upserts);
            prop_assert!(publisher.put(&delta).is_ok());
            gone.iter().for_each(|gone| { model.remove(gone); });
            model.extend(put);
            check(&publisher.running, &model)?;
        }
        let again = Publisher::with(&model.values().cloned().collect::<Vec<_>>());
        prop_assert_eq!(again.running.state_hash, publisher.running.state_hash);
        check(&again.running, &model)?;
    }
}

fn check(
    running: &Running,
    model: &std::collections::BTreeMap<ObjectRef, Object>,
) -> Result<(), TestCaseError> {
    let mut sum = StateHash::EMPTY;
    let mut places = std::collections::HashMap::new();
    for (object_ref, wanted) in model {
        let record = running
            .set
            .large_object(*object_ref, &running.names)
            .map(|found| found.encode());
        prop_assert_eq!(record.as_ref(), Some(&wanted.encode()));
        sum.add(StateHash::of_record(&wanted.encode()));
        match wanted {
            Object::Credential(credential) => {
                let found = running.set.credentials.by_key_id(credential.key_id);
                prop_assert_eq!(found.map(|found| found.facts()), Some(credential.facts()));
            }
            Object::Subscription(subscription) => {
                let place = (
                    subscription.application,
                    subscription.product,
                    subscription.tenant,
                    subscription.environment,
                );
                let rank = (subscription.facts().is_open(), subscription.id);
                let best = places.entry(place).or_insert((rank, subscription));
                if rank > best.0 {
                    *best = (rank, subscription);
                }
            }
            _ => {}
        }
    }
    prop_assert_eq!(running.state_hash, sum);
    let count = |kind| model.keys().filter(|found| found.kind == kind).count();
    prop_assert_eq!(
        running.set.applications.len(),
        count(ObjectKind::Application)
    );
    prop_assert_eq!(
        running.set.subscriptions.len(),
        count(ObjectKind::Subscription)
    );
    prop_assert_eq!(running.set.credentials.len(), count(ObjectKind::Credential));
    for ((application, product, tenant, environment), (_, wanted)) in places {
        let place = crate::tables::Place {
            application: running.set.applications.number(application).unwrap(),
            product: running.names.products.known(product).unwrap(),
            scope: running
                .names
                .scopes
                .known(crate::tables::Scope {
                    tenant,
                    environment,
                })
                .unwrap(),
        };
        let found = running.set.subscriptions.decisive(place).unwrap();
        prop_assert_eq!((found.id, found.facts()), (wanted.id, wanted.facts()));
        prop_assert_eq!(running.names.plans.known(wanted.plan), Some(found.plan));
    }
    Ok(())
}

/// Where a subscription that was made with these fields is counted.
fn counters(
    tables: &TableSet,
    running: &Running,
    number: u64,
    fields: [u8; 4],
) -> Option<CounterId> {
    let names = &running.names;
    let subscription = subscription(number, fields, [None; 3]);
    let place = crate::tables::Place {
        application: tables.applications.number(subscription.application)?,
        product: names.products.known(subscription.product)?,
        scope: names.scopes.known(crate::tables::Scope {
            tenant: subscription.tenant,
            environment: subscription.environment,
        })?,
    };
    let found = tables.subscriptions.decisive(place)?;
    Some(found.counters)
}

#[test]
fn what_was_used_is_counted_on_through_changes_and_a_new_snapshot() {
    let first = Object::Subscription(subscription(1, [0; 4], [None; 3]));
    let second = Object::Subscription(subscription(2, [1; 4], [None; 3]));
    let mut publisher = Publisher::with(&[first.clone(), second.clone()]);
    let tables = Tables::default();
    publisher.running.publish(&tables, None);
    let held = tables.current().unwrap();
    let one = counters(&held, &publisher.running, 1, [0; 4]).unwrap();
    let two = counters(&held, &publisher.running, 2, [1; 4]).unwrap();
    assert_ne!(one, two);
    let changed = Object::Subscription(subscription(2, [2; 4], [Some(1); 3]));
    let delta = publisher.delta(vec![first.object_ref()], &[], &[changed]);
    publisher.put(&delta).unwrap();
    let now = &publisher.running.set;
    assert_eq!(counters(now, &publisher.running, 2, [2; 4]), Some(two));
    assert_eq!(counters(now, &publisher.running, 1, [0; 4]), None);
    let (anew, _) = Running::of_snapshot(
        snapshot(&publisher.signer, &[first, second]).as_slice(),
        &publisher.trust,
        Some(&publisher.running),
    )
    .unwrap();
    anew.publish(&tables, Some(&publisher.running));
    publisher.running = anew;
    let now = tables.current().unwrap();
    assert_eq!(counters(&now, &publisher.running, 2, [1; 4]), Some(two));
    assert!(counters(&now, &publisher.running, 1, [0; 4]).is_some());
}

#[test]
fn a_new_snapshot_takes_no_counters_from_what_came_out_of_order() {
    // Each of another application and product.
    let place = |number: u64| [number as u8 / 3, number as u8 % 3, 0, 0];
    let subscriptions: Vec<Object> = (1..=4)
        .map(|number| Object::Subscription(subscription(number, place(number), [None; 3])))
        .collect();
    let mut publisher = Publisher::with(&subscriptions[1..2]);
    // Begun in one order, committed in another.
    for late in [3, 0, 2] {
        let delta = publisher.delta(vec![], &[], &subscriptions[late..=late]);
        publisher.put(&delta).unwrap();
    }
    let (anew, _) = Running::of_snapshot(
        snapshot(&publisher.signer, &subscriptions[..3]).as_slice(),
        &publisher.trust,
        Some(&publisher.running),
    )
    .unwrap();
    let of = |running: &Running| -> Vec<Option<CounterId>> {
        let numbers = 1..=4;
        numbers
            .map(|number| counters(&running.set, running, number, place(number)))
            .collect()
    };
    let before = of(&publisher.running);
    assert_eq!(of(&anew)[..3], before[..3]);
    let tables = Tables::default();
    anew.publish(&tables, Some(&publisher.running));
    let freed: Vec<bool> = before
        .iter()
        .map(|counters| anew.set.counters.is_free(counters.unwrap()))
        .collect();
    assert_eq!(freed, [false, false, false, true]);
}
