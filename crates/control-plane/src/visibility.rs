//! Who looks at the catalogue. What they find is decided by the database's `visible_*` functions alone.

use gatehouse_domain::id::TenantId;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::db::{Db, Tx};
use crate::membership;
use crate::refusal::Refusal;

/// Somebody who looks at a tenant's catalogue.
#[derive(Debug, Clone, Copy)]
pub enum Viewer<'a> {
    /// Anybody, not signed in.
    Anonymous(TenantId),
    /// A member of the tenant.
    Member(&'a Actor),
}

/// The same, as statements take it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Eyes {
    pub(crate) person: Option<Uuid>,
    pub(crate) member: bool,
}

impl Viewer<'_> {
    /// The tenant whose catalogue it is.
    pub fn tenant(&self) -> TenantId {
        match self {
            Self::Anonymous(tenant) => *tenant,
            Self::Member(actor) => actor.tenant(),
        }
    }

    /// Begins to read as this viewer.
    pub(crate) async fn begin(&self, db: &Db) -> Result<(Tx, Eyes), Refusal> {
        let mut tx = db.tenant(self.tenant()).await?;
        let eyes = match self {
            Self::Anonymous(_) => Eyes {
                person: None,
                member: false,
            },
            Self::Member(actor) => Eyes::of(&mut tx, actor).await?,
        };
        Ok((tx, eyes))
    }
}

impl Eyes {
    /// The eyes of an actor.
    pub(crate) async fn of(conn: &mut PgConnection, actor: &Actor) -> Result<Self, Refusal> {
        Ok(Self {
            person: membership::person(conn, actor).await?,
            member: true,
        })
    }
}
