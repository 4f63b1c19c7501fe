//! Putting policies in place, changing them and taking them away. Every route that one is on the way to gets it in the same
//! transaction.

use gatehouse_domain::Language;
use gatehouse_domain::id::PolicyId;
use gatehouse_domain::policy::{Attached, PolicyInherit, PolicyKind, PolicyLevel, PolicyMode};
use gatehouse_domain::{Permission, Slug};
use gatehouse_language::{speaking_now, t};
use serde_json::{Value, json};

use super::documents::{PolicyDocument, Read};
use super::effective::is_kept_out;
use super::place::{Found, require_tenant};
use super::{PolicyPlace, PolicyView, place_words, rows};
use crate::actor::Actor;
use crate::apis;
use crate::audit::AuditEntry;
use crate::backend_secrets;
use crate::config::RouteReach;
use crate::db::Db;
use crate::page::Lookup;
use crate::refusal::{OnConstraint, Refusal};
use crate::words::{Said, optional_reason, require_version};
use crate::work::{Changed, Work};

/// A policy to put in place.
#[derive(Debug, Clone)]
pub struct CreatePolicy {
    /// In URLs and files; made of its place and kind where it is left out.
    pub slug: Option<String>,
    /// Where.
    pub place: PolicyPlace,
    /// What it does.
    pub kind: PolicyKind,
    /// What it says, as the kind has it.
    pub document: Value,
    /// Whether it decides.
    pub mode: PolicyMode,
    /// Whether places further in may say otherwise.
    pub inherit: PolicyInherit,
    /// Why, for the audit log; may be empty.
    pub reason: String,
}

/// What changes; `None` leaves it. Where it is and what it does stay.
#[derive(Debug, Clone, Default)]
pub struct UpdatePolicy {
    /// What it says, whole.
    pub document: Option<Value>,
    /// Whether it decides.
    pub mode: Option<PolicyMode>,
    /// Whether places further in may say otherwise.
    pub inherit: Option<PolicyInherit>,
    /// Why, for the audit log; may be empty.
    pub reason: String,
}

/// Puts a policy in place.
pub async fn create_policy(
    db: &Db,
    actor: &Actor,
    input: CreatePolicy,
) -> Result<Changed<PolicyView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let Read { document, warnings } =
        PolicyDocument::read(input.kind, input.document).map_err(Refusal::Invalid)?;
    require_mode(input.kind, input.mode)?;
    let reason = optional_reason(&input.reason)?;
    let mut work = Work::begin(db, actor).await?;
    let place = Found::open(&mut work, actor, &input.place).await?;
    let attached = Attached {
        kind: input.kind,
        level: place.level(),
        in_one_environment: place.environment.is_some(),
        inherit: input.inherit,
    };
    let reach = reach_of(&place);
    let kept_out = kept_out(&mut work, attached, &reach, place.operation.as_deref()).await?;
    let id: PolicyId = work.new_id();
    let slugs = match &input.slug {
        Some(slug) => {
            let slug = Slug::new(slug)
                .map_err(|fault| Refusal::field("/slug", "slug", fault.sentence()))?;
            vec![slug.as_str().to_owned()]
        }
        None => slugs_of(&place, input.kind, id),
    };
    let row = Row {
        id,
        place: &place,
        reach: &reach,
        kind: input.kind,
        document: document.value(),
        mode: input.mode,
        inherit: input.inherit,
    };
    let mut is_stored = false;
    for slug in slugs {
        is_stored = is_stored || row.store(&mut work, &slug).await?;
    }
    if !is_stored {
        let detail = t!("refused-policies-another-policy-has-this-name-already");
        return Err(Refusal::field("/slug", "taken", detail));
    }
    backend_secrets::link(&mut work, reach.api, id.uuid(), &document.secrets()).await?;
    let mut after = rows::read(work.conn(), id.uuid()).await?;
    after.warnings = warnings;
    after.warnings.extend(kept_out);
    work.audit(AuditEntry {
        action: "policy.create",
        subject: id.to_string(),
        before: None,
        after: Some(recorded(&after)),
        reason: (!reason.is_empty()).then_some(reason),
    });
    work.touch_routes_of(reach);
    work.commit(after).await
}

/// A policy on its way into the table.
struct Row<'a> {
    id: PolicyId,
    place: &'a Found,
    reach: &'a RouteReach,
    kind: PolicyKind,
    document: Value,
    mode: PolicyMode,
    inherit: PolicyInherit,
}

