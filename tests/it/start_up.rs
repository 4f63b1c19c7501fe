//! What a role refuses to start with.

use std::time::Duration;

use gatehouse_harness::process::{Plan, Process};
use gatehouse_harness::{TestDb, TestStack, ports};

use crate::GATEHOUSE;

/// Starts a role that must not come up, and gives what it says.
fn refused(role: &str, env: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let variables = env
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut process = Process::start(Plan {
        name: role.to_owned(),
        program: GATEHOUSE.into(),
        args: vec![role.to_owned()],
        env: variables.collect(),
        log: folder.path().join("log"),
        announce: Some(folder.path().join("ready")),
        working_dir: folder.path().to_owned(),
    });
    let status = process.ended(Duration::from_secs(20));
    assert!(!status.success(), "{role} started: {}", process.log());
    assert!(
        !folder.path().join("ready").exists(),
        "it called itself ready"
    );
    process.log()
}

#[tokio::test]
async fn a_replica_with_another_master_key_is_refused() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let folder = tempfile::tempdir().unwrap();
    let other_key = folder.path().join("master.key");
    let (app, system) = stack.database_urls();
    for role in ["admin-api", "portal"] {
        let name = |setting: &str| {
            format!(
                "GATEHOUSE_{}__{setting}",
                role.to_uppercase().replace('-', "_")
            )
        };
        let listen = ports::free().to_string();
        let said = refused(
            role,
            &[
                (&name("LISTEN"), &listen),
                (&name("MASTER_KEY_FILE"), other_key.to_str().unwrap()),
                (&name("DATABASE_APP_URL"), &app),
                (&name("DATABASE_SYSTEM_URL"), &system),
            ],
        );
        assert!(said.contains("another master key"), "{said}");
    }
}

#[tokio::test]
async fn a_pool_role_that_could_look_past_tenant_isolation_is_refused() {
    let db = TestDb::create().await;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("master.key");
    let listen = ports::free().to_string();
    for powerful in [db.superuser_url(), db.owner_url()] {
        for (app, system) in [
            (powerful.clone(), db.system_url()),
            (db.app_url(), powerful.clone()),
        ] {
            let said = refused(
                "admin-api",
                &[
                    ("GATEHOUSE_ADMIN_API__LISTEN", &listen),
                    (
                        "GATEHOUSE_ADMIN_API__MASTER_KEY_FILE",
                        key.to_str().unwrap(),
                    ),
                    ("GATEHOUSE_ADMIN_API__DATABASE_APP_URL", &app),
                    ("GATEHOUSE_ADMIN_API__DATABASE_SYSTEM_URL", &system),
                ],
            );
            assert!(said.contains("could look past tenant isolation"), "{said}");
        }
    }
}

#[test]
fn an_unknown_setting_is_refused_with_the_near_name() {
    let said = refused("gateway", &[("GATEHOUSE_GATEWAY__LISTNE", "127.0.0.1:0")]);
    assert!(said.contains("GATEHOUSE_GATEWAY__LISTEN"), "{said}");
}
