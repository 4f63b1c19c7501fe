//! Many decisions, each in a transaction of its own that also writes what became of it: one that was written is not made again by
//! whoever takes the job over.

use std::collections::BTreeMap;

use gatehouse_domain::id::{PlanId, SubscriptionId};
use gatehouse_domain::job::JobKind;
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::subscription::SubscriptionEvent;
use gatehouse_language::t;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::JobView;
use super::ask::{Asked, ask};
use super::run::{Course, Held, Outcome, in_words};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::subscriptions::{
    self, Conditions, DECISIONS_MAX, Decision, RequestSubject, SubscriptionView, Verdict,
};
use crate::work::{Changed, Work};

/// A decision, as it is remembered.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    subscription: SubscriptionId,
    subject: RequestSubject,
    verdict: KeptVerdict,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum KeptVerdict {
    Approve {
        plan: Option<String>,
        #[serde(with = "time::serde::rfc3339::option")]
        starts_at: Option<OffsetDateTime>,
        #[serde(with = "time::serde::rfc3339::option")]
        ends_at: Option<OffsetDateTime>,
        limits: Vec<LimitRule>,
        note: String,
    },
    Reject(String),
}

impl From<Decision> for Kept {
    fn from(decision: Decision) -> Self {
        Self {
            subscription: decision.subscription,
            subject: decision.subject,
            verdict: match decision.verdict {
                Verdict::Reject(reason) => KeptVerdict::Reject(reason),
                Verdict::Approve(conditions) => KeptVerdict::Approve {
                    plan: conditions.plan.map(|plan| plan.to_string()),
                    starts_at: conditions.starts_at,
                    ends_at: conditions.ends_at,
                    limits: conditions.limits,
                    note: conditions.note,
                },
            },
        }
    }
}

impl From<Kept> for Decision {
    fn from(kept: Kept) -> Self {
        Self {
            subscription: kept.subscription,
            subject: kept.subject,
            verdict: match kept.verdict {
                KeptVerdict::Reject(reason) => Verdict::Reject(reason),
                KeptVerdict::Approve {
                    plan,
                    starts_at,
                    ends_at,
                    limits,
                    note,
                } => Verdict::Approve(Conditions {
                    plan: plan.map(|plan| Lookup::<PlanId>::from(plan.as_str())),
                    starts_at,
                    ends_at,
                    limits,
                    note,
                }),
            },
        }
    }
}

/// What became of a decision: a line of what the job writes.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    subscription: SubscriptionId,
    subject: RequestSubject,
    /// Whether it was carried out.
    decided: bool,
    /// The subscription's state after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Value>,
    /// Whether another person has to agree too.
    #[serde(default)]
    waits: bool,
    /// Why it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Line {
    fn bytes(&self) -> Result<Vec<u8>, Refusal> {
        let mut bytes = serde_json::to_vec(self).map_err(anyhow::Error::from)?;
        bytes.push(b'\n');
        Ok(bytes)
    }
}

/// Has many requests decided by background work, each by itself.
pub async fn decide_as_job(
    db: &Db,
    actor: &Actor,
    decisions: Vec<Decision>,
) -> Result<Changed<JobView>, Refusal> {
    subscriptions::require_right(actor, SubscriptionEvent::Approve)?;
    let count = decisions.len();
    if !(1..=DECISIONS_MAX).contains(&count) {
        let detail = t!(
            "refused-people-decide-1-to-requests-at-once",
            decisions_max = &DECISIONS_MAX,
            count = &count
        );
        return Err(Refusal::field("/decisions", "out_of_range", detail));
    }
    let kept: Vec<Kept> = decisions.into_iter().map(Kept::from).collect();
    let mut work = Work::begin(db, actor).await?;
    let asked = Asked {
        kind: JobKind::Decisions,
        subject: format!("Access requests: {count}"),
        input: Some(serde_json::to_value(&kept).map_err(anyhow::Error::from)?),
        content: None,
    };
    let view = ask(&mut work, asked).await?;
    work.audit(AuditEntry {
        action: "subscription.decide_later",
        subject: view.id.to_string(),
        after: Some(json!({ "decisions": count })),
        ..AuditEntry::default()
    });
    work.commit(view).await
}