impl Row<'_> {
    /// Stores it under a name, unless another policy has that, or gets it at the same time.
    async fn store(&self, work: &mut Work<'_>, slug: &str) -> Result<bool, Refusal> {
        let (tenant, now, kind) = (work.tenant(), work.now(), self.kind);
        let stored = sqlx::query!(
            "insert into policy (id, tenant_id, slug, level, api_id, api_version_id, operation_key, environment_id, kind, config, mode, inherit,
                                 created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)
             on conflict on constraint policy_slug_key do nothing",
            self.id.uuid(),
            tenant,
            slug,
            self.place.level().as_str(),
            self.reach.api,
            self.reach.version,
            self.place.operation,
            self.reach.environment,
            kind.as_str(),
            self.document,
            self.mode.as_str(),
            self.inherit.as_str(),
            now,
        )
        .execute(work.conn())
        .await
        .on_constraint("policy_place_key", || {
            Refusal::Conflict(t!("refused-policies-there-is-a-policy-for-already", kind = &kind, words = &self.place.words()))
        })?;
        Ok(stored.rows_affected() == 1)
    }
}

/// Changes what a policy says, or whether it decides.
pub async fn update_policy(
    db: &Db,
    actor: &Actor,
    policy: Lookup<PolicyId>,
    expected: Option<i32>,
    input: UpdatePolicy,
) -> Result<Changed<PolicyView>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let reason = optional_reason(&input.reason)?;
    let mut work = Work::begin(db, actor).await?;
    let Locked { before, reach } = lock(&mut work, actor, &policy).await?;
    require_version(expected, before.row_version)?;
    let (document, warnings) = match input.document {
        Some(document) => {
            let read = PolicyDocument::read(before.kind, document).map_err(Refusal::Invalid)?;
            (read.document, read.warnings)
        }
        None => (before.document.clone(), Vec::new()),
    };
    let mode = input.mode.unwrap_or(before.mode);
    let inherit = input.inherit.unwrap_or(before.inherit);
    require_mode(before.kind, mode)?;
    let attached = Attached {
        kind: before.kind,
        level: before.level,
        in_one_environment: before.environment.is_some(),
        inherit,
    };
    let kept_out = kept_out(&mut work, attached, &reach, before.operation.as_deref()).await?;
    let now = work.now();
    sqlx::query!(
        "update policy set config = $2, mode = $3, inherit = $4, updated_at = $5, row_version = row_version + 1 where id = $1",
        before.id.uuid(),
        document.value(),
        mode.as_str(),
        inherit.as_str(),
        now,
    )
    .execute(work.conn())
    .await?;
    backend_secrets::link(&mut work, reach.api, before.id.uuid(), &document.secrets()).await?;
    let mut after = rows::read(work.conn(), before.id.uuid()).await?;
    after.warnings = warnings;
    after.warnings.extend(kept_out);
    work.audit(AuditEntry {
        action: "policy.update",
        subject: after.id.to_string(),
        before: Some(recorded(&before)),
        after: Some(recorded(&after)),
        reason: (!reason.is_empty()).then_some(reason),
    });
    work.touch_routes_of(reach);
    work.commit(after).await
}

/// Takes a policy away. One further out may apply again.
pub async fn delete_policy(
    db: &Db,
    actor: &Actor,
    policy: Lookup<PolicyId>,
    expected: Option<i32>,
    reason: &str,
) -> Result<Changed<()>, Refusal> {
    actor.require_anywhere(Permission::ApiWrite)?;
    let reason = optional_reason(reason)?;
    let mut work = Work::begin(db, actor).await?;
    let Locked { before, reach } = lock(&mut work, actor, &policy).await?;
    require_version(expected, before.row_version)?;
    sqlx::query!("delete from policy where id = $1", before.id.uuid())
        .execute(work.conn())
        .await?;
    work.audit(AuditEntry {
        action: "policy.delete",
        subject: before.id.to_string(),
        before: Some(recorded(&before)),
        after: None,
        reason: (!reason.is_empty()).then_some(reason),
    });
    work.touch_routes_of(reach);
    work.commit(()).await
}

/// A policy whose row and API are locked.
struct Locked {
    before: PolicyView,
    reach: RouteReach,
}

/// The API goes before the policy, as everywhere.
async fn lock(
    work: &mut Work<'_>,
    actor: &Actor,
    policy: &Lookup<PolicyId>,
) -> Result<Locked, Refusal> {
    let found = super::find(work.conn(), actor, policy, Permission::ApiWrite).await?;
    match &found.api {
        Some(api) => {
            apis::lock(
                work.conn(),
                actor,
                &Lookup::Id(api.id),
                Permission::ApiWrite,
            )
            .await?;
        }
        None => require_tenant(actor)?,
    }
    let row = sqlx::query!(
        "select api_id, api_version_id, environment_id from policy where id = $1 for no key update",
        found.id.uuid(),
    )
    .fetch_optional(work.conn())
    .await?
    .ok_or(Refusal::NotFound)?;
    // It may have changed while this waited.
    let before = rows::read(work.conn(), found.id.uuid()).await?;
    Ok(Locked {
        before,
        reach: RouteReach {
            api: row.api_id,
            version: row.api_version_id,
            environment: row.environment_id,
        },
    })
}

