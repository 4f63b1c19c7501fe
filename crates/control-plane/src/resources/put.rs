//! Making a thing what a resource says, by the verbs everybody calls. Only what is stated is passed on.

use bytes::Bytes;
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::plan::{ApprovalMode, PlanState};
use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::specs::{
    ApiSpec, EnvironmentSpec, LimitSpec, OfferedState, PlanSpec, Spec, TeamSpec, UpstreamSpec,
    VersionSpec,
};
use super::{Key, ResourceKind, State};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::publishing::{self, PublishRefusal, PublishSpec, Source};
use crate::refusal::Refusal;
use crate::upstreams::{self, PutTarget, PutUpstream, Timeouts};
use crate::versions::{self, Deprecate, Retire};
use crate::{apis, environments, plans, teams};

/// What a thing shall be.
pub(crate) struct Want<'a> {
    pub(crate) key: &'a Key,
    pub(crate) spec: &'a Spec,
    /// Of a version, the description itself.
    pub(crate) description: Option<&'a Bytes>,
    pub(crate) source: &'a Source,
    /// An earlier state to go back to exactly, with its numbers and ids.
    pub(crate) back_to: Option<&'a Value>,
}

impl Want<'_> {
    fn api<Id: std::str::FromStr>(&self) -> Lookup<Id> {
        Lookup::from(self.key.api_slug().unwrap_or_default())
    }

    fn number(&self) -> Option<i32> {
        let number = self.back_to?.get("revision")?.as_i64()?;
        i32::try_from(number).ok()
    }
}

/// Makes or changes a thing. `held` is what it is now.
pub(crate) async fn put(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    held: Option<&State>,
) -> Result<(), PublishRefusal> {
    match want.spec {
        Spec::Team(spec) => put_team(db, actor, want, spec, held).await?,
        Spec::Environment(spec) => put_environment(db, actor, want, spec, held).await?,
        Spec::Api(spec) => put_api(db, actor, want, spec, held).await?,
        Spec::Upstream(spec) => put_upstream(db, actor, want, spec, held).await?,
        Spec::Plan(spec) => put_plan(db, actor, want, spec, held).await?,
        Spec::Version(spec) => put_version(db, actor, want, spec, held).await?,
    }
    Ok(())
}

async fn put_team(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &TeamSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let Some(held) = held else {
        let kind = spec.kind.ok_or_else(|| {
            Refusal::field(
                "/kind",
                "required",
                "Say what the team does: provider or consumer.",
            )
        })?;
        let input = teams::CreateTeam {
            slug: want.key.name.clone(),
            name: spec.name.clone().unwrap_or_else(|| want.key.name.clone()),
            kind,
        };
        teams::create_team(db, actor, input).await?;
        return Ok(());
    };
    stays(held, "/kind", spec.kind)?;
    if spec.name.is_some() {
        let input = teams::UpdateTeam {
            name: spec.name.clone(),
        };
        teams::update_team(db, actor, held.id.into(), None, input).await?;
    }
    Ok(())
}

/// Refuses to change a field that a thing is made with.
fn stays(
    held: &State,
    pointer: &str,
    stated: Option<impl serde::Serialize>,
) -> Result<(), Refusal> {
    let stated = stated.and_then(|stated| serde_json::to_value(stated).ok());
    let own = held.fields.get(&pointer[1..]).unwrap_or(&Value::Null);
    match stated {
        Some(stated) if stated != *own => Err(Refusal::field(
            pointer,
            "stays",
            format!("It is {own} and stays; leave this out or state what it is."),
        )),
        _ => Ok(()),
    }
}

async fn put_environment(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &EnvironmentSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let Some(held) = held else {
        let detail = "There is no environment of this name; environments come with the tenant.";
        return Err(Refusal::field("/slug", "no_environment", detail));
    };
    stays(held, "/kind", spec.kind)?;
    stays(held, "/base_path", spec.base_path.as_ref())?;
    if spec.host.is_none() && spec.public_url.is_none() {
        return Ok(());
    }
    let input = environments::UpdateEnvironment {
        host: spec.host.clone(),
        public_url: spec.public_url.clone(),
    };
    let lookup = Lookup::Slug(want.key.name.clone());
    environments::update_environment(db, actor, lookup, None, input).await?;
    Ok(())
}

