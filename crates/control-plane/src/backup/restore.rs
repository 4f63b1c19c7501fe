//! Bringing a backup into an empty database.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use anyhow::{Context, bail, ensure};
use gatehouse_snapshot::node_auth::hex;
use sha2::{Digest, Sha256};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection, Row, query, query_scalar};

use super::manifest::{FORM, MANIFEST, Manifest, Table};
use super::{migrations, quoted, shapes};

/// Rows written at once.
const PAGE: usize = 1_000;

/// Brings a backup into the migrated, empty database that `owner_url` reaches as the owner of its tables: all of it, or nothing.
/// References between tables are checked again at the end. Returns what was in the backup.
pub async fn restore(owner_url: &str, folder: &Path) -> anyhow::Result<Manifest> {
    let manifest = read(folder)?;
    let mut conn = PgConnection::connect(owner_url)
        .await
        .context("connecting to the database")?;
    let mut tx = conn.begin().await?;
    sqlx::raw_sql(
        "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0",
    )
    .execute(&mut *tx)
    .await?;
    same_program(&migrations(&mut tx).await?, &manifest.migrations)?;
    let here = shapes(&mut tx).await?;
    for table in &manifest.tables {
        let found = here.iter().find(|shape| shape.name == table.name);
        ensure!(
            found.is_some_and(|shape| shape.columns == table.columns),
            "the table {} is not as it was when the backup was made",
            table.name
        );
    }
    let tenants: i64 = {
        open(
            &mut tx,
            &here
                .iter()
                .map(|shape| shape.name.clone())
                .collect::<Vec<_>>(),
        )
        .await?;
        query_scalar("select count(*) from tenant")
            .fetch_one(&mut *tx)
            .await?
    };
    ensure!(
        tenants == 0,
        "the database is not empty: it has {tenants} tenants; restore into a new data folder or a new database"
    );
    let references = without_references(&mut tx).await?;
    if let Some(from) = &manifest.ledger_from {
        query("select ensure_partitions($1::date::timestamptz, now() + interval '62 days')")
            .bind(from)
            .execute(&mut *tx)
            .await
            .context("making places for the usage ledger")?;
    }
    for table in &manifest.tables {
        // A row that a fresh database makes for itself gives way to the one that was saved.
        let delete = format!("delete from public.{}", quoted(&table.name));
        sqlx::raw_sql(AssertSqlSafe(delete))
            .execute(&mut *tx)
            .await?;
        one(&mut tx, table, folder)
            .await
            .with_context(|| format!("restoring the table {}", table.name))?;
    }
    for (table, name, definition) in references {
        let add = format!(
            "alter table {table} add constraint {} {definition}",
            quoted(&name)
        );
        sqlx::raw_sql(AssertSqlSafe(add))
            .execute(&mut *tx)
            .await
            .with_context(|| format!("checking {name} of {table}"))?;
    }
    close(
        &mut tx,
        &here
            .iter()
            .map(|shape| shape.name.clone())
            .collect::<Vec<_>>(),
    )
    .await?;
    tx.commit().await?;
    conn.close().await?;
    Ok(manifest)
}

fn read(folder: &Path) -> anyhow::Result<Manifest> {
    let path = folder.join(MANIFEST);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "reading {}: a folder without it is no whole backup",
            path.display()
        )
    })?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    ensure!(
        manifest.form == FORM,
        "the backup has form {}, and this program reads {FORM}",
        manifest.form
    );
    Ok(manifest)
}

fn same_program(here: &[(i64, String)], there: &[(i64, String)]) -> anyhow::Result<()> {
    if here == there {
        return Ok(());
    }
    let newest = |list: &[(i64, String)]| list.last().map_or(0, |(version, _)| *version);
    bail!(
        "the backup was made at migration {}, and this program is at {}: restore it with the program that made it, then start \
         this one",
        newest(there),
        newest(here)
    )
}

/// The owner is under row-level security as well; for this transaction it is not.
async fn open(conn: &mut PgConnection, tables: &[String]) -> anyhow::Result<()> {
    forced(conn, tables, "no force").await
}

async fn close(conn: &mut PgConnection, tables: &[String]) -> anyhow::Result<()> {
    forced(conn, tables, "force").await
}

async fn forced(conn: &mut PgConnection, tables: &[String], how: &str) -> anyhow::Result<()> {
    let secured: Vec<String> = query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity and relname = any($1)",
    )
    .bind(tables)
    .fetch_all(&mut *conn)
    .await?;
    for table in secured {
        let alter = format!(
            "alter table public.{} {how} row level security",
            quoted(&table)
        );
        sqlx::raw_sql(AssertSqlSafe(alter))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Takes out what says that a row refers to another, so that tables can come in any order: table, name and definition of each.
async fn without_references(
    conn: &mut PgConnection,
) -> anyhow::Result<Vec<(String, String, String)>> {
    let rows = query(
        "select conrelid::regclass::text, conname::text, pg_get_constraintdef(oid) from pg_constraint
         where contype = 'f' and connamespace = 'public'::regnamespace and conparentid = 0
         order by conrelid::regclass::text, conname",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut references = Vec::new();
    for row in rows {
        let (table, name, definition): (String, String, String) =
            (row.get(0), row.get(1), row.get(2));
        let drop = format!("alter table {table} drop constraint {}", quoted(&name));
        sqlx::raw_sql(AssertSqlSafe(drop))
            .execute(&mut *conn)
            .await?;
        references.push((table, name, definition));
    }
    Ok(references)
}

async fn one(conn: &mut PgConnection, table: &Table, folder: &Path) -> anyhow::Result<()> {
    let columns: Vec<String> = table.columns.iter().map(|name| quoted(name)).collect();
    let name = quoted(&table.name);
    let fields: Vec<String> = columns
        .iter()
        .map(|column| format!("(saved.r).{column}"))
        .collect();
    let insert = format!(
        "insert into public.{name} ({}) select {} from (select line::public.{name} as r from unnest($1::text[]) line offset 0) saved",
        columns.join(", "),
        fields.join(", ")
    );
    let file = BufReader::new(File::open(folder.join(table.file()))?);
    let (mut digest, mut rows, mut page) = (Sha256::new(), 0, Vec::new());
    for line in file.lines() {
        let line = line?;
        digest.update(line.as_bytes());
        digest.update(b"\n");
        page.push(serde_json::from_str::<String>(&line)?);
        rows += 1;
        if page.len() == PAGE {
            let full = std::mem::take(&mut page);
            query(AssertSqlSafe(insert.clone()))
                .bind(full)
                .execute(&mut *conn)
                .await?;
        }
    }
    if !page.is_empty() {
        query(AssertSqlSafe(insert))
            .bind(page)
            .execute(&mut *conn)
            .await?;
    }
    ensure!(
        rows == table.rows && hex(&digest.finalize()) == table.sha256,
        "the file {} is not as it was written",
        table.file()
    );
    Ok(())
}
