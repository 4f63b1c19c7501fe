//! Publishing: what is known is looked up, the description is read, and what was read is stored in one transaction.

use gatehouse_domain::Permission;
use gatehouse_domain::id::SpecRevisionId;
use gatehouse_snapshot::node_auth::hex;
use gatehouse_spec::gate::{Decision, Report};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::gate::{self, Standing};
use super::ground::{self, Ground, Measure};
use super::orphans::{self, Orphan, Orphaning};
use super::published::{Outcome, Published, published};
use super::read::{self, Reading};
use super::store::{self, Held, Slot, Stored};
use super::{PublishRefusal, PublishSpec, Refused, place, tell};
use crate::actor::Actor;
use crate::apis::{self, CreateApi};
use crate::changelog;
use crate::db::Db;
use crate::lint_rules;
use crate::page::Lookup;
use crate::refusal::Refusal;
use crate::versions;
use crate::work::{Changed, Work};

/// Publishes a description.
pub async fn publish_spec(
    db: &Db,
    actor: &Actor,
    input: PublishSpec,
) -> Result<Changed<Published>, PublishRefusal> {
    match read_spec(db, actor, &input).await? {
        Step::Same(published) => Ok(Changed {
            value: *published,
            change: None,
        }),
        Step::Read(ready) => store_spec(db, actor, &input, *ready).await,
    }
}

/// Publishes a description together with what hangs on its operations, in one unit of work: whoever does that judges with
/// [`super::Hanging`] in the end what was left behind.
pub(crate) async fn publish_with_others(
    db: &Db,
    actor: &Actor,
    input: PublishSpec,
) -> Result<Changed<Published>, PublishRefusal> {
    match read_spec(db, actor, &input).await? {
        Step::Same(published) => Ok(Changed {
            value: *published,
            change: None,
        }),
        Step::Read(ready) => store(db, actor, &input, *ready, true).await,
    }
}

/// Refuses what can be refused before the description is read: for who wants to read it later.
pub(crate) async fn require_publishable(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
) -> Result<(), Refusal> {
    require_sound(actor, input)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    match apis::find(&mut tx, actor, &input.api, Permission::SpecPublish).await {
        Err(Refusal::NotFound) if may_create(actor, input)? => Ok(()),
        found => found.map(drop),
    }
}

fn require_sound(actor: &Actor, input: &PublishSpec) -> Result<(), Refusal> {
    actor.require_anywhere(Permission::SpecPublish)?;
    versions::require_label(&input.version)?;
    input.source.check()
}

/// How far publishing is after its first step, which holds no transaction.
pub(crate) enum Step {
    /// The same bytes are in force already: nothing is left to do.
    Same(Box<Published>),
    /// It was read up to its operations.
    Read(Box<Ready>),
}

/// A description that is ready to be stored.
pub(crate) struct Ready {
    reading: Reading,
    ground: Option<Ground>,
}

impl Ready {
    /// Operations stored so far, and how many there are.
    pub(crate) fn progress(&self) -> impl Fn() -> (i64, Option<i64>) + use<> {
        self.reading.progress()
    }
}

/// The first step: reads the description and holds it against the one in force.
pub(crate) async fn read_spec(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
) -> Result<Step, PublishRefusal> {
    require_sound(actor, input)?;
    let sha256: [u8; 32] = Sha256::digest(&input.content).into();
    let measure = match look_up(db, actor, input, &sha256).await? {
        Known::Same(published) => return Ok(Step::Same(published)),
        Known::Other(measure) => measure,
    };
    let reading = read::read(input.content.clone(), measure.clone()).await?;
    let ground = measure.ground;
    Ok(Step::Read(Box::new(Ready { reading, ground })))
}

/// What is known before a description is read.
enum Known {
    /// Its bytes are in force already.
    Same(Box<Published>),
    /// What it is measured by.
    Other(Measure),
}

