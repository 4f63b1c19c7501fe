//! Reading a description on a thread that may block, a few at a time, and handing its operations over in batches.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use gatehouse_language::t;
use gatehouse_spec::diff::{Comparison, compare, compare_read};
use gatehouse_spec::gate::{AcceptanceFault, accepted_in};
use gatehouse_spec::lint::lint;
use gatehouse_spec::{Description, Limits, Server, SpecErrors};
use serde_json::{Value, json};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::time::timeout;

use super::PublishRefusal;
use super::batch::{Batch, clean, cut, in_batches};
use super::gate::Findings;
use super::ground::Measure;
use crate::refusal::{FieldFault, Refusal};

/// Descriptions read at the same time; each may take a core and some hundred megabytes.
const READERS_MAX: usize = 2;
/// Longest wait for one of them to be done.
const QUEUE_TIMEOUT: Duration = Duration::from_secs(30);
/// Longest reading of one description.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest wait for one batch of its operations; a transaction waits with it, which the database allows for 30 s.
pub(super) const BATCH_TIMEOUT: Duration = Duration::from_secs(20);
static READERS: Semaphore = Semaphore::const_new(READERS_MAX);

/// What is stored of a description besides its operations.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) format: &'static str,
    pub(super) sha256: [u8; 32],
    pub(super) title: String,
    pub(super) declared_version: String,
    pub(super) description: String,
    pub(super) servers: Vec<String>,
    pub(super) first_server: Option<Server>,
    operations: i64,
    findings: Vec<Value>,
}

/// A description being read.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) head: Head,
    pub(super) findings: Findings,
    batches: mpsc::Receiver<Batch>,
    taken: Arc<AtomicI64>,
}

impl Reading {
    /// The next operations; `None` after the last.
    pub(super) async fn next_batch(&mut self) -> Result<Option<Batch>, Refusal> {
        let batch = timeout(BATCH_TIMEOUT, self.batches.recv())
            .await
            .map_err(|_| too_slow())?;
        let count = batch.as_ref().map_or(0, |batch| batch.positions.len());
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.taken.fetch_add(count, Ordering::Relaxed);
        Ok(batch)
    }

    /// Operations handed over so far, and how many there are.
    pub(super) fn progress(&self) -> impl Fn() -> (i64, Option<i64>) + use<> {
        let (taken, total) = (Arc::clone(&self.taken), self.head.operations);
        move || (taken.load(Ordering::Relaxed), Some(total))
    }
}

/// What a reading ends with before its operations.
pub(super) enum Failure {
    Spec(SpecErrors),
    Acceptances(Vec<AcceptanceFault>),
}

/// Reads a description up to its operations, and holds it against what it is measured by.
pub(super) async fn read(content: Bytes, measure: Measure) -> Result<Reading, PublishRefusal> {
    let permit = permit().await?;
    let (head_sender, head) = oneshot::channel();
    let (batch_sender, batches) = mpsc::channel(1);
    tokio::task::spawn_blocking(move || {
        // Held until the thread is done, also when nobody waits for it any more.
        let _permit = permit;
        let (description, findings) = match judged(&content, &measure) {
            Ok(judged) => judged,
            Err(failure) => {
                // A receiver that is gone needs no answer.
                let _ = head_sender.send(Err(failure));
                return;
            }
        };
        drop((content, measure));
        let head = Head::of(&description);
        if head_sender.send(Ok((head, findings))).is_ok() {
            in_batches(&description, |batch| {
                batch_sender.blocking_send(batch).is_ok()
            });
        }
    });
    match timeout(READ_TIMEOUT, head).await {
        Ok(Ok(Ok((head, findings)))) => Ok(Reading {
            head,
            findings,
            batches,
            taken: Arc::default(),
        }),
        Ok(Ok(Err(Failure::Spec(errors)))) => Err(PublishRefusal::Spec(errors)),
        Ok(Ok(Err(Failure::Acceptances(faults)))) => Err(in_acceptances(faults).into()),
        Ok(Err(_)) => {
            Err(Refusal::Internal(anyhow::anyhow!("reading a description panicked")).into())
        }
        Err(_) => Err(too_slow().into()),
    }
}

pub(super) async fn permit() -> Result<tokio::sync::SemaphorePermit<'static>, Refusal> {
    timeout(QUEUE_TIMEOUT, READERS.acquire())
        .await
        .map_err(|_| Refusal::TooMany(QUEUE_TIMEOUT.as_secs()))?
        .map_err(|closed| Refusal::Internal(closed.into()))
}

