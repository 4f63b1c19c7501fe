//! Measurements at the size the gateway is built for: a million keys and subscriptions. Compiled for tests and with the
//! feature `measure` only; `examples/tables_at_scale.rs` is the command.

mod configuration;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::id::ChangeId;
use gatehouse_runtime::Clock;
use gatehouse_snapshot::delta::{Body, Header, SignedDelta};
use gatehouse_snapshot::group_seal::GroupSeal;
use gatehouse_snapshot::object::{Moment, Object, ObjectRef};
use gatehouse_snapshot::sign::DigestKey;
use gatehouse_snapshot::state_hash::StateHash;
use uuid::Uuid;

use crate::call::{Now, Subject};
use crate::live_config::Sharing;
use crate::live_config::apply::{Running, Trust};
use crate::live_config::disk::Disk;
use crate::policies::api_key::{Authentication, Secrets, authenticate};
use crate::policies::subscription::authorise;
use crate::policies::{Limiting, Standing, admit};
use crate::request::{Field, Fields};
use crate::tables::{OperationMatch, TableSet, Tables};
use crate::usage::ledger::QuotaLedger;
use configuration::{GROUP, GROUP_KEY, credential, environment, key, plan, route, signer, tenant};
pub use configuration::{Scale, write_folder};

/// What was measured of a configuration that runs.
#[derive(Debug, Clone, Copy)]
pub struct Figures {
    /// From the file to tables that serve.
    pub load: Duration,
    /// Finding environment, route and operation of an address, nanoseconds.
    pub route_ns: u64,
    /// One revocation from its bytes to being enforced: median, and slowest of 200.
    pub revoke: [Duration; 2],
    /// One changed API, plan and environment, and one tenant more; median of 20 each.
    pub small_changes: [Duration; 4],
}

/// A configuration loaded through the road of a real start.
pub struct Loaded {
    scale: Scale,
    running: Running,
    tables: Arc<Tables>,
    trust: Trust,
    load: Duration,
}

impl std::fmt::Debug for Loaded {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Loaded")
    }
}

impl Loaded {
    /// Loads what [`write_folder`] wrote.
    pub fn from_folder(folder: &Path, scale: Scale) -> io::Result<Self> {
        let trust = Trust {
            group: GROUP,
            keys: vec![signer().public()],
            seal: GroupSeal::new(&[0; 32]),
        };
        let began = Instant::now();
        let mut disk = Disk::open(folder)?;
        let found = disk.load(&trust)?;
        let alarm = found.alarm.unwrap_or_default();
        let running = found.running.ok_or_else(|| io::Error::other(alarm))?;
        let tables = Arc::new(Tables::default());
        running.publish(&tables, None);
        Ok(Self {
            scale,
            running,
            tables,
            trust,
            load: began.elapsed(),
        })
    }

    fn current(&self) -> Arc<TableSet> {
        self.tables.current().unwrap_or_else(|| unreachable!())
    }

    /// Look-ups and changes, one after another.
    pub fn measure(&mut self) -> Figures {
        Figures {
            load: self.load,
            route_ns: self.routing(),
            revoke: self.revoking(),
            small_changes: [
                self.changing(|scale, number| {
                    vec![Object::Route(route(
                        scale,
                        number * 97 % scale.routes,
                        scale.operations + 1,
                    ))]
                }),
                self.changing(|scale, number| {
                    vec![Object::Plan(plan(number * 97 % scale.tenants, 999))]
                }),
                self.changing(|scale, number| {
                    let mut changed = environment(scale, number * 97 % scale.tenants);
                    changed.host = Some("api.example.com".to_owned());
                    vec![Object::Environment(changed)]
                }),
                self.changing(|scale, number| vec![Object::Tenant(tenant(scale.tenants + number))]),
            ],
        }
    }

    fn routing(&self) -> u64 {
        const LOOKUPS: u64 = 200_000;
        let set = self.current();
        let paths: Vec<String> = (0..LOOKUPS)
            .map(|number| self.scale.path_of(number * 7_919 % self.scale.keys))
            .collect();
        let began = Instant::now();
        let mut found = 0;
        for path in &paths {
            let route = set
                .compiled
                .environment("api.example.com", path)
                .and_then(|(environment, below)| set.compiled.route(environment, below));
            let operation = route.map(|(route, rest)| route.operation(&http::Method::GET, rest));
            found += u64::from(matches!(operation, Some(OperationMatch::Found(_))));
        }
        assert_eq!(found, LOOKUPS, "every address leads to an operation");
        per(began.elapsed(), LOOKUPS)
    }

