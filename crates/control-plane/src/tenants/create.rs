//! Making a tenant whole: the row, its environments, its place on the shared gateways, its owner and first team.

use gatehouse_domain::id::{EnvironmentId, TeamId, TenantId, UserId};
use gatehouse_domain::{BasePath, EnvironmentKind, Role, Slug};
use gatehouse_language::t;
use gatehouse_runtime::random;
use serde_json::json;

use super::{CreateTenant, TenantView, get_locked};
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::Work;
use crate::{gateways, members};

/// First path segments of the portal and the admin API; a tenant of that name could not be told from them.
const RESERVED: [&str; 14] = [
    "admin",
    "api",
    "apis",
    "assets",
    "console",
    "errors",
    "internal",
    "login",
    "platform",
    "portal",
    "production",
    "static",
    "v1",
    "www",
];

/// Held while a tenant is made, so that exactly one is the first. Any number that no other lock uses.
const CREATE_LOCK: i64 = 0x6761_7465_7465_6e01;

pub(super) fn new_tenant_id(db: &Db) -> TenantId {
    random::uuid_v7(db.clock().now()).into()
}

/// Writes a whole tenant into a work that was begun in it.
pub(crate) async fn create_in(
    work: &mut Work<'_>,
    db: &Db,
    id: TenantId,
    input: CreateTenant,
) -> Result<TenantView, Refusal> {
    let mut faults = Faults::default();
    let name = faults.text("/name", &input.name, 80);
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.trim()));
    let reserved = slug
        .as_ref()
        .is_some_and(|slug| RESERVED.contains(&slug.as_str()));
    faults.require(
        !reserved,
        "/slug",
        "reserved",
        t!(
            "refused-people-is-reserved-choose-another-name",
            slug = &input.slug
        ),
    );
    faults.finish()?;
    // Without a fault there is a slug.
    let slug = slug.ok_or(Refusal::NotFound)?;

    sqlx::query!("select pg_advisory_xact_lock($1)", CREATE_LOCK)
        .execute(work.conn())
        .await?;
    let first = !sqlx::query_scalar!(r#"select exists (select from tenant) as "any!""#)
        .fetch_one(work.conn())
        .await?;
    refuse_names_of_root_apis(db, &slug).await?;
    let now = work.now();
    sqlx::query!(
        "insert into tenant (id, slug, name, created_at) values ($1, $2, $3, $4)",
        id.uuid(),
        slug.as_str(),
        name,
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("tenant_slug_key", || taken(&slug))?;
    place_environments(work, id, &slug, first).await?;
    if let Some(owner) = input.owner {
        make_owner(work, owner).await?;
    }
    make_first_team(work, &slug, &name, input.owner).await?;
    work.audit(AuditEntry {
        action: "tenant.create",
        subject: id.to_string(),
        before: None,
        after: Some(json!({ "slug": slug, "name": name, "owner": input.owner })),
        reason: None,
    });
    work.emit(
        "tenant.created",
        id,
        json!({ "tenant": id, "slug": slug, "name": name }),
    );
    work.touch(Touched::Tenant(id));
    get_locked(work.conn(), id).await
}

fn taken(slug: &Slug) -> Refusal {
    Refusal::field(
        "/slug",
        "taken",
        t!(
            "refused-people-another-tenant-is-called-choose-another",
            slug = &slug
        ),
    )
}

/// The first tenant's APIs live directly below the root, where this tenant's base path would be.
async fn refuse_names_of_root_apis(db: &Db, slug: &Slug) -> Result<(), Refusal> {
    let mut tx = db.system().await?;
    let clash = sqlx::query_scalar!(
        r#"select exists (select from api a join environment e on e.tenant_id = a.tenant_id
                          where e.base_path = '' and a.slug = $1) as "clash!""#,
        slug.as_str(),
    )
    .fetch_one(&mut *tx)
    .await?;
    if clash {
        return Err(Refusal::field(
            "/slug",
            "taken",
            t!(
                "refused-people-on-the-gateways-already-leads-to",
                slug = &slug
            ),
        ));
    }
    Ok(())
}

async fn place_environments(
    work: &mut Work<'_>,
    id: TenantId,
    slug: &Slug,
    first: bool,
) -> Result<(), Refusal> {
    let now = work.now();
    let group = gateways::shared_group(work.conn(), now).await?;
    for kind in EnvironmentKind::ALL {
        let environment: EnvironmentId = work.new_id();
        let base_path = BasePath::of_new_tenant(first, slug, kind);
        sqlx::query!(
            "insert into environment (id, tenant_id, slug, kind, base_path, created_at) values ($1, $2, $3, $3, $4, $5)",
            environment.uuid(),
            id.uuid(),
            kind.as_str(),
            base_path.as_str(),
            now,
        )
        .execute(work.conn())
        .await
        .on_constraint("environment_place_key", || taken(slug))?;
        sqlx::query!(
            "insert into group_environment (tenant_id, environment_id, group_id) values ($1, $2, $3)",
            id.uuid(),
            environment.uuid(),
            group.uuid(),
        )
        .execute(work.conn())
        .await?;
        work.touch(Touched::Environment(environment));
    }
    Ok(())
}

async fn make_owner(work: &mut Work<'_>, owner: UserId) -> Result<(), Refusal> {
    let active = sqlx::query_scalar!(
        r#"select exists (select from app_user where id = $1 and status = 'active') as "active!""#,
        owner.uuid(),
    )
    .fetch_one(work.conn())
    .await?;
    if !active {
        return Err(Refusal::unknown("/owner"));
    }
    members::add_membership(work, owner, &[Role::Owner]).await
}

async fn make_first_team(
    work: &mut Work<'_>,
    slug: &Slug,
    name: &str,
    owner: Option<UserId>,
) -> Result<(), Refusal> {
    let (tenant, now, team) = (work.tenant(), work.now(), work.new_id::<TeamId>());
    sqlx::query!(
        "insert into team (id, tenant_id, slug, name, kind, created_at) values ($1, $2, $3, $4, 'provider', $5)",
        team.uuid(),
        tenant,
        slug.as_str(),
        name,
        now,
    )
    .execute(work.conn())
    .await?;
    if let Some(owner) = owner {
        sqlx::query!(
            "insert into team_member (tenant_id, team_id, user_id, role, created_at) values ($1, $2, $3, 'lead', $4)",
            tenant,
            team.uuid(),
            owner.uuid(),
            now,
        )
        .execute(work.conn())
        .await?;
    }
    Ok(())
}
