//! What lies at rest while a stack runs: in its tables, and in its files.

use std::path::{Path, PathBuf};

use sqlx::{AssertSqlSafe, PgConnection};

/// Every table, as statements name it.
pub(crate) async fn tables(database: &mut PgConnection) -> Vec<String> {
    let tables = "select format('%I', relname) from pg_class
                  where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace";
    sqlx::query_scalar(tables)
        .fetch_all(database)
        .await
        .unwrap()
}

/// Rows of a table in which a text stands, as a dump writes them: bytes in hexadecimal.
pub(crate) async fn rows(database: &mut PgConnection, table: &str, what: &str) -> i64 {
    let statement = format!("select count(*) from {table} t where t::text like $1");
    sqlx::query_scalar(AssertSqlSafe(statement))
        .bind(format!("%{what}%"))
        .fetch_one(database)
        .await
        .unwrap()
}

/// Every file below a folder, with what it holds.
pub(crate) fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.extend(std::fs::read(&path).ok().map(|bytes| (path, bytes))),
        }
    }
    found
}

/// Whether bytes stand among others.
pub(crate) fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|part| part == what)
}

/// Bytes as a dump writes them.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
