//! Storing a revision: one active per version, numbered without gaps.

use gatehouse_domain::ApiVersionState;
use gatehouse_domain::api::Compat;
use gatehouse_domain::id::{ApiVersionId, OperationId, SpecRevisionId};
use gatehouse_language::t;
use gatehouse_spec::gate::Report;
use serde_json::Value;
use uuid::Uuid;

use super::PublishSpec;
use super::batch::{Batch, Parts, TAG_SEPARATOR};
use super::read::Head;
use crate::actor::{Actor, ActorKind};
use crate::apis;
use crate::refusal::Refusal;
use crate::words::known;
use crate::work::Work;

/// A version that takes a revision. Its API's row is locked, so everything here happens once at a time.
pub(super) struct Slot {
    pub(super) version: ApiVersionId,
    pub(super) label: String,
    pub(super) state: ApiVersionState,
    /// The number the revision gets.
    pub(super) number: i32,
    /// The active revision.
    pub(super) active: Option<Active>,
    /// What happens when a description breaks callers.
    pub(super) compat: Compat,
}

/// The revision in force.
#[derive(Debug, Clone)]
pub(super) struct Active {
    pub(super) id: Uuid,
    pub(super) number: i32,
    pub(super) sha256: Vec<u8>,
}

/// What is stored of a revision besides what was read.
pub(super) struct Stored<'s> {
    pub(super) id: SpecRevisionId,
    pub(super) state: &'static str,
    pub(super) input: &'s PublishSpec,
    pub(super) head: &'s Head,
    pub(super) warnings: &'s Value,
    pub(super) report: &'s Report,
}

impl Slot {
    /// Finds the version, or makes it.
    pub(super) async fn open(
        work: &mut Work<'_>,
        api: &apis::Row,
        label: &str,
    ) -> Result<Self, Refusal> {
        let found = sqlx::query!(
            r#"select v.id, v.state, v.compat, r.id as "revision?", r.number as "active?", r.sha256 as "sha256?",
                      (select coalesce(max(n.number), 0) + 1 from spec_revision n where n.api_version_id = v.id) as "number!"
               from api_version v left join spec_revision r on r.id = v.current_revision_id
               where v.api_id = $1 and v.label = $2"#,
            api.id,
            label,
        )
        .fetch_optional(work.conn())
        .await?;
        if let Some(row) = found {
            let state = known(ApiVersionState::parse(&row.state), &row.state)?;
            if state == ApiVersionState::Retired {
                return Err(Refusal::Conflict(t!(
                    "refused-apis-version-is-retired-publish-under-another",
                    label = &label
                )));
            }
            return Ok(Self {
                version: row.id.into(),
                label: label.to_owned(),
                state,
                number: row.number,
                active: row.revision.map(|id| Active {
                    id,
                    number: row.active.unwrap_or_default(),
                    sha256: row.sha256.unwrap_or_default(),
                }),
                compat: known(Compat::parse(&row.compat), &row.compat)?,
            });
        }
        let id: ApiVersionId = work.new_id();
        let (tenant, now) = (work.tenant(), work.now());
        sqlx::query!(
            "insert into api_version (id, tenant_id, api_id, label, created_at) values ($1, $2, $3, $4, $5)",
            id.uuid(),
            tenant,
            api.id,
            label,
            now,
        )
        .execute(work.conn())
        .await?;
        Ok(Self {
            version: id,
            label: label.to_owned(),
            state: ApiVersionState::Draft,
            number: 1,
            active: None,
            compat: Compat::Strict,
        })
    }

    /// Whether the same bytes are in force already.
    pub(super) fn holds(&self, sha256: &[u8; 32]) -> bool {
        if self.state == ApiVersionState::Draft {
            return false;
        }
        let active = self.active.as_ref();
        active.is_some_and(|active| active.sha256 == sha256.as_slice())
    }

