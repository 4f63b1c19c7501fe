//! What one operation gets of all policies in an environment, in the order gateways run them, and what does not apply.

use crate::page_error::PageError;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::console::policies::rows::{
    PolicyRow, environment_words, level_words, place_words, row,
};
use crate::view::form::{Choice, Faults, Field, WHOLE_FORM, faults_of};
use crate::view::parts::Empty;
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use gatehouse_control_plane::apis::ApiView;
use gatehouse_control_plane::environments::{self, EnvironmentView};
use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::policies::{self, EffectiveView, OverriddenView};
use gatehouse_control_plane::{Refusal, catalogue};
use gatehouse_domain::policy::{PolicyInherit, PolicyKind};
use gatehouse_domain::{ApiVersionState, EnvironmentKind};
use gatehouse_language::t;

/// The form that asks, and what was found.
pub(crate) struct Effective {
    pub(crate) fields: Vec<Field>,
    pub(crate) faults: Faults,
    pub(crate) lead: String,
    pub(crate) applied: Vec<AppliedRow>,
    pub(crate) overridden: Vec<OverriddenRow>,
    pub(crate) empty: Empty,
}

/// A policy that applies.
pub(crate) struct AppliedRow {
    /// Which comes first.
    pub(crate) number: usize,
    pub(crate) stage: String,
    pub(crate) policy: PolicyRow,
}

/// One that is on the way and does not.
pub(crate) struct OverriddenRow {
    pub(crate) policy: PolicyRow,
    pub(crate) why: String,
}

/// What is asked; empty parts are chosen.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct EffectiveQuery {
    #[serde(default)]
    pub(super) version: String,
    #[serde(default)]
    pub(super) operation: String,
    #[serde(default)]
    pub(super) environment: String,
}

/// When gateways run policies of a kind (`docs/policy-order.md`).
fn stage(kind: PolicyKind) -> String {
    match kind {
        PolicyKind::Cors => t!("policies-preflights-and-every-answer"),
        PolicyKind::Jwt => t!("policies-after-the-subscription"),
        PolicyKind::RateLimit => t!("policies-before-the-plan-s-limits"),
        PolicyKind::Headers => t!("policies-to-the-backend-and-back"),
    }
}

/// The section of an API's page; nothing for one that has no version, or nowhere to answer.
pub(super) async fn of(
    visitor: &Visitor,
    api: &ApiView,
    query: &EffectiveQuery,
    shell: &Shell,
) -> Result<Option<Effective>, PageError> {
    let (db, actor) = (visitor.db(), visitor.actor()?);
    let environments = environments::list_environments(db, actor).await?;
    let (Some(version), Some(environment)) = (
        version(api, &query.version),
        environment(&environments, &query.environment),
    ) else {
        return Ok(None);
    };
    let operation = Some(query.operation.trim()).filter(|text| !text.is_empty());
    let (lookup, at) = (Lookup::Id(api.id), Lookup::Id(environment.id));
    let found = policies::effective(db, actor, lookup, version, at, operation).await;
    let (found, faults) = match found {
        Ok(found) => (Some(found), Faults::default()),
        Err(refusal) => (None, unknown(refusal, version, &query.operation)?),
    };
    let known = operations(visitor, api, version).await?;
    let lead = lead(found.as_ref(), version, &environment.slug, api);
    let (applied, overridden) = found.map_or_else(Default::default, |found| rows(&found, shell));
    Ok(Some(Effective {
        fields: vec![
            Field::select("version", t!("word-version"), versions(api)).value(version),
            Field::text("operation", t!("word-operation"))
                .optional()
                .max(2_000)
                .value(&query.operation)
                .suggest(known)
                .faults(&faults),
            Field::select(
                "environment",
                t!("word-environment"),
                choices(&environments),
            )
            .value(&environment.slug),
        ],
        faults,
        lead,
        applied,
        overridden,
        empty: Empty::new(
            t!("policies-no-policy-applies"),
            t!("policies-subscribed-calls-go-through-in-the"),
            None,
        ),
    }))
}

/// What was asked about is not there: said beside the field. Anything else passes on.
fn unknown(refusal: Refusal, version: &str, operation: &str) -> Result<Faults, PageError> {
    match refusal {
        Refusal::UnknownReference { .. } => {
            let words = t!(
                "policies-has-no-use-an-operation-of",
                version = &version,
                operation = &operation
            );
            Ok(Faults::one("operation", words))
        }
        Refusal::Conflict(words) => Ok(Faults::one(WHOLE_FORM, words)),
        other => Ok(faults_of(other)?.renamed(&[("?operation", "operation")])),
    }
}

