//! Showing a passkey: to sign in, or again by somebody who is known.

use std::net::IpAddr;

use gatehouse_domain::id::UserId;
use gatehouse_language::t;
use serde_json::{Value, json};
use subtle::ConstantTimeEq;
use uuid::Uuid;
use webauthn_rs::prelude::{DiscoverableAuthentication, Passkey, PublicKeyCredential};

use super::RelyingParty;
use super::ceremony::{self, Begun, Holder, Purpose};
use crate::accounts;
use crate::db::Db;
use crate::refusal::Refusal;

/// What to ask the devices of a browser: for a passkey of somebody who is known, or of whoever sits there. Too many from one
/// address within a minute answer [`Refusal::TooMany`]: each is a row for some minutes.
pub async fn begin_showing(
    db: &Db,
    party: &RelyingParty,
    user: Option<UserId>,
    browser: &str,
    ip: IpAddr,
) -> Result<Begun, Refusal> {
    accounts::charge_challenge(db, ip).await?;
    let (asked, state) = party
        .0
        .start_discoverable_authentication()
        .map_err(anyhow::Error::from)?;
    let mut public_key = serde_json::to_value(asked.public_key).map_err(anyhow::Error::from)?;
    if let Some(user) = user {
        public_key["allowCredentials"] = of_person(db, user).await?;
    }
    ceremony::keep(
        db,
        Purpose::Show,
        Holder { user, browser },
        public_key,
        &state,
    )
    .await
}

/// A person's passkeys as a browser is told of them.
async fn of_person(db: &Db, user: UserId) -> Result<Value, Refusal> {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let mut tx = db.global().await?;
    let ids = sqlx::query_scalar!(
        "select credential_id from passkey where user_id = $1 order by id",
        user.uuid(),
    )
    .fetch_all(&mut *tx)
    .await?;
    if ids.is_empty() {
        return Err(Refusal::Conflict(t!(
            "refused-people-you-have-no-passkey-here"
        )));
    }
    let told = ids
        .iter()
        .map(|id| json!({ "type": "public-key", "id": URL_SAFE_NO_PAD.encode(id) }));
    Ok(told.collect())
}

/// Who showed which passkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The person.
    pub user: UserId,
    /// The passkey.
    pub passkey: Uuid,
}

/// Judges what a device has answered: for `user`, where that is known, by one of theirs. An answer is looked at once; one whose
/// counter did not grow is refused, for the key may have been copied (WebAuthn §7.2 step 22).
pub async fn finish_showing(
    db: &Db,
    party: &RelyingParty,
    user: Option<UserId>,
    browser: &str,
    answer: &str,
) -> Result<Shown, Refusal> {
    let answer = ceremony::read::<PublicKeyCredential>(answer)?;
    let holder = Holder { user, browser };
    let state: DiscoverableAuthentication =
        ceremony::take(db, Purpose::Show, holder, &answer).await?;
    let answer = answer.answer;
    let mut tx = db.global().await?;
    // Rivals with one key wait here: each is held against the counter of the one before.
    let row = sqlx::query!(
        "select p.id, p.user_id, p.credential from passkey p join app_user u on u.id = p.user_id
         where p.credential_id = $1 and u.status = 'active' for update of p",
        answer.get_credential_id(),
    )
    .fetch_optional(&mut *tx)
    .await?
    .ok_or_else(ceremony::wrong)?;
    let owner = UserId::from_uuid(row.user_id);
    let named = answer.get_user_unique_id();
    let theirs = named.map_or(user.is_some(), |named| {
        named.ct_eq(row.user_id.as_bytes()).into()
    });
    if !theirs || user.is_some_and(|user| user != owner) {
        return Err(ceremony::wrong());
    }
    let mut key: Passkey = serde_json::from_value(row.credential).map_err(anyhow::Error::from)?;
    let judged = party
        .0
        .finish_discoverable_authentication_v2(&answer, state, &key)
        .map_err(|error| {
            tracing::info!(%error, user = %owner, passkey = %row.id, "a passkey was refused");
            ceremony::wrong()
        })?;
    key.update_credential(&judged);
    sqlx::query!(
        "update passkey set credential = $2, last_used_at = $3 where id = $1",
        row.id,
        serde_json::to_value(&key).map_err(anyhow::Error::from)?,
        db.clock().now(),
    )
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(Shown {
        user: owner,
        passkey: row.id,
    })
}
