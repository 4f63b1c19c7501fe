//! Counting attempts in the database, so that replicas share the count.
//!
//! An attempt is charged before the password is looked at and refunded when it was right, so any number of simultaneous
//! guesses is judged one after the other. After a few free failures the wait doubles with each. A stranger cannot lock
//! anybody out: where an account has signed in before (the same address, 30 days), its failures elsewhere do not count.

use std::net::IpAddr;

use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};

use crate::db::Db;
use crate::refusal::Refusal;

/// Failures without a wait, for one account.
const ACCOUNT_FREE: i32 = 5;
/// Longest wait for one account. Short, because its owner may be at a new place.
const ACCOUNT_WAIT_MAX: Duration = Duration::seconds(60);
/// Failures without a wait, for one address: offices share them.
const ADDRESS_FREE: i32 = 20;
const ADDRESS_WAIT_MAX: Duration = Duration::minutes(15);
/// After this long without an attempt counting starts again.
const QUIET: Duration = Duration::hours(1);
/// How long a place stays familiar.
const FAMILIAR: Duration = Duration::days(30);
/// One-time mails to one address within an hour.
const MAILS_PER_HOUR: i32 = 5;

/// An attempt that was counted as a failure until it is refunded.
pub(super) struct Charge {
    address: Vec<u8>,
    account: Vec<u8>,
    pair: Vec<u8>,
    /// Whether the attempt was counted by the pair, not by the account.
    familiar: bool,
}

struct Counter {
    key: Vec<u8>,
    failures: i32,
    blocked_until: OffsetDateTime,
    familiar_until: Option<OffsetDateTime>,
    last_at: OffsetDateTime,
}

fn key(parts: &[&[u8]]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().to_vec()
}

/// The part of an address that one caller can hardly change: all of IPv4, the first 64 bits of IPv6.
fn network(ip: IpAddr) -> Vec<u8> {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => ip.octets()[..8].to_vec(),
    }
}

fn wait_after(failures: i32, free: i32, wait_max: Duration) -> Duration {
    if failures < free {
        return Duration::ZERO;
    }
    let doublings = (failures - free).unsigned_abs().min(20);
    Duration::seconds(1 << doublings).min(wait_max)
}

