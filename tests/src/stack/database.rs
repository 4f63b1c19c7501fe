//! The database under a stack: a copy on the shared test server, or a whole server of its own that a test can stop.

use std::path::PathBuf;

use gatehouse_control_plane::db::{DbAddresses, migrate};
use gatehouse_os::{Signal, kill, pid_alive};
use gatehouse_private_postgres::{
    APP_ROLE, Binaries, DATABASE, Durability, FindOptions, OWNER_ROLE, Options, Running, SUPERUSER,
    SYSTEM_ROLE, prepare_roles, start_or_attach,
};

use crate::process::inherited;
use crate::test_db::TestDb;
use crate::wait::{PATIENCE, eventually};

/// Where the stack's rows live.
pub(super) enum Database {
    Shared(TestDb),
    Own(OwnServer),
}

/// A Postgres that belongs to one stack.
pub(super) struct OwnServer {
    folder: PathBuf,
    running: Option<Running>,
    addresses: DbAddresses,
    superuser: String,
}

impl Database {
    pub(super) fn addresses(&self) -> DbAddresses {
        match self {
            Self::Shared(db) => DbAddresses {
                app: db.app_url(),
                system: db.system_url(),
                shared: false,
            },
            Self::Own(server) => server.addresses.clone(),
        }
    }

    pub(super) fn superuser_url(&self) -> String {
        match self {
            Self::Shared(db) => db.superuser_url(),
            Self::Own(server) => server.superuser.clone(),
        }
    }
}

impl OwnServer {
    /// A new cluster with every migration applied.
    pub(super) async fn start(folder: PathBuf) -> Self {
        let running = bring_up(&folder).await;
        prepare_roles(&running).await.expect("the roles");
        migrate(&running.connect_url(DATABASE, OWNER_ROLE))
            .await
            .expect("the migrations");
        let addresses = DbAddresses {
            app: running.connect_url(DATABASE, APP_ROLE),
            system: running.connect_url(DATABASE, SYSTEM_ROLE),
            shared: false,
        };
        let superuser = running.connect_url(DATABASE, SUPERUSER);
        Self {
            folder,
            running: Some(running),
            addresses,
            superuser,
        }
    }

    /// SIGKILL to the server: no checkpoint, no farewell.
    pub(super) async fn kill9(&mut self) {
        let running = self.running.take().expect("the server runs");
        let pid = running.pid();
        kill(pid, Signal::Kill).expect("a child of ours");
        running.exited().await;
        eventually(PATIENCE, "Postgres is gone", async || {
            if pid_alive(pid) {
                Err("its process lives".to_owned())
            } else {
                Ok(())
            }
        })
        .await;
    }

    /// Starts it again on the same data.
    pub(super) async fn start_again(&mut self) {
        assert!(self.running.is_none(), "the server still runs");
        let running = bring_up(&self.folder).await;
        assert_eq!(
            running.connect_url(DATABASE, APP_ROLE),
            self.addresses.app,
            "it is found where it was"
        );
        self.running = Some(running);
    }
}

async fn bring_up(folder: &std::path::Path) -> Running {
    let path = inherited().find_map(|(name, value)| (name == "PATH").then_some(value));
    let cache = PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../target/postgres-cache"
    ));
    let binaries = Binaries::find(&FindOptions::new(cache, path))
        .await
        .expect("a Postgres");
    let options = Options {
        // Full: it is killed, and what it acknowledged must be there afterwards.
        durability: Durability::Full,
        ..Options::default()
    };
    start_or_attach(folder, &binaries, &options)
        .await
        .expect("a server of our own")
}
