//! What a chain of hashes is for: whatever is done to the audit log afterwards shows.

use gatehouse_control_plane::audit::{self, Verification};
use gatehouse_domain::Role;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::world::World;

#[tokio::test]
async fn a_changed_removed_moved_or_cut_record_breaks_the_chain_at_its_place() {
    let world = World::create().await;
    for name in ["Mia", "Noor", "Omar"] {
        world.member(name, &[Role::Developer]).await;
    }
    let Verification::Intact { records, .. } = verified(&world).await else {
        panic!("nothing was done to it yet")
    };
    assert!(records >= 5, "{records}");
    let mut superuser = PgConnection::connect(&world.test_db.superuser_url())
        .await
        .unwrap();
    let mut run = async |statements: &str| {
        sqlx::raw_sql(AssertSqlSafe(statements.to_owned()))
            .execute(&mut superuser)
            .await
            .unwrap();
    };
    run("create table kept as select * from audit_log").await;
    let mut cases: Vec<(String, i64, &str)> = [
        "actor_name = 'Eve'",
        "actor_type = 'node'",
        "action = 'tenant.delete'",
        "subject = 'usr_0'",
        "after = '{\"role\": \"owner\"}'",
        "reason = 'because'",
        "at = at + interval '1 second'",
        "hash = prev_hash",
    ]
    .into_iter()
    .map(|change| {
        let statement = format!("update audit_log set {change} where seq = 3");
        (statement, 3, "its contents were changed")
    })
    .collect();
    let swapped = "update audit_log set seq = seq + 1000 where seq in (2, 3);
                   update audit_log set seq = 1005 - seq where seq > 1000";
    let last = format!("delete from audit_log where seq = {records}");
    cases.extend([
        (
            "delete from audit_log where seq = 2".to_owned(),
            2,
            "record 2 is missing",
        ),
        (swapped.to_owned(), 2, "it does not follow"),
        (last, records, "the log ends here"),
    ]);
    for (statement, place, words) in cases {
        run(&statement).await;
        match verified(&world).await {
            Verification::Broken { seq, fault } => {
                assert_eq!(seq, place, "{statement}: {fault}");
                assert!(fault.contains(words), "{statement}: {fault}");
            }
            intact => panic!("{statement}: {intact:?}"),
        }
        run("truncate audit_log; insert into audit_log select * from kept").await;
        assert!(matches!(
            verified(&world).await,
            Verification::Intact { .. }
        ));
    }
}

async fn verified(world: &World) -> Verification {
    audit::verify(&world.db, world.tenant).await.unwrap()
}
