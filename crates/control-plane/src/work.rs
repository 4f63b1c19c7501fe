//! One unit of work: a transaction in the actor's tenant whose commit also writes audit, outbox and configuration.
//!
//! Order inside every verb: business rows, outbox, then the audit head, then gateway group heads in id order as the last
//! statements before commit. All verbs lock in that order, so they cannot deadlock, and the heads, which everybody
//! shares, are held only for the length of the commit.

use std::sync::{Arc, Mutex, PoisonError};

use gatehouse_domain::id::{ChangeId, EventId, GatewayGroupId};
use gatehouse_runtime::random;
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::audit::{self, AuditEntry};
use crate::config::{self, RouteReach, Touched};
use crate::db::{Db, Tx};
use crate::idempotency;
use crate::refusal::Refusal;
use crate::releases::{self, Origin};

/// The number a change got in one gateway group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GroupSeq {
    /// The group.
    pub group: GatewayGroupId,
    /// Its sequence number.
    pub seq: u64,
}

/// A change of configuration, as callers wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Ask `/v1/changes/{id}` which gateways have it.
    #[serde(rename = "change_id")]
    pub id: ChangeId,
    /// The numbers it got.
    pub config: Vec<GroupSeq>,
}

/// What a verb made or changed, and the configuration change that carries it to the gateways, if it affects traffic.
#[derive(Debug, Clone)]
pub struct Changed<T> {
    /// The result.
    pub value: T,
    /// The change; `None` when no gateway needs to know.
    pub change: Option<Change>,
}

impl<T> Changed<T> {
    /// Keeps the change, replaces the result.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Changed<U> {
        Changed {
            value: make(self.value),
            change: self.change,
        }
    }
}

/// An event for the outbox.
#[derive(Debug, Clone)]
struct Event {
    kind: &'static str,
    subject: String,
    payload: Value,
}

/// A moment as Postgres keeps it, in whole microseconds: what a verb answers is what a later read shows.
fn as_stored(moment: OffsetDateTime) -> OffsetDateTime {
    let micros = moment.nanosecond() / 1_000;
    moment.replace_nanosecond(micros * 1_000).unwrap_or(moment)
}

/// What a commit has to write besides business rows.
#[derive(Debug, Default)]
struct Collected {
    audit: Vec<AuditEntry>,
    events: Vec<Event>,
    touched: Vec<Touched>,
    /// Whose policies changed.
    reaches: Vec<RouteReach>,
}

impl Collected {
    fn add(&mut self, more: Self) {
        self.audit.extend(more.audit);
        self.events.extend(more.events);
        for touched in more.touched {
            if !self.touched.contains(&touched) {
                self.touched.push(touched);
            }
        }
        for reach in more.reaches {
            if !self.reaches.contains(&reach) {
                self.reaches.push(reach);
            }
        }
    }
}

/// A transaction and what its commit has to write besides.
pub(crate) struct Work<'a> {
    db: &'a Db,
    actor: &'a Actor,
    tx: Tx,
    now: OffsetDateTime,
    collected: Collected,
    origin: Option<Origin>,
    /// The id its change will have, where that was asked before.
    foretold: Option<ChangeId>,
    /// Where it goes back to when it is part of a larger one.
    part_of: Option<(Unit, Collected)>,
}

/// A unit of work that several verbs run in, one after another. Each takes the transaction out, runs behind a savepoint, and
/// its commit hands transaction and records back; what is committed in the end is one change. A verb that fails keeps the
/// transaction, and with it everything is rolled back.
#[derive(Clone)]
pub(crate) struct Unit(Arc<Mutex<Option<Lent>>>);

struct Lent {
    tx: Tx,
    now: OffsetDateTime,
    collected: Collected,
}

impl Unit {
    fn take(&self) -> Result<Lent, Refusal> {
        let mut lent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lent.take().ok_or_else(|| {
            Refusal::Internal(anyhow::anyhow!(
                "a verb before this one failed, or runs at the same time"
            ))
        })
    }

    fn put_back(&self, lent: Lent) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(lent);
    }
}

/// The frame of a work whose transaction verbs are running in.
pub(crate) struct Lending<'a> {
    db: &'a Db,
    actor: &'a Actor,
    origin: Option<Origin>,
    unit: Unit,
}

