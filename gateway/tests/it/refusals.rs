//! Every answer the gateway gives by itself, and the order in which it judges.

use gatehouse_domain::credential::CredentialState;
use gatehouse_domain::environment::EnvironmentKind;
use gatehouse_domain::key::KeyKind;
use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_domain::subscription::{EndedReason, StoredState};
use gatehouse_domain::{ApiVersionState, BasePath};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::object::{Credential, Moment, Object, Route, Subscription};

use crate::control_plane::Mood;
use crate::http::{Connection, until};
use crate::node::{Start, World};
use crate::objects::{
    self, APPLICATION, PRODUCTION, SANDBOX, application, configuration, credential, good_key, key,
    key_of, plan, route, subscription, tenant,
};
use crate::upstream::{Upstream, nobody};

const LONG_AGO: Option<Moment> = Some(Moment(1_000));
const FAR_AHEAD: Option<Moment> = Some(Moment(4_000_000_000_000));

#[test]
fn a_full_listener_refuses_in_the_words_of_the_house() {
    let full = Start {
        variables: &[("LISTENER__CONNECTIONS_MAX", "0")],
        ..Start::default()
    };
    let world = World::unconfigured(&full);
    let reply = Connection::open(world.node.gateway)
        .read(false)
        .expect("an answer");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (503, "overloaded"),
        "{reply:?}"
    );
    assert!(reply.header("retry-after").is_some());
}

#[test]
fn a_good_call_is_forwarded_and_answered() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let reply = world.get("/petstore/v1/pets/7?q=%2F");
    assert_eq!(
        (reply.status, reply.text().as_str()),
        (200, "GET /pets/7?q=%2F HTTP/1.1"),
        "{reply:?}"
    );
    assert!(
        reply
            .header("gatehouse-request-id")
            .is_some_and(|id| id.starts_with("req_"))
    );
    assert!(
        reply.header("ratelimit").is_none(),
        "a plan without limits has no standing"
    );
}

/// A credential of the good application with something changed.
fn changed(number: u64, change: impl FnOnce(&mut Credential)) -> (String, Object) {
    let key = key(EnvironmentKind::Production, number);
    let mut credential = credential(&key, PRODUCTION, number.into());
    change(&mut credential);
    (key.reveal().to_string(), Object::Credential(credential))
}

