//! An export verifies far from the database, and whatever was done to it is found and located.

use gatehouse_control_plane::Actor;
use gatehouse_control_plane::audit::{
    self, AuditFilter, AuditRecord, Checkpoint, Export, Verification, list_checkpoints,
    sign_checkpoints, verify_export,
};
use gatehouse_domain::Role;
use gatehouse_runtime::random;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::world::World;

const EDITS: usize = 10_000;

fn auditor(world: &World) -> Actor {
    Actor::system(world.tenant, "auditor")
}

async fn exported(world: &World, form: Export) -> String {
    let mut reader = audit::export(&world.db, &auditor(world), form)
        .await
        .unwrap();
    let mut text = String::new();
    while let Some(piece) = reader.next().await.unwrap() {
        text.push_str(&piece);
    }
    text
}

async fn newest(world: &World) -> Checkpoint {
    let listed = list_checkpoints(&world.db, &auditor(world), None, 1)
        .await
        .unwrap();
    listed.into_iter().next().unwrap()
}

fn judged(lines: &[String], head: Option<&Checkpoint>) -> Verification {
    verify_export(lines.join("\n").as_bytes(), head, None).unwrap()
}

fn any(below: usize) -> usize {
    usize::try_from(random::below(u64::try_from(below).unwrap())).unwrap()
}

/// Changes one column of a line to something else.
fn changed(line: &str) -> String {
    let mut value: Value = serde_json::from_str(line).unwrap();
    let columns = [
        "seq",
        "at",
        "actor_type",
        "actor_id",
        "actor_name",
        "ip",
        "action",
        "subject",
        "before",
        "after",
        "reason",
        "request_id",
        "change_id",
        "prev_hash",
        "hash",
        "tenant_id",
    ];
    let column = columns[any(columns.len())];
    value[column] = match column {
        "seq" => json!(value["seq"].as_i64().unwrap() + 1 + i64::try_from(any(9)).unwrap()),
        "at" => json!("2020-01-01T00:00:00Z"),
        "actor_id" | "change_id" => json!(uuid::Uuid::from_u128(any(1 << 40) as u128)),
        "before" | "after" => json!({ "role": any(1 << 40) }),
        "prev_hash" | "hash" => {
            // One bit of one byte.
            let mut text = value[column].as_str().unwrap().to_owned().into_bytes();
            let place = any(text.len());
            text[place] = if text[place] == b'0' { b'1' } else { b'0' };
            json!(String::from_utf8(text).unwrap())
        }
        "tenant_id" => json!("ten_01m2k3a4b5c6d7e8f9g0h1j2k3"),
        _ => json!(format!("{} {}", value[column], any(1 << 40))),
    };
    value.to_string()
}

/// What an edit is, and the number of the record it must be found at.
fn edited(lines: &[String]) -> (Vec<String>, usize, &'static str) {
    let mut edited = lines.to_vec();
    let place = any(lines.len());
    match any(5) {
        0 => {
            edited.remove(place);
            // The one after it stands at its place; the last one's absence shows against the head.
            (edited, place + 1, "delete")
        }
        1 => {
            let other = (place + 1 + any(lines.len() - 1)) % lines.len();
            edited.swap(place, other);
            (edited, place.min(other) + 1, "reorder")
        }
        2 => {
            edited.truncate(place);
            (edited, place + 1, "truncate")
        }
        3 => {
            edited.insert(place, lines[any(lines.len())].clone());
            if edited[place] == lines[place] {
                // The same record twice: the second one does not belong.
                (edited, place + 2, "repeat")
            } else {
                (edited, place + 1, "insert")
            }
        }
        _ => {
            edited[place] = changed(&lines[place]);
            (edited, place + 1, "change")
        }
    }
}

#[tokio::test]
async fn ten_thousand_random_edits_of_an_export_are_all_found_and_located() {
    let world = World::create().await;
    for name in 0..8 {
        world
            .member(&format!("Mia{name}"), &[Role::Developer])
            .await;
    }
    assert_eq!(sign_checkpoints(&world.db).await.unwrap(), 1);
    assert_eq!(
        sign_checkpoints(&world.db).await.unwrap(),
        0,
        "nothing went on since"
    );
    let head = newest(&world).await;
    let lines: Vec<String> = exported(&world, Export::Ndjson)
        .await
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(lines.len() >= 10, "{}", lines.len());
    let Verification::Intact { records, .. } = judged(&lines, Some(&head)) else {
        panic!("nothing was done to it yet")
    };
    assert_eq!(usize::try_from(records).unwrap(), lines.len());
    for _ in 0..EDITS {
        let (edited, place, kind) = edited(&lines);
        match judged(&edited, Some(&head)) {
            Verification::Broken { seq, .. } => {
                assert_eq!(
                    usize::try_from(seq).unwrap(),
                    place,
                    "{kind}\n{}",
                    edited.join("\n")
                );
            }
            Verification::Intact { .. } => {
                panic!("{kind} at {place} is not seen:\n{}", edited.join("\n"))
            }
        }
    }
}

