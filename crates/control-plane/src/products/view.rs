//! Products as people see them.

use std::collections::HashMap;

use gatehouse_domain::id::ProductId;
use gatehouse_domain::{ApiVersionState, Place, ProductState, Visibility};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::page::Page;
use crate::refs::{ApiRef, TeamRef};
use crate::refusal::Refusal;
use crate::visibility::granted_teams;
use crate::words::known;

/// A product.
#[derive(Debug, Clone, Serialize)]
pub struct ProductView {
    /// Identity.
    pub id: ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// In one sentence.
    pub summary: String,
    /// Whose it is.
    pub owner_team: TeamRef,
    /// Where it stands in its life.
    pub state: ProductState,
    /// Who may find it.
    pub visibility: Visibility,
    /// Teams a restricted product is shown to.
    pub granted_teams: Vec<TeamRef>,
    /// The API it stands for; such a product has every version of it, and changes with it.
    pub api: Option<ApiRef>,
    /// What a subscription to it opens.
    pub items: Vec<ItemView>,
    /// Subscriptions in force or waiting.
    pub subscriptions: i64,
    /// For If-Match.
    pub row_version: i32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A version that a product opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ItemView {
    /// Of which API.
    pub api: ApiRef,
    /// Label of the version.
    pub version: String,
    /// Where the version stands in its life.
    pub state: ApiVersionState,
    /// The only operations it opens, by their stable keys; `None` opens all.
    pub operations: Option<Vec<String>>,
}

impl ProductView {
    /// Where grants judge what happens to it.
    pub(super) fn place(&self) -> Place {
        Place {
            team: self.owner_team.id,
            product: Some(self.id),
            api: self.api.as_ref().map(|api| api.id),
        }
    }

    /// Leaves out what only owners see.
    pub(super) fn keep_public(&mut self) {
        self.granted_teams.clear();
        self.subscriptions = 0;
        self.items.retain(|item| item.state.is_served());
    }

    /// What the audit log keeps of a product.
    pub(super) fn recorded(&self) -> Value {
        let teams: Vec<_> = self.granted_teams.iter().map(|team| &team.slug).collect();
        let items: Vec<_> = self
            .items
            .iter()
            .map(|item| json!({ "api": item.api.slug, "version": item.version, "operations": item.operations }))
            .collect();
        json!({
            "slug": self.slug,
            "name": self.name,
            "summary": self.summary,
            "team": self.owner_team.slug,
            "state": self.state,
            "visibility": self.visibility,
            "granted_teams": teams,
            "items": items,
        })
    }
}

/// Which products a list has.
#[derive(Debug, Clone, Default)]
pub struct ProductFilter {
    /// Part of the name or slug.
    pub q: Option<String>,
    /// Only those that open a version of this API, by slug.
    pub api: Option<String>,
    /// Only those that were put together, not those that stand for one API.
    pub put_together: bool,
}

/// Which products somebody sees. The default sees everything.
#[derive(Debug, Default)]
pub(super) struct Sight {
    pub(super) person: Option<Uuid>,
    pub(super) member: bool,
    /// Where they see every product; `None` is everywhere.
    pub(super) whole: Option<Vec<Uuid>>,
    /// Where they see what the catalogue shows; `None` is everywhere.
    pub(super) offered: Option<Vec<Uuid>>,
}

/// Reads one product, whoever asks.
pub(super) async fn read(conn: &mut PgConnection, id: Uuid) -> Result<ProductView, Refusal> {
    read_as(conn, &Sight::default(), id).await
}

/// Reads one product as somebody sees it.
pub(super) async fn read_as(
    conn: &mut PgConnection,
    sight: &Sight,
    id: Uuid,
) -> Result<ProductView, Refusal> {
    let filter = ProductFilter::default();
    let wanted = Wanted {
        id: Some(id),
        after: None,
        filter: &filter,
        sight,
        limit: 1,
    };
    select(conn, &wanted).await?.pop().ok_or(Refusal::NotFound)
}

/// Lists products, newest first.
pub(super) async fn list(
    conn: &mut PgConnection,
    sight: &Sight,
    filter: &ProductFilter,
    page: &Page,
) -> Result<Vec<ProductView>, Refusal> {
    let wanted = Wanted {
        id: None,
        after: page.after,
        filter,
        sight,
        limit: page.fetch(),
    };
    select(conn, &wanted).await
}

struct Wanted<'a> {
    id: Option<Uuid>,
    after: Option<Uuid>,
    filter: &'a ProductFilter,
    sight: &'a Sight,
    limit: i64,
}

