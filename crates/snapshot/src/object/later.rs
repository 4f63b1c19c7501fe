//! What objects learned after the first release.
//!
//! It follows behind the bytes an object had before, and only when there is something to say. So what does not use it reads
//! and hashes as it always did, and a gateway that does not know it refuses an object that does (trailing bytes) instead of
//! serving it without.

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::ProductId;
use serde::{Deserialize, Serialize};

use super::{Limit, Moment};

/// Dates in the life of a version, as its responses tell them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LifeDates {
    /// Since when it should not be used for anything new (RFC 9745).
    pub deprecated_at: Moment,
    /// When it ends (RFC 8594).
    pub sunset_at: Option<Moment>,
    /// `/{api}/{version}` of the version to move to, below the same environment's base path (RFC 5829, `successor-version`).
    pub successor: Option<String>,
}

/// What routes learned later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteLater {
    /// Of a version that is being phased out, or was.
    pub life: Option<LifeDates>,
    /// Products that open only some operations: the product's place in [`super::Route::products`], and the places of these
    /// operations in [`super::Route::operations`], ascending. A product that is not listed opens all.
    pub narrowed: Vec<(u32, Vec<u32>)>,
}

/// A limit that counts the calls of one operation only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationLimit {
    /// In every version the plan opens.
    pub operation: OperationKey,
    /// A rate.
    pub limit: Limit,
}

/// What plans learned later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLater {
    /// Applied beside the plan's own limits; the strictest decides.
    pub operation_limits: Vec<OperationLimit>,
}

/// What credentials learned later.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialLater {
    /// Of a scoped credential: only subscriptions to these products count for it, ascending by id. None: all of its application's.
    pub products: Vec<ProductId>,
}

/// The bytes that follow behind an object; none when there is nothing to say.
pub(super) fn write<T: Serialize + Default + PartialEq>(later: &T) -> Vec<u8> {
    if *later == T::default() {
        return Vec::new();
    }
    // Postcard into a growing vector fails only for sequences of unknown length, which none of these holds.
    postcard::to_stdvec(later).unwrap_or_default()
}

/// Reads what [`write`] wrote: there is one way to say each thing, so that equal objects have equal hashes.
pub(super) fn read<T: for<'a> Deserialize<'a> + Default + PartialEq>(bytes: &[u8]) -> Option<T> {
    if bytes.is_empty() {
        return Some(T::default());
    }
    match postcard::take_from_bytes::<T>(bytes) {
        Ok((later, [])) if later != T::default() => Some(later),
        _ => None,
    }
}
