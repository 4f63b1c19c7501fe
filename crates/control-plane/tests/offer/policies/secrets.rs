//! Backend secrets: where their values go, where they do not, and what holds them and policies together.

use std::collections::BTreeSet;

use gatehouse_control_plane::backend_secrets::{
    self, BACKEND_SECRETS_MAX, BackendSecretView, PutBackendSecret,
};
use gatehouse_control_plane::changesets::ChangesetInput;
use gatehouse_domain::id::{GatewayGroupId, RouteId};
use gatehouse_runtime::Secret;
use gatehouse_snapshot::group_seal::{GroupSeal, SealedFor};
use uuid::Uuid;

use super::*;
use crate::world::{conflict, is_forbidden, is_not_found};

const FIRST: &str = "canary-first-value-of-the-token";
const SECOND: &str = "canary-second-value-of-the-token";

async fn send(
    world: &World,
    actor: &Actor,
    name: &str,
    value: &str,
) -> Result<Changed<BackendSecretView>, Refusal> {
    let input = PutBackendSecret {
        value: Secret::new(value.to_owned()),
        reason: "the backend asks for it".to_owned(),
    };
    let name = Lookup::from(name);
    backend_secrets::put_backend_secret(&world.db, actor, world.api(), name, None, input).await
}

async fn delete(world: &World, name: &str) -> Result<Changed<()>, Refusal> {
    let (api, name) = (world.api(), Lookup::from(name));
    backend_secrets::delete_backend_secret(&world.db, &world.paul, api, name, None, "").await
}

fn bearer(value: &str, place: [Option<&str>; 4]) -> CreatePolicy {
    let set =
        json!([{ "name": "Authorization", "value": value }, { "name": "x-region", "value": "eu" }]);
    policy(
        PolicyKind::Headers,
        json!({ "request": { "set": set } }),
        place,
    )
}

/// The key of the only group, as its gateways have it.
async fn group_seal(world: &World) -> GroupSeal {
    let (group, version): (Uuid, i32) = sqlx::query_as("select id, key_version from gateway_group")
        .fetch_one(&mut world.superuser().await)
        .await
        .unwrap();
    let group = GatewayGroupId::from_uuid(group);
    GroupSeal::new(&world.db.keys().group_key(group, version))
}

/// What routes set besides, opened: environment, field and value.
async fn opened(world: &World) -> Vec<(String, String, String)> {
    let seal = group_seal(world).await;
    let ids: Vec<(Uuid, String)> = sqlx::query_as(
        "select o.object_id, e.slug from config_object o join environment e on e.id = o.environment_id
         where o.tenant_id = $1 and o.kind = $2 order by e.slug, o.object_id",
    )
    .bind(world.tenant.uuid())
    .bind(ObjectKind::Route as i16)
    .fetch_all(&mut world.superuser().await)
    .await
    .unwrap();
    let mut all = Vec::new();
    for ((id, environment), route) in ids.into_iter().zip(held(world).await) {
        let place = SealedFor::Route(world.tenant, RouteId::from_uuid(id));
        for field in route.sealed {
            let value = seal.open(place, &field.value).unwrap();
            let value = String::from_utf8(value.to_vec()).unwrap();
            all.push((environment.clone(), field.name, value));
        }
    }
    all
}

