//! Keys: made once, replaced with an overlap, taken away.

use gatehouse_control_plane::applications::{self, CreateApplication};
use gatehouse_control_plane::credentials::{
    self, CredentialFilter, CredentialView, IssueKey, LIVE_KEYS_MAX, Rotate, SCOPE_MAX,
};
use gatehouse_control_plane::{Actor, Changed, Lookup, Page, Refusal};
use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::id::ApplicationId;
use gatehouse_domain::key::Key;
use gatehouse_domain::plan::ApprovalMode;
use time::Duration;
use tokio::task::JoinSet;

use crate::world::{
    World, conflict, existing, faults, is_forbidden, is_not_found, is_not_yours, unknown,
};

async fn app(world: &World, actor: &Actor) -> ApplicationId {
    let input = CreateApplication {
        name: "Shop".to_owned(),
        ..CreateApplication::default()
    };
    let made = applications::create_application(&world.db, actor, input).await;
    made.unwrap().value.id
}

async fn issue(
    world: &World,
    actor: &Actor,
    app: ApplicationId,
    days: Option<i32>,
) -> Result<Changed<(CredentialView, Key)>, Refusal> {
    let input = IssueKey {
        environment: Lookup::from("production"),
        name: "till".to_owned(),
        expires_in_days: days,
        products: Vec::new(),
    };
    credentials::issue(&world.db, actor, Lookup::Id(app), input).await
}

#[tokio::test]
async fn a_key_is_shown_once_and_only_its_hash_is_kept() {
    let world = World::create().await;
    let app = app(&world, &world.dora).await;
    let made = issue(&world, &world.dora, app, None).await.unwrap();
    assert!(made.change.is_some());
    let (view, key) = made.value;
    let text = key.reveal();
    assert!(text.starts_with("gth_live_"));
    assert_eq!(Key::parse(&text).unwrap().id(), key.id());
    assert_eq!(view.prefix, format!("gth_live_{}", key.id()));
    assert!(text.ends_with(&view.last4));
    assert_eq!(view.created_by.as_ref().unwrap().name, "Dora");
    let hash: Vec<u8> = sqlx::query_scalar("select secret_hash from credential")
        .fetch_one(&mut world.superuser().await)
        .await
        .unwrap();
    assert_eq!(hash, key.secret_hash().0);
    // Neither what is recorded nor what is mailed nor what gateways hold has the secret in it.
    let secret = &text[19..51];
    for table in [
        "audit_log",
        "outbox",
        "config_object",
        "config_change",
        "credential",
    ] {
        let found: bool = sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
            "select exists (select from {table} t where strpos(t::text, $1) > 0)"
        )))
        .bind(secret)
        .fetch_one(&mut world.superuser().await)
        .await
        .unwrap();
        assert!(!found, "{table}");
    }
    let sandbox = IssueKey {
        environment: Lookup::from("sandbox"),
        name: String::new(),
        expires_in_days: None,
        products: Vec::new(),
    };
    let test = credentials::issue(&world.db, &world.dora, Lookup::Id(app), sandbox).await;
    assert!(test.unwrap().value.1.reveal().starts_with("gth_test_"));
}