#[test]
fn every_fault_of_a_key_has_its_own_code() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let (expired, a) = changed(2, |key| key.expires_at = LONG_AGO);
    let (revoked, b) = changed(3, |key| key.state = CredentialState::Revoked);
    let (early, c) = changed(4, |key| key.not_before = FAR_AHEAD);
    let (replaced, d) = changed(5, |key| {
        key.state = CredentialState::Retiring;
        key.retire_at = LONG_AGO;
    });
    let (elsewhere, e) = changed(6, |key| key.environment = SANDBOX);
    let (retiring, f) = changed(7, |key| {
        key.state = CredentialState::Retiring;
        key.retire_at = FAR_AHEAD;
    });
    let (stale, g) = changed(8, |key| key.state = CredentialState::Expired);
    world.put(&[a, b, c, d, e, f, g]);
    let text = |kind, number| key_of(kind, number).reveal().to_string();
    let mut typo = good_key();
    typo.replace_range(20..21, if &typo[20..21] == "a" { "b" } else { "a" });
    let table: &[(&str, &str, &str)] = &[
        ("good", &good_key(), ""),
        ("retiring", &retiring, ""),
        ("expired", &expired, "key_expired"),
        ("stored as expired", &stale, "key_expired"),
        ("not yet", &early, "key_expired"),
        ("revoked", &revoked, "key_revoked"),
        ("replaced", &replaced, "key_revoked"),
        ("of another environment", &elsewhere, "wrong_environment"),
        (
            "of the other kind",
            &text(KeyKind::ApiKey(EnvironmentKind::Sandbox), 1),
            "wrong_environment",
        ),
        (
            "never made",
            &text(KeyKind::ApiKey(EnvironmentKind::Production), 99),
            "key_unknown",
        ),
        (
            "an access token",
            &text(KeyKind::AccessToken, 1),
            "key_unknown",
        ),
        ("a join token", &text(KeyKind::JoinToken, 1), "key_unknown"),
        ("a typo", &typo, "key_malformed"),
        ("cut", &good_key()[..40], "key_malformed"),
        ("empty", "", "key_malformed"),
        (
            "two in one",
            &format!("{},{}", good_key(), good_key()),
            "key_malformed",
        ),
    ];
    for (what, key, code) in table {
        for (name, value) in [
            ("x-api-key", (*key).to_owned()),
            ("authorization", format!("Bearer {key}")),
        ] {
            let reply = world
                .node
                .call("GET", "/petstore/v1/pets", &[(name, &value)], b"");
            if code.is_empty() {
                assert_eq!(reply.status, 200, "{what}: {reply:?}");
                continue;
            }
            assert_eq!(
                (reply.status, reply.code().as_str()),
                (401, *code),
                "{what} in {name}"
            );
            assert_eq!(
                reply.header("www-authenticate"),
                Some("Bearer realm=\"gatehouse\"")
            );
            assert!(
                !reply.text().contains(&key[key.len().min(15)..]) || key.len() < 16,
                "the key is repeated"
            );
        }
    }
    let dated = world
        .node
        .call("GET", "/petstore/v1/pets", &[("x-api-key", &expired)], b"");
    assert!(
        dated.text().contains("1970-01-01T00:00:01Z"),
        "the date is named: {}",
        dated.text()
    );
    let missing = world.node.call("GET", "/petstore/v1/pets", &[], b"");
    assert_eq!(missing.code(), "no_key");
    let doubled = world.node.call(
        "GET",
        "/petstore/v1/pets",
        &[("x-api-key", "a"), ("authorization", "Bearer b")],
        b"",
    );
    assert_eq!(doubled.code(), "ambiguous_key");
    assert_eq!(
        world.get("/petstore/v1/pets?api_key=1").code(),
        "ambiguous_key"
    );
    assert!(
        upstream
            .seen()
            .iter()
            .all(|seen| seen.header("x-api-key").is_none())
    );
}

#[test]
fn a_key_with_a_known_id_and_a_wrong_secret_is_unknown() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let (text, Object::Credential(mut forged)) = changed(2, |_| ()) else {
        panic!()
    };
    forged.digest[31] ^= 1;
    world.put(&[Object::Credential(forged)]);
    let reply = world
        .node
        .call("GET", "/petstore/v1/pets", &[("x-api-key", &text)], b"");
    assert_eq!(reply.code(), "key_unknown");
}

