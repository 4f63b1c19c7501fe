//! Applications: what calls APIs. Each belongs to a team, so that people can leave.

mod delete;
mod members;
mod own;
mod suspend;
mod view;

use gatehouse_domain::Permission;
use gatehouse_domain::Slug;
use gatehouse_domain::id::{ApplicationId, TeamId};
use gatehouse_language::t;
use serde_json::json;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::config::Touched;
use crate::db::Db;
use crate::membership;
use crate::page::{Listed, Lookup, Page};
use crate::refusal::{Faults, Refusal};
use crate::words::require_version;
use crate::work::{Changed, Work};

pub use delete::delete_application;
pub use members::{
    ApplicationMembers, InviteColleague, invite_colleague, list_application_members,
    remove_colleague,
};
pub use own::is_of_own_team;
pub use suspend::{suspend_application, unsuspend_application};
pub use view::{ApplicationFilter, ApplicationState, ApplicationView};

pub(crate) use view::{find, lock};

/// Longest name, in characters.
const NAME_MAX: usize = 80;
/// Longest description, in characters.
const DESCRIPTION_MAX: usize = 400;

/// A new application.
#[derive(Debug, Clone, Default)]
pub struct CreateApplication {
    /// For people; its slug is made from it.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Its owner; `None` is the asking person's own team.
    pub team: Option<Lookup<TeamId>>,
}

/// Changes to an application; `None` leaves a field as it is.
#[derive(Debug, Clone, Default)]
pub struct UpdateApplication {
    /// For people; the slug stays.
    pub name: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// Another owner, of which the actor is a member too.
    pub team: Option<Lookup<TeamId>>,
}

