//! What row-level security holds by itself: every condition on the tenant is taken out of every statement on its way to the
//! database, and still nobody reaches another tenant's things.

use std::sync::Arc;

use gatehouse_domain::Permission;
use gatehouse_harness::TestDb;
use gatehouse_harness::isolation::{Identity, IsolationWalk, Standing};
use gatehouse_harness::pg_rewriter::PgRewriter;

use crate::isolation::walk;
use crate::matrix::{member, words};
use crate::served::Served;

/// `t.tenant_id = $1` becomes true whatever the tenant is; the parameter stays, so that its type is known.
fn without_tenant(statement: &str) -> Option<String> {
    let mut rest = statement;
    let mut instead = String::new();
    while let Some(at) = rest.find("tenant_id = $") {
        let start = rest[..at]
            .rfind(|letter: char| {
                !(letter.is_ascii_alphanumeric() || letter == '_' || letter == '.')
            })
            .map_or(0, |before| before + 1);
        let end = at + "tenant_id = $".len();
        let end = end
            + rest[end..]
                .find(|letter: char| !letter.is_ascii_digit())
                .unwrap_or(rest.len() - end);
        instead.push_str(&rest[..start]);
        instead.push_str(&format!("({} or true)", &rest[start..end]));
        rest = &rest[end..];
    }
    instead.push_str(rest);
    (instead != statement).then_some(instead)
}

#[test]
fn every_condition_on_the_tenant_is_taken_out() {
    assert_eq!(
        without_tenant("select 1 from a where tenant_id = $1 and b.tenant_id = $12").unwrap(),
        "select 1 from a where (tenant_id = $1 or true) and (b.tenant_id = $12 or true)"
    );
    assert_eq!(
        without_tenant("insert into a (tenant_id) values ($1)"),
        None
    );
}

/// The owner, and the owner of another tenant, with every kind of id.
async fn faults(served: &Served, walk: IsolationWalk) -> Vec<String> {
    let mut faults = walk.foreign_ids().await;
    let everything = words(Permission::ALL.iter().copied());
    let identities = vec![
        member("an owner", walk.token.clone(), everything),
        Identity {
            name: "another tenant's owner".to_owned(),
            token: Some(served.mighty(&served.contoso).await),
            standing: Standing::Stranger,
            opens_account: true,
        },
    ];
    faults.extend(Arc::new(walk).matrix(identities).await.faults);
    faults
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_any_condition_on_the_tenant_row_level_security_alone_keeps_tenants_apart() {
    let test_db = TestDb::create().await;
    let direct = test_db.app_url();
    let rewriter = PgRewriter::start(&direct, without_tenant).await;
    let served = Served::start_on(test_db, rewriter.url(&direct), &[]).await;
    let first = walk(&served).await;
    let found = faults(&served, first).await;
    assert!(
        found.is_empty(),
        "{} faults:\n{}",
        found.len(),
        found.join("\n")
    );
    let taken = rewriter.rewritten().len();
    assert!(taken >= 20, "only {taken} statements had such a condition");
}

/// What the test above would see if the second wall were gone too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_condition_and_policy_the_same_walk_finds_the_leaks() {
    let test_db = TestDb::create().await;
    let direct = test_db.app_url();
    let rewriter = PgRewriter::start(&direct, without_tenant).await;
    let served = Served::start_on(test_db, rewriter.url(&direct), &[]).await;
    let first = walk(&served).await;
    served
        .sql(
            "do $$ declare t regclass; begin
                for t in select oid from pg_class where relforcerowsecurity loop
                  execute format('alter table %s disable row level security', t);
                end loop; end $$",
        )
        .await;
    let found = faults(&served, first).await;
    for operation in [
        "get_token",
        "get_application",
        "get_subscription",
        "get_plan",
        "get_key",
        "get_team",
    ] {
        assert!(
            found.iter().any(|fault| fault.starts_with(operation)),
            "{operation} leaks unseen; {} faults:\n{}",
            found.len(),
            found.join("\n")
        );
    }
}
