//! Trusting an issuer's word on some of its workloads.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{ApiId, CiTrustId, UserId};
use gatehouse_language::t;
use serde_json::json;
use uuid::Uuid;

use super::{CiTrustView, TTL_DEFAULT_S, TTL_MAX_S, TTL_MIN_S, WorkloadIssuers, pattern, shown};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::membership;
use crate::oidc::Need;
use crate::refusal::{Faults, Refusal};
use crate::tokens;
use crate::work::{Changed, Work};

/// What a new trust needs.
#[derive(Debug, Clone)]
pub struct CreateCiTrust {
    /// Its name, 1 to 80 characters.
    pub name: String,
    /// Who signs, such as `https://token.actions.githubusercontent.com`.
    pub issuer: String,
    /// What `aud` has to hold, 1 to 255 characters.
    pub audience: String,
    /// Whose tokens: the whole subject, `*` for any characters but `:`.
    pub subject_pattern: String,
    /// What an exchanged token may do; at least one, and nothing its maker may not do.
    pub scopes: Vec<Permission>,
    /// The only APIs it may touch; `None` is every API.
    pub apis: Option<Vec<ApiId>>,
    /// Seconds an exchanged token lives, 60 to 3,600; 900 when nothing is said.
    pub ttl_s: Option<i32>,
}

/// Makes a trust once the issuer's keys were read.
pub async fn create_ci_trust(
    db: &Db,
    issuers: &WorkloadIssuers,
    actor: &Actor,
    mut input: CreateCiTrust,
) -> Result<Changed<CiTrustView>, Refusal> {
    actor.require(Permission::TokenManage)?;
    let (name, issuer, audience, subject_pattern) = judge(&mut input)?;
    issuers
        .keys(db, &issuer, Need::Usual)
        .await
        .map_err(|failure| unreachable(&issuer, &failure))?;
    let mut work = Work::begin(db, actor).await?;
    tokens::require_scopes(&mut work, actor, &input.scopes, input.apis.as_deref()).await?;
    let maker = membership::person(work.conn(), actor).await?;
    let view = CiTrustView {
        id: work.new_id::<CiTrustId>(),
        name,
        issuer,
        audience,
        subject_pattern,
        scopes: input.scopes,
        apis: input.apis,
        ttl_s: input.ttl_s.unwrap_or(TTL_DEFAULT_S),
        created_by: maker.map(UserId::from_uuid),
        created_at: work.now(),
        last_used_at: None,
        row_version: 1,
    };
    insert(&mut work, &view).await?;
    work.audit(AuditEntry {
        action: "ci_trust.create",
        subject: view.id.to_string(),
        after: Some(shown(&view)),
        ..AuditEntry::default()
    });
    work.emit(
        "ci_trust.created",
        view.id,
        json!({ "ci_trust": view.id, "name": view.name, "actor": actor.user() }),
    );
    work.commit(view).await
}

fn unreachable(issuer: &str, failure: &str) -> Refusal {
    Refusal::field(
        "/issuer",
        "unreachable",
        t!(
            "refused-people-the-keys-of-could-not-be",
            issuer = &issuer,
            failure = &failure,
            trim_end_matches = &issuer.trim_end_matches('/')
        ),
    )
}

fn judge(input: &mut CreateCiTrust) -> Result<(String, String, String, String), Refusal> {
    let mut faults = Faults::default();
    let name = faults.text("/name", &input.name, 80);
    let issuer = faults.text("/issuer", &input.issuer, 500);
    let audience = faults.text("/audience", &input.audience, 255);
    let subject = faults.text("/subject_pattern", &input.subject_pattern, 500);
    if let Err(words) = pattern::judge(&subject) {
        faults.require(false, "/subject_pattern", "pattern", words);
    }
    tokens::judge_lent(&mut faults, &mut input.scopes, input.apis.as_mut());
    let ttl = input.ttl_s.unwrap_or(TTL_DEFAULT_S);
    faults.require(
        (TTL_MIN_S..=TTL_MAX_S).contains(&ttl),
        "/ttl_s",
        "range",
        t!(
            "refused-people-use-to-seconds-got",
            ttl_min_s = &TTL_MIN_S,
            ttl_max_s = &TTL_MAX_S,
            ttl = &ttl
        ),
    );
    faults.finish()?;
    Ok((name, issuer, audience, subject))
}

async fn insert(work: &mut Work<'_>, view: &CiTrustView) -> Result<(), Refusal> {
    let scopes: Vec<_> = view
        .scopes
        .iter()
        .map(|scope| scope.as_str().to_owned())
        .collect();
    let apis: Option<Vec<Uuid>> = view
        .apis
        .as_ref()
        .map(|apis| apis.iter().map(|api| api.uuid()).collect());
    let tenant = work.tenant();
    sqlx::query!(
        "insert into ci_trust (id, tenant_id, name, issuer, audience, subject_pattern, scopes, api_ids, ttl_s, created_by,
                               created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        view.id.uuid(),
        tenant,
        view.name,
        view.issuer,
        view.audience,
        view.subject_pattern,
        &scopes,
        apis.as_deref(),
        view.ttl_s,
        view.created_by.map(UserId::uuid),
        view.created_at,
    )
    .execute(work.conn())
    .await?;
    Ok(())
}
