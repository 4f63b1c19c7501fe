//! What an operation gets in an environment: what applies in the order gateways run it, what does not, and because of what.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, EnvironmentId, PolicyId};
use gatehouse_domain::policy::{Attached, PolicyInherit, effective as applying_of};
use gatehouse_language::t;
use serde::Serialize;
use uuid::Uuid;

use super::rows::{self, OnTheWay, on_the_way};
use super::{PolicyView, compile};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans::key_of;
use crate::refs::EnvRef;
use crate::refusal::Refusal;
use crate::{apis, environments, versions};

/// What an operation gets.
#[derive(Debug, Clone, Serialize)]
pub struct EffectiveView {
    /// Where.
    pub environment: EnvRef,
    /// Its stable key; none: every operation that has no policy of its own.
    pub operation: Option<String>,
    /// What applies, in the order gateways run it. What is off is among it and does nothing.
    pub applied: Vec<PolicyView>,
    /// What is on the way and does not apply.
    pub overridden: Vec<OverriddenView>,
}

/// A policy that does not apply.
#[derive(Debug, Clone, Serialize)]
pub struct OverriddenView {
    /// Which.
    pub policy: PolicyView,
    /// What applies instead.
    pub by: PolicyRef,
}

/// A policy, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyRef {
    /// Identity.
    pub id: PolicyId,
    /// In URLs.
    pub slug: String,
    /// Where it is, in words.
    pub place: String,
    /// Whether it may be replaced further in.
    pub inherit: PolicyInherit,
}

/// Works out what an operation of a version gets in an environment; without an operation, what those get that have none of
/// their own. Of a draft, too.
pub async fn effective(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    version: &str,
    environment: Lookup<EnvironmentId>,
    operation: Option<&str>,
) -> Result<EffectiveView, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant_as_of_now(actor.tenant()).await?;
    let api = apis::find(&mut tx, actor, &api, Permission::ApiRead).await?;
    let version = versions::find(&mut tx, api.id, version).await?;
    let environment = match environments::find(&mut tx, &environment).await {
        Err(Refusal::NotFound) => return Err(Refusal::unknown("?environment")),
        found => found?,
    };
    let operation = match operation {
        Some(text) => Some(key_of(text).ok_or_else(|| {
            let detail = t!("refused-access-name-it-by-method-and-path");
            Refusal::field("?operation", "operation", detail)
        })?),
        None => None,
    };
    if let Some(key) = &operation {
        let known = sqlx::query_scalar!(
            r#"select exists (select from api_version v join operation o on o.revision_id = v.current_revision_id
                              where v.id = $1 and o.routed and o.operation_key = $2) as "known!""#,
            version.id.uuid(),
            key.as_str(),
        );
        if !known.fetch_one(&mut *tx).await? {
            return Err(Refusal::unknown("?operation"));
        }
    }
    let policies = rows::of_apis(&mut tx, &[api.id]).await?;
    let on_the_way = on_the_way(&policies, api.id, version.id.uuid(), environment.id.uuid());
    let operation = operation.map(|key| key.to_string());
    let places: Vec<usize> = (0..on_the_way.len())
        .filter(|at| {
            let own = &on_the_way[*at].operation;
            own.is_none() || *own == operation
        })
        .collect();
    let applying = compile::applying(&on_the_way, &places);
    let ids: Vec<Uuid> = places.iter().map(|at| on_the_way[*at].id.uuid()).collect();
    let views = rows::of_ids(&mut tx, &ids).await?;
    let view_of = |at: usize| {
        let id = on_the_way.get(at)?.id;
        views.iter().find(|view| view.id == id).cloned()
    };
    let overridden = places
        .iter()
        .filter(|at| !applying.contains(at))
        .filter_map(|at| {
            let by = view_of(instead_of(&on_the_way, &applying, *at)?)?;
            Some(OverriddenView {
                policy: view_of(*at)?,
                by: PolicyRef {
                    id: by.id,
                    slug: by.slug,
                    place: by.place,
                    inherit: by.inherit,
                },
            })
        });
    Ok(EffectiveView {
        environment: EnvRef {
            id: environment.id,
            slug: environment.slug,
            kind: environment.kind,
        },
        operation,
        overridden: overridden.collect(),
        applied: applying.iter().filter_map(|at| view_of(*at)).collect(),
    })
}

/// What applies in the place of a policy: the one of its kind that does.
fn instead_of(policies: &[&OnTheWay], applying: &[usize], at: usize) -> Option<usize> {
    let kind = policies.get(at)?.attached.kind;
    applying
        .iter()
        .copied()
        .find(|other| policies[*other].attached.kind == kind)
}

/// Whether a policy further out keeps one from ever applying.
pub(super) fn is_kept_out(outer: Attached, inner: Attached) -> bool {
    applying_of(&[outer, inner]) == [0]
}
