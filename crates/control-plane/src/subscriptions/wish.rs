//! What somebody asks access for, with every reference found and checked.

use std::collections::BTreeMap;

use gatehouse_domain::id::{ApiId, ApplicationId, EnvironmentId, PlanId, ProductId, TeamId};
use gatehouse_domain::{EnvironmentKind, Permission, Place};
use gatehouse_language::t;
use sqlx::postgres::PgConnection;
use uuid::Uuid;

use super::rights::Rights;
use crate::actor::{Actor, ActorKind};
use crate::applications::{self, CreateApplication};
use crate::membership;
use crate::page::Lookup;
use crate::plans::terms::{self, Terms};
use crate::refusal::Refusal;
use crate::words::known;
use crate::work::Work;

/// Access for which application: one that exists, or one made with the request.
#[derive(Debug, Clone)]
pub enum AppChoice {
    /// One that exists.
    Existing(Lookup<ApplicationId>),
    /// One made in the same transaction.
    New {
        /// Its name.
        name: String,
        /// Its owner; `None` is the asking person's own team.
        team: Option<Lookup<TeamId>>,
    },
}

/// An access request.
#[derive(Debug, Clone)]
pub struct RequestAccess {
    /// Who will call.
    pub application: AppChoice,
    /// What will be called: an API, or a product by its slug or id.
    pub api: Lookup<ApiId>,
    /// Under which limits.
    pub plan: Lookup<PlanId>,
    /// Where.
    pub environment: Lookup<EnvironmentId>,
    /// What for, at most 1000 characters.
    pub reason: String,
    /// Answers to the owner's questions, by their keys.
    pub answers: BTreeMap<String, String>,
    /// The version of the plan's terms that is accepted.
    pub accepts_terms: Option<i32>,
}

/// An access request with everything in it found.
pub(super) struct Wish {
    pub(super) application: Uuid,
    pub(super) team: Uuid,
    pub(super) product: Uuid,
    /// Where approvers are judged.
    pub(super) place: Place,
    pub(super) terms: Terms,
    pub(super) environment: Uuid,
    pub(super) kind: EnvironmentKind,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// The application's team, for what it can see in the catalogue.
    Consumer,
    /// An approver, for anybody.
    Approver,
}

impl Wish {
    /// Finds everything in `input` and keeps the plan from being closed and the application from being deleted meanwhile.
    /// Locks are taken in one order
    /// by every verb: API, product, plan, application, subscription, question, credential.
    pub(super) async fn find(
        work: &mut Work<'_>,
        actor: &Actor,
        rights: &Rights,
        asking: Asking,
        input: &RequestAccess,
    ) -> Result<Self, Refusal> {
        let (product, place) = product(work.conn(), actor, rights, asking, &input.api).await?;
        let terms = terms::find(work.conn(), product, &input.plan)
            .await?
            .ok_or_else(|| Refusal::unknown("/plan"))?;
        let (environment, kind) = environment(work.conn(), &input.environment).await?;
        terms.require_open("/plan", kind)?;
        let (application, team) = match &input.application {
            AppChoice::Existing(lookup) => existing(work.conn(), actor, asking, lookup).await?,
            AppChoice::New { name, team } => {
                let input = CreateApplication {
                    name: name.clone(),
                    description: String::new(),
                    team: team.clone(),
                };
                let made = applications::make(work, actor, &input, "/application").await?;
                (made.id.uuid(), made.team)
            }
        };
        Ok(Self {
            application,
            team,
            product,
            place,
            terms,
            environment,
            kind,
        })
    }
}

async fn product(
    conn: &mut PgConnection,
    actor: &Actor,
    rights: &Rights,
    asking: Asking,
    api: &Lookup<ApiId>,
) -> Result<(Uuid, Place), Refusal> {
    let (id, slug) = api.parts();
    // The id of a product is no id of an API, so it comes as a name.
    let product = slug.and_then(|text| text.parse::<ProductId>().ok());
    let row = sqlx::query!(
        r#"select p.id, p.api_id, p.owner_team_id, visible_product(p.id, $3, true) as "visible!"
           from product p
           where ($1::uuid is null or p.api_id = $1) and ($2::text is null or p.slug = $2) and ($4::uuid is null or p.id = $4)
             and p.state in ('published', 'deprecated')
             and exists (select from product_item i join api_version v on v.id = i.api_version_id
                         where i.product_id = p.id and v.state in ('published', 'deprecated'))
           for share of p"#,
        id,
        slug.filter(|_| product.is_none()),
        rights.person,
        product.map(Uuid::from),
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| Refusal::unknown("/api"))?;
    let place = Place {
        team: row.owner_team_id.into(),
        product: Some(row.id.into()),
        api: row.api_id.map(ApiId::from_uuid),
    };
    let known = row.visible && !actor.grants().on(&place).is_empty();
    let decides = Permission::SubscriptionDecide;
    match asking {
        // The program itself and whoever grants may name what the catalogue does not show them.
        _ if matches!(actor.kind(), ActorKind::System) => Ok((row.id, place)),
        Asking::Approver if actor.may_on(decides, &place) => Ok((row.id, place)),
        Asking::Approver if known => Err(Refusal::Forbidden(decides)),
        Asking::Consumer if known => Ok((row.id, place)),
        Asking::Approver | Asking::Consumer => Err(Refusal::unknown("/api")),
    }
}

async fn environment(
    conn: &mut PgConnection,
    environment: &Lookup<EnvironmentId>,
) -> Result<(Uuid, EnvironmentKind), Refusal> {
    let (id, slug) = environment.parts();
    let row = sqlx::query!(
        "select id, kind from environment where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2)",
        id,
        slug,
    )
    .fetch_optional(conn)
    .await?
    .ok_or_else(|| Refusal::unknown("/environment"))?;
    Ok((row.id, known(EnvironmentKind::parse(&row.kind), &row.kind)?))
}

async fn existing(
    conn: &mut PgConnection,
    actor: &Actor,
    asking: Asking,
    application: &Lookup<ApplicationId>,
) -> Result<(Uuid, Uuid), Refusal> {
    let (id, slug) = application.parts();
    let row = sqlx::query!(
        "select id, owner_team_id, state from application
         where ($1::uuid is null or id = $1) and ($2::text is null or slug = $2) and state <> 'deleted'
         for share",
        id,
        slug,
    )
    .fetch_optional(&mut *conn)
    .await?
    .ok_or_else(|| Refusal::unknown("/application"))?;
    if asking == Asking::Consumer {
        membership::require_team(conn, actor, row.owner_team_id)
            .await
            .map_err(|refusal| match refusal {
                Refusal::NotFound => Refusal::unknown("/application"),
                other => other,
            })?;
    }
    if row.state == "suspended" {
        return Err(Refusal::Conflict(t!(
            "refused-access-the-application-is-suspended"
        )));
    }
    Ok((row.id, row.owner_team_id))
}
