//! Secrets that are shown once: kept sealed beside the maker's session, for ten minutes at most.
//!
//! Each lies in a row of its own, named by the session and the key or token it belongs to. In the session's record it
//! could be lost: two requests at once each write that record whole.

use crate::page_error::PageError;
use crate::visitor::Visitor;
use gatehouse_control_plane::sessions::{self, SessionRow};
use sha2::{Digest, Sha256};
use time::{Duration, OffsetDateTime};

/// How long a secret can be read again by the person who made it.
pub(crate) const KEPT: Duration = Duration::minutes(10);

const PURPOSE: &str = "session-secret";

/// The row of a secret. Whoever does not hold the session cannot name it.
fn row_of(visitor: &Visitor, name: &str) -> Option<[u8; 32]> {
    let session = visitor.session().id()?;
    let named = Sha256::new()
        .chain_update(b"sealed secret\n")
        .chain_update(session.0.to_le_bytes())
        .chain_update(name);
    Some(named.finalize().into())
}

/// Keeps a secret under a name: the id of the key or token it belongs to.
pub(crate) async fn keep(visitor: &Visitor, name: &str, secret: &str) -> Result<(), PageError> {
    let Some(id_hash) = row_of(visitor, name) else {
        return Err(PageError::fault(
            "a secret was made without a session to show it in",
        ));
    };
    let data = visitor
        .db()
        .keys()
        .seal(PURPOSE, name, secret.as_bytes())
        .map_err(PageError::fault)?;
    let row = SessionRow {
        id_hash,
        user: None,
        data,
        expires_at: visitor.now() + KEPT,
    };
    sessions::create(visitor.db(), &row).await?;
    Ok(())
}

/// The secret and when it can no longer be shown; `None` once that has passed or it was put away.
pub(crate) async fn look(
    visitor: &Visitor,
    name: &str,
) -> Result<Option<(String, OffsetDateTime)>, PageError> {
    let Some(id_hash) = row_of(visitor, name) else {
        return Ok(None);
    };
    let Some(row) = sessions::load(visitor.db(), &id_hash).await? else {
        return Ok(None);
    };
    let plain = visitor
        .db()
        .keys()
        .open(PURPOSE, name, &row.data)
        .map_err(PageError::fault)?;
    let text = String::from_utf8(plain.to_vec()).map_err(PageError::fault)?;
    Ok(Some((text, row.expires_at)))
}

/// Puts the secret away for good.
pub(crate) async fn forget(visitor: &Visitor, name: &str) -> Result<(), PageError> {
    if let Some(id_hash) = row_of(visitor, name) {
        sessions::delete(visitor.db(), &id_hash).await?;
    }
    Ok(())
}
