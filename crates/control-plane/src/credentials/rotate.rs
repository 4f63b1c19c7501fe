//! Rotation: a new key at once, the old one for an overlap.

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::credential::{CredentialFacts, CredentialKind, CredentialState};
use gatehouse_domain::id::CredentialId;
use gatehouse_domain::key::Key;
use gatehouse_language::t;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use super::view::{self, CredentialView, shown};
use super::{Material, NewKey, insert, payload, recorded, scope, told_once};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::Lookup;
use crate::plans::terms::{KeyBounds, key_bounds};
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::words::{ago, known, require_version};
use crate::work::{Changed, Work};
use crate::{applications, membership};

/// Shortest and longest time without use after which a replaced key ends by itself.
pub const QUIET_HOURS: std::ops::RangeInclusive<i32> = 1..=720;

/// How a key is replaced.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rotate {
    /// How long the old key works on, seconds; the plans bound it. With 0 it ends now.
    pub overlap_s: i64,
    /// End the old key sooner, once nobody has used it for so many hours.
    pub quiet_hours: Option<i32>,
    /// Somebody else may have it: there is no overlap, and the record says why it ended.
    pub leaked: bool,
}

impl Rotate {
    /// An overlap of so many seconds, and nothing else.
    pub fn with_overlap(overlap_s: i64) -> Self {
        Self {
            overlap_s,
            ..Self::default()
        }
    }
}

/// Replaces a credential whose secret is made here.
pub async fn rotate(
    db: &Db,
    actor: &Actor,
    id: CredentialId,
    expected: Option<i32>,
    how: Rotate,
) -> Result<Changed<(CredentialView, Key)>, Refusal> {
    let none = Material::default();
    told_once(rotate_credential(db, actor, id, expected, how, &none).await?)
}

