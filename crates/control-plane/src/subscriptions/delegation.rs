//! Deputies: an approver who is away names somebody who decides for them, from one moment to another.
//!
//! A deputy uses the right of whoever named them, no more and no longer: it is judged anew at every decision whether that
//! person is still an active approver. Whoever may decide by themselves does so in their own name.

use gatehouse_domain::id::{ApiId, ApprovalDelegationId, TenantId, UserId};
use gatehouse_domain::{Grants, Permission};
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::members;
use crate::membership;
use crate::page::{Listed, Lookup, Page};
use crate::refs::{ApiRef, PersonRef};
use crate::refusal::{Faults, Refusal};
use crate::words::{REASON_MAX, ago};
use crate::work::{Changed, Work};

/// Longest time somebody stands in for somebody else, days.
pub const DELEGATION_DAYS_MAX: i64 = 90;
/// Most deputies of one person that are not over.
pub const DELEGATIONS_MAX: i64 = 20;

/// Somebody who decides for somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DelegationView {
    /// Identity.
    pub id: ApprovalDelegationId,
    /// Who is away.
    pub from: PersonRef,
    /// Who decides for them.
    pub to: PersonRef,
    /// About which API; `None` is all of them.
    pub api: Option<ApiRef>,
    /// Why, in their words.
    pub reason: String,
    /// First moment.
    #[serde(with = "time::serde::rfc3339")]
    pub starts_at: OffsetDateTime,
    /// First moment after it.
    #[serde(with = "time::serde::rfc3339")]
    pub ends_at: OffsetDateTime,
    /// When it was taken back.
    #[serde(with = "time::serde::rfc3339::option")]
    pub revoked_at: Option<OffsetDateTime>,
    /// Whether it holds at this moment.
    pub in_force: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
}

/// A deputy to name.
#[derive(Debug, Clone)]
pub struct Delegate {
    /// Who is away; `None` is whoever asks. Somebody else's deputy is named by whoever manages members.
    pub from: Option<UserId>,
    /// Who decides for them.
    pub to: UserId,
    /// About which API; `None` is all of them.
    pub api: Option<Lookup<ApiId>>,
    /// First moment; `None` is now.
    pub starts_at: Option<OffsetDateTime>,
    /// First moment after it, at most 90 days after the first.
    pub ends_at: OffsetDateTime,
    /// Why, at most 500 characters.
    pub reason: String,
}

/// Names a deputy.
pub async fn create_delegation(
    db: &Db,
    actor: &Actor,
    input: Delegate,
) -> Result<Changed<DelegationView>, Refusal> {
    actor.require_anywhere(Permission::SubscriptionDecide)?;
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let from = away(&mut work, actor, input.from).await?;
    let starts_at = input.starts_at.map_or(now, |start| start.max(now));
    let mut faults = Faults::default();
    let reason = faults.optional_text("/reason", &input.reason, REASON_MAX);
    faults.require(
        input.to.uuid() != from,
        "/to",
        "same_person",
        t!("refused-access-name-somebody-else"),
    );
    let length = input.ends_at - starts_at;
    faults.require(
        length > Duration::ZERO && length <= Duration::days(DELEGATION_DAYS_MAX),
        "/ends_at",
        "out_of_range",
        t!(
            "refused-access-end-after-the-start-and-at",
            delegation_days_max = &DELEGATION_DAYS_MAX
        ),
    );
    faults.finish()?;
    require_member(work.conn(), input.to.uuid(), "/to").await?;
    let api = match &input.api {
        None => None,
        Some(api) => Some(
            crate::apis::find(work.conn(), actor, api, Permission::SubscriptionDecide)
                .await
                .map_err(|refusal| match refusal {
                    Refusal::NotFound => Refusal::unknown("/api"),
                    other => other,
                })?,
        ),
    };
    require_room(&mut work, from).await?;
    let id: ApprovalDelegationId = work.new_id();
    let (tenant, by) = (work.tenant(), membership::person(work.conn(), actor).await?);
    sqlx::query!(
        "insert into approval_delegation (id, tenant_id, from_user_id, to_user_id, api_id, reason, starts_at, ends_at, created_by, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        id.uuid(),
        tenant,
        from,
        input.to.uuid(),
        api.as_ref().map(|api| api.id),
        reason,
        starts_at,
        input.ends_at,
        by,
        now,
    )
    .execute(work.conn())
    .await?;
    let view = one(work.conn(), id, now).await?;
    record(&mut work, "approval.delegate", "approval.delegated", &view);
    work.commit(view).await
}

