//! What gateways ask: joining, signed requests, the configuration feed.

use std::time::Duration;

use gatehouse_domain::Permission;
use gatehouse_domain::id::NodeId;
use gatehouse_snapshot::node_auth::{self, hex};
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::{
    ACK, AckReply, AckRequest, CONFIG, DELTAS_TYPE, JOIN, JoinReply, LimitsAsk, SNAPSHOT_TYPE,
    USAGE,
};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::usage::Batch;
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::served::{Answer, Served};

pub(crate) struct Node {
    pub(crate) id: NodeId,
    signer: Signer,
}

impl Served {
    pub(crate) async fn join(&self, name: &str) -> Node {
        use gatehouse_control_plane::gateways::{CreateJoinToken, create_installation_join_token};
        let (_, key) = create_installation_join_token(&self.db, CreateJoinToken::default())
            .await
            .unwrap();
        let signer = Signer::from_seed(&[name.len() as u8; 32]).unwrap();
        let body = json!({"token": key.reveal().as_str(), "name": name, "version": "0.1.0", "public_key": hex(&signer.public().0)});
        let joined = self
            .send(self.request(Method::POST, JOIN).json(&body))
            .await;
        let reply: JoinReply = serde_json::from_value(joined.expect(200)).unwrap();
        let mut other = body;
        other["public_key"] = json!(hex(&Signer::from_seed(&[77; 32]).unwrap().public().0));
        let again = self
            .send(self.request(Method::POST, JOIN).json(&other))
            .await;
        assert_eq!(
            again.problem(401),
            "join_token_invalid",
            "a token of one use works once"
        );
        Node {
            id: reply.node,
            signer,
        }
    }

    fn signed(
        &self,
        node: &Node,
        method: Method,
        path: &str,
        body: &[u8],
        nonce: u8,
    ) -> reqwest::RequestBuilder {
        let time = self.now().unix_timestamp();
        let headers = node_auth::headers(
            &node.signer,
            node.id,
            method.as_str(),
            path,
            body,
            time,
            [nonce; 16],
        );
        let mut request = self.request(method, path).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(name, value);
        }
        request
    }

    /// A sign of life, and what is said back.
    async fn tell(&self, node: &Node, draining: bool, nonce: u8) -> AckReply {
        let told = AckRequest {
            generation: 1,
            seq: 0,
            state_hash: "00".repeat(32),
            applied_at: Moment(0),
            error: None,
            version: "0.1.0".to_owned(),
            draining,
            limits: LimitsAsk::default(),
        };
        let body = serde_json::to_vec(&told).unwrap();
        let request = self.signed(node, Method::POST, ACK, &body, nonce);
        serde_json::from_value(self.send(request).await.expect(200)).unwrap()
    }

    async fn config(&self, node: &Node, since: u64, wait_s: u64, nonce: u8) -> Answer {
        let path = format!("{CONFIG}?generation=1&since={since}&wait_s={wait_s}");
        self.send(self.signed(node, Method::GET, &path, b"", nonce))
            .await
    }
}

#[tokio::test]
async fn only_requests_signed_now_by_an_enrolled_gateway_are_answered() {
    let served = Served::start().await;
    let node = served.join("gw").await;
    let path = format!("{CONFIG}?generation=0&since=0&wait_s=0");
    let request = || served.signed(&node, Method::GET, &path, b"", 1);
    let answer = served.send(request()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), SNAPSHOT_TYPE);
    let refused = [
        ("a nonce used twice", request()),
        ("no signature", served.request(Method::GET, &path)),
        (
            "another address",
            served
                .signed(&node, Method::GET, &path, b"", 2)
                .query(&[("x", "1")]),
        ),
        ("a stranger", {
            let stranger = Node {
                id: node.id,
                signer: Signer::from_seed(&[99; 32]).unwrap(),
            };
            served.signed(&stranger, Method::GET, &path, b"", 3)
        }),
        ("an unknown node", {
            let unknown = Node {
                id: NodeId::from_uuid(Uuid::from_u128(7)),
                signer: Signer::from_seed(&[2; 32]).unwrap(),
            };
            served.signed(&unknown, Method::GET, &path, b"", 4)
        }),
    ];
    for (what, request) in refused {
        let answer = served.send(request).await;
        // The address with one more parameter is refused for that before anybody is asked who it is from.
        let expected = if what == "another address" {
            (400, "unknown_parameter")
        } else {
            (401, "node_unknown")
        };
        assert_eq!(answer.problem(expected.0), expected.1, "{what}");
    }
    for (seconds, status) in [(60, 200), (61, 401), (-60, 200), (-61, 401)] {
        let time = served.now().unix_timestamp() + seconds;
        let nonce = [seconds as u8; 16];
        let mut request = served.request(Method::GET, &path);
        for (name, value) in
            node_auth::headers(&node.signer, node.id, "GET", &path, b"", time, nonce)
        {
            request = request.header(name, value);
        }
        assert_eq!(served.send(request).await.status, status, "{seconds} s off");
    }
}

