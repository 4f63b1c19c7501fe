//! One move in the life of a version.

use gatehouse_domain::id::ApiId;
use gatehouse_domain::{ApiVersionState, Permission};
use gatehouse_language::t;
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{VersionView, find, touch_routes};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::changelog;
use crate::db::Db;
use crate::page::Lookup;
use crate::policies;
use crate::refusal::Refusal;
use crate::words::{in_state, require_version};
use crate::work::{Changed, Work};

/// One move of a version's life, under the lock of its API.
pub(super) struct Step<'a> {
    pub(super) work: Work<'a>,
    pub(super) api: apis::Row,
    pub(super) version: VersionView,
}

impl<'a> Step<'a> {
    pub(super) async fn begin(
        db: &'a Db,
        actor: &'a Actor,
        permission: Permission,
        api: &Lookup<ApiId>,
        label: &str,
        expected: Option<i32>,
    ) -> Result<Self, Refusal> {
        actor.require_anywhere(permission)?;
        let mut work = Work::begin(db, actor).await?;
        let api = apis::lock(work.conn(), actor, api, permission).await?;
        let version = find(work.conn(), api.id, label).await?;
        require_version(expected, version.row_version)?;
        Ok(Self { work, api, version })
    }

    pub(super) fn require(&self, next: ApiVersionState) -> Result<(), Refusal> {
        let from = self.version.state;
        if from.may_become(next) {
            return Ok(());
        }
        Err(Refusal::Conflict(if from == next {
            t!(
                "refused-apis-the-version-is-already",
                next = &in_state(next)
            )
        } else {
            t!(
                "refused-apis-a-version-cannot-become",
                from = &in_state(from),
                next = &in_state(next)
            )
        }))
    }

    pub(super) fn require_changed(&self, rows: u64) -> Result<(), Refusal> {
        if rows == 1 {
            return Ok(());
        }
        Err(Refusal::Conflict(t!(
            "refused-apis-the-version-was-changed-by-somebody"
        )))
    }

    pub(super) async fn successor(&mut self, label: Option<&str>) -> Result<Option<Uuid>, Refusal> {
        let Some(label) = label.filter(|label| !label.is_empty()) else {
            return Ok(None);
        };
        if label == self.version.label {
            return Err(Refusal::field(
                "/successor",
                "itself",
                t!("refused-apis-name-another-version"),
            ));
        }
        let found = sqlx::query!(
            "select id, state from api_version where api_id = $1 and label = $2",
            self.api.id,
            label
        )
        .fetch_optional(self.work.conn())
        .await?
        .ok_or_else(|| Refusal::unknown("/successor"))?;
        if found.state != ApiVersionState::Published.as_str() {
            let detail = t!(
                "refused-apis-is-name-a-version-that-is",
                label = &label,
                state = &in_state(found.state)
            );
            return Err(Refusal::field("/successor", "not_published", detail));
        }
        Ok(Some(found.id))
    }

    /// The guide that says how to move to the successor.
    pub(super) async fn guide(&mut self, slug: Option<&str>) -> Result<Option<Uuid>, Refusal> {
        let Some(slug) = slug.filter(|slug| !slug.is_empty()) else {
            return Ok(None);
        };
        let found = sqlx::query_scalar!(
            "select id from guide where api_id = $1 and slug = $2",
            self.api.id,
            slug
        )
        .fetch_optional(self.work.conn())
        .await?;
        found.map(Some).ok_or_else(|| Refusal::unknown("/guide"))
    }

    pub(super) async fn finish(
        mut self,
        action: &'static str,
        event: &'static str,
        reason: String,
        details: Value,
    ) -> Result<Changed<VersionView>, Refusal> {
        touch_routes(&mut self.work, self.version.id.uuid()).await?;
        let after = find(self.work.conn(), self.api.id, &self.version.label).await?;
        changelog::note_phase(&mut self.work, self.api.id, self.version.state, &after).await?;
        self.work.audit(AuditEntry {
            action,
            subject: after.id.to_string(),
            before: Some(recorded(&self.version, &Value::Null)),
            after: Some(recorded(&after, &details)),
            reason: (!reason.is_empty()).then(|| reason.clone()),
        });
        if after.state == ApiVersionState::Retired {
            policies::drop_of_version(&mut self.work, after.id.uuid()).await?;
        }
        self.work.emit(
            event,
            after.id,
            json!({
                "api": { "slug": self.api.slug, "name": self.api.name },
                "version": after.label,
                "sunset_at": self.version_date(after.sunset_at),
                "successor": after.successor,
                "reason": reason,
            }),
        );
        self.work.commit(after).await
    }

    fn version_date(&self, date: Option<OffsetDateTime>) -> Option<String> {
        date?
            .format(&time::format_description::well_known::Rfc3339)
            .ok()
    }
}

fn recorded(version: &VersionView, details: &Value) -> Value {
    let mut recorded = json!({
        "label": version.label,
        "state": version.state,
        "successor": version.successor,
        "guide": version.guide,
    });
    if let (Value::Object(all), Value::Object(more)) = (&mut recorded, details) {
        all.extend(more.clone());
    }
    recorded
}
