//! Changesets: what files ask for, looked at before it is made.
//!
//! [`make_changeset`] reads files, works out what differs from what there is, tries it in a transaction that is rolled back,
//! and keeps the result with what it was based on. [`apply_changeset`] makes exactly that, by the verbs everybody calls, in
//! one transaction and as one change, or refuses when the base moved. `apply` never deletes; `sync` takes away only what is
//! kept in the scope it names.

mod apply;
mod base;
mod carry_out;
mod export;
mod impact;
mod make;
mod plan;
mod view;

pub use apply::apply_changeset;
pub use export::export;
pub use impact::{GroupReach, Impact};
pub use make::{ChangesetInput, make_changeset};
pub use plan::{Action, ResourceChange};
pub use view::{ChangesetState, ChangesetView, get_changeset, list_changesets};

use gatehouse_runtime::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Values of references, `${env:NAME}` to what stands there.
pub type References = BTreeMap<String, Secret<String>>;

/// What files may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Make and change; never take away.
    #[default]
    Apply,
    /// Also take away what the scope has and the files do not.
    Sync,
}

impl Mode {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Sync => "sync",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Apply, Self::Sync]
            .into_iter()
            .find(|mode| mode.as_str() == text)
    }
}

/// For how many days a changeset that nobody applies, and the files of one that was applied, are kept.
pub(crate) const KEPT: time::Duration = time::Duration::days(30);

/// Forgets changesets that had their time, and the files of those that were applied.
pub(crate) async fn purge(
    conn: &mut sqlx::PgConnection,
    now: time::OffsetDateTime,
) -> Result<(), crate::Refusal> {
    sqlx::query!(
        "delete from changeset where created_at < $1 and state = 'planned'",
        now - KEPT
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "delete from changeset_file f using changeset c
         where c.tenant_id = f.tenant_id and c.id = f.changeset_id and c.created_at < $1",
        now - KEPT,
    )
    .execute(conn)
    .await?;
    Ok(())
}
