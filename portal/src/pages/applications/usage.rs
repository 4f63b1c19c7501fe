//! `GET /applications/{app}/usage`: figures, quota against pace, bars, operations.

use crate::address::{Path, Query};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::applications::key::milliseconds;
use crate::pages::applications::show::{crumbs, lead, quotas, subscriptions_of, tabs};
use crate::pages::{Figure, method_class};
use crate::view::chart::{Bars, Quota};
use crate::view::form::Choice;
use crate::view::parts::{Crumbs, Empty, Link, Tabs};
use crate::view::shell::Shell;
use crate::view::words::{grouped, short_day};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::applications;
use gatehouse_control_plane::usage::{self, OperationUsage, UsageRange, UsageTotals};
use time::OffsetDateTime;
use time::macros::format_description;

/// What the application used, by time and by operation.
#[derive(Template)]
#[template(path = "pages/applications/usage.html")]
pub(crate) struct UsagePage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) name: String,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) here: String,
    pub(crate) ranges: Vec<Choice>,
    pub(crate) chosen: String,
    pub(crate) range_words: &'static str,
    pub(crate) empty: Option<Empty>,
    pub(crate) figures: Vec<Figure>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) chart_title: &'static str,
    pub(crate) chart: Bars,
    pub(crate) operations: Vec<OperationUse>,
}

web_page!(UsagePage, Private);

pub(crate) struct OperationUse {
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) api: String,
    pub(crate) calls: String,
    pub(crate) failed: String,
    pub(crate) time: String,
}

#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct Range {
    #[serde(default)]
    range: Option<String>,
}

/// `GET /applications/{application}/usage`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application]): Path<1>,
    Query(query): Query<Range>,
) -> Result<UsagePage, PageError> {
    let actor = visitor.actor()?;
    let view =
        applications::get_application(visitor.db(), actor, application.as_str().into()).await?;
    let range = query
        .range
        .as_deref()
        .and_then(UsageRange::parse)
        .unwrap_or(UsageRange::Fortnight);
    let used = usage::application_usage(visitor.db(), actor, view.id, range).await?;
    let quotas = quotas(&visitor, &subscriptions_of(&visitor, &view).await?).await?;
    let shell = visitor.shell().await?.at("applications");
    let (words, title, unit) = in_words(range);
    let points: Vec<(String, [u64; 3])> = used
        .buckets
        .iter()
        .map(|bucket| (label(bucket.at, range), split(&bucket.totals)))
        .collect();
    let empty = (used.totals.calls == 0).then(|| {
        Empty::new(
            "No calls yet",
            "Calls appear here within seconds of being made.",
            Some(Link::new(
                "Open keys",
                shell.to(&format!("/applications/{}/keys", view.id)),
            )),
        )
    });
    Ok(UsagePage {
        crumbs: crumbs("Usage", &view, None, &shell),
        lead: lead(&view),
        tabs: tabs(&view, "Usage", None, &shell),
        here: shell.to(&format!("/applications/{}/usage", view.id)),
        ranges: RANGES
            .iter()
            .map(|range| Choice::new(range.as_str(), in_words(*range).0))
            .collect(),
        chosen: range.as_str().to_owned(),
        range_words: words,
        empty,
        figures: figures(&used.totals),
        quotas,
        chart_title: title,
        chart: Bars::new(
            "calls",
            title,
            unit,
            ["Answered", "Refused or wrong", "Server error"],
            &points,
        ),
        operations: used.operations.iter().map(operation).collect(),
        name: view.name,
        shell,
    })
}

const RANGES: [UsageRange; 4] = [
    UsageRange::Hour,
    UsageRange::Day,
    UsageRange::Fortnight,
    UsageRange::Quarter,
];

fn in_words(range: UsageRange) -> (&'static str, &'static str, &'static str) {
    match range {
        UsageRange::Hour => ("The last hour", "Calls per minute", "Minute"),
        UsageRange::Day => ("The last 24 hours", "Calls per hour", "Hour"),
        UsageRange::Fortnight => ("14 days", "Calls per day", "Day"),
        UsageRange::Quarter => ("90 days", "Calls per day", "Day"),
    }
}

fn label(at: OffsetDateTime, range: UsageRange) -> String {
    match range {
        UsageRange::Hour | UsageRange::Day => at
            .format(format_description!("[hour]:[minute]"))
            .unwrap_or_default(),
        UsageRange::Fortnight | UsageRange::Quarter => short_day(at),
    }
}

/// Answered, refused or wrong, failed behind the gateway: the three bars.
fn split(totals: &UsageTotals) -> [u64; 3] {
    let whole = |n: i64| u64::try_from(n).unwrap_or(0);
    [
        whole(totals.succeeded),
        whole(totals.client_errors) + whole(totals.limited),
        whole(totals.server_errors),
    ]
}

fn figures(totals: &UsageTotals) -> Vec<Figure> {
    let figure = |label, value: String, unit, note: String| Figure {
        label,
        value,
        unit,
        note,
    };
    let time = |us: Option<u64>| us.map_or_else(|| "unknown".to_owned(), |us| grouped(us / 1000));
    vec![
        figure(
            "Calls",
            grouped(totals.calls),
            "",
            format!("{} answered", grouped(totals.succeeded)),
        ),
        figure(
            "Refused by a limit",
            grouped(totals.limited),
            "",
            "Rate or quota".to_owned(),
        ),
        figure(
            "Failed",
            share(totals.server_errors, totals.calls),
            "%",
            format!("{} server errors", grouped(totals.server_errors)),
        ),
        figure(
            "p95",
            time(totals.p95_us),
            "ms",
            format!("p50 {} ms", time(totals.p50_us)),
        ),
    ]
}

/// One decimal: "1.1".
fn share(part: i64, whole: i64) -> String {
    let tenths = if whole == 0 {
        0
    } else {
        part.saturating_mul(1000) / whole
    };
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn operation(one: &OperationUsage) -> OperationUse {
    let (method, path) = one
        .operation
        .split_once(' ')
        .unwrap_or(("", &one.operation));
    OperationUse {
        method: method.to_owned(),
        method_class: method_class(method),
        path: path.to_owned(),
        api: format!("{} {}", one.api, one.version),
        calls: grouped(one.totals.calls),
        failed: format!("{} %", share(one.totals.server_errors, one.totals.calls)),
        time: one.totals.p95_us.map_or_else(
            || "unknown".to_owned(),
            |us| milliseconds(i64::try_from(us).unwrap_or(0)),
        ),
    }
}
