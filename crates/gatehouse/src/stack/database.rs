//! The database of an installation: a managed one by address, or a private Postgres in the data folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use gatehouse_control_plane::Db;
use gatehouse_control_plane::db::{DbAddresses, migrate};
use gatehouse_control_plane::keys::MasterKey;
use gatehouse_private_postgres::{
    APP_ROLE, DATABASE, FindOptions, OWNER_ROLE, Options, Running, SYSTEM_ROLE, bring_up,
};
use gatehouse_runtime::clock::Clock;
use gatehouse_runtime::settings::Environment;

use super::remove;
use crate::cli::{DataDir, PostgresArgs};

/// A migrated database, and the server behind it when it is a private one.
pub(crate) struct Database {
    pub(crate) addresses: DbAddresses,
    /// As the owner of the tables.
    pub(crate) owner: String,
    pub(crate) server: Option<Running>,
}

impl Database {
    /// Opens it with the installation's master key.
    pub(crate) async fn open(&self, data_dir: &Path) -> anyhow::Result<Db> {
        let keys = MasterKey::load_or_create(&master_key_file(data_dir))?;
        Db::connect(&self.addresses, keys, Clock::system()).await
    }

    /// Stops a private server that this process started; one it attached to goes on.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        match self.server {
            Some(server) if !server.is_attached() => Ok(server.stop().await?),
            _ => Ok(()),
        }
    }

    /// Stops a private server and deletes what it holds, which may lie outside the data folder.
    pub(crate) async fn throw_away(self) -> anyhow::Result<()> {
        let Some(server) = self.server else {
            bail!("only a private database is thrown away")
        };
        if server.is_attached() {
            bail!("another program uses this database; end it first");
        }
        let place = server.data_dir().to_owned();
        server.stop().await?;
        remove(&place)
    }
}

/// Where the installation's master key lies.
pub(crate) fn master_key_file(data_dir: &Path) -> PathBuf {
    data_dir.join("master.key")
}

/// Brings the database up, or attaches to it, and migrates it.
pub(crate) async fn database(data: &DataDir) -> anyhow::Result<Database> {
    let data_dir = prepare_data_dir(&data.data_dir)?;
    if let Some(url) = &data.database_url {
        migrate(url).await?;
        return Ok(Database {
            addresses: DbAddresses::managed(url),
            owner: url.clone(),
            server: None,
        });
    }
    private_database(&data_dir, &data.postgres, &Options::default()).await
}

/// Brings a private database up in a data folder, and migrates it.
pub(crate) async fn private_database(
    data_dir: &Path,
    postgres: &PostgresArgs,
    options: &Options,
) -> anyhow::Result<Database> {
    let find = find_options(postgres, data_dir);
    let server = bring_up(&data_dir.join("postgres"), &find, options).await?;
    let owner = server.connect_url(DATABASE, OWNER_ROLE);
    migrate(&owner).await?;
    let addresses = DbAddresses {
        app: server.connect_url(DATABASE, APP_ROLE),
        system: server.connect_url(DATABASE, SYSTEM_ROLE),
        shared: false,
    };
    Ok(Database {
        addresses,
        owner,
        server: Some(server),
    })
}

/// Makes the data folder (mode 0700) and gives its absolute path: children run with it whatever their working folder is.
pub(crate) fn prepare_data_dir(data_dir: &Path) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
        .create(data_dir)
        .with_context(|| format!("making the data folder {}", data_dir.display()))?;
    data_dir
        .canonicalize()
        .with_context(|| format!("opening the data folder {}", data_dir.display()))
}

fn find_options(postgres: &PostgresArgs, data_dir: &Path) -> FindOptions {
    let environment = Environment::of_process();
    let cache = postgres
        .cache_dir
        .clone()
        .unwrap_or_else(|| cache_dir(&environment, data_dir));
    let mut find = FindOptions::new(cache, environment.get("PATH").map(OsString::from));
    find.bin_dir.clone_from(&postgres.pg_bin);
    find.search_system = !postgres.pg_fetch;
    find.registry.clone_from(&postgres.npm_registry);
    find
}

/// The user's cache folder by the XDG Base Directory specification, or the data folder when there is none.
fn cache_dir(environment: &Environment, data_dir: &Path) -> PathBuf {
    let home = environment
        .get("HOME")
        .map(|home| PathBuf::from(home).join(".cache"));
    let cache = environment
        .get("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .or(home);
    cache
        .filter(|path| path.is_absolute())
        .map_or_else(|| data_dir.join("cache"), |path| path.join("gatehouse"))
}
