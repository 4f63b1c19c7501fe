//! Out of rotation and back, as the control plane says.

use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::http::{Connection, until};
use crate::node::{Start, World};
use crate::objects::{configuration, good_key};
use crate::upstream::Upstream;

#[test]
fn a_drained_gateway_is_not_ready_answers_whoever_comes_sends_them_away_and_comes_back() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let request = format!(
        "GET /petstore/v1/pets HTTP/1.1\r\nhost: a\r\nx-api-key: {}\r\n\r\n",
        good_key()
    );
    let ask = |connection: &mut Connection| {
        connection.write(request.as_bytes()).unwrap();
        connection.read(false).unwrap()
    };
    let drained = || {
        world
            .control_plane
            .last_ack()
            .is_some_and(|ack| ack.draining)
    };
    let mut begun = Connection::open(world.node.gateway);
    assert_eq!(ask(&mut begun).header("connection"), None);
    assert!(!drained());

    world.control_plane.state().drain = true;
    until("it says that it is out", drained);
    let page = world.node.status_page("/readyz");
    assert_eq!(
        (page.status, &page.json()["status"]),
        (503, &"draining".into())
    );
    assert_eq!(world.node.status_page("/healthz").status, 200);
    // Both the one that was there and a new one are answered once, and sent away.
    for connection in [&mut begun, &mut Connection::open(world.node.gateway)] {
        let reply = ask(connection);
        assert_eq!(
            (reply.status, reply.header("connection")),
            (200, Some("close"))
        );
        until("the connection ends", || connection.is_closed());
    }

    world.control_plane.state().drain = false;
    until("it says that it is back", || !drained());
    assert_eq!(world.node.status_page("/readyz").status, 200);
    let mut stays = Connection::open(world.node.gateway);
    for _ in 0..2 {
        assert_eq!(ask(&mut stays).header("connection"), None);
    }
    world.node.stop();
}

#[test]
fn a_control_plane_of_before_changes_no_rotation_and_hears_the_rest() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let readiness = || world.node.status_page("/readyz").status;
    world.control_plane.state().drain = true;
    until("it is out", || readiness() == 503);
    let heard = {
        let mut state = world.control_plane.state();
        (state.drain, state.knows_no_drain) = (false, true);
        state.acks.len()
    };
    until("it is heard without the word", || {
        world.control_plane.state().acks.len() > heard
    });
    assert_eq!(readiness(), 503, "nobody said that it is to come back");
    world.control_plane.state().knows_no_drain = false;
    until("it is back", || readiness() == 200);
    world.node.stop();
}

#[test]
fn a_drained_gateway_that_starts_while_nobody_can_tell_it_stays_out() {
    let upstream = Upstream::echo();
    let mut world = World::with(&configuration(&[&upstream.url()]));
    world.control_plane.state().drain = true;
    until("it says that it is out", || {
        let ack = world.control_plane.last_ack();
        ack.is_some_and(|ack| ack.draining)
    });
    // Nobody answers there.
    let alone = Start {
        variables: &[("CONTROL_PLANE", "http://127.0.0.1:9")],
        ..Start::default()
    };
    world.restart(&alone);
    until("it runs what is on disk", || {
        let page = world.node.status_page("/readyz");
        assert_eq!(page.status, 503, "{}", page.text());
        page.json()["config"]["source"] == "disk"
    });
    let page = world.node.status_page("/readyz").json();
    assert_eq!(page["status"], "draining");
    let reply = world.get("/petstore/v1/pets");
    assert_eq!(reply.status, 200);

    world.control_plane.state().drain = false;
    world.restart(&Start::default());
    until("it is back", || {
        world.node.status_page("/readyz").status == 200
    });
    world.restart(&alone);
    until("it is ready alone", || {
        world.node.status_page("/readyz").status == 200
    });
    world.node.stop();
}

type Http2 = SendRequest<Empty<Bytes>>;

/// A connection over HTTP/2, and the task that drives it to its end.
async fn http2(gateway: SocketAddr) -> (Http2, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(gateway).await.expect("a connection");
    let connecting = http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (sender, connection) = connecting.await.expect("a handshake");
    #[expect(
        clippy::disallowed_methods,
        reason = "a client that ends with the test"
    )]
    let connection = tokio::spawn(connection);
    (sender, connection)
}

async fn ask(sender: &mut Http2) -> u16 {
    let request = http::Request::get("http://a/petstore/v1/pets")
        .header("x-api-key", good_key())
        .body(Empty::new())
        .expect("a request");
    let answer = sender.send_request(request).await.expect("an answer");
    let status = answer.status().as_u16();
    answer.into_body().collect().await.expect("a whole body");
    status
}

#[test]
fn connections_over_http_2_are_asked_to_go_with_an_answer_while_it_is_out() {
    let upstream = Upstream::echo();
    let world = World::with(&configuration(&[&upstream.url()]));
    let node = &world.node;
    let (mut begun, begun_ends) = node.block_on(http2(node.gateway));
    assert_eq!(node.block_on(ask(&mut begun)), 200);
    world.control_plane.state().drain = true;
    until("it is out", || node.status_page("/readyz").status == 503);
    assert!(
        !begun_ends.is_finished(),
        "nothing was asked on it meanwhile"
    );
    // Both the one that was there and a new one are answered once, and end well.
    let (mut new, new_ends) = node.block_on(http2(node.gateway));
    for (sender, end) in [(&mut begun, begun_ends), (&mut new, new_ends)] {
        assert_eq!(node.block_on(ask(sender)), 200);
        until("the gateway says goodbye", || end.is_finished());
        let ended = node.block_on(end).expect("no panic");
        assert!(ended.is_ok(), "{ended:?}");
    }

    world.control_plane.state().drain = false;
    until("it is back", || node.status_page("/readyz").status == 200);
    let (mut stays, stays_ends) = node.block_on(http2(node.gateway));
    for _ in 0..3 {
        assert_eq!(node.block_on(ask(&mut stays)), 200);
    }
    assert!(!stays_ends.is_finished());
    drop(stays);
    world.node.stop();
}
