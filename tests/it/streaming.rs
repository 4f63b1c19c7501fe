//! Bodies stream both ways: the first byte passes before the last is there, and memory does not grow with size.

use std::time::Duration;

use bytes::Bytes;
use gatehouse_harness::callers::Consumer;
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{Role, StackPlan, TestStack, TestUpstream, eventually};
use http::Method;
use tokio::sync::mpsc;

use crate::GATEHOUSE;

const PIECE: usize = 256 * 1024;
/// A gibibyte.
const BODY: usize = 1 << 30;
const MINUTES: Duration = Duration::from_secs(300);
const RSS_GROWTH_MAX: u64 = 32 << 20;

/// A body whose pieces come from a channel, so that the test decides when each is sent.
struct Pieces(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
        self.0
            .poll_recv(context)
            .map(|piece| piece.map(|bytes| Ok(hyper::body::Frame::data(bytes))))
    }
}

/// Looks at the gateway's memory while a body passes.
struct Memory<'a> {
    stack: &'a TestStack,
    before: u64,
}

impl Memory<'_> {
    fn assert_small(&self) {
        let growth = self
            .stack
            .rss_bytes(Role::Gateway(0))
            .saturating_sub(self.before);
        assert!(
            growth < RSS_GROWTH_MAX,
            "the gateway grew by {} KiB",
            growth / 1024
        );
    }

    /// Sends all pieces but the first, looking every 32 MiB.
    async fn feed(&self, pieces: mpsc::Sender<Bytes>) {
        for number in 1..BODY / PIECE {
            pieces
                .send(Bytes::from_static(&[7; PIECE]))
                .await
                .expect("the other side reads");
            if number % 128 == 0 {
                self.assert_small();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gibibyte_streams_in_each_direction_first_byte_first_in_little_memory() {
    let upstream = TestUpstream::start().await;
    let stack = TestStack::start(StackPlan::of(GATEHOUSE)).await;
    let acme = stack.first_tenant();
    let root = acme.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let granted = root
        .grant("acme", "Streamer", "petstore", "open", "production")
        .await;
    // What the first call sets up is not growth.
    granted
        .consumer
        .get(&acme.production_url(0, "/petstore/v1/pets"))
        .await
        .assert_status(200);
    let memory = Memory {
        stack: &stack,
        before: stack.rss_bytes(Role::Gateway(0)),
    };
    let download = acme.production_url(0, "/petstore/v1/download");
    let upload = acme.production_url(0, "/petstore/v1/upload");
    downloads(&granted.consumer, &download, &upstream, &memory).await;
    memory.assert_small();
    uploads(&granted.consumer, &upload, &upstream, &memory).await;
    memory.assert_small();
}

async fn downloads(consumer: &Consumer, url: &str, upstream: &TestUpstream, memory: &Memory<'_>) {
    let pieces = upstream.hold_download();
    pieces.send(Bytes::from_static(&[7; PIECE])).await.unwrap();
    let request = consumer.request(Method::GET, url).timeout(MINUTES);
    let mut response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    // The backend may send the rest only now that the client has read something.
    let mut length = response.chunk().await.unwrap().unwrap().len();
    assert!((1..=PIECE).contains(&length), "{length}");
    let reading = async {
        while let Some(chunk) = response.chunk().await.unwrap() {
            length += chunk.len();
        }
        length
    };
    let (length, ()) = tokio::join!(reading, memory.feed(pieces));
    assert_eq!(length, BODY);
}

async fn uploads(consumer: &Consumer, url: &str, upstream: &TestUpstream, memory: &Memory<'_>) {
    let (pieces, body) = mpsc::channel(1);
    let mut uploaded = upstream.uploaded();
    let request = consumer.request(Method::POST, url).timeout(MINUTES);
    let sending = request.body(reqwest::Body::wrap(Pieces(body))).send();
    let feeding = async {
        pieces.send(Bytes::from_static(&[7; PIECE])).await.unwrap();
        // The backend has read the first piece before the second exists.
        let first = uploaded.wait_for(|bytes| *bytes >= PIECE as u64);
        tokio::time::timeout(PATIENCE, first)
            .await
            .expect("the first piece arrives")
            .unwrap();
        memory.feed(pieces).await;
    };
    let (answer, ()) = tokio::join!(sending, feeding);
    let report: serde_json::Value = answer.unwrap().json().await.unwrap();
    assert_eq!(report["length"], BODY);
}

#[tokio::test]
async fn an_answer_the_backend_breaks_off_never_looks_whole() {
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Broken").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let granted = root
        .grant("broken", "App", "petstore", "open", "production")
        .await;
    let url = tenant.production_url(0, "/petstore/v1/pets?cut=1000");
    let cut = granted.consumer.try_get(&url).await;
    assert!(
        cut.is_err(),
        "a cut answer was taken for a whole one: {cut:?}"
    );
    let what = "the cut call is in the ledger with its reason";
    eventually(PATIENCE, what, async || {
        let calls = root
            .get(&format!("/v1/applications/{}/calls", granted.application))
            .await
            .expect(200)?;
        if calls.json()["data"][0]["reason"] == "upstream_failed" {
            Ok(())
        } else {
            Err(calls.to_string())
        }
    })
    .await;
}
