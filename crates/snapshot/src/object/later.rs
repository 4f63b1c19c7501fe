//! What objects learned after the first release.
//!
//! It follows behind the bytes an object had before, and only when there is something to say. So what does not use it reads
//! and hashes as it always did, and a gateway that does not know it refuses an object that does (trailing bytes) instead of
//! serving it without.

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::ProductId;
use serde::{Deserialize, Serialize};

use super::{Limit, Moment, RoutePolicies, SealedField};

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
    /// Slug of the API's guide that says how to move to the version that follows; of a version that has [`LifeDates`], never
    /// empty. It came after the two above and follows behind them.
    #[serde(skip)]
    pub guide: Option<String>,
    /// What its policies come to. They follow behind the guide, or behind an empty text where there is none; what of them is
    /// sealed follows behind them.
    #[serde(skip)]
    pub policies: RoutePolicies,
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

/// What follows behind an object, in the order it was learned.
pub(super) trait Later: Serialize + for<'a> Deserialize<'a> + Default + PartialEq {
    /// Writes what came after the bytes of `self`, when there is something to say.
    fn write_rest(&self, _bytes: &mut Vec<u8>) {}

    /// Reads what [`Later::write_rest`] wrote; whether that was said in the one way there is.
    fn read_rest(&mut self, rest: &[u8]) -> bool {
        rest.is_empty()
    }
}

impl Later for PlanLater {}
impl Later for CredentialLater {}

impl Later for RouteLater {
    fn write_rest(&self, bytes: &mut Vec<u8>) {
        let has_policies = !self.policies.is_empty();
        if self.guide.is_some() || has_policies {
            let guide = self.guide.as_deref().unwrap_or_default();
            bytes.extend(postcard::to_stdvec(guide).unwrap_or_default());
        }
        if has_policies {
            bytes.extend(postcard::to_stdvec(&self.policies).unwrap_or_default());
            if !self.policies.sealed.is_empty() {
                bytes.extend(postcard::to_stdvec(&self.policies.sealed).unwrap_or_default());
            }
        }
    }

    fn read_rest(&mut self, rest: &[u8]) -> bool {
        if rest.is_empty() {
            return true;
        }
        let Ok((guide, rest)) = postcard::take_from_bytes::<String>(rest) else {
            return false;
        };
        if guide.is_empty() && rest.is_empty() {
            return false;
        }
        self.guide = Some(guide).filter(|guide| !guide.is_empty());
        if rest.is_empty() {
            return true;
        }
        let Ok((policies, rest)) = postcard::take_from_bytes::<RoutePolicies>(rest) else {
            return false;
        };
        if policies.is_empty() {
            return false;
        }
        self.policies = policies;
        if rest.is_empty() {
            return true;
        }
        match postcard::take_from_bytes::<Vec<SealedField>>(rest) {
            Ok((sealed, [])) if !sealed.is_empty() => {
                self.policies.sealed = sealed;
                true
            }
            _ => false,
        }
    }
}

/// The bytes that follow behind an object; none when there is nothing to say.
pub(super) fn write<T: Later>(later: &T) -> Vec<u8> {
    if *later == T::default() {
        return Vec::new();
    }
    // Postcard into a growing vector fails only for sequences of unknown length, which none of these holds.
    let mut bytes = postcard::to_stdvec(later).unwrap_or_default();
    later.write_rest(&mut bytes);
    bytes
}

/// Reads what [`write`] wrote: there is one way to say each thing, so that equal objects have equal hashes.
pub(super) fn read<T: Later>(bytes: &[u8]) -> Option<T> {
    if bytes.is_empty() {
        return Some(T::default());
    }
    let (mut later, rest) = postcard::take_from_bytes::<T>(bytes).ok()?;
    (later.read_rest(rest) && later != T::default()).then_some(later)
}
