//! With a hundred thousand credentials an approval costs what it costs with two.

use std::fmt::Write as _;

use gatehouse_domain::credential::CredentialState;
use gatehouse_harness::callers::{Developer, Wish};
use gatehouse_harness::eventually;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_snapshot::object::{Credential, CredentialLater, Object};
use gatehouse_snapshot::state_hash::StateHash;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Scene;

const MANY: u32 = 100_000;
const DELTA_BYTES_MAX: u64 = 4096;
/// Rows that may be read of a large table while one request is approved, whatever else goes on meanwhile.
const READS_MAX: i64 = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_100_000_credentials_an_approval_moves_under_4_kib_and_touches_a_constant_number_of_rows()
 {
    let scene = Scene::start().await;
    scene.stack.expects_server_errors(); // Connections are ended to read their counters.
    scene
        .root
        .add_plan("petstore", "gold", "manual", &json!([]))
        .await;
    let granted = scene.granted("Keeper of keys").await;
    let developer = scene.stack.first_tenant().developer("Dora").await;
    let mut conn = scene.stack.sql().await;
    count_writes(&mut conn).await;
    let few = approval_cost(&scene, &mut conn, &developer, "With few").await;
    load(&scene, &mut conn).await;
    let many = approval_cost(&scene, &mut conn, &developer, "With many").await;
    assert_eq!(few.written, many.written, "rows written, by table");
    let rows: i64 = many.written.iter().map(|(_, rows)| rows).sum();
    assert!((4..60).contains(&rows), "{:?}", many.written);
    assert!(
        (1..DELTA_BYTES_MAX).contains(&many.bytes),
        "{} bytes went to the gateway",
        many.bytes
    );
    assert!(
        many.read < READS_MAX,
        "{} rows of large tables were read",
        many.read
    );
    granted.consumer.get(&scene.pets()).await.assert_status(200);
}

#[derive(Debug)]
struct Cost {
    /// Of configuration, to the gateway.
    bytes: u64,
    /// By the transaction of the approval: table and rows.
    written: Vec<(String, i64)>,
    /// Of the large tables, by everybody.
    read: i64,
}

async fn approval_cost(
    scene: &Scene,
    conn: &mut PgConnection,
    developer: &Developer,
    application: &str,
) -> Cost {
    let wish = Wish {
        api: "petstore",
        plan: "gold",
        environment: "production",
        application,
    };
    let access = developer.request(wish).await;
    let path = format!("/v1/subscriptions/{}/approve", access.subscription);
    let read = rows_read(conn).await;
    let bytes = scene.between.config_bytes();
    let approved = scene.root.post(&path, &json!({})).await;
    scene.root.wait_in_force(approved.assert_status(200)).await;
    let written = "select table_name, count(*) from writes_of_test
                   where tx = (select tx from writes_of_test where table_name = 'approval_decision' order by tx desc limit 1)
                   group by table_name order by table_name";
    Cost {
        bytes: scene.between.config_bytes() - bytes,
        written: sqlx::query_as(written).fetch_all(&mut *conn).await.unwrap(),
        read: rows_read(conn).await - read,
    }
}

/// From here on every written row leaves a mark with its transaction.
async fn count_writes(conn: &mut PgConnection) {
    let set_up = "
        create table writes_of_test (table_name text not null, tx xid8 not null);
        create function mark_write() returns trigger language plpgsql security definer as $$
        begin insert into writes_of_test values (tg_table_name, pg_current_xact_id()); return null; end $$;
        do $$ declare t regclass; begin
            for t in select c.oid from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = 'public' and c.relkind = 'r' and not c.relispartition
                       and c.relname not in ('writes_of_test', '_sqlx_migrations') loop
                execute format('create trigger mark_write after insert or update or delete on %s for each row execute function mark_write()', t);
            end loop;
        end $$;";
    sqlx::raw_sql(set_up).execute(conn).await.unwrap();
}