fn reach_of(place: &Found) -> RouteReach {
    RouteReach {
        api: place.api.as_ref().map(|api| api.id),
        version: place.version.as_ref().map(|(id, _)| *id),
        environment: place
            .environment
            .as_ref()
            .map(|environment| environment.id.uuid()),
    }
}

fn require_mode(kind: PolicyKind, mode: PolicyMode) -> Result<(), Refusal> {
    if mode == PolicyMode::Shadow && !kind.refuses() {
        let detail = t!(
            "refused-policies-a-policy-refuses-nothing-so-there",
            kind = &kind
        );
        return Err(Refusal::field("/mode", "shadow", detail));
    }
    Ok(())
}

/// Tells of a policy that one further out, which is locked, keeps from applying. It is no reason to refuse: a lock may come after
/// what it keeps out and may be lifted again, and files put both in place in any order.
async fn kept_out(
    work: &mut Work<'_>,
    attached: Attached,
    reach: &RouteReach,
    operation: Option<&str>,
) -> Result<Option<String>, Refusal> {
    let rows = sqlx::query!(
        r#"select p.level, p.environment_id is not null as "in_one_environment!", p.slug, a.slug as "api?", v.label as "version?",
                  p.operation_key, e.slug as "environment?"
           from policy p
           left join api a on a.id = p.api_id
           left join api_version v on v.id = p.api_version_id
           left join environment e on e.id = p.environment_id
           where p.kind = $1 and p.inherit = 'locked'
             and (p.api_id is null or p.api_id = $2) and (p.api_version_id is null or p.api_version_id = $3)
             and (p.operation_key is null or p.operation_key = $4) and (p.environment_id is null or p.environment_id = $5)
           order by p.id"#,
        attached.kind.as_str(),
        reach.api,
        reach.version,
        operation,
        reach.environment,
    )
    .fetch_all(work.conn())
    .await?;
    for row in rows {
        let level = crate::words::known(PolicyLevel::parse(&row.level), &row.level)?;
        let outer = Attached {
            level,
            in_one_environment: row.in_one_environment,
            inherit: PolicyInherit::Locked,
            ..attached
        };
        if is_kept_out(outer, attached) {
            let place = place_words(
                row.api.as_deref(),
                row.version.as_deref(),
                row.operation_key.as_deref(),
                row.environment.as_deref(),
            );
            return Ok(Some(t!(
                "refused-policies-the-policy-for-is-locked-it",
                kind = &attached.kind,
                slug = &row.slug,
                place = &place
            )));
        }
    }
    Ok(None)
}

/// The names for a policy that was sent without: made of place and kind, `pets-v1-sandbox-jwt`, and one that nobody has.
fn slugs_of(place: &Found, kind: PolicyKind, id: PolicyId) -> Vec<String> {
    let parts = [
        place.api.as_ref().map(|api| api.slug.as_str()),
        place.version.as_ref().map(|(_, label)| label.as_str()),
        place.operation.as_deref(),
        place
            .environment
            .as_ref()
            .map(|environment| environment.slug.as_str()),
        Some(kind.as_str()),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    let spoken = Slug::from_name(&parts.join(" "));
    // The end of an id is random.
    let id = id.uuid().simple().to_string();
    let random = format!("{}-{}", kind.as_str().replace('_', "-"), &id[20..]);
    let spoken = spoken.map(|slug| slug.as_str().to_owned());
    spoken.into_iter().chain([random]).collect()
}

/// As the audit log has it. Keys in it are public.
pub(super) fn recorded(policy: &PolicyView) -> Value {
    // In English, whoever changed it: others read the record.
    let place = speaking_now(Language::English, || {
        place_words(
            policy.api.as_ref().map(|api| api.slug.as_str()),
            policy.version.as_deref(),
            policy.operation.as_deref(),
            policy.environment.as_ref().map(|one| one.slug.as_str()),
        )
    });
    json!({
        "slug": policy.slug,
        "place": place,
        "kind": policy.kind,
        "mode": policy.mode,
        "inherit": policy.inherit,
        "document": policy.document,
    })
}
