//! The program before this one works beside it while replicas are replaced: every statement it runs must still be understood by the
//! schema as it is now, and every row it writes must still be taken.
//!
//! Its statements are kept in `tests/data/previous_release.json`; migrations/README.md says when they are written anew.

use std::collections::BTreeMap;

use gatehouse_harness::TestDb;
use serde::Deserialize;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

#[derive(Deserialize)]
struct Previous {
    statements: Vec<String>,
}

fn previous() -> Vec<String> {
    let text = include_str!("../../../../tests/data/previous_release.json");
    let previous: Previous = serde_json::from_str(text).unwrap();
    previous.statements
}

/// The statements that Postgres does not understand, with why.
async fn not_understood(conn: &mut PgConnection) -> Vec<String> {
    let mut faults = Vec::new();
    for (number, statement) in previous().iter().enumerate() {
        let prepare = format!("prepare previous_{number} as {statement}");
        if let Err(fault) = sqlx::raw_sql(AssertSqlSafe(prepare))
            .execute(&mut *conn)
            .await
        {
            faults.push(format!("{fault}: {statement}"));
        }
    }
    faults
}

/// The table and the columns of a statement that inserts.
fn inserted(statement: &str) -> Option<(&str, Vec<&str>)> {
    let (_, rest) = statement.split_once("insert into ")?;
    let (table, rest) = rest.split_once('(')?;
    let (columns, _) = rest.split_once(')')?;
    let table = table.trim().split(' ').next()?;
    Some((table, columns.split(',').map(str::trim).collect()))
}

/// The inserts that leave out a column which must have a value and has none by default.
async fn not_taken(conn: &mut PgConnection) -> Vec<String> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text from pg_attribute a join pg_class c on c.oid = a.attrelid
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
           and a.attnotnull and not a.atthasdef and a.attidentity = ''",
    )
    .fetch_all(conn)
    .await
    .unwrap();
    let mut needed = BTreeMap::<String, Vec<String>>::new();
    for (table, column) in rows {
        needed.entry(table).or_default().push(column);
    }
    let mut faults = Vec::new();
    for statement in previous() {
        let Some((table, columns)) = inserted(&statement) else {
            continue;
        };
        for column in needed.get(table).into_iter().flatten() {
            if !columns.contains(&column.as_str()) {
                faults.push(format!("{table}.{column} has no value in: {statement}"));
            }
        }
    }
    faults
}

#[tokio::test]
async fn the_program_before_works_beside_this_one_s_schema() {
    let statements = previous();
    let inserts = statements
        .iter()
        .filter_map(|statement| inserted(statement));
    assert!(
        statements.len() > 600 && inserts.count() > 80,
        "the statements were read"
    );
    let db = TestDb::create().await;
    let mut conn = PgConnection::connect(&db.app_url()).await.unwrap();
    assert_eq!(not_understood(&mut conn).await, Vec::<String>::new());
    assert_eq!(not_taken(&mut conn).await, Vec::<String>::new());
}

#[tokio::test]
async fn a_column_that_was_renamed_or_is_suddenly_needed_is_noticed() {
    let db = TestDb::create().await;
    let mut owner = PgConnection::connect(&db.superuser_url()).await.unwrap();
    for change in [
        "alter table plan rename column max_subscription_days to longest_days",
        "alter table application add column colour text not null",
    ] {
        sqlx::query(change).execute(&mut owner).await.unwrap();
    }
    let mut conn = PgConnection::connect(&db.app_url()).await.unwrap();
    let renamed = not_understood(&mut conn).await;
    assert!(!renamed.is_empty());
    for fault in &renamed {
        assert!(fault.contains("max_subscription_days"), "{fault}");
    }
    let needed = not_taken(&mut conn).await;
    assert!(!needed.is_empty());
    for fault in &needed {
        assert!(fault.starts_with("application.colour"), "{fault}");
    }
}