async fn put_api(
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

async fn put_upstream(
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

async fn put_plan(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &PlanSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let rules = spec.limits.as_ref().map(|limits| {
        // What was read is whole: a limit that is not was refused with its place.
        let rules = limits.iter().map(LimitSpec::rule);
        rules.filter_map(Result::ok).collect::<Vec<_>>()
    });
    let plan = || Lookup::Slug(want.key.name.clone());
    let mut state = spec.state;
    if held.is_none() {
        let input = plans::CreatePlan {
            slug: want.key.name.clone(),
            name: spec.name.clone().unwrap_or_else(|| want.key.name.clone()),
            summary: spec.summary.clone().unwrap_or_default(),
            approval: spec.approval.unwrap_or(ApprovalMode::Manual),
            environments: spec
                .environments
                .clone()
                .unwrap_or_else(|| EnvironmentKind::ALL.to_vec()),
            limits: rules.unwrap_or_default(),
            operation_limits: Vec::new(),
            max_subscription_days: spec.max_subscription_days.flatten(),
            max_key_days: spec.max_key_days.flatten(),
            max_overlap_s: spec.max_overlap_s,
            staging: state == Some(PlanState::Staging),
        };
        plans::create_plan(db, actor, want.api(), input).await?;
        if state == Some(PlanState::Deprecated) {
            let input = plans::UpdatePlan {
                state,
                ..plans::UpdatePlan::default()
            };
            plans::update_plan(db, actor, want.api(), plan(), None, input).await?;
        }
        return Ok(());
    }
    // The limits of an earlier revision are that revision, so that counters and promises are the ones of then.
    let limits = match want.number() {
        Some(number) => {
            plans::restore_revision(db, actor, want.api(), plan(), number).await?;
            None
        }
        None => rules,
    };
    if state == held.and_then(|held| serde_json::from_value(held.fields.get("state")?.clone()).ok())
    {
        state = None;
    }
    let input = plans::UpdatePlan {
        name: spec.name.clone(),
        summary: spec.summary.clone(),
        state,
        approval: spec.approval,
        environments: spec.environments.clone(),
        limits,
        // Files do not state these yet; whoever set them keeps them.
        operation_limits: None,
        effective_at: None,
        max_subscription_days: spec.max_subscription_days,
        max_key_days: spec.max_key_days,
        max_overlap_s: spec.max_overlap_s,
    };
    plans::update_plan(db, actor, want.api(), plan(), None, input).await?;
    Ok(())
}

async fn put_version(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &VersionSpec,
    held: Option<&State>,
) -> Result<(), PublishRefusal> {
    let label = want.key.name.as_str();
    let sha256 = |held: &State| {
        held.fields["description"]["sha256"]
            .as_str()
            .map(str::to_owned)
    };
    let stated = spec.description.as_ref().map(|one| one.sha256.clone());
    if stated.is_some() && stated != held.and_then(sha256)
        || held.is_none() && want.back_to.is_some()
    {
        match (want.number(), want.description) {
            (Some(number), _) => {
                publishing::restore_revision(db, actor, want.api(), label, number).await?;
            }
            (None, Some(content)) => publish(db, actor, want, content).await?,
            (None, None) => {}
        }
    } else if held.is_none() {
        let detail = "A new version needs a description: name its file.";
        return Err(Refusal::field("/description", "required", detail).into());
    }
    phase(db, actor, want, spec, held).await?;
    Ok(())
}

async fn publish(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    content: &Bytes,
) -> Result<(), PublishRefusal> {
    let input = PublishSpec {
        api: want.api(),
        version: want.key.name.clone(),
        content: content.clone(),
        source: want.source.clone(),
        // The API may be as new as the version; whether there is one is asked before the unit's own rows are seen.
        create: true,
        dry_run: false,
    };
    publishing::publish_spec(db, actor, input).await?;
    Ok(())
}

/// Brings a version to where it shall stand in its life.
async fn phase(
    db: &Db,
    actor: &Actor,
    want: &Want<'_>,
    spec: &VersionSpec,
    held: Option<&State>,
) -> Result<(), Refusal> {
    let text =
        |name: &str| held.and_then(|held| held.fields.get(name)?.as_str().map(str::to_owned));
    let is_deprecated = text("state").as_deref() == Some("deprecated");
    let label = want.key.name.as_str();
    let state = spec.state.unwrap_or(match is_deprecated {
        true => OfferedState::Deprecated,
        false => OfferedState::Published,
    });
    let sunset_at = spec.sunset_at.clone().unwrap_or_else(|| text("sunset_at"));
    let successor = spec.successor.clone().unwrap_or_else(|| text("successor"));
    let same = sunset_at == text("sunset_at") && successor == text("successor");
    match state {
        OfferedState::Published => {
            if is_deprecated {
                versions::publish_version(db, actor, want.api(), label, None).await?;
            }
        }
        OfferedState::Deprecated if is_deprecated && same => {}
        OfferedState::Deprecated => {
            let read = |text: &String| OffsetDateTime::parse(text, &Rfc3339).ok();
            let sunset_at = sunset_at.as_ref().and_then(read).ok_or_else(|| {
                Refusal::field(
                    "/sunset_at",
                    "required",
                    "Say when the deprecated version ends.",
                )
            })?;
            if is_deprecated {
                versions::publish_version(db, actor, want.api(), label, None).await?;
            }
            let input = Deprecate {
                sunset_at,
                successor,
            };
            versions::deprecate_version(db, actor, want.api(), label, None, input).await?;
        }
    }
    Ok(())
}

/// Takes a thing away that files of a scope no longer have. Teams, environments and APIs stay: people and history hang on
/// them. What has subscribers is refused by its verb unless a reason is given where the verb takes one.
pub(crate) async fn take_away(
    db: &Db,
    actor: &Actor,
    key: &Key,
    reason: &str,
) -> Result<(), Refusal> {
    let api = || Lookup::from(key.api_slug().unwrap_or_default());
    match key.kind {
        ResourceKind::Team | ResourceKind::Environment | ResourceKind::Api => {}
        ResourceKind::Upstream => {
            let api = Lookup::from(key.api_slug().unwrap_or_default());
            upstreams::remove_upstream(db, actor, api, &key.name).await?;
        }
        ResourceKind::Plan => {
            let plan = Lookup::Slug(key.name.clone());
            plans::close_plan(db, actor, api(), plan, None, plans::ClosePlan::default()).await?;
        }
        ResourceKind::Version => {
            let input = Retire {
                reason: reason.to_owned(),
            };
            versions::retire_version(db, actor, api(), &key.name, None, input).await?;
        }
    }
    Ok(())
}
