//! One-time links: 256 random bits in a mail or on a terminal, a hash in the database.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use gatehouse_runtime::random;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use zeroize::Zeroizing;

use crate::refusal::Refusal;

/// The secret part of a one-time link. Prints nothing; the holder of the text may use the link once.
#[derive(Clone)]
pub struct OneTimeToken(pub Zeroizing<String>);

impl std::fmt::Debug for OneTimeToken {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("OneTimeToken(..)")
    }
}

impl OneTimeToken {
    pub(crate) fn generate() -> Self {
        let bytes = Zeroizing::new(random::bytes::<32>());
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
    }

    pub(crate) fn hash(&self) -> Vec<u8> {
        hash_of(&self.0)
    }
}

/// What the database holds in place of a token.
pub(crate) fn hash_of(text: &str) -> Vec<u8> {
    Sha256::new()
        .chain_update(b"gatehouse one-time link\0")
        .chain_update(text)
        .finalize()
        .to_vec()
}

/// What a link of `user_token` is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    VerifyEmail,
    ResetPassword,
    FirstAdmin,
    /// Proves the address an account is to have.
    ChangeEmail,
    /// Gives an account the address it had.
    UndoEmail,
}

impl Purpose {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::ResetPassword => "reset_password",
            Self::FirstAdmin => "first_admin",
            Self::ChangeEmail => "change_email",
            Self::UndoEmail => "undo_email",
        }
    }

    pub(crate) const fn lifetime(self) -> Duration {
        match self {
            Self::VerifyEmail | Self::FirstAdmin => Duration::hours(24),
            Self::ResetPassword | Self::ChangeEmail => Duration::hours(1),
            // Whoever lost an account may be away for some days.
            Self::UndoEmail => Duration::days(7),
        }
    }
}

/// What a link carries.
#[derive(Debug, Default)]
pub(crate) struct Carried {
    pub(crate) user: Option<UserId>,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) name: Option<String>,
    pub(crate) password_hash: Option<String>,
    pub(crate) email: Option<String>,
    /// When the link was made; told, not stored.
    pub(crate) made_at: Option<OffsetDateTime>,
}

/// Makes a link's token and stores its hash.
pub(crate) async fn create(
    conn: &mut PgConnection,
    purpose: Purpose,
    now: OffsetDateTime,
    carried: Carried,
) -> Result<OneTimeToken, Refusal> {
    let token = OneTimeToken::generate();
    sqlx::query!(
        "insert into user_token (token_hash, purpose, user_id, tenant_id, name, password_hash, email, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        token.hash(),
        purpose.as_str(),
        carried.user.map(UserId::uuid),
        carried.tenant.map(TenantId::uuid),
        carried.name,
        carried.password_hash,
        carried.email,
        now,
        now + purpose.lifetime(),
    )
    .execute(conn)
    .await?;
    Ok(token)
}

/// Reads what a link carries without using it up. A link that is unknown, used or too old answers the same.
pub(crate) async fn look(
    conn: &mut PgConnection,
    purpose: Purpose,
    text: &str,
    now: OffsetDateTime,
) -> Result<Carried, Refusal> {
    let row = sqlx::query!(
        "select user_id, tenant_id, name, password_hash, email, created_at from user_token
         where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
        hash_of(text),
        purpose.as_str(),
        now,
    )
    .fetch_optional(conn)
    .await?;
    let row = row.ok_or_else(spent)?;
    Ok(Carried {
        user: row.user_id.map(UserId::from_uuid),
        tenant: row.tenant_id.map(TenantId::from_uuid),
        name: row.name,
        password_hash: row.password_hash,
        email: row.email,
        made_at: Some(row.created_at),
    })
}

/// Uses a link up. Of any number of simultaneous uses one succeeds.
pub(crate) async fn claim(
    conn: &mut PgConnection,
    purpose: Purpose,
    text: &str,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    let claimed = sqlx::query!(
        "update user_token set used_at = $3
         where token_hash = $1 and purpose = $2 and used_at is null and expires_at > $3",
        hash_of(text),
        purpose.as_str(),
        now,
    )
    .execute(conn)
    .await?;
    if claimed.rows_affected() == 1 {
        Ok(())
    } else {
        Err(spent())
    }
}

/// Makes every other open link of a person for the same purpose useless.
pub(crate) async fn void(
    conn: &mut PgConnection,
    purpose: Purpose,
    user: UserId,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    void_since(conn, purpose, user, OffsetDateTime::UNIX_EPOCH, now).await
}

/// The same for those made at a moment or later.
pub(crate) async fn void_since(
    conn: &mut PgConnection,
    purpose: Purpose,
    user: UserId,
    since: OffsetDateTime,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    sqlx::query!(
        "update user_token set used_at = $3, password_hash = null
         where user_id = $1 and purpose = $2 and used_at is null and created_at >= $4",
        user.uuid(),
        purpose.as_str(),
        now,
        since,
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The one answer to a link that cannot be used.
pub(crate) fn spent() -> Refusal {
    Refusal::Conflict(t!("refused-people-this-link-was-used-already-or"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_carry_256_bits_and_do_not_print() {
        let (one, other) = (OneTimeToken::generate(), OneTimeToken::generate());
        assert_eq!(one.0.len(), 43);
        assert_ne!(one.hash(), other.hash());
        assert_eq!(format!("{one:?}"), "OneTimeToken(..)");
    }
}
