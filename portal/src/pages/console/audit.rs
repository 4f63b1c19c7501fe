//! `/console/audit`: who did what, and the whole log as a file.

use crate::address::{Query, with_query};
use crate::form::{Form, day_start, no_date};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::view::form::{Faults, Field};
use crate::view::parts::{Empty, Pages};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, grouped};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use gatehouse_control_plane::audit::{self, AuditFilter, AuditRecord, Export};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use gatehouse_web::audit_export;
use time::OffsetDateTime;

/// The log, newest first.
#[derive(Template)]
#[template(path = "pages/console/audit.html")]
pub(crate) struct AuditPage {
    pub(crate) shell: Shell,
    pub(crate) here: String,
    pub(crate) faults: Faults,
    pub(crate) filters: Vec<Field>,
    pub(crate) rows: Vec<AuditRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(AuditPage, Private);

pub(crate) struct AuditRow {
    pub(crate) seq: String,
    pub(crate) action: String,
    pub(crate) who: String,
    pub(crate) subject: String,
    pub(crate) reason: String,
    pub(crate) at: When,
    /// What was before and what is after, as JSON; empty when neither was recorded.
    pub(crate) detail: String,
    pub(crate) request: String,
}

/// `?action=&subject=&request=&from=&until=&before=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct AuditQuery {
    #[serde(default)]
    action: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    request: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    before: Option<i64>,
}

const ROWS: i64 = 50;

impl AuditQuery {
    fn filter(&self, faults: &mut Faults) -> AuditFilter {
        let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut day = |name: &str, text: &str| -> Option<OffsetDateTime> {
            let text = given(text)?;
            let day = day_start(&text);
            if day.is_none() {
                faults.add(name, no_date());
            }
            day
        };
        let (since, until) = (day("from", &self.from), day("until", &self.until));
        AuditFilter {
            before_seq: self.before,
            action: given(&self.action),
            subject: given(&self.subject),
            request_id: given(&self.request),
            since,
            // The day itself belongs to it.
            until: until.and_then(|until| until.checked_add(time::Duration::DAY)),
            limit: ROWS,
            actor: None,
        }
    }

    fn fields(&self, faults: &Faults) -> Vec<Field> {
        vec![
            Field::text("action", t!("running-action"))
                .unforced()
                .max(100)
                .value(&self.action),
            Field::text("subject", t!("word-subject"))
                .unforced()
                .max(100)
                .value(&self.subject),
            Field::text("request", t!("running-request-id"))
                .unforced()
                .max(100)
                .value(&self.request),
            Field::date("from", t!("word-from"))
                .unforced()
                .value(&self.from)
                .faults(faults),
            Field::date("until", t!("word-until"))
                .unforced()
                .value(&self.until)
                .faults(faults),
        ]
    }

    fn before(&self, seq: i64) -> String {
        with_query(
            "/console/audit",
            &[
                ("action", &self.action),
                ("subject", &self.subject),
                ("request", &self.request),
                ("from", &self.from),
                ("until", &self.until),
                ("before", &seq.to_string()),
            ],
        )
    }
}

/// `GET /console/audit`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<AuditQuery>,
) -> Result<AuditPage, PageError> {
    let actor = visitor.require(Permission::AuditRead)?;
    let mut faults = Faults::default();
    let filter = query.filter(&mut faults);
    let records = audit::list(visitor.db(), actor, &filter).await?;
    let shell = visitor.shell().await?.console("audit");
    let full = i64::try_from(records.len()).is_ok_and(|n| n == ROWS);
    let last = records.last().filter(|last| full && last.seq > 1);
    Ok(AuditPage {
        here: shell.to("/console/audit"),
        filters: query.fields(&faults),
        faults,
        empty: Empty::new(
            t!("running-nothing-matches"),
            t!("running-no-entry-is-like-this"),
            None,
        ),
        pages: Pages {
            range: t!("running-shown", records = &records.len()),
            newer: query.before.map(|_| shell.to("/console/audit")),
            older: last.map(|last| shell.to(&query.before(last.seq))),
        },
        rows: records
            .into_iter()
            .map(|record| row(record, visitor.now()))
            .collect(),
        same: visitor.same(
            &[same::AUDIT_LIST, same::AUDIT_EXPORT],
            &[("file", "audit.csv")],
        ),
        shell,
    })
}

fn row(record: AuditRecord, now: OffsetDateTime) -> AuditRow {
    let part = |name: &str, value: &Option<serde_json::Value>| {
        let value = value.as_ref()?;
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        Some(format!("{name}: {text}"))
    };
    let parts = [part("before", &record.before), part("after", &record.after)];
    AuditRow {
        seq: grouped(record.seq),
        detail: parts.into_iter().flatten().collect::<Vec<_>>().join("\n"),
        action: record.action,
        who: record.actor_name,
        subject: record.subject,
        reason: record.reason.unwrap_or_default(),
        request: record.request_id.unwrap_or_default(),
        at: When::ago(record.at, now),
    }
}

/// `ndjson` unless asked for `csv`.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportForm {
    #[serde(default)]
    format: String,
}

/// `POST /console/audit/export`: the whole log as a file.
pub(crate) async fn export(
    visitor: Visitor,
    Form(wanted): Form<ExportForm>,
) -> Result<Response, PageError> {
    let actor = visitor.require(Permission::AuditRead)?;
    let form = match wanted.format.as_str() {
        "" | "ndjson" => Export::Ndjson,
        "csv" => Export::Csv,
        _ => return Err(PageError::not_found()),
    };
    let reader = audit::export(visitor.db(), actor, form).await?;
    Ok(audit_export::download(reader, form))
}
