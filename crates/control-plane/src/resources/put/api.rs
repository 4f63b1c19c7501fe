//! APIs and where their calls go.

use super::Want;
use crate::actor::Actor;
use crate::apis;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::resources::specs::{ApiSpec, Spec, UpstreamSpec};
use crate::resources::{ResourceKind, State};
use crate::upstreams::{self, PutTarget, PutUpstream, Timeouts};

pub(super) async fn put_api(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &ApiSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let slug = &want.key.name;
    if held.is_none() {
        let input = apis::CreateApi {
            slug: slug.clone(),
            name: spec.name.clone().unwrap_or_else(|| slug.clone()),
            summary: spec.summary.clone().unwrap_or_default(),
            owner_team: spec.owner_team.clone().map(Lookup::Slug),
            visibility: spec.visibility,
            data_class: spec.data_class.unwrap_or_default(),
        };
        apis::create_api(db, actor, input).await?;
        let teams = spec.granted_teams.as_ref().is_none_or(Vec::is_empty);
        if teams && spec.config_max_age_s.flatten().is_none() {
            return Ok(());
        }
    }
    let teams = spec.granted_teams.as_ref();
    let input = apis::UpdateApi {
        name: spec.name.clone(),
        summary: spec.summary.clone(),
        owner_team: spec.owner_team.clone().map(Lookup::Slug),
        visibility: spec.visibility,
        granted_teams: teams.map(|teams| teams.iter().cloned().map(Lookup::Slug).collect()),
        data_class: spec.data_class,
        config_max_age_s: spec.config_max_age_s,
    };
    apis::update_api(db, actor, Lookup::Slug(slug.clone()), None, input).await?;
    Ok(())
}

pub(super) async fn put_upstream(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &UpstreamSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let held = held.and_then(
        |held| match Spec::of_fields(ResourceKind::Upstream, &held.fields) {
            Some(Spec::Upstream(held)) => Some(held),
            _ => None,
        },
    );
    let is_new = held.is_none();
    let held = held.unwrap_or_default();
    let targets = spec.targets.as_ref().or(held.targets.as_ref());
    let timeouts = spec.timeouts.or(held.timeouts);
    let input = PutUpstream {
        targets: targets
            .into_iter()
            .flatten()
            .map(|target| PutTarget {
                url: target.url.clone(),
                weight: target.weight,
                drain: target.drain,
            })
            .collect(),
        load_balancing: spec
            .load_balancing
            .or(held.load_balancing)
            .unwrap_or_default(),
        timeouts: timeouts.map(|timeouts| Timeouts {
            connect_ms: timeouts.connect_ms,
            response_ms: timeouts.response_ms,
            idle_ms: timeouts.idle_ms,
        }),
    };
    let earlier = want.back_to.and_then(|ids| ids.get("upstream"));
    let earlier = earlier.and_then(|id| id.as_str()?.parse::<uuid::Uuid>().ok());
    let environment = &want.key.name;
    match earlier.filter(|_| is_new) {
        Some(id) => {
            upstreams::restore_upstream(db, actor, want.api(), environment, id.into(), input)
                .await?
        }
        None => upstreams::put_upstream(db, actor, want.api(), environment, None, input).await?,
    };
    Ok(())
}