/// Answers without reading the description when its bytes are in force already; refuses when there is no such API.
async fn look_up(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
    sha256: &[u8; 32],
) -> Result<Known, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let levels = lint_rules::levels(&mut tx).await?;
    let api = match apis::find(&mut tx, actor, &input.api, Permission::SpecPublish).await {
        Ok(api) => api,
        Err(Refusal::NotFound) if may_create(actor, input)? => {
            return Ok(Known::Other(Measure {
                ground: None,
                levels,
            }));
        }
        Err(refusal) => return Err(refusal),
    };
    let ground = ground::find(&mut tx, api.id, &input.version).await?;
    let own = ground
        .as_ref()
        .filter(|ground| ground.is_own && !ground.is_withdrawn);
    if own.is_some_and(|ground| ground.base.sha256 == hex(sha256)) {
        let same = published(&mut tx, &api, &input.version, Outcome::Unchanged).await?;
        return Ok(Known::Same(Box::new(same)));
    }
    Ok(Known::Other(Measure { ground, levels }))
}

fn may_create(actor: &Actor, input: &PublishSpec) -> Result<bool, Refusal> {
    if !input.create || matches!(input.api, Lookup::Id(_)) {
        return Ok(false);
    }
    actor.require_anywhere(Permission::ApiWrite)?;
    Ok(true)
}

/// The second step: stores it in one transaction, if it passes the gate.
pub(crate) async fn store_spec(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
    ready: Ready,
) -> Result<Changed<Published>, PublishRefusal> {
    store(db, actor, input, ready, false).await
}

async fn store(
    db: &Db,
    actor: &Actor,
    input: &PublishSpec,
    ready: Ready,
    leaves_orphans: bool,
) -> Result<Changed<Published>, PublishRefusal> {
    let Ready {
        mut reading,
        ground,
    } = ready;
    let mut work = Work::begin(db, actor).await?;
    let api = find_or_make(&mut work, actor, input, &reading).await?;
    let slot = Slot::open(&mut work, &api, &input.version).await?;
    if slot.holds(&reading.head.sha256) {
        let value = published(work.conn(), &api, &input.version, Outcome::Unchanged).await?;
        return Ok(work.roll_back(value).await?);
    }
    let proposal = place::Proposal::of(&mut work, actor, &api, &reading.head).await?;
    let attempt = Attempt {
        actor,
        input,
        warnings: reading.head.warnings(proposal.warning()),
        held: slot.held(&mut work, &reading.head.sha256).await?,
        api,
        slot,
    };
    let report = attempt.judge(&mut work, &mut reading, ground).await?;
    if report.decision == Decision::Refused || report.lint.blocking > 0 {
        return Err(attempt.refuse(work, &reading, report).await?);
    }
    let revision = attempt.put_in_force(&mut work, &reading, &report).await?;
    while let Some(batch) = reading.next_batch().await? {
        // Set apart on the heap: with it, the future of a changeset that publishes would be larger than 16 KiB.
        Box::pin(store::insert_batch(&mut work, revision, batch)).await?;
    }
    attempt.slot.activate(&mut work, revision).await?;
    let dropped = match leaves_orphans {
        true => Vec::new(),
        false => attempt.adopt(&mut work, revision).await?,
    };
    attempt.finish(work, &proposal, report, dropped).await
}

/// One description on its way into one version, whose row is locked.
struct Attempt<'a> {
    actor: &'a Actor,
    input: &'a PublishSpec,
    api: apis::Row,
    slot: Slot,
    /// The same bytes, sent in before and not in force.
    held: Option<Held>,
    warnings: Value,
}

