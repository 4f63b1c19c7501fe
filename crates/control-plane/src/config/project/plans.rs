//! What plans limit, also those of a single subscription.

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::{LimitId, PlanId, SubscriptionId, TenantId};
use gatehouse_snapshot::object::{Limit, Object, OperationLimit, Plan, PlanLater};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Projection;
use crate::plans::limits::rule_of;
use crate::refusal::Refusal;
use crate::subscriptions;

pub(super) async fn plan(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: PlanId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        // A plan in staging is offered to nobody: gateways need not know it.
        "select name, current_revision_id from plan where id = $1 and state <> 'staging'",
        id.uuid()
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (limits, operation_limits) = plan_limits(conn, row.current_revision_id).await?;
    Ok(Some(Projection::of_tenant(Object::Plan(Plan {
        id,
        tenant,
        name: row.name,
        limits,
        later: PlanLater { operation_limits },
    }))))
}

/// The limits of a revision as gateways hold them: of every call, and of single operations.
async fn plan_limits(
    conn: &mut PgConnection,
    revision: Option<Uuid>,
) -> Result<(Vec<Limit>, Vec<OperationLimit>), Refusal> {
    let rows = sqlx::query!(
        "select id, algorithm, amount, window_s, burst, period, operation_key from plan_limit where plan_revision_id = $1 order by position, id",
        revision,
    )
    .fetch_all(conn)
    .await?;
    let mut limits = Vec::with_capacity(rows.len());
    let mut operation_limits = Vec::new();
    for row in rows {
        let period = row.period.as_deref();
        let rule = rule_of(
            row.id,
            &row.algorithm,
            row.amount,
            row.window_s,
            row.burst,
            period,
        )?;
        let limit = Limit {
            id: LimitId::from_uuid(row.id),
            rule: rule.into(),
        };
        match row.operation_key.map(OperationKey::from_stored) {
            Some(operation) => operation_limits.push(OperationLimit { operation, limit }),
            None => limits.push(limit),
        }
    }
    Ok((limits, operation_limits))
}

/// The plan of one subscription: the limits of the real one and its own, under the subscription's id. None while it has none
/// of its own, and once it is over.
pub(super) async fn own_plan(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: SubscriptionId,
) -> Result<Option<Projection>, Refusal> {
    let own = subscriptions::of_subscriptions(conn, &[id.uuid()]).await?;
    let Some(own) = own.into_values().next() else {
        return Ok(None);
    };
    let row = sqlx::query!(
        "select p.name, p.current_revision_id from subscription s join plan p on p.id = s.plan_id
         where s.id = $1 and s.state = 'active'",
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (mut limits, operation_limits) = plan_limits(conn, row.current_revision_id).await?;
    limits.extend(own.into_iter().map(|limit| Limit {
        id: limit.id,
        rule: limit.rule.into(),
    }));
    Ok(Some(Projection::of_tenant(Object::Plan(Plan {
        id: PlanId::from_uuid(id.uuid()),
        tenant,
        name: row.name,
        limits,
        later: PlanLater { operation_limits },
    }))))
}
