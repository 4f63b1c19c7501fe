//! Everything a tenant owns, as lines of JSON (NDJSON): a head, a line for every row of every table, and an end that counts them.
//!
//! The tables are those of the database's catalogue, so that one that is added later is in it. The rows are read as of one moment by
//! the role that serves requests, in the tenant's own scope: row-level security gives it no other's. Secrets are left out: every
//! column of bytes but those that are contents or proofs, for whatever is sealed or hashed is stored in such a column.

use gatehouse_domain::Permission;
use gatehouse_domain::job::JobKind;
use gatehouse_language::t;
use serde_json::{Map, json};
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Row};

use super::JobView;
use super::ask::{Asked, ask};
use super::run::{Course, Held, Outcome};
use crate::actor::Actor;
use crate::audit::AuditEntry;
use crate::db::Db;
use crate::refusal::{OnConstraint, Refusal};
use crate::work::{Changed, Work};

/// Tenant-owned tables that are not in an export, each for its reason: nothing but secrets (keys, sign-ins under way), answers that
/// are kept for a day to be repeated, what gateways were sent (all of it is in other tables), and exports themselves.
pub const NOT_EXPORTED: [&str; 6] = [
    "config_change",
    "data_key",
    "idempotency_key",
    "job_output",
    "pending_identity",
    "sign_in_flow",
];
/// Columns of bytes that are contents or proofs, and therefore in an export, as hexadecimal text.
const BYTES_EXPORTED: [(&str, &str); 10] = [
    ("audit_checkpoint", "hash"),
    ("audit_checkpoint", "signature"),
    ("audit_head", "hash"),
    ("audit_log", "hash"),
    ("audit_log", "prev_hash"),
    ("branding", "logo"),
    ("certificate", "chain"),
    ("certificate", "fingerprint"),
    ("spec_revision", "content"),
    ("spec_revision", "sha256"),
];
/// An export that would be larger is refused: 1 GiB.
pub const OUTPUT_BYTES_MAX: i64 = 1 << 30;
/// Bytes kept in one row.
const PART_BYTES: usize = 256 * 1024;

/// Starts a job that writes everything the tenant owns. While one is under way another is refused.
pub async fn export_tenant(db: &Db, actor: &Actor) -> Result<Changed<JobView>, Refusal> {
    actor.require(Permission::TenantEnd)?;
    let mut work = Work::begin(db, actor).await?;
    let asked = Asked {
        kind: JobKind::TenantExport,
        subject: "Everything the tenant owns".to_owned(),
        input: None,
        content: None,
    };
    let view = ask(&mut work, asked)
        .await
        .on_constraint("job_open_key", || {
            Refusal::Conflict(t!("refused-people-an-export-of-this-tenant-is"))
        })?;
    work.audit(AuditEntry {
        action: "tenant.export",
        subject: actor.tenant().to_string(),
        after: Some(json!({ "job": view.id })),
        ..AuditEntry::default()
    });
    work.commit(view).await
}

/// A table and what of it is exported.
struct Source {
    name: String,
    /// The columns, as a list for SQL.
    columns: String,
    /// From where, and which rows.
    from: String,
}

/// What is written, in parts.
struct Writer<'a> {
    held: &'a Held,
    buffer: Vec<u8>,
    part: i32,
    bytes: i64,
}

impl Writer<'_> {
    async fn line(&mut self, line: &str) -> Result<(), Refusal> {
        self.buffer.extend_from_slice(line.as_bytes());
        self.buffer.push(b'\n');
        self.bytes += i64::try_from(line.len() + 1).unwrap_or(i64::MAX);
        if self.bytes > OUTPUT_BYTES_MAX {
            return Err(Refusal::Conflict(format!(
                "The export would be larger than {OUTPUT_BYTES_MAX} bytes. Take a backup of the installation instead."
            )));
        }
        if self.buffer.len() >= PART_BYTES {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), Refusal> {
        if !self.buffer.is_empty() {
            self.held.write(self.part, &self.buffer).await?;
            self.buffer.clear();
            self.part += 1;
        }
        Ok(())
    }
}

