//! Calls from the portal's console: who signed, for what, until when; and that everything else is as for a key.

use std::collections::HashMap;

use gatehouse_domain::OperationKey;
use gatehouse_domain::id::{ApiVersionId, ApplicationId};
use gatehouse_domain::plan::LimitRule;
use gatehouse_domain::subscription::StoredState;
use gatehouse_runtime::Clock;
use gatehouse_snapshot::console_call::ConsoleCall;
use gatehouse_snapshot::object::{Moment, Object};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::usage::Attribution;
use uuid::Uuid;

use crate::http::{Reply, until};
use crate::node::World;
use crate::objects::{APPLICATION, PRODUCTION, SANDBOX, configuration, plan, subscription, tenant};
use crate::upstream::Upstream;

const PATH: &str = "/petstore/v1/pets/7";

fn in_seconds(seconds: i64) -> Moment {
    Moment(Moment::from(Clock::system().now()).0 + seconds * 1_000)
}

fn granted() -> ConsoleCall {
    ConsoleCall {
        id: Uuid::from_u128(9),
        application: APPLICATION,
        environment: PRODUCTION,
        api_version: ApiVersionId::from_uuid(Uuid::from_u128(32)),
        operation: OperationKey::new("GET", "/pets/{id}"),
        ends: in_seconds(60),
    }
}

fn signed_by(number: u8, call: &ConsoleCall) -> String {
    call.seal(&Signer::from_seed(&[number; 32]).expect("a signer"))
}

fn send(world: &World, path: &str, credential: &str) -> Reply {
    let bearer = format!("Bearer {credential}");
    world
        .node
        .call("GET", path, &[("authorization", &bearer)], b"")
}

/// With the credential that the control plane of these tests signs.
fn call(world: &World, call: &ConsoleCall) -> (u16, String) {
    outcome(&send(world, PATH, &signed_by(9, call)))
}

fn outcome(reply: &Reply) -> (u16, String) {
    let code = if reply.status == 200 {
        String::new()
    } else {
        reply.code()
    };
    (reply.status, code)
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[test]
fn a_console_credential_opens_its_own_operation_for_a_minute_and_nothing_else() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let good = granted();
    let reply = send(&world, PATH, &signed_by(9, &good));
    assert_eq!(
        (reply.status, reply.text().as_str()),
        (200, "GET /pets/7 HTTP/1.1")
    );

    let with = |change: fn(&mut ConsoleCall)| {
        let mut changed = granted();
        change(&mut changed);
        call(&world, &changed)
    };
    let other = "operation_not_subscribed";
    assert_eq!(
        with(|call| call.environment = SANDBOX),
        refused(401, "wrong_environment")
    );
    assert_eq!(
        with(|call| call.operation = OperationKey::new("PUT", "/pets/{id}")),
        refused(403, other)
    );
    assert_eq!(
        with(|call| call.api_version = ApiVersionId::from_uuid(Uuid::from_u128(33))),
        refused(403, other)
    );
    assert_eq!(
        with(|call| call.ends = in_seconds(-1)),
        refused(401, "key_expired")
    );
    assert_eq!(
        with(|call| call.ends = in_seconds(200)),
        refused(401, "key_malformed")
    );
    // Whose application nobody has told it of, and who signs nothing here.
    assert_eq!(
        with(|call| call.application = ApplicationId::from_uuid(Uuid::from_u128(6_000))),
        refused(503, "auth_unknown")
    );
    assert_eq!(
        outcome(&send(&world, PATH, &signed_by(8, &good))),
        refused(503, "auth_unknown")
    );
    let mut forged = signed_by(9, &good);
    let last = forged.pop().expect("a digit");
    forged.push(if last == '0' { '1' } else { '0' });
    assert_eq!(
        outcome(&send(&world, PATH, &forged)),
        refused(401, "key_unknown")
    );
    assert_eq!(
        outcome(&send(&world, PATH, "gtc_00")),
        refused(401, "key_malformed")
    );
    // Not in an address, where it would be logged.
    let address = format!("{PATH}?x={}", signed_by(9, &good));
    let in_address = world.node.call("GET", &address, &[], b"");
    assert_eq!(outcome(&in_address), refused(401, "no_key"));
}

#[test]
fn the_live_subscription_and_its_limits_decide_as_for_a_key_and_the_record_names_no_key() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let two = LimitRule::Rate {
        amount: 2,
        window_s: 3_600,
        burst: 2,
    };
    world.put(&[Object::Plan(plan(&[two]))]);
    let console = || send(&world, PATH, &signed_by(9, &granted()));
    let calls = [
        (true, world.get(PATH)),
        (false, console()),
        (false, console()),
        (true, world.get(PATH)),
    ];
    let outcomes = calls.each_ref().map(|(_, reply)| outcome(reply));
    let (good, limited) = ((200, String::new()), refused(429, "rate_limited"));
    assert_eq!(
        outcomes,
        [good.clone(), good, limited.clone(), limited],
        "key and console draw on one limit"
    );

    until("the calls arrive", || {
        world
            .control_plane
            .state()
            .batches
            .iter()
            .map(|batch| batch.records.len())
            .sum::<usize>()
            >= 4
    });
    // Calls of one millisecond have no order: each record is found by the id that its answer named.
    let named: HashMap<String, Attribution> = {
        let state = world.control_plane.state();
        let records = state.batches.iter().flat_map(|batch| &batch.records);
        let named = records.map(|record| {
            let id = gatehouse_domain::id::encode(record.request_id.as_u128());
            (format!("req_{id}"), record.attribution.clone())
        });
        named.collect()
    };
    assert_eq!(named.len(), calls.len());
    for (with_key, reply) in &calls {
        let id = reply.header("gatehouse-request-id").expect("an id");
        let whose = &named[id];
        assert_eq!(whose.application, Some(APPLICATION));
        assert_eq!(whose.credential.is_some(), *with_key, "{reply:?}");
    }

    let mut held = subscription(PRODUCTION);
    held.provider_hold = true;
    world.put(&[Object::Subscription(held)]);
    assert_eq!(
        call(&world, &granted()),
        refused(403, "subscription_suspended")
    );
    let mut asked = subscription(PRODUCTION);
    asked.state = StoredState::Pending;
    world.put(&[Object::Subscription(asked)]);
    assert_eq!(
        call(&world, &granted()),
        refused(403, "subscription_pending")
    );
    let mut stopped = tenant();
    stopped.suspended = true;
    world.put(&[Object::Tenant(stopped)]);
    assert_eq!(call(&world, &granted()), refused(403, "tenant_suspended"));
}
