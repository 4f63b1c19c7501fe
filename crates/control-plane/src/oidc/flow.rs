//! From the button to the callback.

use gatehouse_domain::id::TenantId;
use gatehouse_language::t;
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use super::settle::{self, Arrived, Claimed};
use super::{Issuers, Need, client, hash_of};
use crate::db::Db;
use crate::identity_providers::{self, Provider};
use crate::refusal::Refusal;

/// How long somebody may take at the provider.
const FLOW: Duration = Duration::minutes(10);
/// How far a provider's clock may be behind ours.
const SKEW: Duration = Duration::seconds(60);
/// Longest code and state that are looked at, characters.
const PARAMETER_MAX: usize = 4_096;

const SEALED: &str = "sign-in-flow";

/// A sign-in under way.
#[derive(Debug, Clone)]
pub struct Begun {
    /// Where to send the browser.
    pub url: String,
}

/// Begins a sign-in. `redirect` is the one address the answer may come to; `browser` names the browser that asked, and only
/// it can use the answer. With `again` the provider is to ask the person even if it knows them.
pub async fn begin(
    db: &Db,
    issuers: &Issuers,
    (tenant, slug): (TenantId, &str),
    redirect: &str,
    browser: &str,
    next: &str,
    again: bool,
) -> Result<Begun, Refusal> {
    let provider = identity_providers::open_enabled(db, tenant, slug).await?;
    let metadata = issuers
        .metadata(db, &provider.view.issuer, Need::Usual)
        .await
        .map_err(|_| away(&provider))?;
    let request = client::request(&provider, &metadata, redirect, again).map_err(|failure| {
        tracing::warn!(
            issuer = provider.view.issuer,
            failure,
            "no sign-in can begin"
        );
        away(&provider)
    })?;
    let state_hash = hash_of("state", &request.state);
    let secrets = Zeroizing::new(format!("{}\n{}", request.nonce, request.verifier));
    let sealed = db
        .keys()
        .seal(SEALED, &place_of(&state_hash), secrets.as_bytes())?;
    let now = db.clock().now();
    let mut tx = db.tenant(tenant).await?;
    sqlx::query!(
        "insert into sign_in_flow (state_hash, tenant_id, provider_id, browser_hash, sealed, next, created_at, expires_at, asked_again)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        state_hash,
        tenant.uuid(),
        provider.view.id.uuid(),
        hash_of("browser", browser),
        sealed,
        next,
        now,
        now + FLOW,
        again,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Begun { url: request.url })
}

fn place_of(state_hash: &[u8]) -> String {
    gatehouse_snapshot::node_auth::hex(state_hash)
}

fn away(provider: &Provider) -> Refusal {
    Refusal::NotYours(t!(
        "refused-people-does-not-answer-at-present-try",
        name = &provider.view.name
    ))
}

/// What a provider sent the browser back with (RFC 6749 §4.1.2, RFC 9207 §2).
#[derive(Debug, Clone, Default)]
pub struct Callback {
    /// The state.
    pub state: Option<String>,
    /// The code.
    pub code: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who says so.
    pub iss: Option<String>,
}

/// Ends a sign-in: of any number of callbacks with one state one is looked at.
pub async fn finish(
    db: &Db,
    issuers: &Issuers,
    (tenant, slug): (TenantId, &str),
    redirect: &str,
    browser: &str,
    callback: Callback,
) -> Result<Arrived, Refusal> {
    let provider = identity_providers::open_enabled(db, tenant, slug).await?;
    let flow = take(db, tenant, &provider, browser, callback.state.as_deref()).await?;
    if let Some(error) = &callback.error {
        tracing::info!(
            issuer = provider.view.issuer,
            error,
            "a provider signed nobody in"
        );
        return Err(Refusal::NotYours(t!(
            "refused-people-did-not-sign-you-in-try",
            name = &provider.view.name
        )));
    }
    let redeemed = async {
        judge_issuer(db, issuers, &provider, callback.iss.as_deref()).await?;
        let code = callback.code.filter(|code| code.len() <= PARAMETER_MAX);
        let code = code.ok_or("no code")?;
        client::redeem(db, issuers, &provider, redirect, code, flow.secrets).await
    };
    let vouched = redeemed.await.map_err(|failure| {
        tracing::warn!(
            issuer = provider.view.issuer,
            failure,
            "an answer was refused"
        );
        unverified(&provider)
    })?;
    if let Some(asked) = flow.asked_again {
        require_asked(&provider, asked, vouched.shown)?;
    }
    let claimed = Claimed::of(&provider, vouched)?;
    settle::settle(db, issuers, tenant, &provider, claimed, browser, flow.next).await
}

