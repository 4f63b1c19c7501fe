//! Products over several APIs.

use std::collections::HashMap;

use gatehouse_domain::{ProductState, Visibility, id};
use serde_json::json;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::{State, States};
use crate::refusal::Refusal;
use crate::resources::Key;
use crate::resources::specs::{ItemSpec, ProductSpec, Spec};
use crate::words::known;

pub(super) async fn products(
    conn: &mut PgConnection,
    ids: Option<Vec<Uuid>>,
    states: &mut States,
) -> Result<(), Refusal> {
    let rows = sqlx::query!(
        r#"select p.id, p.slug, p.name, p.summary, p.state, p.visibility, t.slug as team,
                  array(select g.slug from visibility_grant v join team g on g.id = v.team_id
                        where v.product_id = p.id order by g.slug collate "C") as "granted!: Vec<String>"
           from product p join team t on t.id = p.owner_team_id
           where p.api_id is null and p.state <> 'retired' and ($1::uuid[] is null or p.id = any($1))"#,
        ids.as_deref(),
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut items = items(conn, &ids).await?;
    for row in rows {
        let spec = ProductSpec {
            name: Some(row.name),
            summary: Some(row.summary),
            owner_team: Some(row.team),
            state: Some(known(ProductState::parse(&row.state), &row.state)?),
            visibility: Some(known(Visibility::parse(&row.visibility), &row.visibility)?),
            granted_teams: Some(row.granted),
            items: Some(items.remove(&row.id).unwrap_or_default()),
        };
        let state = State {
            subject: id::ProductId::from_uuid(row.id).to_string(),
            id: row.id,
            fields: Spec::Product(spec).fields(),
            ids: json!({}),
        };
        states.insert(Key::product(&row.slug), state);
    }
    Ok(())
}

/// What they open of the versions that files have: those on offer.
async fn items(
    conn: &mut PgConnection,
    products: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ItemSpec>>, Refusal> {
    let rows = sqlx::query!(
        "select i.product_id, i.operation_filter, v.label, a.slug
         from product_item i join api_version v on v.id = i.api_version_id join api a on a.id = v.api_id
         where i.product_id = any($1) and v.state in ('published', 'deprecated')",
        products,
    )
    .fetch_all(conn)
    .await?;
    let mut items: HashMap<Uuid, Vec<ItemSpec>> = HashMap::new();
    for row in rows {
        items.entry(row.product_id).or_default().push(ItemSpec {
            api: row.slug,
            version: row.label,
            operations: row.operation_filter,
        });
    }
    Ok(items)
}
