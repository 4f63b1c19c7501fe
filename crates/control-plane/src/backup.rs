//! The whole database as files, and back into an empty one.
//!
//! A backup is one moment of the database, read in one transaction: everything that was acknowledged before it began is in it.
//! It needs no program of Postgres, so it works with a private, a fetched and a managed one alike. Secrets are in it as they
//! are in the database: hashed, or sealed under keys that only the master key opens. The master key is not in it.

mod manifest;
mod restore;
mod write;

pub use manifest::{MANIFEST, Manifest, Table};
pub use restore::restore;
pub use write::backup;

use sqlx::postgres::PgConnection;
use sqlx::{Row, query};

/// A table as both sides see it.
#[derive(Debug, Clone)]
struct Shape {
    name: String,
    /// Columns that are stored, in order; generated ones make themselves.
    columns: Vec<String>,
}

/// Every table of the product, by name, without partitions and without the record of migrations.
async fn shapes(conn: &mut PgConnection) -> anyhow::Result<Vec<Shape>> {
    let rows = query(
        "select c.relname::text, array_agg(a.attname::text order by a.attnum)
         from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> '_sqlx_migrations'
         group by c.relname order by c.relname",
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .iter()
        .map(|row| Shape {
            name: row.get(0),
            columns: row.get(1),
        })
        .collect())
}

/// The newest migration both programs know by number and content.
async fn migrations(conn: &mut PgConnection) -> anyhow::Result<Vec<(i64, String)>> {
    let rows =
        query("select version, checksum from _sqlx_migrations where success order by version")
            .fetch_all(conn)
            .await?;
    Ok(rows
        .iter()
        .map(|row| {
            let checksum: Vec<u8> = row.get(1);
            (row.get(0), gatehouse_snapshot::node_auth::hex(&checksum))
        })
        .collect())
}

/// A name as an identifier of SQL.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
