//! Tenants: made whole by one verb, suspended, changed, found.

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_domain::{SignupMode, TenantStatus};
use gatehouse_language::t;
use serde::Serialize;
use serde_json::json;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::page::{Listed, Lookup, Page};
use crate::platform::PlatformActor;
use crate::refusal::{Faults, Refusal};
use crate::words::in_state;
use crate::work::{Changed, Work};
use gatehouse_domain::Permission;

mod close;
mod create;

pub(crate) use close::purge_due;
pub use close::{CLOSING_DAYS, CloseTenant, close_tenant, reopen_tenant};
pub(crate) use create::create_in;

/// A tenant.
#[derive(Debug, Clone, Serialize)]
pub struct TenantView {
    /// Its id.
    pub id: TenantId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether it may be used.
    pub status: TenantStatus,
    /// Who may sign up.
    pub signup_mode: SignupMode,
    /// Domains whose addresses may sign up in mode `domain`.
    pub email_domains: Vec<String>,
    /// IANA name; quota periods follow it.
    pub time_zone: String,
    /// Days between the word that something gets worse for its users (a version ends, a limit falls) and the day it does.
    pub minimum_notice_days: i32,
    /// Whether people whose roles open the console need a second factor to act there.
    pub second_factor_required: bool,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// When everything it owns is deleted; `None` unless it is being closed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub purge_at: Option<OffsetDateTime>,
    /// Version for conditional changes.
    pub row_version: i32,
}

pub(crate) struct TenantRow {
    pub(crate) id: Uuid,
    pub(crate) slug: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) signup_mode: String,
    pub(crate) email_domains: Vec<String>,
    pub(crate) time_zone: String,
    pub(crate) minimum_notice_days: i32,
    pub(crate) second_factor_required: bool,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) purge_at: Option<OffsetDateTime>,
    pub(crate) row_version: i32,
}

impl TryFrom<TenantRow> for TenantView {
    type Error = Refusal;

    fn try_from(row: TenantRow) -> Result<Self, Refusal> {
        Ok(Self {
            id: row.id.into(),
            slug: row.slug,
            name: row.name,
            status: TenantStatus::parse(&row.status)
                .ok_or_else(|| anyhow::anyhow!("unknown tenant status {}", row.status))?,
            signup_mode: SignupMode::parse(&row.signup_mode)
                .ok_or_else(|| anyhow::anyhow!("unknown sign-up mode {}", row.signup_mode))?,
            email_domains: row.email_domains,
            time_zone: row.time_zone,
            minimum_notice_days: row.minimum_notice_days,
            second_factor_required: row.second_factor_required,
            created_at: row.created_at,
            purge_at: row.purge_at,
            row_version: row.row_version,
        })
    }
}

/// What a new tenant needs.
#[derive(Debug, Clone)]
pub struct CreateTenant {
    /// Its name in URLs; never changes.
    pub slug: String,
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// Who owns it; the acting person when absent. Only the program itself may make a tenant without an owner.
    pub owner: Option<UserId>,
}

/// Makes a tenant with its environments, its place on the shared gateways and its first provider team.
pub async fn create_tenant(
    db: &Db,
    who: &PlatformActor,
    input: CreateTenant,
) -> Result<Changed<TenantView>, Refusal> {
    who.require_admin()?;
    let actor = who.in_tenant(create::new_tenant_id(db));
    let mut work = Work::begin(db, &actor).await?;
    let input = CreateTenant {
        owner: input.owner.or(who.user()),
        ..input
    };
    let view = create_in(&mut work, db, actor.tenant(), input).await?;
    work.commit(view).await
}

/// Suspends a tenant, takes that back, or winds it down. The reason is kept in the audit log.
pub async fn set_tenant_status(
    db: &Db,
    who: &PlatformActor,
    id: TenantId,
    status: TenantStatus,
    reason: &str,
) -> Result<Changed<TenantView>, Refusal> {
    who.require_admin()?;
    let mut faults = Faults::default();
    let reason = faults.text("/reason", reason, 500);
    faults.finish()?;
    let actor = who.in_tenant(id);
    let mut work = Work::begin(db, &actor).await?;
    let before = get_locked(work.conn(), id).await?;
    if before.status == status {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-tenant-is-already",
            status = &in_state(status)
        )));
    }
    if before.status == TenantStatus::Closed {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-tenant-is-closed-that-is"
        )));
    }
    // Its owner asked for the end, with a day of deletion that a suspension would drop without a word.
    if status == TenantStatus::Suspended && before.status == TenantStatus::Closing {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-tenant-is-being-closed-and"
        )));
    }
    if status == TenantStatus::Closed && before.status != TenantStatus::Closing {
        return Err(Refusal::Conflict(t!(
            "refused-people-the-tenant-is-set-it-to",
            status = &in_state(before.status)
        )));
    }
    close::move_to(&mut work, &before, status, &reason).await?;
    let view = get_locked(work.conn(), id).await?;
    work.commit(view).await
}

