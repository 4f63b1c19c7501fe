//! Tenant isolation as structure: every table is tenant-owned with forced row-level security, or on a closed list.

use std::collections::BTreeSet;

use gatehouse_harness::TestDb;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

/// The tables that belong to no tenant. A new one is a decision, not an accident.
const GLOBAL: &[&str] = &[
    "_sqlx_migrations",
    "app_user",
    "attempt",
    "config_object",
    "gateway_group",
    "gateway_node",
    "installation",
    "installation_key",
    "join_token",
    "node_ack",
    "node_nonce",
    "passkey",
    "passkey_ceremony",
    "platform_grant",
    "session",
    "tenant",
    "unattributed_usage",
    "usage_mark",
    "user_identity",
    "second_factor",
    "recovery_code",
    "user_token",
];

/// Tables that tenants share but in whose transactions only their own rows are there: gateways read them without a tenant.
const SHARED_WITH_GATEWAYS: &[&str] = &["config_change"];

async fn tables(conn: &mut PgConnection, condition: &str) -> BTreeSet<String> {
    let query = format!(
        "select c.relname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
         where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition and {condition}"
    );
    sqlx::query(AssertSqlSafe(query))
        .fetch_all(conn)
        .await
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[tokio::test]
async fn every_table_is_tenant_owned_with_forced_row_security_or_on_the_closed_list() {
    let db = TestDb::create().await;
    let mut conn = PgConnection::connect(&db.owner_url()).await.unwrap();
    let all = tables(&mut conn, "true").await;
    let forced = tables(&mut conn, "c.relrowsecurity and c.relforcerowsecurity").await;
    let open: BTreeSet<_> = all.difference(&forced).map(String::as_str).collect();
    let closed: BTreeSet<_> = GLOBAL.iter().copied().collect();
    let stray: Vec<_> = open.difference(&closed).collect();
    assert!(
        stray.is_empty(),
        "neither tenant-owned nor on the list: {stray:?}"
    );
    assert!(forced.len() >= 30, "{forced:?}");
    let with_id = tables(
        &mut conn,
        "exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id')",
    )
    .await;
    for table in &forced {
        assert!(with_id.contains(table), "{table} has no tenant_id");
    }
}

#[tokio::test]
async fn the_working_role_sees_its_tenants_rows_only_and_none_without_a_tenant() {
    let db = TestDb::create().await;
    let mut owner = PgConnection::connect(&db.superuser_url()).await.unwrap();
    let [ours, theirs] = [
        "0190a000-0000-7000-8000-000000000001",
        "0190a000-0000-7000-8000-000000000002",
    ];
    for (id, slug) in [(ours, "ours"), (theirs, "theirs")] {
        let seed = format!(
            "insert into tenant (id, slug, name, created_at) values ('{id}', '{slug}', '{slug}', now());
             insert into team (id, tenant_id, slug, name, kind, created_at) values (gen_random_uuid(), '{id}', 'core', 'Core', 'provider', now());
             insert into environment (id, tenant_id, slug, kind, base_path, created_at)
                 values (gen_random_uuid(), '{id}', 'production', 'production', '/{slug}', now());
             insert into outbox (id, tenant_id, type, subject, payload, at) values (gen_random_uuid(), '{id}', 't', 's', '{{}}', now());"
        );
        sqlx::raw_sql(AssertSqlSafe(seed))
            .execute(&mut owner)
            .await
            .unwrap();
    }
    let owned = tables(&mut owner, "c.relforcerowsecurity").await;
    let mut app = PgConnection::connect(&db.app_url()).await.unwrap();
    let mut seen = 0;
    for table in &owned {
        let ids = format!("select tenant_id::text from {table}");
        let none = sqlx::query(AssertSqlSafe(ids.clone()))
            .fetch_all(&mut app)
            .await
            .unwrap();
        assert!(none.is_empty(), "{table} shows rows without a tenant");
        let mut tx = app.begin().await.unwrap();
        sqlx::query("select set_config('gatehouse.tenant', $1, true)")
            .bind(ours)
            .execute(&mut *tx)
            .await
            .unwrap();
        for row in sqlx::query(AssertSqlSafe(ids.clone()))
            .fetch_all(&mut *tx)
            .await
            .unwrap()
        {
            assert_eq!(
                row.get::<String, _>(0),
                ours,
                "{table} shows another tenant's row"
            );
            seen += 1;
        }
        tx.commit().await.unwrap();
        let after = sqlx::query(AssertSqlSafe(ids))
            .fetch_all(&mut app)
            .await
            .unwrap();
        assert!(after.is_empty(), "{table} shows rows after the commit");
    }
    assert_eq!(seen, 3, "the seeded rows of our tenant were seen");
}

#[tokio::test]
async fn the_working_role_can_neither_change_the_audit_log_nor_write_for_another_tenant() {
    let db = TestDb::create().await;
    let mut app = PgConnection::connect(&db.app_url()).await.unwrap();
    for statement in [
        "update audit_log set action = 'x'",
        "delete from audit_log",
        "truncate audit_log",
        "create table x (y int)",
    ] {
        let refused = sqlx::query(AssertSqlSafe(statement.to_owned()))
            .execute(&mut app)
            .await
            .unwrap_err()
            .to_string();
        assert!(
            refused.contains("permission denied") || refused.contains("must be owner"),
            "{statement}: {refused}"
        );
    }
    let mut tx = app.begin().await.unwrap();
    sqlx::query(
        "select set_config('gatehouse.tenant', '0190a000-0000-7000-8000-000000000001', true)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    let foreign = "insert into outbox (id, tenant_id, type, subject, payload, at)
                   values (gen_random_uuid(), '0190a000-0000-7000-8000-000000000002', 't', 's', '{}', now())";
    let refused = sqlx::query(foreign)
        .execute(&mut *tx)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("row-level security"), "{refused}");
}

/// One statement with each of its conditions on the tenant taken out in turn, and then with all of them.
fn mutants(statement: &str) -> Vec<String> {
    let condition = "tenant_id = $";
    let places: Vec<usize> = statement
        .match_indices(condition)
        .map(|(at, _)| at)
        .collect();
    let without = |chosen: &[usize]| {
        let mut mutant = String::new();
        let mut rest = 0;
        for at in chosen {
            let qualified =
                |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '.';
            let start = statement[..*at]
                .rfind(|letter: char| !qualified(letter))
                .map_or(0, |before| before + 1);
            let digits = at + condition.len();
            let end = statement[digits..]
                .find(|letter: char| !letter.is_ascii_digit())
                .map_or(statement.len(), |length| digits + length);
            mutant.push_str(&statement[rest..start]);
            mutant.push_str(&format!("({} or true)", &statement[start..end]));
            rest = end;
        }
        mutant.push_str(&statement[rest..]);
        mutant
    };
    let mut mutants: Vec<String> = places.iter().map(|at| without(&[*at])).collect();
    mutants.push(without(&places));
    mutants
}

/// Every statement the program was built with, as `cargo xtask prepare` saved it.
fn saved_statements() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../.sqlx");
    let files = std::fs::read_dir(folder).unwrap().flatten();
    let texts = files.map(|file| std::fs::read_to_string(file.path()).unwrap());
    let read = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap();
    texts
        .map(|text| read(text)["query"].as_str().unwrap().to_owned())
        .collect()
}