/// Somebody who owns the database can compute every hash again; only what was signed and kept elsewhere tells.
#[tokio::test]
async fn a_log_that_was_written_anew_or_cut_off_shows_against_a_kept_checkpoint_alone() {
    let world = World::create().await;
    for name in ["Mia", "Noor", "Omar"] {
        world.member(name, &[Role::Developer]).await;
    }
    sign_checkpoints(&world.db).await.unwrap();
    let head = newest(&world).await;
    let mut superuser = PgConnection::connect(&world.test_db.superuser_url())
        .await
        .unwrap();
    let last = head.seq;
    let cut = format!(
        "delete from audit_log where seq = {last}; delete from audit_checkpoint;
         update audit_head set seq = {last} - 1, hash = (select hash from audit_log where seq = {last} - 1)"
    );
    sqlx::raw_sql(AssertSqlSafe(cut))
        .execute(&mut superuser)
        .await
        .unwrap();
    let verified = audit::verify(&world.db, world.tenant).await.unwrap();
    assert!(
        matches!(verified, Verification::Intact { .. }),
        "{verified:?}"
    );
    let cut: Vec<String> = exported(&world, Export::Ndjson)
        .await
        .lines()
        .map(str::to_owned)
        .collect();
    let Verification::Broken { seq, fault } = judged(&cut, Some(&head)) else {
        panic!("the cut is not seen")
    };
    assert_eq!(seq, last);
    assert!(fault.contains("signed checkpoint"), "{fault}");
    // Another record in its place, its hash computed as it should be.
    world.member("Eve", &[Role::Developer]).await;
    let anew: Vec<String> = exported(&world, Export::Ndjson)
        .await
        .lines()
        .map(str::to_owned)
        .collect();
    assert!(matches!(judged(&anew, None), Verification::Intact { .. }));
    let Verification::Broken { seq, fault } = judged(&anew, Some(&head)) else {
        panic!("the new record is not seen")
    };
    assert_eq!(seq, last);
    assert!(fault.contains("written anew"), "{fault}");
    // A checkpoint cannot be made to fit: it is signed.
    let record: AuditRecord =
        serde_json::from_str(&anew[usize::try_from(last).unwrap() - 1]).unwrap();
    let forged = Checkpoint {
        hash: record.hash,
        ..head.clone()
    };
    let Verification::Broken { fault, .. } = judged(&anew, Some(&forged)) else {
        panic!("the forged checkpoint is believed")
    };
    assert!(fault.contains("not signed"), "{fault}");
}

#[tokio::test]
async fn what_was_changed_in_the_database_shows_against_the_checkpoint_beside_it() {
    let world = World::create().await;
    world.member("Mia", &[Role::Developer]).await;
    sign_checkpoints(&world.db).await.unwrap();
    let last = newest(&world).await.seq;
    world
        .test_db
        .run("update audit_checkpoint set hash = decode(repeat('07', 32), 'hex')")
        .await;
    let verified = audit::verify(&world.db, world.tenant).await.unwrap();
    assert!(
        matches!(verified, Verification::Broken { seq, .. } if seq == last),
        "{verified:?}"
    );
}

#[tokio::test]
async fn records_are_found_by_who_when_and_which_request() {
    let world = World::create().await;
    world.member("Mia", &[Role::Developer]).await;
    let all = AuditFilter {
        limit: 200,
        ..AuditFilter::default()
    };
    let records = audit::list(&world.db, &auditor(&world), &all)
        .await
        .unwrap();
    let middle = records[records.len() / 2].at;
    let found = async |filter: AuditFilter| {
        audit::list(&world.db, &auditor(&world), &filter)
            .await
            .unwrap()
    };
    let since = found(AuditFilter {
        since: Some(middle),
        ..all.clone()
    })
    .await;
    let until = found(AuditFilter {
        until: Some(middle),
        ..all.clone()
    })
    .await;
    assert!(
        since.iter().all(|record| record.at >= middle)
            && until.iter().all(|record| record.at < middle)
    );
    assert_eq!(since.len() + until.len(), records.len());
    let nobody = AuditFilter {
        actor: Some(uuid::Uuid::from_u128(9)),
        ..all.clone()
    };
    assert!(found(nobody).await.is_empty());
    let no_request = AuditFilter {
        request_id: Some("req_0".to_owned()),
        ..all
    };
    assert!(found(no_request).await.is_empty());
}