/// What may change about a tenant; `None` leaves it.
#[derive(Debug, Clone, Default)]
pub struct UpdateTenant {
    /// 1 to 80 characters.
    pub name: Option<String>,
    /// Who may sign up.
    pub signup_mode: Option<SignupMode>,
    /// Domains such as `example.com`, at most 50.
    pub email_domains: Option<Vec<String>>,
    /// IANA name such as `Europe/Lisbon`.
    pub time_zone: Option<String>,
    /// Days of notice, 0 to [`NOTICE_DAYS_MAX`].
    pub minimum_notice_days: Option<i32>,
    /// Whether people whose roles open the console need a second factor.
    pub second_factor_required: Option<bool>,
}

/// Longest notice that may be asked for: two years.
pub const NOTICE_DAYS_MAX: i32 = 730;

/// Changes the actor's own tenant.
pub async fn update_tenant(
    db: &Db,
    actor: &Actor,
    expected: Option<i32>,
    input: UpdateTenant,
) -> Result<Changed<TenantView>, Refusal> {
    actor.require(Permission::TenantManage)?;
    let id = actor.tenant();
    let mut work = Work::begin(db, actor).await?;
    let before = get_locked(work.conn(), id).await?;
    if expected.is_some_and(|expected| expected != before.row_version) {
        return Err(Refusal::Stale {
            current: before.row_version,
        });
    }
    let after = changed(&before, input)?;
    sqlx::query!(
        "update tenant set name = $2, signup_mode = $3, email_domains = $4, time_zone = $5, minimum_notice_days = $6,
             second_factor_required = $7,
             row_version = row_version + 1
         where id = $1",
        id.uuid(),
        after.name,
        after.signup_mode.as_str(),
        &after.email_domains,
        after.time_zone,
        after.minimum_notice_days,
        after.second_factor_required,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "tenant.update",
        subject: id.to_string(),
        before: Some(settings_of(&before)),
        after: Some(settings_of(&after)),
        reason: None,
    });
    work.emit("tenant.changed", id, json!({ "tenant": id }));
    work.touch(Touched::Tenant(id));
    work.commit(TenantView {
        row_version: before.row_version + 1,
        ..after
    })
    .await
}

fn changed(before: &TenantView, input: UpdateTenant) -> Result<TenantView, Refusal> {
    let mut faults = Faults::default();
    let mut after = before.clone();
    if let Some(name) = input.name {
        after.name = faults.text("/name", &name, 80);
    }
    if let Some(domains) = input.email_domains {
        faults.require(
            domains.len() <= 50,
            "/email_domains",
            "too_many",
            t!(
                "refused-people-use-at-most-50-domains-this",
                domains = &domains.len()
            ),
        );
        after.email_domains = domains
            .iter()
            .map(|domain| domain.trim().trim_start_matches('@').to_lowercase())
            .collect();
        for (position, domain) in after.email_domains.iter().enumerate() {
            faults.require(
                gatehouse_domain::Email::new(format!("a@{domain}")).is_ok(),
                &format!("/email_domains/{position}"),
                "domain",
                t!(
                    "refused-people-enter-a-domain-such-as-example",
                    domain = &domain
                ),
            );
        }
    }
    after.signup_mode = input.signup_mode.unwrap_or(before.signup_mode);
    if let Some(zone) = input.time_zone {
        faults.require(
            jiff::tz::TimeZone::get(&zone).is_ok(),
            "/time_zone",
            "time_zone",
            t!("refused-people-use-a-time-zone-such-as", zone = &zone),
        );
        after.time_zone = zone;
    }
    if let Some(days) = input.minimum_notice_days {
        faults.require(
            (0..=NOTICE_DAYS_MAX).contains(&days),
            "/minimum_notice_days",
            "out_of_range",
            t!(
                "refused-people-use-0-to-days-got",
                notice_days_max = &NOTICE_DAYS_MAX,
                days = &days
            ),
        );
        after.minimum_notice_days = days;
    }
    after.second_factor_required = input
        .second_factor_required
        .unwrap_or(before.second_factor_required);
    faults.require(
        after.signup_mode != SignupMode::Domain || !after.email_domains.is_empty(),
        "/email_domains",
        "required",
        t!("refused-people-name-at-least-one-domain-or"),
    );
    faults.finish()?;
    Ok(after)
}

