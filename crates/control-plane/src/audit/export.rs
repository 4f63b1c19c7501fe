//! The whole log of a tenant as text: a record a line, in the order of the chain, for archives and for verification elsewhere.

use gatehouse_domain::Permission;
use gatehouse_domain::id::TenantId;
use serde_json::Value;
use time::format_description::well_known::Rfc3339;

use super::AuditRecord;
use crate::actor::Actor;
use crate::db::Db;
use crate::refusal::Refusal;

/// Records read at once.
const PAGE: i64 = 500;

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Export {
    /// One JSON object a line, which can be verified.
    Ndjson,
    /// Comma-separated values (RFC 4180) for spreadsheets; what one would take for a formula begins with an apostrophe.
    Csv,
}

/// The first line of an export as CSV.
pub const CSV_HEADER: &str =
    "seq,at,actor_type,actor_name,ip,action,subject,before,after,reason,request_id,hash\r\n";

/// Gives an export piece by piece; holds nothing between two pieces.
#[derive(Debug)]
pub struct ExportReader {
    db: Db,
    tenant: TenantId,
    form: Export,
    next_seq: i64,
    last_seq: i64,
    began: bool,
}

/// Begins an export of everything up to now.
pub async fn export(db: &Db, actor: &Actor, form: Export) -> Result<ExportReader, Refusal> {
    actor.require(Permission::AuditRead)?;
    let tenant = actor.tenant();
    let mut tx = db.tenant(tenant).await?;
    let head = sqlx::query_scalar!(
        "select seq from audit_head where tenant_id = $1",
        tenant.uuid()
    )
    .fetch_optional(&mut *tx)
    .await?;
    Ok(ExportReader {
        db: db.clone(),
        tenant,
        form,
        next_seq: 1,
        last_seq: head.unwrap_or(0),
        began: false,
    })
}

impl ExportReader {
    /// The next piece; `None` when all was given.
    pub async fn next(&mut self) -> Result<Option<String>, Refusal> {
        let mut piece = String::new();
        if !std::mem::replace(&mut self.began, true) && self.form == Export::Csv {
            piece.push_str(CSV_HEADER);
        }
        let mut tx = self.db.tenant(self.tenant).await?;
        let page = sqlx::query_as!(
            AuditRecord,
            r#"select seq, at, actor_type, actor_id, actor_name, host(ip) as ip, action, subject, before, after, reason, request_id,
                      change_id, prev_hash, hash
               from audit_log where tenant_id = $1 and seq >= $2 and seq <= $3 order by seq limit $4"#,
            self.tenant.uuid(),
            self.next_seq,
            self.last_seq,
            PAGE,
        )
        .fetch_all(&mut *tx)
        .await?;
        drop(tx);
        for record in &page {
            match self.form {
                Export::Ndjson => piece.push_str(&line(self.tenant, record)?),
                Export::Csv => piece.push_str(&row(record)),
            }
            self.next_seq = record.seq + 1;
        }
        Ok((!piece.is_empty()).then_some(piece))
    }
}

fn line(tenant: TenantId, record: &AuditRecord) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(record)?;
    value["tenant_id"] = serde_json::to_value(tenant)?;
    Ok(format!("{value}\n"))
}

fn row(record: &AuditRecord) -> String {
    let json = |value: &Option<Value>| value.as_ref().map(Value::to_string).unwrap_or_default();
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let cells = [
        record.seq.to_string(),
        record.at.format(&Rfc3339).unwrap_or_default(),
        record.actor_type.clone(),
        record.actor_name.clone(),
        text(&record.ip),
        record.action.clone(),
        record.subject.clone(),
        json(&record.before),
        json(&record.after),
        text(&record.reason),
        text(&record.request_id),
        gatehouse_snapshot::node_auth::hex(&record.hash),
    ];
    let cells: Vec<String> = cells.iter().map(|cell| cell_of(cell)).collect();
    format!("{}\r\n", cells.join(","))
}

/// Quoted, and not taken for a formula by any spreadsheet.
fn cell_of(text: &str) -> String {
    // OWASP, "CSV Injection": the full-width forms count in some spreadsheets as well.
    let formula = text.starts_with([
        '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
    ]);
    let lead = if formula { "'" } else { "" };
    format!("\"{lead}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula_and_every_cell_stays_one() {
        for (text, cell) in [
            ("plain", "\"plain\""),
            ("", "\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-2", "\"'-2\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
            ("\n=1", "\"'\n=1\""),
            ("\u{ff1d}1+1", "\"'\u{ff1d}1+1\""),
            ("\u{ff20}SUM(A1)", "\"'\u{ff20}SUM(A1)\""),
            ("a=1", "\"a=1\""),
            ("say \"x\", y", "\"say \"\"x\"\", y\""),
            ("a\r\n=b", "\"a\r\n=b\""),
        ] {
            assert_eq!(cell_of(text), cell);
        }
    }
}