/// Makes an application.
pub async fn create_application(
    db: &Db,
    actor: &Actor,
    input: CreateApplication,
) -> Result<Changed<ApplicationView>, Refusal> {
    membership::require_consumer(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let made = make(&mut work, actor, &input, "").await?;
    let view = view::read(work.conn(), made.id.uuid()).await?;
    work.commit(view).await
}

/// An application that was just made.
pub(crate) struct Made {
    pub(crate) id: ApplicationId,
    pub(crate) team: Uuid,
}

/// Makes an application in a unit of work; `pointer` is where its input stands in a larger one.
pub(crate) async fn make(
    work: &mut Work<'_>,
    actor: &Actor,
    input: &CreateApplication,
    pointer: &str,
) -> Result<Made, Refusal> {
    let mut faults = Faults::default();
    let name = faults.text(&format!("{pointer}/name"), &input.name, NAME_MAX);
    let description = faults.optional_text(
        &format!("{pointer}/description"),
        &input.description,
        DESCRIPTION_MAX,
    );
    faults.finish()?;
    let team = owner(
        work.conn(),
        actor,
        input.team.as_ref(),
        &format!("{pointer}/team"),
    )
    .await?;
    let id: ApplicationId = work.new_id();
    let slug = insert(work, actor, id, team, &name, &description).await?;
    work.audit(AuditEntry {
        action: "application.create",
        subject: id.to_string(),
        after: Some(json!({ "name": name, "slug": slug, "team": TeamId::from_uuid(team) })),
        ..AuditEntry::default()
    });
    work.emit(
        "application.created",
        id,
        json!({ "application": { "id": id, "name": name } }),
    );
    work.touch(Touched::Application(id));
    Ok(Made { id, team })
}

/// The slug made from the name, with a number added while others have it.
async fn insert(
    work: &mut Work<'_>,
    actor: &Actor,
    id: ApplicationId,
    team: Uuid,
    name: &str,
    description: &str,
) -> Result<String, Refusal> {
    let base = Slug::from_name(name).map_or_else(|| "app".to_owned(), |slug| slug.to_string());
    let person = membership::person(work.conn(), actor).await?;
    let (tenant, now) = (work.tenant(), work.now());
    for number in 1..=1000 {
        let slug = numbered(&base, number);
        let inserted = sqlx::query!(
            "insert into application (id, tenant_id, owner_team_id, slug, name, description, created_by, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)
             on conflict (tenant_id, slug) where state <> 'deleted' do nothing",
            id.uuid(),
            tenant,
            team,
            slug,
            name,
            description,
            person,
            now,
        )
        .execute(work.conn())
        .await?;
        if inserted.rows_affected() == 1 {
            return Ok(slug);
        }
    }
    Err(Refusal::Conflict(t!(
        "refused-people-too-many-applications-have-this-name"
    )))
}

fn numbered(base: &str, number: u32) -> String {
    if number == 1 {
        return base.to_owned();
    }
    let ending = format!("-{number}");
    let room = 40 - ending.len();
    let kept = base.get(..room).unwrap_or(base).trim_end_matches('-');
    format!("{kept}{ending}")
}

/// The team a new application belongs to.
async fn owner(
    conn: &mut PgConnection,
    actor: &Actor,
    team: Option<&Lookup<TeamId>>,
    pointer: &str,
) -> Result<Uuid, Refusal> {
    let Some(team) = team else {
        let person = membership::person(conn, actor).await?;
        return sqlx::query_scalar!("select id from team where personal_user_id = $1", person)
            .fetch_optional(conn)
            .await?
            .ok_or_else(|| {
                Refusal::field(
                    pointer,
                    "required",
                    t!("refused-apis-name-the-team-that-owns-it"),
                )
            });
    };
    let (id, slug) = team.parts();
    let found = sqlx::query_scalar!(
        "select id from team where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
        id,
        slug,
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or_else(|| Refusal::unknown(pointer))?;
    if membership::may_act_for_team(conn, actor, found).await? {
        Ok(found)
    } else {
        Err(Refusal::NotYours(t!(
            "refused-people-you-are-not-a-member-of"
        )))
    }
}

/// Changes an application's name, description or owner.
pub async fn update_application(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
    expected: Option<i32>,
    input: UpdateApplication,
) -> Result<Changed<ApplicationView>, Refusal> {
    membership::require_consumer(actor)?;
    let mut work = Work::begin(db, actor).await?;
    let row = lock(work.conn(), &application).await?;
    membership::require_team(work.conn(), actor, row.team_id).await?;
    require_version(expected, row.row_version)?;
    let mut faults = Faults::default();
    let name = match &input.name {
        Some(name) => faults.text("/name", name, NAME_MAX),
        None => row.name.clone(),
    };
    let description = match &input.description {
        Some(text) => faults.optional_text("/description", text, DESCRIPTION_MAX),
        None => row.description.clone(),
    };
    faults.finish()?;
    let team = match &input.team {
        Some(team) => owner(work.conn(), actor, Some(team), "/team").await?,
        None => row.team_id,
    };
    sqlx::query!(
        "update application set name = $2, description = $3, owner_team_id = $4, row_version = row_version + 1 where id = $1",
        row.id,
        name,
        description,
        team,
    )
    .execute(work.conn())
    .await?;
    work.audit(AuditEntry {
        action: "application.update",
        subject: row.subject(),
        before: Some(json!({ "name": row.name, "description": row.description, "team": TeamId::from_uuid(row.team_id) })),
        after: Some(json!({ "name": name, "description": description, "team": TeamId::from_uuid(team) })),
        reason: None,
    });
    let view = view::read(work.conn(), row.id).await?;
    work.commit(view).await
}

/// Reads an application the actor may see.
pub async fn get_application(
    db: &Db,
    actor: &Actor,
    application: Lookup<ApplicationId>,
) -> Result<ApplicationView, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let row = view::find(&mut tx, &application)
        .await?
        .ok_or(Refusal::NotFound)?;
    require_sight(&mut tx, actor, row.id).await?;
    view::read(&mut tx, row.id).await
}

/// Lists the applications the actor may see, newest first.
pub async fn list_applications(
    db: &Db,
    actor: &Actor,
    filter: &ApplicationFilter,
    page: &Page,
) -> Result<Listed<ApplicationView>, Refusal> {
    let mut tx = db.tenant(actor.tenant()).await?;
    let person = membership::person(&mut tx, actor).await?;
    let sight = view::Sight {
        person,
        reach: actor.reach(&SEE_ANY),
    };
    let views = view::list(&mut tx, &sight, filter, page).await?;
    Ok(Listed::cut(views, page, |view| view.id.uuid()))
}

/// What shows applications of every team: all of them where it holds for the whole tenant, else those with a subscription
/// to something it holds for.
const SEE_ANY: [Permission; 2] = [
    Permission::SubscriptionRead,
    Permission::ApplicationManageAny,
];

/// Hides an application from whoever may not know of it.
pub(crate) async fn require_sight(
    conn: &mut PgConnection,
    actor: &Actor,
    application: Uuid,
) -> Result<(), Refusal> {
    let person = membership::person(conn, actor).await?;
    let reach = actor.reach(&SEE_ANY);
    let sees = sqlx::query_scalar!(
        r#"select $3::uuid[] is null
               or exists (select from team_member t join membership m on m.tenant_id = t.tenant_id and m.user_id = t.user_id
                          where t.team_id = a.owner_team_id and t.user_id = $2 and m.status = 'active')
               or exists (select from subscription s join product p on p.id = s.product_id
                          where s.application_id = a.id and array[p.owner_team_id, p.id, p.api_id] && $3) as "sees!"
           from application a where a.id = $1"#,
        application,
        person,
        reach.as_deref(),
    )
    .fetch_one(conn)
    .await?;
    if sees { Ok(()) } else { Err(Refusal::NotFound) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_numbered_slug_stays_within_forty_characters() {
        assert_eq!(numbered("shop", 1), "shop");
        assert_eq!(numbered("shop", 12), "shop-12");
        let long = "a".repeat(40);
        assert_eq!(numbered(&long, 2), format!("{}-2", "a".repeat(38)));
        assert!(Slug::new(numbered(&format!("{}-b", "a".repeat(37)), 10)).is_ok());
    }
}
