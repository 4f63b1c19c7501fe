//! Whatever changes something leaves a record that says who did it, what, why and by which request; and the records travel.

use std::collections::BTreeSet;
use std::time::Duration;

use gatehouse_control_plane::audit::{Verification, sign_checkpoints, verify_export};
use gatehouse_domain::Permission;
use gatehouse_harness::wait::{PATIENCE, eventually};
use http::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::isolation::walk;
use crate::served::Served;

/// Work that is not over after this long waits for something else.
const STILL: Duration = Duration::from_secs(1);

/// Tables in which background work tells how far it is, that it ended, and that a receiver does not answer.
const OF_WORK: &[&str] = &[
    "audit_head",
    "audit_log",
    "job",
    "job_output",
    "webhook_attempt",
    "webhook_endpoint",
];

/// The tables whose contents differ.
fn changed(before: &[(String, String)], after: &[(String, String)]) -> Vec<String> {
    let tables = before.iter().zip(after).filter(|(one, other)| one != other);
    tables.map(|(one, _)| one.0.clone()).collect()
}

/// Writes on access that is in force.
const IN_FORCE: &[&str] = &[
    "approve_plan_change",
    "approve_renewal",
    "cancel_subscription",
    "pause_subscription",
    "reject_plan_change",
    "reject_renewal",
    "renew_subscription",
    "resume_subscription",
    "revoke_subscription",
    "suspend_subscription",
    "unsuspend_subscription",
    "withdraw_plan_change",
];

/// Records written after one, as JSON.
async fn records_after(served: &Served, seq: i64) -> Vec<Value> {
    let mut connection = PgConnection::connect(&served.test_db.superuser_url())
        .await
        .unwrap();
    sqlx::query_scalar(
        // What background work ends meanwhile is nobody's write.
        "select to_jsonb(a) from audit_log a where tenant_id = $1 and seq > $2 and action <> 'job.end' order by seq",
    )
    .bind(served.northwind.id.uuid())
    .bind(seq)
    .fetch_all(&mut connection)
    .await
    .unwrap()
}

/// Waits until background work that an earlier write asked for is over, or stands still: what it changes is nobody's write.
async fn settle(served: &Served) {
    let mut connection = PgConnection::connect(&served.test_db.superuser_url())
        .await
        .unwrap();
    let over = eventually(PATIENCE, "background work is over", async || {
        let open = "select (select count(*) from job where ended_at is null) + (select count(*) from outbox where published_at is null)
                         + (select count(*) from webhook_delivery where state = 'pending' and next_at <= $1)";
        let open: i64 = sqlx::query_scalar(open)
            .bind(served.db.clock().now())
            .fetch_one(&mut connection)
            .await
            .unwrap();
        (open == 0)
            .then_some(())
            .ok_or(format!("{open} jobs, events and deliveries"))
    });
    let _ = tokio::time::timeout(STILL, over).await;
}

async fn newest(served: &Served) -> i64 {
    let records = records_after(served, 0).await;
    records
        .last()
        .and_then(|record| record["seq"].as_i64())
        .unwrap_or(0)
}

/// What is wrong with the records of one request.
fn faults_of(
    operation: &str,
    request: &str,
    sent: &Value,
    answer: &Value,
    records: &[Value],
) -> Vec<String> {
    let mut faults = Vec::new();
    if records.is_empty() {
        faults.push(format!("{operation} changed something and left no record"));
    }
    for record in records {
        let mut must = |right: bool, what: &str| {
            if !right {
                faults.push(format!("{operation}: {what}: {record}"));
            }
        };
        must(
            record["actor_type"] == "token" && record["actor_id"].is_string(),
            "no actor",
        );
        must(
            record["actor_name"]
                .as_str()
                .is_some_and(|name| !name.is_empty()),
            "no name",
        );
        must(record["request_id"] == *request, "another request");
        must(record["ip"].is_string(), "no address");
        must(
            record["subject"]
                .as_str()
                .is_some_and(|subject| !subject.is_empty()),
            "no subject",
        );
        if let Some(reason) = sent["reason"].as_str() {
            must(
                record["reason"] == *reason || record["after"].to_string().contains(reason),
                "no reason",
            );
        }
        if let Some(secret) = answer["secret"].as_str() {
            must(!record.to_string().contains(secret), "a secret");
        }
    }
    let says_what = |record: &Value| !record["before"].is_null() || !record["after"].is_null();
    if !records.is_empty() && !records.iter().any(says_what) {
        faults.push(format!(
            "{operation}: neither before nor after: {records:?}"
        ));
    }
    faults
}