#[test]
fn every_state_of_a_subscription_has_its_own_code() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    type Change = Box<dyn Fn(&mut Subscription)>;
    let table: Vec<(&str, Change)> = vec![
        (
            "subscription_pending",
            Box::new(|it| it.state = StoredState::Pending),
        ),
        (
            "subscription_pending",
            Box::new(|it| it.starts_at = FAR_AHEAD),
        ),
        (
            "subscription_rejected",
            Box::new(|it| it.state = StoredState::Rejected),
        ),
        (
            "not_subscribed",
            Box::new(|it| it.state = StoredState::Withdrawn),
        ),
        (
            "subscription_suspended",
            Box::new(|it| it.provider_hold = true),
        ),
        (
            "subscription_paused",
            Box::new(|it| it.consumer_hold = true),
        ),
        (
            "subscription_suspended",
            Box::new(|it| (it.provider_hold, it.consumer_hold) = (true, true)),
        ),
        ("subscription_expired", Box::new(|it| it.ends_at = LONG_AGO)),
        (
            "subscription_expired",
            Box::new(|it| {
                (it.state, it.ended_reason) = (StoredState::Ended, Some(EndedReason::Revoked));
            }),
        ),
        (
            "subscription_expired",
            Box::new(|it| {
                (it.state, it.ended_reason) = (StoredState::Ended, Some(EndedReason::Cancelled));
            }),
        ),
        ("not_subscribed", Box::new(|it| it.environment = SANDBOX)),
        (
            "not_subscribed",
            Box::new(|it| it.product = uuid::Uuid::from_u128(999).into()),
        ),
    ];
    for (code, change) in table {
        let mut changed = subscription(PRODUCTION);
        change(&mut changed);
        world.put(&[Object::Subscription(changed)]);
        let reply = world.get("/petstore/v1/pets");
        assert_eq!((reply.status, reply.code().as_str()), (403, code));
        let help = reply.json()["help"].as_str().map(str::to_owned);
        assert_eq!(
            help.as_deref(),
            Some("https://portal.test/t/northwind/apis/petstore/request"),
            "{code}"
        );
        let kind = reply.json()["type"].as_str().map(str::to_owned);
        assert_eq!(kind, Some(format!("https://portal.test/errors/{code}")));
    }
    world.put(&[Object::Subscription(subscription(PRODUCTION))]);
    assert_eq!(
        world.get("/petstore/v1/pets").status,
        200,
        "the same subscription, open again"
    );
    assert_eq!(upstream.seen().len(), 1);
}

#[test]
fn an_open_subscription_decides_before_a_later_closed_one() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let later = Subscription {
        id: uuid::Uuid::from_u128(71).into(),
        state: StoredState::Rejected,
        ..subscription(PRODUCTION)
    };
    world.put(&[Object::Subscription(later.clone())]);
    assert_eq!(world.get("/petstore/v1/pets").status, 200);
    let first = Object::Subscription(subscription(PRODUCTION)).object_ref();
    world.control_plane.publish(vec![first], &[], &[]);
    world.wait_for_head();
    assert_eq!(
        world.get("/petstore/v1/pets").code(),
        "subscription_rejected"
    );
}

#[test]
fn suspended_applications_and_tenants_are_refused_as_such() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let mut suspended = application();
    suspended.suspended = true;
    world.put(&[Object::Application(suspended)]);
    assert_eq!(
        world.get("/petstore/v1/pets").code(),
        "application_suspended"
    );
    let mut suspended = tenant();
    suspended.suspended = true;
    world.put(&[Object::Tenant(suspended)]);
    assert_eq!(world.get("/petstore/v1/pets").code(), "tenant_suspended");
    let no_key = world.node.call("GET", "/petstore/v1/pets", &[], b"");
    assert_eq!(
        no_key.code(),
        "no_key",
        "who calls is asked before whether they may"
    );
    world.put(&[Object::Tenant(tenant()), Object::Application(application())]);
    assert_eq!(world.get("/petstore/v1/pets").status, 200);
}

#[test]
fn what_a_key_may_not_be_judged_without_is_503_and_not_401() {
    let upstream = Upstream::echo();
    let world = World::unconfigured(&Start::default());
    let reply = world.get("/petstore/v1/pets");
    assert_eq!((reply.status, reply.code().as_str()), (503, "auth_unknown"));
    assert_eq!(reply.header("retry-after"), Some("2"));
    assert_eq!(world.node.status_page("/readyz").status, 503);
    world.put(&configuration(&[&upstream.url()]));
    assert_eq!(world.get("/petstore/v1/pets").status, 200);
    assert_eq!(world.node.status_page("/readyz").status, 200);
    let application = Object::Application(application()).object_ref();
    world.control_plane.publish(vec![application], &[], &[]);
    world.wait_for_head();
    assert_eq!(
        world.get("/petstore/v1/pets").code(),
        "auth_unknown",
        "{APPLICATION}"
    );
    let plan = Object::Plan(plan(&[])).object_ref();
    world.control_plane.publish(
        vec![plan],
        &[],
        &[Object::Application(objects::application())],
    );
    world.wait_for_head();
    assert_eq!(world.get("/petstore/v1/pets").code(), "auth_unknown");
}

