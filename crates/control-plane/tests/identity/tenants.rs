//! The first administrator, and tenants made whole.

use gatehouse_control_plane::installation;
use gatehouse_control_plane::tenants::{self, CreateTenant, UpdateTenant};
use gatehouse_control_plane::{Lookup, PlatformActor, Refusal, accounts, audit};
use gatehouse_domain::id::TenantId;
use gatehouse_harness::TestDb;
use sqlx::{Connection, PgConnection};
use tokio::task::JoinSet;

use crate::world::{World, empty, first_admin};

fn new_tenant(slug: &str) -> CreateTenant {
    CreateTenant {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        owner: None,
    }
}

#[tokio::test]
async fn the_first_link_works_once_and_none_is_given_after_it() {
    let (_test_db, db, _hand) = empty().await;
    let replaced = installation::first_admin_link(&db).await.unwrap().unwrap();
    let link = installation::first_admin_link(&db).await.unwrap().unwrap();
    let answer = installation::accept_first_admin(&db, &replaced.0, first_admin()).await;
    assert!(matches!(answer, Err(Refusal::Conflict(_))), "{answer:?}");
    let mut uses = JoinSet::new();
    for number in 0..5 {
        let (db, token, mut input) = (db.clone(), link.clone(), first_admin());
        input.email = format!("owner{number}@northwind.example");
        uses.spawn(async move { installation::accept_first_admin(&db, &token.0, input).await });
    }
    let answers = uses.join_all().await;
    let won: Vec<_> = answers.into_iter().flatten().collect();
    assert_eq!(won.len(), 1);
    assert!(installation::first_admin_link(&db).await.unwrap().is_none());
    let platform = accounts::platform_actor(&db, won[0].0)
        .await
        .unwrap()
        .unwrap();
    assert!(platform.is_admin());
    let verified = audit::verify(&db, won[0].1).await.unwrap();
    assert!(
        matches!(verified, audit::Verification::Intact { records: 2, .. }),
        "{verified:?}"
    );
}

#[tokio::test]
async fn a_refused_first_tenant_leaves_the_link_usable() {
    let (_test_db, db, _hand) = empty().await;
    let link = installation::first_admin_link(&db).await.unwrap().unwrap();
    let mut input = first_admin();
    input.tenant_slug = "console".to_owned();
    match installation::accept_first_admin(&db, &link.0, input).await {
        Err(Refusal::Invalid(faults)) => assert_eq!(faults[0].pointer, "/tenant_slug"),
        other => panic!("{other:?}"),
    }
    assert!(
        installation::accept_first_admin(&db, &link.0, first_admin())
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn the_first_tenant_owns_the_root_and_later_ones_their_name() {
    let world = World::create().await;
    world.second_tenant("fabrikam").await;
    let places = "select count(*) from environment e join tenant t on t.id = e.tenant_id
                  where (t.slug, e.slug, e.base_path) in (('northwind', 'production', ''), ('northwind', 'sandbox', '/sandbox'),
                        ('fabrikam', 'production', '/fabrikam'), ('fabrikam', 'sandbox', '/fabrikam/sandbox'))";
    assert_eq!(world.count(places).await, 4);
    let served = "select count(*) from group_environment e join gateway_group g on g.id = e.group_id where g.slug = 'default'";
    assert_eq!(world.count(served).await, 4);
    assert_eq!(world.count("select head_seq from gateway_group").await, 2);
    let held = "select count(*) from config_object";
    assert_eq!(world.count(held).await, 6);
    let leads = "select count(*) from team t join team_member m on m.team_id = t.id
                 where t.kind = 'provider' and m.role = 'lead' and t.slug in ('northwind', 'fabrikam')";
    assert_eq!(world.count(leads).await, 2);
}

#[tokio::test]
async fn tenants_made_at_once_get_distinct_places() {
    let (test_db, db, _hand) = empty().await;
    let mut made = JoinSet::new();
    for number in 0..8 {
        let db = db.clone();
        made.spawn(async move {
            let who = PlatformActor::system("test");
            tenants::create_tenant(&db, &who, new_tenant(&format!("tenant-{number}"))).await
        });
    }
    for answer in made.join_all().await {
        answer.unwrap();
    }
    let mut roots = 0;
    for number in 0..8 {
        let slug = format!("tenant-{number}");
        let tenant = tenants::find_tenant(&db, &Lookup::Slug(slug))
            .await
            .unwrap()
            .unwrap();
        let base_path = production_path(&test_db, tenant.id).await;
        match base_path.as_str() {
            "" => roots += 1,
            path => assert_eq!(path, format!("/{}", tenant.slug)),
        }
    }
    assert_eq!(roots, 1);
}

async fn production_path(test_db: &TestDb, tenant: TenantId) -> String {
    let mut connection = PgConnection::connect(&test_db.superuser_url())
        .await
        .unwrap();
    sqlx::query_scalar(
        "select base_path from environment where tenant_id = $1 and kind = 'production'",
    )
    .bind(tenant.uuid())
    .fetch_one(&mut connection)
    .await
    .unwrap()
}

#[tokio::test]
async fn a_slug_that_leads_elsewhere_is_refused() {
    let world = World::create().await;
    let api = "with made as (
                   insert into api (id, tenant_id, owner_team_id, slug, name, created_at)
                   select gen_random_uuid(), t.tenant_id, t.id, 'petstore', 'Petstore', now() from team t where t.slug = 'northwind'
                   returning 1)
               select count(*) from made";
    assert_eq!(world.count(api).await, 1);
    let who = PlatformActor::system("test");
    for slug in ["petstore", "northwind", "sandbox", "console", "a", "No"] {
        let answer = tenants::create_tenant(&world.db, &who, new_tenant(slug)).await;
        match answer {
            Err(Refusal::Invalid(faults)) => assert_eq!(faults[0].pointer, "/slug", "{slug}"),
            other => panic!("{slug}: {other:?}"),
        }
    }
    assert_eq!(world.count("select count(*) from tenant").await, 1);
}

#[tokio::test]
async fn settings_of_a_tenant_are_judged_versioned_and_audited() {
    let world = World::create().await;
    let owner = world.owner().await;
    let update = |time_zone: &str| UpdateTenant {
        time_zone: Some(time_zone.to_owned()),
        ..UpdateTenant::default()
    };
    let bad = tenants::update_tenant(&world.db, &owner, None, update("Mars/Olympus")).await;
    assert!(matches!(bad, Err(Refusal::Invalid(_))), "{bad:?}");
    let good = tenants::update_tenant(&world.db, &owner, Some(1), update("Europe/Lisbon"))
        .await
        .unwrap();
    assert_eq!(
        (good.value.time_zone.as_str(), good.value.row_version),
        ("Europe/Lisbon", 2)
    );
    assert!(good.change.is_some(), "gateways count quota by it");
    let stale = tenants::update_tenant(&world.db, &owner, Some(1), update("UTC")).await;
    assert!(
        matches!(stale, Err(Refusal::Stale { current: 2 })),
        "{stale:?}"
    );
    let audited = "select count(*) from audit_log where action = 'tenant.update'
                   and before ->> 'time_zone' = 'UTC' and after ->> 'time_zone' = 'Europe/Lisbon'";
    assert_eq!(world.count(audited).await, 1);
}
