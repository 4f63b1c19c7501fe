//! Invitations as they are seen.

use gatehouse_domain::Permission;
use gatehouse_domain::id::{TeamId, UserId};
use gatehouse_language::t;
use serde::Serialize;
use sqlx::postgres::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use super::grants::ScopeView;
use super::held::scope_of;
use crate::actor::Actor;
use crate::db::Db;
use crate::page::{Listed, Page};
use crate::refs::ApiRef;
use crate::refusal::Refusal;

/// An invitation. The link itself is only in the mail.
#[derive(Debug, Clone, Serialize)]
pub struct InvitationView {
    /// Names it in lists.
    pub id: Uuid,
    /// The address it is bound to.
    pub email: String,
    /// Slug of the role it gives.
    pub role: String,
    /// What the role holds for.
    pub scope: ScopeView,
    /// The team it joins.
    pub team: Option<TeamId>,
    /// The API whose page it leads to.
    pub api: Option<ApiRef>,
    /// Who invited.
    pub invited_by: Option<UserId>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// Until when the link works.
    #[serde(with = "time::serde::rfc3339")]
    pub expires_at: OffsetDateTime,
}

impl InvitationView {
    /// "publisher", "releaser for the API Petstore"
    pub(super) fn as_what(&self) -> String {
        let role = &self.role;
        match (&self.scope.name, self.scope.kind) {
            (None, _) => role.clone(),
            (Some(name), "api") => t!("emails-role-for-api", role = role, name = name),
            (Some(name), "product") => t!("emails-role-for-product", role = role, name = name),
            (Some(name), _) => t!("emails-role-for-team", role = role, name = name),
        }
    }
}

/// Invitations that still wait, newest first.
pub async fn list_invitations(
    db: &Db,
    actor: &Actor,
    page: &Page,
) -> Result<Listed<InvitationView>, Refusal> {
    actor.require(Permission::MemberRead)?;
    let mut tx = db.tenant(actor.tenant()).await?;
    let views = select(&mut tx, None, Some(db.clock().now()), page).await?;
    Ok(Listed::cut(views, page, |view: &InvitationView| view.id))
}

pub(super) async fn get(conn: &mut PgConnection, id: Uuid) -> Result<InvitationView, Refusal> {
    let page = Page {
        limit: 1,
        after: None,
    };
    let mut found = select(conn, Some(id), None, &page).await?;
    found.pop().ok_or(Refusal::NotFound)
}

async fn select(
    conn: &mut PgConnection,
    only: Option<Uuid>,
    open_at: Option<OffsetDateTime>,
    page: &Page,
) -> Result<Vec<InvitationView>, Refusal> {
    let rows = sqlx::query!(
        r#"select i.id, i.email, coalesce(g.role, i.role) as "role!", i.team_id as joins, i.invited_by, i.created_at, i.expires_at,
                  g.team_id as "team_id?", g.product_id as "product_id?", g.api_id as "api_id?",
                  coalesce(t.slug, p.slug, a.slug) as slug, coalesce(t.name, p.name, a.name) as name,
                  l.id as "lands_id?", l.slug as "lands_slug?", l.name as "lands_name?"
           from invitation i
           left join invitation_grant g on g.invitation_id = i.id
           left join team t on t.id = g.team_id
           left join product p on p.id = g.product_id
           left join api a on a.id = g.api_id
           left join api l on l.id = i.api_id
           where i.accepted_at is null and ($1::uuid is null or i.id = $1) and ($2::timestamptz is null or i.expires_at > $2)
             and ($3::uuid is null or i.id < $3)
           order by i.id desc limit $4"#,
        only,
        open_at,
        page.after,
        page.fetch(),
    )
    .fetch_all(conn)
    .await?;
    let views = rows.into_iter().map(|row| {
        let scope = scope_of(row.team_id, row.product_id, row.api_id);
        let lands = row.lands_id.zip(row.lands_slug.zip(row.lands_name));
        InvitationView {
            id: row.id,
            email: row.email,
            role: row.role,
            scope: ScopeView {
                kind: scope.kind(),
                id: scope.id(),
                slug: row.slug,
                name: row.name,
            },
            team: row.joins.map(TeamId::from_uuid),
            api: lands.map(|(id, (slug, name))| ApiRef {
                id: id.into(),
                slug,
                name,
            }),
            invited_by: row.invited_by.map(UserId::from_uuid),
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    });
    Ok(views.collect())
}