/// Rows of the large tables that all sessions have read so far. A session hands its counters over when it ends, so all are ended.
async fn rows_read(conn: &mut PgConnection) -> i64 {
    let others = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()";
    let pids: Vec<i32> = sqlx::query_scalar(others)
        .fetch_all(&mut *conn)
        .await
        .unwrap();
    sqlx::query("select pg_terminate_backend(pid) from unnest($1::int[]) pid")
        .bind(&pids)
        .execute(&mut *conn)
        .await
        .unwrap();
    // Also the idle ones take a moment; new sessions in their place have not read anything yet.
    let ending = "select count(*) from pg_stat_activity where pid = any($1)";
    eventually(PATIENCE, "the sessions have ended", async || {
        let left: i64 = sqlx::query_scalar(ending)
            .bind(&pids)
            .fetch_one(&mut *conn)
            .await
            .unwrap();
        if left == 0 {
            Ok(())
        } else {
            Err(left.to_string())
        }
    })
    .await;
    let read = "select coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0)::bigint from pg_stat_user_tables
                where relname in ('credential', 'config_object')";
    sqlx::query("select pg_stat_clear_snapshot()")
        .execute(&mut *conn)
        .await
        .unwrap();
    sqlx::query_scalar(read).fetch_one(conn).await.unwrap()
}

/// Gives the application so many keys by COPY, rows and objects, with the state hash they add up to, in a new generation.
async fn load(scene: &Scene, conn: &mut PgConnection) {
    let row = "select c.tenant_id, c.environment_id, c.application_id, g.id from credential c, gateway_group g limit 1";
    let (tenant, environment, application, group): (Uuid, Uuid, Uuid, Uuid) =
        sqlx::query_as(row).fetch_one(&mut *conn).await.unwrap();
    let bytes: Vec<u8> = sqlx::query_scalar("select state_hash from gateway_group")
        .fetch_one(&mut *conn)
        .await
        .unwrap();
    let mut state = StateHash::from_slice(&bytes).unwrap();
    let (mut rows, mut objects) = (String::new(), String::new());
    for number in 0..MANY {
        let id = Uuid::from_u128(0x0190_b000_0000_7000_8000_0000_0000_0000 + u128::from(number));
        let object = Object::Credential(Credential {
            id: id.into(),
            tenant: tenant.into(),
            application: application.into(),
            environment: environment.into(),
            key_id: 1_000_000 + u64::from(number),
            digest: [u8::try_from(number % 251).unwrap(); 32],
            state: CredentialState::Active,
            not_before: None,
            expires_at: None,
            retire_at: None,
            later: CredentialLater::default(),
        });
        let record = object.encode();
        let digest = StateHash::of_record(&record);
        state.add(digest);
        let key_id = 1_000_000 + i64::from(number);
        writeln!(
            rows,
            "{id}\t{tenant}\t{application}\t{environment}\t{key_id}\t\\\\x{}\tabcd\tactive\t2026-01-01",
            "00".repeat(32)
        )
        .unwrap();
        let kind = record.object.kind as i16;
        writeln!(
            objects,
            "{group}\t{kind}\t{id}\t{tenant}\t\\\\x{}\t\\\\x{}\t1",
            hex(&record.body),
            hex(&digest)
        )
        .unwrap();
    }
    let columns = "id, tenant_id, application_id, environment_id, key_id, secret_hash, last4, state, created_at";
    copy(conn, &format!("credential ({columns})"), rows).await;
    copy(
        conn,
        "config_object (group_id, kind, object_id, tenant_id, body, sha256, seq)",
        objects,
    )
    .await;
    // The newest change too, or a gateway that fetches all of it before the next one would be told that it has diverged.
    let publish = "with head as (update gateway_group set state_hash = $1, generation = generation + 1 returning id, head_seq)
                   update config_change c set new_hash = $1 from head where c.group_id = head.id and c.seq = head.head_seq";
    sqlx::query(publish)
        .bind(state.0.as_slice())
        .execute(&mut *conn)
        .await
        .unwrap();
    sqlx::raw_sql("truncate writes_of_test; analyze")
        .execute(&mut *conn)
        .await
        .unwrap();
    // The next change tells the gateway that its generation has passed.
    scene.granted("Newcomer").await;
    eventually(PATIENCE, "the gateway holds them all", async || {
        let metrics = scene
            .stack
            .anonymous()
            .get(&format!("{}/metrics", scene.stack.status_url(0)))
            .await
            .text();
        let held = metrics
            .lines()
            .find(|line| line.starts_with("gatehouse_config_credentials "));
        let count = held.and_then(|line| line.split(' ').nth(1)?.parse::<u32>().ok());
        if count == Some(MANY + 2) {
            Ok(())
        } else {
            Err(format!("{held:?}"))
        }
    })
    .await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn copy(conn: &mut PgConnection, into: &str, lines: String) {
    let statement = format!("copy {into} from stdin");
    let mut copy = conn.copy_in_raw(&statement).await.unwrap();
    copy.send(lines.into_bytes()).await.unwrap();
    assert_eq!(copy.finish().await.unwrap(), u64::from(MANY));
}
