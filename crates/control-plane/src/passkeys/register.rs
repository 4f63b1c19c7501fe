//! Adding a passkey to an account.

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use serde_json::json;
use uuid::Uuid;
use webauthn_rs::prelude::{Passkey, PasskeyRegistration, RegisterPublicKeyCredential};

use super::ceremony::{self, Begun, Holder, Purpose};
use super::{RelyingParty, note, tell};
use crate::accounts::{self, UserView};
use crate::db::Db;
use crate::refusal::{Faults, OnConstraint, Refusal};
use crate::work::Work;
use crate::{emails, tenants};

/// Passkeys of one person at most.
pub const PASSKEYS_MAX: i64 = 20;

/// What to ask the devices of somebody who adds one. Those that have one of theirs already are left out by the browser.
pub async fn begin_registration(
    db: &Db,
    party: &RelyingParty,
    (tenant, user): (TenantId, UserId),
    browser: &str,
) -> Result<Begun, Refusal> {
    let (user, tenant, known) = {
        let mut tx = db.global().await?;
        let user = accounts::get(&mut tx, user).await?;
        let known = sqlx::query_scalar!(
            "select credential_id from passkey where user_id = $1 order by id",
            user.id.uuid(),
        )
        .fetch_all(&mut *tx)
        .await?;
        (user, tenants::get(&mut tx, tenant).await?, known)
    };
    let (asked, state) = party
        .0
        .start_passkey_registration(user.id.uuid(), &user.email, &user.name, Some(known))
        .map_err(anyhow::Error::from)?;
    let mut public_key = serde_json::to_value(asked.public_key).map_err(anyhow::Error::from)?;
    public_key["rp"]["name"] = json!(tenant.name);
    // The device keeps it with its owner's name, so that nobody types an address to sign in.
    public_key["authenticatorSelection"]["residentKey"] = json!("required");
    public_key["authenticatorSelection"]["requireResidentKey"] = json!(true);
    let holder = Holder {
        user: Some(user.id),
        browser,
    };
    ceremony::keep(db, Purpose::Register, holder, public_key, &state).await
}

/// Adds the passkey that a device has made in answer.
pub async fn finish_registration(
    db: &Db,
    party: &RelyingParty,
    (tenant, user): (TenantId, UserId),
    browser: &str,
    name: &str,
    answer: &str,
) -> Result<Uuid, Refusal> {
    let mut faults = Faults::default();
    let name = faults.text("/name", name, 80);
    faults.finish()?;
    let answer = ceremony::read::<RegisterPublicKeyCredential>(answer)?;
    let holder = Holder {
        user: Some(user),
        browser,
    };
    let state: PasskeyRegistration = ceremony::take(db, Purpose::Register, holder, &answer).await?;
    let made = party
        .0
        .finish_passkey_registration(&answer.answer, &state)
        .map_err(|error| {
            tracing::info!(%error, %user, "a new passkey was refused");
            ceremony::wrong()
        })?;
    let user = accounts::get_user(db, user).await?;
    let actor = accounts::acting(tenant, &user);
    let mut work = Work::begin(db, &actor).await?;
    let id = insert(&mut work, &user, &name, &made).await?;
    note(&mut work, &user, "account.add_passkey", &name);
    tell(&mut work, &user, emails::passkey_added).await?;
    work.commit(id).await.map(|changed| changed.value)
}

async fn insert(
    work: &mut Work<'_>,
    user: &UserView,
    name: &str,
    made: &Passkey,
) -> Result<Uuid, Refusal> {
    // Rivals of one person wait here, and count what is there when it is their turn: a statement sees what was there as it began.
    sqlx::query!(
        "select id from app_user where id = $1 for update",
        user.id.uuid()
    )
    .fetch_one(work.conn())
    .await?;
    let held = sqlx::query_scalar!(
        r#"select count(*) as "held!" from passkey where user_id = $1"#,
        user.id.uuid(),
    )
    .fetch_one(work.conn())
    .await?;
    if held >= PASSKEYS_MAX {
        return Err(Refusal::Conflict(t!(
            "refused-people-you-have-passkeys-remove-one-that",
            passkeys_max = &PASSKEYS_MAX
        )));
    }
    let (id, now) = (work.new_id::<Uuid>(), work.now());
    sqlx::query!(
        "insert into passkey (id, user_id, name, credential_id, credential, created_at) values ($1, $2, $3, $4, $5, $6)",
        id,
        user.id.uuid(),
        name,
        made.cred_id().as_slice(),
        serde_json::to_value(made).map_err(anyhow::Error::from)?,
        now,
    )
    .execute(work.conn())
    .await
    .on_constraint("passkey_credential_key", || {
        Refusal::Conflict(t!("refused-people-this-passkey-was-added-before"))
    })?;
    Ok(id)
}