async fn select(conn: &mut PgConnection, wanted: &Wanted<'_>) -> Result<Vec<ProductView>, Refusal> {
    let q = wanted
        .filter
        .q
        .as_deref()
        .map(str::trim)
        .filter(|q| !q.is_empty());
    let rows = sqlx::query!(
        r#"select p.id, p.slug, p.name, coalesce(a.summary, p.summary) as "summary!", p.state, p.visibility, p.created_at, p.row_version,
                  a.id as "api_id?", a.slug as "api_slug?", a.name as "api_name?",
                  t.id as team_id, t.slug as team_slug, t.name as team_name,
                  (select count(*) from subscription s where s.product_id = p.id and s.state in ('pending', 'active')) as "subscriptions!"
           from product p
           join team t on t.id = p.owner_team_id
           left join api a on a.id = p.api_id
           where ($1::uuid is null or p.id = $1)
             and ($2::uuid is null or p.id < $2)
             and ($3::text is null or strpos(lower(p.name), lower($3)) > 0 or strpos(p.slug, lower($3)) > 0)
             and ($4::text is null or exists (select from product_item i join api_version v on v.id = i.api_version_id
                                              join api ia on ia.id = v.api_id where i.product_id = p.id and ia.slug = $4))
             and (not $5 or p.api_id is null)
             and ($6::uuid[] is null or array[p.owner_team_id, p.id, p.api_id] && $6
                  or ($7::uuid[] is null or array[p.owner_team_id, p.id, p.api_id] && $7) and visible_product(p.id, $8, $10))
           order by p.id desc
           limit $9"#,
        wanted.id,
        wanted.after,
        q,
        wanted.filter.api,
        wanted.filter.put_together,
        wanted.sight.whole.as_deref(),
        wanted.sight.offered.as_deref(),
        wanted.sight.person,
        wanted.limit,
        wanted.sight.member,
    )
    .fetch_all(&mut *conn)
    .await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut items = items_of(conn, &ids).await?;
    let mut granted = granted_teams(conn, &ids).await?;
    rows.into_iter()
        .map(|row| {
            let api = row.api_id.zip(row.api_slug).zip(row.api_name);
            Ok(ProductView {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
                summary: row.summary,
                owner_team: TeamRef {
                    id: row.team_id.into(),
                    slug: row.team_slug,
                    name: row.team_name,
                },
                state: known(ProductState::parse(&row.state), &row.state)?,
                visibility: known(Visibility::parse(&row.visibility), &row.visibility)?,
                granted_teams: granted.remove(&row.id).unwrap_or_default(),
                api: api.map(|((id, slug), name)| ApiRef {
                    id: id.into(),
                    slug,
                    name,
                }),
                items: items.remove(&row.id).unwrap_or_default(),
                subscriptions: row.subscriptions,
                row_version: row.row_version,
                created_at: row.created_at,
            })
        })
        .collect()
}

async fn items_of(
    conn: &mut PgConnection,
    products: &[Uuid],
) -> Result<HashMap<Uuid, Vec<ItemView>>, Refusal> {
    let rows = sqlx::query!(
        "select i.product_id, i.operation_filter, v.label, v.state, a.id, a.slug, a.name
         from product_item i join api_version v on v.id = i.api_version_id join api a on a.id = v.api_id
         where i.product_id = any($1) order by a.slug, v.id desc",
        products,
    )
    .fetch_all(conn)
    .await?;
    let mut items: HashMap<Uuid, Vec<ItemView>> = HashMap::new();
    for row in rows {
        items.entry(row.product_id).or_default().push(ItemView {
            api: ApiRef {
                id: row.id.into(),
                slug: row.slug,
                name: row.name,
            },
            version: row.label,
            state: known(ApiVersionState::parse(&row.state), &row.state)?,
            operations: row.operation_filter,
        });
    }
    Ok(items)
}
