//! `/console/audit`: who did what.

use crate::address::{Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::view::parts::{Empty, Pages};
use crate::view::shell::Shell;
use crate::view::words::{When, grouped};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::audit::{self, AuditFilter};
use gatehouse_domain::Permission;

/// The log, newest first.
#[derive(Template)]
#[template(path = "pages/console/audit.html")]
pub(crate) struct AuditPage {
    pub(crate) shell: Shell,
    pub(crate) here: String,
    pub(crate) action: String,
    pub(crate) subject: String,
    pub(crate) rows: Vec<AuditRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(AuditPage, Private);

pub(crate) struct AuditRow {
    pub(crate) seq: String,
    pub(crate) action: String,
    pub(crate) who: String,
    pub(crate) subject: String,
    pub(crate) reason: String,
    pub(crate) at: When,
}

/// `?action=&subject=&before=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct AuditQuery {
    #[serde(default)]
    action: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    before: Option<i64>,
}

const ROWS: i64 = 50;

/// `GET /console/audit`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<AuditQuery>,
) -> Result<AuditPage, PageError> {
    let actor = visitor.require(Permission::AuditRead)?;
    let given = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let filter = AuditFilter {
        before_seq: query.before,
        action: given(&query.action),
        subject: given(&query.subject),
        limit: ROWS,
        ..AuditFilter::default()
    };
    let records = audit::list(visitor.db(), actor, &filter).await?;
    let shell = visitor.shell().await?.console("audit");
    let full = i64::try_from(records.len()).is_ok_and(|n| n == ROWS);
    let older = records
        .last()
        .filter(|last| full && last.seq > 1)
        .map(|last| {
            let before = last.seq.to_string();
            shell.to(&with_query(
                "/console/audit",
                &[
                    ("action", &query.action),
                    ("subject", &query.subject),
                    ("before", &before),
                ],
            ))
        });
    let rows: Vec<AuditRow> = records
        .into_iter()
        .map(|record| AuditRow {
            seq: grouped(record.seq),
            action: record.action,
            who: record.actor_name,
            subject: record.subject,
            reason: record.reason.unwrap_or_default(),
            at: When::ago(record.at, visitor.now()),
        })
        .collect();
    Ok(AuditPage {
        here: shell.to("/console/audit"),
        empty: Empty::new(
            "Nothing matches",
            "No entry has this action and subject.",
            None,
        ),
        pages: Pages {
            range: format!("{} shown", rows.len()),
            newer: query.before.map(|_| shell.to("/console/audit")),
            older,
        },
        action: query.action,
        subject: query.subject,
        rows,
        shell,
    })
}
