//! Secrets that are shown once: kept sealed in the maker's session, for ten minutes at most.

use crate::page_error::PageError;
use crate::visitor::Visitor;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// How long a secret can be read again by the person who made it.
pub(crate) const KEPT: Duration = Duration::minutes(10);

const PURPOSE: &str = "session-secret";

#[derive(Serialize, Deserialize)]
struct Sealed {
    bytes: String,
    #[serde(with = "time::serde::timestamp")]
    until: OffsetDateTime,
}

fn slot(name: &str) -> String {
    format!("sealed:{name}")
}

/// Keeps a secret under a name: the id of the key or token it belongs to.
pub(crate) async fn keep(visitor: &Visitor, name: &str, secret: &str) -> Result<(), PageError> {
    let bytes = visitor
        .db()
        .keys()
        .seal(PURPOSE, name, secret.as_bytes())
        .map_err(PageError::fault)?;
    let sealed = Sealed {
        bytes: STANDARD.encode(bytes),
        until: visitor.now() + KEPT,
    };
    visitor
        .session()
        .insert(&slot(name), sealed)
        .await
        .map_err(PageError::fault)
}

/// The secret and when it can no longer be shown; `None` once that has passed or it was put away.
pub(crate) async fn look(
    visitor: &Visitor,
    name: &str,
) -> Result<Option<(String, OffsetDateTime)>, PageError> {
    let Some(sealed) = visitor
        .session()
        .get::<Sealed>(&slot(name))
        .await
        .map_err(PageError::fault)?
    else {
        return Ok(None);
    };
    if visitor.now() >= sealed.until {
        forget(visitor, name).await?;
        return Ok(None);
    }
    let bytes = STANDARD.decode(&sealed.bytes).map_err(PageError::fault)?;
    let plain = visitor
        .db()
        .keys()
        .open(PURPOSE, name, &bytes)
        .map_err(PageError::fault)?;
    let text = String::from_utf8(plain.to_vec()).map_err(PageError::fault)?;
    Ok(Some((text, sealed.until)))
}

/// Puts the secret away for good.
pub(crate) async fn forget(visitor: &Visitor, name: &str) -> Result<(), PageError> {
    visitor
        .session()
        .remove_value(&slot(name))
        .await
        .map(drop)
        .map_err(PageError::fault)
}
