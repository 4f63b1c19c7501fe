//! Row-level security, asked directly as the role that serves requests.

use gatehouse_control_plane::{Page, Refusal, members, teams, tokens};
use gatehouse_domain::Permission;
use gatehouse_domain::id::TenantId;
use sqlx::{Connection, PgConnection};

use crate::world::World;

const TABLES: [&str; 11] = [
    "membership",
    "role_grant",
    "invitation",
    "team",
    "team_member",
    "access_token",
    "audit_log",
    "audit_head",
    "outbox",
    "mail",
    "environment",
];

async fn tenants_seen(connection: &mut PgConnection, table: &str) -> Vec<uuid::Uuid> {
    let statement = format!("select distinct tenant_id from {table}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
        .fetch_all(connection)
        .await
        .unwrap()
}

async fn choose(connection: &mut PgConnection, tenant: TenantId) {
    sqlx::query("select set_config('gatehouse.tenant', $1, true)")
        .bind(tenant.uuid().to_string())
        .execute(connection)
        .await
        .unwrap();
}

async fn two_tenants() -> (World, TenantId) {
    let world = World::create().await;
    let second = world.second_tenant("fabrikam").await;
    for tenant in [world.tenant, second] {
        let actor = members::actor_of_user(&world.db, tenant, world.owner)
            .await
            .unwrap()
            .unwrap();
        let input = tokens::CreateToken {
            name: "CI".to_owned(),
            scopes: vec![Permission::ApiRead],
            apis: None,
            platform: None,
            expires_in_days: None,
        };
        tokens::create_token(&world.db, &actor, input)
            .await
            .unwrap();
        let invite = members::Invite {
            email: "x@example.com".to_owned(),
            role: "developer".to_owned(),
            ..members::Invite::default()
        };
        members::invite(&world.db, &actor, invite).await.unwrap();
    }
    (world, second)
}

#[tokio::test]
async fn the_serving_role_sees_one_tenant_inside_a_transaction_and_none_outside() {
    let (world, second) = two_tenants().await;
    let mut connection = PgConnection::connect(&world.test_db.app_url())
        .await
        .unwrap();
    for table in TABLES {
        assert!(
            tenants_seen(&mut connection, table).await.is_empty(),
            "{table}"
        );
        for tenant in [world.tenant, second] {
            let mut tx = connection.begin().await.unwrap();
            choose(&mut tx, tenant).await;
            assert_eq!(
                tenants_seen(&mut tx, table).await,
                [tenant.uuid()],
                "{table}"
            );
            tx.commit().await.unwrap();
        }
        assert!(
            tenants_seen(&mut connection, table).await.is_empty(),
            "{table}"
        );
    }
}

#[tokio::test]
async fn the_serving_role_cannot_write_into_another_tenant_nor_rewrite_the_log() {
    let (world, second) = two_tenants().await;
    let mut connection = PgConnection::connect(&world.test_db.app_url())
        .await
        .unwrap();
    let mut tx = connection.begin().await.unwrap();
    choose(&mut tx, world.tenant).await;
    let foreign = sqlx::query("insert into team (id, tenant_id, slug, name, kind, created_at) values (gen_random_uuid(), $1, 'x', 'x', 'consumer', now())")
        .bind(second.uuid())
        .execute(&mut *tx)
        .await;
    assert!(foreign.is_err());
    tx.rollback().await.unwrap();
    for statement in ["delete from audit_log", "update audit_log set reason = 'x'"] {
        let mut tx = connection.begin().await.unwrap();
        choose(&mut tx, world.tenant).await;
        assert!(
            sqlx::query(statement).execute(&mut *tx).await.is_err(),
            "{statement}"
        );
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn ids_of_another_tenant_answer_like_ids_of_nothing() {
    let (world, second) = two_tenants().await;
    let here = world.owner().await;
    let there = members::actor_of_user(&world.db, second, world.owner)
        .await
        .unwrap()
        .unwrap();
    let token = tokens::list_tokens(&world.db, &there, &Page::default())
        .await
        .unwrap()
        .data
        .remove(0);
    let answer = tokens::revoke_token(&world.db, &here, token.id).await;
    assert!(matches!(answer, Err(Refusal::NotFound)), "{answer:?}");
    let team = teams::list_teams(&world.db, &there, &Page::default())
        .await
        .unwrap()
        .data
        .remove(0);
    let answer = teams::update_team(
        &world.db,
        &here,
        team.id,
        None,
        teams::UpdateTeam::default(),
    )
    .await;
    assert!(matches!(answer, Err(Refusal::NotFound)), "{answer:?}");
    let invite = members::Invite {
        email: "y@example.com".to_owned(),
        role: "developer".to_owned(),
        team: Some(team.id),
        ..members::Invite::default()
    };
    let answer = members::invite(&world.db, &here, invite).await;
    assert!(
        matches!(answer, Err(Refusal::UnknownReference { ref pointer }) if pointer == "/team"),
        "{answer:?}"
    );
}
