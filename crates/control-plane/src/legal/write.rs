//! Writing terms, and publishing a new version of them.

use gatehouse_domain::id::TermsId;
use gatehouse_domain::{Permission, Slug};
use gatehouse_language::t;
use serde_json::json;
use uuid::Uuid;

use super::{TermsView, read};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::words::require_version;
use crate::work::{Changed, Work};

/// Longest text of a version, in bytes.
pub const BODY_BYTES_MAX: usize = 200 * 1024;

/// New terms with their first version.
#[derive(Debug, Clone, Default)]
pub struct CreateTerms {
    /// In URLs; it stays.
    pub slug: String,
    /// For people, at most 120 characters.
    pub title: String,
    /// Markdown, at most 200 KiB.
    pub markdown: String,
}

/// Makes terms. They bind the whole tenant, so only administrators may.
pub async fn create_terms(
    db: &Db,
    actor: &Actor,
    input: CreateTerms,
) -> Result<Changed<TermsView>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut faults = Faults::default();
    let slug = faults.parse("/slug", "slug", Slug::new(input.slug.as_str()));
    let title = faults.text("/title", &input.title, 120);
    require_text(&mut faults, &input.markdown);
    faults.finish()?;
    let Some(slug) = slug else {
        return Err(Refusal::field(
            "/slug",
            "slug",
            t!("refused-apis-not-a-slug"),
        ));
    };
    let mut work = Work::begin(db, actor).await?;
    let id: TermsId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into terms (id, tenant_id, slug, title, created_at) values ($1, $2, $3, $4, $5)",
        id.uuid(),
        tenant,
        slug.as_str(),
        title,
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("terms_slug_key", || {
        Refusal::Conflict(t!("refused-people-there-are-terms-already", slug = &slug))
    })?;
    insert_version(&mut work, id.uuid(), 1, &input.markdown).await?;
    conclude(work, "terms.create", slug.as_str()).await
}

/// Publishes a new version, which requests accept from now on. What was accepted before stays as it was accepted.
pub async fn publish_terms(
    db: &Db,
    actor: &Actor,
    slug: &str,
    expected: Option<i32>,
    markdown: &str,
) -> Result<Changed<TermsView>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let mut faults = Faults::default();
    require_text(&mut faults, markdown);
    faults.finish()?;
    let mut work = Work::begin(db, actor).await?;
    let locked = sqlx::query!(
        "select id, row_version from terms where slug = $1 for no key update",
        slug
    )
    .fetch_optional(work.conn())
    .await?
    .ok_or(Refusal::NotFound)?;
    require_version(expected, locked.row_version)?;
    let before = read(work.conn(), slug, None).await?;
    if before.markdown == markdown {
        return Err(Refusal::Conflict(t!(
            "refused-people-version-says-the-same",
            version = before.line.version.to_string()
        )));
    }
    insert_version(&mut work, locked.id, before.line.version + 1, markdown).await?;
    sqlx::query!(
        "update terms set row_version = row_version + 1 where id = $1",
        locked.id
    )
    .execute(work.conn())
    .await?;
    conclude(work, "terms.publish", slug).await
}

fn require_text(faults: &mut Faults, markdown: &str) {
    faults.require(
        !markdown.trim().is_empty(),
        "/markdown",
        "required",
        t!("refused-people-write-down-what-is-accepted"),
    );
    faults.require(
        markdown.len() <= BODY_BYTES_MAX,
        "/markdown",
        "too_long",
        t!(
            "refused-apis-use-at-most-bytes-got",
            body_bytes_max = &BODY_BYTES_MAX,
            markdown = &markdown.len()
        ),
    );
    faults.require(
        !markdown.contains('\0'),
        "/markdown",
        "control_character",
        t!("refused-people-remove-the-null-characters"),
    );
}

async fn insert_version(
    work: &mut Work<'_>,
    terms: Uuid,
    number: i32,
    markdown: &str,
) -> Result<(), Refusal> {
    let id: Uuid = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into terms_version (id, tenant_id, terms_id, number, markdown, created_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        tenant,
        terms,
        number,
        markdown,
        now,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}

async fn conclude(
    mut work: Work<'_>,
    action: &'static str,
    slug: &str,
) -> Result<Changed<TermsView>, Refusal> {
    let view = read(work.conn(), slug, None).await?;
    work.audit(AuditEntry {
        action,
        subject: view.line.id.to_string(),
        after: Some(json!({
            "slug": view.line.slug,
            "title": view.line.title,
            "version": view.line.version,
            "bytes": view.markdown.len(),
        })),
        ..AuditEntry::default()
    });
    work.emit(
        "terms.published",
        view.line.id,
        json!({ "terms": { "slug": view.line.slug, "name": view.line.title }, "version": view.line.version }),
    );
    work.commit(view).await
}
