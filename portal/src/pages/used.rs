//! Calls over a time: the choice of the time, figures, bars, operations. An application's usage and an API's traffic look alike.

use crate::pages::applications::key::milliseconds;
use crate::pages::{Figure, method_class};
use crate::view::chart::Bars;
use crate::view::form::Choice;
use crate::view::words::{grouped, short_day};
use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_control_plane::usage::{OperationUsage, UsageRange, UsageTotals, UsageView};
use time::OffsetDateTime;
use time::macros::format_description;

/// `?range=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct UsedQuery {
    #[serde(default)]
    range: Option<String>,
}

impl UsedQuery {
    pub(crate) fn range(&self) -> UsageRange {
        let named = self.range.as_deref().and_then(UsageRange::parse);
        named.unwrap_or(UsageRange::Fortnight)
    }
}

/// The form that chooses the time.
#[derive(Debug, Clone, Template)]
#[template(path = "components/ranges.html")]
pub(crate) struct Ranges {
    action: String,
    ranges: Vec<Choice>,
    chosen: &'static str,
}

impl HtmlSafe for Ranges {}

impl Ranges {
    pub(crate) fn new(action: String, chosen: UsageRange) -> Self {
        let ranges = RANGES.map(|range| Choice::new(range.as_str(), in_words(range).0));
        Self {
            action,
            ranges: ranges.into(),
            chosen: chosen.as_str(),
        }
    }
}

/// Bars over the time, and a line for each operation.
#[derive(Debug, Clone, Template)]
#[template(path = "components/used.html")]
pub(crate) struct Used {
    pub(crate) range_words: &'static str,
    pub(crate) chart_title: &'static str,
    pub(crate) chart: Bars,
    pub(crate) operations: Vec<OperationUse>,
}

impl HtmlSafe for Used {}

impl Used {
    pub(crate) fn new(used: &UsageView, range: UsageRange) -> Self {
        let (range_words, chart_title, unit) = in_words(range);
        let points: Vec<(String, [u64; 3])> = used
            .buckets
            .iter()
            .map(|bucket| (label(bucket.at, range), split(&bucket.totals)))
            .collect();
        let series = ["Answered", "Refused or wrong", "Server error"];
        Self {
            range_words,
            chart_title,
            chart: Bars::new("calls", chart_title, unit, series, &points),
            operations: used.operations.iter().map(operation).collect(),
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct OperationUse {
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) api: String,
    pub(crate) calls: String,
    pub(crate) failed: String,
    pub(crate) time: String,
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

/// Calls, refusals, failures, time.
pub(crate) fn figures(totals: &UsageTotals) -> Vec<Figure> {
    let figure = |label: &'static str, value: String, unit: &'static str, note: String| Figure {
        label: label.into(),
        value,
        unit: unit.into(),
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