#[test]
fn an_api_that_must_not_be_served_on_old_configuration_is_refused_until_the_control_plane_is_back()
{
    let upstream = Upstream::echo();
    let mut objects = configuration(&[&upstream.url()]);
    let strict = Route {
        config_max_age_s: Some(1),
        path: "/strict/v1".to_owned(),
        ..objects::route(PRODUCTION, 9)
    };
    objects.push(Object::Route(strict));
    let world = World::with(&objects);
    // A second without word is enough to be refused, on a busy machine too.
    until("it is served", || {
        world.get("/strict/v1/pets").status == 200
    });
    world.control_plane.state().mood = Mood::Hanging;
    until("the strict API is refused", || {
        world.get("/strict/v1/pets").status == 503
    });
    let refused = world.get("/strict/v1/pets");
    assert_eq!(
        (refused.code().as_str(), refused.header("retry-after")),
        ("config_stale", Some("1"))
    );
    assert_eq!(world.get("/petstore/v1/pets").status, 200, "others go on");
    world.control_plane.state().mood = Mood::Well;
    until("it is served again", || {
        world.get("/strict/v1/pets").status == 200
    });
}

#[test]
fn addresses_lead_to_an_operation_or_to_404_405_and_410() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    for path in [
        "/",
        "/petstore",
        "/petstore/v1",
        "/petstore/v2/pets",
        "/Petstore/v1/pets",
        "/petstore/v1/pets/",
        "/other/v1/pets",
        "/petstore/v1/pets/7/8",
        "/sandbox",
    ] {
        assert_eq!(world.get(path).code(), "no_route", "{path}");
    }
    let reply = world.node.call(
        "PATCH",
        "/petstore/v1/pets/7",
        &[("x-api-key", &good_key())],
        b"{}",
    );
    assert_eq!(reply.code(), "method_not_allowed");
    assert_eq!(
        reply.header("allow"),
        Some("DELETE, GET, HEAD, OPTIONS, PUT")
    );
    let options = world.node.call("OPTIONS", "/petstore/v1/pets", &[], b"");
    assert_eq!(
        (options.status, options.header("allow")),
        (204, Some("GET, HEAD, OPTIONS, POST"))
    );
    let head = world.node.call(
        "HEAD",
        "/petstore/v1/pets",
        &[("x-api-key", &good_key())],
        b"",
    );
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("19"))
    );
    let head = world.node.call("HEAD", "/petstore/v1/pets", &[], b"");
    assert_eq!((head.status, head.body.len()), (401, 0));
    let mut retired = route(PRODUCTION, 0);
    retired.state = ApiVersionState::Retired;
    world.put(&[Object::Route(retired)]);
    let reply = world.node.call("GET", "/petstore/v1/pets", &[], b"");
    assert_eq!(
        (reply.status, reply.code().as_str()),
        (410, "version_retired")
    );
    let mut nowhere = route(PRODUCTION, 0);
    nowhere.upstream = None;
    world.put(&[Object::Route(nowhere)]);
    assert_eq!(
        world.get("/petstore/v1/pets").code(),
        "upstream_unavailable"
    );
}

