//! Grants for less than the tenant: what they allow where they hold, and what everybody else's things answer.

use std::net::IpAddr;

use bytes::Bytes;
use gatehouse_control_plane::apis::{self, ApiFilter, ApiView, CreateApi, UpdateApi};
use gatehouse_control_plane::applications::{self, ApplicationFilter};
use gatehouse_control_plane::plans::{self, CreatePlan};
use gatehouse_control_plane::publishing::{self, PublishRefusal, PublishSpec, Source};
use gatehouse_control_plane::subscriptions::{
    self, AppChoice, RequestFilter, SubscriptionFilter, SubscriptionView,
};
use gatehouse_control_plane::tokens::{self, CreateToken};
use gatehouse_control_plane::usage::{self, UsageRange};
use gatehouse_control_plane::versions::{self, Retire};
use gatehouse_control_plane::{Actor, Lookup, Page, Refusal, members, outbox};
use gatehouse_domain::id::ApplicationId;
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::{Permission, Role, Visibility};
use uuid::Uuid;

use crate::world::{PETS, World, is_not_found, unknown};

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

/// What a grant holds for.
enum On {
    Api(Uuid),
    Product(Uuid),
    Team(Uuid),
}

impl World {
    /// The same person with one more grant.
    async fn with(&self, actor: &Actor, role: Role, on: On) -> Actor {
        let (team, product, api) = match on {
            On::Api(id) => (None, None, Some(id)),
            On::Product(id) => (None, Some(id), None),
            On::Team(id) => (Some(id), None, None),
        };
        let user = actor.user().unwrap();
        sqlx::query(
            "insert into scoped_grant (id, tenant_id, user_id, role, team_id, product_id, api_id, created_at)
             values (gen_random_uuid(), $1, $2, $3, $4, $5, $6, now())",
        )
        .bind(self.tenant.uuid())
        .bind(user.uuid())
        .bind(role.as_str())
        .bind(team)
        .bind(product)
        .bind(api)
        .execute(&mut self.superuser().await)
        .await
        .unwrap();
        let actor = members::actor_of_user(&self.db, self.tenant, user).await;
        actor.unwrap().unwrap()
    }

    /// A second API with the same description and a plan `team`, found by members or by nobody outside its team.
    async fn second_api(&self, slug: &str, visibility: Visibility) -> ApiView {
        self.publish_as(slug, "v1", PETS).await.unwrap();
        let input = UpdateApi {
            visibility: Some(visibility),
            ..UpdateApi::default()
        };
        let updated = apis::update_api(&self.db, &self.ada, slug.into(), None, input).await;
        let plan = CreatePlan {
            slug: "team".to_owned(),
            name: "team".to_owned(),
            approval: ApprovalMode::Manual,
            ..CreatePlan::default()
        };
        plans::create_plan(&self.db, &self.ada, slug.into(), plan)
            .await
            .unwrap();
        updated.unwrap().value
    }

    async fn api_id(&self, slug: &str) -> Uuid {
        let api = apis::get_api(&self.db, &self.ada, slug.into()).await;
        api.unwrap().id.uuid()
    }

    async fn product_of(&self, slug: &str) -> Uuid {
        sqlx::query_scalar(
            "select p.id from product p join api a on a.id = p.api_id where a.slug = $1",
        )
        .bind(slug)
        .fetch_one(&mut self.superuser().await)
        .await
        .unwrap()
    }

    async fn ask_for(&self, api: &str, name: &str) -> SubscriptionView {
        let application = AppChoice::New {
            name: name.to_owned(),
            team: None,
        };
        let mut wish = self.wish(application, "team");
        wish.api = api.into();
        self.request(&self.eli, wish).await.unwrap().value
    }

