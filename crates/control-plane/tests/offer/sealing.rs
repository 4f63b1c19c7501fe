//! Secrets at rest: where they open, and what a new master key leaves of the old one.

use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::sealed::{
    self, Owner, Place, Purpose, Sealed, rotate_master_key, wrapped_keys,
};
use gatehouse_control_plane::{Db, Refusal};
use gatehouse_domain::id::TenantId;
use gatehouse_harness::TestDb;
use gatehouse_runtime::Clock;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::world::{World, make_tenant};

const CANARY: &[u8] = b"canary-that-no-dump-may-show";

fn place(tenant: TenantId, row: u128) -> Place {
    Place {
        owner: Owner::Tenant(tenant),
        purpose: Purpose::Webhook,
        column: "webhook_endpoint.secret_enc",
        row: Uuid::from_u128(row),
    }
}

/// A connection as the working role, in one tenant, as verbs have it.
async fn inside(test_db: &TestDb, tenant: TenantId) -> PgConnection {
    let mut conn = PgConnection::connect(&test_db.app_url()).await.unwrap();
    sqlx::query("select set_config('gatehouse.tenant', $1, false)")
        .bind(tenant.uuid().to_string())
        .execute(&mut conn)
        .await
        .unwrap();
    conn
}

fn addresses(test_db: &TestDb) -> DbAddresses {
    DbAddresses {
        app: test_db.app_url(),
        system: test_db.system_url(),
        shared: false,
    }
}

async fn open_with(test_db: &TestDb, keys: MasterKey) -> anyhow::Result<Db> {
    Db::connect(&addresses(test_db), keys, Clock::system()).await
}

#[tokio::test]
async fn a_ciphertext_opens_in_its_own_row_column_and_tenant_only() {
    let world = World::bare().await;
    let (ours, theirs) = (world.tenant, make_tenant(&world.db, "southwind").await);
    let mut conn = inside(&world.test_db, ours).await;
    let one = sealed::seal(&mut conn, &world.db, &place(ours, 1), CANARY)
        .await
        .unwrap();
    let two = sealed::seal(&mut conn, &world.db, &place(ours, 2), b"another")
        .await
        .unwrap();
    assert_eq!(one.key_id, two.key_id, "one key for one purpose");
    let opened = sealed::open(&mut conn, &world.db, &place(ours, 1), &one)
        .await
        .unwrap();
    assert_eq!(opened.as_slice(), CANARY);

    // Two rows whose ciphertexts were swapped.
    for (row, sealed) in [(1, &two), (2, &one)] {
        let swapped = sealed::open(&mut conn, &world.db, &place(ours, row), sealed).await;
        assert!(matches!(swapped, Err(Refusal::Internal(_))), "{swapped:?}");
    }
    let elsewhere = Place {
        column: "webhook_endpoint.prev_secret_enc",
        ..place(ours, 1)
    };
    assert!(
        sealed::open(&mut conn, &world.db, &elsewhere, &one)
            .await
            .is_err()
    );
    let mut flipped = one.clone();
    *flipped.bytes.last_mut().unwrap() ^= 1;
    assert!(
        sealed::open(&mut conn, &world.db, &place(ours, 1), &flipped)
            .await
            .is_err()
    );

    // Another tenant has another key, and cannot use this one even where it is held in memory.
    let mut foreign = inside(&world.test_db, theirs).await;
    let other = sealed::seal(&mut foreign, &world.db, &place(theirs, 1), CANARY)
        .await
        .unwrap();
    assert_ne!(other.key_id, one.key_id);
    assert!(
        sealed::open(&mut foreign, &world.db, &place(theirs, 1), &one)
            .await
            .is_err()
    );
    let seen: i64 = sqlx::query_scalar("select count(*) from data_key")
        .fetch_one(&mut foreign)
        .await
        .unwrap();
    assert_eq!(seen, 1, "each tenant sees its own data keys only");
}

