//! What a page may cost: bytes, elements, requests, time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Deserialize;

/// The page that does not exist, and those that links of mails lead to: the links may have been used.
pub(super) const MAY_BE_MISSING: [&str; 6] = [
    "/nowhere",
    "/verify/",
    "/reset/",
    "/invite/",
    "/login/confirm/",
    "/account/email/",
];

/// Of the page itself, compressed. What is aimed at is half of it.
const HTML_MAX: u64 = 60_000;
const STYLE_MAX: u64 = 12_000;
const SCRIPT_MAX: u64 = 10_000;
/// The page is one of them.
const REQUESTS_MAX: u64 = 6;
const ELEMENTS_MAX: u64 = 4_000;
/// How far what is read jumps while the page loads (Layout Instability, score).
const SHIFT_MAX: f64 = 0.02;
/// Until the largest part is painted, milliseconds.
const PAINTED_MS_MAX: f64 = 1_200.0;
/// Until the first byte of an answer, milliseconds, for 95 of 100 pages: asked for by a client beside the browser, which has just
/// shown the page. What the browser measures has the waiting of its own threads in it; it is printed and held to nothing.
const SERVER_MS_MAX: f64 = 30.0;

/// The value that so many of 100 are not above.
fn of_100(many: usize, values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let place = (values.len() * many / 100).min(values.len().saturating_sub(1));
    values.get(place).copied().unwrap_or_default()
}

/// Asks the browser what the open page cost.
pub(super) const MEASURE: &str = r#"
const [page] = performance.getEntriesByType("navigation");
const more = performance.getEntriesByType("resource");
const bytes = (end) => more.filter((one) => new URL(one.name).pathname.endsWith(end)).reduce((sum, one) => sum + one.encodedBodySize, 0);
const told = { painted: 0, shift: 0 };
new PerformanceObserver((list) => list.getEntries().forEach((one) => { told.painted = one.startTime; }))
    .observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((one) => { if (!one.hadRecentInput) told.shift += one.value; }))
    .observe({ type: "layout-shift", buffered: true });
requestAnimationFrame(() => setTimeout(() => done({
    status: page.responseStatus,
    html: page.encodedBodySize,
    style: bytes(".css"),
    script: bytes(".js"),
    requests: 1 + more.length,
    foreign: more.map((one) => one.name).filter((name) => new URL(name).origin !== location.origin),
    elements: document.getElementsByTagName("*").length,
    waited_ms: page.responseStart - page.requestStart,
    // Where nothing larger came, it is the first that was painted.
    painted_ms: told.painted || performance.getEntriesByName("first-contentful-paint").reduce((_, one) => one.startTime, 0),
    shift: told.shift,
}), 0));"#;

/// What opening a page once cost.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Cost {
    status: u16,
    html: u64,
    style: u64,
    script: u64,
    requests: u64,
    /// Addresses that are not the portal's.
    foreign: Vec<String>,
    elements: u64,
    /// Until the first byte, as the browser saw it.
    waited_ms: f64,
    /// The same for a client beside it.
    #[serde(default)]
    server_ms: Option<f64>,
    painted_ms: f64,
    shift: f64,
}

impl Cost {
    /// With the time that the server took when it was asked again.
    pub(super) fn answered_in(self, took: Duration) -> Self {
        Self {
            server_ms: Some(took.as_secs_f64() * 1_000.0),
            ..self
        }
    }
}

/// What every kind of page cost, each time that it was opened.
#[derive(Debug, Default)]
pub(super) struct Costs(BTreeMap<String, Vec<Cost>>);

impl Costs {
    pub(super) fn add(&mut self, kind: &str, cost: Cost) {
        self.0.entry(kind.to_owned()).or_default().push(cost);
    }

