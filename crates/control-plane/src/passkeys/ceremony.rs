//! A challenge and its answer: asked of one browser, for minutes, answered once.

use gatehouse_domain::id::UserId;
use gatehouse_language::t;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use time::Duration;

use crate::db::Db;
use crate::one_time::OneTimeToken;
use crate::refusal::Refusal;

/// How long a device may take.
const LIFETIME: Duration = Duration::minutes(5);
/// Longest answer of a device, bytes: keys and certificates of the largest are some kilobytes.
const ANSWER_MAX: usize = 32 * 1024;

/// What the browser asks its devices (WebAuthn §5.1, the JSON forms of §5.1.8 and §5.1.9).
#[derive(Serialize)]
pub struct Begun {
    /// Comes back with the answer.
    token: String,
    /// For `navigator.credentials`.
    #[serde(rename = "publicKey")]
    public_key: Value,
}

/// What a device is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Register,
    Show,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::Show => "show",
        }
    }
}

/// Whom a challenge is for: a person, where that is known, in one browser.
#[derive(Debug, Clone, Copy)]
pub(super) struct Holder<'a> {
    pub(super) user: Option<UserId>,
    pub(super) browser: &'a str,
}

/// What ties a challenge to a browser, as it is stored.
fn browser_hash(browser: &str) -> Vec<u8> {
    Sha256::new()
        .chain_update(b"gatehouse passkey browser\0")
        .chain_update(browser)
        .finalize()
        .to_vec()
}

/// Keeps a challenge until it is answered.
pub(super) async fn keep(
    db: &Db,
    purpose: Purpose,
    holder: Holder<'_>,
    public_key: Value,
    state: &impl Serialize,
) -> Result<Begun, Refusal> {
    let token = OneTimeToken::generate();
    let now = db.clock().now();
    let state = serde_json::to_value(state).map_err(anyhow::Error::from)?;
    let mut tx = db.global().await?;
    sqlx::query!(
        "insert into passkey_ceremony (token_hash, purpose, user_id, browser_hash, state, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        token.hash(),
        purpose.as_str(),
        holder.user.map(UserId::uuid),
        browser_hash(holder.browser),
        state,
        now,
        now + LIFETIME,
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Begun {
        token: token.0.to_string(),
        public_key,
    })
}

/// What a browser sends back.
#[derive(Deserialize)]
pub(super) struct Answer<T> {
    token: String,
    pub(super) answer: T,
}

/// Reads an answer. What is no answer gets the same words as a wrong one.
pub(super) fn read<T: DeserializeOwned>(text: &str) -> Result<Answer<T>, Refusal> {
    if text.len() > ANSWER_MAX {
        return Err(wrong());
    }
    serde_json::from_str(text).map_err(|_| wrong())
}

/// Takes the challenge out that an answer is to: of any number of uses of one token one is looked at.
pub(super) async fn take<S: DeserializeOwned, T>(
    db: &Db,
    purpose: Purpose,
    holder: Holder<'_>,
    answer: &Answer<T>,
) -> Result<S, Refusal> {
    let mut tx = db.global().await?;
    let state = sqlx::query_scalar!(
        "delete from passkey_ceremony
         where token_hash = $1 and purpose = $2 and user_id is not distinct from $3 and browser_hash = $4 and expires_at > $5
         returning state",
        crate::one_time::hash_of(&answer.token),
        purpose.as_str(),
        holder.user.map(UserId::uuid),
        browser_hash(holder.browser),
        db.clock().now(),
    )
    .fetch_optional(&mut *tx)
    .await?;
    tx.commit().await?;
    let state = state.ok_or_else(wrong)?;
    Ok(serde_json::from_value(state).map_err(anyhow::Error::from)?)
}

/// The one answer to a passkey that does not do, whatever is wrong with it.
pub(super) fn wrong() -> Refusal {
    Refusal::NotYours(t!("refused-people-this-passkey-was-not-accepted-try"))
}
