//! Making an API.

use gatehouse_domain::id::{ApiId, ProductId, TeamId};
use gatehouse_domain::{Permission, Place, Slug, Visibility};
use gatehouse_language::t;
use serde_json::json;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::Row;
use super::view::{self, ApiView, DataClass};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::membership;
use crate::page::Lookup;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::{Changed, Work};

/// A new API.
#[derive(Debug, Clone, Default)]
pub struct CreateApi {
    /// In URLs; it stays.
    pub slug: String,
    /// For people, at most 120 characters.
    pub name: String,
    /// At most 400 characters.
    pub summary: String,
    /// Its owner; `None` is the asking person's provider team, else the tenant's first.
    pub owner_team: Option<Lookup<TeamId>>,
    /// Who may find it; `None` is every member of the tenant.
    pub visibility: Option<Visibility>,
    /// How sensitive its data is.
    pub data_class: DataClass,
}

/// Makes an API and the product that stands for it. It appears in the catalogue with its first published version.
pub async fn create_api(
    db: &Db,
    actor: &Actor,
    input: CreateApi,
) -> Result<Changed<ApiView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let row = make(&mut work, actor, &input).await?;
    let view = view::read(work.conn(), row.id).await?;
    work.commit(view).await
}

/// Makes an API in a unit of work.
pub(crate) async fn make(
    work: &mut Work<'_>,
    actor: &Actor,
    input: &CreateApi,
) -> Result<Row, Refusal> {
    let mut faults = Faults::default();
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.as_str()));
    let name = faults.text("/name", &input.name, 120);
    let summary = faults.optional_text("/summary", &input.summary, 400);
    faults.finish()?;
    let Some(slug) = slug else {
        return Err(Refusal::field(
            "/slug",
            "slug",
            t!("refused-apis-not-a-slug"),
        ));
    };
    let team = owner_team(work.conn(), actor, input.owner_team.as_ref()).await?;
    actor.require_on(Permission::ApiWrite, &Place::of_team(team.into()))?;
    require_free_place(work.conn(), &slug).await?;
    let id: ApiId = work.new_id();
    let product: ProductId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    let visibility = input.visibility.unwrap_or(Visibility::Tenant);
    sqlx::query!(
        "insert into api (id, tenant_id, owner_team_id, slug, name, summary, data_class, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        id.uuid(),
        tenant,
        team,
        slug.as_str(),
        name,
        summary,
        input.data_class.as_str(),
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("api_slug_key", || {
        Refusal::Conflict(t!("refused-apis-there-is-an-api-already", slug = &slug))
    })?;
    sqlx::query!(
        "insert into product (id, tenant_id, owner_team_id, slug, name, visibility, api_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        product.uuid(),
        tenant,
        team,
        slug.as_str(),
        name,
        visibility.as_str(),
        id.uuid(),
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("product_slug_key", || {
        Refusal::Conflict(t!("refused-apis-there-is-a-product-already", slug = &slug))
    })?;
    work.audit(AuditEntry {
        action: "api.create",
        subject: id.to_string(),
        after: Some(json!({
            "slug": slug,
            "name": name,
            "team": TeamId::from_uuid(team),
            "visibility": visibility,
            "data_class": input.data_class,
        })),
        ..AuditEntry::default()
    });
    work.emit(
        "api.created",
        id,
        json!({ "api": { "slug": slug, "name": name } }),
    );
    Ok(Row {
        id: id.uuid(),
        slug: slug.to_string(),
        name,
        product_id: product.uuid(),
        team_id: team,
    })
}

/// A tenant's APIs live at the root of the first tenant's address or below the tenant's own name, so no API may be named
/// like a tenant.
async fn require_free_place(conn: &mut PgConnection, slug: &Slug) -> Result<(), Refusal> {
    let taken = sqlx::query_scalar!(
        r#"select exists (select from tenant where slug = $1)
               or exists (select from environment where '/' || $1 = base_path or starts_with(base_path, '/' || $1 || '/')) as "taken!""#,
        slug.as_str(),
    )
    .fetch_one(conn)
    .await?;
    if taken {
        let detail = t!("refused-apis-is-part-of-an-address-already", slug = &slug);
        return Err(Refusal::field("/slug", "reserved", detail));
    }
    Ok(())
}

/// The team an API belongs to.
pub(crate) async fn owner_team(
    conn: &mut PgConnection,
    actor: &Actor,
    team: Option<&Lookup<TeamId>>,
) -> Result<Uuid, Refusal> {
    if let Some(team) = team {
        let (id, slug) = team.parts();
        return sqlx::query_scalar!(
            "select id from team
             where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2) and personal_user_id is null",
            id,
            slug,
        )
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| Refusal::unknown("/owner_team"));
    }
    let person = membership::person(conn, actor).await?;
    let reach = actor.reach(&[Permission::ApiWrite]);
    sqlx::query_scalar!(
        "select t.id from team t
         where t.kind = 'provider'
         order by coalesce(t.id = any($2), true) desc,
                  exists (select from team_member m where m.team_id = t.id and m.user_id = $1) desc, t.id
         limit 1",
        person,
        reach.as_deref(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| Refusal::field("/owner_team", "required", t!("refused-apis-name-the-team-that-owns-it")))
}