    /// A revision of these bytes that was held against the one in force and is not in force itself: accepted, or waiting
    /// for that.
    pub(super) async fn held(
        &self,
        work: &mut Work<'_>,
        sha256: &[u8; 32],
    ) -> Result<Option<Held>, Refusal> {
        let Some(active) = &self.active else {
            return Ok(None);
        };
        let row = sqlx::query!(
            "select id, number, state from spec_revision
             where api_version_id = $1 and sha256 = $2 and base_revision_id = $3 and state in ('accepted', 'rejected')
             order by number desc limit 1",
            self.version.uuid(),
            sha256.as_slice(),
            active.id,
        )
        .fetch_optional(work.conn())
        .await?;
        Ok(row.map(|row| Held {
            id: row.id.into(),
            number: row.number,
            is_accepted: row.state == "accepted",
        }))
    }

    /// Makes room for the next active revision.
    pub(super) async fn supersede(&self, work: &mut Work<'_>) -> Result<(), Refusal> {
        sqlx::query!(
            "update spec_revision set state = 'superseded' where api_version_id = $1 and state = 'active'",
            self.version.uuid(),
        )
        .execute(work.conn())
        .await?;
        Ok(())
    }

    /// Puts the revision in force. A draft is published by its first description.
    pub(super) async fn activate(
        &self,
        work: &mut Work<'_>,
        revision: SpecRevisionId,
    ) -> Result<(), Refusal> {
        sqlx::query!(
            "update api_version
             set current_revision_id = $2, state = case when state = 'draft' then 'published' else state end,
                 row_version = row_version + 1
             where id = $1",
            self.version.uuid(),
            revision.uuid(),
        )
        .execute(work.conn())
        .await?;
        Ok(())
    }
}

/// A revision that is not in force.
#[derive(Debug, Clone, Copy)]
pub(super) struct Held {
    pub(super) id: SpecRevisionId,
    pub(super) number: i32,
    pub(super) is_accepted: bool,
}

/// Puts an accepted revision in force.
pub(super) async fn promote(
    work: &mut Work<'_>,
    held: Held,
    report: &Report,
) -> Result<(), Refusal> {
    let stored = serde_json::to_value(report.without_callers()).map_err(anyhow::Error::from)?;
    sqlx::query!(
        "update spec_revision set state = 'active', diff = $2, change_class = $3 where id = $1",
        held.id.uuid(),
        clean(stored),
        report.class(),
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

/// Postgres refuses the NUL that JSON may escape in a text.
fn clean(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => text.replace('\0', "\u{fffd}").into(),
        Value::Array(elements) => elements.into_iter().map(clean).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(key, value)| (key.replace('\0', "\u{fffd}"), clean(value)))
            .collect(),
        other => other,
    }
}

/// Revisions that wait to be accepted, of one version: the oldest go.
const REJECTED_MAX: i64 = 20;

