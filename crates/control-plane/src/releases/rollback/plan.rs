//! Working out a rollback, thing by thing, and doing it by the verbs everybody calls.

use std::collections::BTreeMap;

use gatehouse_domain::plan::PlanState;
use gatehouse_language::t;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use super::fixed::Fixed;
use super::{Announced, Kept};
use crate::actor::Actor;
use crate::db::Db;
use crate::page::Lookup;
use crate::publishing::{PublishRefusal, Source};
use crate::refusal::Refusal;
use crate::releases::read::{self, ReleaseChange};
use crate::resources::put::{Want, put};
use crate::resources::render::State;
use crate::resources::specs::Spec;
use crate::resources::{Key, ResourceKind};
use crate::{plans, policies, upstreams, versions};

/// What is to be done, and what is not.
pub(super) struct Plan {
    /// In the order in which things are made.
    pub(super) steps: Vec<(Key, Step)>,
    pub(super) kept: Vec<Kept>,
}

pub(super) struct Step {
    now: Option<State>,
    then: Option<Value>,
}

impl Step {
    /// Whether it takes a policy from where it is: altogether, or because it was somewhere else then.
    fn makes_room(&self, key: &Key) -> bool {
        let Some(now) = self
            .now
            .as_ref()
            .filter(|_| key.kind == ResourceKind::Policy)
        else {
            return false;
        };
        let place = ["api", "version", "operation", "environment", "kind"];
        self.then.as_ref().is_none_or(|then| {
            let was = |name: &str| then["spec"].get(name).unwrap_or(&Value::Null);
            let is = |name: &str| now.fields.get(name).unwrap_or(&Value::Null);
            place.iter().any(|name| was(name) != is(name))
        })
    }
}

impl Plan {
    pub(super) fn of(
        then: BTreeMap<String, Option<Value>>,
        mut now: BTreeMap<Key, State>,
        fixed: &Fixed,
    ) -> Self {
        let mut plan = Self {
            steps: Vec::new(),
            kept: Vec::new(),
        };
        for (text, mut then) in then {
            let Some(key) = Key::parse(&text) else {
                continue;
            };
            let now = now.remove(&key);
            if let (ResourceKind::Product, Some(now), Some(then)) = (key.kind, &now, &mut then) {
                let kept = still_possible(then, now, fixed);
                plan.kept.extend(kept.map(|reason| Kept {
                    resource: text.clone(),
                    reason,
                }));
            }
            let same = now.as_ref().map(State::body) == then;
            let why = match (&now, &then) {
                _ if same => continue,
                _ if is_rule(key.kind) => Some(t!("refused-apis-it-is-a-rule-for-people")),
                (None, Some(then)) => fixed
                    .ended
                    .get(&text)
                    .or_else(|| fixed.ended.get(&version_of(&key, then)?))
                    .cloned(),
                (Some(_), None) if fixed.taken_up.contains(&text) => {
                    Some(t!("refused-apis-subscriptions-have-it"))
                }
                (Some(_), None) if fixed.unrecorded.contains(&text) => {
                    Some(t!("refused-apis-releases-did-not-hold-products-then"))
                }
                (Some(now), None) => stays(&key, now),
                _ => None,
            };
            if let (Some(now), Some(then)) = (&now, &mut then)
                && fixed.taken_up.contains(&text)
                && then["spec"]["state"] == "staging"
            {
                then["spec"]["state"] = now.fields.get("state").cloned().unwrap_or_default();
                plan.kept.push(Kept {
                    resource: text.clone(),
                    reason: t!("refused-apis-it-stays-on-offer-subscriptions-have"),
                });
            }
            match why {
                Some(reason) => plan.kept.push(Kept {
                    resource: text,
                    reason,
                }),
                None => plan.steps.push((key, Step { now, then })),
            }
        }
        plan.steps.sort_by(|(left, _), (right, _)| left.cmp(right));
        plan
    }

