//! What became of a job, from the result its kind has.

use crate::view::parts::Link;
use crate::view::shell::Shell;
use crate::view::words::grouped;
use gatehouse_control_plane::long_jobs::JobView;
use gatehouse_domain::job::{JobKind, JobState};
use gatehouse_language::t;
use serde_json::Value;
use time::OffsetDateTime;

/// Faults of a description shown at once; the rest is counted.
const FAULTS_MAX: usize = 20;

/// A decision that was not made.
pub(crate) struct Refused {
    pub(crate) href: String,
    pub(crate) label: String,
    pub(crate) words: String,
}

/// The result in sentences.
pub(crate) fn words(job: &JobView) -> Vec<String> {
    let mut words: Vec<String> = job.error.iter().cloned().collect();
    let Some(result) = &job.result else {
        return words;
    };
    match (job.kind, job.state) {
        (JobKind::TenantExport, _) => {}
        (JobKind::SpecPublish, JobState::Done) => words.push(published(result)),
        (JobKind::SpecPublish, _) => words.extend(faults(result)),
        (JobKind::Decisions, _) => words.push(decided(result)),
    }
    words
}

fn published(result: &Value) -> String {
    if result["outcome"] == "unchanged" {
        return t!("running-nothing-changed-this-description-is-publishe");
    }
    let operations = t!("count-operation", count = number(&result["operations"]));
    match result["warnings"].as_array().map_or(0, Vec::len) {
        0 => t!("running-published-with", operations = &operations),
        n => t!(
            "running-published-with-2",
            operations = &operations,
            count = &t!("count-warning", count = n)
        ),
    }
}

/// Where and what, one line each; the first is the error already.
fn faults(result: &Value) -> Vec<String> {
    let faults = result["faults"].as_array().map_or(&[][..], Vec::as_slice);
    if faults.len() < 2 {
        return Vec::new();
    }
    let line = |fault: &Value| {
        let message = fault["message"].as_str().unwrap_or_default();
        match fault["location"]["line"].as_u64() {
            Some(line) => t!("running-line", line = &line, message = &message),
            None => message.to_owned(),
        }
    };
    let mut lines: Vec<_> = faults.iter().take(FAULTS_MAX).map(line).collect();
    let more = faults.len().saturating_sub(FAULTS_MAX) + number(&result["dropped"]);
    if more > 0 {
        lines.push(t!(
            "running-and",
            count = &t!("count-more-fault", count = more)
        ));
    }
    lines
}

fn decided(result: &Value) -> String {
    let refused = result["refused"].as_array().map_or(0, Vec::len);
    let mut words = t!(
        "running-decided",
        count = &t!("count-request", count = number(&result["decided"]))
    );
    match number(&result["waiting"]) {
        0 => {}
        n => words.push_str(&t!("running-need-another-person", n = &n)),
    }
    if refused > 0 {
        words.push_str(&t!("running-not-decided-2", refused = &refused));
    }
    words.push('.');
    words
}

fn number(value: &Value) -> usize {
    value
        .as_u64()
        .and_then(|number| usize::try_from(number).ok())
        .unwrap_or(0)
}

/// The decisions that were not made.
pub(crate) fn refused(job: &JobView, shell: &Shell) -> Vec<Refused> {
    let result = job
        .result
        .as_ref()
        .filter(|_| job.kind == JobKind::Decisions);
    let refused = result.and_then(|result| result["refused"].as_array());
    let rows = refused.into_iter().flatten().map(|line| {
        let id = line["subscription"].as_str().unwrap_or_default();
        Refused {
            href: shell.to(&format!("/requests/{id}")),
            label: id.to_owned(),
            words: line["error"].as_str().unwrap_or_default().to_owned(),
        }
    });
    rows.collect()
}

/// Where to go on from here.
pub(crate) fn links(job: &JobView, shell: &Shell, now: OffsetDateTime) -> Vec<Link> {
    let mut links = Vec::new();
    let result = job.result.as_ref();
    let api = |result: &Value| result["api"]["slug"].as_str().map(str::to_owned);
    match (job.kind, job.state) {
        (JobKind::SpecPublish, JobState::Done) => {
            if let Some(api) = result.and_then(api) {
                links.push(Link::new(
                    t!("running-open-api"),
                    shell.to(&format!("/console/apis/{api}")),
                ));
            }
        }
        (JobKind::SpecPublish, JobState::Failed) => {
            let revision = result.and_then(|result| result["revision"].as_i64());
            let place = job.subject.split_once(' ');
            if let (Some(revision), Some((api, version))) = (revision, place) {
                let page = format!("/console/apis/{api}/versions/{version}?revision={revision}");
                links.push(Link::new(
                    t!("running-see-what-stands-in-the-way"),
                    shell.to(&page),
                ));
            }
        }
        (JobKind::Decisions, _) if job.state.is_over() => {
            links.push(Link::new(
                t!("word-requests"),
                shell.to("/console/requests"),
            ));
        }
        _ => {}
    }
    if let Some(change) = job.change_id {
        let page = format!("/console/changes/{change}");
        links.push(Link::new(
            t!("running-see-it-reach-the-gateways"),
            shell.to(&page),
        ));
    }
    let is_kept = job.output_until.is_some_and(|until| until > now);
    if let Some(bytes) = job.output_bytes.filter(|_| is_kept) {
        let label = t!(
            "running-download-kb",
            grouped = &grouped((bytes + 1023) / 1024)
        );
        let page = format!("/console/jobs/{}/export", job.id);
        links.push(Link::new(label, shell.to(&page)));
    }
    links
}
