//! Sessions: a record in Postgres named by the hash of its id. A stolen database does not sign anybody in.

use async_trait::async_trait;
use gatehouse_control_plane::sessions::{self, SessionRow};
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

/// A session is marked as used at most this often, so that reading pages costs no writes.
const TOUCH_EVERY: time::Duration = time::Duration::minutes(5);

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
}

/// Signs a person in: a new id, so that an id planted before is worth nothing.
pub(crate) async fn begin(
    session: &Session,
    user: UserId,
    only: Option<TenantId>,
    now: OffsetDateTime,
) -> std::result::Result<(), tower_sessions::session::Error> {
    session.flush().await?;
    session.cycle_id().await?;
    session
        .insert(
            WHO,
            Who {
                user,
                since: now,
                seen: now,
                only,
            },
        )
        .await
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
    if now - who.seen >= TOUCH_EVERY {
        who.seen = now;
        session.insert(WHO, who).await?;
    }
    Ok(Some(who))
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
