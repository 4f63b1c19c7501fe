//! Counting attempts in the database, so that replicas share the count.
//!
//! An attempt is charged before the password is looked at and refunded when it was right, so any number of simultaneous
//! guesses is judged one after the other. After a few free failures the wait doubles with each. A stranger cannot lock
//! anybody out: where an account has signed in before (the same address, 30 days), its failures elsewhere do not count.

use std::net::IpAddr;

use gatehouse_domain::id::UserId;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

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
/// Calls from the console of one person within a minute.
const CONSOLE_CALLS_PER_MINUTE: i32 = 30;

/// Longest wait for codes of one account: whoever guesses them knows the password already.
const CODE_WAIT_MAX: Duration = Duration::minutes(15);
/// Challenges for passkeys given to one address within a minute: offices share them.
pub(crate) const CHALLENGES_PER_MINUTE: i32 = 60;
/// Sign-ups from one address within an hour.
pub(super) const SIGN_UPS_PER_HOUR: i32 = 30;

/// What is guessed at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Guess<'a> {
    /// The password of an address, in lower case.
    Password(&'a str),
    /// The second factor's codes of a person.
    Code(UserId),
}

impl Guess<'_> {
    /// Keys of the account, and of the account at one place.
    fn keys(self, network: &[u8]) -> (Vec<u8>, Vec<u8>) {
        match self {
            Self::Password(email) => (
                key(&[b"account", email.as_bytes()]),
                key(&[b"pair", email.as_bytes(), network]),
            ),
            Self::Code(user) => {
                let user = user.uuid();
                (
                    key(&[b"code", user.as_bytes()]),
                    key(&[b"code pair", user.as_bytes(), network]),
                )
            }
        }
    }

    const fn wait_max(self) -> Duration {
        match self {
            Self::Password(_) => ACCOUNT_WAIT_MAX,
            Self::Code(_) => CODE_WAIT_MAX,
        }
    }
}

/// An attempt that was counted as a failure until it is refunded.
pub(crate) struct Charge {
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
pub(crate) async fn charge(db: &Db, guess: Guess<'_>, ip: IpAddr) -> Result<Charge, Refusal> {
    let now = db.clock().now();
    let network = network(ip);
    let (account, pair) = guess.keys(&network);
    let mut charge = Charge {
        address: key(&[b"address", &network]),
        account,
        pair,
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
        (charge.counted_by(), ACCOUNT_FREE, guess.wait_max()),
    ];
    let blocked_until = counted
        .iter()
        .filter_map(|(key, ..)| of(key))
        .map(|counter| counter.blocked_until)
        .max();
    if let Some(until) = blocked_until.filter(|until| *until > now) {
        return Err(Refusal::TooMany(seconds_until(until, now)));
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
    pub(crate) async fn refund(&self, db: &Db) -> Result<(), Refusal> {
        self.settle(db, false).await
    }

    /// The password was right: takes the attempt back and remembers the place.
    pub(crate) async fn succeed(&self, db: &Db) -> Result<(), Refusal> {
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

/// Counts a mail that somebody sends to another's address, or refuses it because of earlier ones.
pub(crate) async fn charge_mail(
    conn: &mut PgConnection,
    email: &str,
    now: OffsetDateTime,
) -> Result<(), Refusal> {
    if may_mail(conn, email, now).await? {
        return Ok(());
    }
    Err(Refusal::TooMany(seconds_until(now + QUIET, now)))
}

/// Counts a one-time mail to an address and says whether it may go. The same statements run for every address, known or
/// not.
pub(crate) async fn may_mail(
    conn: &mut PgConnection,
    email: &str,
    now: OffsetDateTime,
) -> Result<bool, Refusal> {
    let counted = count(conn, key(&[b"mail", email.as_bytes()]), QUIET, now).await?;
    Ok(counted.times <= MAILS_PER_HOUR)
}

/// Counts a sign-up from an address, or refuses it because of earlier ones: each costs a hash and perhaps a mail.
pub(super) async fn charge_sign_up(db: &Db, ip: IpAddr) -> Result<(), Refusal> {
    charge_address(db, b"sign-up", ip, (SIGN_UPS_PER_HOUR, QUIET)).await
}

/// Counts a challenge given to a browser at an address, or refuses it because of earlier ones: each is a row for minutes.
pub(crate) async fn charge_challenge(db: &Db, ip: IpAddr) -> Result<(), Refusal> {
    let most = (CHALLENGES_PER_MINUTE, Duration::MINUTE);
    charge_address(db, b"passkey", ip, most).await
}

async fn charge_address(
    db: &Db,
    what: &[u8],
    ip: IpAddr,
    (most, window): (i32, Duration),
) -> Result<(), Refusal> {
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let counted = count(&mut tx, key(&[what, &network(ip)]), window, now).await?;
    tx.commit().await?;
    if counted.times <= most {
        return Ok(());
    }
    Err(Refusal::TooMany(seconds_until(counted.since + window, now)))
}

/// Counts a call that a person makes from the console and says whether it may be made.
pub(crate) async fn may_call(
    conn: &mut PgConnection,
    caller: Uuid,
    now: OffsetDateTime,
) -> Result<bool, Refusal> {
    let key = key(&[b"console-call", caller.as_bytes()]);
    let counted = count(conn, key, Duration::MINUTE, now).await?;
    Ok(counted.times <= CONSOLE_CALLS_PER_MINUTE)
}

/// How often something happened within the window that began with the first time.
struct Counted {
    times: i32,
    since: OffsetDateTime,
}

async fn count(
    conn: &mut PgConnection,
    key: Vec<u8>,
    window: Duration,
    now: OffsetDateTime,
) -> Result<Counted, Refusal> {
    let counted = sqlx::query_as!(
        Counted,
        "insert into attempt (key, failures, blocked_until, last_at) values ($1, 1, $2, $2)
         on conflict (key) do update
             set failures = case when attempt.last_at <= $3 then 1 else attempt.failures + 1 end,
                 last_at = case when attempt.last_at <= $3 then $2 else attempt.last_at end
         returning failures as times, last_at as since",
        key,
        now,
        now - window,
    )
    .fetch_one(conn)
    .await?;
    Ok(counted)
}

/// Whole seconds, rounded up: who waits that long is let in.
fn seconds_until(until: OffsetDateTime, now: OffsetDateTime) -> u64 {
    let wait = (until - now).whole_milliseconds().max(1).unsigned_abs();
    u64::try_from(wait.div_ceil(1000)).unwrap_or(1)
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
