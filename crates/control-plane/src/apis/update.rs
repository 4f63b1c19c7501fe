//! Changing an API and who may find it.

use gatehouse_domain::id::{ApiId, TeamId};
use gatehouse_domain::{Permission, Place, Visibility};
use gatehouse_language::t;
use serde_json::{Value, json};
use uuid::Uuid;

use super::create::owner_team;
use super::view::{self, ApiView, DataClass};
use super::{Row, lock};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{Faults, Refusal};
use crate::words::require_version;
use crate::work::{Changed, Work};

/// Changes to an API; `None` leaves a field as it is. Its slug stays: addresses are built from it.
#[derive(Debug, Clone, Default)]
pub struct UpdateApi {
    /// For people.
    pub name: Option<String>,
    /// In one sentence.
    pub summary: Option<String>,
    /// Whose it is.
    pub owner_team: Option<Lookup<TeamId>>,
    /// Who may find it. Subscriptions stay, whoever finds it.
    pub visibility: Option<Visibility>,
    /// Every team a restricted API is shown to.
    pub granted_teams: Option<Vec<Lookup<TeamId>>>,
    /// How sensitive its data is.
    pub data_class: Option<DataClass>,
    /// For how many seconds gateways may serve it without having heard from the control plane, one of [`CONFIG_MAX_AGE_S`];
    /// `Some(None)`: for ever.
    pub config_max_age_s: Option<Option<u32>>,
}

/// What [`UpdateApi::config_max_age_s`] may be: from a few heartbeats to thirty days.
pub const CONFIG_MAX_AGE_S: std::ops::RangeInclusive<u32> = 10..=2_592_000;

/// Most teams of [`UpdateApi::granted_teams`].
const GRANTS_MAX: usize = 200;

/// Changes an API.
pub async fn update_api(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    expected: Option<i32>,
    input: UpdateApi,
) -> Result<Changed<ApiView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = view::read(work.conn(), row.id).await?;
    require_version(expected, before.row_version)?;
    let mut faults = Faults::default();
    let name = faults.text("/name", input.name.as_ref().unwrap_or(&before.name), 120);
    let summary = input.summary.as_ref().unwrap_or(&before.summary);
    let summary = faults.optional_text("/summary", summary, 400);
    let config_max_age_s = input.config_max_age_s.unwrap_or(before.config_max_age_s);
    faults.require(
        config_max_age_s.is_none_or(|seconds| CONFIG_MAX_AGE_S.contains(&seconds)),
        "/config_max_age_s",
        "out_of_range",
        t!(
            "refused-apis-use-between-and-seconds-or-null",
            start = &CONFIG_MAX_AGE_S.start(),
            end = &CONFIG_MAX_AGE_S.end()
        ),
    );
    faults.finish()?;
    let team = match &input.owner_team {
        Some(team) => new_owner(&mut work, actor, &row, team).await?,
        None => before.owner_team.id.uuid(),
    };
    sqlx::query!(
        "update api set name = $2, summary = $3, owner_team_id = $4, data_class = $5, config_max_age_s = $6, row_version = row_version + 1 where id = $1",
        row.id,
        name,
        summary,
        team,
        input.data_class.unwrap_or(before.data_class).as_str(),
        config_max_age_s.map(u32::cast_signed),
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "update product set name = $2, owner_team_id = $3, visibility = $4, row_version = row_version + 1 where id = $1",
        row.product_id,
        name,
        team,
        input.visibility.unwrap_or(before.visibility).as_str(),
    )
    .execute(work.conn())
    .await?;
    if let Some(teams) = &input.granted_teams {
        show_to(&mut work, row.product_id, teams).await?;
    }
    if config_max_age_s != before.config_max_age_s {
        touch_routes(&mut work, row.id).await?;
    }
    let after = view::read(work.conn(), row.id).await?;
    work.audit(AuditEntry {
        action: "api.update",
        subject: after.id.to_string(),
        before: Some(recorded(&before)),
        after: Some(recorded(&after)),
        reason: None,
    });
    work.commit(after).await
}

/// The team an API is given to. Whoever gives it away needs the right to have APIs there, and may gain nothing by it: grants
/// for a team hold for everything the team owns.
async fn new_owner(
    work: &mut Work<'_>,
    actor: &Actor,
    row: &Row,
    team: &Lookup<TeamId>,
) -> Result<Uuid, Refusal> {
    let team = owner_team(work.conn(), actor, Some(team)).await?;
    if team == row.team_id {
        return Ok(team);
    }
    let (from, to) = (
        row.place(),
        Place {
            team: team.into(),
            ..row.place()
        },
    );
    actor.require_on(Permission::ApiWrite, &to)?;
    let had = actor.grants().on(&from);
    match actor.grants().on(&to).difference(&had).next() {
        Some(gained) => Err(Refusal::NotYours(t!(
            "refused-apis-there-you-would-have-the-right",
            gained = &gained
        ))),
        None => Ok(team),
    }
}

fn recorded(api: &ApiView) -> Value {
    let teams: Vec<_> = api.granted_teams.iter().map(|team| &team.slug).collect();
    json!({
        "name": api.name,
        "summary": api.summary,
        "team": api.owner_team.slug,
        "visibility": api.visibility,
        "granted_teams": teams,
        "data_class": api.data_class,
        "config_max_age_s": api.config_max_age_s,
    })
}

/// Every route of the API carries the age it may be served at.
async fn touch_routes(work: &mut Work<'_>, api: Uuid) -> Result<(), Refusal> {
    let routes = sqlx::query_scalar!(
        "select r.id from route r join api_version v on v.id = r.api_version_id where v.api_id = $1 order by r.id",
        api,
    )
    .fetch_all(work.conn())
    .await?;
    for route in routes {
        work.touch(Touched::Route(route.into()));
    }
    Ok(())
}

/// Shows a restricted product to these teams, and to no others.
pub(crate) async fn show_to(
    work: &mut Work<'_>,
    product: Uuid,
    teams: &[Lookup<TeamId>],
) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    faults.require(
        teams.len() <= GRANTS_MAX,
        "/granted_teams",
        "too_many",
        t!("refused-apis-use-at-most-teams", grants_max = &GRANTS_MAX),
    );
    faults.finish()?;
    let mut found = Vec::with_capacity(teams.len());
    for (place, team) in teams.iter().enumerate() {
        let (id, slug) = team.parts();
        let team = sqlx::query_scalar!(
            "select id from team where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
            id,
            slug,
        )
        .fetch_optional(work.conn())
        .await?;
        found.push(team.ok_or_else(|| Refusal::unknown(format!("/granted_teams/{place}")))?);
    }
    let tenant = work.tenant();
    sqlx::query!(
        "delete from visibility_grant where product_id = $1 and not team_id = any($2)",
        product,
        &found,
    )
    .execute(work.conn())
    .await?;
    sqlx::query!(
        "insert into visibility_grant (tenant_id, product_id, team_id)
         select $1, $2, team from unnest($3::uuid[]) as team
         on conflict do nothing",
        tenant,
        product,
        &found,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}
