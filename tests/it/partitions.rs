//! The usage ledger's months exist before their first record.

use std::time::Duration;

use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::{Db, jobs};
use gatehouse_harness::TestDb;
use gatehouse_runtime::Clock;
use sqlx::{Connection, PgConnection};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

const LEDGER: [&str; 4] = ["call_log", "usage_day", "usage_hour", "usage_minute"];

fn at(text: &str) -> OffsetDateTime {
    OffsetDateTime::parse(text, &Rfc3339).unwrap()
}

/// Months that have a partition in every table of the ledger, as `YYYYMM`.
async fn months(conn: &mut PgConnection) -> Vec<String> {
    let query = "select right(c.relname, 6) as month from pg_class c join pg_inherits i on i.inhrelid = c.oid
                 join pg_class p on p.oid = i.inhparent where p.relname = any($1)
                 group by month having count(*) = $2 order by month";
    let tables: Vec<&str> = LEDGER.into();
    let count = i64::try_from(LEDGER.len()).unwrap();
    sqlx::query_scalar(query)
        .bind(tables)
        .bind(count)
        .fetch_all(conn)
        .await
        .unwrap()
}

/// The partition a call at this moment goes to, or why there is none.
async fn place_of(conn: &mut PgConnection, moment: &str) -> Result<String, String> {
    let mut tx = conn.begin().await.unwrap();
    let tenant = "insert into tenant (id, slug, name, created_at) values (gen_random_uuid(), 'clock', 'Clock', now()) returning id";
    let tenant: uuid::Uuid = sqlx::query_scalar(tenant)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    let call = "insert into call_log (tenant_id, at, request_id, environment_id, operation_key, method, path, status, reason,
                                      latency_us, upstream_us, bytes_in, bytes_out)
                values ($1, $2, gen_random_uuid(), gen_random_uuid(), '', 'GET', '/', 200, '', 1, 1, 1, 1)
                returning tableoid::regclass::text";
    let placed = sqlx::query_scalar(call)
        .bind(tenant)
        .bind(at(moment))
        .fetch_one(&mut *tx)
        .await;
    placed.map_err(|error| error.to_string())
}

#[tokio::test]
async fn partitions_are_made_ahead_by_the_job_and_calls_cross_the_end_of_a_year() {
    let database = TestDb::create().await;
    let folder = tempfile::tempdir().unwrap();
    let keys = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
    let (clock, hand) = Clock::adjustable(at("2026-12-31T23:59:30Z"));
    let addresses = DbAddresses {
        app: database.app_url(),
        system: database.system_url(),
        shared: false,
    };
    let db = Db::connect(&addresses, keys, clock).await.unwrap();
    let mut conn = PgConnection::connect(&database.superuser_url())
        .await
        .unwrap();
    assert!(
        months(&mut conn).await.is_empty(),
        "no month exists before the job has run"
    );
    assert!(
        place_of(&mut conn, "2026-12-31T23:59:59Z")
            .await
            .unwrap_err()
            .contains("no partition")
    );

    jobs::housekeeping(&db).await.unwrap();
    assert_eq!(
        months(&mut conn).await,
        ["202612", "202701", "202702", "202703"]
    );
    for (moment, month) in [
        ("2026-12-31T23:59:59.999999Z", "call_log_202612"),
        ("2027-01-01T00:00:00Z", "call_log_202701"),
        // The same moment as the last of December in UTC, written in another zone.
        ("2027-01-01T00:59:59+01:00", "call_log_202612"),
        ("2027-02-28T23:59:59Z", "call_log_202702"),
    ] {
        assert_eq!(
            place_of(&mut conn, moment).await.as_deref(),
            Ok(month),
            "{moment}"
        );
    }
    hand.advance(Duration::from_secs(60));
    jobs::housekeeping(&db).await.unwrap();
    assert_eq!(
        months(&mut conn).await.len(),
        4,
        "a second run makes nothing twice"
    );
    hand.advance(Duration::from_secs(31 * 86_400));
    jobs::housekeeping(&db).await.unwrap();
    assert_eq!(
        months(&mut conn).await.last().map(String::as_str),
        Some("202704")
    );
    db.close().await;
}

#[tokio::test]
async fn two_replicas_may_make_the_same_partitions_at_once() {
    let database = TestDb::create().await;
    let folder = tempfile::tempdir().unwrap();
    let addresses = DbAddresses {
        app: database.app_url(),
        system: database.system_url(),
        shared: false,
    };
    let mut replicas = Vec::new();
    for _ in 0..4 {
        let keys = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
        replicas.push(
            Db::connect(&addresses, keys, Clock::fixed(at("2026-12-31T23:59:30Z")))
                .await
                .unwrap(),
        );
    }
    let mut running = tokio::task::JoinSet::new();
    for db in replicas {
        running.spawn(async move { jobs::housekeeping(&db).await });
    }
    for done in running.join_all().await {
        done.unwrap();
    }
}
