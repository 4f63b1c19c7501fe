//! Migrations that are killed in the middle, and what is there after they were started again.

use std::process::Stdio;
use std::time::{Duration, Instant};

use gatehouse_harness::{TestDb, command};
use sqlx::{Connection, PgConnection};
use tokio::process::Command;

use crate::GATEHOUSE;

/// Kills, spread evenly over the time a whole run takes.
const KILLS: u32 = 24;

/// Everything the catalogue says of the schema, a line each.
const SCHEMA: &str = "
    select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '')
        from information_schema.columns where table_schema = 'public'
    union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index ' || indexdef from pg_indexes where schemaname = 'public'
    union all select 'policy ' || tablename || ' ' || policyname || ' ' || cmd || ' ' || array_to_string(roles, ',') || ' ' || coalesce(qual, '')
        from pg_policies where schemaname = 'public'
    union all select 'right ' || table_name || ' ' || grantee || ' ' || privilege_type
        from information_schema.role_table_grants where table_schema = 'public'
    union all select 'function ' || p.oid::regprocedure || ' ' || md5(p.prosrc)
        from pg_proc p where p.pronamespace = 'public'::regnamespace
    union all select 'migration ' || version || ' ' || success || ' ' || encode(checksum, 'hex') from _sqlx_migrations
    order by 1";

async fn schema(db: &TestDb) -> Vec<String> {
    let mut conn = PgConnection::connect(&db.superuser_url()).await.unwrap();
    sqlx::query_scalar(SCHEMA)
        .fetch_all(&mut conn)
        .await
        .unwrap()
}

/// Migrations that a database has a record of, and those of them that were finished.
async fn recorded(db: &TestDb) -> (usize, usize) {
    let mut conn = PgConnection::connect(&db.superuser_url()).await.unwrap();
    let rows: Vec<bool> = sqlx::query_scalar("select success from _sqlx_migrations")
        .fetch_all(&mut conn)
        .await
        .unwrap_or_default();
    (rows.len(), rows.iter().filter(|done| **done).count())
}

async fn migrate(db: &TestDb, folder: &str) {
    let url = db.owner_url();
    let args = ["migrate", "--data-dir", folder, "--database-url", &url];
    command::run(GATEHOUSE.as_ref(), &args, &[])
        .await
        .assert_success();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_killed_at_any_moment_are_whole_once_they_were_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path().display().to_string();
    let clean = TestDb::create_empty().await;
    let began = Instant::now();
    migrate(&clean, &folder).await;
    let (whole, expected) = (began.elapsed(), schema(&clean).await);
    let (all, done) = recorded(&clean).await;
    assert!(all == done && all > 20, "{done} of {all}");
    let mut in_the_middle = 0;
    for kill in 1..=KILLS {
        let db = TestDb::create_empty().await;
        let mut running = Command::new(GATEHOUSE)
            .args(["migrate", "--data-dir", &folder, "--database-url"])
            .arg(db.owner_url())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let after: Duration = whole * kill / (KILLS + 1);
        let _ = tokio::time::timeout(after, running.wait()).await;
        // SIGKILL: nothing is said to Postgres.
        let _ = running.kill().await;
        let (begun, done) = recorded(&db).await;
        assert_eq!(begun, done, "a migration is recorded that was not finished");
        in_the_middle += u32::from(done > 0 && done < all);
        migrate(&db, &folder).await;
        let now = schema(&db).await;
        assert_eq!(now, expected, "killed after {after:?} with {done} done");
    }
    assert!(
        in_the_middle >= 3,
        "only {in_the_middle} kills were in the middle"
    );
}