#[tokio::test]
async fn what_belongs_to_the_installation_opens_without_a_tenant() {
    let world = World::bare().await;
    let place = Place {
        owner: Owner::Installation,
        purpose: Purpose::SecondFactor,
        column: "app_user.mfa_secret_enc",
        row: Uuid::from_u128(9),
    };
    let mut conn = PgConnection::connect(&world.test_db.app_url())
        .await
        .unwrap();
    let sealed = sealed::seal(&mut conn, &world.db, &place, CANARY)
        .await
        .unwrap();
    let opened = sealed::open(&mut conn, &world.db, &place, &sealed)
        .await
        .unwrap();
    assert_eq!(opened.as_slice(), CANARY);
}

#[tokio::test]
async fn twenty_first_secrets_at_once_share_one_data_key() {
    let world = World::bare().await;
    let mut tasks = tokio::task::JoinSet::new();
    for row in 0..20 {
        let (db, mut conn) = (world.db.clone(), inside(&world.test_db, world.tenant).await);
        let place = place(world.tenant, row);
        tasks.spawn(async move {
            let sealed = sealed::seal(&mut conn, &db, &place, CANARY).await.unwrap();
            let opened = sealed::open(&mut conn, &db, &place, &sealed).await.unwrap();
            assert_eq!(opened.as_slice(), CANARY);
            sealed.key_id
        });
    }
    let keys: std::collections::BTreeSet<Uuid> = tasks.join_all().await.into_iter().collect();
    assert_eq!(keys.len(), 1);
    assert_eq!(world.count("select count(*) from data_key").await, 1);
}

/// Tenants with a sealed secret each, in a database whose master key lies in a file.
struct Sealing {
    folder: tempfile::TempDir,
    test_db: TestDb,
    db: Db,
    secrets: Vec<(TenantId, Sealed)>,
}

impl Sealing {
    async fn with_tenants(count: u128) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let test_db = TestDb::create().await;
        let keys = MasterKey::load_or_create(&folder.path().join("master.key")).unwrap();
        let db = open_with(&test_db, keys).await.unwrap();
        let mut owner = PgConnection::connect(&test_db.superuser_url())
            .await
            .unwrap();
        let mut secrets = Vec::new();
        for number in 1..=count {
            let tenant = TenantId::from_uuid(Uuid::from_u128(number));
            sqlx::query(
                "insert into tenant (id, slug, name, created_at) values ($1, $2, $2, now())",
            )
            .bind(tenant.uuid())
            .bind(format!("tenant-{number}"))
            .execute(&mut owner)
            .await
            .unwrap();
            let mut conn = inside(&test_db, tenant).await;
            let sealed = sealed::seal(&mut conn, &db, &place(tenant, 1), CANARY)
                .await
                .unwrap();
            secrets.push((tenant, sealed));
        }
        Self {
            folder,
            test_db,
            db,
            secrets,
        }
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("master.key")
    }

    /// A process that starts now, with what the file says now.
    async fn another_process(&self) -> Db {
        let keys = MasterKey::load_or_create(&self.file()).unwrap();
        open_with(&self.test_db, keys).await.unwrap()
    }

    async fn assert_all_open(&self, db: &Db) {
        for (tenant, sealed) in &self.secrets {
            let mut conn = inside(&self.test_db, *tenant).await;
            let opened = sealed::open(&mut conn, db, &place(*tenant, 1), sealed)
                .await
                .unwrap();
            assert_eq!(opened.as_slice(), CANARY);
        }
    }
}

