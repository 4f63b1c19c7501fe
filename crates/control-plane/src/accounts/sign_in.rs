//! Signing in with address and password.

use std::net::IpAddr;

use gatehouse_domain::id::UserId;
use gatehouse_language::t;
use gatehouse_runtime::Secret;

use super::UserView;
use super::attempts::{self, Guess};
use crate::db::Db;
use crate::passwords;
use crate::refusal::Refusal;

/// The one answer to every wrong combination.
pub fn wrong() -> String {
    t!("refused-people-wrong")
}

/// An attempt to sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: Secret<String>,
    /// Where the attempt comes from, after trusted proxies.
    pub ip: IpAddr,
}

/// Who it is. Wrong address, wrong password, unproved and locked accounts get the same answer after the same time; too
/// many failures of the account or from the address answer [`Refusal::TooMany`] without looking.
pub async fn sign_in(db: &Db, input: SignIn) -> Result<UserId, Refusal> {
    let email = input.email.trim().to_lowercase();
    let charge = attempts::charge(db, Guess::Password(&email), input.ip).await?;
    let account = {
        let mut tx = db.global().await?;
        sqlx::query!(
            "select id, password_hash from app_user where lower(email) = lower($1) and status = 'active'",
            email
        )
        .fetch_optional(&mut *tx)
        .await?
    };
    let (id, stored) = match account {
        Some(account) => (Some(account.id), account.password_hash),
        None => (None, None),
    };
    match (passwords::verify(&input.password, stored).await, id) {
        (Ok(true), Some(id)) => {
            charge.succeed(db).await?;
            Ok(id.into())
        }
        (Ok(_), _) => Err(Refusal::NotYours(wrong())),
        (Err(refusal), _) => {
            charge.refund(db).await?;
            Err(refusal)
        }
    }
}

/// Shows that who is signed in knows the account's password, too. Guesses are counted like attempts to sign in.
pub(crate) async fn prove_password(
    db: &Db,
    user: &UserView,
    current: Secret<String>,
    ip: IpAddr,
) -> Result<(), Refusal> {
    let attempt = SignIn {
        email: user.email.clone(),
        password: current,
        ip,
    };
    match sign_in(db, attempt).await {
        Ok(who) if who == user.id => Ok(()),
        Ok(_) | Err(Refusal::NotYours(_)) => Err(Refusal::field(
            "/current",
            "wrong",
            t!("refused-people-this-is-not-your-password-if"),
        )),
        Err(refusal) => Err(refusal),
    }
}
