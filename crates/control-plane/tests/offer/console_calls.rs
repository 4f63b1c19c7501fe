//! Credentials of calls from the console: for what they are good, who gets one, how many.

use gatehouse_control_plane::console_calls::{GrantedCall, WantedCall, grant_call};
use gatehouse_control_plane::gateways::rotate_config_key;
use gatehouse_control_plane::{Actor, Lookup, Refusal, versions};
use gatehouse_domain::Role;
use gatehouse_domain::id::ApplicationId;
use gatehouse_snapshot::console_call::ConsoleCall;
use gatehouse_snapshot::object::Moment;

use crate::world::{World, is_forbidden, is_not_found, is_not_yours, make_tenant, member, unknown};

fn wanted(application: ApplicationId, operation: &str, environment: &str) -> WantedCall {
    WantedCall {
        api: "pets".to_owned(),
        version: "v1".to_owned(),
        operation: operation.to_owned(),
        application: Lookup::Id(application),
        environment: environment.into(),
    }
}

async fn ask(world: &World, actor: &Actor, app: ApplicationId) -> Result<GrantedCall, Refusal> {
    grant_call(&world.db, actor, &wanted(app, "getPet", "sandbox")).await
}

#[tokio::test]
async fn a_credential_is_for_one_operation_and_a_minute_signed_by_the_key_in_use_and_on_record() {
    let world = World::create().await;
    let app = world.approved("Shop", "team").await.application.id;
    let granted = ask(&world, &world.dora, app).await.unwrap();
    let text = granted.credential.expose();
    let key = |number| world.db.keys().config_signer(number).unwrap().public();
    let first = (0..9).find(|number| ConsoleCall::read(text, &[key(*number)]).is_ok());
    let first = first.expect("signed by a configuration key");
    let call = ConsoleCall::read(text, &[key(first)]).unwrap();
    let version = versions::get_version(&world.db, &world.dora, world.api(), "v1")
        .await
        .unwrap();
    assert_eq!(
        (
            call.application,
            call.environment,
            call.api_version,
            call.operation.as_str()
        ),
        (app, granted.environment.id, version.id, "GET /pets/{}")
    );
    let now = world.db.clock().now();
    assert_eq!(call.ends, Moment::from(now + time::Duration::seconds(60)));
    assert_eq!(granted.environment.slug, "sandbox");

    rotate_config_key(&world.db).await.unwrap();
    let next = ask(&world, &world.dora, app).await.unwrap();
    let text = next.credential.expose();
    assert!(ConsoleCall::read(text, &[key(first)]).is_err());
    assert!(ConsoleCall::read(text, &[key(first + 1)]).is_ok());

    let recorded: Vec<String> = sqlx::query_scalar(
        "select after::text from audit_log where action = 'console_call.grant' order by seq",
    )
    .fetch_all(&mut world.superuser().await)
    .await
    .unwrap();
    assert_eq!(recorded.len(), 2);
    assert!(recorded[0].contains("GET /pets/{}") && recorded[0].contains(&call.id.to_string()));
    assert!(
        !recorded[1].contains(&text[4..40]),
        "the credential itself is kept nowhere"
    );
}

#[tokio::test]
async fn only_the_team_of_an_application_gets_one_for_what_it_may_read_about() {
    let world = World::create().await;
    let app = world.approved("Shop", "team").await.application.id;
    assert!(
        is_not_found(&ask(&world, &world.eli, app).await),
        "another team"
    );
    assert!(
        is_not_yours(&ask(&world, &world.ana, app).await),
        "who sees it, but is not in its team"
    );
    let nowhere = grant_call(&world.db, &world.dora, &wanted(app, "getPet", "moon")).await;
    assert_eq!(unknown(nowhere), "/environment");
    let nothing = grant_call(&world.db, &world.dora, &wanted(app, "eatPet", "sandbox")).await;
    assert!(is_not_found(&nothing));
    let other = make_tenant(&world.db, "acme").await;
    let spy = member(&world.db, other, "Spy", Role::Owner).await;
    assert!(
        is_not_found(&ask(&world, &spy, app).await),
        "another tenant"
    );
    let auditor = member(&world.db, world.tenant, "Audra", Role::Auditor).await;
    let answer = ask(&world, &auditor, app).await;
    assert!(is_forbidden(&answer) || is_not_yours(&answer), "{answer:?}");
}

#[tokio::test]
async fn a_person_makes_thirty_calls_a_minute_and_nobody_else_pays_for_it() {
    let world = World::create().await;
    let app = world.approved("Shop", "team").await.application.id;
    for number in 1..=30 {
        assert!(ask(&world, &world.dora, app).await.is_ok(), "{number}");
    }
    let refused = ask(&world, &world.dora, app).await;
    assert!(matches!(refused, Err(Refusal::TooMany(60))), "{refused:?}");
    assert!(
        is_not_found(&ask(&world, &world.eli, app).await),
        "judged, not counted out"
    );
    world.pass(60);
    assert!(ask(&world, &world.dora, app).await.is_ok());
}