/// Takes a deputy back at once: whoever named them, the deputy themselves, or whoever manages members.
pub async fn revoke_delegation(
    db: &Db,
    actor: &Actor,
    id: ApprovalDelegationId,
) -> Result<Changed<DelegationView>, Refusal> {
    let mut work = Work::begin(db, actor).await?;
    let now = work.now();
    let before = one(work.conn(), id, now).await?;
    let person = membership::person(work.conn(), actor).await?;
    let own = [before.from.id.uuid(), before.to.id.uuid()]
        .map(Some)
        .contains(&person);
    if !own && !actor.may(Permission::MemberManage) {
        return Err(if actor.may_anywhere(Permission::SubscriptionRead) {
            Refusal::Forbidden(Permission::MemberManage)
        } else {
            Refusal::NotFound
        });
    }
    let revoked = sqlx::query!(
        "update approval_delegation set revoked_at = $2 where id = $1 and revoked_at is null and ends_at > $2",
        id.uuid(),
        now,
    )
    .execute(work.conn())
    .await?;
    if revoked.rows_affected() == 0 {
        let at = before.revoked_at.unwrap_or(before.ends_at);
        return Err(Refusal::Conflict(t!(
            "refused-access-it-is-over-already",
            ago = &ago(at, now)
        )));
    }
    let view = one(work.conn(), id, now).await?;
    record(
        &mut work,
        "approval.revoke_delegation",
        "approval.delegation_revoked",
        &view,
    );
    work.commit(view).await
}

/// Lists deputies, newest first, ended ones too: all of them for whoever sees every request, else those that concern the
/// person who asks.
pub async fn list_delegations(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<DelegationView>, Refusal> {
    let now = db.clock().now();
    let mut tx = db.tenant(actor.tenant()).await?;
    let only = match actor.may(Permission::SubscriptionRead) {
        true => None,
        false => Some(
            membership::person(&mut tx, actor)
                .await?
                .unwrap_or_default(),
        ),
    };
    let views = select(&mut tx, None, only, page.after, page.fetch(), now).await?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

fn record(work: &mut Work<'_>, action: &'static str, event: &'static str, view: &DelegationView) {
    // Years of four digits always have the form.
    let moment = |at: OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    let what = json!({
        "from": view.from, "to": view.to, "api": view.api, "starts_at": moment(view.starts_at),
        "ends_at": moment(view.ends_at), "revoked": view.revoked_at.is_some(),
    });
    work.audit(AuditEntry {
        action,
        subject: view.id.to_string(),
        after: Some(what.clone()),
        reason: (!view.reason.is_empty()).then(|| view.reason.clone()),
        ..AuditEntry::default()
    });
    work.emit(event, view.id, what);
}

/// Who is away: the person who asks, or somebody of whom a manager of members says so. They have a right to hand on.
async fn away(work: &mut Work<'_>, actor: &Actor, from: Option<UserId>) -> Result<Uuid, Refusal> {
    let person = membership::person(work.conn(), actor).await?;
    let from = match from.map(UserId::uuid) {
        Some(from) if Some(from) != person => {
            actor.require(Permission::MemberManage)?;
            from
        }
        _ => person.ok_or_else(|| {
            Refusal::NotYours(t!("refused-access-nobody-stands-behind-this-caller-say"))
        })?,
    };
    require_member(work.conn(), from, "/from").await?;
    if !approves(work.conn(), actor.tenant(), from).await? {
        return Err(Refusal::field(
            "/from",
            "not_an_approver",
            t!("refused-access-only-who-decides-requests-can-be"),
        ));
    }
    Ok(from)
}

async fn require_member(
    conn: &mut PgConnection,
    person: Uuid,
    pointer: &'static str,
) -> Result<(), Refusal> {
    is_member(conn, person)
        .await?
        .then_some(())
        .ok_or_else(|| Refusal::unknown(pointer))
}

async fn is_member(conn: &mut PgConnection, person: Uuid) -> Result<bool, Refusal> {
    let found = sqlx::query_scalar!(
        r#"select exists (select from membership m join app_user u on u.id = m.user_id
                          where m.tenant_id = current_tenant() and m.user_id = $1 and m.status = 'active' and u.status = 'active') as "found!""#,
        person,
    )
    .fetch_one(conn)
    .await?;
    Ok(found)
}

async fn require_room(work: &mut Work<'_>, from: Uuid) -> Result<(), Refusal> {
    let now = work.now();
    // Those who name several deputies at once wait for one another.
    sqlx::query!(
        "select user_id from membership where tenant_id = current_tenant() and user_id = $1 for no key update",
        from,
    )
    .fetch_one(work.conn())
    .await?;
    let open = sqlx::query_scalar!(
        r#"select count(*) as "count!" from approval_delegation where from_user_id = $1 and revoked_at is null and ends_at > $2"#,
        from,
        now,
    )
    .fetch_one(work.conn())
    .await?;
    if open >= DELEGATIONS_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-access-there-are-deputies-already-take-one",
            delegations_max = &DELEGATIONS_MAX
        )));
    }
    Ok(())
}