    /// How each verb that changes something of an API answers.
    async fn changes(&self, actor: &Actor, api: &str, mark: &str) -> Vec<Result<(), Refusal>> {
        let db = &self.db;
        let publish = PublishSpec {
            api: api.into(),
            version: format!("v-{mark}"),
            content: Bytes::copy_from_slice(PETS.as_bytes()),
            source: Source::default(),
            create: false,
            dry_run: false,
            drop_orphans: false,
        };
        let published = match publishing::publish_spec(db, actor, publish).await {
            Ok(_) => Ok(()),
            Err(PublishRefusal::Refused(refusal)) => Err(refusal),
            Err(other) => panic!("{other}"),
        };
        let plan = CreatePlan {
            slug: format!("plan-{mark}"),
            name: "A plan".to_owned(),
            ..CreatePlan::default()
        };
        let planned = plans::create_plan(db, actor, api.into(), plan).await;
        let renamed = UpdateApi {
            summary: Some(mark.to_owned()),
            ..UpdateApi::default()
        };
        let renamed = apis::update_api(db, actor, api.into(), None, renamed).await;
        vec![published, planned.map(drop), renamed.map(drop)]
    }
}

fn forbidden(answers: &[Result<(), Refusal>]) -> bool {
    answers
        .iter()
        .all(|answer| matches!(answer, Err(Refusal::Forbidden(_))))
}

#[tokio::test]
async fn a_publisher_for_one_api_changes_that_one_and_no_other() {
    let world = World::create().await;
    world.second_api("shop", Visibility::Tenant).await;
    world.second_api("ledger", Visibility::Private).await;
    let nobody = world.changes(&world.dora, "pets", "a").await;
    assert!(forbidden(&nobody), "{nobody:?}");
    let pets = world.api_id("pets").await;
    let dora = world
        .with(&world.dora, Role::Publisher, On::Api(pets))
        .await;
    let here = world.changes(&dora, "pets", "b").await;
    assert!(here.iter().all(Result::is_ok), "{here:?}");
    let seen = world.changes(&dora, "shop", "c").await;
    assert!(forbidden(&seen), "{seen:?}");
    let unseen = world.changes(&dora, "ledger", "d").await;
    assert!(unseen.iter().all(is_not_found), "{unseen:?}");
    // What the role does not have, it does not have here either; and no right of the tenant came along.
    let retired = versions::retire_version(
        &world.db,
        &dora,
        "pets".into(),
        "v1",
        None,
        Retire::default(),
    );
    assert!(matches!(
        retired.await,
        Err(Refusal::Forbidden(Permission::TenantManage))
    ));
    let more = CreateApi {
        slug: "more".to_owned(),
        name: "More".to_owned(),
        ..CreateApi::default()
    };
    let more = apis::create_api(&world.db, &dora, more).await;
    assert!(matches!(
        more,
        Err(Refusal::Forbidden(Permission::ApiWrite))
    ));
}

#[tokio::test]
async fn lists_show_what_may_be_seen() {
    let world = World::create().await;
    world.second_api("shop", Visibility::Tenant).await;
    let ledger = world.second_api("ledger", Visibility::Private).await;
    world.second_api("vault", Visibility::Private).await;
    let dora = world
        .with(&world.dora, Role::Publisher, On::Api(ledger.id.uuid()))
        .await;
    let list = async |actor: &Actor| {
        let (filter, page) = (ApiFilter::default(), Page::default());
        let listed = apis::list_apis(&world.db, actor, &filter, &page).await;
        let mut rows: Vec<_> = listed
            .unwrap()
            .data
            .into_iter()
            .map(|api| (api.slug, api.versions.len()))
            .collect();
        rows.sort();
        rows
    };
    let publish = async |api: &str| world.publish_as(api, "v2", PETS).await.unwrap();
    publish("shop").await;
    publish("ledger").await;
    let rows = |rows: &[(&str, usize)]| {
        rows.iter()
            .map(|(slug, versions)| ((*slug).to_owned(), *versions))
            .collect::<Vec<_>>()
    };
    let drafts = async |sql: &'static str| {
        sqlx::query(sql)
            .execute(&mut world.superuser().await)
            .await
            .unwrap();
    };
    drafts("update api_version set state = 'draft' where label = 'v2'").await;
    assert_eq!(list(&world.eli).await, rows(&[("pets", 1), ("shop", 1)]));
    // Drafts of the API she publishes, and of no other.
    assert_eq!(
        list(&dora).await,
        rows(&[("ledger", 2), ("pets", 1), ("shop", 1)])
    );
    assert_eq!(list(&world.ada).await.len(), 4);
    let draft = |api: &'static str| versions::get_version(&world.db, &dora, api.into(), "v2");
    assert!(draft("ledger").await.is_ok());
    assert!(is_not_found(&draft("shop").await));
    let plans = |api: &'static str| {
        let page = Page::default();
        let (db, dora) = (&world.db, &dora);
        async move { plans::list_plans(db, dora, api.into(), &page).await }
    };
    assert!(plans("ledger").await.is_ok());
    assert!(is_not_found(&plans("vault").await));
}