impl Attempt<'_> {
    /// Holds the description against the one in force, which is locked now: another one may have come into force while it
    /// was read.
    async fn judge(
        &self,
        work: &mut Work<'_>,
        reading: &mut Reading,
        mut ground: Option<Ground>,
    ) -> Result<Report, Refusal> {
        let mut findings = std::mem::take(&mut reading.findings);
        let compared = ground.as_ref().filter(|ground| ground.is_own);
        let compared = compared.map(|ground| ground.revision);
        if self.slot.active.as_ref().map(|active| active.id) != compared {
            ground = ground::find(work.conn(), self.api.id, &self.slot.label).await?;
            let content = self.input.content.clone();
            findings.comparison = match &ground {
                Some(ground) => Some(read::compare_again(ground.content.clone(), content).await?),
                None => None,
            };
        }
        let standing = Standing {
            compat: self.slot.compat,
            is_accepted: self.held.is_some_and(|held| held.is_accepted),
        };
        let now = work.now();
        let whose = (self.actor, &self.api);
        gate::report(work.conn(), whose, ground.as_ref(), findings, standing, now).await
    }

    /// Why the gate stays shut. A description that an approver could let through is kept for them, the same one once.
    async fn refuse(
        &self,
        mut work: Work<'_>,
        reading: &Reading,
        report: Report,
    ) -> Result<PublishRefusal, PublishRefusal> {
        let is_for_approver = report.decision == Decision::Refused && !self.input.dry_run;
        let revision = match self.held {
            _ if !is_for_approver => None,
            Some(held) => Some(held.number),
            None => {
                self.store(&mut work, reading, &report, "rejected").await?;
                store::forget_rejected(&mut work, &self.slot).await?;
                let (head, source) = (&reading.head, &self.input.source);
                tell::rejected(&mut work, &self.api, &self.slot, head, source, &report);
                work.commit(()).await?;
                Some(self.slot.number)
            }
        };
        Ok(PublishRefusal::Gate(Box::new(Refused { report, revision })))
    }

    /// Ends the revision that was in force and puts this one in its place.
    async fn put_in_force(
        &self,
        work: &mut Work<'_>,
        reading: &Reading,
        report: &Report,
    ) -> Result<SpecRevisionId, Refusal> {
        self.slot.supersede(work).await?;
        match self.held.filter(|held| held.is_accepted) {
            Some(held) => {
                store::promote(work, held, report).await?;
                Ok(held.id)
            }
            None => self.store(work, reading, report, "active").await,
        }
    }

    async fn store(
        &self,
        work: &mut Work<'_>,
        reading: &Reading,
        report: &Report,
        state: &'static str,
    ) -> Result<SpecRevisionId, Refusal> {
        let id: SpecRevisionId = work.new_id();
        let stored = Stored {
            id,
            state,
            input: self.input,
            head: &reading.head,
            warnings: &self.warnings,
            report,
        };
        store::insert_revision(work, self.actor, &self.slot, stored).await?;
        Ok(id)
    }

    /// Sees to what hangs on operations: what the new description orphans is refused, or dropped.
    async fn adopt(
        &self,
        work: &mut Work<'_>,
        revision: SpecRevisionId,
    ) -> Result<Vec<Orphan>, Refusal> {
        let Some(before) = &self.slot.active else {
            return Ok(Vec::new());
        };
        let version = self.slot.version.uuid();
        let keys = orphans::keys_of(work.conn(), revision.uuid()).await?;
        let orphans = orphans::find(work.conn(), version, before.id, &keys).await?;
        if self.input.drop_orphans {
            return orphans.drop_all(work, version).await;
        }
        orphans.require_none(Orphaning::Publishing)?;
        Ok(Vec::new())
    }

    async fn finish(
        self,
        mut work: Work<'_>,
        proposal: &place::Proposal,
        report: Report,
        dropped: Vec<Orphan>,
    ) -> Result<Changed<Published>, PublishRefusal> {
        let (api, slot) = (&self.api, &self.slot);
        place::put(&mut work, api, slot, proposal).await?;
        let version = (slot.version.uuid(), slot.label.as_str());
        changelog::note_published(&mut work, api.id, version, &report).await?;
        let outcome = match slot.active {
            None => Outcome::Created,
            Some(_) => Outcome::Updated,
        };
        let mut value = published(work.conn(), api, &self.input.version, outcome).await?;
        value.report = Some(report);
        value.dropped = dropped;
        if self.input.dry_run {
            return Ok(work.roll_back(value).await?);
        }
        tell::published(&mut work, api, slot, &value);
        Ok(work.commit(value).await?)
    }
}

async fn find_or_make(
    work: &mut Work<'_>,
    actor: &Actor,
    input: &PublishSpec,
    reading: &Reading,
) -> Result<apis::Row, Refusal> {
    match apis::lock(work.conn(), actor, &input.api, Permission::SpecPublish).await {
        Err(Refusal::NotFound) if may_create(actor, input)? => {
            let Lookup::Slug(slug) = &input.api else {
                return Err(Refusal::NotFound);
            };
            let title: String = reading.head.title.chars().take(120).collect();
            let api = CreateApi {
                slug: slug.clone(),
                name: if title.trim().is_empty() {
                    slug.clone()
                } else {
                    title
                },
                ..CreateApi::default()
            };
            apis::make(work, actor, &api).await
        }
        found => found,
    }
}
