//! Versions of APIs: offered, phased out, ended.

mod callers;
mod compat;
mod retire;
mod step;
mod view;
mod withdraw;

use std::collections::HashSet;

use gatehouse_language::t;

use gatehouse_domain::id::{ApiId, RouteId};
use gatehouse_domain::{ApiVersionState, Permission};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::apis;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::tenants;
use crate::visibility::Eyes;
use crate::work::{Changed, Work};

pub use callers::{CallerView, list_callers};
pub use compat::set_compat;
pub use retire::{Retire, retire_version};
pub use view::{RevisionView, VersionView};

pub(crate) use view::{find, of_apis};
pub(crate) use withdraw::withdraw_version;

use step::Step;

/// Longest version label, in characters.
const LABEL_MAX: usize = 20;

/// How a version is phased out.
#[derive(Debug, Clone)]
pub struct Deprecate {
    /// When it ends.
    pub sunset_at: OffsetDateTime,
    /// The label of the version to move to.
    pub successor: Option<String>,
    /// Slug of the guide that says how to move there.
    pub guide: Option<String>,
}

/// Refuses a label that could not stand in a URL: lower-case letters, digits, dots and dashes, 1 to 20, a letter or digit
/// first.
pub(crate) fn require_label(label: &str) -> Result<(), Refusal> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut faults = Faults::default();
    faults.require(
        (1..=LABEL_MAX).contains(&label.chars().count()),
        "/version",
        "length",
        t!("refused-apis-use-1-to-characters", label_max = &LABEL_MAX),
    );
    faults.require(
        label.starts_with(plain) && label.chars().all(|c| plain(c) || matches!(c, '.' | '-')),
        "/version",
        "characters",
        t!("refused-apis-use-lower-case-letters-digits-dots"),
    );
    faults.finish()
}

/// Reads a version of an API the actor may see.
pub async fn get_version(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
) -> Result<VersionView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find_visible(&mut tx, actor, &api).await?;
    let mut version = find(&mut tx, api.id, label).await?;
    if !actor.may_on(Permission::ApiRead, &api.place()) {
        let eyes = Eyes::of(&mut tx, actor).await?;
        if !offered(&mut tx, eyes, &[api.id])
            .await?
            .contains(&version.id.uuid())
        {
            return Err(Refusal::NotFound);
        }
        version.keep_public();
    }
    Ok(version)
}

/// Lists the versions of an API the actor may see, newest first.
pub async fn list_versions(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
) -> Result<Vec<VersionView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let api = apis::find_visible(&mut tx, actor, &api).await?;
    let mut versions = of_apis(&mut tx, &[api.id])
        .await?
        .remove(&api.id)
        .unwrap_or_default();
    if !actor.may_on(Permission::ApiRead, &api.place()) {
        let eyes = Eyes::of(&mut tx, actor).await?;
        let offered = offered(&mut tx, eyes, &[api.id]).await?;
        versions.retain(|version| offered.contains(&version.id.uuid()));
        versions.iter_mut().for_each(VersionView::keep_public);
    }
    Ok(versions)
}

/// The versions of these APIs that the catalogue shows.
pub(crate) async fn offered(
    conn: &mut PgConnection,
    eyes: Eyes,
    apis: &[Uuid],
) -> Result<HashSet<Uuid>, Refusal> {
    let shown = sqlx::query_scalar!(
        "select id from api_version where api_id = any($1) and visible_version(id, $2, $3)",
        apis,
        eyes.person,
        eyes.member,
    )
    .fetch_all(conn)
    .await?;
    Ok(shown.into_iter().collect())
}

/// Offers a version, or takes its deprecation back.
pub async fn publish_version(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    expected: Option<i32>,
) -> Result<Changed<VersionView>, Refusal> {
    let mut step = Step::begin(db, actor, Permission::ApiWrite, &api, label, expected).await?;
    if step.version.current_revision.is_none() {
        return Err(Refusal::Conflict(t!(
            "refused-apis-publish-a-description-of-it-first"
        )));
    }
    step.require(ApiVersionState::Published)?;
    let changed = sqlx::query!(
        "update api_version
         set state = 'published', deprecated_at = null, sunset_at = null, successor_id = null, guide_id = null, row_version = row_version + 1
         where id = $1 and state = $2",
        step.version.id.uuid(),
        step.version.state.as_str(),
    )
    .execute(step.work.conn())
    .await?;
    step.require_changed(changed.rows_affected())?;
    step.finish(
        "version.publish",
        "api.published",
        String::new(),
        Value::Null,
    )
    .await
}

/// Phases a version out: it works until its end, and its callers are told in every answer.
pub async fn deprecate_version(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    label: &str,
    expected: Option<i32>,
    input: Deprecate,
) -> Result<Changed<VersionView>, Refusal> {
    let mut step = Step::begin(db, actor, Permission::ApiWrite, &api, label, expected).await?;
    step.require(ApiVersionState::Deprecated)?;
    let now = step.work.now();
    let earliest = tenants::notice_ends(step.work.conn(), actor.tenant(), now).await?;
    let mut faults = Faults::default();
    faults.require(
        input.sunset_at > now,
        "/sunset_at",
        "in_the_past",
        t!("refused-apis-the-end-must-lie-in-the"),
    );
    faults.require(
        input.sunset_at >= earliest,
        "/sunset_at",
        "too_soon",
        t!(
            "refused-apis-users-are-given-days-notice-end",
            value = &(earliest - now).whole_days(),
            date = &earliest.date().to_string()
        ),
    );
    faults.finish()?;
    let successor = step.successor(input.successor.as_deref()).await?;
    let guide = step.guide(input.guide.as_deref()).await?;
    let changed = sqlx::query!(
        "update api_version
         set state = 'deprecated', deprecated_at = $3, sunset_at = $4, successor_id = $5, guide_id = $6, row_version = row_version + 1
         where id = $1 and state = $2",
        step.version.id.uuid(),
        step.version.state.as_str(),
        now,
        input.sunset_at,
        successor,
        guide,
    )
    .execute(step.work.conn())
    .await?;
    step.require_changed(changed.rows_affected())?;
    step.finish(
        "version.deprecate",
        "api.deprecated",
        String::new(),
        Value::Null,
    )
    .await
}

/// Says that gateways may need the routes of a version again.
pub(crate) async fn touch_routes(work: &mut Work<'_>, version: Uuid) -> Result<(), Refusal> {
    let routes = sqlx::query_scalar!("select id from route where api_version_id = $1", version)
        .fetch_all(work.conn())
        .await?;
    for route in routes {
        work.touch(Touched::Route(RouteId::from_uuid(route)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_held_at_their_rules() {
        for (label, accepted) in [
            ("v1", true),
            ("1", true),
            ("2026-11-20", true),
            ("1.0-beta.2", true),
            ("", false),
            ("V1", false),
            ("-1", false),
            (".1", false),
            ("v1/..", false),
            ("v 1", false),
            ("a2345678901234567890", true),
            ("a23456789012345678901", false),
        ] {
            assert_eq!(require_label(label).is_ok(), accepted, "{label}");
        }
    }
}
