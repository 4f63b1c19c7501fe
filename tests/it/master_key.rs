//! Rotations of the master key that are killed in the middle, and every secret afterwards.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gatehouse_control_plane::Db;
use gatehouse_control_plane::db::DbAddresses;
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_control_plane::sealed::{self, Owner, Place, Purpose, Sealed, wrapped_keys};
use gatehouse_domain::id::TenantId;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestDb, command, eventually};
use gatehouse_runtime::Clock;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

use crate::GATEHOUSE;

/// Kills, spread evenly over the time a whole rotation takes.
const KILLS: u32 = 16;

/// Three times as many as are wrapped in one transaction, nearly.
const TENANTS: u128 = 280;

const SECRET: &[u8] = b"what must open after every kill";

/// An installation with a sealed secret in each of its tenants.
struct Installation {
    folder: tempfile::TempDir,
    test_db: TestDb,
    secrets: Vec<(TenantId, Sealed)>,
}

fn place(tenant: TenantId) -> Place {
    Place {
        owner: Owner::Tenant(tenant),
        purpose: Purpose::Webhook,
        column: "webhook_endpoint.secret_enc",
        row: tenant.uuid(),
    }
}

async fn enter(conn: &mut PgConnection, tenant: TenantId) {
    sqlx::query("select set_config('gatehouse.tenant', $1, false)")
        .bind(tenant.uuid().to_string())
        .execute(conn)
        .await
        .unwrap();
}

impl Installation {
    async fn create() -> Self {
        let mut installation = Self {
            folder: tempfile::tempdir().unwrap(),
            test_db: TestDb::create().await,
            secrets: Vec::new(),
        };
        let db = installation.start().await;
        let mut owner = PgConnection::connect(&installation.test_db.superuser_url())
            .await
            .unwrap();
        let mut conn = PgConnection::connect(&installation.test_db.app_url())
            .await
            .unwrap();
        for number in 1..=TENANTS {
            let tenant = TenantId::from_uuid(Uuid::from_u128(number));
            sqlx::query(
                "insert into tenant (id, slug, name, created_at) values ($1, $2, $2, now())",
            )
            .bind(tenant.uuid())
            .bind(format!("tenant-{number}"))
            .execute(&mut owner)
            .await
            .unwrap();
            enter(&mut conn, tenant).await;
            let sealed = sealed::seal(&mut conn, &db, &place(tenant), SECRET).await;
            installation.secrets.push((tenant, sealed.unwrap()));
        }
        installation
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("master.key")
    }

    fn keys_of_file(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.file()).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// What a role that starts now has.
    async fn start(&self) -> Db {
        let keys = MasterKey::load_or_create(&self.file()).unwrap();
        let addresses = DbAddresses::managed(&self.test_db.superuser_url());
        Db::connect(&addresses, keys, Clock::system())
            .await
            .unwrap()
    }

    fn rotate_args(&self) -> Vec<String> {
        let folder = self.folder.path().display().to_string();
        let url = self.test_db.superuser_url();
        [
            "master-key",
            "rotate",
            "--data-dir",
            &folder,
            "--database-url",
            &url,
        ]
        .map(str::to_owned)
        .to_vec()
    }

    /// A rotation that has put its new key into the file, and goes on.
    async fn begin_rotation(&self) -> Child {
        let before = self.keys_of_file();
        let child = Command::new(GATEHOUSE)
            .args(self.rotate_args())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        eventually(PATIENCE, "a new key is in the file", async || {
            let changed = self.keys_of_file() != before;
            changed.then_some(()).ok_or_else(|| "not yet".to_owned())
        })
        .await;
        child
    }

    /// Runs it to its end, and holds that one key is left, in the file and in use.
    async fn rotate_whole(&self) {
        let args = self.rotate_args();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = command::run(Path::new(GATEHOUSE), &args, &[]).await;
        ran.assert_success();
        assert_eq!(self.keys_of_file().len(), 1);
        let db = self.start().await;
        let wrapped = wrapped_keys(&db).await.unwrap();
        assert!(wrapped.len() == 1 && wrapped[0].in_use, "{wrapped:?}");
        self.assert_all_open(&db).await;
    }

    async fn assert_all_open(&self, db: &Db) {
        let mut conn = PgConnection::connect(&self.test_db.app_url())
            .await
            .unwrap();
        for (tenant, secret) in &self.secrets {
            enter(&mut conn, *tenant).await;
            let opened = sealed::open(&mut conn, db, &place(*tenant), secret).await;
            assert_eq!(opened.unwrap().as_slice(), SECRET);
        }
    }
}

/// How long a rotation goes on after its new key is in the file.
async fn time_of_a_whole_one(installation: &Installation) -> Duration {
    let mut child = installation.begin_rotation().await;
    let began = Instant::now();
    eventually(PATIENCE, "it ends", async || match child.try_wait() {
        Ok(Some(status)) if status.success() => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    began.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rotation_killed_at_any_moment_loses_no_secret_and_the_next_one_ends_it() {
    let installation = Installation::create().await;
    let whole = time_of_a_whole_one(&installation).await;
    let (mut begun, mut under_both) = (0, 0);
    for kill in 0..KILLS {
        let mut child = installation.begin_rotation().await;
        let after = whole * kill / KILLS;
        let _ = tokio::time::timeout(after, std::future::pending::<()>()).await;
        // SIGKILL: nothing is said to Postgres, and nothing is written any more.
        child.kill().unwrap();
        child.wait().unwrap();
        begun += u32::from(installation.keys_of_file().len() == 2);
        let db = installation.start().await;
        let wrapped = wrapped_keys(&db).await.unwrap();
        under_both += u32::from(wrapped.len() == 2);
        assert!(wrapped.iter().all(|key| key.held), "{wrapped:?}");
        installation.assert_all_open(&db).await;
        db.close().await;
        installation.rotate_whole().await;
    }
    assert!(
        begun >= 3 && under_both >= 1,
        "{begun} kills before the end, {under_both} of them with some wrapped and some not"
    );
}