/// Everything that needs the whole description, on the thread that read it.
pub(super) fn judged(
    content: &[u8],
    measure: &Measure,
) -> Result<(Description, Findings), Failure> {
    let limits = Limits::default();
    let description = gatehouse_spec::parse(content, &limits).map_err(Failure::Spec)?;
    let accepted = accepted_in(&description, content).map_err(Failure::Acceptances)?;
    let comparison = measure.ground.as_ref().map(|ground| {
        match gatehouse_spec::parse(&ground.content, &limits) {
            Ok(base) => compare_read((&ground.content, &base), (content, &description)),
            // Says what is wrong with the one in force.
            Err(_) => compare(&ground.content, content, &limits),
        }
    });
    let findings = Findings {
        comparison,
        accepted,
        lint: lint(&description, content, &measure.levels),
    };
    Ok((description, findings))
}

/// Compares once more, with what came into force while the description was read.
pub(super) async fn compare_again(before: Bytes, after: Bytes) -> Result<Comparison, Refusal> {
    let permit = permit().await?;
    let compared = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        compare(&before, &after, &Limits::default())
    });
    timeout(BATCH_TIMEOUT, compared)
        .await
        .map_err(|_| too_slow())?
        .map_err(|panicked| Refusal::Internal(panicked.into()))
}

fn in_acceptances(faults: Vec<AcceptanceFault>) -> Refusal {
    let faults = faults.into_iter().map(|fault| FieldFault {
        place: fault.place.map(|place| (place.line, place.column)),
        ..FieldFault::new(fault.pointer, "acceptance", fault.message)
    });
    Refusal::Invalid(faults.collect())
}

pub(super) fn too_slow() -> Refusal {
    Refusal::field(
        "",
        "too_slow",
        t!("refused-apis-reading-the-description-takes-too-long"),
    )
}

impl Head {
    fn of(description: &Description) -> Self {
        let servers = description.servers();
        let mut findings: Vec<_> = description
            .warnings()
            .iter()
            .map(|finding| {
                json!({
                    "code": finding.code,
                    "message": clean(&finding.message),
                    "pointer": clean(&finding.pointer),
                    "location": finding.location,
                })
            })
            .collect();
        let dropped = description.warnings_dropped();
        if dropped > 0 {
            findings.push(warning("more", &format!("And {dropped} more.")));
        }
        Self {
            format: description.format().as_str(),
            sha256: description.sha256(),
            title: cut(&description.title(), 200),
            declared_version: cut(&description.version(), 100),
            description: cut(&description.description().unwrap_or_default(), 200_000),
            servers: servers
                .iter()
                .take(50)
                .map(|server| cut(&server.url, 500))
                .collect(),
            first_server: servers.into_iter().next(),
            operations: i64::try_from(description.operations().len()).unwrap_or(i64::MAX),
            findings,
        }
    }

    /// What is wrong with the description but tolerated, with one more warning of ours.
    pub(super) fn warnings(&self, ours: Option<&str>) -> Value {
        let ours = ours.map(|message| warning("no_upstream", message));
        self.findings.iter().cloned().chain(ours).collect()
    }
}

fn warning(code: &str, message: &str) -> Value {
    json!({ "code": code, "message": message, "pointer": "", "location": null })
}

#[cfg(test)]
mod tests {
    use super::super::batch::BATCH_OPERATIONS;
    use super::*;

    #[tokio::test]
    async fn a_description_is_handed_over_whole_and_in_order() {
        let mut paths = serde_json::Map::new();
        for number in 0..1_201 {
            let operation =
                json!({ "get": { "operationId": format!("get{number}"), "responses": {} } });
            paths.insert(format!("/things/{number}"), operation);
        }
        let document = json!({
            "openapi": "3.1.0",
            "info": { "title": "Nul \u{0} title", "version": "1" },
            "paths": paths,
        });
        let mut reading = read(document.to_string().into(), Measure::default())
            .await
            .unwrap();
        assert_eq!(reading.head.title, "Nul \u{fffd} title");
        let mut positions = Vec::new();
        while let Some(batch) = reading.next_batch().await.unwrap() {
            assert!(batch.positions.len() <= BATCH_OPERATIONS);
            assert_eq!(batch.fragments.len(), batch.positions.len());
            positions.extend(batch.positions);
        }
        assert_eq!(positions, (0..1_201).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn an_abandoned_reading_gives_its_place_back() {
        for _ in 0..READERS_MAX * 2 {
            let document = r#"{"openapi":"3.1.0","info":{"title":"a","version":"1"},"paths":{"/a":{"get":{"responses":{}}}}}"#;
            let content = Bytes::from_static(document.as_bytes());
            drop(read(content, Measure::default()).await.unwrap());
        }
    }

    #[tokio::test]
    async fn what_is_no_description_is_refused_with_its_faults() {
        let refusal = read(Bytes::from_static(b"{]"), Measure::default())
            .await
            .unwrap_err();
        assert!(matches!(refusal, PublishRefusal::Spec(errors) if !errors.errors.is_empty()));
    }
}
