//! Taking an upstream away, and bringing one back as it was.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, RouteId, UpstreamId};

use super::store::insert_as;
use super::{NewUpstream, PutUpstream, UpstreamView, attach_routes, check, find, recorded};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::environments;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// Takes the upstream of an API in an environment away: its calls go nowhere and are answered 503.
pub async fn remove_upstream(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    environment: &str,
) -> Result<Changed<()>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::UpstreamManage).await?;
    let environment = environments::find(work.conn(), &environment.into()).await?;
    let before = find(work.conn(), api.id, environment.id).await?;
    let before = before.ok_or(Refusal::NotFound)?;
    let routes = sqlx::query_scalar!(
        "update route set upstream_id = null where upstream_id = $1 returning id",
        before.id.uuid(),
    )
    .fetch_all(work.conn())
    .await?;
    sqlx::query!("delete from upstream where id = $1", before.id.uuid())
        .execute(work.conn())
        .await?;
    for route in routes {
        work.touch(Touched::Route(RouteId::from_uuid(route)));
    }
    work.touch(Touched::Upstream(before.id));
    work.audit(AuditEntry {
        action: "upstream.remove",
        subject: before.id.to_string(),
        before: Some(recorded(&before)),
        ..AuditEntry::default()
    });
    work.commit(()).await
}

/// Makes an upstream that was there before, under the id it had: gateways then hold what they held.
pub(crate) async fn restore_upstream(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    environment: &str,
    id: UpstreamId,
    input: PutUpstream,
) -> Result<Changed<UpstreamView>, Refusal> {
    check(&input)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::UpstreamManage).await?;
    let environment = environments::find(work.conn(), &environment.into()).await?;
    let new = NewUpstream {
        api: &api,
        environment: &environment,
        put: &input,
    };
    insert_as(&mut work, &new, id).await?;
    attach_routes(&mut work, api.id, environment.id, id).await?;
    let after = find(work.conn(), api.id, environment.id).await?;
    let after = after.ok_or(Refusal::NotFound)?;
    work.audit(AuditEntry {
        action: "upstream.put",
        subject: id.to_string(),
        after: Some(recorded(&after)),
        ..AuditEntry::default()
    });
    work.commit(after).await
}