pub(super) async fn run(db: &Db, held: &Held) -> Result<Outcome, Refusal> {
    held.begin_anew().await?;
    let mut tx = db.tenant_as_of_now(held.tenant).await?;
    let sources = sources(&mut tx).await?;
    let total = i64::try_from(sources.len()).unwrap_or(i64::MAX);
    let mut writer = Writer {
        held,
        buffer: Vec::new(),
        part: 0,
        bytes: 0,
    };
    let head = json!({
        "export": "gatehouse/v1",
        "tenant": held.tenant,
        "version": env!("CARGO_PKG_VERSION"),
        "tables": sources.iter().map(|source| source.name.as_str()).collect::<Vec<_>>(),
    });
    writer.line(&head.to_string()).await?;
    let mut counts = Map::new();
    for (done, source) in (0..).zip(&sources) {
        let Some(rows) = copy(&mut tx, held, source, done, total, &mut writer).await? else {
            return Ok(Outcome::Cancelled(None));
        };
        counts.insert(source.name.clone(), rows.into());
    }
    let end = json!({ "end": true, "rows": counts });
    writer.line(&end.to_string()).await?;
    writer.flush().await?;
    Ok(Outcome::Done {
        result: json!({ "rows": counts }),
        bytes: Some(writer.bytes),
    })
}

/// Writes the rows of one table; `None` when the job was cancelled.
async fn copy(
    tx: &mut PgConnection,
    held: &Held,
    source: &Source,
    done: i64,
    total: i64,
    writer: &mut Writer<'_>,
) -> Result<Option<i64>, Refusal> {
    let Source {
        name,
        columns,
        from,
    } = source;
    let declare = format!(
        "declare export no scroll cursor for
         select jsonb_build_object('table', '{name}', 'row', to_jsonb(t))::text from (select {columns} from {from}) t"
    );
    sqlx::query(AssertSqlSafe(declare))
        .execute(&mut *tx)
        .await?;
    let mut count = 0;
    loop {
        if held
            .report(&format!("Copies {name}"), done, Some(total))
            .await?
            == Course::Cancelled
        {
            return Ok(None);
        }
        let rows = sqlx::query("fetch 1000 from export")
            .fetch_all(&mut *tx)
            .await?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            writer.line(row.try_get(0)?).await?;
            count += 1;
        }
    }
    sqlx::query("close export").execute(tx).await?;
    Ok(Some(count))
}

/// The tenant itself, the people who belong to it, and every table of the catalogue that is tenant-owned.
async fn sources(conn: &mut PgConnection) -> Result<Vec<Source>, Refusal> {
    let rows = sqlx::query(
        "select c.relname::text, a.attname::text, t.typname in ('bytea', '_bytea')
         from pg_class c
         join pg_namespace n on n.oid = c.relnamespace
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         join pg_type t on t.oid = a.atttypid
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and c.relforcerowsecurity
         order by c.relname, a.attnum",
    )
    .fetch_all(conn)
    .await?;
    let fixed = |name: &str, columns: &str, from: &str| Source {
        name: name.to_owned(),
        columns: columns.to_owned(),
        from: from.to_owned(),
    };
    let mut sources = vec![
        fixed("tenant", "*", "tenant where id = current_tenant()"),
        fixed(
            "person",
            "u.id, u.email, u.name, u.status, u.created_at",
            "app_user u join membership m on m.user_id = u.id where m.tenant_id = current_tenant()",
        ),
    ];
    for row in rows {
        let (table, column, bytes): (String, String, bool) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let exported = !bytes || BYTES_EXPORTED.contains(&(table.as_str(), column.as_str()));
        if !exported || NOT_EXPORTED.contains(&table.as_str()) {
            continue;
        }
        match sources.last_mut().filter(|source| source.name == table) {
            Some(source) => source.columns.push_str(&format!(", \"{column}\"")),
            None => sources.push(Source {
                from: format!("\"{table}\" where tenant_id = current_tenant()"),
                columns: format!("\"{column}\""),
                name: table,
            }),
        }
    }
    Ok(sources)
}
