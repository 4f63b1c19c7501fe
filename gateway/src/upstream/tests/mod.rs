//! The client against backends that behave and misbehave, over real sockets.

#[path = "../../../tests/it/authority.rs"]
mod authority;
mod backend;
mod bodies;
mod ejection;
mod hostile;
mod mutation;
mod pooling;
mod timeouts;
mod tls;
mod upgrade;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use gatehouse_domain::id::{ApplicationId, TenantId, UpstreamId};
use gatehouse_problem::ProblemKind;
use gatehouse_runtime::RequestId;
use gatehouse_runtime::settings::{Environment, load};
use gatehouse_snapshot::object::{LoadBalancing, Target, Upstream};
use http::{Method, Version};
use time::OffsetDateTime;
use tokio::runtime::LocalOptions;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::body::NoBody;
use super::counts::UpstreamCounts;
use super::forward::send;
use super::http1::{Outbound, Received};
use super::*;
use crate::request::{BodyLength, Field, Fields, RequestHead};
use crate::settings::{DEFAULTS, ROLE, Settings, UpstreamSettings};
use crate::trace::TraceIds;

/// Longest wait for anything in a test.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs a test as a worker would.
fn on_worker<T>(test: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .expect("a runtime");
    let patient = async { tokio::time::timeout(PATIENCE, test).await };
    runtime.block_on(patient).expect("the test ends in time")
}

/// Polls until it is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = std::time::Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn settings() -> UpstreamSettings {
    let loaded = load::<Settings>(ROLE, DEFAULTS, None, &Environment::default());
    loaded.expect("defaults").settings.upstream
}

fn object(urls: &[String]) -> Upstream {
    let target = |url: &String| Target {
        url: url.clone(),
        weight: 1,
    };
    Upstream {
        id: UpstreamId::from_uuid(Uuid::nil()),
        tenant: TenantId::from_uuid(Uuid::nil()),
        name: "u".to_owned(),
        load_balancing: LoadBalancing::RoundRobin,
        connect_timeout_ms: 1_000,
        response_timeout_ms: 5_000,
        idle_timeout_ms: 5_000,
        targets: urls.iter().map(target).collect(),
    }
}

/// A worker's client and one upstream.
struct Side {
    upstreams: Upstreams,
    upstream: CompiledUpstream,
    request_id: RequestId,
}

/// A response, read to its end.
#[derive(Debug)]
struct Reply {
    status: u16,
    fields: Vec<(String, String)>,
    announced: Option<u64>,
    body: Vec<u8>,
    end: Result<(), BrokenOff>,
}

impl Reply {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl Side {
    fn of(urls: &[String]) -> Self {
        Self::with(&object(urls), &settings())
    }

    fn with(object: &Upstream, settings: &UpstreamSettings) -> Self {
        let connector = Connector::new(settings.ca_file.as_deref()).expect("authorities");
        Self {
            upstreams: Upstreams::new(Arc::new(connector), settings, 1, Arc::default()),
            upstream: compiled(object, None),
            request_id: RequestId::new(OffsetDateTime::UNIX_EPOCH),
        }
    }

    /// Waits until the runtime has heard what the kernel knows of the connection used last.
    async fn until_unusable(&self) {
        let call = self.upstream.choose(tokio::time::Instant::now());
        let connections = self.upstreams.connections(call.expect("a target").target());
        until("it is found to be of no use", || !connections.has_usable()).await;
    }

    fn count(&self, pick: impl Fn(&UpstreamCounts) -> &AtomicU64) -> u64 {
        pick(&self.upstreams.counts).load(Ordering::Relaxed)
    }