#[tokio::test]
async fn a_key_is_replaced_with_an_overlap_and_a_chain_has_one_retiring_key() {
    let world = World::create().await;
    let dora = &world.dora;
    let app = app(&world, dora).await;
    let first = issue(&world, dora, app, Some(10)).await.unwrap().value.0;
    world.pass(86_400);
    let rotate = |id, expected, overlap| {
        credentials::rotate(&world.db, dora, id, expected, Rotate::with_overlap(overlap))
    };
    let get = async |id| {
        credentials::get_credential(&world.db, dora, id)
            .await
            .unwrap()
    };
    for overlap in [-1, 30 * 86_400 + 1] {
        assert_eq!(
            faults(rotate(first.id, None, overlap).await),
            ["/overlap_s"]
        );
    }
    assert!(matches!(
        rotate(first.id, Some(7), 60).await,
        Err(Refusal::Stale { current: 1 })
    ));
    let (second, _) = rotate(first.id, Some(1), 60).await.unwrap().value;
    let now = world.db.clock().now();
    assert_eq!(second.rotated_from, Some(first.id));
    assert_eq!(second.name, "till");
    assert_eq!(
        second.expires_at,
        Some(now + Duration::days(10)),
        "as long as the first was meant to live"
    );
    let old = get(first.id).await;
    assert_eq!(old.state, CredentialState::Retiring);
    assert_eq!(old.retire_at, Some(now + Duration::seconds(60)));
    assert_eq!(
        conflict(rotate(first.id, None, 0).await),
        "This key was replaced already."
    );
    assert!(conflict(rotate(second.id, None, 60).await).contains("still works"));
    // In an emergency the overlap is nothing, and that always works.
    let (third, _) = rotate(second.id, None, 0).await.unwrap().value;
    assert_eq!(get(second.id).await.state, CredentialState::Revoked);
    assert_eq!(get(first.id).await.state, CredentialState::Retiring);
    assert_eq!(
        conflict(rotate(second.id, None, 0).await),
        "This key was revoked just now; make a new one."
    );
    world.pass(60);
    assert_eq!(
        get(first.id).await.state,
        CredentialState::Revoked,
        "by the clock"
    );
    let system = world.system();
    assert_eq!(
        credentials::expire_due(&world.db, &system, 10)
            .await
            .unwrap(),
        1
    );
    assert_eq!(
        credentials::expire_due(&world.db, &system, 10)
            .await
            .unwrap(),
        0
    );
    rotate(third.id, None, 60).await.unwrap();
    let usable = CredentialFilter {
        usable: true,
        ..CredentialFilter::default()
    };
    let list = async |filter| {
        let page = Page::default();
        let listed = credentials::list_credentials(&world.db, dora, Lookup::Id(app), filter, &page);
        listed.await.unwrap().data.len()
    };
    assert_eq!(list(&usable).await, 2);
    assert_eq!(list(&CredentialFilter::default()).await, 4);
}