#[tokio::test]
async fn an_approver_for_one_product_decides_and_sees_its_requests_only() {
    let world = World::create().await;
    world.second_api("shop", Visibility::Tenant).await;
    let product = world.product_of("pets").await;
    let dora = world
        .with(&world.dora, Role::Approver, On::Product(product))
        .await;
    let (here, there) = (
        world.ask_for("pets", "Here").await,
        world.ask_for("shop", "There").await,
    );
    let (db, page) = (&world.db, Page::default());
    assert_eq!(
        subscriptions::count_requests(db, &world.ana).await.unwrap(),
        2
    );
    assert_eq!(subscriptions::count_requests(db, &dora).await.unwrap(), 1);
    let queue = subscriptions::list_requests(db, &dora, &RequestFilter::default(), &page).await;
    let queue = queue.unwrap().data;
    assert_eq!(queue.len(), 1);
    assert_eq!(queue[0].subscription.id, here.id);
    let all = SubscriptionFilter::default();
    let listed = subscriptions::list_subscriptions(db, &dora, &all, &page).await;
    let listed: Vec<_> = listed.unwrap().data.iter().map(|sub| sub.id).collect();
    assert_eq!(listed, [here.id]);
    let apps = ApplicationFilter::default();
    let apps = applications::list_applications(db, &dora, &apps, &page).await;
    let names: Vec<_> = apps.unwrap().data.into_iter().map(|app| app.name).collect();
    assert_eq!(names, ["Here"]);
    let app = |sub: &SubscriptionView| Lookup::<ApplicationId>::Id(sub.application.id);
    assert!(
        applications::get_application(db, &dora, app(&here))
            .await
            .is_ok()
    );
    assert!(is_not_found(
        &applications::get_application(db, &dora, app(&there)).await
    ));
    assert!(is_not_found(&world.approve(&dora, there.id).await));
    let approved = world.approve(&dora, here.id).await.unwrap().value;
    assert_eq!(approved.decision.unwrap().by.unwrap().name, "Dora");
    // Granting at once needs the right at that product as well.
    let mut wish = world.wish(crate::world::existing(&there), "team");
    wish.api = "shop".into();
    assert!(matches!(
        subscriptions::grant(db, &dora, wish, "because").await,
        Err(Refusal::Forbidden(Permission::SubscriptionDecide))
    ));
}

#[tokio::test]
async fn requests_are_told_to_whoever_may_decide_there() {
    let world = World::create().await;
    world.second_api("shop", Visibility::Tenant).await;
    let pets = world.api_id("pets").await;
    world.with(&world.dora, Role::Approver, On::Api(pets)).await;
    world.ask_for("shop", "There").await;
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    let told = "select count(*) from notification n join app_user u on u.id = n.user_id
                where n.type = 'subscription.requested' and u.name = 'Dora'";
    assert_eq!(world.count(told).await, 0);
    world.ask_for("pets", "Here").await;
    while outbox::dispatch(&world.db).await.unwrap() > 0 {}
    assert_eq!(world.count(told).await, 1);
    let others = "select count(*) from notification n join app_user u on u.id = n.user_id
                  where n.type = 'subscription.requested' and u.name = 'Ana'";
    assert_eq!(world.count(others).await, 2);
}

