//! Going back to an earlier release: the configuration of then, made by the verbs of now.
//!
//! What belongs to people stays: requests, approvals, holds and keys are no part of a release, and what somebody ended for
//! good (a retired version, a closed plan) stays ended. What could not go back is told.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_domain::Permission;
use gatehouse_domain::plan::PlanState;
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::postgres::PgConnection;

use super::Origin;
use super::read::{self, ReleaseChange};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::publishing::{PublishRefusal, Source};
use crate::refusal::Refusal;
use crate::resources::put::{Want, put};
use crate::resources::render::{State, Wanted, render};
use crate::resources::specs::Spec;
use crate::resources::{Key, ResourceKind};
use crate::work::{Changed, Work};
use crate::{plans, upstreams, versions};

/// What going back did.
#[derive(Debug, Clone, Serialize)]
pub struct RolledBack {
    /// The release whose configuration is in force again.
    pub rolled_back_to: i64,
    /// The release this made; none when everything was so already.
    pub number: Option<i64>,
    /// What changed.
    pub changes: Vec<ReleaseChange>,
    /// What stays as it is, and why.
    pub kept: Vec<Kept>,
}

/// Something a rollback leaves alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// Which thing, as files name it.
    pub resource: String,
    /// Why.
    pub reason: String,
}

/// Goes back to a release. Every verb it takes asks for its own right.
pub async fn rollback(db: &Db, actor: &Actor, number: i64) -> Result<Changed<RolledBack>, Refusal> {
    actor.require(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    read::one(work.conn(), number).await?;
    serialise(work.conn()).await?;
    let then = read::configuration(work.conn(), number, number).await?;
    let now = render(work.conn(), &Wanted::all()).await?;
    let fixed = Fixed::read(work.conn()).await?;
    let plan = Plan::of(then, now, &fixed);
    let mut done = RolledBack {
        rolled_back_to: number,
        number: None,
        changes: plan.changes(),
        kept: plan.kept.clone(),
    };
    if plan.steps.is_empty() {
        return work.roll_back(done).await;
    }
    work.audit(AuditEntry {
        action: "release.rollback",
        subject: number.to_string(),
        after: Some(
            json!({ "release": number, "changes": plan.steps.len(), "kept": plan.kept.len() }),
        ),
        ..AuditEntry::default()
    });
    work.emit(
        "release.rolled_back",
        number,
        json!({ "release": number, "changes": plan.steps.len() }),
    );
    work.originate(Origin {
        rolled_back_to: Some(number),
        ..Origin::default()
    });
    let (lending, inside) = work.lend();
    plan.carry_out(&inside, actor).await?;
    let work = lending.take_back()?;
    let mut changed = work.commit(()).await?;
    if !actor.is_dry_run() {
        let newest = super::list_releases(db, actor, None, 1).await?;
        done.number = newest.first().map(|release| release.number);
    }
    Ok(Changed {
        value: done,
        change: changed.change.take(),
    })
}

/// One rollback or changeset of a tenant at a time: each makes many changes, and locks what it needs in its own order.
pub(crate) async fn serialise(conn: &mut PgConnection) -> Result<(), Refusal> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended('gatehouse.changeset/' || current_tenant()::text, 0))")
        .execute(conn)
        .await?;
    Ok(())
}

/// What no rollback changes, by key, and why.
struct Fixed {
    ended: BTreeMap<String, &'static str>,
    /// Plans that somebody has or has asked for.
    taken_up: BTreeSet<String>,
}

impl Fixed {
    async fn read(conn: &mut PgConnection) -> Result<Self, Refusal> {
        let plans = sqlx::query!(
            "select a.slug as api, p.slug from plan p join product o on o.id = p.product_id join api a on a.id = o.api_id
             where exists (select from subscription s where s.plan_id = p.id and s.state in ('pending', 'active'))"
        )
        .fetch_all(&mut *conn)
        .await?;
        let taken_up = plans
            .into_iter()
            .map(|row| Key::new(ResourceKind::Plan, Some(&row.api), &row.slug).to_string());
        Ok(Self {
            taken_up: taken_up.collect(),
            ended: ended(conn).await?,
        })
    }
}