#[test]
fn the_environment_is_found_before_the_route_and_nothing_outside_it_is_seen() {
    let upstream = Upstream::echo();
    let mut objects = configuration(&[&upstream.url()]);
    // A second tenant with the same API slug below its own base path, on the same gateway.
    let other: gatehouse_domain::id::TenantId = uuid::Uuid::from_u128(2).into();
    let mut theirs = tenant();
    theirs.id = other;
    let mut place = objects::environment(EnvironmentKind::Production);
    (place.id, place.tenant) = (uuid::Uuid::from_u128(12).into(), other);
    place.base_path = BasePath::parse("/contoso").expect("a base path");
    let mut their_route = route(place.id, 5);
    their_route.tenant = other;
    their_route.products = vec![uuid::Uuid::from_u128(41).into()];
    let their_key = key(EnvironmentKind::Production, 20);
    let mut their_credential = credential(&their_key, place.id, 20);
    their_credential.tenant = other;
    their_credential.application = uuid::Uuid::from_u128(61).into();
    let mut their_application = application();
    their_application.id = their_credential.application;
    let mut their_subscription = subscription(place.id);
    their_subscription.id = uuid::Uuid::from_u128(75).into();
    their_subscription.tenant = other;
    their_subscription.application = their_credential.application;
    their_subscription.product = their_route.products[0];
    objects.extend([
        Object::Tenant(theirs),
        Object::Environment(place),
        Object::Route(their_route),
        Object::Credential(their_credential),
        Object::Application(their_application),
        Object::Subscription(their_subscription),
    ]);
    let sandbox_key = key(EnvironmentKind::Sandbox, 30);
    objects.push(Object::Credential(credential(&sandbox_key, SANDBOX, 30)));
    let mut sandbox = subscription(SANDBOX);
    sandbox.id = uuid::Uuid::from_u128(76).into();
    objects.push(Object::Subscription(sandbox));
    let world = World::with(&objects);
    let (ours, theirs, test) = (
        good_key(),
        their_key.reveal().to_string(),
        sandbox_key.reveal().to_string(),
    );
    let outcome = |path: &str, key: &str| {
        let reply = world.node.call("GET", path, &[("x-api-key", key)], b"");
        if reply.status == 200 {
            "ok".to_owned()
        } else {
            reply.code()
        }
    };
    for (path, key, wanted) in [
        ("/petstore/v1/pets", &ours, "ok"),
        ("/petstore/v1/pets", &theirs, "wrong_environment"),
        ("/petstore/v1/pets", &test, "wrong_environment"),
        ("/contoso/petstore/v1/pets", &theirs, "ok"),
        ("/contoso/petstore/v1/pets", &ours, "wrong_environment"),
        ("/sandbox/petstore/v1/pets", &test, "ok"),
        ("/sandbox/petstore/v1/pets", &ours, "wrong_environment"),
        ("/contoso/petstore/v9/pets", &theirs, "no_route"),
        ("/contosox/petstore/v1/pets", &theirs, "no_route"),
    ] {
        assert_eq!(outcome(path, key), wanted, "{path}");
    }
}

#[test]
fn an_environment_with_a_host_of_its_own_answers_there_only() {
    let upstream = Upstream::echo();
    let mut objects = configuration(&[&upstream.url()]);
    for object in &mut objects {
        if let Object::Environment(environment) = object
            && environment.id == PRODUCTION
        {
            environment.host = Some("api.example".to_owned());
        }
    }
    let world = World::with(&objects);
    let at = |host: &str| {
        let headers = [("host", host), ("x-api-key", &good_key())];
        world
            .node
            .call("GET", "/petstore/v1/pets", &headers, b"")
            .status
    };
    assert_eq!(
        (
            at("api.example"),
            at("API.example:8000"),
            at("api.example.")
        ),
        (200, 200, 200)
    );
    assert_eq!((at("other.example"), at("api.example.evil")), (404, 404));
}

