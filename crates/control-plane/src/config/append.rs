//! Appending a numbered change to each group that needs it.

use gatehouse_domain::id::{ChangeId, GatewayGroupId, TenantId};
use gatehouse_runtime::random;
use gatehouse_snapshot::delta::Body;
use gatehouse_snapshot::state_hash::StateHash;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use super::step::Step;
use super::{CHANNEL, GroupPlan, check};
use crate::refusal::Refusal;
use crate::work::GroupSeq;

/// What a change is told as.
#[derive(Clone, Copy)]
pub(crate) struct Told<'a> {
    pub(crate) change: ChangeId,
    /// Whose it is; `None` concerns no tenant's objects.
    pub(crate) tenant: Option<TenantId>,
    /// What was done, as the audit log calls it.
    pub(crate) kind: &'a str,
    pub(crate) subject: &'a str,
    pub(crate) at: OffsetDateTime,
}

/// A group's newest position, locked.
struct Head {
    group: GatewayGroupId,
    seq: i64,
    state: StateHash,
}

impl Head {
    /// Not `for update`: that waits for everybody who only refers to the group. A gateway that joins does, and then waits for
    /// the audit head that a verb holds here, and the two would wait for each other.
    async fn lock(conn: &mut PgConnection, group: GatewayGroupId) -> Result<Self, Refusal> {
        let head = sqlx::query!(
            "select head_seq, state_hash from gateway_group where id = $1 for no key update",
            group.uuid()
        )
        .fetch_one(conn)
        .await?;
        let state = StateHash::from_slice(&head.state_hash)
            .ok_or_else(|| anyhow::anyhow!("a stored state hash is not 32 bytes"))?;
        Ok(Self {
            group,
            seq: head.head_seq,
            state,
        })
    }

    /// Moves on by one change.
    async fn advance(
        self,
        conn: &mut PgConnection,
        told: Told<'_>,
        body: &Body,
        state: StateHash,
    ) -> Result<GroupSeq, Refusal> {
        let seq = self.seq + 1;
        sqlx::query!(
            "insert into config_change (group_id, seq, change_id, tenant_id, kind, subject, body, prev_hash, new_hash, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            self.group.uuid(),
            seq,
            told.change.uuid(),
            told.tenant.map(|tenant| tenant.uuid()),
            told.kind,
            told.subject,
            body.encode(),
            self.state.0.as_slice(),
            state.0.as_slice(),
            told.at,
        )
        .execute(&mut *conn)
        .await?;
        sqlx::query!(
            "update gateway_group set head_seq = $2, state_hash = $3 where id = $1",
            self.group.uuid(),
            seq,
            state.0.as_slice(),
        )
        .execute(&mut *conn)
        .await?;
        tell_head_moved(conn, self.group).await?;
        Ok(GroupSeq {
            group: self.group,
            seq: seq.unsigned_abs(),
        })
    }
}

/// Appends the change to every group whose objects it alters, in group id order, as the last statements of a transaction.
/// A group that already holds everything gets no number.
pub(crate) async fn append(
    conn: &mut PgConnection,
    tenant: TenantId,
    told: Told<'_>,
    plans: Vec<GroupPlan>,
) -> Result<Vec<GroupSeq>, Refusal> {
    let mut numbers = Vec::new();
    for plan in plans {
        let head = Head::lock(conn, plan.group).await?;
        let step = Step::work_out(conn, plan.group, plan.wanted).await?;
        if step.is_empty() {
            continue;
        }
        check::check(conn, plan.group, &step).await?;
        let state = step.state_hash(head.state);
        step.store(conn, plan.group, tenant, head.seq + 1).await?;
        numbers.push(head.advance(conn, told, &step.body(), state).await?);
    }
    Ok(numbers)
}

/// Appends a change of nothing to every group, in group id order: its gateways have then taken something signed as of now.
pub(crate) async fn append_empty(
    conn: &mut PgConnection,
    now: OffsetDateTime,
    kind: &str,
) -> Result<Vec<GroupSeq>, Refusal> {
    let groups = sqlx::query_scalar!("select id from gateway_group order by id")
        .fetch_all(&mut *conn)
        .await?;
    let told = Told {
        change: ChangeId::from_uuid(random::uuid_v7(now)),
        tenant: None,
        kind,
        subject: "",
        at: now,
    };
    let mut numbers = Vec::with_capacity(groups.len());
    for group in groups {
        let head = Head::lock(conn, group.into()).await?;
        let state = head.state;
        numbers.push(head.advance(conn, told, &Body::default(), state).await?);
    }
    Ok(numbers)
}

/// Tells waiting gateways' requests, at commit, that there is something new.
pub(crate) async fn tell_head_moved(
    conn: &mut PgConnection,
    group: GatewayGroupId,
) -> Result<(), Refusal> {
    sqlx::query("select pg_notify($1, $2)")
        .bind(CHANNEL)
        .bind(group.uuid().to_string())
        .execute(conn)
        .await?;
    Ok(())
}
