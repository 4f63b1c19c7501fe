//! Appending a numbered change to each group that needs it.

use std::collections::HashMap;

use gatehouse_domain::id::{ChangeId, GatewayGroupId, TenantId};
use gatehouse_domain::subscription::StoredState;
use gatehouse_snapshot::check;
use gatehouse_snapshot::delta::Body;
use gatehouse_snapshot::object::{Object, ObjectKind, ObjectRef, Record};
use gatehouse_snapshot::state_hash::StateHash;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::{CHANNEL, GroupPlan, Wanted};
use crate::refusal::{FieldFault, Refusal};
use crate::work::GroupSeq;

/// Kinds that routing is compiled from: a change of one of them is checked against the whole group before it is accepted.
const ROUTING: [ObjectKind; 4] = [
    ObjectKind::Environment,
    ObjectKind::Upstream,
    ObjectKind::Route,
    ObjectKind::Plan,
];

/// Appends the change to every group whose objects it alters, in group id order, as the last statements of a transaction.
/// A group that already holds everything gets no number.
pub(crate) async fn append(
    conn: &mut PgConnection,
    tenant: TenantId,
    now: OffsetDateTime,
    change: ChangeId,
    kind: &str,
    subject: &str,
    plans: Vec<GroupPlan>,
) -> Result<Vec<GroupSeq>, Refusal> {
    let mut numbers = Vec::new();
    for plan in plans {
        let head = sqlx::query!(
            "select head_seq, state_hash from gateway_group where id = $1 for update",
            plan.group.uuid()
        )
        .fetch_one(&mut *conn)
        .await?;
        let step = Step::work_out(conn, plan.group, plan.wanted).await?;
        if step.is_empty() {
            continue;
        }
        step.check(conn, plan.group).await?;
        let seq = head.head_seq + 1;
        let old_hash = stored_hash(&head.state_hash)?;
        let new_hash = step.state_hash(old_hash);
        step.store(conn, plan.group, tenant, seq).await?;
        sqlx::query!(
            "insert into config_change (group_id, seq, change_id, tenant_id, kind, subject, body, prev_hash, new_hash, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            plan.group.uuid(),
            seq,
            change.uuid(),
            tenant.uuid(),
            kind,
            subject,
            step.body().encode(),
            old_hash.0.as_slice(),
            new_hash.0.as_slice(),
            now,
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "update gateway_group set head_seq = $2, state_hash = $3 where id = $1",
            plan.group.uuid(),
            seq,
            new_hash.0.as_slice(),
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query("select pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(plan.group.uuid().to_string())
            .execute(&mut *conn)
            .await?;
        numbers.push(GroupSeq {
            group: plan.group,
            seq: seq.unsigned_abs(),
        });
    }
    Ok(numbers)
}

fn stored_hash(bytes: &[u8]) -> Result<StateHash, Refusal> {
    StateHash::from_slice(bytes)
        .ok_or_else(|| Refusal::Internal(anyhow::anyhow!("a stored state hash is not 32 bytes")))
}

/// What changes in one group.
#[derive(Default)]
struct Step {
    removed: Vec<(ObjectRef, [u8; 32])>,
    upserted: Vec<Upsert>,
}

struct Upsert {
    record: Record,
    tightening: bool,
    old: Option<[u8; 32]>,
    new: [u8; 32],
}

impl Step {
    /// Compares what is wanted with what the group holds.
    async fn work_out(
        conn: &mut PgConnection,
        group: GatewayGroupId,
        wanted: Vec<Wanted>,
    ) -> Result<Self, Refusal> {
        let kinds: Vec<i16> = wanted
            .iter()
            .map(|wanted| wanted.object.kind as i16)
            .collect();
        let ids: Vec<Uuid> = wanted.iter().map(|wanted| wanted.object.id).collect();
        let held: HashMap<(i16, Uuid), [u8; 32]> = sqlx::query!(
            "select o.kind, o.object_id, o.sha256
             from config_object o join unnest($2::smallint[], $3::uuid[]) as w (kind, id) on o.kind = w.kind and o.object_id = w.id
             where o.group_id = $1",
            group.uuid(),
            &kinds,
            &ids,
        )
        .fetch_all(&mut *conn)
        .await?
        .into_iter()
        .filter_map(|row| Some(((row.kind, row.object_id), row.sha256.try_into().ok()?)))
        .collect();
        let mut step = Self::default();
        for Wanted { object, value } in wanted {
            let old = held.get(&(object.kind as i16, object.id)).copied();
            match value {
                Some(value) => {
                    let record = value.encode();
                    let new = StateHash::of_record(&record);
                    if old != Some(new) {
                        step.upserted.push(Upsert {
                            record,
                            tightening: is_tightening(&value),
                            old,
                            new,
                        });
                    }
                }
                None => step.removed.extend(old.map(|old| (object, old))),
            }
        }
        Ok(step)
    }

    fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.upserted.is_empty()
    }

    fn body(&self) -> Body {
        let records = |tightening: bool| {
            self.upserted
                .iter()
                .filter(|upsert| upsert.tightening == tightening)
                .map(|upsert| upsert.record.clone())
                .collect()
        };
        Body::ordered(
            self.removed.iter().map(|(object, _)| *object).collect(),
            records(true),
            records(false),
        )
    }

    fn state_hash(&self, mut hash: StateHash) -> StateHash {
        for (_, old) in &self.removed {
            hash.subtract(*old);
        }
        for upsert in &self.upserted {
            upsert.old.into_iter().for_each(|old| hash.subtract(old));
            hash.add(upsert.new);
        }
        hash
    }

    /// Publishing fails closed: what the group would compile is checked before it is accepted.
    async fn check(&self, conn: &mut PgConnection, group: GatewayGroupId) -> Result<(), Refusal> {
        let routing = |object: &ObjectRef| ROUTING.contains(&object.kind);
        let touched = self
            .upserted
            .iter()
            .map(|upsert| &upsert.record.object)
            .chain(self.removed.iter().map(|(object, _)| object));
        if !touched.into_iter().any(routing) {
            return Ok(());
        }
        let kinds = ROUTING.map(|kind| kind as i16);
        let rows = sqlx::query!(
            "select kind, object_id, body from config_object where group_id = $1 and kind = any($2)",
            group.uuid(),
            &kinds,
        )
        .fetch_all(&mut *conn)
        .await?;
        let mut objects = HashMap::new();
        for row in rows {
            let kind = u8::try_from(row.kind)
                .ok()
                .and_then(ObjectKind::from_number);
            let kind = kind.ok_or_else(|| {
                anyhow::anyhow!("a stored object has the unknown kind {}", row.kind)
            })?;
            let record = Record {
                object: ObjectRef {
                    kind,
                    id: row.object_id,
                },
                body: row.body.into(),
            };
            objects.insert(record.object, record.decode().map_err(anyhow::Error::from)?);
        }
        for (object, _) in &self.removed {
            objects.remove(object);
        }
        for upsert in self
            .upserted
            .iter()
            .filter(|upsert| routing(&upsert.record.object))
        {
            objects.insert(
                upsert.record.object,
                upsert.record.decode().map_err(anyhow::Error::from)?,
            );
        }
        let changed: Vec<_> = self
            .upserted
            .iter()
            .map(|upsert| upsert.record.object)
            .collect();
        let faults: Vec<_> = check::check(objects.values())
            .into_iter()
            // Another tenant's object may be named by a fault that this change causes; its name is not shown.
            .map(|fault| {
                let own = changed.contains(&fault.object);
                FieldFault::new(
                    "",
                    "configuration",
                    if own {
                        fault.detail
                    } else {
                        "this would break a configuration in force".to_owned()
                    },
                )
            })
            .collect();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Refusal::Invalid(faults))
        }
    }

    async fn store(
        &self,
        conn: &mut PgConnection,
        group: GatewayGroupId,
        tenant: TenantId,
        seq: i64,
    ) -> Result<(), Refusal> {
        let (kinds, ids): (Vec<i16>, Vec<Uuid>) = self
            .removed
            .iter()
            .map(|(object, _)| (object.kind as i16, object.id))
            .unzip();
        if !ids.is_empty() {
            sqlx::query!(
                "delete from config_object o using unnest($2::smallint[], $3::uuid[]) as gone (kind, id)
                 where o.group_id = $1 and o.kind = gone.kind and o.object_id = gone.id",
                group.uuid(),
                &kinds,
                &ids,
            )
            .execute(&mut *conn)
            .await?;
        }
        for upsert in &self.upserted {
            sqlx::query!(
                "insert into config_object (group_id, kind, object_id, tenant_id, body, sha256, seq) values ($1, $2, $3, $4, $5, $6, $7)
                 on conflict (group_id, kind, object_id) do update set body = excluded.body, sha256 = excluded.sha256, seq = excluded.seq",
                group.uuid(),
                upsert.record.object.kind as i16,
                upsert.record.object.id,
                tenant.uuid(),
                upsert.record.body.as_ref(),
                upsert.new.as_slice(),
                seq,
            )
            .execute(&mut *conn)
            .await?;
        }
        Ok(())
    }
}

/// Whether an object, by itself, refuses calls: such upserts are applied before all others.
fn is_tightening(object: &Object) -> bool {
    use gatehouse_domain::credential::CredentialState;
    match object {
        Object::Tenant(tenant) => tenant.suspended,
        Object::Application(application) => application.suspended,
        Object::Subscription(subscription) => {
            subscription.state != StoredState::Active
                || subscription.provider_hold
                || subscription.consumer_hold
        }
        Object::Credential(credential) => credential.state != CredentialState::Active,
        Object::Route(route) => !route.state.is_served(),
        Object::Environment(_) | Object::Upstream(_) | Object::Plan(_) => false,
    }
}
