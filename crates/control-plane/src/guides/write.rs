//! Writing guides.

use gatehouse_domain::id::{ApiId, GuideId};
use gatehouse_domain::{Permission, Slug};
use gatehouse_language::t;
use serde_json::{Value, json};

use super::{GuideView, find};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::versions;
use crate::words::require_version;
use crate::work::{Changed, Work};

/// Longest guide, in bytes.
pub const BODY_BYTES_MAX: usize = 200 * 1024;
/// Most guides of one API.
const GUIDES_MAX: i64 = 200;

/// A guide to make, or what is to change of one: `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct GuideInput {
    /// For people, at most 120 characters.
    pub title: Option<String>,
    /// Its place, 0 to 10,000.
    pub position: Option<i32>,
    /// At most 200 KiB.
    pub markdown: Option<String>,
}

/// Writes a guide of an API.
pub async fn create_guide(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    slug: &str,
    input: GuideInput,
) -> Result<Changed<GuideView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut faults = Faults::default();
    let parsed = faults.parse("/slug", "slug", Slug::new(slug));
    // The address of the form that writes one.
    faults.require(
        slug != "new",
        "/slug",
        "reserved",
        t!("refused-apis-use-another-name-new-is-taken"),
    );
    let fields = Fields::of(faults, &input, None)?;
    let Some(slug) = parsed else {
        return Err(Refusal::field(
            "/slug",
            "slug",
            t!("refused-apis-not-a-slug"),
        ));
    };
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let count = sqlx::query_scalar!(
        r#"select count(*) as "count!" from guide where api_id = $1"#,
        api.id
    )
    .fetch_one(work.conn())
    .await?;
    if count >= GUIDES_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-apis-an-api-has-at-most-guides",
            guides_max = &GUIDES_MAX
        )));
    }
    let id: GuideId = work.new_id();
    let (tenant, now) = (work.tenant(), work.now());
    sqlx::query!(
        "insert into guide (id, tenant_id, api_id, slug, title, position, markdown, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        id.uuid(),
        tenant,
        api.id,
        slug.as_str(),
        fields.title,
        fields.position,
        fields.markdown,
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("guide_slug_key", || {
        Refusal::Conflict(t!("refused-apis-the-api-has-a-guide-already", slug = &slug))
    })?;
    let view = find(work.conn(), api.id, slug.as_str()).await?;
    work.audit(AuditEntry {
        action: "guide.create",
        subject: id.to_string(),
        after: Some(recorded(&api.slug, &view)),
        ..AuditEntry::default()
    });
    work.commit(view).await
}

/// Changes a guide.
pub async fn update_guide(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    slug: &str,
    expected: Option<i32>,
    input: GuideInput,
) -> Result<Changed<GuideView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = find(work.conn(), api.id, slug).await?;
    require_version(expected, before.line.row_version)?;
    let fields = Fields::of(Faults::default(), &input, Some(&before))?;
    let now = work.now();
    sqlx::query!(
        "update guide set title = $2, position = $3, markdown = $4, updated_at = $5, row_version = row_version + 1 where id = $1",
        before.line.id.uuid(),
        fields.title,
        fields.position,
        fields.markdown,
        now,
    )
    .execute(work.conn())
    .await?;
    let after = find(work.conn(), api.id, slug).await?;
    work.audit(AuditEntry {
        action: "guide.update",
        subject: after.line.id.to_string(),
        before: Some(recorded(&api.slug, &before)),
        after: Some(recorded(&api.slug, &after)),
        reason: None,
    });
    work.commit(after).await
}

/// Deletes a guide.
pub async fn delete_guide(
    db: &Db,
    actor: &Actor,
    api: Lookup<ApiId>,
    slug: &str,
    expected: Option<i32>,
) -> Result<Changed<()>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let mut work = Work::begin(db, actor).await?;
    let api = apis::lock(work.conn(), actor, &api, Permission::ApiWrite).await?;
    let before = find(work.conn(), api.id, slug).await?;
    require_version(expected, before.line.row_version)?;
    let led_by_it = sqlx::query_scalar!(
        "update api_version set guide_id = null where guide_id = $1 returning id",
        before.line.id.uuid()
    )
    .fetch_all(work.conn())
    .await?;
    for version in led_by_it {
        versions::touch_routes(&mut work, version).await?;
    }
    sqlx::query!("delete from guide where id = $1", before.line.id.uuid())
        .execute(work.conn())
        .await?;
    work.audit(AuditEntry {
        action: "guide.delete",
        subject: before.line.id.to_string(),
        before: Some(recorded(&api.slug, &before)),
        ..AuditEntry::default()
    });
    work.commit(()).await
}

struct Fields {
    title: String,
    position: i32,
    markdown: String,
}

impl Fields {
    fn of(
        mut faults: Faults,
        input: &GuideInput,
        before: Option<&GuideView>,
    ) -> Result<Self, Refusal> {
        let title = input
            .title
            .as_deref()
            .or(before.map(|guide| guide.line.title.as_str()));
        let title = faults.text("/title", title.unwrap_or_default(), 120);
        let position = input
            .position
            .or(before.map(|guide| guide.line.position))
            .unwrap_or(0);
        faults.require(
            (0..=10_000).contains(&position),
            "/position",
            "out_of_range",
            t!("refused-apis-use-0-to-10000-got", position = &position),
        );
        let markdown = input
            .markdown
            .as_deref()
            .or(before.map(|guide| guide.markdown.as_str()));
        let markdown = markdown.unwrap_or_default();
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
            "characters",
            t!("refused-apis-take-the-null-characters-out"),
        );
        faults.finish()?;
        Ok(Self {
            title,
            position,
            markdown: markdown.to_owned(),
        })
    }
}

fn recorded(api: &str, guide: &GuideView) -> Value {
    json!({
        "api": api,
        "slug": guide.line.slug,
        "title": guide.line.title,
        "position": guide.line.position,
        "bytes": guide.markdown.len(),
    })
}
