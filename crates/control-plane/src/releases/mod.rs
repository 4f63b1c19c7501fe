//! Releases: numbered configurations of a tenant.
//!
//! Whatever changes a thing that files could state (an API, a plan, an upstream, a version, a product, a team, a role, terms)
//! makes a release in the same transaction: by whom, from which commit, what was and what is. Access is no part of it:
//! requests, approvals, holds and keys belong to people, and going back to an earlier release never touches them, nor the
//! rules that people live by: roles, lint rules and terms.

mod read;
mod record;
mod rollback;

pub use read::{
    ReleaseChange, ReleaseDiff, ReleaseGateway, ReleaseView, diff_release, get_release,
    list_releases,
};
pub(crate) use record::{Affected, Difference, Making, Origin, latest, note_groups, record};
pub(crate) use rollback::serialise;
pub use rollback::{Announced, GoBack, Kept, RolledBack, rollback};
