//! What a page or a search may cost: bytes on the wire, and time by the clock of who asks, on loopback.

use std::fmt::Write as _;
use std::time::Duration;

use super::Measured;

/// Of one page, compressed with gzip.
const PAGE_BYTES_MAX: usize = 60 * 1024;
/// Of one page, the middle one of its times.
const PAGE_MAX: Duration = Duration::from_millis(15);
/// Of one search, the middle one of its times.
const SEARCH_MAX: Duration = Duration::from_millis(50);
/// How often each is asked for; builds that are not optimised hold no budget of time.
const READINGS: usize = if cfg!(debug_assertions) { 1 } else { 3 };

/// One answer.
pub(super) struct Reading {
    /// Until its last byte.
    pub(super) took: Duration,
    pub(super) bytes: usize,
}

/// What one address cost, each time that it was asked for.
pub(super) struct Cost {
    path: String,
    times: Vec<Duration>,
    /// The most of any time.
    bytes: usize,
}

impl Cost {
    /// The middle one of its times.
    fn took(&self) -> Duration {
        within(self.times.clone(), 50)
    }
}

/// Asks for each address once before any is asked for again: what holds the machine up for a moment is not the fault of
/// one page.
pub(super) async fn in_turn(paths: &[String], ask: impl AsyncFn(&str) -> Reading) -> Vec<Cost> {
    let unread = |path: &String| Cost {
        path: path.clone(),
        times: Vec::new(),
        bytes: 0,
    };
    let mut costs: Vec<Cost> = paths.iter().map(unread).collect();
    for _ in 0..READINGS {
        for cost in &mut costs {
            let reading = ask(&cost.path).await;
            cost.times.push(reading.took);
            cost.bytes = cost.bytes.max(reading.bytes);
        }
    }
    costs
}

/// The time that so many of a hundred stay within.
fn within(mut times: Vec<Duration>, percent: usize) -> Duration {
    times.sort();
    let place = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(place).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The same over many addresses.
fn all_within(costs: &[Cost], percent: usize) -> f64 {
    let times = costs.iter().map(Cost::took).collect();
    milliseconds(within(times, percent))
}

/// Those that took longer, the slowest first.
fn late(costs: &[Cost], max: Duration) -> impl Iterator<Item = String> {
    let mut late: Vec<&Cost> = costs.iter().filter(|cost| cost.took() >= max).collect();
    late.sort_by_key(|cost| std::cmp::Reverse(cost.took()));
    late.into_iter()
        .map(move |cost| format!("{} took {:?} of {max:?}", cost.path, cost.took()))
}

impl Measured {
    /// What is beyond its budget. Times count in optimised builds.
    pub(super) fn beyond(&self) -> Vec<String> {
        let large = self.pages.iter().filter(|cost| cost.bytes > PAGE_BYTES_MAX);
        let mut beyond: Vec<String> = large
            .map(|cost| format!("{} has {} bytes", cost.path, cost.bytes))
            .collect();
        if !cfg!(debug_assertions) {
            beyond.extend(late(&self.pages, PAGE_MAX));
            beyond.extend(late(&self.searches, SEARCH_MAX));
        }
        beyond
    }

    /// Where the most went.
    fn extremes(&self) -> String {
        let slowest = |costs: &[Cost]| {
            let slowest = costs.iter().max_by_key(|cost| cost.took());
            slowest.map_or_else(String::new, |cost| cost.path.clone())
        };
        let largest = self.pages.iter().max_by_key(|cost| cost.bytes);
        format!(
            "{}: slowest page {}, largest {}, slowest search {}",
            self.slug,
            slowest(&self.pages),
            largest.map_or("", |cost| cost.path.as_str()),
            slowest(&self.searches)
        )
    }
}

/// A line for each description: how it was published, what its pages cost, how long searches took.
pub(super) fn table(measured: &[Measured]) -> String {
    let mut table = format!(
        "{:<12} {:>6} {:>10} {:>9} {:>6} {:>24} {:>13} {:>9} {:>18}\n",
        "description",
        "MB",
        "operations",
        "publish s",
        "pages",
        "page ms 50 % / 95 % / max",
        "largest gz B",
        "searches",
        "search ms 50 % / max"
    );
    for one in measured {
        let _ = writeln!(
            table,
            "{:<12} {:>6.1} {:>10} {:>9.1} {:>6} {:>9.1} {:>7.1} {:>7.1} {:>13} {:>9} {:>12.1} {:>7.1}",
            one.slug,
            one.bytes as f64 / 1e6,
            one.operations,
            one.published.as_secs_f64(),
            one.pages.len(),
            all_within(&one.pages, 50),
            all_within(&one.pages, 95),
            all_within(&one.pages, 100),
            one.pages.iter().map(|cost| cost.bytes).max().unwrap_or(0),
            one.searches.len(),
            all_within(&one.searches, 50),
            all_within(&one.searches, 100),
        );
    }
    for one in measured {
        let _ = writeln!(table, "{}", one.extremes());
    }
    table
}