#[tokio::test]
async fn of_simultaneous_rotations_of_a_key_one_wins() {
    let world = World::create().await;
    let app = app(&world, &world.dora).await;
    let id = issue(&world, &world.dora, app, None)
        .await
        .unwrap()
        .value
        .0
        .id;
    let mut tasks = JoinSet::new();
    for number in 0..10 {
        let (db, dora) = (world.db.clone(), world.dora.clone());
        tasks.spawn(async move {
            credentials::rotate(
                &db,
                &dora,
                id,
                None,
                Rotate::with_overlap(60 * (number % 2)),
            )
            .await
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for answer in answers.into_iter().filter(Result::is_err) {
        conflict(answer);
    }
}

#[tokio::test]
async fn an_application_has_at_most_ten_usable_keys_in_an_environment() {
    let world = World::create().await;
    let app = app(&world, &world.dora).await;
    let mut tasks = JoinSet::new();
    for _ in 0..LIVE_KEYS_MAX + 4 {
        let (db, dora) = (world.db.clone(), world.dora.clone());
        let input = IssueKey {
            environment: Lookup::from("production"),
            name: String::new(),
            expires_in_days: Some(1),
            products: Vec::new(),
        };
        tasks.spawn(async move { credentials::issue(&db, &dora, Lookup::Id(app), input).await });
    }
    let answers = tasks.join_all().await;
    let made: Vec<_> = answers.into_iter().filter_map(Result::ok).collect();
    assert_eq!(made.len() as i64, LIVE_KEYS_MAX);
    assert!(conflict(issue(&world, &world.dora, app, None).await).contains("10 keys"));
    let id = made[0].value.0.id;
    credentials::revoke(&world.db, &world.dora, id, "")
        .await
        .unwrap();
    issue(&world, &world.dora, app, Some(1)).await.unwrap();
    // What the clock has ended makes room without waiting for the job.
    world.pass(86_400);
    issue(&world, &world.dora, app, None).await.unwrap();
}

#[tokio::test]
async fn plans_bound_how_long_keys_live_and_overlap() {
    let world = World::create().await;
    world
        .plan("strict", ApprovalMode::Manual, |plan| {
            plan.max_key_days = Some(30);
            plan.max_overlap_s = Some(3_600);
        })
        .await;
    let asked = world.ask(&world.dora, "Shop", "strict").await;
    let app = asked.application.id;
    let now = world.db.clock().now();
    assert_eq!(
        faults(issue(&world, &world.dora, app, Some(31)).await),
        ["/expires_in_days"]
    );
    assert_eq!(
        faults(issue(&world, &world.dora, app, Some(0)).await),
        ["/expires_in_days"]
    );
    let (key, _) = issue(&world, &world.dora, app, None).await.unwrap().value;
    assert_eq!(key.expires_at, Some(now + Duration::days(30)));
    let rotate = |overlap| {
        credentials::rotate(
            &world.db,
            &world.dora,
            key.id,
            None,
            Rotate::with_overlap(overlap),
        )
    };
    assert_eq!(faults(rotate(3_601).await), ["/overlap_s"]);
    rotate(3_600).await.unwrap();
}

#[tokio::test]
async fn only_the_team_makes_keys_and_enforcers_may_take_them_away() {
    let world = World::create().await;
    let (db, dora, eli, otto) = (&world.db, &world.dora, &world.eli, &world.otto);
    let app = app(&world, dora).await;
    assert!(is_not_found(&issue(&world, eli, app, None).await));
    assert!(is_not_yours(&issue(&world, otto, app, None).await));
    let input = IssueKey {
        environment: Lookup::from("nowhere"),
        name: String::new(),
        expires_in_days: None,
        products: Vec::new(),
    };
    assert_eq!(
        unknown(credentials::issue(db, dora, Lookup::Id(app), input).await),
        "/environment"
    );
    let key = issue(&world, dora, app, None).await.unwrap().value.0;
    assert!(is_not_found(
        &credentials::get_credential(db, eli, key.id).await
    ));
    assert!(is_not_found(
        &credentials::revoke(db, eli, key.id, "").await
    ));
    assert!(is_not_found(
        &credentials::rotate(db, eli, key.id, None, Rotate::with_overlap(0)).await
    ));
    assert!(is_not_yours(
        &credentials::rotate(db, otto, key.id, None, Rotate::with_overlap(0)).await
    ));
    assert!(is_not_yours(
        &credentials::revoke(db, &world.paul, key.id, "").await
    ));
    let revoked = credentials::revoke(db, otto, key.id, "It leaked.")
        .await
        .unwrap();
    assert_eq!(revoked.value.state, CredentialState::Revoked);
    assert!(revoked.change.is_some());
    world.pass(180);
    assert_eq!(
        conflict(credentials::revoke(db, dora, key.id, "").await),
        "Already revoked by Otto, 3 minutes ago."
    );
    let auditor =
        crate::world::member(db, world.tenant, "Aud", gatehouse_domain::Role::Auditor).await;
    let other = issue(&world, dora, app, None).await.unwrap().value.0;
    assert!(
        is_not_yours(&credentials::revoke(db, &auditor, other.id, "").await)
            || is_forbidden(&credentials::revoke(db, &auditor, other.id, "").await)
    );
    // A suspended application keeps its keys; a pending one may have them already.
    let asked = world.ask(dora, "Waiting", "team").await;
    assert!(matches!(
        existing(&asked),
        gatehouse_control_plane::subscriptions::AppChoice::Existing(_)
    ));
    issue(&world, dora, asked.application.id, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_scoped_key_says_what_it_is_for_and_so_does_the_one_that_replaces_it() {
    let world = World::create().await;
    let (db, dora) = (&world.db, &world.dora);
    world
        .publish_as("toys", "v1", crate::world::PETS)
        .await
        .unwrap();
    let app = app(&world, dora).await;
    let issue = |products: &[&str]| {
        let input = IssueKey {
            environment: Lookup::from("production"),
            name: String::new(),
            expires_in_days: None,
            products: products.iter().map(|slug| Lookup::from(*slug)).collect(),
        };
        credentials::issue(db, dora, Lookup::Id(app), input)
    };
    assert_eq!(unknown(issue(&["pets", "nothing"]).await), "/products/1");
    for count in [SCOPE_MAX - 1, SCOPE_MAX, SCOPE_MAX + 1] {
        let made = issue(&vec!["pets"; count]).await;
        if count > SCOPE_MAX {
            assert_eq!(faults(made), ["/products"]);
        } else {
            assert_eq!(made.unwrap().value.0.products.len(), 1, "named once");
        }
    }
    let made = issue(&["toys", "pets"]).await.unwrap().value.0;
    let slugs = |view: &CredentialView| {
        let slugs = view.products.iter().map(|product| product.slug.clone());
        slugs.collect::<Vec<_>>()
    };
    assert_eq!(slugs(&made), ["pets", "toys"]);
    let how = Rotate::with_overlap(60);
    let next = credentials::rotate(db, dora, made.id, None, how)
        .await
        .unwrap();
    assert_eq!(slugs(&next.value.0), ["pets", "toys"]);
    // What gateways hold of it names the products, and another key's record has the bytes it always had.
    let bytes = async |id: uuid::Uuid| -> i32 {
        sqlx::query_scalar("select octet_length(body) from config_object where object_id = $1")
            .bind(id)
            .fetch_one(&mut world.superuser().await)
            .await
            .unwrap()
    };
    let plain = issue(&[]).await.unwrap().value.0;
    assert!(plain.products.is_empty());
    assert!(bytes(made.id.uuid()).await >= bytes(plain.id.uuid()).await + 2 * 16);
}