    /// Judges every key once, from its digest to the count of both of its limits; returns nanoseconds for one. `folder` keeps
    /// what quotas have used.
    pub fn judge_every_key(&self, folder: &Path, clock: &Clock) -> io::Result<u64> {
        let set = self.current();
        let spool = folder.join("usage");
        fs::create_dir_all(&spool)?;
        let ledger = QuotaLedger::open(folder.join("quotas.log"), &spool)?;
        let sharing = Sharing::open(folder.join("live_nodes"));
        let group_key = DigestKey::new(&GROUP_KEY);
        let secrets = Secrets {
            group_key: Some(&group_key),
            signers: &[],
        };
        let now = Now::of(clock);
        let mut spent = Duration::ZERO;
        for number in 0..self.scale.keys {
            let number = number * 7_919 % self.scale.keys;
            let (key, path) = (key(number).reveal(), self.scale.path_of(number));
            let place = set.compiled.environment("h", &path);
            let (environment, below) = place.unwrap_or_else(|| unreachable!());
            let (route, _) = set
                .compiled
                .route(environment, below)
                .unwrap_or_else(|| unreachable!());
            let field = [Field {
                name: "x-api-key",
                value: key.as_bytes(),
            }];
            let began = Instant::now();
            let fields = Fields::new(&field);
            let subject = Subject {
                environment,
                route,
                operation: 0,
                policies: None,
                portal: None,
            };
            let known = authenticate(fields, None, &subject, &set, secrets, now);
            let Authentication::Identified(consumer) = known else {
                unreachable!("every key is good")
            };
            let limiting = Limiting {
                calendar: &environment.tenant.calendar,
                now,
                clock,
                sharing: &sharing,
                counters: &set.counters,
                ledger: &ledger,
            };
            let mut standing = Standing::default();
            let admitted = authorise(&subject, consumer, &set, now, &mut None)
                .and_then(|authorised| admit(authorised, limiting, &mut standing));
            spent += began.elapsed();
            let refused = admitted.err().map(|refusal| refusal.problem.kind());
            assert_eq!(refused, None, "every key is let through");
        }
        Ok(per(spent, self.scale.keys))
    }

    fn revoking(&mut self) -> [Duration; 2] {
        let mut times: Vec<Duration> = (0..200)
            .map(|number| {
                let number = number * 7_919 % self.scale.keys;
                let revoked = credential(&self.scale, number, CredentialState::Revoked);
                let key_id = revoked.key_id;
                let time = self.put(&[Object::Credential(revoked)]);
                let now = self.current().credentials.by_key_id(key_id);
                assert_eq!(now.map(|found| found.state), Some(CredentialState::Revoked));
                time
            })
            .collect();
        times.sort_unstable();
        [times[100], times[199]]
    }

    fn changing(&mut self, change: impl Fn(&Scale, u64) -> Vec<Object>) -> Duration {
        let scale = self.scale;
        let mut times: Vec<Duration> = (0..20)
            .map(|number| self.put(&change(&scale, number)))
            .collect();
        times.sort_unstable();
        times[10]
    }

    /// Publishes a change; returns the time from its bytes to being in force.
    fn put(&mut self, objects: &[Object]) -> Duration {
        let records: Vec<_> = objects.iter().map(Object::encode).collect();
        let mut new_hash = self.running.state_hash;
        for record in &records {
            if let Some(old) = self.running.hash(record.object) {
                new_hash.subtract(old);
            }
            new_hash.add(StateHash::of_record(record));
        }
        let header = Header {
            format: gatehouse_snapshot::FORMAT,
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
        let body = Body::ordered(Vec::<ObjectRef>::new(), Vec::new(), records);
        let bytes = SignedDelta::new(header, body.encode(), &signer()).encode();
        let began = Instant::now();
        let prepared = SignedDelta::decode(&bytes)
            .map_err(Into::into)
            .and_then(|delta| self.running.prepare(&delta, &self.trust));
        match prepared {
            Ok(prepared) => self.running.apply(prepared),
            Err(error) => unreachable!("a change of ours is refused: {error}"),
        }
        self.running.publish(&self.tables, None);
        began.elapsed()
    }
}

fn per(time: Duration, count: u64) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX) / count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The reduced form of `examples/tables_at_scale.rs`. What a change costs is held against the same change where there is
    /// a hundredth of everything: how fast the machine is at the moment is in both.
    #[test]
    fn a_tenth_of_a_million_keys_loads_and_changes_quickly() {
        let scale = Scale {
            keys: 100_000,
            applications: 100_000,
            tenants: 1_000,
            routes: 5_000,
            operations: 4,
        };
        let hundredth = Scale {
            keys: 1_000,
            applications: 1_000,
            tenants: 10,
            routes: 50,
            ..scale
        };
        let (few, many) = (figures_of(hundredth), figures_of(scale));
        println!("{few:?}, {many:?}");
        // In proportion, and no more.
        assert!(many.load < few.load * 300, "{few:?}, {many:?}");
        // Far from in proportion.
        assert!(many.route_ns < few.route_ns * 20, "{few:?}, {many:?}");
        assert!(many.revoke[0] < few.revoke[0] * 20, "{few:?}, {many:?}");
        let changes = few.small_changes.iter().zip(&many.small_changes);
        assert!(
            changes.into_iter().all(|(few, many)| *many < *few * 20),
            "{few:?}, {many:?}"
        );
        if !cfg!(debug_assertions) {
            assert!(many.load < Duration::from_secs(5), "{many:?}");
            assert!(many.revoke[0] < Duration::from_millis(10), "{many:?}");
        }
    }

    fn figures_of(scale: Scale) -> Figures {
        let folder = tempfile::tempdir().unwrap();
        write_folder(folder.path(), scale).unwrap();
        let mut loaded = Loaded::from_folder(folder.path(), scale).unwrap();
        loaded.measure()
    }

    #[test]
    fn every_key_is_judged_as_it_was_written() {
        let scale = Scale {
            keys: 1_000,
            applications: 100_000,
            tenants: 1_000,
            routes: 5_000,
            operations: 4,
        };
        let folder = tempfile::tempdir().unwrap();
        write_folder(folder.path(), scale).unwrap();
        let loaded = Loaded::from_folder(folder.path(), scale).unwrap();
        loaded
            .judge_every_key(folder.path(), &Clock::system())
            .unwrap();
    }
}
