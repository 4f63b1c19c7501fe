//! Secrets that must be read again, at rest: envelope encryption.
//!
//! A secret is sealed (AES-256-GCM) with a data key of its owner and purpose; the data key lies wrapped by the master key. Owner,
//! column and row are authenticated with it: moved to another row or tenant, a ciphertext does not open. The row keeps the
//! ciphertext (`*_enc`) and the id of the data key (`*_key_id`).

mod rotate;

use gatehouse_domain::id::TenantId;
use gatehouse_runtime::random;
use sqlx::postgres::PgConnection;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::db::Db;
use crate::keys::{open_with, seal_with};
use crate::refusal::Refusal;

pub use rotate::{Rotated, WrappedKeys, rotate_master_key, wrapped_keys};

/// A data key as it is used.
pub(crate) type DataKey = Zeroizing<[u8; 32]>;

/// Held, shared, while a data key is made; a rotation takes it alone to say which master key wraps from then on, so that no
/// key is wrapped by one that is about to be retired.
const MAKING_KEYS: i64 = 0x6761_7465_6b65_7901;

/// What a data key is for. One key per owner and purpose bounds what a leaked one opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// What webhooks are signed with.
    Webhook,
    /// What proves a person's second factor.
    SecondFactor,
    /// What the tenant is known by at an identity provider.
    IdentityProvider,
    /// Credentials of applications that are shared secrets.
    Credential,
    /// What gateways show to backends.
    Backend,
    /// Private keys of certificates of own domains.
    Certificate,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::SecondFactor => "second_factor",
            Self::IdentityProvider => "identity_provider",
            Self::Credential => "credential",
            Self::Backend => "backend",
            Self::Certificate => "certificate",
        }
    }
}

/// Whose a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// A tenant's.
    Tenant(TenantId),
    /// The installation's: what belongs to people across tenants.
    Installation,
}

/// Where a sealed secret lies. It opens nowhere else.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// Whose it is.
    pub owner: Owner,
    /// What it is for.
    pub purpose: Purpose,
    /// `table.column`.
    pub column: &'static str,
    /// The row.
    pub row: Uuid,
}

impl Place {
    fn authenticated(&self) -> String {
        let owner = match self.owner {
            Owner::Tenant(tenant) => tenant.uuid().to_string(),
            Owner::Installation => "installation".to_owned(),
        };
        format!("{owner}/{}/{}", self.column, self.row)
    }
}

/// What a row keeps of a secret.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// Nonce, ciphertext and tag.
    pub bytes: Vec<u8>,
    /// The data key it was sealed with.
    pub key_id: Uuid,
}

/// Seals a secret for its place. The data key is made when the owner has none for the purpose yet, in the caller's transaction.
pub async fn seal(
    conn: &mut PgConnection,
    db: &Db,
    place: &Place,
    plain: &[u8],
) -> Result<Sealed, Refusal> {
    let (key_id, key) = match current(conn, db, place).await? {
        Some(found) => found,
        None => make(conn, db, place).await?,
    };
    let bytes = seal_with(&key, place.authenticated().as_bytes(), plain)?;
    Ok(Sealed { bytes, key_id })
}

/// Opens what was sealed for the same place. Works in the owner's own scope and in the system scope.
pub async fn open(
    conn: &mut PgConnection,
    db: &Db,
    place: &Place,
    sealed: &Sealed,
) -> Result<Zeroizing<Vec<u8>>, Refusal> {
    let key = match db.held_data_key(sealed.key_id) {
        Some(key) => key,
        None => {
            let row = by_id(conn, place.owner, sealed.key_id).await?;
            let row =
                row.ok_or_else(|| anyhow::anyhow!("the data key {} is not there", sealed.key_id))?;
            unwrap(db, &row)?
        }
    };
    Ok(open_with(
        &key,
        place.authenticated().as_bytes(),
        &sealed.bytes,
    )?)
}

