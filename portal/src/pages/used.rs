//! Calls over a time: the choice of the time, figures, bars, operations. An application's usage and an API's traffic look alike.

use crate::pages::applications::key::milliseconds;
use crate::pages::{Figure, method_class};
use crate::view::chart::Bars;
use crate::view::form::Choice;
use crate::view::said::says;
use crate::view::words::{grouped, short_day};
use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_control_plane::usage::{OperationUsage, UsageRange, UsageTotals, UsageView};
use gatehouse_language::t;
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
says!(Ranges);

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
    pub(crate) range_words: String,
    pub(crate) chart_title: String,
    pub(crate) chart: Bars,
    pub(crate) operations: Vec<OperationUse>,
}

impl HtmlSafe for Used {}
says!(Used);

impl Used {
    pub(crate) fn new(used: &UsageView, range: UsageRange) -> Self {
        let (range_words, chart_title, unit) = in_words(range);
        let points: Vec<(String, [u64; 3])> = used
            .buckets
            .iter()
            .map(|bucket| (label(bucket.at, range), split(&bucket.totals)))
            .collect();
        let series = [
            t!("shared-answered"),
            t!("shared-refused-or-wrong"),
            t!("shared-server-error"),
        ];
        Self {
            range_words,
            chart: Bars::new("calls", chart_title.clone(), unit, series, &points),
            chart_title,
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

fn in_words(range: UsageRange) -> (String, String, String) {
    match range {
        UsageRange::Hour => (
            t!("shared-the-last-hour"),
            t!("shared-calls-per-minute"),
            t!("shared-minute"),
        ),
        UsageRange::Day => (
            t!("shared-the-last-24-hours"),
            t!("shared-calls-per-hour"),
            t!("shared-hour"),
        ),
        UsageRange::Fortnight => (
            t!("shared-14-days"),
            t!("shared-calls-per-day"),
            t!("shared-day"),
        ),
        UsageRange::Quarter => (
            t!("shared-90-days"),
            t!("shared-calls-per-day"),
            t!("shared-day"),
        ),
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
    let figure = |label: String, value: String, unit: &'static str, note: String| Figure {
        label: label.into(),
        value,
        unit: unit.into(),
        note,
    };
    let time = |us: Option<u64>| us.map_or_else(|| t!("shared-unknown"), |us| grouped(us / 1000));
    vec![
        figure(
            t!("word-calls"),
            grouped(totals.calls),
            "",
            t!("shared-answered-2", grouped = &grouped(totals.succeeded)),
        ),
        figure(
            t!("shared-refused-by-a-limit"),
            grouped(totals.limited),
            "",
            t!("shared-rate-or-quota"),
        ),
        figure(
            t!("shared-failed"),
            share(totals.server_errors, totals.calls),
            "%",
            t!(
                "shared-server-errors",
                grouped = &grouped(totals.server_errors)
            ),
        ),
        figure(
            "p95".to_owned(),
            time(totals.p95_us),
            "ms",
            t!("shared-p50-ms", time = &time(totals.p50_us)),
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
    t!(
        "shared-one-decimal",
        whole = (tenths / 10).to_string(),
        tenth = (tenths % 10).to_string(),
    )
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
            || t!("shared-unknown"),
            |us| milliseconds(i64::try_from(us).unwrap_or(0)),
        ),
    }
}
