//! The end of a tenant: closed, opened again, closed for good, and then nothing of it is left.

use gatehouse_control_plane::credentials::{self, IssueKey};
use gatehouse_control_plane::drift::{self, InteractiveEdits};
use gatehouse_control_plane::members;
use gatehouse_control_plane::tenants::{self, CLOSING_DAYS, CloseTenant, UpdateTenant};
use gatehouse_control_plane::{Actor, Lookup, audit, jobs, lint_rules, long_jobs};
use gatehouse_domain::id::UserId;
use gatehouse_domain::{Role, TenantStatus};
use gatehouse_spec::lint::Level;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::world::{World, conflict, faults, is_forbidden, make_tenant, member};

fn closing(slug: &str) -> CloseTenant {
    CloseTenant {
        confirm: slug.to_owned(),
        reason: "We move.".to_owned(),
    }
}

impl World {
    async fn again(&self, user: UserId) -> Actor {
        let found = members::actor_of_user(&self.db, self.tenant, user).await;
        found.unwrap().unwrap()
    }

    /// Tables with rows of a tenant, with how many, past every policy.
    async fn left_of(&self, tenant: uuid::Uuid) -> Vec<(String, i64)> {
        let mut conn = self.superuser().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity
             order by 1",
        )
        .fetch_all(&mut conn)
        .await
        .unwrap();
        let mut left = Vec::new();
        for table in tables {
            let count = format!("select count(*) from {table} where tenant_id = '{tenant}'");
            let count: i64 = sqlx::query_scalar(AssertSqlSafe(count))
                .fetch_one(&mut conn)
                .await
                .unwrap();
            if count > 0 {
                left.push((table, count));
            }
        }
        left
    }
}

#[tokio::test]
async fn a_closed_tenant_is_refused_at_the_gateways_and_can_be_opened_again_until_it_is_purged() {
    let world = World::create().await;
    let db = &world.db;
    let owner = member(db, world.tenant, "Olga", Role::Owner).await;
    let shop = world.approved("Shop", "team").await;
    let input = IssueKey {
        environment: Lookup::from("production"),
        name: String::new(),
        expires_in_days: None,
        products: Vec::new(),
    };
    let app = Lookup::Id(shop.application.id);
    credentials::issue(db, &world.dora, app, input)
        .await
        .unwrap();
    let other = make_tenant(db, "contoso").await;
    let others = world.left_of(other.uuid()).await;

    assert!(is_forbidden(
        &tenants::close_tenant(db, &world.ada, closing("northwind")).await
    ));
    let wrong = tenants::close_tenant(db, &owner, closing("contoso")).await;
    assert_eq!(faults(wrong), ["/confirm"]);
    let closed = tenants::close_tenant(db, &owner, closing("northwind")).await;
    let closed = closed.unwrap();
    assert_eq!(closed.value.status, TenantStatus::Closing);
    assert!(closed.change.is_some(), "the gateways are told");
    let purge_at = closed.value.purge_at.unwrap();
    assert_eq!(
        purge_at - db.clock().now(),
        time::Duration::days(CLOSING_DAYS)
    );
    let twice = tenants::close_tenant(db, &owner, closing("northwind")).await;
    assert!(conflict(twice).contains("closing"));
    // Only reading, exporting and opening it again remain.
    let owner = world.again(owner.user().unwrap()).await;
    assert!(is_forbidden(
        &tenants::close_tenant(db, &owner, closing("northwind")).await
    ));
    let renamed = UpdateTenant {
        name: Some("Elsewhere".into()),
        ..UpdateTenant::default()
    };
    assert!(is_forbidden(
        &tenants::update_tenant(db, &owner, None, renamed).await
    ));
    assert!(is_forbidden(
        &lint_rules::set_lint_rule(db, &owner, "path-casing", Level::Off).await
    ));
    assert!(is_forbidden(
        &drift::set_interactive_edits(db, &owner, None, InteractiveEdits::Refuse).await
    ));
    let export = long_jobs::export_tenant(db, &owner).await.unwrap().value;
    assert!(long_jobs::run_due(db).await.unwrap());
    assert!(long_jobs::job_output(db, &owner, export.id).await.is_ok());
    let opened = tenants::reopen_tenant(db, &owner, "We stay.")
        .await
        .unwrap();
    assert_eq!(
        (opened.value.status, opened.value.purge_at),
        (TenantStatus::Active, None)
    );
    assert!(opened.change.is_some(), "the gateways are told");
    let not_closing = tenants::reopen_tenant(db, &owner, "Again.").await;
    assert!(conflict(not_closing).contains("active"));
    world.pass(86_400 * 31);
    jobs::housekeeping(db).await.unwrap();
    world.get(&world.ana, shop.id).await;

    let owner = world.again(owner.user().unwrap()).await;
    tenants::close_tenant(db, &owner, closing("northwind"))
        .await
        .unwrap();
    world.pass(86_400 * 30 - 1);
    jobs::housekeeping(db).await.unwrap();
    world.get(&world.ana, shop.id).await;
    world.pass(1);
    jobs::housekeeping(db).await.unwrap();
    let left = world.left_of(world.tenant.uuid()).await;
    let tables: Vec<&str> = left.iter().map(|(table, _)| table.as_str()).collect();
    // Its addresses, what gateways were sent, the release that this was, and the record that it was deleted.
    assert_eq!(
        tables,
        [
            "audit_head",
            "audit_log",
            "config_change",
            "environment",
            "group_environment",
            "release",
            "release_change",
            "release_group"
        ],
        "{left:?}"
    );
    assert!(left.contains(&("audit_log".to_owned(), 1)), "{left:?}");
    let verified = audit::verify(db, world.tenant).await.unwrap();
    assert!(
        matches!(verified, audit::Verification::Intact { records: 1, .. }),
        "{verified:?}"
    );
    // Gateways hold its name and its addresses, refused, and nothing else of it.
    let held = "select count(*) from config_object o join tenant t on t.id = o.tenant_id
                where t.slug = 'northwind' and o.kind not in (1, 2)";
    assert_eq!(world.count(held).await, 0);
    // The journal of what gateways were sent is kept for a while only.
    let kept = |mut tables: Vec<(String, i64)>| {
        tables.retain(|(table, _)| table != "config_change");
        tables
    };
    assert_eq!(
        kept(world.left_of(other.uuid()).await),
        kept(others),
        "nothing of another tenant"
    );
    let gone = members::actor_of_user(db, world.tenant, owner.user().unwrap()).await;
    assert!(gone.unwrap().is_none());
    // Once is enough.
    jobs::housekeeping(db).await.unwrap();
    assert!(
        world
            .left_of(world.tenant.uuid())
            .await
            .contains(&("audit_log".to_owned(), 1))
    );
}

#[tokio::test]
async fn nothing_is_purged_of_a_tenant_that_is_not_closed_whoever_asks() {
    let world = World::create().await;
    let tenant = world.tenant.uuid();
    let mut conn = PgConnection::connect(&world.test_db.app_url())
        .await
        .unwrap();
    for prepare in [
        "select 1".to_owned(),
        format!("select set_config('gatehouse.tenant', '{tenant}', false)"),
    ] {
        sqlx::query(AssertSqlSafe(prepare))
            .execute(&mut conn)
            .await
            .unwrap();
        let refused = sqlx::query("select purge_tenant($1)")
            .bind(tenant)
            .execute(&mut conn)
            .await;
        let words = refused.unwrap_err().to_string();
        assert!(
            words.contains("only the rows of a closed tenant"),
            "{words}"
        );
    }
    assert_eq!(world.count("select count(*) from api").await, 1);
}
