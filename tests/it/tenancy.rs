//! Tenant isolation as structure: every table is tenant-owned with forced row-level security, or on a closed list.

use std::collections::BTreeSet;

use gatehouse_harness::TestDb;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

/// The tables that belong to no tenant. A new one is a decision, not an accident.
const GLOBAL: &[&str] = &[
    "_sqlx_migrations",
    "app_user",
    "attempt",
    "config_change",
    "config_object",
    "gateway_group",
    "gateway_node",
    "installation",
    "installation_key",
    "join_token",
    "node_ack",
    "node_nonce",
    "platform_grant",
    "session",
    "tenant",
    "unattributed_usage",
    "usage_mark",
    "user_identity",
    "user_token",
];

async fn tables(conn: &mut PgConnection, condition: &str) -> BTreeSet<String> {
    let query = format!(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and {condition}"
    );
    sqlx::query(AssertSqlSafe(query))
        .fetch_all(conn)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test]
async fn every_table_is_tenant_owned_with_forced_row_security_or_on_the_closed_list() {
    let db = TestDb::create().await;
    let mut conn = PgConnection::connect(&db.owner_url()).await.unwrap();
    let all = tables(&mut conn, "true").await;
    let forced = tables(&mut conn, "c.relrowsecurity and c.relforcerowsecurity").await;
    let open: BTreeSet<_> = all.difference(&forced).map(String::as_str).collect();
    let closed: BTreeSet<_> = GLOBAL.iter().copied().collect();
    let stray: Vec<_> = open.difference(&closed).collect();
    assert!(
        stray.is_empty(),
        "neither tenant-owned nor on the list: {stray:?}"
    );
    assert!(forced.len() >= 30, "{forced:?}");
    let with_id = tables(
        &mut conn,
        "exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')",
    )
    .await;
    for table in &forced {
        assert!(with_id.contains(table), "{table} has no tenant_id");
    }
}

#[tokio::test]
async fn the_working_role_sees_its_tenants_rows_only_and_none_without_a_tenant() {
    let db = TestDb::create().await;
    let mut owner = PgConnection::connect(&db.superuser_url()).await.unwrap();
    let [ours, theirs] = [
        "0190a000-0000-7000-8000-000000000001",
        "0190a000-0000-7000-8000-000000000002",
    ];
    for (id, slug) in [(ours, "ours"), (theirs, "theirs")] {
        let seed = format!(
            "insert into tenant (id, slug, name, created_at) values ('{id}', '{slug}', '{slug}', now());
             insert into team (id, tenant_id, slug, name, kind, created_at) values (gen_random_uuid(), '{id}', 'core', 'Core', 'provider', now());
             insert into environment (id, tenant_id, slug, kind, base_path, created_at)
                 values (gen_random_uuid(), '{id}', 'production', 'production', '/{slug}', now());
             insert into outbox (id, tenant_id, type, subject, payload, at) values (gen_random_uuid(), '{id}', 't', 's', '{{}}', now());"
        );
        sqlx::raw_sql(AssertSqlSafe(seed))
            .execute(&mut owner)
            .await
            .unwrap();
    }
    let owned = tables(&mut owner, "c.relforcerowsecurity").await;
    let mut app = PgConnection::connect(&db.app_url()).await.unwrap();
    let mut seen = 0;
    for table in &owned {
        let ids = format!("select tenant_id::text from {table}");
        let none = sqlx::query(AssertSqlSafe(ids.clone()))
            .fetch_all(&mut app)
            .await
            .unwrap();
        assert!(none.is_empty(), "{table} shows rows without a tenant");
        let mut tx = app.begin().await.unwrap();
        sqlx::query("select set_config('gatehouse.tenant', $1, true)")
            .bind(ours)
            .execute(&mut *tx)
            .await
            .unwrap();
        for row in sqlx::query(AssertSqlSafe(ids.clone()))
            .fetch_all(&mut *tx)
            .await
            .unwrap()
        {
            assert_eq!(
                row.get::<String, _>(0),
                ours,
                "{table} shows another tenant's row"
            );
            seen += 1;
        }
        tx.commit().await.unwrap();
        let after = sqlx::query(AssertSqlSafe(ids))
            .fetch_all(&mut app)
            .await
            .unwrap();
        assert!(after.is_empty(), "{table} shows rows after the commit");
    }
    assert_eq!(seen, 3, "the seeded rows of our tenant were seen");
}

#[tokio::test]
async fn the_working_role_can_neither_change_the_audit_log_nor_write_for_another_tenant() {
    let db = TestDb::create().await;
    let mut app = PgConnection::connect(&db.app_url()).await.unwrap();
    for statement in [
        "update audit_log set action = 'x'",
        "delete from audit_log",
        "truncate audit_log",
        "create table x (y int)",
    ] {
        let refused = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(&mut app)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{statement}: {refused}"
        );
    }
    let mut tx = app.begin().await.unwrap();
    sqlx::query(
        "select set_config('gatehouse.tenant', '0190a000-0000-7000-8000-000000000001', true)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    let foreign = "insert into outbox (id, tenant_id, type, subject, payload, at)
                   values (gen_random_uuid(), '0190a000-0000-7000-8000-000000000002', 't', 's', '{}', now())";
    let refused = sqlx::query(foreign)
        .execute(&mut *tx)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("row-level security"), "{refused}");
}