/// What was ended for good.
async fn ended(conn: &mut PgConnection) -> Result<BTreeMap<String, &'static str>, Refusal> {
    let mut ended = BTreeMap::new();
    let versions = sqlx::query!(
        "select a.slug, v.label from api_version v join api a on a.id = v.api_id where v.state = 'retired'"
    )
    .fetch_all(&mut *conn)
    .await?;
    for row in versions {
        let key = Key::new(ResourceKind::Version, Some(&row.slug), &row.label);
        ended.insert(key.to_string(), "It was retired since, which is for good.");
    }
    let plans = sqlx::query!(
        "select a.slug as api, p.slug from plan p join product o on o.id = p.product_id join api a on a.id = o.api_id
         where p.state = 'closed'"
    )
    .fetch_all(conn)
    .await?;
    for row in plans {
        let key = Key::new(ResourceKind::Plan, Some(&row.api), &row.slug);
        let why = "It was closed since, and what became of its subscriptions stays.";
        ended.insert(key.to_string(), why);
    }
    Ok(ended)
}

struct Plan {
    /// In the order in which things are made.
    steps: Vec<(Key, Step)>,
    kept: Vec<Kept>,
}

struct Step {
    now: Option<State>,
    then: Option<Value>,
}

impl Plan {
    fn of(
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
            let same = now.as_ref().map(State::body) == then;
            let why = match (&now, &then) {
                _ if same => continue,
                (None, Some(_)) => fixed.ended.get(&text).copied(),
                (Some(_), None) if fixed.taken_up.contains(&text) => Some("Subscriptions have it."),
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
                    reason: "It stays on offer: subscriptions have it.".to_owned(),
                });
            }
            match why {
                Some(reason) => plan.kept.push(Kept {
                    resource: text,
                    reason: reason.to_owned(),
                }),
                None => plan.steps.push((key, Step { now, then })),
            }
        }
        plan.steps.sort_by(|(left, _), (right, _)| left.cmp(right));
        plan
    }

    fn changes(&self) -> Vec<ReleaseChange> {
        let changes = self.steps.iter().filter_map(|(key, step)| {
            let now = step.now.as_ref().map(State::body);
            read::describe(&key.to_string(), now.as_ref(), step.then.as_ref())
        });
        changes.collect()
    }

    /// What was there then is made first, what came since is taken back last, parts before what they belong to.
    async fn carry_out(&self, db: &Db, actor: &Actor) -> Result<(), Refusal> {
        for (key, step) in &self.steps {
            if let Some(then) = &step.then {
                bring_back(db, actor, key, then, step.now.as_ref()).await?;
            }
        }
        for (key, _) in self
            .steps
            .iter()
            .rev()
            .filter(|(_, step)| step.then.is_none())
        {
            take_back(db, actor, key).await?;
        }
        Ok(())
    }
}

/// Why something that came since stays.
fn stays(key: &Key, now: &State) -> Option<&'static str> {
    match key.kind {
        ResourceKind::Team | ResourceKind::Environment => Some("People and history hang on it."),
        ResourceKind::Api => Some("It stays, without what was published of it since."),
        // Withdrawn already.
        ResourceKind::Plan if now.fields.get("state") == Some(&json!("staging")) => {
            Some("It is not on offer.")
        }
        ResourceKind::Plan | ResourceKind::Upstream | ResourceKind::Version => None,
    }
}

async fn bring_back(
    db: &Db,
    actor: &Actor,
    key: &Key,
    then: &Value,
    now: Option<&State>,
) -> Result<(), Refusal> {
    let fields = then["spec"].as_object().cloned().unwrap_or_default();
    let spec = Spec::of_fields(key.kind, &fields);
    let spec = spec.ok_or_else(|| anyhow::anyhow!("a release holds {key} in an unknown form"))?;
    let want = Want {
        key,
        spec: &spec,
        description: None,
        source: &Source::default(),
        back_to: Some(&then["ids"]),
    };
    put(db, actor, &want, now)
        .await
        .map_err(|refusal| match refusal {
            PublishRefusal::Refused(refusal) => named(key, refusal),
            other => Refusal::Conflict(format!("{key}: {other}")),
        })
}

async fn take_back(db: &Db, actor: &Actor, key: &Key) -> Result<(), Refusal> {
    let api = key.api_slug().unwrap_or_default();
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
        ResourceKind::Team | ResourceKind::Environment | ResourceKind::Api => Ok(()),
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
        Refusal::UnknownReference { pointer } | Refusal::NotYours(pointer) => {
            Refusal::Conflict(format!("{key}: {pointer} is not there any more."))
        }
        other => other,
    }
}
