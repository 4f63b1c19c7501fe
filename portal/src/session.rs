//! Sessions: a record in Postgres named by the hash of its id. A stolen database does not sign anybody in.

use async_trait::async_trait;
use gatehouse_control_plane::sessions::{self, ORIGIN, Origin, SessionRow};
use gatehouse_control_plane::{Db, Refusal};
use gatehouse_domain::id::{TenantId, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use time::OffsetDateTime;
use tower_sessions::cookie::SameSite;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store::{Error, Result};
use tower_sessions::{Expiry, Session, SessionManagerLayer, SessionStore};

use crate::settings::SessionSettings;

/// Where the signed-in person stands in a session's data.
pub(crate) const WHO: &str = "who";

/// A session is marked as used at most this often, so that reading pages costs few writes.
const TOUCH_EVERY: time::Duration = time::Duration::minutes(1);

/// Ids are 128 random bits; a clash is a fault elsewhere, but it is answered by another id all the same.
const CREATE_ATTEMPTS: usize = 3;

/// Who is signed in, since when.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Who {
    pub(crate) user: UserId,
    #[serde(with = "time::serde::timestamp")]
    pub(crate) since: OffsetDateTime,
    #[serde(with = "time::serde::timestamp")]
    pub(crate) seen: OffsetDateTime,
    /// The only tenant it is of use in: the one whose own identity provider vouched.
    #[serde(default)]
    pub(crate) only: Option<TenantId>,
    /// Whether more than a password proved it: a second factor, or an identity provider, which has rules of its own.
    #[serde(default)]
    pub(crate) factor: bool,
    /// When that was a factor of the account's own: it counts while the account has it.
    #[serde(with = "time::serde::timestamp::option", default)]
    pub(crate) own_factor: Option<OffsetDateTime>,
    /// When they last showed who they are: a session older than this field has not.
    #[serde(with = "time::serde::timestamp", default = "unknown")]
    pub(crate) proved: OffsetDateTime,
    /// What they might do where they were last, as a digest: when that changes, the session gets a new id.
    #[serde(default)]
    pub(crate) rights: Option<(TenantId, u64)>,
    /// When it was used before this request; not stored.
    #[serde(skip, default = "unknown")]
    pub(crate) idle_since: OffsetDateTime,
}

fn unknown() -> OffsetDateTime {
    OffsetDateTime::UNIX_EPOCH
}

impl Who {
    /// Whether more than a password proved it, by something the account still has. `held_since` is since when it has one.
    pub(crate) fn has_factor(&self, held_since: Option<OffsetDateTime>) -> bool {
        // Kept in whole seconds.
        let held = held_since.map(OffsetDateTime::unix_timestamp);
        let shown = self.own_factor.map(OffsetDateTime::unix_timestamp);
        self.factor && shown.is_none_or(|shown| held.is_some_and(|held| held <= shown))
    }
}

/// Whether a session has reached the earlier end of those whose roles open the console.
pub(crate) fn console_ended(who: &Who, settings: &SessionSettings, now: OffsetDateTime) -> bool {
    now - who.since >= settings.console_absolute || now - who.idle_since >= settings.console_idle
}

/// In how many seconds after its last request a session may have ended, for what pages say of it.
pub(crate) fn idle_seconds(settings: &SessionSettings, opens_console: bool) -> u64 {
    let idle = match opens_console {
        true => settings.console_idle.min(settings.idle),
        false => settings.idle,
    };
    // The last request may have come too soon after the one before to be noted.
    let unnoted = TOUCH_EVERY.unsigned_abs().min(idle / 2);
    (idle - unnoted).as_secs()
}

/// Remembers what the person may do here. Where it was different before, the session gets a new id: one that somebody else got
/// hold of before the change is worth nothing after it.
pub(crate) async fn note_rights(
    session: &Session,
    mut who: Who,
    rights: (TenantId, u64),
) -> std::result::Result<(), tower_sessions::session::Error> {
    if who.rights == Some(rights) {
        return Ok(());
    }
    let changed = who.rights.is_some_and(|(tenant, _)| tenant == rights.0);
    who.rights = Some(rights);
    if changed {
        session.cycle_id().await?;
    }
    session.insert(WHO, who).await?;
    if changed {
        // Stored now, for the forms of this page are bound to the new id.
        session.save().await?;
    }
    Ok(())
}

/// The hash by which the store knows the session of this request.
pub(crate) fn hash_of(session: &Session) -> Option<[u8; 32]> {
    session.id().as_ref().map(hash)
}

/// What was shown beside a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Factor {
    Nothing,
    /// A code or a passkey of the account.
    Own,
    /// An identity provider vouches, which has rules of its own.
    Vouched,
}

/// Who is to be signed in.
pub(crate) struct Begin {
    pub(crate) user: UserId,
    pub(crate) only: Option<TenantId>,
    pub(crate) factor: Factor,
    /// When they last showed who they are; `None` where an identity provider does not say.
    pub(crate) proved: Option<OffsetDateTime>,
    pub(crate) from: Origin,
}