    /// A line for each kind of page, the largest first; of what it cost the most, and of times the median.
    pub(super) fn table(&self) -> String {
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_by_key(|(_, costs)| std::cmp::Reverse(most(costs, |cost| cost.html)));
        let mut table = format!(
            "{:<52} {:>6} {:>8} {:>8} {:>9} {:>10} {:>10} {:>11} {:>6}\n",
            "page",
            "opened",
            "html B",
            "elements",
            "requests",
            "server ms",
            "waited ms",
            "painted ms",
            "shift"
        );
        for (kind, costs) in rows {
            let _ = writeln!(
                table,
                "{:<52} {:>6} {:>8} {:>8} {:>9} {:>10.1} {:>10.1} {:>11.0} {:>6.3}",
                kind,
                costs.len(),
                most(costs, |cost| cost.html),
                most(costs, |cost| cost.elements),
                most(costs, |cost| cost.requests),
                median(costs, |cost| cost.server_ms.unwrap_or_default()),
                median(costs, |cost| cost.waited_ms),
                median(costs, |cost| cost.painted_ms),
                costs.iter().map(|cost| cost.shift).fold(0.0, f64::max),
            );
        }
        let all: Vec<Cost> = self.0.values().flatten().cloned().collect();
        let _ = writeln!(
            table,
            "{} kinds of pages, opened {} times; style {} B, script {} B; server {:.1} ms (median), {:.1} ms (95 of 100); the browser waited {:.1} ms (median), {:.1} ms (95 of 100)",
            self.0.len(),
            all.len(),
            most(&all, |cost| cost.style),
            most(&all, |cost| cost.script),
            median(&all, |cost| cost.server_ms.unwrap_or_default()),
            self.server_ms(),
            median(&all, |cost| cost.waited_ms),
            of_100(95, all.iter().map(|cost| cost.waited_ms)),
        );
        table
    }

    /// The time within which the server answered 95 of 100 pages that the browser had opened before.
    fn server_ms(&self) -> f64 {
        let all = self.0.values().flatten();
        of_100(95, all.filter_map(|cost| cost.server_ms))
    }

    /// What is beyond a budget. Times count in optimised builds, of pages that were opened several times.
    pub(super) fn beyond(&self, times: bool) -> Vec<String> {
        let mut beyond = Vec::new();
        for (kind, costs) in &self.0 {
            // The demo shows the mails of everybody to everybody: what they link to is not for all of them.
            let unwell = |cost: &&Cost| {
                !matches!(cost.status, 200 | 403) || cost.html == 0 || cost.style == 0
            };
            let may_be_missing = MAY_BE_MISSING.iter().any(|path| kind.starts_with(path));
            if let Some(cost) = costs.iter().find(unwell)
                && !may_be_missing
            {
                beyond.push(format!("{kind}: {cost:?}"));
            }
            for (what, cost, max) in [
                ("bytes of HTML", most(costs, |cost| cost.html), HTML_MAX),
                ("bytes of style", most(costs, |cost| cost.style), STYLE_MAX),
                (
                    "bytes of script",
                    most(costs, |cost| cost.script),
                    SCRIPT_MAX,
                ),
                ("requests", most(costs, |cost| cost.requests), REQUESTS_MAX),
                ("elements", most(costs, |cost| cost.elements), ELEMENTS_MAX),
            ] {
                if cost > max {
                    beyond.push(format!("{kind}: {cost} {what} where there may be {max}"));
                }
            }
            if let Some(cost) = costs.iter().find(|cost| cost.shift >= SHIFT_MAX) {
                beyond.push(format!("{kind}: it jumps by {} while it loads", cost.shift));
            }
            let foreign = costs.iter().flat_map(|cost| &cost.foreign);
            beyond.extend(foreign.map(|address| format!("{kind}: it asks {address}")));
            let painted = median(costs, |cost| cost.painted_ms);
            if times && !cfg!(debug_assertions) && painted > PAINTED_MS_MAX {
                beyond.push(format!("{kind}: painted after {painted:.0} ms"));
            }
        }
        let server_ms = self.server_ms();
        if times && !cfg!(debug_assertions) && server_ms > SERVER_MS_MAX {
            beyond.push(format!("95 of 100 pages take up to {server_ms:.1} ms"));
        }
        beyond
    }
}

fn most(costs: &[Cost], of: impl Fn(&Cost) -> u64) -> u64 {
    costs.iter().map(of).max().unwrap_or_default()
}

fn median(costs: &[Cost], of: impl Fn(&Cost) -> f64) -> f64 {
    let mut all: Vec<f64> = costs.iter().map(of).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}