/// Replaces a credential by one of its kind, with the public half of what its owner keeps where the kind has one.
pub async fn rotate_credential(
    db: &Db,
    actor: &Actor,
    id: CredentialId,
    expected: Option<i32>,
    how: Rotate,
    material: &Material,
) -> Result<Changed<(CredentialView, Option<Key>)>, Refusal> {
    let overlap_s = how.overlap_s;
    membership::require_consumer(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let application = view::application_of(work.conn(), id.uuid()).await?;
    let app = applications::lock(work.conn(), &Lookup::Id(application.into())).await?;
    membership::require_team(work.conn(), actor, app.team_id).await?;
    let old = lock(work.conn(), id).await?;
    require_version(expected, old.row_version)?;
    let now = work.now();
    old.require_active(now)?;
    let bounds = key_bounds(work.conn(), app.id, old.environment).await?;
    require_overlap(how, old.of, bounds)?;
    if overlap_s > 0 {
        require_single_chain(work.conn(), &old, now).await?;
    }
    retire(&mut work, actor, &old, how).await?;
    let products = scope::of(work.conn(), old.id).await?;
    let new = NewKey {
        application: app.id,
        environment: old.environment,
        kind: old.kind,
        of: old.of,
        material,
        name: &old.name,
        expires_at: old.next_end(bounds, now),
        rotated_from: Some(old.id),
        products: &products,
    };
    let (new_id, key) = insert(&mut work, actor, &new)
        .await
        .on_constraint("credential_rotated_from_key", || {
            Refusal::Conflict(t!("refused-access-this-key-was-replaced-already"))
        })?;
    work.touch(Touched::Credential(id));
    let view = view::read(work.conn(), new_id.uuid(), now).await?;
    let mut after = recorded(&view);
    after["overlap_s"] = json!(overlap_s);
    after["quiet_hours"] = json!(how.quiet_hours);
    work.audit(AuditEntry {
        action: if how.leaked {
            "credential.leak"
        } else {
            "credential.rotate"
        },
        subject: new_id.to_string(),
        before: Some(json!({ "credential": id, "row_version": old.row_version })),
        after: Some(after),
        reason: None,
    });
    let told = payload(&mut work, actor, &view, &app.name, "").await?;
    work.emit("credential.rotated", new_id, told);
    if how.leaked {
        let former = view::read(work.conn(), old.id, now).await?;
        let told = payload(&mut work, actor, &former, &app.name, LEAKED).await?;
        work.emit("credential.leaked", id, told);
    }
    work.commit((view, key)).await
}

/// Why a leaked key ended.
const LEAKED: &str = "It leaked.";

/// The key that is replaced.
struct Old {
    id: Uuid,
    environment: Uuid,
    kind: EnvironmentKind,
    of: CredentialKind,
    name: String,
    facts: CredentialFacts,
    created_at: OffsetDateTime,
    rotated_from: Option<Uuid>,
    revoked_at: Option<OffsetDateTime>,
    row_version: i32,
}

async fn lock(conn: &mut PgConnection, id: CredentialId) -> Result<Old, Refusal> {
    let row = sqlx::query!(
        "select c.id, c.environment_id, e.kind, c.kind as of, c.name, c.state, c.not_before, c.expires_at, c.retire_at, c.created_at,
                c.rotated_from, c.revoked_at, c.row_version
         from credential c join environment e on e.id = c.environment_id
         where c.id = $1
         for no key update of c",
        id.uuid(),
    )
    .fetch_optional(conn)
    .await?
    .ok_or(Refusal::NotFound)?;
    Ok(Old {
        id: row.id,
        environment: row.environment_id,
        kind: known(EnvironmentKind::parse(&row.kind), &row.kind)?,
        of: known(CredentialKind::parse(&row.of), &row.of)?,
        name: row.name,
        facts: CredentialFacts {
            state: known(CredentialState::parse(&row.state), &row.state)?,
            not_before: row.not_before,
            expires_at: row.expires_at,
            retire_at: row.retire_at,
        },
        created_at: row.created_at,
        rotated_from: row.rotated_from,
        revoked_at: row.revoked_at,
        row_version: row.row_version,
    })
}

impl Old {
    /// Only a key in use can be replaced: a retiring one was, a revoked or expired one is over.
    fn require_active(&self, now: OffsetDateTime) -> Result<(), Refusal> {
        let words = match shown(self.facts, now) {
            CredentialState::Active => return Ok(()),
            CredentialState::Retiring => t!("refused-access-this-key-was-replaced-already"),
            CredentialState::Revoked => {
                let when = self.revoked_at.or(self.facts.retire_at);
                match when {
                    Some(at) => t!("refused-access-key-was-revoked-ago", ago = &ago(at, now)),
                    None => t!("refused-access-key-was-revoked"),
                }
            }
            CredentialState::Expired => t!("refused-access-this-key-has-expired-make-a"),
        };
        Err(Refusal::Conflict(words))
    }

    /// The new key lives as long as the old one was meant to, within what the plans allow; a certificate until its own end,
    /// whatever end the one before had.
    fn next_end(&self, bounds: KeyBounds, now: OffsetDateTime) -> Option<OffsetDateTime> {
        let same = self
            .facts
            .expires_at
            .filter(|_| self.of != CredentialKind::MtlsCert)
            .map(|end| now + (end - self.created_at));
        let longest = bounds
            .max_days
            .map(|days| now + Duration::days(days.into()));
        [same, longest].into_iter().flatten().min()
    }
}

fn require_overlap(how: Rotate, of: CredentialKind, bounds: KeyBounds) -> Result<(), Refusal> {
    let (max, overlap_s) = (bounds.max_overlap_s, how.overlap_s);
    let mut faults = Faults::default();
    faults.require(
        (0..=max).contains(&overlap_s),
        "/overlap_s",
        "out_of_range",
        t!(
            "refused-access-use-0-to-seconds-got",
            max = &max,
            overlap_s = &overlap_s
        ),
    );
    faults.require(
        !how.leaked || overlap_s == 0,
        "/overlap_s",
        "leaked",
        t!("refused-access-a-key-that-leaked-ends-now"),
    );
    if let Some(hours) = how.quiet_hours {
        faults.require(
            QUIET_HOURS.contains(&hours),
            "/quiet_hours",
            "out_of_range",
            t!(
                "refused-access-use-to-hours-got",
                start = &QUIET_HOURS.start(),
                end = &QUIET_HOURS.end(),
                hours = &hours
            ),
        );
        faults.require(
            overlap_s > 0,
            "/quiet_hours",
            "no_overlap",
            t!("refused-access-without-an-overlap-the-former-key"),
        );
        faults.require(
            of.is_enforced(),
            "/quiet_hours",
            "kind",
            t!(
                "refused-access-gateways-do-not-check-credentials-of",
                of = &of
            ),
        );
    }
    faults.finish()
}

/// Of one chain of keys, at most one is retiring.
async fn require_single_chain(
    conn: &mut PgConnection,
    old: &Old,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let retiring = sqlx::query_scalar!(
        "select last4 from credential where id = $1 and state = 'retiring' and retire_at > $2",
        old.rotated_from,
        now,
    )
    .fetch_optional(conn)
    .await?;
    match retiring {
        None => Ok(()),
        Some(last4) => Err(Refusal::Conflict(t!(
            "refused-access-the-key-ending-in-which-this",
            last4 = &last4
        ))),
    }
}

async fn retire(work: &mut Work<'_>, actor: &Actor, old: &Old, how: Rotate) -> Result<(), Refusal> {
    let overlap_s = how.overlap_s;
    let person = membership::person(work.conn(), actor).await?;
    let now = work.now();
    let ends_now = overlap_s == 0;
    let retired = sqlx::query!(
        "update credential
         set state = case when $2 then 'revoked' else 'retiring' end, retire_at = $3,
             revoked_at = case when $2 then $4::timestamptz end, revoked_by = case when $2 then $5::uuid end,
             revoked_reason = case when $6 then $7 when $2 then 'Replaced by a new key.' end,
             leaked_at = case when $6 then $4::timestamptz end, replaced_at = $4, retire_when_quiet_s = $8,
             calls_when_replaced = coalesce((select k.calls from credential_use k where k.tenant_id = credential.tenant_id
                                               and k.credential_id = credential.id), 0),
             row_version = row_version + 1
         where id = $1 and state = 'active'",
        old.id,
        ends_now,
        now + Duration::seconds(overlap_s),
        now,
        person,
        how.leaked,
        LEAKED,
        how.quiet_hours.map(|hours| hours * 3_600),
    )
    .execute(work.conn())
    .await?;
    if retired.rows_affected() == 1 {
        Ok(())
    } else {
        Err(Refusal::Conflict(t!(
            "refused-access-this-key-was-replaced-already"
        )))
    }
}
