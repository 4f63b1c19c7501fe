//! Policies: what gateways do with calls besides letting subscribed ones through, each attached at one place.
//!
//! A place is the tenant, an API, a version or an operation, in one environment or in all; at each there is at most one of a
//! kind. [`documents`] is what they say, [`effective()`] what an operation gets of them and why, and [`compile`] the same as
//! gateways hold it. Rules of precedence are `gatehouse_domain::policy` alone.

mod change;
pub(crate) mod compile;
mod documents;
mod effective;
mod gone;
mod place;
mod rows;

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, EnvironmentId, PolicyId};
use gatehouse_domain::policy::{PolicyInherit, PolicyKind, PolicyLevel, PolicyMode};
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;

use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::refs::{ApiRef, EnvRef};
use crate::refusal::Refusal;

pub use change::{CreatePolicy, UpdatePolicy, create_policy, delete_policy, update_policy};
pub use documents::{
    AlgorithmName, ChangesDocument, ClaimDocument, CorsDocument, FieldDocument, HeadersDocument,
    JwkDocument, JwksDocument, JwtDocument, PolicyDocument, RateLimitDocument,
    may_hold_private_parts, private_parts,
};
pub use effective::{EffectiveView, OverriddenView, PolicyRef, effective};
pub use place::PolicyPlace;

pub(crate) use gone::{drop_of_version, drop_policies};
pub(crate) use place::place_words;
pub(crate) use rows::naming;

/// A policy and where it is.
#[derive(Debug, Clone, Serialize)]
pub struct PolicyView {
    /// Identity; a shared rate counts by it.
    pub id: PolicyId,
    /// In URLs and files.
    pub slug: String,
    /// How far in it is.
    pub level: PolicyLevel,
    /// The API it is of; none of the tenant's.
    pub api: Option<ApiRef>,
    /// The label of the version it is of.
    pub version: Option<String>,
    /// The stable key of the operation it is of.
    pub operation: Option<String>,
    /// Where it applies; none: everywhere.
    pub environment: Option<EnvRef>,
    /// Where it is, in words.
    pub place: String,
    /// What it does.
    pub kind: PolicyKind,
    /// Whether it decides.
    pub mode: PolicyMode,
    /// Whether places further in may say otherwise.
    pub inherit: PolicyInherit,
    /// What it says.
    pub document: PolicyDocument,
    /// Of what was just sent, in words: what was left out and not kept, and the locked policy that keeps this one from
    /// applying. Empty otherwise.
    pub warnings: Vec<String>,
    /// For If-Match.
    pub row_version: i32,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
}

/// Which policies a list has.
#[derive(Debug, Clone, Default)]
pub struct PolicyFilter {
    /// Of one API.
    pub api: Option<Lookup<ApiId>>,
    /// Of one version, by its label.
    pub version: Option<String>,
    /// For one environment; those for all are left out.
    pub environment: Option<Lookup<EnvironmentId>>,
    /// Of one kind.
    pub kind: Option<PolicyKind>,
    /// At one level.
    pub level: Option<PolicyLevel>,
}

/// Lists the policies of the tenant and of those APIs the actor may read, newest first.
pub async fn list_policies(
    db: &Db,
    actor: &Actor,
    filter: &PolicyFilter,
    page: &Page,
) -> Result<Listed<PolicyView>, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let reach = actor.reach(&[Permission::ApiRead]);
    let rows = rows::list(&mut tx, reach.as_deref(), filter, page).await?;
    Ok(Listed::cut(rows, page, |view| view.id.uuid()))
}

/// Reads a policy of the tenant, or of an API the actor may read.
pub async fn get_policy(
    db: &Db,
    actor: &Actor,
    policy: Lookup<PolicyId>,
) -> Result<PolicyView, Refusal> {
    actor.require_anywhere(Permission::ApiRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    find(&mut tx, actor, &policy, Permission::ApiRead).await
}

/// Finds a policy of the tenant, or of an API on which the actor has a permission.
async fn find(
    conn: &mut PgConnection,
    actor: &Actor,
    policy: &Lookup<PolicyId>,
    permission: Permission,
) -> Result<PolicyView, Refusal> {
    let view = rows::find(conn, policy).await?.ok_or(Refusal::NotFound)?;
    if let Some(api) = &view.api {
        apis::find(conn, actor, &Lookup::Id(api.id), permission).await?;
    }
    Ok(view)
}
