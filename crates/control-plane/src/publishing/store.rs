//! Storing a revision: one active per version, numbered without gaps.

use gatehouse_domain::ApiVersionState;
use gatehouse_domain::id::{ApiVersionId, OperationId, SpecRevisionId};
use serde_json::Value;
use uuid::Uuid;

use super::PublishSpec;
use super::read::{Batch, Head, TAG_SEPARATOR};
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
    /// SHA-256 of the active revision.
    pub(super) active: Option<Vec<u8>>,
}

impl Slot {
    /// Finds the version, or makes it.
    pub(super) async fn open(
        work: &mut Work<'_>,
        api: &apis::Row,
        label: &str,
    ) -> Result<Self, Refusal> {
        let found = sqlx::query!(
            r#"select v.id, v.state, r.sha256 as "sha256?",
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
                return Err(Refusal::Conflict(format!(
                    "Version {label} is retired; publish under another label."
                )));
            }
            return Ok(Self {
                version: row.id.into(),
                label: label.to_owned(),
                state,
                number: row.number,
                active: row.sha256,
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
        })
    }

    /// Whether the same bytes are in force already.
    pub(super) fn holds(&self, sha256: &[u8; 32]) -> bool {
        self.active.as_deref() == Some(sha256.as_slice())
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

/// Stores the revision, original bytes included.
pub(super) async fn insert_revision(
    work: &mut Work<'_>,
    actor: &Actor,
    slot: &Slot,
    id: SpecRevisionId,
    input: &PublishSpec,
    head: &Head,
    warnings: &Value,
) -> Result<(), Refusal> {
    let (kind, by) = match actor.kind() {
        ActorKind::User { id, .. } => ("user", Some(id.uuid())),
        ActorKind::Token { id, .. } => ("token", Some(id.uuid())),
        ActorKind::System => ("system", None),
    };
    let (tenant, now) = (work.tenant(), work.now());
    let source = serde_json::to_value(&input.source).map_err(anyhow::Error::from)?;
    sqlx::query!(
        "insert into spec_revision (id, tenant_id, api_version_id, number, format, content, sha256, title, declared_version, description,
                                    servers, warnings, state, source, created_by_kind, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'active', $13, $14, $15, $16)",
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
        source,
        kind,
        by,
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

/// Stores a batch of operations in one statement.
pub(super) async fn insert_operations(
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