#[tokio::test]
async fn a_waiting_gateway_hears_of_a_change_at_once_and_of_none_in_time() {
    let served = Served::start().await;
    let node = served.join("gateway").await;
    let token = served.mighty(&served.northwind).await;
    let head = served
        .count("select head_seq from gateway_group where slug = 'default'")
        .await as u64;
    let quiet = served.config(&node, head, 0, 1).await;
    assert_eq!((quiet.status.as_u16(), quiet.text.as_str()), (204, ""));
    let began = tokio::time::Instant::now();
    let waiting = served.config(&node, head, 20, 2);
    let change = async {
        let body = json!({"name": "Weather", "description": ""});
        served
            .post(&token, "/v1/applications", body)
            .await
            .expect(201)
    };
    let (answer, changed) = tokio::join!(waiting, change);
    let changed_traffic = changed["change_id"].is_string();
    if changed_traffic {
        assert_eq!(answer.header("content-type"), DELTAS_TYPE);
        // It hears of it, and does not merely ask again when its time is over.
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    assert_eq!(changed_traffic, answer.status == 200);
}

#[tokio::test]
async fn acknowledgements_and_usage_are_taken_and_bad_ones_told() {
    let served = Served::start().await;
    let node = served.join("gateway-1").await;
    let told = AckRequest {
        generation: 1,
        seq: 0,
        state_hash: "00".repeat(32),
        applied_at: Moment(served.now().unix_timestamp_nanos() as i64 / 1_000),
        error: None,
        version: "0.1.0".to_owned(),
        draining: false,
        limits: LimitsAsk::default(),
    };
    let body = serde_json::to_vec(&told).unwrap();
    let answer = served
        .send(served.signed(&node, Method::POST, ACK, &body, 1))
        .await;
    assert_eq!(answer.expect(200)["live_nodes"], 1);
    let answer = served
        .send(served.signed(&node, Method::POST, ACK, b"{}", 2))
        .await;
    assert_eq!(answer.problem(422), "invalid");
    let boot = Uuid::from_u128(5);
    let batch = |sequence| Batch::new(boot, sequence, 0, Vec::new()).encode();
    let send = |sequence, nonce| {
        served.send(served.signed(&node, Method::POST, USAGE, &batch(sequence), nonce))
    };
    assert_eq!(send(1, 3).await.expect(200)["sequence"], 1);
    assert_eq!(
        send(1, 4).await.expect(200)["sequence"],
        1,
        "sent again it is taken as before"
    );
    let gap = send(3, 5).await;
    assert_eq!(gap.problem(409), "sequence_gap");
    assert!(gap.text.contains("Expected batch 2"), "{}", gap.text);
    let answer = served
        .send(served.signed(&node, Method::POST, USAGE, b"nonsense", 6))
        .await;
    assert_eq!(answer.problem(400), "bad_request");
}

#[tokio::test]
async fn a_shared_gateway_is_drained_and_put_back_by_platform_people_alone() {
    let served = Served::start().await;
    let node = served.join("gateway-1").await;
    let tenant = served
        .token(&served.northwind, &[Permission::GatewayManage])
        .await;
    let path = |verb: &str| format!("/v1/gateways/{}/{verb}", node.id);
    let none = served.post(&tenant, &path("drain"), Value::Null).await;
    assert_eq!(none.problem(403), "forbidden");

    let token = served.platform(&served.northwind).await;
    let rotation = async || {
        let listed = served.get(&token, "/v1/gateways").await.expect(200);
        listed["data"][0]["rotation"].as_str().unwrap().to_owned()
    };
    assert_eq!(rotation().await, "serving");
    let early = served
        .ask(Method::POST, &path("undrain"), &token, &[], None)
        .await;
    assert_eq!(early.problem(409), "conflict");
    let dry = format!("{}?dry_run=true", path("drain"));
    served
        .ask(Method::POST, &dry, &token, &[], None)
        .await
        .expect(200);
    assert_eq!(rotation().await, "serving");
    let asked = served
        .ask(Method::POST, &path("drain"), &token, &[], None)
        .await;
    assert_eq!(asked.expect(200)["rotation"], "draining");
    let twice = served
        .ask(Method::POST, &path("drain"), &token, &[], None)
        .await;
    assert_eq!(twice.problem(409), "conflict");

    // It hears of it in the answer to a sign of life, and says with the next one that it is out.
    assert_eq!(served.tell(&node, false, 1).await.drain, Some(true));
    assert_eq!(rotation().await, "draining");
    assert_eq!(served.tell(&node, true, 2).await.drain, Some(true));
    assert_eq!(rotation().await, "drained");
    let back = served
        .ask(Method::POST, &path("undrain"), &token, &[], None)
        .await;
    assert_eq!(
        back.expect(200)["rotation"],
        "drained",
        "until it has heard"
    );
    assert_eq!(served.tell(&node, true, 3).await.drain, Some(false));
    // Asked again before it has come back: what it said last does not count.
    served
        .ask(Method::POST, &path("drain"), &token, &[], None)
        .await
        .expect(200);
    assert_eq!(rotation().await, "draining");
    // An operator of the platform may do the same.
    served
        .sql("update platform_grant set role = 'platform_operator'")
        .await;
    served
        .ask(Method::POST, &path("undrain"), &token, &[], None)
        .await
        .expect(200);
    assert_eq!(served.tell(&node, false, 4).await.drain, Some(false));
    assert_eq!(rotation().await, "serving");
    let written =
        "select count(*) from audit_log where action in ('gateway.drain', 'gateway.undrain')";
    assert_eq!(served.count(written).await, 4);
}
