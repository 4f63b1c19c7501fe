//! Jobs, and the one that writes everything a tenant owns: nothing of another's, nothing left out, no secret.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_control_plane::credentials::{self, IssueKey};
use gatehouse_control_plane::long_jobs::{self, JobView, NOT_EXPORTED};
use gatehouse_control_plane::{Lookup, Page};
use gatehouse_domain::Role;
use gatehouse_domain::id::JobId;
use gatehouse_domain::job::JobState;
use serde_json::Value;
use sqlx::AssertSqlSafe;

use crate::world::{World, conflict, is_forbidden, is_not_found, make_tenant, member};

impl World {
    async fn export(&self) -> JobView {
        let begun = long_jobs::export_tenant(&self.db, &self.ada).await;
        begun.unwrap().value
    }

    async fn job(&self, id: JobId) -> JobView {
        long_jobs::get_job(&self.db, &self.ada, id).await.unwrap()
    }

    async fn written(&self, id: JobId) -> Vec<Value> {
        let reader = long_jobs::job_output(&self.db, &self.ada, id).await;
        let (mut reader, mut bytes) = (reader.unwrap(), Vec::new());
        while let Some(piece) = reader.next().await.unwrap() {
            bytes.extend(piece);
        }
        let text = String::from_utf8(bytes).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Rows of this tenant in each tenant-owned table of the catalogue, counted past every policy.
    async fn rows_by_table(&self) -> BTreeMap<String, i64> {
        let mut conn = self.superuser().await;
        let tables: Vec<String> = sqlx::query_scalar(
            "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity",
        )
        .fetch_all(&mut conn)
        .await
        .unwrap();
        let mut counts = BTreeMap::new();
        for table in tables {
            let count = format!(
                "select count(*) from {table} where tenant_id = '{}'",
                self.tenant.uuid()
            );
            let count: i64 = sqlx::query_scalar(AssertSqlSafe(count))
                .fetch_one(&mut conn)
                .await
                .unwrap();
            counts.insert(table, count);
        }
        counts
    }

    async fn sql(&self, statement: &'static str) -> u64 {
        let done = sqlx::query(statement)
            .execute(&mut self.superuser().await)
            .await;
        done.unwrap().rows_affected()
    }
}

#[tokio::test]
async fn an_export_has_every_row_of_every_table_the_tenant_owns_and_none_of_anothers() {
    let world = World::create().await;
    let subscription = world.approved("Shop", "team").await;
    let input = IssueKey {
        environment: Lookup::from("production"),
        name: String::new(),
        expires_in_days: None,
        products: Vec::new(),
    };
    let app = Lookup::Id(subscription.application.id);
    let (_, key) = credentials::issue(&world.db, &world.dora, app, input)
        .await
        .unwrap()
        .value;
    let other = make_tenant(&world.db, "contoso-canary").await;
    member(&world.db, other, "Stranger", Role::Admin).await;
    let begun = world.export().await;
    assert_eq!(begun.state, JobState::Waiting);
    let before = world.rows_by_table().await;
    assert!(long_jobs::run_due(&world.db).await.unwrap());
    let ended = world.job(begun.id).await;
    assert_eq!(ended.state, JobState::Done, "{ended:?}");
    let lines = world.written(begun.id).await;
    let (head, end) = (&lines[0], &lines[lines.len() - 1]);
    assert_eq!(
        (&head["export"], &end["end"]),
        (&"gatehouse/v1".into(), &true.into())
    );
    let listed: BTreeSet<&str> = head["tables"]
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap())
        .collect();
    let mut found = BTreeMap::<String, i64>::new();
    for line in &lines[1..lines.len() - 1] {
        let (table, row) = (line["table"].as_str().unwrap(), &line["row"]);
        *found.entry(table.to_owned()).or_default() += 1;
        match table {
            "tenant" => assert_eq!(row["slug"], "northwind"),
            "person" => assert_ne!(row["name"], "Stranger"),
            _ => assert_eq!(row["tenant_id"], world.tenant.uuid().to_string(), "{line}"),
        }
        for name in row.as_object().unwrap().keys() {
            assert!(
                !["secret_hash", "token_hash", "password_hash", "wrapped"].contains(&name.as_str())
                    && !name.ends_with("_enc")
                    && !name.starts_with("sealed"),
                "{table}.{name} is a secret"
            );
        }
    }
    for (table, rows) in &before {
        if NOT_EXPORTED.contains(&table.as_str()) {
            assert!(!listed.contains(table.as_str()), "{table}");
            continue;
        }
        assert!(listed.contains(table.as_str()), "{table} is not exported");
        assert_eq!(found.get(table).copied().unwrap_or(0), *rows, "{table}");
        assert_eq!(end["rows"][table], *rows, "{table}");
    }
    assert!(
        before["operation"] == 3 && before["credential"] == 1,
        "{before:?}"
    );
    let text = lines.iter().map(Value::to_string).collect::<String>();
    for canary in [
        "contoso-canary",
        &other.uuid().to_string(),
        &other.to_string(),
        key.reveal().as_str(),
    ] {
        assert!(!text.contains(canary), "{canary}");
    }
    assert!(text.contains("Find") || text.contains("List all pets"));
}