/// Counts an attempt to sign in, or refuses it because of earlier ones.
pub(super) async fn charge(db: &Db, email: &str, ip: IpAddr) -> Result<Charge, Refusal> {
    let now = db.clock().now();
    let network = network(ip);
    let mut charge = Charge {
        address: key(&[b"address", &network]),
        account: key(&[b"account", email.as_bytes()]),
        pair: key(&[b"pair", email.as_bytes(), &network]),
        familiar: false,
    };
    let mut tx = db.global().await?;
    let counters = lock(&mut tx, &charge, now).await?;
    let of = |key: &[u8]| counters.iter().find(|counter| counter.key == key);
    charge.familiar = of(&charge.pair)
        .and_then(|counter| counter.familiar_until)
        .is_some_and(|until| until > now);
    let counted = [
        (&charge.address, ADDRESS_FREE, ADDRESS_WAIT_MAX),
        (charge.counted_by(), ACCOUNT_FREE, ACCOUNT_WAIT_MAX),
    ];
    let blocked_until = counted
        .iter()
        .filter_map(|(key, ..)| of(key))
        .map(|counter| counter.blocked_until)
        .max();
    if let Some(until) = blocked_until.filter(|until| *until > now) {
        // Whole seconds, rounded up: who waits that long is let in.
        let wait = (until - now)
            .whole_milliseconds()
            .unsigned_abs()
            .div_ceil(1000);
        return Err(Refusal::TooMany(u64::try_from(wait).unwrap_or(1).max(1)));
    }
    for (key, free, wait_max) in counted {
        let before = of(key)
            .filter(|counter| counter.last_at > now - QUIET)
            .map_or(0, |counter| counter.failures);
        let failures = before.saturating_add(1);
        sqlx::query!(
            "update attempt set failures = $2, blocked_until = $3, last_at = $4 where key = $1",
            key,
            failures,
            now + wait_after(failures, free, wait_max),
            now,
        )
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(charge)
}

/// Makes the three counters where they are missing and locks them, in one order for everybody.
async fn lock(
    conn: &mut PgConnection,
    charge: &Charge,
    now: OffsetDateTime,
) -> Result<Vec<Counter>, Refusal> {
    let mut keys = vec![
        charge.address.clone(),
        charge.account.clone(),
        charge.pair.clone(),
    ];
    keys.sort();
    sqlx::query!(
        "insert into attempt (key, failures, blocked_until, last_at)
         select key, 0, $2, $2 from unnest($1::bytea[]) with ordinality as wanted (key, place) order by place
         on conflict (key) do nothing",
        &keys,
        now,
    )
    .execute(&mut *conn)
    .await?;
    let counters = sqlx::query_as!(
        Counter,
        "select key, failures, blocked_until, familiar_until, last_at from attempt where key = any($1) order by key for update",
        &keys,
    )
    .fetch_all(conn)
    .await?;
    Ok(counters)
}

impl Charge {
    /// What counts the account's failures for this attempt.
    fn counted_by(&self) -> &Vec<u8> {
        if self.familiar {
            &self.pair
        } else {
            &self.account
        }
    }

    /// Takes the attempt back: it was not judged after all.
    pub(super) async fn refund(&self, db: &Db) -> Result<(), Refusal> {
        self.settle(db, false).await
    }

    /// The password was right: takes the attempt back and remembers the place.
    pub(super) async fn succeed(&self, db: &Db) -> Result<(), Refusal> {
        self.settle(db, true).await
    }

    async fn settle(&self, db: &Db, right: bool) -> Result<(), Refusal> {
        let now = db.clock().now();
        let mut tx = db.global().await?;
        lock(&mut tx, self, now).await?;
        // Only this attempt is forgiven: neither does a guesser's own account wash the address clean, nor the owner's
        // sign-in at home a stranger's guesses elsewhere.
        sqlx::query!(
            "update attempt set failures = greatest(failures - 1, 0), blocked_until = $2 where key = any($1)",
            &[self.address.clone(), self.counted_by().clone()][..],
            now,
        )
        .execute(&mut *tx)
        .await?;
        if right {
            sqlx::query!(
                "update attempt set failures = 0, familiar_until = $2, last_at = $3 where key = $1",
                self.pair,
                now + FAMILIAR,
                now,
            )
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// Forgets an account's failures everywhere but at familiar places: its owner just proved the address.
pub(super) async fn forget(conn: &mut PgConnection, email: &str) -> Result<(), Refusal> {
    sqlx::query!(
        "delete from attempt where key = $1",
        key(&[b"account", email.as_bytes()])
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Counts a one-time mail to an address and says whether it may go. The same statements run for every address, known or
/// not.
pub(crate) async fn may_mail(
    conn: &mut PgConnection,
    email: &str,
    now: OffsetDateTime,
) -> Result<bool, Refusal> {
    let count = sqlx::query_scalar!(
        "insert into attempt (key, failures, blocked_until, last_at) values ($1, 1, $2, $2)
         on conflict (key) do update
             set failures = case when attempt.last_at <= $3 then 1 else attempt.failures + 1 end,
                 last_at = case when attempt.last_at <= $3 then $2 else attempt.last_at end
         returning failures",
        key(&[b"mail", email.as_bytes()]),
        now,
        now - QUIET,
    )
    .fetch_one(conn)
    .await?;
    Ok(count <= MAILS_PER_HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_after_the_free_failures_and_is_bounded() {
        let wait = |failures| wait_after(failures, ACCOUNT_FREE, ACCOUNT_WAIT_MAX).whole_seconds();
        let waits: Vec<_> = [1, 4, 5, 6, 7, 10, 11, 1_000, i32::MAX].map(wait).into();
        assert_eq!(waits, [0, 0, 1, 2, 4, 32, 60, 60, 60]);
    }

    #[test]
    fn ipv6_callers_are_counted_by_network_and_mapped_ipv4_as_ipv4() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.7"), of("192.0.2.7"));
    }

    #[test]
    fn counted_things_do_not_share_a_key() {
        assert_ne!(key(&[b"account", b"ab"]), key(&[b"accounta", b"b"]));
    }
}
