//! `GET /console`: what needs a person, worst first.

use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::todo::{self, TodoItem};
use crate::view::actions::action_words;
use crate::view::shell::{Shell, capital};
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::audit::{self, AuditFilter};
use gatehouse_domain::Permission;
use gatehouse_language::t;

/// To do, latest changes.
#[derive(Template)]
#[template(path = "pages/console/home.html")]
pub(crate) struct ConsoleHomePage {
    pub(crate) shell: Shell,
    pub(crate) heading: String,
    pub(crate) lead: String,
    pub(crate) items: Vec<TodoItem>,
    pub(crate) recent: Vec<RecentChange>,
}

web_page!(ConsoleHomePage, Private);

pub(crate) struct RecentChange {
    pub(crate) what: String,
    pub(crate) who: String,
    pub(crate) at: When,
}

/// Changes shown under the list.
const RECENT: i64 = 8;

/// `GET /console`
pub(crate) async fn show(visitor: Visitor) -> Result<ConsoleHomePage, PageError> {
    let actor = visitor.actor()?;
    let shell = visitor.shell().await?.console("home");
    if !shell.has_console {
        return Err(PageError::forbidden());
    }
    let (items, recent) = tokio::try_join!(
        todo::items(&visitor, actor, &shell),
        recent(&visitor, actor)
    )?;
    Ok(ConsoleHomePage {
        heading: match items.len() {
            0 => t!("access-home-nothing"),
            n => t!("access-home-things", count = n),
        },
        lead: t!("access-home-lead"),
        items,
        recent,
        shell,
    })
}

/// The latest changes, for those who may read the log.
async fn recent(visitor: &Visitor, actor: &Actor) -> Result<Vec<RecentChange>, PageError> {
    if !actor.may(Permission::AuditRead) {
        return Ok(Vec::new());
    }
    let filter = AuditFilter {
        limit: RECENT,
        ..AuditFilter::default()
    };
    let records = audit::list(visitor.db(), actor, &filter).await?;
    Ok(records
        .into_iter()
        .map(|record| RecentChange {
            what: action_words(&record.action),
            who: capital(&record.actor_name),
            at: When::ago(record.at, visitor.now()),
        })
        .collect())
}