/// What was decided so far, by its place.
struct Tally {
    lines: BTreeMap<i32, Line>,
    bytes: usize,
}

impl Tally {
    /// What an earlier attempt wrote.
    async fn of(held: &Held) -> Result<Self, Refusal> {
        let written = held.written().await?;
        let bytes = written.iter().map(|(_, content)| content.len()).sum();
        let lines = written.into_iter().map(|(place, content)| {
            Ok((
                place,
                serde_json::from_slice(&content).map_err(anyhow::Error::from)?,
            ))
        });
        Ok(Self {
            lines: lines.collect::<Result<_, Refusal>>()?,
            bytes,
        })
    }

    fn result(&self) -> Value {
        let refused: Vec<_> = self.lines.values().filter(|line| !line.decided).collect();
        json!({
            "decided": self.lines.values().filter(|line| line.decided && !line.waits).count(),
            "waiting": self.lines.values().filter(|line| line.waits).count(),
            "refused": refused,
        })
    }
}

pub(super) async fn run(db: &Db, held: &Held) -> Result<Outcome, Refusal> {
    let actor = held.actor().await?;
    let (kept, _): (Vec<Kept>, _) = held.input().await?;
    let total = i64::try_from(kept.len()).unwrap_or(i64::MAX);
    let mut tally = Tally::of(held).await?;
    for (place, kept) in (0..).zip(kept) {
        if held.report("Decides", place.into(), Some(total)).await? == Course::Cancelled {
            return Ok(Outcome::Cancelled(Some(tally.result())));
        }
        if tally.lines.contains_key(&place) {
            continue;
        }
        let Some((line, bytes)) = decide(db, held, &actor, place, kept.into()).await? else {
            return Ok(Outcome::Cancelled(Some(tally.result())));
        };
        tally.bytes += bytes;
        tally.lines.insert(place, line);
    }
    Ok(Outcome::Done {
        result: tally.result(),
        bytes: Some(i64::try_from(tally.bytes).unwrap_or(i64::MAX)),
    })
}

/// Makes one decision, and writes in the same transaction what became of it. `None` when the job was cancelled before.
async fn decide(
    db: &Db,
    held: &Held,
    actor: &Actor,
    place: i32,
    decision: Decision,
) -> Result<Option<(Line, usize)>, Refusal> {
    let (subscription, subject) = (decision.subscription, decision.subject);
    let (lending, inside) = Work::begin(db, actor).await?.lend();
    let (mut work, line) = match subscriptions::decide_one(&inside, actor, decision).await {
        Ok(changed) => (lending.take_back()?, decided(&changed.value, subject)?),
        Err(refusal) if refusal.is_passing() => return Err(refusal),
        Err(refusal) => {
            let line = Line {
                subscription,
                subject,
                decided: false,
                state: None,
                waits: false,
                error: Some(in_words(&refusal)),
            };
            // What was refused took its transaction with it.
            drop(lending);
            (Work::begin(db, actor).await?, line)
        }
    };
    let bytes = line.bytes()?;
    if !held.write_in(&mut work, place, &bytes).await? {
        work.roll_back(()).await?;
        return Ok(None);
    }
    work.commit(()).await?;
    Ok(Some((line, bytes.len())))
}

fn decided(view: &SubscriptionView, subject: RequestSubject) -> Result<Line, Refusal> {
    Ok(Line {
        subscription: view.id,
        subject,
        decided: true,
        state: Some(serde_json::to_value(view.state).map_err(anyhow::Error::from)?),
        waits: view
            .open_requests
            .iter()
            .any(|open| open.subject == subject),
        error: None,
    })
}
