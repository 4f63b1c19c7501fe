//! What a change does to the objects of one group.

use std::collections::{HashMap, HashSet};

use gatehouse_domain::id::{GatewayGroupId, TenantId};
use gatehouse_domain::subscription::StoredState;
use gatehouse_snapshot::delta::Body;
use gatehouse_snapshot::object::{Object, ObjectRef, Record};
use gatehouse_snapshot::state_hash::StateHash;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Wanted;
use crate::refusal::Refusal;

/// What changes in one group.
#[derive(Default)]
pub(super) struct Step {
    pub(super) removed: Vec<(ObjectRef, [u8; 32])>,
    pub(super) upserted: Vec<Upsert>,
}

pub(super) struct Upsert {
    pub(super) object: Object,
    pub(super) record: Record,
    old: Option<[u8; 32]>,
    new: [u8; 32],
}

impl Step {
    /// Compares what is wanted with what the group holds.
    pub(super) async fn work_out(
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
        let mut seen = HashSet::with_capacity(wanted.len());
        for Wanted { object, value } in wanted {
            if !seen.insert(object) {
                return Err(anyhow::anyhow!("{object:?} is wanted twice in one change").into());
            }
            let old = held.get(&(object.kind as i16, object.id)).copied();
            match value {
                Some(value) => {
                    let record = value.encode();
                    let new = StateHash::of_record(&record);
                    if old != Some(new) {
                        step.upserted.push(Upsert {
                            object: value,
                            record,
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

    pub(super) fn is_empty(&self) -> bool {
        self.removed.is_empty() && self.upserted.is_empty()
    }

    pub(super) fn body(&self) -> Body {
        let records = |tightening: bool| {
            self.upserted
                .iter()
                .filter(|upsert| is_tightening(&upsert.object) == tightening)
                .map(|upsert| upsert.record.clone())
                .collect()
        };
        Body::ordered(
            self.removed.iter().map(|(object, _)| *object).collect(),
            records(true),
            records(false),
        )
    }

    pub(super) fn state_hash(&self, mut hash: StateHash) -> StateHash {
        for (_, old) in &self.removed {
            hash.subtract(*old);
        }
        for upsert in &self.upserted {
            upsert.old.into_iter().for_each(|old| hash.subtract(old));
            hash.add(upsert.new);
        }
        hash
    }

    pub(super) async fn store(
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
        let mut from = 0;
        while from < self.upserted.len() {
            let part = &self.upserted[from..][..batch(&self.upserted[from..])];
            store_part(conn, group, tenant, seq, part).await?;
            from += part.len();
        }
        Ok(())
    }
}

/// How many of `upserts` go into one statement: some hundreds, and no more than some megabytes; at least one.
fn batch(upserts: &[Upsert]) -> usize {
    const ROWS_MAX: usize = 500;
    const BYTES_MAX: usize = 4 * 1024 * 1024;
    let mut bytes = 0;
    let fitting = upserts.iter().take(ROWS_MAX).take_while(|upsert| {
        bytes += upsert.record.body.len();
        bytes <= BYTES_MAX
    });
    fitting.count().max(1)
}

async fn store_part(
    conn: &mut PgConnection,
    group: GatewayGroupId,
    tenant: TenantId,
    seq: i64,
    upserts: &[Upsert],
) -> Result<(), Refusal> {
    let objects = upserts.iter().map(|upsert| upsert.record.object);
    let (kinds, ids): (Vec<i16>, Vec<Uuid>) = objects
        .map(|object| (object.kind as i16, object.id))
        .unzip();
    let bodies: Vec<&[u8]> = upserts
        .iter()
        .map(|upsert| upsert.record.body.as_ref())
        .collect();
    let hashes: Vec<&[u8]> = upserts.iter().map(|upsert| upsert.new.as_slice()).collect();
    let (environments, places): (Vec<Option<Uuid>>, Vec<Option<&str>>) = upserts
        .iter()
        .map(|upsert| place_of(&upsert.object).unzip())
        .unzip();
    sqlx::query!(
        "insert into config_object (group_id, kind, object_id, tenant_id, body, sha256, seq, environment_id, place)
         select $1, o.kind, o.id, $2, o.body, o.sha256, $3, o.environment, o.place
         from unnest($4::smallint[], $5::uuid[], $6::bytea[], $7::bytea[], $8::uuid[], $9::text[])
           as o (kind, id, body, sha256, environment, place)
         on conflict (group_id, kind, object_id) do update
         set body = excluded.body, sha256 = excluded.sha256, seq = excluded.seq,
             environment_id = excluded.environment_id, place = excluded.place",
        group.uuid(),
        tenant.uuid(),
        seq,
        &kinds,
        &ids,
        &bodies as &[&[u8]],
        &hashes as &[&[u8]],
        &environments as &[Option<Uuid>],
        &places as &[Option<&str>],
    )
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Where an object answers: its environment, and the path below that, or the environment's own base path. By it the
/// neighbours of a route are found.
fn place_of(object: &Object) -> Option<(Uuid, &str)> {
    match object {
        Object::Route(route) => Some((route.environment.uuid(), &route.path)),
        Object::Environment(environment) => {
            Some((environment.id.uuid(), environment.base_path.as_str()))
        }
        _ => None,
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
        Object::Environment(_) | Object::Upstream(_) | Object::Plan(_) | Object::Certificate(_) => {
            false
        }
    }
}
