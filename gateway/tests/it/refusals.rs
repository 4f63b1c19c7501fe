//! Every answer the gateway gives by itself, and the order in which it judges.

use crate::node::World;
use crate::objects::configuration;
use crate::upstream::Upstream;

#[test]
fn a_good_call_is_forwarded_and_answered() {
    let upstream = Upstream::echo();
    let world = World::with(configuration(&[&upstream.url()]));
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
}
