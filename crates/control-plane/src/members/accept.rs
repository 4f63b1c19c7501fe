//! The other end of an invitation: the link is looked at, then used.

use gatehouse_domain::id::{TeamId, TenantId, UserId};
use gatehouse_domain::{Email, Role, Scope};
use gatehouse_language::t;
use gatehouse_runtime::Secret;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::add_membership;
use super::grants::{insert_scoped, of_member};
use super::held::scope_of;
use super::join::{joined, taken};
use crate::accounts::{self, UserView};
use crate::actor::{Actor, ActorKind};
use crate::db::Db;
use crate::one_time::{hash_of, spent};
use crate::refusal::{Faults, Refusal};
use crate::roles::{self, Definition};
use crate::work::Work;
use crate::{passwords, tenants};

/// What the page behind an invitation link shows.
#[derive(Debug, Clone, Serialize)]
pub struct InvitationPreview {
    /// The tenant.
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// The address the link is bound to.
    pub email: String,
    /// The role it gives.
    pub role: Role,
    /// Whether the address has an account: its owner signs in instead of choosing a password.
    pub has_account: bool,
}

/// What a link offers, without using it.
pub async fn preview_invitation(db: &Db, token: &str) -> Result<InvitationPreview, Refusal> {
    let open = find_open(db, token).await?;
    let mut tx = db.global().await?;
    let account = accounts::find_by_email(&mut tx, &open.email).await?;
    let tenant = tenants::get(&mut tx, open.tenant).await?;
    Ok(InvitationPreview {
        tenant: tenant.id,
        tenant_name: tenant.name,
        email: open.email,
        role: open.role,
        has_account: account.is_some_and(|user| user.status == "active"),
    })
}

struct OpenInvitation {
    id: Uuid,
    tenant: TenantId,
    email: String,
    role: Role,
    team: Option<TeamId>,
}

async fn find_open(db: &Db, token: &str) -> Result<OpenInvitation, Refusal> {
    let now = db.clock().now();
    let mut tx = db.global().await?;
    let row = sqlx::query!(
        r#"select id as "id!", tenant_id as "tenant_id!", email as "email!", role as "role!", team_id
           from find_invitation($1) where accepted_at is null and expires_at > $2"#,
        hash_of(token),
        now,
    )
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.ok_or_else(spent)?;
    Ok(OpenInvitation {
        id: row.id,
        tenant: row.tenant_id.into(),
        email: row.email,
        role: role_of(&row.role)?,
        team: row.team_id.map(TeamId::from_uuid),
    })
}

fn role_of(word: &str) -> Result<Role, Refusal> {
    Ok(Role::parse(word).ok_or_else(|| anyhow::anyhow!("unknown role {word}"))?)
}

/// Who accepts.
#[derive(Debug, Clone)]
pub enum AcceptInvitation {
    /// Somebody without an account: the link proves the address.
    New {
        /// Their name.
        name: String,
        /// The password they choose.
        password: Secret<String>,
    },
    /// A signed-in person; their address must be the invited one.
    SignedIn(UserId),
}

/// Who has become a member, and where they go on to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The person.
    pub user: UserId,
    /// The tenant.
    pub tenant: TenantId,
    /// The slug of the API they were invited to.
    pub api: Option<String>,
}