    async fn send<B: BodySource>(
        &self,
        method: &Method,
        fields: &[Field<'_>],
        body: &mut B,
        upgrade: Option<&[u8]>,
    ) -> Result<Received, crate::refusal::Refusal> {
        let head = RequestHead {
            method,
            version: Version::HTTP_11,
            authority: "api.test",
            host: "api.test",
            path: "/a/x",
            query: None,
            fields: Fields::new(fields),
            body: body.length(),
        };
        let client = Client {
            peer: Ipv4Addr::new(192, 0, 2, 7).into(),
            scheme: "http",
            is_trusted: false,
            request_id: &self.request_id,
            trace: TraceIds::new().trace(head.fields),
        };
        let call = Outbound {
            head: &head,
            rest: "/x",
            client: &client,
            application: ApplicationId::from_uuid(Uuid::from_u128(5)),
            body: body.length(),
            upgrade,
            changes: None,
        };
        send(&self.upstream, &call, body, &self.upstreams).await
    }

    async fn begin<B: BodySource>(
        &self,
        method: &Method,
        body: &mut B,
    ) -> Result<(ResponseHead, ResponseBody), ProblemKind> {
        match self.send(method, &[], body, None).await {
            Ok(Received::Answer(Answered { head, body })) => Ok((head, body)),
            Ok(Received::Switched(..)) => panic!("nobody asked"),
            Err(refusal) => Err(refusal.kind()),
        }
    }

    /// Makes a call and reads its response, going on with the request while that lasts.
    async fn call<B: BodySource>(
        &self,
        method: &Method,
        mut body: B,
    ) -> Result<Reply, ProblemKind> {
        let (head, mut response) = self.begin(method, &mut body).await?;
        let mut reply = reply(&head);
        reply.end = loop {
            match response.next_while_sending(&mut body).await {
                Ok(Some(piece)) => reply.body.extend_from_slice(piece),
                Ok(None) => break Ok(()),
                Err(broken) => break Err(broken),
            }
        };
        Ok(reply)
    }

    async fn get(&self) -> Result<Reply, ProblemKind> {
        self.call(&Method::GET, NoBody).await
    }
}

fn compiled(object: &Upstream, before: Option<&CompiledUpstream>) -> CompiledUpstream {
    CompiledUpstream::new(object, before).expect("good addresses")
}

fn reply(head: &ResponseHead) -> Reply {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Reply {
        status: head.status.as_u16(),
        fields: head
            .fields()
            .map(|(name, value)| (text(name), text(value)))
            .collect(),
        announced: head.announced,
        body: Vec::new(),
        end: Ok(()),
    }
}

/// A request body that a test feeds.
struct Fed {
    length: BodyLength,
    pieces: mpsc::UnboundedReceiver<Result<Vec<u8>, BodyFault>>,
    lent: Vec<u8>,
    /// What was asked for so far.
    taken: usize,
}

type Feed = mpsc::UnboundedSender<Result<Vec<u8>, BodyFault>>;

impl Fed {
    fn new(length: BodyLength) -> (Feed, Self) {
        let (feed, pieces) = mpsc::unbounded_channel();
        let fed = Self {
            length,
            pieces,
            lent: Vec::new(),
            taken: 0,
        };
        (feed, fed)
    }

    /// All of it at once.
    fn whole(length: BodyLength, pieces: &[&[u8]]) -> Self {
        let (feed, fed) = Self::new(length);
        for piece in pieces {
            feed.send(Ok(piece.to_vec())).expect("it is held");
        }
        fed
    }

    fn broken(length: BodyLength, pieces: &[&[u8]], fault: BodyFault) -> Self {
        let (feed, fed) = Self::new(length);
        for piece in pieces {
            feed.send(Ok(piece.to_vec())).expect("it is held");
        }
        feed.send(Err(fault)).expect("it is held");
        fed
    }
}

impl BodySource for Fed {
    fn length(&self) -> BodyLength {
        self.length
    }

    async fn next(&mut self) -> Result<Option<&[u8]>, BodyFault> {
        match self.pieces.recv().await {
            None => Ok(None),
            Some(Err(fault)) => Err(fault),
            Some(Ok(piece)) => {
                self.taken += 1;
                self.lent = piece;
                Ok(Some(&self.lent))
            }
        }
    }
}
