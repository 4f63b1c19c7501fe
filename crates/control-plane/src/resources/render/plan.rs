//! Plans, of APIs and of products.

use gatehouse_domain::plan::{ApprovalMode, PlanState};
use gatehouse_domain::{EnvironmentKind, id};
use serde_json::json;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{State, States};
use crate::plans::approval::from_stored;
use crate::plans::limits;
use crate::refusal::Refusal;
use crate::resources::specs::{LimitSpec, OperationLimitSpec, PlanSpec, Spec};
use crate::resources::{Key, ResourceKind};
use crate::words::known;

pub(super) async fn plans(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select p.id, o.slug as offered, p.slug, p.name, p.summary, p.state, p.approval, p.environments, p.max_subscription_days,
                  p.max_key_days, p.max_overlap_s, p.price, p.trial, p.approval_rule, p.approval_due_s, p.request_questions,
                  l.slug as "terms?", r.number as "revision?"
           from plan p join product o on o.id = p.product_id
           left join plan_revision r on r.id = p.current_revision_id
           left join terms l on l.id = p.terms_id
           where p.state <> 'closed' and (o.api_id is not null or o.state <> 'retired') and ($1::uuid[] is null or p.id = any($1))"#,
        ids.as_deref(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut limits = limits::in_force(conn, &ids).await?;
    for row in rows {
        let limits = limits.remove(&row.id).unwrap_or_default();
        let kinds = row.environments.iter();
        let kinds = kinds.map(|word| known(EnvironmentKind::parse(word), word));
        let mut environments = kinds.collect::<Result<Vec<_>, _>>()?;
        environments.sort_by_key(|kind| EnvironmentKind::ALL.iter().position(|one| one == kind));
        let spec = PlanSpec {
            name: Some(row.name),
            summary: Some(row.summary),
            state: Some(known(PlanState::parse(&row.state), &row.state)?),
            approval: Some(known(ApprovalMode::parse(&row.approval), &row.approval)?),
            environments: Some(environments),
            limits: Some(
                limits
                    .of_all
                    .iter()
                    .map(|limit| LimitSpec::of(limit.rule))
                    .collect(),
            ),
            operation_limits: Some(
                limits
                    .of_operations
                    .iter()
                    .filter_map(OperationLimitSpec::of)
                    .collect(),
            ),
            max_subscription_days: Some(row.max_subscription_days),
            max_key_days: Some(row.max_key_days),
            max_overlap_s: Some(row.max_overlap_s),
            price: Some(row.price.map(from_stored).transpose()?),
            trial: Some(row.trial),
            terms: Some(row.terms),
            approval_rule: Some(row.approval_rule.map(from_stored).transpose()?),
            approval_due_s: Some(row.approval_due_s),
            questions: Some(from_stored(row.request_questions)?),
        };
        let state = State {
            subject: id::PlanId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Plan(Box::new(spec)).fields(),
            ids: json!({ "revision": row.revision }),
        };
        let key = Key::new(ResourceKind::Plan, Some(&row.offered), &row.slug);
        states.insert(key, state);
    }
    Ok(())
}
