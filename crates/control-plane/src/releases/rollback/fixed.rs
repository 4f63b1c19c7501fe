//! What a rollback cannot change: what was ended for good, and what somebody took up since.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_language::t;
use sqlx::postgres::PgConnection;

use crate::refusal::Refusal;
use crate::resources::{Key, ResourceKind};

/// What no rollback changes, by key, and why.
pub(super) struct Fixed {
    pub(super) ended: BTreeMap<String, String>,
    /// Plans that somebody has or has asked for.
    pub(super) taken_up: BTreeSet<String>,
    /// What was there already, and was no part of releases then.
    pub(super) unrecorded: BTreeSet<String>,
}

impl Fixed {
    pub(super) async fn read(conn: &mut PgConnection, number: i64) -> Result<Self, Refusal> {
        let plans = sqlx::query!(
            "select o.slug as offered, p.slug from plan p join product o on o.id = p.product_id
             where exists (select from subscription s where s.plan_id = p.id and s.state in ('pending', 'active'))"
        )
        .fetch_all(&mut *conn)
        .await?;
        let taken_up = plans
            .into_iter()
            .map(|row| Key::new(ResourceKind::Plan, Some(&row.offered), &row.slug).to_string());
        Ok(Self {
            taken_up: taken_up.collect(),
            unrecorded: unrecorded(conn, number).await?,
            ended: ended(conn).await?,
        })
    }
}

/// Plans of products that are older than the release: when they have no state in it, releases did not hold products yet.
async fn unrecorded(conn: &mut PgConnection, number: i64) -> Result<BTreeSet<String>, Refusal> {
    let rows = sqlx::query!(
        "select o.slug as offered, p.slug from plan p join product o on o.id = p.product_id
         where o.api_id is null and p.created_at < (select r.created_at from release r where r.number = $1)",
        number,
    )
    .fetch_all(conn)
    .await?;
    let keys = rows
        .into_iter()
        .map(|row| Key::new(ResourceKind::Plan, Some(&row.offered), &row.slug).to_string());
    Ok(keys.collect())
}

/// What was ended for good.
async fn ended(conn: &mut PgConnection) -> Result<BTreeMap<String, String>, Refusal> {
    let mut ended = BTreeMap::new();
    let versions = sqlx::query!(
        "select a.slug, v.label from api_version v join api a on a.id = v.api_id where v.state = 'retired'"
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in versions {
        let key = Key::new(ResourceKind::Version, Some(&row.slug), &row.label);
        ended.insert(
            key.to_string(),
            t!("refused-apis-it-was-retired-since-which-is"),
        );
    }
    let products =
        sqlx::query_scalar!("select slug from product where api_id is null and state = 'retired'")
            .fetch_all(&mut *conn)
            .await?;
    for slug in products {
        let key = Key::product(&slug).to_string();
        ended.insert(key, t!("refused-apis-it-was-retired-since-which-is"));
    }
    let plans = sqlx::query!(
        "select o.slug as offered, p.slug from plan p join product o on o.id = p.product_id
         where p.state = 'closed' or o.state = 'retired' and o.api_id is null"
    )
    .fetch_all(conn)
    .await?;
    for row in plans {
        let key = Key::new(ResourceKind::Plan, Some(&row.offered), &row.slug);
        let why = t!("refused-apis-it-was-closed-since-and-what");
        ended.insert(key.to_string(), why);
    }
    Ok(ended)
}