/// A data key as it lies in the database.
struct Wrapped {
    id: Uuid,
    wrapped: Vec<u8>,
    master_key_id: String,
}

/// What a wrapped key is authenticated with.
pub(crate) fn place_of(id: Uuid) -> String {
    format!("data-key/{id}")
}

fn unwrap(db: &Db, row: &Wrapped) -> Result<DataKey, Refusal> {
    let key = db
        .master_key()
        .find(&row.master_key_id)?
        .unwrap(&place_of(row.id), &row.wrapped)?;
    db.hold_data_key(row.id, key.clone());
    Ok(key)
}

async fn current(
    conn: &mut PgConnection,
    db: &Db,
    place: &Place,
) -> Result<Option<(Uuid, DataKey)>, Refusal> {
    let purpose = place.purpose.as_str();
    let found = match place.owner {
        Owner::Tenant(tenant) => sqlx::query_as!(
            Wrapped,
            "select id, wrapped, master_key_id from data_key where tenant_id = $1 and purpose = $2",
            tenant.uuid(),
            purpose,
        )
        .fetch_optional(conn)
        .await?,
        Owner::Installation => {
            sqlx::query_as!(
                Wrapped,
                "select id, wrapped, master_key_id from installation_key where purpose = $1",
                purpose,
            )
            .fetch_optional(conn)
            .await?
        }
    };
    let Some(row) = found else { return Ok(None) };
    let key = match db.held_data_key(row.id) {
        Some(key) => key,
        None => unwrap(db, &row)?,
    };
    Ok(Some((row.id, key)))
}

async fn by_id(
    conn: &mut PgConnection,
    owner: Owner,
    id: Uuid,
) -> Result<Option<Wrapped>, Refusal> {
    let found =
        match owner {
            Owner::Tenant(tenant) => sqlx::query_as!(
                Wrapped,
                "select id, wrapped, master_key_id from data_key where tenant_id = $1 and id = $2",
                tenant.uuid(),
                id,
            )
            .fetch_optional(conn)
            .await?,
            Owner::Installation => {
                sqlx::query_as!(
                    Wrapped,
                    "select id, wrapped, master_key_id from installation_key where id = $1",
                    id,
                )
                .fetch_optional(conn)
                .await?
            }
        };
    Ok(found)
}

async fn make(conn: &mut PgConnection, db: &Db, place: &Place) -> Result<(Uuid, DataKey), Refusal> {
    sqlx::query!("select pg_advisory_xact_lock_shared($1)", MAKING_KEYS)
        .execute(&mut *conn)
        .await?;
    let master = sqlx::query_scalar!("select master_key_id from installation")
        .fetch_one(&mut *conn)
        .await?;
    let master = master.ok_or_else(|| anyhow::anyhow!("the installation names no master key"))?;
    let now = db.clock().now();
    let (id, key) = (random::uuid_v7(now), Zeroizing::new(random::bytes::<32>()));
    let wrapped = db.master_key().find(&master)?.wrap(&place_of(id), &key)?;
    let purpose = place.purpose.as_str();
    // Another transaction may make the owner's key at the same moment: the one that is stored is the one that is used.
    match place.owner {
        Owner::Tenant(tenant) => {
            sqlx::query!(
                "insert into data_key (id, tenant_id, purpose, wrapped, master_key_id, created_at)
                 values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
                id,
                tenant.uuid(),
                purpose,
                wrapped,
                master,
                now,
            )
            .execute(&mut *conn)
            .await?;
        }
        Owner::Installation => {
            sqlx::query!(
                "insert into installation_key (id, purpose, wrapped, master_key_id, created_at)
                 values ($1, $2, $3, $4, $5) on conflict do nothing",
                id,
                purpose,
                wrapped,
                master,
                now,
            )
            .execute(&mut *conn)
            .await?;
        }
    }
    let stored = current(conn, db, place).await?;
    Ok(stored.ok_or_else(|| anyhow::anyhow!("a data key was made and is not there"))?)
}