struct Flow {
    secrets: (String, String),
    next: String,
    /// When the provider was told to ask somebody it knows, if it was.
    asked_again: Option<OffsetDateTime>,
}

/// Takes the row out that the button left, when this browser pressed it and this provider was asked.
async fn take(
    db: &Db,
    tenant: TenantId,
    provider: &Provider,
    browser: &str,
    state: Option<&str>,
) -> Result<Flow, Refusal> {
    let state = state.filter(|state| state.len() <= PARAMETER_MAX);
    let state_hash = hash_of("state", state.ok_or_else(stale)?);
    let now = db.clock().now();
    let mut tx = db.tenant(tenant).await?;
    let row = sqlx::query!(
        "delete from sign_in_flow
         where tenant_id = $1 and state_hash = $2 and provider_id = $3 and browser_hash = $4 and expires_at > $5
         returning sealed, next, created_at, asked_again",
        tenant.uuid(),
        state_hash,
        provider.view.id.uuid(),
        hash_of("browser", browser),
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    let row = row.ok_or_else(stale)?;
    let plain = db
        .keys()
        .open(SEALED, &place_of(&state_hash), &row.sealed)?;
    let text = String::from_utf8(plain.to_vec()).map_err(anyhow::Error::from)?;
    let (nonce, verifier) = text
        .split_once('\n')
        .ok_or_else(|| anyhow::anyhow!("a stored sign-in is cut"))?;
    Ok(Flow {
        secrets: (nonce.to_owned(), verifier.to_owned()),
        next: row.next,
        asked_again: row.asked_again.then_some(row.created_at),
    })
}

/// A provider that was told to ask has asked: it says so, and when (OpenID Connect Core 1.0 §3.1.2.1). One that still knows
/// somebody and lets them through proves nothing about who sits there.
fn require_asked(
    provider: &Provider,
    asked: OffsetDateTime,
    shown: Option<OffsetDateTime>,
) -> Result<(), Refusal> {
    let name = &provider.view.name;
    Err(Refusal::NotYours(match shown {
        Some(shown) if shown >= asked - SKEW => return Ok(()),
        Some(_) => t!("refused-people-did-not-ask", name = name),
        None => t!("refused-people-does-not-say-when", name = name),
    }))
}

/// The answer names the issuer that was asked: another provider's answer is not taken for this one's (RFC 9207 §2.4).
async fn judge_issuer(
    db: &Db,
    issuers: &Issuers,
    provider: &Provider,
    named: Option<&str>,
) -> Result<(), String> {
    let issuer = &provider.view.issuer;
    match named {
        Some(named) if named.as_bytes().ct_eq(issuer.as_bytes()).into() => Ok(()),
        Some(_) => Err("the answer names another issuer".to_owned()),
        None => {
            let metadata = issuers.metadata(db, issuer, Need::Usual).await?;
            let names_it = metadata
                .additional_metadata()
                .authorization_response_iss_parameter_supported;
            if names_it {
                return Err("the answer names no issuer, though its answers do".to_owned());
            }
            Ok(())
        }
    }
}

fn stale() -> Refusal {
    Refusal::Conflict(t!("refused-people-this-sign-in-is-too-old"))
}

fn unverified(provider: &Provider) -> Refusal {
    Refusal::NotYours(t!(
        "refused-people-the-answer-of-could-not-be",
        name = &provider.view.name
    ))
}