#[tokio::test]
async fn every_write_leaves_a_record_of_who_what_why_and_by_which_request() {
    let (mut left, mut done, mut faults) = (None::<BTreeSet<String>>, BTreeSet::new(), Vec::new());
    // Some writes spoil the scene for others: those get a fresh one, as long as that leads on.
    loop {
        let served = Served::start().await;
        let mut walk = walk(&served).await;
        // These need access that is in force.
        let granted = walk.own_for["request_plan_change"].clone();
        for operation in IN_FORCE {
            walk.own_for
                .insert((*operation).to_owned(), granted.clone());
        }
        let waiting = left.get_or_insert_with(|| walk.writes().into_iter().collect());
        let known = done.len();
        loop {
            let at_first = done.len();
            for operation in waiting.clone() {
                settle(&served).await;
                let (before, seq) = (served.everything().await, newest(&served).await);
                let (status, request, sent, answer) = walk.carry_out(&operation).await;
                if !(200..300).contains(&status) {
                    continue;
                }
                waiting.remove(&operation);
                let changed = changed(&before, &served.everything().await);
                let records = records_after(&served, seq).await;
                let is_of_work = records.is_empty()
                    && !operation.ends_with("_job")
                    && !operation.contains("webhook")
                    && changed
                        .iter()
                        .all(|table| OF_WORK.contains(&table.as_str()));
                if !is_of_work {
                    let found = faults_of(&operation, &request, &sent, &answer, &records);
                    faults.extend(
                        found
                            .into_iter()
                            .map(|fault| format!("{fault} ({changed:?})")),
                    );
                    done.insert(operation);
                }
            }
            if done.len() == at_first {
                break;
            }
        }
        if done.len() == known {
            break;
        }
    }
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
    assert!(
        done.len() >= 36,
        "{} writes were carried out; not {left:?}",
        done.len()
    );
}

#[tokio::test]
async fn the_log_is_exported_filtered_and_signed_over_rest() {
    let served = Served::start().await;
    let token = served.mighty(&served.northwind).await;
    let body = json!({"slug": "ops", "name": "=HYPERLINK(1)", "kind": "provider"});
    let made = served.post(&token, "/v1/teams", body).await;
    let request = made.header("gatehouse-request-id").to_owned();
    let team = made.expect(201)["id"].as_str().unwrap().to_owned();
    sign_checkpoints(&served.db).await.unwrap();

    let export = served
        .send(
            served
                .request(Method::GET, "/v1/audit-events/export")
                .bearer_auth(&token),
        )
        .await;
    assert_eq!(
        (export.status.as_u16(), export.header("content-type")),
        (200, "application/x-ndjson")
    );
    assert_eq!(export.header("cache-control"), "no-store");
    let checkpoints = served
        .get(&token, "/v1/audit-events/checkpoints")
        .await
        .expect(200);
    let head = serde_json::from_value(checkpoints["data"][0].clone()).unwrap();
    let verified = verify_export(export.text.as_bytes(), Some(&head), None).unwrap();
    let lines = i64::try_from(export.text.lines().count()).unwrap();
    assert!(
        matches!(verified, Verification::Intact { records, .. } if records == lines),
        "{verified:?}"
    );

    let csv = served
        .send(
            served
                .request(Method::GET, "/v1/audit-events/export?format=csv")
                .bearer_auth(&token),
        )
        .await;
    assert!(csv.header("content-type").starts_with("text/csv"));
    assert_eq!(
        i64::try_from(csv.text.lines().count()).unwrap(),
        lines + 1,
        "{}",
        csv.text
    );
    assert!(csv.text.starts_with("seq,at,"), "{}", csv.text);

    let found = async |query: &str| {
        let page = served
            .get(&token, &format!("/v1/audit-events?{query}"))
            .await
            .expect(200);
        page["data"].as_array().unwrap().clone()
    };
    let by_request = found(&format!("request_id={request}")).await;
    assert_eq!(by_request.len(), 1);
    assert_eq!(by_request[0]["subject"], team.as_str());
    let actor = by_request[0]["actor_id"].as_str().unwrap().to_owned();
    let by_actor = found(&format!("actor={actor}")).await;
    assert!(
        by_actor.len() == 1 && by_actor[0]["seq"] == by_request[0]["seq"],
        "{by_actor:?}"
    );
    assert!(found("created_after=2099-01-01T00:00:00Z").await.is_empty());
    assert!(
        found("created_before=2001-01-01T00:00:00Z")
            .await
            .is_empty()
    );
    let wrong = served.get(&token, "/v1/audit-events?actor=somebody").await;
    assert_eq!(wrong.problem(422), "invalid");

    let other = served
        .token(&served.contoso, &[Permission::AuditRead])
        .await;
    let theirs = served
        .send(
            served
                .request(Method::GET, "/v1/audit-events/export")
                .bearer_auth(&other),
        )
        .await;
    assert!(
        !theirs.text.contains(&team) && !theirs.text.contains(&served.northwind.id.to_string()),
        "{}",
        theirs.text
    );
    let none = served
        .get(&other, "/v1/audit-events/checkpoints")
        .await
        .expect(200);
    assert!(!none.to_string().contains(&served.northwind.id.to_string()));
    let blind = served
        .token(&served.northwind, &[Permission::ApiRead])
        .await;
    let refused = served.get(&blind, "/v1/audit-events/export").await;
    assert_eq!(refused.problem(403), "forbidden");
}
