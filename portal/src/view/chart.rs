//! Charts drawn on the server: geometry by attributes, numbers as text beside the drawing, and the same numbers as a table.

use crate::view::said::says;
use crate::view::words::grouped;
use askama::Template;
use askama::filters::HtmlSafe;
use gatehouse_language::t;

const STEP: u64 = 40;
const BAR: u64 = 26;
const HEIGHT: u64 = 200;

/// Stacked bars of up to three series, one bar per label.
#[derive(Debug, Clone, Template)]
#[template(path = "components/bars.html")]
pub(crate) struct Bars {
    id: &'static str,
    title: String,
    unit: String,
    description: String,
    width: u64,
    legend: Vec<Series>,
    scale: Vec<String>,
    bars: Vec<Bar>,
    days: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Clone)]
struct Series {
    n: usize,
    label: String,
    total: String,
}

#[derive(Debug, Clone)]
struct Bar {
    n: usize,
    x: u64,
    y: u64,
    width: u64,
    height: u64,
}

#[derive(Debug, Clone)]
struct Row {
    label: String,
    values: Vec<String>,
}

impl HtmlSafe for Bars {}
says!(Bars);

impl Bars {
    /// `points` holds a label and one value per series, oldest first.
    pub(crate) fn new<const N: usize>(
        id: &'static str,
        title: String,
        unit: String,
        series: [String; N],
        points: &[(String, [u64; N])],
    ) -> Self {
        let top = nice_top(
            points
                .iter()
                .map(|(_, values)| values.iter().sum::<u64>())
                .max()
                .unwrap_or(0),
        );
        let mut totals = [0_u64; N];
        for (_, values) in points {
            for (total, value) in totals.iter_mut().zip(values) {
                *total += value;
            }
        }
        let legend: Vec<Series> = series
            .into_iter()
            .zip(totals)
            .enumerate()
            .map(|(at, (label, total))| Series {
                n: at + 1,
                label,
                total: grouped(total),
            })
            .collect();
        Self {
            id,
            title,
            unit,
            description: describe(&legend, points.len()),
            width: STEP * u64::try_from(points.len().max(1)).unwrap_or(1),
            scale: (0..=4).rev().map(|part| grouped(top * part / 4)).collect(),
            bars: stack(points, top),
            days: spaced(points.iter().map(|(label, _)| label.as_str())),
            rows: points
                .iter()
                .map(|(label, values)| Row {
                    label: label.clone(),
                    values: values.iter().map(|value| grouped(*value)).collect(),
                })
                .collect(),
            legend,
        }
    }
}

/// At most this many labels fit under a chart.
const LABELS_MAX: usize = 14;

/// Every n-th label, the others empty, so that a quarter's days do not run into each other.
fn spaced<'a>(labels: impl ExactSizeIterator<Item = &'a str>) -> Vec<String> {
    let every = labels.len().div_ceil(LABELS_MAX).max(1);
    labels
        .enumerate()
        .filter(|(at, _)| at % every == 0)
        .map(|(_, label)| label.to_owned())
        .collect()
}

fn describe(legend: &[Series], points: usize) -> String {
    let totals: Vec<String> = legend
        .iter()
        .map(|s| format!("{} {}", s.label, s.total))
        .collect();
    t!(
        "shared-bars-in-all",
        points = &points,
        join = &totals.join(", ")
    )
}

fn stack<const N: usize>(points: &[(String, [u64; N])], top: u64) -> Vec<Bar> {
    let mut bars = Vec::new();
    let mut x = (STEP - BAR) / 2;
    for (_, values) in points {
        let mut below = 0;
        for (at, value) in values.iter().enumerate() {
            let from = HEIGHT * below / top;
            below += value;
            let to = HEIGHT * below / top;
            // A value that is there is seen, even when it is far smaller than the scale.
            let height = if *value > 0 { (to - from).max(1) } else { 0 };
            if height > 0 {
                bars.push(Bar {
                    n: at + 1,
                    x,
                    y: HEIGHT.saturating_sub(to.max(from + height)),
                    width: BAR,
                    height,
                });
            }
        }
        x += STEP;
    }
    bars
}

/// The smallest 1, 2, 4, 6 or 8 times a power of ten that is not below `peak`, and at least 4, so that four grid lines fall
/// on whole numbers.
fn nice_top(peak: u64) -> u64 {
    let mut power = 1_u64;
    loop {
        for step in [4, 8, 12, 20] {
            let top = step * power;
            if top >= peak {
                return top;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A quota: what is used against how much of the period is gone.
#[derive(Debug, Clone, Template)]
#[template(path = "components/quota.html")]
pub(crate) struct Quota {
    name: String,
    used: String,
    limit: String,
    fill: u64,
    pace: u64,
    over: bool,
    words: String,
    resets: String,
}

impl HtmlSafe for Quota {}
says!(Quota);

impl Quota {
    /// `elapsed_permille` says how much of the period has passed, 0 to 1000. `resets` is a sentence.
    pub(crate) fn new(
        name: impl Into<String>,
        used: u64,
        limit: u64,
        elapsed_permille: u64,
        resets: impl Into<String>,
    ) -> Self {
        let limit = limit.max(1);
        let fill = (u128::from(used.min(limit)) * 1000 / u128::from(limit)) as u64;
        let elapsed = elapsed_permille.min(1000);
        let over = fill > elapsed && fill >= 500;
        let words = match () {
            () if used >= limit => t!("shared-all-used-calls-are-refused-until"),
            () if over => t!("shared-faster-than-the-period-passes"),
            () if fill == 0 => t!("shared-nothing-used-yet"),
            () => t!("shared-left", grouped = &grouped(limit - used)),
        };
        Self {
            name: name.into(),
            used: grouped(used),
            limit: grouped(limit),
            fill,
            pace: elapsed.min(997),
            over,
            words,
            resets: resets.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bars, Quota, nice_top};

    #[test]
    fn the_scale_is_never_below_the_peak_and_its_quarters_are_whole() {
        for peak in [0, 1, 4, 5, 9, 13, 99, 100, 101, 5_700, 999_999] {
            let top = nice_top(peak);
            assert!(
                top >= peak && top > 0 && top.is_multiple_of(4),
                "{peak} -> {top}"
            );
        }
    }

    #[test]
    fn one_refusal_among_thousands_is_still_drawn() {
        let chart = Bars::new(
            "c",
            "Calls".into(),
            "Day".into(),
            ["Answered".into(), "Refused".into()],
            &[("1 Nov".to_owned(), [5000, 1])],
        );
        assert_eq!(chart.bars.len(), 2);
        assert!(chart.bars.iter().all(|bar| bar.height >= 1));
        let shown = chart.to_string();
        assert!(
            shown.contains("Show as table") && shown.contains("<desc"),
            "{shown}"
        );
        assert!(!shown.contains("style="));
    }

    #[test]
    fn quota_words_follow_the_numbers() {
        assert!(
            Quota::new("Gold", 100, 100, 500, "")
                .to_string()
                .contains("All used")
        );
        assert!(
            Quota::new("Gold", 80, 100, 500, "")
                .to_string()
                .contains("Faster than")
        );
        assert!(
            Quota::new("Gold", 20, 100, 500, "")
                .to_string()
                .contains("80 left")
        );
        assert!(
            Quota::new("Gold", 0, 100, 500, "")
                .to_string()
                .contains("Nothing used")
        );
        assert!(
            Quota::new("Gold", 5, 0, 500, "")
                .to_string()
                .contains("All used")
        );
    }
}
