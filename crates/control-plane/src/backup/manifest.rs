//! What a backup says of itself.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The file of the manifest; written last, so that a folder with one is whole.
pub const MANIFEST: &str = "manifest.json";

/// The form of backups this program writes and reads.
pub(super) const FORM: u32 = 1;

/// What is in a backup.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the files.
    pub form: u32,
    /// The moment: everything acknowledged before it is in the backup, UTC.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// The program that wrote it.
    pub program: String,
    /// Migrations the database had: number and checksum (hexadecimal).
    pub migrations: Vec<(i64, String)>,
    /// The first month (`YYYY-MM-01`) that the usage ledger has a place for.
    pub ledger_from: Option<String>,
    /// Every table.
    pub tables: Vec<Table>,
}

/// One table and its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Its name; the file is called the same, with `.rows`.
    pub name: String,
    /// Columns that are stored, in order.
    pub columns: Vec<String>,
    /// Number of rows: a line each.
    pub rows: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

impl Table {
    /// Its file in the folder of the backup.
    pub(super) fn file(&self) -> String {
        format!("{}.rows", self.name)
    }
}
