//! What gateways do with calls besides letting subscribed ones through.

use gatehouse_domain::id::PolicyId;
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyMode};
use serde_json::json;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{State, States};
use crate::policies::PolicyDocument;
use crate::refusal::Refusal;
use crate::resources::specs::{PolicySpec, Spec};
use crate::resources::{Key, ResourceKind};
use crate::words::known;

/// Those of versions that files have: on offer.
pub(super) async fn policies(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select p.id, p.slug, p.operation_key, p.kind, p.config, p.mode, p.inherit,
                  a.slug as "api?", v.label as "version?", e.slug as "environment?"
           from policy p
           left join api a on a.id = p.api_id
           left join api_version v on v.id = p.api_version_id
           left join environment e on e.id = p.environment_id
           where ($1::uuid[] is null or p.id = any($1)) and (v.id is null or v.state in ('published', 'deprecated'))"#,
        ids.as_deref(),
    )
    .fetch_all(conn)
    .await?;
    for row in rows {
        let kind = known(PolicyKind::parse(&row.kind), &row.kind)?;
        let spec = PolicySpec {
            api: row.api,
            version: row.version,
            operation: row.operation_key,
            environment: row.environment,
            kind,
            mode: Some(known(PolicyMode::parse(&row.mode), &row.mode)?),
            inherit: Some(known(PolicyInherit::parse(&row.inherit), &row.inherit)?),
            document: Some(PolicyDocument::stored(kind, row.config)?.value()),
        };
        let state = State {
            subject: PolicyId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Policy(Box::new(spec)).fields(),
            ids: json!({}),
        };
        states.insert(Key::new(ResourceKind::Policy, None, &row.slug), state);
    }
    Ok(())
}
