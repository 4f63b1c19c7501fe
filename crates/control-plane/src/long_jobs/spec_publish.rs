//! Publishing a large description: read first, then stored together with the end of the job.

use gatehouse_domain::id::ApiId;
use gatehouse_domain::job::JobKind;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::JobView;
use super::ask::{Asked, ask};
use super::run::{Even, Held, Outcome, in_words};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::publishing::{
    self, PublishRefusal, PublishSpec, Published, Source, SpecFault, SpecFaults, Step,
};
use crate::refusal::Refusal;
use crate::work::{Changed, Work};

/// What is remembered of what was asked, besides the document.
#[derive(Debug, Serialize, Deserialize)]
struct Input {
    api: String,
    version: String,
    source: Source,
    create: bool,
    drop_orphans: bool,
}

/// Has a description published by background work. What can be refused without reading it is refused at once.
pub async fn publish_as_job(
    db: &Db,
    actor: &Actor,
    input: PublishSpec,
) -> Result<Changed<JobView>, Refusal> {
    publishing::require_publishable(db, actor, &input).await?;
    let mut work = Work::begin(db, actor).await?;
    let kept = Input {
        api: input.api.to_string(),
        version: input.version,
        source: input.source,
        create: input.create,
        drop_orphans: input.drop_orphans,
    };
    let asked = Asked {
        kind: JobKind::SpecPublish,
        subject: format!("{} {}", kept.api, kept.version),
        input: Some(serde_json::to_value(&kept).map_err(anyhow::Error::from)?),
        content: Some(&input.content),
    };
    let view = ask(&mut work, asked).await?;
    work.audit(AuditEntry {
        action: "spec.publish_later",
        subject: view.id.to_string(),
        after: Some(json!({ "api": kept.api, "version": kept.version, "source": kept.source })),
        ..AuditEntry::default()
    });
    work.commit(view).await
}

pub(super) async fn run(db: &Db, held: &Held) -> Result<Outcome, Refusal> {
    let actor = held.actor().await?;
    let (input, content): (Input, _) = held.input().await?;
    let input = PublishSpec {
        api: Lookup::<ApiId>::from(input.api.as_str()),
        version: input.version,
        content: content.into(),
        source: input.source,
        create: input.create,
        drop_orphans: input.drop_orphans,
        dry_run: false,
    };
    let reading = publishing::read_spec(db, &actor, &input);
    let unknown = || (0, None);
    let Some(read) = held
        .during("Reads the description", unknown, reading)
        .await?
    else {
        return Ok(Outcome::Cancelled(None));
    };
    let ready = match read {
        Ok(Step::Read(ready)) => *ready,
        Ok(Step::Same(published)) => return done(&published),
        Err(refusal) => return stopped(refusal),
    };
    let progress = ready.progress();
    let (lending, inside) = Work::begin(db, &actor).await?.lend();
    let storing = Box::pin(publishing::store_spec(&inside, &actor, &input, ready));
    let Some(stored) = held
        .during("Stores the operations", progress, storing)
        .await?
    else {
        return Ok(Outcome::Cancelled(None));
    };
    let outcome = match stored {
        Ok(changed) => done(&changed.value)?,
        Err(refusal) => stopped(refusal)?,
    };
    // A refusal that keeps the description has something to commit as well; any other has lost its transaction.
    let Ok(mut work) = lending.take_back() else {
        return Ok(outcome);
    };
    if held.end_in(&mut work, outcome, Even::Not).await? {
        work.commit(()).await?;
        Ok(Outcome::Written)
    } else {
        work.roll_back(()).await?;
        Ok(Outcome::Cancelled(None))
    }
}

fn done(published: &Published) -> Result<Outcome, Refusal> {
    Ok(Outcome::Done {
        result: serde_json::to_value(published).map_err(anyhow::Error::from)?,
        bytes: None,
    })
}

/// What stands in the way, as the answer to publishing at once would have said it.
fn stopped(refusal: PublishRefusal) -> Result<Outcome, Refusal> {
    let (error, result) = match refusal {
        PublishRefusal::Refused(Refusal::Invalid(faults)) => {
            let error = Refusal::Invalid(faults.clone());
            let faults = faults.into_iter().map(SpecFault::from).collect();
            (in_words(&error), faulty(SpecFaults { faults, dropped: 0 })?)
        }
        PublishRefusal::Refused(refusal) => return Err(refusal),
        PublishRefusal::Spec(errors) => {
            let faults = SpecFaults::from(errors);
            let count = faults.faults.len() + faults.dropped;
            let first = faults.faults.first().map(SpecFault::line);
            let first = first.unwrap_or_default();
            let error = match count {
                0 | 1 => first,
                _ => format!("{first} It has {count} faults."),
            };
            (error, faulty(faults)?)
        }
        PublishRefusal::Gate(refused) => {
            let report = serde_json::to_value(&refused.report).map_err(anyhow::Error::from)?;
            let result = json!({ "report": report, "revision": refused.revision });
            (refused.report.headline(), result)
        }
    };
    Ok(Outcome::Failed {
        error,
        result: Some(result),
    })
}

fn faulty(faults: SpecFaults) -> Result<Value, Refusal> {
    Ok(serde_json::to_value(faults).map_err(anyhow::Error::from)?)
}