#[test]
fn the_order_of_judgements_is_the_documented_one() {
    let upstream = Upstream::echo();
    let mut objects = configuration(&[&upstream.url()]);
    objects.push(Object::Plan(plan(&[LimitRule::Quota {
        amount: 1,
        period: QuotaPeriod::Month,
    }])));
    // A clock that stands: the month does not end between two calls.
    let noon = time::OffsetDateTime::from_unix_timestamp(1_795_176_000).expect("a time");
    let start = Start {
        variables: &[("LIMITS__BODY", "1KiB")],
        clock: Clock::adjustable(noon).0,
    };
    let world = World::start(&objects, &start);
    let good = good_key();
    let call = |method: &str, path: &str, headers: &[(&str, &str)]| {
        world.node.call(method, path, headers, b"").code()
    };
    // Each call has the fault of its line and of every line after it.
    let bad_host = [("host", "a b"), ("content-length", "9999")];
    assert_eq!(call("GET", "/nowhere", &bad_host), "bad_request");
    assert_eq!(
        call("PATCH", "/nowhere/v1/pets", &[("content-length", "9999")]),
        "body_too_large"
    );
    assert_eq!(call("PATCH", "/nowhere/v1/pets", &[]), "no_route");
    assert_eq!(
        call("PATCH", "/petstore/v1/pets", &[]),
        "method_not_allowed"
    );
    let mut suspended = application();
    suspended.suspended = true;
    let mut closed = tenant();
    closed.suspended = true;
    let mut paused = subscription(PRODUCTION);
    paused.consumer_hold = true;
    world.put(&[
        Object::Application(suspended),
        Object::Tenant(closed),
        Object::Subscription(paused),
        Object::Upstream(objects::upstream(&[&nobody()])),
    ]);
    assert_eq!(call("GET", "/petstore/v1/pets", &[]), "no_key");
    let key = [("x-api-key", good.as_str())];
    assert_eq!(call("GET", "/petstore/v1/pets", &key), "tenant_suspended");
    world.put(&[Object::Tenant(tenant())]);
    assert_eq!(
        call("GET", "/petstore/v1/pets", &key),
        "application_suspended"
    );
    world.put(&[Object::Application(application())]);
    assert_eq!(
        call("GET", "/petstore/v1/pets", &key),
        "subscription_paused"
    );
    world.put(&[Object::Subscription(subscription(PRODUCTION))]);
    assert_eq!(
        call("GET", "/petstore/v1/pets", &key),
        "upstream_unavailable",
        "the one call of the month"
    );
    assert_eq!(call("GET", "/petstore/v1/pets", &key), "quota_exceeded");
    world.put(&[Object::Upstream(objects::upstream(&[&upstream.url()]))]);
    assert_eq!(call("GET", "/petstore/v1/pets", &key), "quota_exceeded");
    assert_eq!(upstream.connections(), 0);
}

#[test]
fn more_calls_than_allowed_at_once_are_503_overloaded() {
    let upstream = Upstream::start(|mut exchange| {
        exchange.read();
        // Held until the test hangs up.
        let _ = exchange.read();
    });
    let mut objects = configuration(&[&upstream.url()]);
    let mut patient = objects::upstream(&[&upstream.url()]);
    patient.response_timeout_ms = 60_000;
    objects.push(Object::Upstream(patient));
    let start = Start {
        variables: &[("LIMITS__CONCURRENCY", "2")],
        ..Start::default()
    };
    let world = World::start(&objects, &start);
    let request = crate::http::request(
        "GET",
        "/petstore/v1/pets",
        &[("x-api-key", &good_key())],
        b"",
    );
    let held: Vec<_> = (0..2)
        .map(|_| {
            let mut connection = crate::http::Connection::open(world.node.gateway);
            connection.write(&request).expect("written");
            connection
        })
        .collect();
    crate::http::until("both calls are under way", || upstream.seen().len() == 2);
    let reply = world.get("/petstore/v1/pets");
    assert_eq!((reply.status, reply.code().as_str()), (503, "overloaded"));
    assert!(reply.header("retry-after").is_some());
    assert_eq!(
        world.node.status_page("/healthz").status,
        200,
        "health answers under overload"
    );
    drop(held);
    crate::http::until("places are free again", || {
        let page = world.node.status_page("/metrics").text();
        page.contains("gatehouse_calls_under_way 0")
    });
}