#[tokio::test]
async fn a_grant_for_a_team_follows_what_the_team_owns() {
    let world = World::create().await;
    world.second_api("shop", Visibility::Tenant).await;
    let other = "insert into team (id, tenant_id, slug, name, kind, created_at)
                 select gen_random_uuid(), id, 'retail', 'Retail', 'provider', now() from tenant where slug = 'northwind' returning id";
    let team: Uuid = sqlx::query_scalar(other)
        .fetch_one(&mut world.superuser().await)
        .await
        .unwrap();
    let dora = world
        .with(&world.dora, Role::Publisher, On::Team(team))
        .await;
    assert!(forbidden(&world.changes(&dora, "shop", "a").await));
    let give = UpdateApi {
        owner_team: Some("retail".into()),
        ..UpdateApi::default()
    };
    apis::update_api(&world.db, &world.ada, "shop".into(), None, give)
        .await
        .unwrap();
    let now = world.changes(&dora, "shop", "b").await;
    assert!(now.iter().all(Result::is_ok), "{now:?}");
    // What she makes belongs to the team she publishes for, without her saying so.
    let made = CreateApi {
        slug: "tills".to_owned(),
        name: "Tills".to_owned(),
        ..CreateApi::default()
    };
    let made = apis::create_api(&world.db, &dora, made)
        .await
        .unwrap()
        .value;
    assert_eq!(made.owner_team.slug, "retail");
    // She cannot give it to a team where she has no such right.
    let pets = apis::get_api(&world.db, &world.ada, "pets".into())
        .await
        .unwrap();
    let away = UpdateApi {
        owner_team: Some(Lookup::Id(pets.owner_team.id)),
        ..UpdateApi::default()
    };
    let away = apis::update_api(&world.db, &dora, "tills".into(), None, away).await;
    assert!(matches!(
        away,
        Err(Refusal::Forbidden(Permission::ApiWrite))
    ));
}

#[tokio::test]
async fn nobody_gains_a_right_by_giving_an_api_away() {
    let world = World::create().await;
    let pets = world.api_id("pets").await;
    let other = "insert into team (id, tenant_id, slug, name, kind, created_at)
                 select gen_random_uuid(), id, 'retail', 'Retail', 'provider', now() from tenant where slug = 'northwind' returning id";
    let team: Uuid = sqlx::query_scalar(other)
        .fetch_one(&mut world.superuser().await)
        .await
        .unwrap();
    world
        .with(&world.dora, Role::Publisher, On::Api(pets))
        .await;
    let dora = world
        .with(&world.dora, Role::Approver, On::Team(team))
        .await;
    let give = UpdateApi {
        owner_team: Some("retail".into()),
        ..UpdateApi::default()
    };
    let answer = apis::update_api(&world.db, &dora, "pets".into(), None, give).await;
    assert!(
        matches!(&answer, Err(Refusal::NotYours(words)) if words.contains("subscription.")),
        "{answer:?}"
    );
}