/// Everything that is stored anywhere, as text, with bytes in hexadecimal.
async fn everything(world: &World) -> String {
    let mut superuser = world.superuser().await;
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = 'public'")
            .fetch_all(&mut superuser)
            .await
            .unwrap();
    let mut all = String::new();
    for table in tables {
        let statement = format!("select coalesce(string_agg(t::text, E'\\n'), '') from {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(statement))
            .fetch_one(&mut superuser)
            .await
            .unwrap();
        all.push_str(&rows);
    }
    all
}

#[tokio::test]
async fn a_value_goes_to_the_routes_whose_policies_name_it_and_is_stored_nowhere_as_it_is() {
    let world = World::create().await;
    let made = send(&world, &world.paul, "token", FIRST).await.unwrap();
    assert!(made.change.is_none(), "no policy names it yet");
    assert!(made.value.policies.is_empty());
    let sandbox = [Some("pets"), None, None, Some("sandbox")];
    let policy = put(
        &world,
        &world.paul,
        bearer("Bearer ${vault:token}", sandbox),
    )
    .await;
    assert_eq!(
        policy.value.document.value_of_authorization(),
        "Bearer ${vault:token}"
    );
    let field = |value: &str| {
        (
            "sandbox".to_owned(),
            "authorization".to_owned(),
            value.to_owned(),
        )
    };
    assert_eq!(
        opened(&world).await,
        [field(&format!("Bearer {FIRST}"))],
        "nothing in production"
    );
    let plain = &held(&world).await[1].sets[0].request_headers.set;
    assert_eq!(*plain, [("x-region".to_owned(), "eu".to_owned())]);

    // The same value again moves nothing; another reaches the route in one numbered change.
    let (head, _) = world.head().await;
    let again = send(&world, &world.paul, "token", FIRST).await.unwrap();
    assert_eq!((world.head().await.0, again.value.row_version), (head, 2));
    let rotated = send(&world, &world.paul, "token", SECOND).await.unwrap();
    assert_eq!(rotated.value.policies[0].slug, policy.value.slug);
    assert_eq!(world.head().await.0, head + 1);
    assert_eq!(opened(&world).await, [field(&format!("Bearer {SECOND}"))]);

    let stored = everything(&world).await;
    assert!(stored.contains("${vault:token}"), "the policy is there");
    for value in [FIRST, SECOND] {
        let hex: String = value.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert!(!stored.contains(value) && !stored.contains(&hex));
    }
    world.assert_consistent().await;
}

/// What a headers policy sets first.
trait FirstValue {
    fn value_of_authorization(&self) -> &str;
}

impl FirstValue for policies::PolicyDocument {
    fn value_of_authorization(&self) -> &str {
        match self {
            Self::Headers(headers) => {
                assert_eq!(headers.request.set[0].name, "authorization");
                &headers.request.set[0].value
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_value_is_one_line_within_its_bounds_and_an_api_has_so_many() {
    let world = World::create().await;
    for (bytes, is_well) in [(1, true), (2_047, true), (2_048, true), (2_049, false)] {
        let sent = send(&world, &world.paul, "token", &"v".repeat(bytes)).await;
        match is_well {
            true => drop(sent.unwrap()),
            false => assert_eq!(faults(sent), ["/value"], "{bytes}"),
        }
    }
    for bad in ["", " a", "a ", "a\nb", "a\r\nb: c", "ä", "a\u{0}"] {
        assert_eq!(
            faults(send(&world, &world.paul, "token", bad).await),
            ["/value"],
            "{bad:?}"
        );
    }
    for bad in ["", "A", "a b", "a}", "../a"] {
        let sent = send(&world, &world.paul, bad, "value").await;
        assert_eq!(faults(sent), ["/name"], "{bad:?}");
    }
    for number in 1..BACKEND_SECRETS_MAX {
        send(&world, &world.paul, &format!("token-{number}"), "value")
            .await
            .unwrap();
    }
    let words = conflict(send(&world, &world.paul, "one-more", "value").await);
    assert!(words.contains("no more than 100"), "{words}");
    send(&world, &world.paul, "token-1", "another")
        .await
        .unwrap();
    delete(&world, "token-2").await.unwrap();
    send(&world, &world.paul, "one-more", "value")
        .await
        .unwrap();
}

#[tokio::test]
async fn policies_name_what_their_own_api_has_and_nowhere_but_in_requests() {
    let world = World::create().await;
    send(&world, &world.paul, "token", FIRST).await.unwrap();
    let attempt = async |actor: &Actor, input: CreatePolicy| {
        let made = policies::create_policy(&world.db, actor, input).await;
        match made {
            Err(Refusal::Invalid(faults)) => {
                let faults = faults.into_iter();
                faults
                    .map(|fault| (fault.pointer, fault.code))
                    .collect::<Vec<_>>()
            }
            other => panic!("{other:?}"),
        }
    };
    let value = |code| vec![("/document/request/set/0/value".to_owned(), code)];
    let unknown = bearer("${vault:tokens}", API);
    assert_eq!(attempt(&world.paul, unknown).await, value("unknown_secret"));
    let other_api = [Some("cats"), None, None, None];
    world
        .publish_as("cats", "v1", &PETS.replace("/pets", "/cats"))
        .await
        .unwrap();
    assert_eq!(
        attempt(&world.ada, bearer("${vault:token}", other_api)).await,
        value("unknown_secret")
    );
    assert_eq!(
        attempt(&world.ada, bearer("${vault:token}", TENANT)).await,
        value("secret_reference"),
        "of every API"
    );
    for bad in ["${vault:}", "${vault:token", "Bearer ${vault:To ken}"] {
        let refused = attempt(&world.paul, bearer(bad, API)).await;
        assert_eq!(refused, value("secret_reference"), "{bad}");
    }
    let response = json!({ "response": { "set": [{ "name": "x-a", "value": "${vault:token}" }] } });
    let refused = attempt(&world.paul, policy(PolicyKind::Headers, response, API)).await;
    let at = "/document/response/set/0/value".to_owned();
    assert_eq!(refused, [(at, "secret_reference")]);
    let cors = json!({ "origins": ["https://${vault:token}"] });
    let refused = attempt(&world.paul, policy(PolicyKind::Cors, cors, API)).await;
    assert_eq!(refused[0].1, "secret_reference");
    // A credential that anybody may read is none.
    let plain = attempt(&world.paul, bearer("Bearer abc", API)).await;
    let at = "/document/request/set/0/name".to_owned();
    assert_eq!(plain, [(at, "field_name")]);
    // Each counts as the longest there is.
    for (rest, is_well) in [(2_047, true), (2_048, true), (2_049, false)] {
        let long = bearer(&format!("{}${{vault:token}}", "v".repeat(rest)), VERSION);
        match is_well {
            true => {
                let made = put(&world, &world.paul, long).await.value;
                policies::delete_policy(&world.db, &world.paul, Lookup::Id(made.id), None, "")
                    .await
                    .unwrap();
            }
            false => assert_eq!(attempt(&world.paul, long).await, value("too_long")),
        }
    }
}

#[tokio::test]
async fn what_gateways_need_is_not_deleted_and_what_they_do_not_need_is() {
    let world = World::create().await;
    for name in ["token", "other"] {
        send(&world, &world.paul, name, FIRST).await.unwrap();
    }
    let made = put(&world, &world.paul, bearer("${vault:token}", API))
        .await
        .value;
    let words = conflict(delete(&world, "token").await);
    assert!(words.contains(&made.slug), "{words}");
    let change = UpdatePolicy {
        document: Some(
            json!({ "request": { "set": [{ "name": "authorization", "value": "${vault:other}" }] } }),
        ),
        ..UpdatePolicy::default()
    };
    policies::update_policy(&world.db, &world.paul, Lookup::Id(made.id), None, change)
        .await
        .unwrap();
    delete(&world, "token").await.unwrap();
    assert!(conflict(delete(&world, "other").await).contains(&made.slug));
    policies::delete_policy(&world.db, &world.paul, Lookup::Id(made.id), None, "")
        .await
        .unwrap();
    assert!(opened(&world).await.is_empty());
    delete(&world, "other").await.unwrap();
    assert!(is_not_found(&delete(&world, "other").await));
    let records: i64 = world
        .count("select count(*) from audit_log where action like 'backend_secret.%'")
        .await;
    assert_eq!(records, 4);
}

#[tokio::test]
async fn whoever_may_not_write_the_api_puts_nothing_and_may_at_most_look() {
    let world = World::create().await;
    send(&world, &world.paul, "token", FIRST).await.unwrap();
    for actor in [&world.dora, &world.ana] {
        assert!(is_forbidden(&send(&world, actor, "token", SECOND).await));
    }
    let (api, page) = (world.api(), Page::default());
    let listed = backend_secrets::list_backend_secrets(&world.db, &world.otto, api, &page).await;
    let listed = listed.unwrap();
    assert_eq!(listed.data.len(), 1);
    assert!(!serde_json::to_string(&listed.data).unwrap().contains(FIRST));
    let expected = backend_secrets::put_backend_secret(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from("token"),
        Some(7),
        PutBackendSecret {
            value: Secret::new(SECOND.to_owned()),
            reason: String::new(),
        },
    );
    assert!(matches!(expected.await, Err(Refusal::Stale { current: 1 })));
}

#[tokio::test]
async fn files_name_a_secret_and_going_back_asks_for_what_is_gone() {
    let world = World::create().await;
    let named = file(
        "policies/token.yaml",
        "apiVersion: gatehouse/v1\nkind: policy\nmetadata:\n  name: token\nspec:\n  api: pets\n  kind: headers\n  document:\n    \
         request:\n      set:\n        - name: authorization\n          value: Bearer ${vault:token}\n",
    );
    let input = || ChangesetInput {
        files: vec![named.clone()],
        ..ChangesetInput::default()
    };
    let Err(Refusal::Invalid(told)) = world.make(input()).await else {
        panic!("it names nothing")
    };
    assert_eq!(told[0].code, "unknown_secret");
    assert_eq!(
        told[0].pointer,
        "policies/token.yaml#/spec/document/request/set/0/value"
    );
    send(&world, &world.ada, "token", FIRST).await.unwrap();
    let made = world.make(input()).await.unwrap();
    world.apply(&made).await.unwrap();
    assert_eq!(opened(&world).await.len(), 2);
    let exported = world.exported(None).await;
    let files: BTreeSet<&str> = exported
        .iter()
        .filter(|file| file.content.contains("Bearer ${vault:token}"))
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    assert!(exported.iter().all(|file| !file.content.contains(FIRST)));
    // A file that says the same changes nothing.
    assert_eq!(world.make(input()).await.unwrap().changes, json!([]));
}

#[tokio::test]
async fn another_value_and_a_policy_that_names_it_at_once_leave_the_new_value_everywhere() {
    let world = World::create().await;
    send(&world, &world.paul, "token", FIRST).await.unwrap();
    let place = [Some("pets"), None, None, Some("sandbox")];
    for round in 0..8 {
        let value = format!("value-of-round-{round}");
        let made = policies::create_policy(
            &world.db,
            &world.paul,
            bearer("Bearer ${vault:token}", place),
        );
        let (put, made) = tokio::join!(send(&world, &world.paul, "token", &value), made);
        let (_, made) = (put.unwrap(), made.unwrap());
        let opened = opened(&world).await;
        let values: Vec<&str> = opened.iter().map(|(_, _, value)| value.as_str()).collect();
        assert_eq!(values, [format!("Bearer {value}")], "{round}");
        let id = Lookup::Id(made.value.id);
        policies::delete_policy(&world.db, &world.paul, id, None, "")
            .await
            .unwrap();
    }
    world.assert_consistent().await;
}
