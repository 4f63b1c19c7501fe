//! The page as a scraper reads it.

use std::collections::{BTreeMap, BTreeSet};

use gatehouse_problem::ProblemKind;
use gatehouse_runtime::telemetry::Metrics;

use super::worker::API_LABELS_MAX;
use super::*;
use crate::reason::Reason;
use crate::usage::record::Tail;

fn tail(status: u16, reason: Reason, latency_us: u64) -> Tail {
    Tail {
        status,
        reason: reason.number(),
        latency_us,
        upstream_us: latency_us * 9 / 10,
        ..Tail::default()
    }
}

fn page(metrics: &Metrics) -> String {
    String::from_utf8(metrics.page().body().to_vec()).unwrap()
}

/// Reads a page by the grammar of OpenMetrics, as far as it is used here, and returns the samples by name and labels. Fails at
/// anything a scraper would not take: a sample without a type, of another family, twice, or without a number.
fn samples(page: &str) -> BTreeMap<(String, String), f64> {
    let mut samples = BTreeMap::new();
    let mut families = BTreeSet::new();
    let mut family = (String::new(), String::new());
    let lines: Vec<_> = page
        .strip_suffix("# EOF\n")
        .expect("an end")
        .lines()
        .collect();
    for line in lines {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (kind, name) = (words.next().unwrap(), words.next().unwrap().to_owned());
            let text = words.next().unwrap();
            match kind {
                "HELP" => assert!(families.insert(name), "a family twice: {line}"),
                "TYPE" => family = (name, text.to_owned()),
                "UNIT" => {}
                _ => panic!("{line}"),
            }
            continue;
        }
        let (series, number) = line.rsplit_once(' ').unwrap();
        let (name, labels) = match series.split_once('{') {
            Some((name, labels)) => (name, labels.strip_suffix('}').expect("a brace")),
            None => (series, ""),
        };
        let suffix = name
            .strip_prefix(&family.0)
            .unwrap_or_else(|| panic!("{line}"));
        let allowed: &[&str] = match family.1.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            other => panic!("{other}"),
        };
        assert!(allowed.contains(&suffix), "{line}");
        for pair in labels.split("\",").filter(|pair| !pair.is_empty()) {
            let (label, value) = pair
                .trim_end_matches('"')
                .split_once("=\"")
                .expect("a label");
            assert!(
                label
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            );
            assert!(!value.contains(['"', '\n', '\\']), "{line}");
        }
        let number = number.parse().unwrap_or_else(|_| panic!("{line}"));
        let before = samples.insert((name.to_owned(), labels.to_owned()), number);
        assert_eq!(before, None, "twice: {line}");
    }
    samples
}

#[test]
fn the_page_adds_up_what_the_workers_counted() {
    let metrics = Metrics::new("gateway");
    let own = GatewayMetrics::default();
    own.register(&metrics);
    let label = ApiLabel::default();
    for number in [0, 1, 1] {
        let worker = own.worker(number);
        let api = worker.api(&label, || "acme/petstore".to_owned());
        worker.observe(api, &tail(200, Reason::OK, 400), true);
    }
    let refused = tail(429, ProblemKind::RateLimited.into(), 20);
    own.worker(0).observe(ApiNumber::default(), &refused, false);
    own.worker(1).connection_began();
    own.configuration_refused("older");
    let page = page(&metrics);
    samples(&page);
    for line in [
        "gatehouse_calls_total{api=\"acme/petstore\",status_class=\"2xx\",reason=\"ok\"} 3",
        "gatehouse_calls_total{api=\"none\",status_class=\"4xx\",reason=\"rate_limited\"} 1",
        "gatehouse_limit_refusals_total{limit=\"rate\"} 1",
        "gatehouse_limit_refusals_total{limit=\"quota\"} 0",
        "gatehouse_call_seconds_bucket{le=\"0.0005\"} 4",
        "gatehouse_call_seconds_count 4",
        "gatehouse_upstream_seconds_count 3",
        "gatehouse_gateway_seconds_bucket{le=\"0.00005\"} 4",
        "gatehouse_worker_calls_total{worker=\"1\"} 2",
        "gatehouse_worker_connections{worker=\"1\"} 1",
        "gatehouse_config_refused_total{reason=\"older\"} 1",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

#[test]
fn ten_thousand_apis_make_no_more_labels_than_the_bound() {
    let metrics = Metrics::new("gateway");
    let own = GatewayMetrics::default();
    own.register(&metrics);
    let worker = own.worker(0);
    let labels: Vec<ApiLabel> = (0..10_000).map(|_| ApiLabel::default()).collect();
    for round in 0..2 {
        for (number, label) in labels.iter().enumerate() {
            let api = worker.api(label, || format!("acme/api-{number}"));
            worker.observe(api, &tail(200 + 100 * round, Reason::OK, 1), true);
        }
    }
    let samples = samples(&page(&metrics));
    let calls: Vec<_> = samples
        .iter()
        .filter(|((name, _), _)| name == "gatehouse_calls_total")
        .collect();
    let apis: BTreeSet<_> = calls
        .iter()
        .map(|((_, labels), _)| labels.split(',').next().unwrap())
        .collect();
    assert_eq!(apis.len(), API_LABELS_MAX + 1);
    let sum: f64 = calls.iter().map(|(_, count)| **count).sum();
    assert_eq!(sum, 20_000.0, "every call is counted");
    let other = "api=\"other\",status_class=\"2xx\",reason=\"ok\"".to_owned();
    let rest = samples[&("gatehouse_calls_total".to_owned(), other)];
    assert_eq!(rest, 10_000.0 - API_LABELS_MAX as f64);
}