fn lead(found: Option<&EffectiveView>, version: &str, environment: &str, api: &ApiView) -> String {
    let of = match found.map(|found| &found.operation) {
        None => return String::new(),
        Some(Some(operation)) => operation.as_str().to_owned(),
        Some(None) => t!("policies-every-operation-that-has-no-policy"),
    };
    t!(
        "policies-in-of-in",
        of = &of,
        version = &version,
        name = &api.name,
        environment = &environment
    )
}

fn rows(found: &EffectiveView, shell: &Shell) -> (Vec<AppliedRow>, Vec<OverriddenRow>) {
    let applied = found.applied.iter().zip(1..);
    let applied = applied.map(|(policy, number)| AppliedRow {
        number,
        stage: stage(policy.kind),
        policy: row(policy, shell),
    });
    let overridden = found.overridden.iter().map(|one| OverriddenRow {
        policy: row(&one.policy, shell),
        why: why(one, found),
    });
    (applied.collect(), overridden.collect())
}

/// What applies instead, where that is, and whether a lock is why.
fn why(one: &OverriddenView, found: &EffectiveView) -> String {
    let by = &one.by;
    let instead = found.applied.iter().find(|policy| policy.id == by.id);
    let place = instead.map_or_else(
        || by.place.clone(),
        |policy| {
            let (level, place) = (level_words(policy.level), place_words(policy));
            let environment = environment_words(policy).to_lowercase();
            format!("{level}: {place}, {environment}")
        },
    );
    match by.inherit {
        PolicyInherit::Locked => t!(
            "policies-kept-out-by-which-is-locked",
            slug = &by.slug,
            place = &place
        ),
        PolicyInherit::Default => t!(
            "policies-applies-in-its-place",
            slug = &by.slug,
            place = &place
        ),
    }
}

/// The version that is asked about; else the newest that is served, or the newest there is.
fn version<'a>(api: &'a ApiView, asked: &'a str) -> Option<&'a str> {
    if !asked.is_empty() {
        return Some(asked);
    }
    let served = api.versions.iter().find(|one| {
        matches!(
            one.state,
            ApiVersionState::Published | ApiVersionState::Deprecated
        )
    });
    let found = served.or_else(|| api.versions.first());
    found.map(|one| one.label.as_str())
}

fn environment<'a>(all: &'a [EnvironmentView], asked: &str) -> Option<&'a EnvironmentView> {
    let real = |one: &&EnvironmentView| one.kind == EnvironmentKind::Production;
    let asked = all.iter().find(|one| one.slug == asked);
    asked
        .or_else(|| all.iter().find(real))
        .or_else(|| all.first())
}

/// Versions that policies can be of: those that have not ended.
pub(super) fn versions(api: &ApiView) -> Vec<Choice> {
    let going = api.versions.iter();
    let going = going.filter(|one| one.state != ApiVersionState::Retired);
    going
        .map(|one| Choice::new(one.label.clone(), one.label.clone()))
        .collect()
}

pub(super) fn choices(environments: &[EnvironmentView]) -> Vec<Choice> {
    let all = environments.iter();
    all.map(|one| Choice::new(one.slug.clone(), environment_word(&one.slug)))
        .collect()
}

/// Some operations of a version to choose from; any other may be typed. Not every one of a description of thousands: the page stays
/// small.
pub(super) async fn operations(
    visitor: &Visitor,
    api: &ApiView,
    version: &str,
) -> Result<Vec<Choice>, PageError> {
    const OFFERED: usize = 100;
    const LONGEST: usize = 80;
    let viewer = visitor.viewer()?;
    let found = catalogue::find_operations(visitor.db(), &viewer, &api.slug, version).await;
    let found = match found {
        Ok(found) => found,
        Err(Refusal::NotFound) => return Ok(Vec::new()),
        Err(refusal) => return Err(refusal.into()),
    };
    let names = found
        .into_iter()
        .filter(|one| !one.webhook)
        .map(|one| format!("{} {}", one.method, one.path_template));
    let offered = names.filter(|name| name.len() <= LONGEST).take(OFFERED);
    Ok(offered
        .map(|name| Choice::new(name.clone(), name))
        .collect())
}