fn settings_of(tenant: &TenantView) -> serde_json::Value {
    json!({
        "name": tenant.name,
        "signup_mode": tenant.signup_mode,
        "email_domains": tenant.email_domains,
        "time_zone": tenant.time_zone,
        "minimum_notice_days": tenant.minimum_notice_days,
        "second_factor_required": tenant.second_factor_required,
    })
}

/// Every tenant of the installation, newest first.
pub async fn list_tenants(
    db: &Db,
    _who: &PlatformActor,
    page: &Page,
) -> Result<Listed<TenantView>, Refusal> {
    let mut tx = db.global().await?;
    let rows = sqlx::query_as!(
        TenantRow,
        "select id, slug, name, status, signup_mode, email_domains, time_zone, minimum_notice_days, second_factor_required, created_at, purge_at, row_version
         from tenant where ($1::uuid is null or id < $1)
         order by id desc limit $2",
        page.after,
        page.fetch(),
    )
    .fetch_all(&mut *tx)
    .await?;
    let tenants = rows
        .into_iter()
        .map(TenantView::try_from)
        .collect::<Result<_, _>>()?;
    Ok(Listed::cut(tenants, page, |tenant: &TenantView| {
        tenant.id.uuid()
    }))
}

/// One tenant of the installation.
pub async fn get_tenant(
    db: &Db,
    _who: &PlatformActor,
    lookup: &Lookup<TenantId>,
) -> Result<TenantView, Refusal> {
    find_tenant(db, lookup).await?.ok_or(Refusal::NotFound)
}

/// Every tenant, oldest first, for verbs that walk the whole installation.
pub async fn every_tenant(db: &Db) -> Result<Vec<TenantView>, Refusal> {
    let mut tx = db.global().await?;
    let rows = sqlx::query_as!(
        TenantRow,
        "select id, slug, name, status, signup_mode, email_domains, time_zone, minimum_notice_days, second_factor_required, created_at, purge_at, row_version
         from tenant order by id",
    )
    .fetch_all(&mut *tx)
    .await?;
    rows.into_iter().map(TenantView::try_from).collect()
}

/// The tenant a host name, a path or a setting names. Asks nobody's permission: which tenants exist is public.
pub async fn find_tenant(
    db: &Db,
    lookup: &Lookup<TenantId>,
) -> Result<Option<TenantView>, Refusal> {
    let mut tx = db.global().await?;
    let (id, slug) = lookup.parts();
    let row = sqlx::query_as!(
        TenantRow,
        "select id, slug, name, status, signup_mode, email_domains, time_zone, minimum_notice_days, second_factor_required, created_at, purge_at, row_version
         from tenant where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
        id,
        slug,
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(TenantView::try_from).transpose()
}

/// The tenant that owns the root of the gateways: the first one made. `None` before there is one.
pub async fn first_tenant(db: &Db) -> Result<Option<TenantView>, Refusal> {
    let mut tx = db.global().await?;
    let row = sqlx::query_as!(
        TenantRow,
        "select id, slug, name, status, signup_mode, email_domains, time_zone, minimum_notice_days, second_factor_required, created_at, purge_at, row_version
         from tenant order by id limit 1",
    )
    .fetch_optional(&mut *tx)
    .await?;
    row.map(TenantView::try_from).transpose()
}

/// Reads a tenant and keeps others from changing it, or its owners, until the transaction ends.
pub(crate) async fn get_locked(
    conn: &mut PgConnection,
    id: TenantId,
) -> Result<TenantView, Refusal> {
    let row = sqlx::query_as!(
        TenantRow,
        "select id, slug, name, status, signup_mode, email_domains, time_zone, minimum_notice_days, second_factor_required, created_at, purge_at, row_version
         from tenant where id = $1 for no key update",
        id.uuid(),
    )
    .fetch_one(conn)
    .await?;
    row.try_into()
}

/// The earliest moment at which something may get worse for those who use what the tenant offers.
pub(crate) async fn notice_ends(
    conn: &mut PgConnection,
    tenant: TenantId,
    now: OffsetDateTime,
) -> Result<OffsetDateTime, Refusal> {
    let days = get(conn, tenant).await?.minimum_notice_days;
    Ok(now.saturating_add(time::Duration::days(days.into())))
}

/// Reads a tenant inside a transaction.
pub(crate) async fn get(conn: &mut PgConnection, id: TenantId) -> Result<TenantView, Refusal> {
    let row = sqlx::query_as!(
        TenantRow,
        "select id, slug, name, status, signup_mode, email_domains, time_zone, minimum_notice_days, second_factor_required, created_at, purge_at, row_version
         from tenant where id = $1",
        id.uuid(),
    )
    .fetch_one(conn)
    .await?;
    row.try_into()
}
