//! Who stands behind an actor, and which teams that person is in.

use gatehouse_domain::Permission;
use gatehouse_language::t;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::{Actor, ActorKind};
use crate::refusal::Refusal;

/// The person behind an actor: themselves, or whoever made the access token. A token acts for its maker, so that nobody
/// can ask with one hand and approve with the other. `None` is the program itself.
pub(crate) async fn person(
    conn: &mut PgConnection,
    actor: &Actor,
) -> Result<Option<Uuid>, Refusal> {
    match actor.kind() {
        ActorKind::User { id, .. } => Ok(Some(id.uuid())),
        ActorKind::Token { id, .. } => {
            let maker = sqlx::query_scalar!(
                "select created_by from access_token where id = $1",
                id.uuid()
            )
            .fetch_optional(conn)
            .await?;
            Ok(maker.flatten())
        }
        ActorKind::System => Ok(None),
    }
}

/// Whether a person is in a team and an active member of the tenant.
pub(crate) async fn is_in_team(
    conn: &mut PgConnection,
    person: Option<Uuid>,
    team: Uuid,
) -> Result<bool, Refusal> {
    let found = sqlx::query_scalar!(
        r#"select exists (
               select from team_member t
               join membership m on m.tenant_id = t.tenant_id and m.user_id = t.user_id
               where t.team_id = $1 and t.user_id = $2 and m.status = 'active') as "found!""#,
        team,
        person,
    )
    .fetch_one(conn)
    .await?;
    Ok(found)
}

/// Whether the actor may act for applications of a team.
pub(crate) async fn may_act_for_team(
    conn: &mut PgConnection,
    actor: &Actor,
    team: Uuid,
) -> Result<bool, Refusal> {
    if actor.may(Permission::ApplicationManageAny) {
        return Ok(true);
    }
    // A token for some APIs acts for its maker's teams too; what it asks access to is judged with the request.
    if !actor.may_anywhere(Permission::ApplicationManage) {
        return Ok(false);
    }
    let person = person(conn, actor).await?;
    is_in_team(conn, person, team).await
}

/// Refuses an actor who may not act for applications of a team. Whoever may not even see such an application is told that
/// it does not exist.
pub(crate) async fn require_team(
    conn: &mut PgConnection,
    actor: &Actor,
    team: Uuid,
) -> Result<(), Refusal> {
    if may_act_for_team(conn, actor, team).await? {
        return Ok(());
    }
    if actor.may(Permission::SubscriptionRead) {
        return Err(not_in_team());
    }
    Err(Refusal::NotFound)
}

/// The words for somebody outside the owning team.
pub(crate) fn not_in_team() -> Refusal {
    Refusal::NotYours(t!("refused-people-only-the-team-that-owns-the"))
}

/// Refuses an actor who may manage applications nowhere, before anything is read.
pub(crate) fn require_consumer(actor: &Actor) -> Result<(), Refusal> {
    if actor.may_anywhere(Permission::ApplicationManageAny) {
        return Ok(());
    }
    actor.require_anywhere(Permission::ApplicationManage)
}
