//! `/console/audit/checkpoints`: signed points of the log, and whether the whole of it still fits.

use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::view::code::Code;
use crate::view::parts::{Badge, Crumbs, Empty, Link};
use crate::view::same::{self, Same};
use crate::view::shell::Shell;
use crate::view::words::{When, grouped};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::audit::{self, Verification};
use gatehouse_domain::Permission;
use gatehouse_language::t;
use std::time::Duration;

/// Signed checkpoints, and what following the chain found.
#[derive(Template)]
#[template(path = "pages/console/checkpoints.html")]
pub(crate) struct CheckpointsPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) verify: String,
    pub(crate) found: Option<Found>,
    pub(crate) rows: Vec<CheckpointRow>,
    pub(crate) newest: Option<Code>,
    pub(crate) empty: Empty,
    pub(crate) same: Same,
}

web_page!(CheckpointsPage, Private);

/// What following the chain found.
pub(crate) struct Found {
    pub(crate) word: Badge,
    pub(crate) words: String,
}

pub(crate) struct CheckpointRow {
    pub(crate) seq: String,
    pub(crate) at: When,
    pub(crate) hash: String,
}

/// Checkpoints shown.
const CHECKPOINTS: i64 = 48;

/// `GET /console/audit/checkpoints`
pub(crate) async fn show(visitor: Visitor) -> Result<CheckpointsPage, PageError> {
    page(&visitor, None).await
}

async fn page(visitor: &Visitor, found: Option<Found>) -> Result<CheckpointsPage, PageError> {
    let actor = visitor.require(Permission::AuditRead)?;
    let held = audit::list_checkpoints(visitor.db(), actor, None, CHECKPOINTS).await?;
    let shell = visitor.shell().await?.console("audit");
    let newest = held
        .first()
        .and_then(|one| serde_json::to_string_pretty(one).ok());
    Ok(CheckpointsPage {
        crumbs: Crumbs::new(
            t!("running-checkpoints"),
            vec![Link::new(t!("running-audit"), shell.to("/console/audit"))],
        ),
        verify: shell.to("/console/audit/checkpoints"),
        found,
        rows: held
            .iter()
            .map(|one| CheckpointRow {
                seq: grouped(one.seq),
                at: When::ago(one.at, visitor.now()),
                hash: one.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
            })
            .collect(),
        newest: newest.map(|json| Code::json("newest", t!("running-newest-checkpoint"), &json)),
        empty: Empty::new(
            t!("running-no-checkpoint-yet"),
            t!("running-one-is-signed-every-hour-in"),
            None,
        ),
        same: visitor.same(&[same::AUDIT_CHECKPOINTS], &[]),
        shell,
    })
}

/// How long following the chain may take for a page.
const VERIFY_MAX: Duration = Duration::from_secs(20);

/// `POST /console/audit/checkpoints`: follows the whole chain now.
pub(crate) async fn verify(
    visitor: Visitor,
    Form(Nothing {}): Form<Nothing>,
) -> Result<CheckpointsPage, PageError> {
    let actor = visitor.actor()?;
    actor.require(Permission::AuditRead)?;
    let verification = audit::verify(visitor.db(), actor.tenant());
    let found = match tokio::time::timeout(VERIFY_MAX, verification).await {
        Ok(found) => told(found?),
        Err(_) => Found {
            word: Badge::waiting(t!("running-too-long-for-a-page")),
            words: t!("running-the-log-is-too-long-to"),
        },
    };
    page(&visitor, Some(found)).await
}

fn told(verification: Verification) -> Found {
    match verification {
        Verification::Intact { records, head } => Found {
            word: Badge::good(t!("running-whole")),
            words: t!(
                "running-all-entries-fit-up-to",
                grouped = &grouped(records),
                head = &head
            ),
        },
        Verification::Broken { seq, fault } => Found {
            word: Badge::stopped(t!("running-broken")),
            words: t!(
                "running-entry-does-not-fit",
                grouped = &grouped(seq),
                fault = &fault
            ),
        },
    }
}
