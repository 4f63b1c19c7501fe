//! One unit of work: a transaction in the actor's tenant whose commit also writes audit, outbox and configuration.
//!
//! Order inside every verb: business rows, outbox, then the audit head, then gateway group heads in id order as the last
//! statements before commit. All verbs lock in that order, so they cannot deadlock, and the heads, which everybody
//! shares, are held only for the length of the commit.

use gatehouse_domain::id::{ChangeId, EventId, GatewayGroupId};
use gatehouse_runtime::random;
use serde::Serialize;
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::audit::{self, AuditEntry};
use crate::config::{self, Touched};
use crate::db::{Db, Tx};
use crate::idempotency;
use crate::refusal::Refusal;

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

/// A transaction and what its commit has to write besides.
pub(crate) struct Work<'a> {
    db: &'a Db,
    actor: &'a Actor,
    tx: Tx,
    now: OffsetDateTime,
    audit: Vec<AuditEntry>,
    events: Vec<Event>,
    touched: Vec<Touched>,
}

impl<'a> Work<'a> {
    /// Begins in the actor's tenant.
    pub(crate) async fn begin(db: &'a Db, actor: &'a Actor) -> Result<Self, Refusal> {
        let tx = db.tenant(actor.tenant()).await?;
        Ok(Self {
            db,
            actor,
            tx,
            now: as_stored(db.clock().now()),
            audit: Vec::new(),
            events: Vec::new(),
            touched: Vec::new(),
        })
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

    /// Adds the audit record of what was done.
    pub(crate) fn audit(&mut self, entry: AuditEntry) {
        self.audit.push(entry);
    }

    /// Adds an event for the outbox: mail, notices and webhooks are made from it. It is one of
    /// [`crate::events::EVENTS`] and carries what that says.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "subjects are small ids; callers read better without a borrow"
    )]
    pub(crate) fn emit(&mut self, kind: &'static str, subject: impl ToString, payload: Value) {
        if let Some(known) = crate::events::find(kind) {
            debug_assert_eq!(known.fault(&payload), None);
        } else {
            tracing::error!(kind, "an event of a type that is not in the catalogue");
        }
        self.events.push(Event {
            kind,
            subject: subject.to_string(),
            payload,
        });
    }

    /// Says that gateways may need to know: what they hold is projected from the rows at commit.
    pub(crate) fn touch(&mut self, touched: Touched) {
        if !self.touched.contains(&touched) {
            self.touched.push(touched);
        }
    }

    /// Writes what was collected and commits.
    pub(crate) async fn commit<T>(mut self, value: T) -> Result<Changed<T>, Refusal> {
        for event in std::mem::take(&mut self.events) {
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
        let plan = config::plan(&mut self.tx, self.db, self.actor.tenant(), &self.touched).await?;
        let change_id = (!plan.is_empty()).then(|| ChangeId::from_uuid(random::uuid_v7(self.now)));
        let kind = self.audit.first().map_or("config", |entry| entry.action);
        let subject = self
            .audit
            .first()
            .map(|entry| entry.subject.clone())
            .unwrap_or_default();
        audit::append(
            &mut self.tx,
            self.actor,
            self.now,
            change_id,
            std::mem::take(&mut self.audit),
        )
        .await?;
        let change = match change_id {
            Some(id) => {
                let tenant = self.actor.tenant();
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
        if self.actor.is_dry_run() {
            return self.roll_back(value).await;
        }
        if let Some(key) = self.actor.idempotency_key() {
            idempotency::mark_done(&mut self.tx, self.actor, key).await?;
        }
        self.tx.commit().await?;
        Ok(Changed { value, change })
    }

    /// Throws everything away and answers `value`: what a dry run does.
    pub(crate) async fn roll_back<T>(self, value: T) -> Result<Changed<T>, Refusal> {
        self.tx.rollback().await?;
        Ok(Changed {
            value,
            change: None,
        })
    }
}