    pub(super) fn changes(&self) -> Vec<ReleaseChange> {
        let changes = self.steps.iter().filter_map(|(key, step)| {
            let now = step.now.as_ref().map(State::body);
            read::describe(&key.to_string(), now.as_ref(), step.then.as_ref())
        });
        changes.collect()
    }

    /// Of the plans it changes, those that get there later.
    pub(super) async fn announced(
        &self,
        conn: &mut PgConnection,
    ) -> Result<Vec<Announced>, Refusal> {
        let rows = sqlx::query!(
            r#"select o.slug as offered, p.slug, n.effective_at,
                      (select count(*) from subscription s where s.plan_id = p.id and s.state in ('pending', 'active')) as "subscriptions!"
               from plan p join product o on o.id = p.product_id
               join plan_revision r on r.id = p.current_revision_id
               join lateral (select f.effective_at from plan_revision f
                             where f.plan_id = p.id and f.number > greatest(r.number, p.settled_number)
                             order by f.effective_at, f.number desc limit 1) n on true
               order by o.slug, p.slug"#
        )
        .fetch_all(conn)
        .await?;
        let all = rows.into_iter().map(|row| Announced {
            resource: Key::new(ResourceKind::Plan, Some(&row.offered), &row.slug).to_string(),
            effective_at: row.effective_at,
            subscriptions: row.subscriptions,
        });
        let is_ours = |one: &Announced| {
            let mut steps = self.steps.iter();
            steps.any(|(key, _)| key.to_string() == one.resource)
        };
        Ok(all.filter(is_ours).collect())
    }

    /// What it changes.
    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        self.steps.iter().map(|(key, _)| key)
    }

    /// What was there then is made first, what came since is taken back last, parts before what they belong to. Policies make room
    /// before all: nothing hangs on them, and at a place there is one of a kind.
    pub(super) async fn carry_out(
        &self,
        db: &Db,
        actor: &Actor,
        without_notice: Option<&str>,
    ) -> Result<(), Refusal> {
        for (key, step) in &self.steps {
            if step.makes_room(key) {
                take_back(db, actor, key).await?;
            }
        }
        for (key, step) in &self.steps {
            if let Some(then) = &step.then {
                let now = step.now.as_ref().filter(|_| !step.makes_room(key));
                bring_back(db, actor, key, then, now, without_notice).await?;
            }
        }
        for (key, step) in self.steps.iter().rev() {
            if step.then.is_none() && !step.makes_room(key) {
                take_back(db, actor, key).await?;
            }
        }
        Ok(())
    }
}

/// Roles, lint rules and terms: what people live by.
const fn is_rule(kind: ResourceKind) -> bool {
    matches!(
        kind,
        ResourceKind::Role | ResourceKind::LintRules | ResourceKind::Terms
    )
}

/// Leaves out of an earlier state of a product what cannot come back: its draft, and versions that ended. Says so, where
/// that is the whole difference to then.
fn still_possible(then: &mut Value, now: &State, fixed: &Fixed) -> Option<String> {
    let is_offered = now.fields.get("state") != Some(&json!("draft"));
    let was_draft = then["spec"]["state"] == "draft";
    if was_draft && is_offered {
        then["spec"]["state"] = now.fields.get("state").cloned().unwrap_or_default();
    }
    let mut has_ended = false;
    if let Some(items) = then["spec"]["items"].as_array_mut() {
        items.retain(|item| {
            let (api, label) = (item["api"].as_str(), item["version"].as_str());
            let key = Key::new(ResourceKind::Version, api, label.unwrap_or_default());
            let ended = fixed.ended.contains_key(&key.to_string());
            has_ended |= ended;
            !ended
        });
    }
    match (was_draft && is_offered, has_ended) {
        (true, _) => Some(t!("refused-apis-it-stays-on-offer-deprecate-it")),
        (_, true) => Some(t!("refused-apis-it-opens-no-versions-that-were")),
        _ => None,
    }
}

