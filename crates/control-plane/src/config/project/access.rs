//! Who may call: applications, their subscriptions and their credentials.

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::id::{
    ApplicationId, CredentialId, EnvironmentId, PlanId, ProductId, SubscriptionId, TenantId,
};
use gatehouse_domain::subscription::{EndedReason, StoredState};
use gatehouse_snapshot::object::{
    Application, Credential, CredentialLater, Moment, Object, Subscription,
};
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Projection;
use crate::refusal::Refusal;
use crate::words::known;

pub(super) async fn application(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: ApplicationId,
) -> Result<Option<Projection>, Refusal> {
    let state = sqlx::query_scalar!("select state from application where id = $1", id.uuid())
        .fetch_optional(conn)
        .await?;
    Ok(match state.as_deref() {
        None | Some("deleted") => None,
        Some(state) => Some(Projection::of_tenant(Object::Application(Application {
            id,
            tenant,
            suspended: state == "suspended",
        }))),
    })
}

/// A closed subscription stays known, so that a refusal can say why, until a later one takes its place or its time is over.
pub(super) async fn subscription(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: SubscriptionId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        r#"select s.application_id, s.product_id, s.environment_id, s.plan_id, s.state, s.ended_reason,
                  s.provider_hold_at is not null as "provider_hold!", s.consumer_hold_at is not null as "consumer_hold!",
                  s.starts_at, s.ends_at, s.forgotten_at is not null as "forgotten!",
                  s.state = 'active' and exists (select from subscription_limit l where l.subscription_id = s.id) as "own_plan!",
                  exists (select from subscription later
                          where later.application_id = s.application_id and later.product_id = s.product_id
                            and later.environment_id = s.environment_id and later.id > s.id
                            and s.state not in ('pending', 'active')) as "replaced!"
           from subscription s where s.id = $1"#,
        id.uuid(),
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row.filter(|row| !row.replaced && !row.forgotten) else {
        return Ok(None);
    };
    let object = Subscription {
        id,
        tenant,
        application: ApplicationId::from_uuid(row.application_id),
        product: ProductId::from_uuid(row.product_id),
        environment: EnvironmentId::from_uuid(row.environment_id),
        plan: PlanId::from_uuid(if row.own_plan { id.uuid() } else { row.plan_id }),
        state: known(StoredState::parse(&row.state), &row.state)?,
        ended_reason: match row.ended_reason {
            Some(word) => Some(known(EndedReason::parse(&word), &word)?),
            None => None,
        },
        provider_hold: row.provider_hold,
        consumer_hold: row.consumer_hold,
        starts_at: row.starts_at.map(Moment::from),
        ends_at: row.ends_at.map(Moment::from),
    };
    Ok(Some(Projection::of_environment(
        Object::Subscription(object),
        row.environment_id,
    )))
}

/// Gateways hold API keys; other kinds of credentials are not theirs to check. A key that has ended stays known, so that a refusal can
/// say so, until its time is over.
pub(super) async fn credential(
    conn: &mut PgConnection,
    tenant: TenantId,
    id: CredentialId,
) -> Result<Option<Projection>, Refusal> {
    let row = sqlx::query!(
        r#"select application_id, environment_id, key_id, secret_hash, state, not_before, expires_at, retire_at,
                  array(select s.product_id from credential_product s where s.tenant_id = c.tenant_id and s.credential_id = c.id
                        order by s.product_id) as "products!: Vec<Uuid>"
           from credential c where id = $1 and forgotten_at is null and kind = 'api_key'"#,
        id.uuid(),
    )
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let secret_hash: [u8; 32] = row
        .secret_hash
        .try_into()
        .map_err(|_| anyhow::anyhow!("a stored secret hash is not 32 bytes"))?;
    let object = Credential {
        id,
        tenant,
        application: ApplicationId::from_uuid(row.application_id),
        environment: EnvironmentId::from_uuid(row.environment_id),
        key_id: row.key_id.unsigned_abs(),
        digest: [0; 32],
        state: known(CredentialState::parse(&row.state), &row.state)?,
        not_before: row.not_before.map(Moment::from),
        expires_at: row.expires_at.map(Moment::from),
        retire_at: row.retire_at.map(Moment::from),
        later: CredentialLater {
            products: row.products.into_iter().map(ProductId::from_uuid).collect(),
        },
    };
    let environment = row.environment_id;
    Ok(Some(Projection {
        secret_hash: Some(secret_hash),
        ..Projection::of_environment(Object::Credential(object), environment)
    }))
}
