//! `GET /applications/{app}/logs`: the application's own calls, filtered by how they ended, where and when.

use crate::address::{Path, Query, with_query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::applications::key::{milliseconds, status_badge};
use crate::pages::applications::show::{crumbs, lead, subscriptions_of, tabs};
use crate::pages::list_of::{After, older};
use crate::pages::method_class;
use crate::view::form::Choice;
use crate::view::parts::{Badge, Crumbs, Empty, Link, Pages, Tabs};
use crate::view::problems;
use crate::view::shell::Shell;
use crate::view::words::When;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::applications;
use gatehouse_control_plane::usage::{self, CallFilter, CallView};
use gatehouse_domain::id;
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use time::Duration;
use uuid::Uuid;

/// Calls, newest first.
#[derive(Template)]
#[template(path = "pages/applications/logs.html")]
pub(crate) struct LogsPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) here: String,
    pub(crate) filters: Vec<Filter>,
    pub(crate) rows: Vec<CallRow>,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(LogsPage, Private);

/// One select above the list.
pub(crate) struct Filter {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    pub(crate) options: Vec<Choice>,
    pub(crate) chosen: String,
}

pub(crate) struct CallRow {
    pub(crate) href: String,
    pub(crate) at: When,
    pub(crate) status: Badge,
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) environment: String,
    /// Why it was refused, in words; nothing for an answer of the backend.
    pub(crate) why: String,
    pub(crate) took: String,
}

/// The filters as they stand in the address.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct LogsQuery {
    #[serde(default)]
    status: String,
    #[serde(default)]
    api: String,
    #[serde(default)]
    since: String,
    #[serde(default)]
    after: Option<Uuid>,
}

/// What something is called, in the language of the reader.
type Words = fn() -> String;

/// Periods by their word in the address.
const PERIODS: [(&str, Words, Duration); 3] = [
    ("hour", || t!("applications-last-hour"), Duration::HOUR),
    ("day", || t!("applications-last-24-hours"), Duration::DAY),
    ("week", || t!("applications-last-7-days"), Duration::WEEK),
];
const CLASSES: [(&str, Words, i32); 4] = [
    ("2xx", || t!("applications-answered-2xx"), 2),
    ("3xx", || t!("applications-redirected-3xx"), 3),
    ("4xx", || t!("applications-refused-or-wrong-4xx"), 4),
    ("5xx", || t!("applications-failed-5xx"), 5),
];

/// `GET /applications/{application}/logs`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application]): Path<1>,
    Query(query): Query<LogsQuery>,
) -> Result<LogsPage, PageError> {
    let actor = visitor.actor()?;
    let view =
        applications::get_application(visitor.db(), actor, application.as_str().into()).await?;
    let filter = filter(&query, &visitor);
    let after = After { after: query.after };
    let listed = usage::list_calls(visitor.db(), actor, view.id, &filter, &after.page()).await?;
    let subscriptions = subscriptions_of(&visitor, &view).await?;
    let shell = visitor.shell().await?.at("applications");
    let path = format!("/applications/{}/logs", view.id);
    let rows: Vec<CallRow> = listed
        .data
        .iter()
        .map(|call| row(call, &path, &visitor, &shell))
        .collect();
    let mut apis: Vec<Choice> = subscriptions
        .iter()
        .map(|one| Choice::new(one.api.slug.clone(), one.api.name.clone()))
        .collect();
    apis.sort_by(|a, b| a.label.cmp(&b.label));
    apis.dedup_by(|a, b| a.value == b.value);
    let pairs = [
        ("status", query.status.as_str()),
        ("api", query.api.as_str()),
        ("since", query.since.as_str()),
    ];
    Ok(LogsPage {
        crumbs: crumbs(&t!("applications-logs"), &view, None, &shell),
        lead: lead(&view),
        tabs: tabs(&view, "/logs", None, &shell),
        here: shell.to(&path),
        pages: older(
            &with_query(&path, &pairs),
            &shell,
            rows.len(),
            listed.next,
            &after,
        ),
        empty: nothing(&pairs, &path, &shell),
        filters: filters(&query, apis),
        rows,
        name: view.name,
        shell,
    })
}

fn filter(query: &LogsQuery, visitor: &Visitor) -> CallFilter {
    let class = CLASSES.iter().find(|(word, ..)| *word == query.status);
    let period = PERIODS.iter().find(|(word, ..)| *word == query.since);
    CallFilter {
        class: class.map(|(.., class)| *class),
        api: Some(query.api.clone()).filter(|api| !api.is_empty()),
        since: period.map(|(.., length)| visitor.now() - *length),
    }
}

fn filters(query: &LogsQuery, apis: Vec<Choice>) -> Vec<Filter> {
    let with_any = |any: &str, rest: Vec<Choice>| {
        let mut options = vec![Choice::new("", any)];
        options.extend(rest);
        options
    };
    let classes = CLASSES.map(|(word, label, _)| Choice::new(word, label()));
    let periods = PERIODS.map(|(word, label, _)| Choice::new(word, label()));
    vec![
        Filter {
            name: "status",
            label: t!("word-status"),
            options: with_any(&t!("word-any"), classes.into()),
            chosen: query.status.clone(),
        },
        Filter {
            name: "api",
            label: t!("word-api"),
            options: with_any(&t!("word-all"), apis),
            chosen: query.api.clone(),
        },
        Filter {
            name: "since",
            label: t!("word-time"),
            options: with_any(&t!("applications-all-that-is-kept"), periods.into()),
            chosen: query.since.clone(),
        },
    ]
}

fn nothing(pairs: &[(&str, &str)], path: &str, shell: &Shell) -> Empty {
    if pairs.iter().any(|(_, value)| !value.is_empty()) {
        return Empty::new(
            t!("applications-no-call-matches"),
            t!("applications-no-call-has-this-status-api"),
            Some(Link::new(t!("applications-clear-filters"), shell.to(path))),
        );
    }
    Empty::new(
        t!("applications-no-calls-yet"),
        t!("applications-calls-appear-here-within-seconds-of"),
        Some(Link::new(t!("applications-browse-apis"), shell.to("/apis"))),
    )
}

fn row(call: &CallView, path: &str, visitor: &Visitor, shell: &Shell) -> CallRow {
    let environment = call.environment.clone();
    let environment = environment.unwrap_or_else(|| t!("applications-unknown"));
    CallRow {
        href: shell.to(&format!("{path}/{}", request_id(call.request_id))),
        at: When::ago(call.at, visitor.now()),
        status: status_badge(call.status),
        method_class: method_class(&call.method),
        method: call.method.clone(),
        path: call.path.clone(),
        environment: match call.console {
            true => t!("applications-by-try-it", environment = environment),
            false => environment,
        },
        why: ProblemKind::from_code(&call.reason)
            .map(problems::heading)
            .unwrap_or_default(),
        took: milliseconds(call.latency_us),
    }
}

/// A request id as the answer carried it.
pub(crate) fn request_id(id: Uuid) -> String {
    format!("req_{}", id::encode(id.as_u128()))
}