#[tokio::test]
async fn one_export_runs_at_a_time_may_be_cancelled_and_is_begun_anew_when_its_worker_dies() {
    let world = World::create().await;
    let db = &world.db;
    assert!(is_forbidden(
        &long_jobs::export_tenant(db, &world.paul).await
    ));
    let dry = world.ada.clone().on_a_dry_run();
    long_jobs::export_tenant(db, &dry).await.unwrap();
    let first = world.export().await;
    let again = long_jobs::export_tenant(db, &world.ada).await;
    assert!(conflict(again).contains("under way"));
    let early = long_jobs::job_output(db, &world.ada, first.id).await;
    assert!(conflict(early).contains("waiting"));
    let cancelled = long_jobs::cancel_job(db, &world.ada, first.id).await;
    assert_eq!(cancelled.unwrap().value.state, JobState::Cancelled);
    assert!(!long_jobs::run_due(db).await.unwrap(), "nothing waits");
    let over = long_jobs::cancel_job(db, &world.ada, first.id).await;
    assert!(conflict(over).contains("over already"));

    // A worker took it and died; while its lease holds, nobody else does.
    let second = world.export().await;
    let taken = "update job set state = 'running', lease = gen_random_uuid(), attempts = 1,
                     leased_until = timestamptz '2026-11-20 12:01Z' where state = 'waiting'";
    assert_eq!(world.sql(taken).await, 1);
    let half = "insert into job_output (tenant_id, job_id, part, content) select tenant_id, id, 0, 'half' from job where state = 'running'";
    assert_eq!(world.sql(half).await, 1);
    assert!(!long_jobs::run_due(db).await.unwrap());
    world.pass(61);
    assert!(long_jobs::run_due(db).await.unwrap());
    assert_eq!(world.job(second.id).await.state, JobState::Done);
    assert_eq!(world.written(second.id).await[0]["export"], "gatehouse/v1");

    // One that nobody can finish is given up.
    let third = world.export().await;
    world
        .sql("update job set attempts = 3 where state = 'waiting'")
        .await;
    assert!(long_jobs::run_due(db).await.unwrap());
    let failed = world.job(third.id).await;
    assert_eq!(failed.state, JobState::Failed);
    assert!(failed.error.unwrap().contains("3 times"));

    // A cancellation that comes while it runs is noticed at its next step.
    let fourth = world.export().await;
    world
        .sql("update job set cancel_requested_at = created_at where state = 'waiting'")
        .await;
    assert!(long_jobs::run_due(db).await.unwrap());
    assert_eq!(world.job(fourth.id).await.state, JobState::Cancelled);

    let listed = long_jobs::list_jobs(db, &world.ada, &Page::default()).await;
    let listed: Vec<_> = listed.unwrap().data.iter().map(|job| job.id).collect();
    let mut newest_first = [fourth.id, third.id, second.id, first.id];
    newest_first.sort_by(|left, right| right.cmp(left));
    assert_eq!(listed, newest_first);
    let other = make_tenant(db, "contoso").await;
    let stranger = member(db, other, "Stranger", Role::Admin).await;
    assert!(is_not_found(
        &long_jobs::get_job(db, &stranger, second.id).await
    ));
    let theirs = long_jobs::job_output(db, &stranger, second.id).await;
    assert!(is_not_found(&theirs));
    // What it wrote is kept for seven days.
    world.pass(7 * 86_400);
    let late = long_jobs::job_output(db, &world.ada, second.id).await;
    assert!(conflict(late).contains("seven days"));
    gatehouse_control_plane::jobs::housekeeping(db)
        .await
        .unwrap();
    assert_eq!(world.count("select count(*) from job_output").await, 0);
}
