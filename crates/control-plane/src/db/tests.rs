//! Connections that come back have no tenant.

use std::panic::AssertUnwindSafe;

use gatehouse_harness::TestDb;

use super::*;

/// What one connection of the pool says of the tenant once it is back; the others are held until it is.
async fn tenant_once_back(db: &Db, pid: i32) -> String {
    let mut others = Vec::new();
    loop {
        let mut connection = db.0.pools.app.acquire().await.unwrap();
        let (found, tenant): (i32, Option<String>) =
            sqlx::query_as("select pg_backend_pid(), current_setting('gatehouse.tenant', true)")
                .fetch_one(&mut *connection)
                .await
                .unwrap();
        if found == pid {
            return tenant.unwrap_or_default();
        }
        others.push(connection);
    }
}

async fn pid_of(tx: &mut Tx, tenant: TenantId) -> i32 {
    let (pid, set): (i32, String) =
        sqlx::query_as("select pg_backend_pid(), current_setting('gatehouse.tenant')")
            .fetch_one(&mut **tx)
            .await
            .unwrap();
    assert_eq!(set, tenant.uuid().to_string());
    pid
}

async fn connect(test_db: &TestDb) -> Db {
    let addresses = DbAddresses {
        app: test_db.app_url(),
        system: test_db.system_url(),
        shared: false,
    };
    let keys = MasterKey::from_text(&"2f".repeat(32)).unwrap();
    Db::connect(&addresses, keys, Clock::system())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_session_whose_beginning_failed_half_way_is_not_used_again() {
    let test_db = TestDb::create().await;
    let db = connect(&test_db).await;
    let half = db.0.pools.app.begin_with("begin; select 1 / 0").await;
    half.unwrap_err();
    let mut tx = db
        .tenant(TenantId::from_uuid(uuid::Uuid::from_u128(7)))
        .await
        .unwrap();
    sqlx::query("select").execute(&mut *tx).await.unwrap();
    drop(tx);
    db.close().await;
}

#[tokio::test]
async fn a_connection_that_comes_back_after_a_panic_or_a_cancelled_verb_has_no_tenant() {
    let test_db = TestDb::create().await;
    let db = connect(&test_db).await;
    let tenant = TenantId::from_uuid(uuid::Uuid::from_u128(7));
    let (told, pid) = tokio::sync::oneshot::channel();
    let panicking = {
        let db = db.clone();
        async move {
            let mut tx = db.tenant(tenant).await.unwrap();
            told.send(pid_of(&mut tx, tenant).await).unwrap();
            panic!("in the middle of a verb");
        }
    };
    let ended = tokio::task::LocalSet::new()
        .run_until(async { tokio::task::spawn_local(AssertUnwindSafe(panicking)).await })
        .await;
    assert!(ended.unwrap_err().is_panic());
    assert_eq!(tenant_once_back(&db, pid.await.unwrap()).await, "");
    // A request whose client has gone is dropped between two statements.
    let mut tx = db.tenant(tenant).await.unwrap();
    let pid = pid_of(&mut tx, tenant).await;
    drop(tx);
    assert_eq!(tenant_once_back(&db, pid).await, "");
    db.close().await;
}