/// Whether somebody may decide requests by themselves, somewhere.
async fn approves(
    conn: &mut PgConnection,
    tenant: TenantId,
    person: Uuid,
) -> Result<bool, Refusal> {
    if !is_member(conn, person).await? {
        return Ok(false);
    }
    let grants = members::grants_of(conn, tenant, person.into()).await?;
    Ok(grants.allow_anywhere(Permission::SubscriptionDecide))
}

/// A right that somebody was lent.
#[derive(Debug, Clone)]
pub(super) struct StandIn {
    /// Whose it is.
    pub(super) from: Uuid,
    /// About which API; `None` is all of them.
    pub(super) api: Option<Uuid>,
    /// What they may do themselves, and where.
    pub(super) grants: Grants,
}

/// For whom the actor stands in now: nobody, for whoever decides everything by themselves or is no person.
pub(super) async fn stand_ins(
    conn: &mut PgConnection,
    actor: &Actor,
    now: OffsetDateTime,
) -> Result<Vec<StandIn>, Refusal> {
    let ActorKind::User { id, .. } = actor.kind() else {
        return Ok(Vec::new());
    };
    if actor.may(Permission::SubscriptionDecide) {
        return Ok(Vec::new());
    }
    let rows = sqlx::query!(
        r#"select d.from_user_id as "from", d.api_id as api
           from approval_delegation d
           join membership m on m.tenant_id = d.tenant_id and m.user_id = d.from_user_id and m.status = 'active'
           join app_user u on u.id = m.user_id and u.status = 'active'
           where d.tenant_id = current_tenant() and d.to_user_id = $1 and d.revoked_at is null
             and d.starts_at <= $2 and d.ends_at > $2
           order by d.id"#,
        id.uuid(),
        now,
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut lent = Vec::with_capacity(rows.len());
    for row in rows {
        let grants = members::grants_of(conn, actor.tenant(), row.from.into()).await?;
        if grants.allow_anywhere(Permission::SubscriptionDecide) {
            lent.push(StandIn {
                from: row.from,
                api: row.api,
                grants,
            });
        }
    }
    Ok(lent)
}

async fn one(
    conn: &mut PgConnection,
    id: ApprovalDelegationId,
    now: OffsetDateTime,
) -> Result<DelegationView, Refusal> {
    let mut found = select(conn, Some(id.uuid()), None, None, 1, now).await?;
    found.pop().ok_or(Refusal::NotFound)
}

async fn select(
    conn: &mut PgConnection,
    id: Option<Uuid>,
    of: Option<Uuid>,
    after: Option<Uuid>,
    limit: i64,
    now: OffsetDateTime,
) -> Result<Vec<DelegationView>, Refusal> {
    let rows = sqlx::query!(
        r#"select d.id, d.from_user_id, f.name as from_name, d.to_user_id, t.name as to_name, d.reason, d.starts_at, d.ends_at,
                  d.revoked_at, d.created_at, a.id as "api_id?", a.slug as "api_slug?", a.name as "api_name?"
           from approval_delegation d
           join app_user f on f.id = d.from_user_id
           join app_user t on t.id = d.to_user_id
           left join api a on a.id = d.api_id
           where ($1::uuid is null or d.id = $1)
             and ($2::uuid is null or d.from_user_id = $2 or d.to_user_id = $2)
             and ($3::uuid is null or d.id < $3)
           order by d.id desc limit $4"#,
        id,
        of,
        after,
        limit,
    )
    .fetch_all(conn)
    .await?;
    let person = |id: Uuid, name| PersonRef {
        id: id.into(),
        name,
    };
    Ok(rows
        .into_iter()
        .map(|row| DelegationView {
            id: row.id.into(),
            from: person(row.from_user_id, row.from_name),
            to: person(row.to_user_id, row.to_name),
            api: row
                .api_id
                .zip(row.api_slug)
                .zip(row.api_name)
                .map(|((id, slug), name)| ApiRef {
                    id: id.into(),
                    slug,
                    name,
                }),
            reason: row.reason,
            in_force: row.revoked_at.is_none() && row.starts_at <= now && now < row.ends_at,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            revoked_at: row.revoked_at,
            created_at: row.created_at,
        })
        .collect())
}
