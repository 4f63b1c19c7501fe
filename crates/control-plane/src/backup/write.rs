//! Writing a backup.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::{Context, bail};
use gatehouse_snapshot::node_auth::hex;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, query_scalar};

use super::manifest::{FORM, MANIFEST, Manifest, Table};
use super::{Shape, migrations, quoted, shapes};
use crate::db::Db;

/// Rows read at once.
const PAGE: usize = 2_000;

/// Writes everything to a folder that has no backup yet (mode 0700, files 0600). `owner_url` reaches the database as the owner of its
/// tables, who alone may read which migrations it has.
pub async fn backup(db: &Db, owner_url: &str, folder: &Path) -> anyhow::Result<Manifest> {
    let writing = || format!("writing {}", folder.display());
    let mut builder = DirBuilder::new();
    builder
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(writing)?;
    if folder.join(MANIFEST).exists() {
        bail!(
            "{} holds a backup already; name another folder",
            folder.display()
        );
    }
    let mut owner = PgConnection::connect(owner_url)
        .await
        .context("connecting to the database")?;
    let migrations = migrations(&mut owner)
        .await
        .context("reading the migrations")?;
    let mut tx = db.everything_as_of_now().await?;
    let at = db.clock().now();
    let ledger_from: Option<String> = query_scalar(
        "select to_char(to_date(min(right(c.relname, 6)), 'YYYYMM'), 'YYYY-MM-DD') from pg_class c
         join pg_inherits i on i.inhrelid = c.oid join pg_class p on p.oid = i.inhparent where p.relname = 'call_log'",
    )
    .fetch_one(&mut *tx)
    .await?;
    let mut tables = Vec::new();
    for shape in shapes(&mut tx).await? {
        let name = shape.name.clone();
        let table = one(&mut tx, shape, folder).await;
        tables.push(table.with_context(|| format!("saving the table {name}"))?);
    }
    tx.rollback().await?;
    owner.close().await?;
    let manifest = Manifest {
        form: FORM,
        at,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        migrations,
        ledger_from,
        tables,
    };
    let mut file = private(&folder.join(MANIFEST)).with_context(writing)?;
    file.write_all(&serde_json::to_vec_pretty(&manifest)?)
        .with_context(writing)?;
    file.sync_all().with_context(writing)?;
    File::open(folder)?.sync_all().with_context(writing)?;
    Ok(manifest)
}

/// One row a line: the text of the whole row as Postgres writes it, as a JSON string.
async fn one(conn: &mut PgConnection, shape: Shape, folder: &Path) -> anyhow::Result<Table> {
    let mut table = Table {
        name: shape.name,
        columns: shape.columns,
        rows: 0,
        sha256: String::new(),
    };
    let mut digest = Sha256::new();
    let mut file = BufWriter::new(private(&folder.join(table.file()))?);
    let declare = format!(
        "declare saved no scroll cursor for select t::text from public.{} t",
        quoted(&table.name)
    );
    sqlx::raw_sql(AssertSqlSafe(declare))
        .execute(&mut *conn)
        .await?;
    loop {
        let fetch = format!("fetch {PAGE} from saved");
        let rows: Vec<String> = query_scalar(AssertSqlSafe(fetch))
            .fetch_all(&mut *conn)
            .await?;
        for row in &rows {
            let mut line = serde_json::to_vec(row)?;
            line.push(b'\n');
            digest.update(&line);
            file.write_all(&line)?;
        }
        table.rows += u64::try_from(rows.len())?;
        if rows.len() < PAGE {
            break;
        }
    }
    sqlx::raw_sql("close saved").execute(conn).await?;
    file.into_inner()?.sync_all()?;
    table.sha256 = hex(&digest.finalize());
    Ok(table)
}

fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
}