impl<'a> Lending<'a> {
    /// Ends the lending. Fails when a verb did.
    pub(crate) fn take_back(self) -> Result<Work<'a>, Refusal> {
        let Lent { tx, now, collected } = self.unit.take()?;
        Ok(Work {
            db: self.db,
            actor: self.actor,
            tx,
            now,
            collected,
            origin: self.origin,
            foretold: None,
            part_of: None,
        })
    }
}

impl<'a> Work<'a> {
    /// Begins in the actor's tenant.
    pub(crate) async fn begin(db: &'a Db, actor: &'a Actor) -> Result<Self, Refusal> {
        if let Some(unit) = db.unit() {
            let mut lent = unit.take()?;
            sqlx::query("savepoint verb").execute(&mut *lent.tx).await?;
            return Ok(Self {
                db,
                actor,
                tx: lent.tx,
                now: lent.now,
                collected: Collected::default(),
                origin: None,
                foretold: None,
                part_of: Some((unit.clone(), lent.collected)),
            });
        }
        let tx = db.tenant(actor.tenant()).await?;
        Ok(Self {
            db,
            actor,
            tx,
            now: as_stored(db.clock().now()),
            collected: Collected::default(),
            origin: None,
            foretold: None,
            part_of: None,
        })
    }

    /// Says what the release that this work makes comes from.
    pub(crate) fn originate(&mut self, origin: Origin) {
        self.origin = Some(origin);
    }

    /// Lends the transaction to verbs: those called with the handle run inside it.
    pub(crate) fn lend(self) -> (Lending<'a>, Db) {
        let unit = Unit(Arc::new(Mutex::new(Some(Lent {
            tx: self.tx,
            now: self.now,
            collected: self.collected,
        }))));
        let db = self.db.inside(unit.clone());
        let lending = Lending {
            db: self.db,
            actor: self.actor,
            origin: self.origin,
            unit,
        };
        (lending, db)
    }

    /// The connection to run statements on.
    pub(crate) fn conn(&mut self) -> &mut PgConnection {
        &mut self.tx
    }

