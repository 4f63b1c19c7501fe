//! Whatever changes something leaves a record that says who did it, what, why and by which request; and the records travel.

use gatehouse_control_plane::audit::{Verification, sign_checkpoints, verify_export};
use gatehouse_domain::Permission;
use http::Method;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};

use crate::audited::Scene;
use crate::served::Served;

/// Operations that are sent as writes are and change nothing.
const CHANGE_NOTHING: &[&str] = &["compare_spec", "simulate_approval_rule"];

/// Upkeep of somebody's own that is no matter of the log: what they have read, and in which language.
const UPKEEP: &[&str] = &["read_inbox", "read_notice", "set_language"];

/// Writes that do several things at once, each of which has a record of its own under the same request.
const SEVERAL: &[(&str, &str)] = &[
    (
        "apply_changeset",
        "the changeset, and each thing it changes",
    ),
    ("roll_back", "the way back, and each thing it changes"),
];

/// Writes that are not carried out here, and why.
const LEFT_OUT: &[(&str, &str)] = &[
    (
        "create_tenant",
        "in the log of the tenant it makes: `platform::*`",
    ),
    (
        "suspend_tenant",
        "in the log of the tenant that is meant: `platform::*`",
    ),
    (
        "activate_tenant",
        "in the log of the tenant that is meant: `platform::*`",
    ),
];

/// The records of one request, as JSON.
async fn records_of(connection: &mut PgConnection, served: &Served, request: &str) -> Vec<Value> {
    sqlx::query_scalar(
        "select to_jsonb(a) from audit_log a where tenant_id = $1 and request_id = $2 order by seq",
    )
    .bind(served.northwind.id.uuid())
    .bind(request)
    .fetch_all(connection)
    .await
    .unwrap()
}

/// What is wrong with a record of one request.
fn faults_of(record: &Value, sent: &Value, answer: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    let mut must = |right: bool, what: &str| {
        if !right {
            faults.push(format!("{what}: {record}"));
        }
    };
    let says = |name: &str| record[name].as_str().is_some_and(|text| !text.is_empty());
    must(
        record["actor_type"] == "token" && record["actor_id"].is_string(),
        "no actor",
    );
    must(says("actor_name"), "no name");
    must(record["ip"].is_string(), "no address");
    must(says("subject"), "no subject");
    if let Some(reason) = sent["reason"].as_str() {
        let told = record["after"].to_string().contains(reason);
        must(record["reason"] == *reason || told, "no reason");
    }
    if let Some(secret) = answer["secret"].as_str() {
        must(!record.to_string().contains(secret), "a secret");
    }
    faults
}

/// What is wrong with all records of one request.
fn judge(operation: &str, records: &[Value], sent: &Value, answer: &Value) -> Vec<String> {
    let several = SEVERAL.iter().any(|(name, _)| *name == operation);
    let nothing = CHANGE_NOTHING.contains(&operation) || UPKEEP.contains(&operation);
    let mut faults = Vec::new();
    let right = match records.len() {
        0 => nothing,
        1 => !nothing && !several,
        _ => several,
    };
    if !right {
        let actions: Vec<&Value> = records.iter().map(|record| &record["action"]).collect();
        faults.push(format!("{} records: {actions:?}", records.len()));
    }
    let says_what = |record: &Value| !record["before"].is_null() || !record["after"].is_null();
    if !records.is_empty() && !records.iter().any(says_what) {
        faults.push(format!("neither before nor after: {records:?}"));
    }
    let single = records.iter();
    faults.extend(single.flat_map(|record| faults_of(record, sent, answer)));
    let named = faults.into_iter();
    named.map(|fault| format!("{operation}: {fault}")).collect()
}

#[tokio::test]
async fn every_write_leaves_exactly_one_record_of_who_what_why_and_by_which_request() {
    let mut scene = Scene::set().await;
    let address = scene.served.test_db.superuser_url();
    let mut connection = PgConnection::connect(&address).await.unwrap();
    let (mut faults, writes) = (Vec::new(), scene.writes());
    for operation in &writes {
        if LEFT_OUT.iter().any(|(name, _)| name == operation) {
            continue;
        }
        let (status, request, sent, answer) = scene.carry_out(operation).await;
        if !(200..300).contains(&status) {
            // Whatever the document says can be carried out here: a write that is added needs its place in the scene.
            faults.push(format!(
                "{operation} was not carried out: {status} {answer}"
            ));
            continue;
        }
        let records = records_of(&mut connection, &scene.served, &request).await;
        faults.extend(judge(operation, &records, &sent, &answer));
    }
    let unknown = |name: &&str| !writes.iter().any(|write| write == name);
    let listed = SEVERAL.iter().chain(LEFT_OUT).map(|(name, _)| *name);
    let stale: Vec<&str> = listed.filter(unknown).collect();
    assert!(stale.is_empty(), "no such operations: {stale:?}");
    assert!(
        faults.is_empty(),
        "{} faults of {} writes:\n{}",
        faults.len(),
        writes.len(),
        faults.join("\n")
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