/// Forgets rejected revisions beyond the newest ones.
pub(super) async fn forget_rejected(work: &mut Work<'_>, slot: &Slot) -> Result<(), Refusal> {
    sqlx::query!(
        "delete from spec_revision where id in (
             select id from spec_revision where api_version_id = $1 and state = 'rejected' order by number desc offset $2)",
        slot.version.uuid(),
        REJECTED_MAX,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

/// Stores the revision, original bytes included.
pub(super) async fn insert_revision(
    work: &mut Work<'_>,
    actor: &Actor,
    slot: &Slot,
    stored: Stored<'_>,
) -> Result<(), Refusal> {
    let Stored {
        id,
        state,
        input,
        head,
        warnings,
        report,
    } = stored;
    let diff = serde_json::to_value(report.without_callers()).map_err(anyhow::Error::from)?;
    let lint = serde_json::to_value(&report.lint).map_err(anyhow::Error::from)?;
    let (kind, by) = match actor.kind() {
        ActorKind::User { id, .. } => ("user", Some(id.uuid())),
        ActorKind::Token { id, .. } => ("token", Some(id.uuid())),
        ActorKind::System => ("system", None),
    };
    let (tenant, now) = (work.tenant(), work.now());
    let source = serde_json::to_value(&input.source).map_err(anyhow::Error::from)?;
    sqlx::query!(
        "insert into spec_revision (id, tenant_id, api_version_id, number, format, content, sha256, title, declared_version, description,
                                    servers, warnings, state, source, created_by_kind, created_by, created_at, change_class, diff, lint,
                                    base_revision_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
        id.uuid(),
        tenant,
        slot.version.uuid(),
        slot.number,
        head.format,
        input.content.as_ref(),
        head.sha256.as_slice(),
        head.title,
        head.declared_version,
        head.description,
        &head.servers,
        warnings,
        state,
        source,
        kind,
        by,
        now,
        report.class(),
        clean(diff),
        clean(lint),
        slot.active.as_ref().map(|active| active.id),
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

/// Stores a batch: its operations in one statement, its named schemas and callbacks in another.
pub(super) async fn insert_batch(
    work: &mut Work<'_>,
    revision: SpecRevisionId,
    mut batch: Batch,
) -> Result<(), Refusal> {
    insert_parts(work, revision, std::mem::take(&mut batch.parts)).await?;
    insert_operations(work, revision, batch).await
}

async fn insert_operations(
    work: &mut Work<'_>,
    revision: SpecRevisionId,
    batch: Batch,
) -> Result<(), Refusal> {
    let ids: Vec<Uuid> = batch
        .positions
        .iter()
        .map(|_| work.new_id::<OperationId>().uuid())
        .collect();
    let tenant = work.tenant();
    sqlx::query!(
        "insert into operation (id, tenant_id, revision_id, position, operation_key, method, path_template, operation_id, slug, summary,
                                tags, deprecated, webhook, routed, fragment)
         select o.id, $1, $2, o.position, o.key, o.method, o.path_template, o.operation_id, o.slug, o.summary,
                string_to_array(o.tags, $3), o.deprecated, o.webhook, o.routed, o.fragment::json
         from unnest($4::uuid[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                     $13::bool[], $14::bool[], $15::bool[], $16::text[])
              as o (id, position, key, method, path_template, operation_id, slug, summary, tags, deprecated, webhook, routed, fragment)",
        tenant,
        revision.uuid(),
        TAG_SEPARATOR.to_string(),
        &ids,
        &batch.positions,
        &batch.keys,
        &batch.methods,
        &batch.path_templates,
        &batch.operation_ids as &[Option<String>],
        &batch.slugs,
        &batch.summaries,
        &batch.tags,
        &batch.deprecated,
        &batch.webhooks,
        &batch.routed,
        &batch.fragments,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

async fn insert_parts(
    work: &mut Work<'_>,
    revision: SpecRevisionId,
    parts: Parts,
) -> Result<(), Refusal> {
    if parts.positions.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = parts
        .positions
        .iter()
        .map(|_| work.new_id::<OperationId>().uuid())
        .collect();
    let tenant = work.tenant();
    sqlx::query!(
        "insert into reference_part (id, tenant_id, revision_id, kind, position, name, slug, summary, operation_slug, method,
                                     expression, fragment, uses, uses_more)
         select p.id, $1, $2, p.kind, p.position, p.name, p.slug, p.summary, p.operation_slug, p.method,
                p.expression, p.fragment::json, p.uses::json, p.uses_more
         from unnest($3::uuid[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                     $12::text[], $13::text[], $14::int[])
              as p (id, kind, position, name, slug, summary, operation_slug, method, expression, fragment, uses, uses_more)",
        tenant,
        revision.uuid(),
        &ids,
        &parts.kinds,
        &parts.positions,
        &parts.names,
        &parts.slugs,
        &parts.summaries,
        &parts.operation_slugs,
        &parts.methods,
        &parts.expressions,
        &parts.fragments as &[Option<String>],
        &parts.uses,
        &parts.uses_more,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}