/// The version that a policy is attached to.
fn version_of(key: &Key, then: &Value) -> Option<String> {
    let of = |field: &str| then["spec"][field].as_str();
    let version = Key::new(ResourceKind::Version, Some(of("api")?), of("version")?);
    (key.kind == ResourceKind::Policy).then(|| version.to_string())
}

/// Why something that came since stays.
fn stays(key: &Key, now: &State) -> Option<String> {
    match key.kind {
        ResourceKind::Team | ResourceKind::Environment => {
            Some(t!("refused-apis-people-and-history-hang-on-it"))
        }
        ResourceKind::Api => Some(t!("refused-apis-it-stays-without-what-was-published")),
        ResourceKind::Product => Some(t!("refused-apis-it-stays-the-plans-it-got")),
        ResourceKind::Role | ResourceKind::LintRules | ResourceKind::Terms => None,
        // Withdrawn already.
        ResourceKind::Plan if now.fields.get("state") == Some(&json!("staging")) => {
            Some(t!("refused-apis-it-is-not-on-offer"))
        }
        ResourceKind::Plan
        | ResourceKind::Policy
        | ResourceKind::Upstream
        | ResourceKind::Version => None,
    }
}

async fn bring_back(
    db: &Db,
    actor: &Actor,
    key: &Key,
    then: &Value,
    now: Option<&State>,
    without_notice: Option<&str>,
) -> Result<(), Refusal> {
    let fields = then["spec"].as_object().cloned().unwrap_or_default();
    let spec = Spec::of_fields(key.kind, &fields);
    let spec = spec.ok_or_else(|| anyhow::anyhow!("a release holds {key} in an unknown form"))?;
    let want = Want {
        key,
        spec: &spec,
        file: None,
        source: &Source::default(),
        back_to: Some(&then["ids"]),
        without_notice,
    };
    put(db, actor, &want, now)
        .await
        .map_err(|refusal| match refusal {
            PublishRefusal::Refused(refusal) => named(key, refusal),
            other => Refusal::Conflict(format!("{key}: {other}")),
        })
}

async fn take_back(db: &Db, actor: &Actor, key: &Key) -> Result<(), Refusal> {
    let api = key.owner();
    let done = match key.kind {
        ResourceKind::Version => {
            versions::withdraw_version(db, actor, Lookup::from(api), &key.name)
                .await
                .map(drop)
        }
        ResourceKind::Upstream => {
            upstreams::remove_upstream(db, actor, Lookup::from(api), &key.name)
                .await
                .map(drop)
        }
        ResourceKind::Plan => {
            let input = plans::UpdatePlan {
                state: Some(PlanState::Staging),
                ..plans::UpdatePlan::default()
            };
            let plan = Lookup::Slug(key.name.clone());
            plans::update_plan(db, actor, Lookup::from(api), plan, None, input)
                .await
                .map(drop)
        }
        ResourceKind::Policy => {
            let policy = Lookup::Slug(key.name.clone());
            policies::delete_policy(db, actor, policy, None, "")
                .await
                .map(drop)
        }
        ResourceKind::Team
        | ResourceKind::Role
        | ResourceKind::LintRules
        | ResourceKind::Terms
        | ResourceKind::Environment
        | ResourceKind::Api
        | ResourceKind::Product => Ok(()),
    };
    done.map_err(|refusal| named(key, refusal))
}

/// Says of which thing a refusal speaks.
fn named(key: &Key, refusal: Refusal) -> Refusal {
    match refusal {
        Refusal::Conflict(words) => Refusal::Conflict(format!("{key}: {words}")),
        Refusal::Invalid(faults) => {
            let words: Vec<_> = faults.iter().map(|fault| fault.detail.as_str()).collect();
            Refusal::Conflict(format!("{key}: {}", words.join(" ")))
        }
        Refusal::UnknownReference { pointer } => {
            let words = t!("refused-apis-is-not-there-any-more", pointer = pointer);
            Refusal::Conflict(format!("{key}: {words}"))
        }
        Refusal::NotYours(words) => Refusal::Conflict(format!("{key}: {words}")),
        other => other,
    }
}
