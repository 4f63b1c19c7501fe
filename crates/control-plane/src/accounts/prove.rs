//! Showing again who one is, before something of high consequence.

use std::net::IpAddr;

use gatehouse_domain::id::{TenantId, UserId};
use gatehouse_language::t;
use gatehouse_runtime::Secret;

use super::{get_user, has_password, prove_password};
use crate::db::Db;
use crate::refusal::Refusal;
use crate::second_factor;

/// What is asked of somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provable {
    /// A code of their second factor: who has one shows no less.
    Code,
    /// Their password.
    Password,
    /// Neither is here: only an identity provider knows them, and signs them in again.
    Elsewhere,
}

/// What a person has to show.
pub async fn provable(db: &Db, user: UserId) -> Result<Provable, Refusal> {
    if second_factor::of_person(db, user).await?.is_some() {
        Ok(Provable::Code)
    } else if has_password(db, user).await? {
        Ok(Provable::Password)
    } else {
        Ok(Provable::Elsewhere)
    }
}

/// Judges what somebody signed in shows: their code where they have a second factor, else their password. A code is used up;
/// guesses are counted like those at sign-in. Says which it was; faults are at `/code` or `/current`.
pub async fn prove(
    db: &Db,
    tenant: TenantId,
    user: UserId,
    shown: Secret<String>,
    ip: IpAddr,
) -> Result<Provable, Refusal> {
    let asked = provable(db, user).await?;
    match asked {
        Provable::Code => {
            second_factor::check(db, tenant, user, &shown, ip).await?;
        }
        Provable::Password => {
            prove_password(db, &get_user(db, user).await?, shown, ip).await?;
        }
        Provable::Elsewhere => {
            return Err(Refusal::NotYours(t!(
                "refused-people-your-account-has-no-password-here"
            )));
        }
    }
    Ok(asked)
}