/// Uses an invitation. Of any number of simultaneous uses one succeeds.
pub async fn accept_invitation(
    db: &Db,
    token: &str,
    who: AcceptInvitation,
) -> Result<Accepted, Refusal> {
    let open = find_open(db, token).await?;
    let joiner = Joiner::of(db, &open, who).await?;
    let kind = ActorKind::User {
        id: joiner.id,
        roles: Vec::new(),
    };
    let actor = Actor::new(open.tenant, kind, joiner.name.clone(), Default::default());
    let mut work = Work::begin(db, &actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    let claimed = sqlx::query!(
        "update invitation set accepted_at = $3
         where tenant_id = $1 and id = $2 and accepted_at is null and expires_at > $3",
        tenant,
        open.id,
        now,
    )
    .execute(work.conn())
    .await?;
    if claimed.rows_affected() == 0 {
        return Err(spent());
    }
    joiner.write_account(&mut work).await?;
    add_membership(&mut work, joiner.id, &[open.role]).await?;
    if let Some(team) = open.team {
        sqlx::query!(
            "insert into team_member (tenant_id, team_id, user_id, role, created_at) values ($1, $2, $3, 'member', $4)
             on conflict (tenant_id, team_id, user_id) do nothing",
            tenant,
            team.uuid(),
            joiner.id.uuid(),
            now,
        )
        .execute(work.conn())
        .await?;
    }
    let further = further(work.conn(), open.id).await?;
    if let Some(grant) = &further.grant {
        give(&mut work, joiner.id, grant).await?;
    }
    joined(
        &mut work,
        "member.accept_invitation",
        joiner.id,
        &joiner.name,
        &[open.role],
    );
    let accepted = Accepted {
        user: joiner.id,
        tenant: open.tenant,
        api: further.api,
    };
    work.commit(accepted).await.map(|changed| changed.value)
}

/// What an invitation gives besides membership.
struct Further {
    grant: Option<InvitedGrant>,
    api: Option<String>,
}

/// A role for a part of the tenant, or one of its own.
struct InvitedGrant {
    role: Definition,
    scope: Scope,
    by: Option<UserId>,
}

async fn further(conn: &mut PgConnection, id: Uuid) -> Result<Further, Refusal> {
    let row = sqlx::query!(
        r#"select i.invited_by, l.slug as "lands?", g.role as "role?", g.team_id as "team_id?", g.product_id as "product_id?",
                  g.api_id as "api_id?", a.slug as "granted?"
           from invitation i
           left join invitation_grant g on g.invitation_id = i.id
           left join api a on a.id = g.api_id
           left join api l on l.id = i.api_id
           where i.id = $1"#,
        id,
    )
    .fetch_one(&mut *conn)
    .await?;
    let role = match &row.role {
        Some(role) => roles::find(conn, role).await?,
        None => None,
    };
    Ok(Further {
        grant: role.map(|role| InvitedGrant {
            role,
            scope: scope_of(row.team_id, row.product_id, row.api_id),
            by: row.invited_by.map(UserId::from_uuid),
        }),
        // Whoever is to look after one API goes there.
        api: row.lands.or(row.granted),
    })
}

/// Gives it, unless they have it: who accepts may have become a member in another way meanwhile.
async fn give(work: &mut Work<'_>, user: UserId, grant: &InvitedGrant) -> Result<(), Refusal> {
    let held = of_member(work.conn(), user).await?;
    let has = held
        .iter()
        .any(|one| one.role == grant.role.slug && one.scope.id == grant.scope.id());
    if !has {
        insert_scoped(work, user, &grant.role, grant.scope, grant.by).await?;
    }
    Ok(())
}

/// The person who accepts, before anything was written.
struct Joiner {
    id: UserId,
    name: String,
    /// What to write: an account that does not exist, or one that was never verified.
    account: Option<(Email, String)>,
    exists: bool,
}

impl Joiner {
    async fn of(db: &Db, open: &OpenInvitation, who: AcceptInvitation) -> Result<Self, Refusal> {
        let email = Email::new(open.email.clone()).map_err(anyhow::Error::from)?;
        match who {
            AcceptInvitation::SignedIn(id) => {
                let user = accounts::get_user(db, id).await?;
                let same = user.email.to_lowercase() == email.canonical();
                if !same || user.status != "active" {
                    return Err(Refusal::NotYours(t!(
                        "refused-people-this-invitation-is-for-another-address",
                        email = &user.email
                    )));
                }
                Ok(Self {
                    id,
                    name: user.name,
                    account: None,
                    exists: true,
                })
            }
            AcceptInvitation::New { name, password } => {
                let mut faults = Faults::default();
                let name = faults.text("/name", &name, 80);
                faults.finish()?;
                let known = find_account(db, &email).await?;
                let context = vec![email.to_string(), name.clone()];
                let hash = passwords::accept(&password, "/password", context).await?;
                let fresh = gatehouse_runtime::random::uuid_v7(db.clock().now()).into();
                Ok(Self {
                    id: known.as_ref().map_or(fresh, |user| user.id),
                    name,
                    account: Some((email, hash)),
                    exists: known.is_some(),
                })
            }
        }
    }

    async fn write_account(&self, work: &mut Work<'_>) -> Result<(), Refusal> {
        let Some((email, hash)) = &self.account else {
            return Ok(());
        };
        let now = work.now();
        let written = if self.exists {
            accounts::activate(work.conn(), self.id, &self.name, hash, now).await?
        } else {
            accounts::insert(work.conn(), self.id, email, &self.name, Some(hash), now)
                .await?
                .is_some()
        };
        if written { Ok(()) } else { Err(taken(email)) }
    }
}

/// The unverified account of an address, if there is one; an active one has to sign in.
async fn find_account(db: &Db, email: &Email) -> Result<Option<UserView>, Refusal> {
    let mut tx = db.global().await?;
    let user = accounts::find_by_email(&mut tx, email.as_str()).await?;
    match user {
        Some(user) if user.status == "unverified" => Ok(Some(user)),
        Some(_) => Err(Refusal::Conflict(t!(
            "refused-people-has-an-account-already-sign-in",
            email = &email
        ))),
        None => Ok(None),
    }
}