#[tokio::test]
async fn a_new_master_key_wraps_everything_and_the_old_one_opens_nothing_any_more() {
    let sealing = Sealing::with_tenants(3).await;
    let old_file = std::fs::read_to_string(sealing.file()).unwrap();
    let signer = sealing.db.keys().config_signer(1).unwrap().public();
    let running = sealing.another_process().await;

    let rotated = rotate_master_key(&sealing.db, false).await.unwrap();
    // One data key for each tenant, and the root key.
    assert_eq!((rotated.wrapped_again, rotated.old_keys_removed), (4, true));
    let status = wrapped_keys(&sealing.db).await.unwrap();
    assert_eq!(status.len(), 1);
    assert_eq!(
        (status[0].master_key.as_str(), status[0].keys),
        (rotated.master_key.as_str(), 4)
    );
    assert!(status[0].in_use && status[0].held);

    let new_file = std::fs::read_to_string(sealing.file()).unwrap();
    assert_eq!(new_file.lines().count(), 1);
    assert_ne!(new_file.trim(), old_file.trim());
    let started = sealing.another_process().await;
    assert_eq!(
        started.keys().config_signer(1).unwrap().public().0,
        signer.0,
        "gateways notice nothing"
    );
    for db in [&sealing.db, &running, &started] {
        sealing.assert_all_open(db).await;
    }
    // A process that was running makes keys under the new master key.
    let fresh = TenantId::from_uuid(Uuid::from_u128(77));
    let mut owner = PgConnection::connect(&sealing.test_db.superuser_url())
        .await
        .unwrap();
    sqlx::query(
        "insert into tenant (id, slug, name, created_at) values ($1, 'late', 'late', now())",
    )
    .bind(fresh.uuid())
    .execute(&mut owner)
    .await
    .unwrap();
    let mut conn = inside(&sealing.test_db, fresh).await;
    sealed::seal(&mut conn, &running, &place(fresh, 1), CANARY)
        .await
        .unwrap();
    let status = wrapped_keys(&sealing.db).await.unwrap();
    assert_eq!((status.len(), status[0].keys), (1, 5));

    let old = MasterKey::from_text(&old_file).unwrap();
    let refused = open_with(&sealing.test_db, old).await.unwrap_err();
    assert!(
        format!("{refused:#}").contains("another master key"),
        "{refused:#}"
    );
}

#[tokio::test]
async fn with_keep_old_replicas_that_have_copies_of_the_file_go_on_until_they_have_the_new_one() {
    let sealing = Sealing::with_tenants(2).await;
    let copy = sealing.folder.path().join("copy.key");
    std::fs::copy(sealing.file(), &copy).unwrap();
    let replica = open_with(&sealing.test_db, MasterKey::load_or_create(&copy).unwrap())
        .await
        .unwrap();

    let first = rotate_master_key(&sealing.db, true).await.unwrap();
    assert!(!first.old_keys_removed);
    // The copy does not have the new key: what it has not unwrapped yet stays shut, and it says which key it lacks.
    let (tenant, sealed) = &sealing.secrets[0];
    let mut conn = inside(&sealing.test_db, *tenant).await;
    let shut = sealed::open(&mut conn, &replica, &place(*tenant, 1), sealed)
        .await
        .unwrap_err();
    let Refusal::Internal(fault) = shut else {
        panic!("{shut:?}")
    };
    assert!(
        format!("{fault:#}").contains(&first.master_key),
        "{fault:#}"
    );
    std::fs::copy(sealing.file(), &copy).unwrap();
    sealing.assert_all_open(&replica).await;

    let second = rotate_master_key(&sealing.db, false).await.unwrap();
    assert_eq!(
        (second.master_key, second.wrapped_again),
        (first.master_key, 0)
    );
}

#[tokio::test]
async fn an_installation_that_derived_its_keys_from_the_master_key_keeps_them() {
    let test_db = TestDb::create().await;
    let text = "5c".repeat(32);
    let derived = gatehouse_control_plane::keys::Keys::from_root([0x5c; 32]);
    let mut owner = PgConnection::connect(&test_db.superuser_url())
        .await
        .unwrap();
    sqlx::query("insert into installation (master_key_check, created_at) values ($1, now())")
        .bind(derived.check_value().as_slice())
        .execute(&mut owner)
        .await
        .unwrap();
    let foreign = open_with(&test_db, MasterKey::from_text(&"5d".repeat(32)).unwrap()).await;
    assert!(
        foreign
            .unwrap_err()
            .to_string()
            .contains("another master key")
    );
    let db = open_with(&test_db, MasterKey::from_text(&text).unwrap())
        .await
        .unwrap();
    assert_eq!(db.keys().check_value(), derived.check_value());
    assert_eq!(wrapped_keys(&db).await.unwrap().len(), 1);
}