#[tokio::test]
async fn a_token_for_one_api_has_a_grant_for_it_and_nothing_else() {
    let world = World::create().await;
    world.second_api("shop", Visibility::Tenant).await;
    let pets = world.api_id("pets").await;
    let scopes = [
        Permission::SpecPublish,
        Permission::ApiWrite,
        Permission::PlanManage,
        Permission::ApiRead,
        Permission::MemberManage,
        Permission::SubscriptionRead,
        Permission::TokenManage,
    ];
    let input = CreateToken {
        name: "ci".to_owned(),
        scopes: scopes.to_vec(),
        apis: Some(vec![pets.into()]),
        platform: None,
        expires_in_days: None,
    };
    let made = tokens::create_token(&world.db, &world.ada, input.clone()).await;
    let text = made.unwrap().value.1.reveal();
    let token = tokens::authenticate(&world.db, &text, HOME).await;
    let token = token.unwrap().unwrap();
    assert!(scopes.iter().all(|scope| !token.may(*scope)));
    let here = world.changes(&token, "pets", "a").await;
    assert!(here.iter().all(Result::is_ok), "{here:?}");
    let there = world.changes(&token, "shop", "b").await;
    assert!(there.iter().all(is_not_found), "{there:?}");
    let (filter, page) = (ApiFilter::default(), Page::default());
    let listed = apis::list_apis(&world.db, &token, &filter, &page).await;
    assert_eq!(listed.unwrap().data.len(), 1);
    world.ask_for("pets", "Here").await;
    world.ask_for("shop", "There").await;
    let subs = SubscriptionFilter::default();
    let subs = subscriptions::list_subscriptions(&world.db, &token, &subs, &page).await;
    assert_eq!(subs.unwrap().data.len(), 1);
    let invited = members::list_members(&world.db, &token, &page).await;
    assert!(matches!(invited, Err(Refusal::Forbidden(_))));
    // It makes no token that may more: neither for everything nor for another API.
    let wider = CreateToken {
        apis: None,
        ..input.clone()
    };
    let wider = tokens::create_token(&world.db, &token, wider).await;
    assert_eq!(crate::world::faults(wider), ["/apis"]);
    let other = CreateToken {
        apis: Some(vec![world.api_id("shop").await.into()]),
        ..input.clone()
    };
    let other = tokens::create_token(&world.db, &token, other).await;
    assert_eq!(unknown(other), "/apis/0");
    let more = CreateToken {
        scopes: vec![Permission::SubscriptionDecide],
        ..input
    };
    let more = tokens::create_token(&world.db, &token, more).await;
    assert_eq!(crate::world::faults(more), ["/scopes/0"]);
}

#[tokio::test]
async fn usage_is_shown_for_what_a_grant_holds_for() {
    let world = World::create().await;
    world.second_api("shop", Visibility::Tenant).await;
    let (here, there) = (
        world.ask_for("pets", "Here").await,
        world.ask_for("shop", "There").await,
    );
    let pets = world.api_id("pets").await;
    let dora = world.with(&world.dora, Role::Auditor, On::Api(pets)).await;
    let (db, range) = (&world.db, UsageRange::Day);
    let of = |sub: &SubscriptionView| sub.application.id;
    assert!(is_not_found(
        &usage::application_usage(db, &world.dora, of(&here), range).await
    ));
    assert!(
        usage::application_usage(db, &dora, of(&here), range)
            .await
            .is_ok()
    );
    assert!(is_not_found(
        &usage::application_usage(db, &dora, of(&there), range).await
    ));
    // One application with both: its calls to the other API are not counted for her.
    let mut wish = world.wish(crate::world::existing(&here), "team");
    wish.api = "shop".into();
    let both = world.request(&world.eli, wish).await.unwrap().value;
    let calls = "insert into usage_hour
                     (tenant_id, bucket, environment_id, api_version_id, operation_key, application_id, subscription_id, plan_id,
                      credential_id, status_class, reason, count, bytes_in, bytes_out, latency_us_sum, upstream_us_sum, latency_histogram)
                 select s.tenant_id, $1, s.environment_id, i.api_version_id, 'get /pets', s.application_id, s.id, s.plan_id,
                        gen_random_uuid(), 2, 'ok', 7, 0, 0, 0, 0, '{}'
                 from subscription s join product_item i on i.product_id = s.product_id where s.application_id = $2";
    sqlx::query("select ensure_partitions($1, $1 + interval '1 day')")
        .bind(db.clock().now())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    sqlx::query(calls)
        .bind(db.clock().now().replace_minute(0).unwrap())
        .bind(of(&here).uuid())
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    let seen = async |actor: &Actor| {
        let usage = usage::application_usage(db, actor, of(&here), range).await;
        usage.unwrap().totals.calls
    };
    assert_eq!(seen(&world.ada).await, 14);
    assert_eq!(seen(&dora).await, 7);
    assert!(
        usage::subscription_quota(db, &dora, here.id).await.is_ok(),
        "the subscription she may see"
    );
    assert!(is_not_found(
        &usage::subscription_quota(db, &dora, both.id).await
    ));
}
