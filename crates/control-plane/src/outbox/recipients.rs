//! Who is told.
//!
//! These statements run in the system scope, which sees every tenant: each names its tenant.

use gatehouse_domain::id::{ApiId, ApplicationId};
use gatehouse_domain::{Permission, Place};
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::Event;
use crate::members;
use crate::refusal::Refusal;

/// Somebody who is told.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: Uuid,
    pub(super) email: String,
}

/// Somebody who uses what changed, through one of their applications.
pub(super) struct Subscriber {
    pub(super) person: Person,
    pub(super) application_id: Uuid,
    pub(super) application_name: String,
}

/// The application an event is about, with its name; `None` when it is gone.
pub(super) async fn application_of(
    conn: &mut PgConnection,
    event: &Event,
) -> Result<Option<(ApplicationId, String)>, Refusal> {
    let id: ApplicationId = event.subject.parse().map_err(anyhow::Error::from)?;
    let name = sqlx::query_scalar!(
        "select name from application where tenant_id = $1 and id = $2",
        event.tenant_id,
        id.uuid()
    )
    .fetch_optional(conn)
    .await?;
    Ok(name.map(|name| (id, name)))
}

/// Who may decide on a subscription: active members who hold that right where it is for.
pub(super) async fn approvers(
    conn: &mut PgConnection,
    tenant: Uuid,
    subscription: Uuid,
    except: &[Uuid],
) -> Result<Vec<Person>, Refusal> {
    let place = place_of(conn, tenant, subscription).await?;
    let decides = Permission::SubscriptionDecide;
    let approvers = members::who_may(conn, tenant, decides, place.as_ref()).await?;
    let people = sqlx::query_as!(
        Person,
        "select id, email from app_user where id = any($1) and id <> all($2) order by id",
        &approvers,
        except,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

/// Where a subscription is for.
async fn place_of(
    conn: &mut PgConnection,
    tenant: Uuid,
    subscription: Uuid,
) -> Result<Option<Place>, Refusal> {
    let product = sqlx::query!(
        "select p.id, p.api_id, p.owner_team_id from subscription s
         join product p on p.tenant_id = s.tenant_id and p.id = s.product_id
         where s.tenant_id = $1 and s.id = $2",
        tenant,
        subscription,
    )
    .fetch_optional(conn)
    .await?;
    Ok(product.map(|product| Place {
        team: product.owner_team_id.into(),
        product: Some(product.id.into()),
        api: product.api_id.map(ApiId::from_uuid),
    }))
}

/// Active members who stand in at a moment for somebody who may decide on a subscription, and may not by themselves.
pub(super) async fn deputies(
    conn: &mut PgConnection,
    tenant: Uuid,
    subscription: Uuid,
    at: OffsetDateTime,
    except: &[Uuid],
) -> Result<Vec<Person>, Refusal> {
    let place = place_of(conn, tenant, subscription).await?;
    let decides = Permission::SubscriptionDecide;
    let approvers = members::who_may(conn, tenant, decides, place.as_ref()).await?;
    let api = place.and_then(|place| place.api).map(ApiId::uuid);
    let people = sqlx::query_as!(
        Person,
        "select distinct u.id, u.email
         from approval_delegation d
         join membership m on m.tenant_id = d.tenant_id and m.user_id = d.to_user_id and m.status = 'active'
         join app_user u on u.id = m.user_id and u.status = 'active'
         where d.tenant_id = $1 and d.revoked_at is null and d.starts_at <= $2 and d.ends_at > $2
           and (d.api_id is null or d.api_id = $3) and d.from_user_id = any($4) and d.to_user_id <> all($4) and d.to_user_id <> all($5)
         order by u.id",
        tenant,
        at,
        api,
        &approvers,
        except,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

/// Active members of the team an application belongs to, and whoever asked for the access.
pub(super) async fn team_of(
    conn: &mut PgConnection,
    tenant: Uuid,
    application: Uuid,
    requester: Option<Uuid>,
    except: Option<Uuid>,
) -> Result<Vec<Person>, Refusal> {
    let people = sqlx::query_as!(
        Person,
        "select u.id, u.email
         from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.status = 'active' and u.status = 'active' and ($4::uuid is null or m.user_id <> $4)
           and (m.user_id = $3
                or exists (select from application a
                           join team_member tm on tm.tenant_id = a.tenant_id and tm.team_id = a.owner_team_id
                           where a.tenant_id = $1 and a.id = $2 and tm.user_id = m.user_id))
         order by u.id",
        tenant,
        application,
        requester,
        except,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

/// Active members of a team; without one, those who manage the tenant.
pub(super) async fn managers_of(
    conn: &mut PgConnection,
    tenant: Uuid,
    team: Option<Uuid>,
) -> Result<Vec<Person>, Refusal> {
    let managers = match team {
        Some(_) => Vec::new(),
        None => members::who_may(conn, tenant, Permission::TenantManage, None).await?,
    };
    let people = sqlx::query_as!(
        Person,
        "select u.id, u.email
         from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.status = 'active' and u.status = 'active'
           and case when $2::uuid is null
                    then m.user_id = any($3)
                    else exists (select from team_member t where t.tenant_id = m.tenant_id and t.user_id = m.user_id and t.team_id = $2)
               end
         order by u.id",
        tenant,
        team,
        &managers,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

/// One active member.
pub(super) async fn member(
    conn: &mut PgConnection,
    tenant: Uuid,
    user: Uuid,
) -> Result<Vec<Person>, Refusal> {
    let people = sqlx::query_as!(
        Person,
        "select u.id, u.email from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.user_id = $2 and m.status = 'active' and u.status = 'active'",
        tenant,
        user,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}

/// People whose applications are subscribed to a plan, or to an API or one of its versions; each once.
pub(super) async fn subscribers(
    conn: &mut PgConnection,
    tenant: Uuid,
    plan: Option<Uuid>,
    api_or_version: Option<Uuid>,
) -> Result<Vec<Subscriber>, Refusal> {
    let rows = sqlx::query!(
        "select distinct on (u.id) u.id, u.email, a.id as application_id, a.name as application_name
         from subscription s
         join application a on a.tenant_id = s.tenant_id and a.id = s.application_id
         join team_member tm on tm.tenant_id = a.tenant_id and tm.team_id = a.owner_team_id
         join membership m on m.tenant_id = tm.tenant_id and m.user_id = tm.user_id and m.status = 'active'
         join app_user u on u.id = m.user_id and u.status = 'active'
         where s.tenant_id = $1 and s.state = 'active'
           and ($2::uuid is null or s.plan_id = $2)
           and ($3::uuid is null
                or exists (select from product_item i
                           join api_version v on v.tenant_id = i.tenant_id and v.id = i.api_version_id
                           where i.tenant_id = s.tenant_id and i.product_id = s.product_id and (v.id = $3 or v.api_id = $3)))
         order by u.id, a.id",
        tenant,
        plan,
        api_or_version,
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Subscriber {
            person: Person {
                id: row.id,
                email: row.email,
            },
            application_id: row.application_id,
            application_name: row.application_name,
        })
        .collect())
}

/// A person's name, for words.
pub(super) async fn name_of(
    conn: &mut PgConnection,
    user: Option<Uuid>,
) -> Result<Option<String>, Refusal> {
    let Some(user) = user else { return Ok(None) };
    let name = sqlx::query_scalar!("select name from app_user where id = $1", user)
        .fetch_optional(conn)
        .await?;
    Ok(name)
}

/// The tenant's name, for words.
pub(super) async fn tenant_name(conn: &mut PgConnection, tenant: Uuid) -> Result<String, Refusal> {
    let name = sqlx::query_scalar!("select name from tenant where id = $1", tenant)
        .fetch_one(conn)
        .await?;
    Ok(name)
}

/// The team an API version belongs to, and everybody else who holds a permission there.
pub(super) async fn keepers(
    conn: &mut PgConnection,
    tenant: Uuid,
    version: Uuid,
    permission: Permission,
    except: Option<Uuid>,
) -> Result<Vec<Person>, Refusal> {
    let slug = sqlx::query_scalar!(
        "select a.slug from api_version v join api a on a.tenant_id = v.tenant_id and a.id = v.api_id
         where v.tenant_id = $1 and v.id = $2",
        tenant,
        version,
    )
    .fetch_optional(&mut *conn)
    .await?;
    match slug {
        Some(slug) => keepers_of_api(conn, tenant, &slug, permission, except).await,
        None => Ok(Vec::new()),
    }
}

/// The team an API belongs to, and everybody else who holds a permission on it.
pub(super) async fn keepers_of_api(
    conn: &mut PgConnection,
    tenant: Uuid,
    api: &str,
    permission: Permission,
    except: Option<Uuid>,
) -> Result<Vec<Person>, Refusal> {
    let api = sqlx::query!(
        "select id, owner_team_id from api where tenant_id = $1 and slug = $2",
        tenant,
        api,
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(api) = api else {
        return Ok(Vec::new());
    };
    let place = Place {
        team: api.owner_team_id.into(),
        product: None,
        api: Some(api.id.into()),
    };
    let holders = members::who_may(conn, tenant, permission, Some(&place)).await?;
    let people = sqlx::query_as!(
        Person,
        "select u.id, u.email from membership m join app_user u on u.id = m.user_id
         where m.tenant_id = $1 and m.status = 'active' and u.status = 'active' and ($4::uuid is null or u.id <> $4)
           and (u.id = any($3) or exists (select from team_member tm
                                          where tm.tenant_id = m.tenant_id and tm.team_id = $2 and tm.user_id = m.user_id))
         order by u.id",
        tenant,
        api.owner_team_id,
        &holders,
        except,
    )
    .fetch_all(conn)
    .await?;
    Ok(people)
}