/// Signs a person in: a new id, so that an id planted before is worth nothing.
pub(crate) async fn begin(
    session: &Session,
    begin: Begin,
    now: OffsetDateTime,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.flush().await?;
    session.cycle_id().await?;
    session.insert(ORIGIN, begin.from).await?;
    let who = Who {
        user: begin.user,
        since: now,
        seen: now,
        only: begin.only,
        factor: begin.factor != Factor::Nothing,
        own_factor: (begin.factor == Factor::Own).then_some(now),
        proved: begin.proved.map_or_else(unknown, |proved| proved.min(now)),
        rights: None,
        idle_since: now,
    };
    session.insert(WHO, who).await
}

/// Somebody whose first proof was right, and who owes a code. Nobody is signed in yet.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HalfIn {
    pub(crate) user: UserId,
    pub(crate) only: Option<TenantId>,
    /// Where they go on to.
    pub(crate) next: String,
    #[serde(with = "time::serde::timestamp")]
    pub(crate) since: OffsetDateTime,
}

/// Where that stands in a session's data, and how long it is good for.
const HALF: &str = "half";
const HALF_LASTS: time::Duration = time::Duration::minutes(10);

impl HalfIn {
    /// The code was right.
    pub(crate) fn proved(self, from: Origin, now: OffsetDateTime) -> Begin {
        Begin {
            user: self.user,
            only: self.only,
            factor: Factor::Own,
            proved: Some(now),
            from,
        }
    }
}

/// Remembers a first proof, under a new id.
pub(crate) async fn wait_for_code(
    session: &Session,
    half: HalfIn,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.flush().await?;
    session.cycle_id().await?;
    session.insert(HALF, half).await
}

/// The first proof of this session, while it is good.
pub(crate) async fn half(
    session: &Session,
    now: OffsetDateTime,
) -> std::result::Result<Option<HalfIn>, tower_sessions::session::Error> {
    let half = session.get::<HalfIn>(HALF).await?;
    Ok(half.filter(|half| now - half.since < HALF_LASTS))
}

/// Notes that the person of this session has shown who they are again, with a second factor or without. Where that is the first
/// factor they show, the session gets a new id with the next page, as its rights change.
pub(crate) async fn prove(
    session: &Session,
    factor: bool,
    now: OffsetDateTime,
) -> std::result::Result<(), tower_sessions::session::Error> {
    if let Some(mut who) = session.get::<Who>(WHO).await? {
        if factor {
            who.factor = true;
            who.own_factor = Some(now);
        }
        who.proved = now;
        session.insert(WHO, who).await?;
    }
    Ok(())
}

/// The signed-in person, unless the session has reached its absolute end.
pub(crate) async fn current(
    session: &Session,
    settings: &SessionSettings,
    now: OffsetDateTime,
) -> std::result::Result<Option<Who>, tower_sessions::session::Error> {
    let Some(mut who) = session.get::<Who>(WHO).await? else {
        return Ok(None);
    };
    if now - who.since >= settings.absolute || now - who.seen >= settings.idle {
        session.flush().await?;
        return Ok(None);
    }
    let idle_since = who.seen;
    if now - who.seen >= TOUCH_EVERY {
        who.seen = now;
        session.insert(WHO, who).await?;
    }
    Ok(Some(Who { idle_since, ..who }))
}

/// Puts the session into every request.
pub(crate) fn layer(
    db: Db,
    settings: &SessionSettings,
    secure: bool,
) -> SessionManagerLayer<PgStore> {
    let idle = time::Duration::try_from(settings.idle).unwrap_or(time::Duration::HOUR);
    SessionManagerLayer::new(PgStore { db, idle })
        .with_name(if secure {
            "__Host-gatehouse"
        } else {
            "gatehouse"
        })
        .with_secure(secure)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_path("/")
        .with_expiry(Expiry::OnInactivity(idle))
}

/// The store of tower-sessions over the verbs of the control plane.
#[derive(Debug, Clone)]
pub(crate) struct PgStore {
    db: Db,
    idle: time::Duration,
}

fn hash(id: &Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn backend(refusal: impl Into<Refusal>) -> Error {
    Error::Backend(refusal.into().to_string())
}

/// A record as its row. Its end is counted on the database handle's clock, as everything stored is.
fn row(store: &PgStore, record: &Record) -> Result<SessionRow> {
    let user = record
        .data
        .get(WHO)
        .and_then(|who| serde_json::from_value::<Who>(who.clone()).ok());
    let data =
        serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?;
    Ok(SessionRow {
        id_hash: hash(&record.id),
        user: user.map(|who| who.user),
        data,
        expires_at: store.db.clock().now() + store.idle,
    })
}

#[async_trait]
impl SessionStore for PgStore {
    async fn create(&self, record: &mut Record) -> Result<()> {
        for _ in 0..CREATE_ATTEMPTS {
            if sessions::create(&self.db, &row(self, record)?)
                .await
                .map_err(backend)?
            {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(Error::Backend("no free session id was found".to_owned()))
    }

    async fn save(&self, record: &Record) -> Result<()> {
        sessions::save(&self.db, &row(self, record)?)
            .await
            .map(drop)
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let Some(row) = sessions::load(&self.db, &hash(id)).await.map_err(backend)? else {
            return Ok(None);
        };
        let data: HashMap<String, serde_json::Value> =
            serde_json::from_slice(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record {
            id: *id,
            data,
            expiry_date: row.expires_at,
        }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        sessions::delete(&self.db, &hash(id)).await.map_err(backend)
    }
}