    /// The handle, for keys and the clock.
    pub(crate) fn db(&self) -> &'a Db {
        self.db
    }

    /// Who asked for it.
    pub(crate) fn actor(&self) -> &'a Actor {
        self.actor
    }

    /// The moment this work happens at: one for the whole transaction.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.now
    }

    /// The tenant's UUID, for statements.
    pub(crate) fn tenant(&self) -> Uuid {
        self.actor.tenant().uuid()
    }

    /// A fresh id.
    pub(crate) fn new_id<Id: From<Uuid>>(&self) -> Id {
        random::uuid_v7(self.now).into()
    }

    /// The id its change will have, if gateways need to know at all.
    pub(crate) fn foretell_change(&mut self) -> ChangeId {
        let fresh = ChangeId::from_uuid(random::uuid_v7(self.now));
        *self.foretold.get_or_insert(fresh)
    }

    /// Adds the audit record of what was done.
    pub(crate) fn audit(&mut self, entry: AuditEntry) {
        self.collected.audit.push(entry);
    }

    /// Adds an event for the outbox: mail, notices and webhooks are made from it. It is one of
    /// [`crate::events::EVENTS`] and carries what that says.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "subjects are small ids; callers read better without a borrow"
    )]
    pub(crate) fn emit(&mut self, kind: &'static str, subject: impl ToString, payload: Value) {
        crate::events::check(kind, &payload);
        self.collected.events.push(Event {
            kind,
            subject: subject.to_string(),
            payload,
        });
    }

    /// Says that gateways may need to know: what they hold is projected from the rows at commit.
    pub(crate) fn touch(&mut self, touched: Touched) {
        if !self.collected.touched.contains(&touched) {
            self.collected.touched.push(touched);
        }
    }

    /// Says that policies changed on the way to routes: what gateways hold of each is projected at commit.
    pub(crate) fn touch_routes_of(&mut self, reach: RouteReach) {
        if !self.collected.reaches.contains(&reach) {
            self.collected.reaches.push(reach);
        }
    }

    /// Writes what was collected and commits.
    pub(crate) async fn commit<T>(mut self, value: T) -> Result<Changed<T>, Refusal> {
        if self.part_of.is_some() {
            return self.hand_back(value).await;
        }
        let Collected {
            audit,
            events,
            touched,
            reaches,
        } = std::mem::take(&mut self.collected);
        self.write_events(events).await?;
        let tenant = self.actor.tenant();
        let plan = config::plan(&mut self.tx, self.db, tenant, &touched, &reaches).await?;
        let change_id = (!plan.is_empty()).then(|| self.foretell_change());
        let kind = audit.first().map_or("config", |entry| entry.action);
        let subject = audit
            .first()
            .map(|entry| entry.subject.clone())
            .unwrap_or_default();
        let affected = releases::Affected::of(&audit, &touched);
        audit::append(&mut self.tx, self.actor, self.now, change_id, audit).await?;
        let release = match affected {
            Some(affected) => self.release(affected, kind, &subject, change_id).await?,
            None => None,
        };
        let change = match change_id {
            Some(id) => {
                let told = config::Told {
                    change: id,
                    tenant: Some(tenant),
                    kind,
                    subject: &subject,
                    at: self.now,
                };
                let config = config::append(&mut self.tx, tenant, told, plan).await?;
                (!config.is_empty()).then_some(Change { id, config })
            }
            None => None,
        };
        if let (Some(number), Some(change)) = (release, &change) {
            releases::note_groups(&mut self.tx, self.actor.tenant(), number, &change.config)
                .await?;
        }
        if self.actor.is_dry_run() {
            return self.roll_back(value).await;
        }
        if let Some(key) = self.actor.idempotency_key() {
            idempotency::mark_done(&mut self.tx, self.actor, key).await?;
        }
        self.tx.commit().await?;
        Ok(Changed { value, change })
    }

    /// Numbers the configuration anew, when any of it differs from the release before. The head of the audit log is locked:
    /// releases of a tenant are made one after another.
    async fn release(
        &mut self,
        affected: releases::Affected,
        kind: &'static str,
        subject: &str,
        change: Option<ChangeId>,
    ) -> Result<Option<i64>, Refusal> {
        let made = releases::Making {
            actor: self.actor,
            now: self.now,
            kind,
            subject,
            change,
            origin: self.origin.take(),
        };
        let (number, drifted) = releases::record(&mut self.tx, made, affected).await?;
        if let Some(drifted) = drifted {
            let event = Event {
                kind: "config.drift",
                subject: subject.to_owned(),
                payload: drifted,
            };
            crate::events::check(event.kind, &event.payload);
            self.write_events(vec![event]).await?;
        }
        Ok(number)
    }

    async fn write_events(&mut self, events: Vec<Event>) -> Result<(), Refusal> {
        for event in events {
            let id: EventId = random::uuid_v7(self.now).into();
            sqlx::query!(
                "insert into outbox (id, tenant_id, type, subject, payload, at) values ($1, $2, $3, $4, $5, $6)",
                id.uuid(),
                self.actor.tenant().uuid(),
                event.kind,
                event.subject,
                event.payload,
                self.now,
            )
            .execute(&mut *self.tx)
            .await?;
        }
        Ok(())
    }

    /// Gives the transaction back to the larger work this one is part of.
    async fn hand_back<T>(mut self, value: T) -> Result<Changed<T>, Refusal> {
        sqlx::query("release savepoint verb")
            .execute(&mut *self.tx)
            .await?;
        if let Some((unit, mut collected)) = self.part_of {
            collected.add(self.collected);
            unit.put_back(Lent {
                tx: self.tx,
                now: self.now,
                collected,
            });
        }
        Ok(Changed {
            value,
            change: None,
        })
    }

    /// Throws everything away and answers `value`: what a dry run does.
    pub(crate) async fn roll_back<T>(mut self, value: T) -> Result<Changed<T>, Refusal> {
        match self.part_of {
            Some((unit, collected)) => {
                sqlx::query("rollback to savepoint verb")
                    .execute(&mut *self.tx)
                    .await?;
                unit.put_back(Lent {
                    tx: self.tx,
                    now: self.now,
                    collected,
                });
            }
            None => self.tx.rollback().await?,
        }
        Ok(Changed {
            value,
            change: None,
        })
    }
}