/// Scans of tenant-owned tables in a plan, and those of them that no policy filters.
fn scans(
    plan: &serde_json::Value,
    derived: bool,
    owned: &BTreeSet<String>,
    seen: &mut usize,
    open: &mut Vec<String>,
) {
    let words = |name: &str| plan[name].as_str().unwrap_or_default();
    let table = words("Relation Name");
    if owned.contains(table) && words("Node Type") != "ModifyTable" {
        *seen += 1;
        let filters = ["Filter", "Index Cond", "Recheck Cond", "Join Filter"];
        let says = |what: &str| filters.iter().any(|name| words(name).contains(what));
        // Where another condition makes both equal, the planner keeps one and compares once, above.
        let is_held = says("gatehouse.tenant") || (derived && says("tenant_id ="));
        if !is_held {
            open.push(format!("{} on {table}", words("Node Type")));
        }
    }
    for below in plan["Plans"].as_array().into_iter().flatten() {
        scans(below, derived, owned, seen, open);
    }
}

#[tokio::test]
async fn every_statement_stays_in_its_tenant_with_each_of_its_conditions_taken_out_in_turn() {
    let db = TestDb::create().await;
    let mut owner = PgConnection::connect(&db.owner_url()).await.unwrap();
    let owned = "select c.relname::text from pg_class c where c.relkind in ('r', 'p')
                 and (c.relforcerowsecurity or c.relispartition)";
    let owned: BTreeSet<String> = sqlx::query_scalar(owned)
        .fetch_all(&mut owner)
        .await
        .unwrap()
        .into_iter()
        .collect();
    let mut app = PgConnection::connect(&db.app_url()).await.unwrap();
    sqlx::raw_sql("set plan_cache_mode = force_generic_plan")
        .execute(&mut app)
        .await
        .unwrap();
    let (mut judged, mut taken_out, mut seen, mut faults) = (0, 0, 0, Vec::new());
    for statement in saved_statements() {
        let mutants = mutants(&statement);
        taken_out += mutants.len() - 1;
        for mutant in mutants {
            let parameters = (1..40).take_while(|number| mutant.contains(&format!("${number}")));
            let nulls = vec!["null"; parameters.count()].join(", ");
            let arguments = if nulls.is_empty() {
                nulls
            } else {
                format!("({nulls})")
            };
            let prepared = sqlx::raw_sql(AssertSqlSafe(format!("prepare judged as {mutant}")))
                .execute(&mut app)
                .await;
            if let Err(error) = prepared {
                // The working role has no right to it at all.
                assert!(
                    error.to_string().contains("permission denied"),
                    "{mutant}: {error}"
                );
                continue;
            }
            let explain = format!("explain (format json, costs off) execute judged{arguments}");
            match sqlx::raw_sql(AssertSqlSafe(explain))
                .fetch_one(&mut app)
                .await
            {
                Ok(row) => {
                    let plan: serde_json::Value =
                        serde_json::from_str(&row.get_unchecked::<String, _>(0)).unwrap();
                    let mut open = Vec::new();
                    let derived = plan.to_string().contains("gatehouse.tenant");
                    scans(&plan[0]["Plan"], derived, &owned, &mut seen, &mut open);
                    judged += 1;
                    faults.extend(open.iter().map(|scan| format!("{scan}: {mutant}")));
                }
                Err(error) => {
                    assert!(
                        error.to_string().contains("permission denied"),
                        "{mutant}: {error}"
                    );
                }
            }
            sqlx::raw_sql("deallocate judged")
                .execute(&mut app)
                .await
                .unwrap();
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(
        judged >= 300 && taken_out >= 40 && seen >= 300,
        "{judged} plans, {taken_out} conditions, {seen} scans"
    );
}

#[tokio::test]
async fn every_policy_is_the_one_that_compares_with_the_tenant_of_the_transaction() {
    let db = TestDb::create().await;
    let mut conn = PgConnection::connect(&db.superuser_url()).await.unwrap();
    let forced = tables(&mut conn, "c.relforcerowsecurity").await;
    let policies = sqlx::query(
        "select tablename::text, policyname::text, permissive::text, array_to_string(roles, ','), cmd::text, qual, with_check
         from pg_policies where schemaname = 'public'",
    )
    .fetch_all(&mut conn)
    .await
    .unwrap();
    let mut found = BTreeSet::new();
    for row in &policies {
        let text = |place: usize| row.get::<Option<String>, _>(place).unwrap_or_default();
        let (table, role) = (text(0), text(3));
        let lookup = ("owner_lookup", "gatehouse_owner", "SELECT", "true");
        if (
            text(1).as_str(),
            role.as_str(),
            text(4).as_str(),
            text(5).as_str(),
        ) == lookup
        {
            // A function of the owner finds one row by a secret before any tenant is known: a token, an invitation.
            continue;
        }
        let rule = match role.as_str() {
            "gatehouse_system" => "in_system_scope()",
            _ if SHARED_WITH_GATEWAYS.contains(&table.as_str()) => {
                "((current_tenant() IS NULL) OR (tenant_id = current_tenant()))"
            }
            _ => "(tenant_id = current_tenant())",
        };
        assert_eq!(
            (text(2).as_str(), text(4).as_str()),
            ("PERMISSIVE", "ALL"),
            "{table} {}",
            text(1)
        );
        assert_eq!(
            (text(5).as_str(), text(6).as_str()),
            (rule, rule),
            "{table} {}",
            text(1)
        );
        assert!(
            found.insert((table.clone(), role.clone())),
            "{table} has two policies for {role}"
        );
    }
    for table in forced {
        for role in ["gatehouse_app", "gatehouse_system"] {
            assert!(
                found.contains(&(table.clone(), role.to_owned())),
                "{table} has no policy for {role}"
            );
        }
    }
}
