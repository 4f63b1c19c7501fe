//! A control plane small enough to lie on request: it signs, keeps deltas, takes acknowledgements and usage.

use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};
use std::time::Duration;

use gatehouse_domain::id::{ChangeId, NodeId, SubscriptionId};
use gatehouse_domain::plan::QuotaPeriod;
use gatehouse_runtime::Supervisor;
use gatehouse_runtime::listener::{Listener, ListenerSettings, RequestBody};
use gatehouse_snapshot::FORMAT;
use gatehouse_snapshot::delta::{Body, Header, SignedDelta};
use gatehouse_snapshot::key_chain::{self, Link};
use gatehouse_snapshot::node_auth::{Claim, hex, unhex};
use gatehouse_snapshot::object::{Moment, Object, ObjectRef, Record};
use gatehouse_snapshot::protocol::{
    ACK, AckReply, AckRequest, CONFIG, DELTAS_TYPE, JOIN, JoinReply, JoinRequest, KEYS_HEADER,
    LimitsAnswer, QuotaUsed, SNAPSHOT_TYPE, USAGE, UsageReply,
};
use gatehouse_snapshot::sign::{PublicKey, Signer};
use gatehouse_snapshot::snapshot::Writer;
use gatehouse_snapshot::state_hash::StateHash;
use gatehouse_snapshot::usage::Batch;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::sync::Notify;
use uuid::Uuid;

use crate::objects::{GROUP, GROUP_KEY};

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    Well,
    /// Reads requests and never answers.
    Hanging,
    /// 500 to everything.
    Failing,
}

/// Shared with its server.
#[derive(Clone)]
pub(crate) struct ControlPlane {
    state: Arc<Mutex<State>>,
    news: Arc<Notify>,
    pub(crate) address: SocketAddr,
}

pub(crate) struct State {
    pub(crate) signer: Signer,
    pub(crate) mood: Mood,
    pub(crate) config_mood: Mood,
    pub(crate) usage_mood: Mood,
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) objects: BTreeMap<ObjectRef, Record>,
    pub(crate) state_hash: StateHash,
    deltas: Vec<(u64, Vec<u8>)>,
    /// Sent once in place of an honest reply to a poll: media type and bytes.
    pub(crate) lie: Option<(&'static str, Vec<u8>)>,
    /// After a lie it says nothing more until the next publish: what the gateway makes of the lie stays to be looked at.
    pub(crate) mute_after_lie: bool,
    muted: bool,
    /// Answers the next poll at once, with nothing.
    pub(crate) nothing: bool,
    /// Sends a snapshot in a dozen pieces with this pause before each.
    pub(crate) snapshot_pace: Option<Duration>,
    pub(crate) acks: Vec<AckRequest>,
    pub(crate) polls: Vec<(u32, u64)>,
    pub(crate) live_nodes: u32,
    /// Says that what the gateway runs is not what it should be.
    pub(crate) diverged: bool,
    /// Whether the gateway is told to go out of rotation.
    pub(crate) drain: bool,
    /// Knows of no rotation, as control planes of before.
    pub(crate) knows_no_drain: bool,
    /// Sent with every reply to a poll.
    pub(crate) links: Vec<Link>,
    pub(crate) limits_answer: LimitsAnswer,
    pub(crate) joins: u32,
    node_key: Option<PublicKey>,
    pub(crate) batches: Vec<Batch>,
    /// Every body that was offered, taken or not.
    pub(crate) offered: Vec<Vec<u8>>,
    taken: HashMap<Uuid, u64>,
    /// Takes the next batch but cuts the reply.
    pub(crate) cut_reply: bool,
    pub(crate) quota_periods: Vec<(QuotaPeriod, i64)>,
    used: HashMap<SubscriptionId, u64>,
}

impl ControlPlane {
    pub(crate) fn start(supervisor: &Supervisor) -> Self {
        let listener =
            Listener::bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let state = State {
            signer: Signer::from_seed(&[9; 32]).expect("a signer"),
            mood: Mood::Well,
            config_mood: Mood::Well,
            usage_mood: Mood::Well,
            generation: 1,
            seq: 0,
            objects: BTreeMap::new(),
            state_hash: StateHash::EMPTY,
            deltas: Vec::new(),
            lie: None,
            mute_after_lie: false,
            muted: false,
            nothing: false,
            snapshot_pace: None,
            acks: Vec::new(),
            polls: Vec::new(),
            live_nodes: 1,
            diverged: false,
            drain: false,
            knows_no_drain: false,
            links: Vec::new(),
            limits_answer: LimitsAnswer::default(),
            joins: 0,
            node_key: None,
            batches: Vec::new(),
            offered: Vec::new(),
            taken: HashMap::new(),
            cut_reply: false,
            quota_periods: Vec::new(),
            used: HashMap::new(),
        };
        let control_plane = Self {
            state: Arc::new(Mutex::new(state)),
            news: Arc::default(),
            address: listener.local_addr(),
        };
        let answering = control_plane.clone();
        let service = tower::service_fn(move |request: Request<RequestBody>| {
            let answering = answering.clone();
            async move {
                let answer: Result<_, std::io::Error> = answering.answer(request).await;
                answer.map(|answer| answering.paced(answer))
            }
        });
        let token = supervisor.token();
        supervisor.spawn("control plane", async move {
            let settings = ListenerSettings {
                drain: Duration::ZERO,
                ..ListenerSettings::default()
            };
            listener.serve(service, &settings, token).await;
        });
        control_plane
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("not poisoned")
    }

    /// Publishes one change and returns the encoded delta.
    pub(crate) fn publish(
        &self,
        removes: Vec<ObjectRef>,
        tightening: &[Object],
        other: &[Object],
    ) -> Vec<u8> {
        let mut state = self.state();
        let delta = state.make_delta(removes, tightening, other);
        drop(state);
        self.news.notify_waiters();
        delta
    }

    pub(crate) fn upsert(&self, objects: &[Object]) -> Vec<u8> {
        self.publish(Vec::new(), &[], objects)
    }

    /// Answers polls that wait, whatever there is.
    pub(crate) fn wake(&self) {
        self.news.notify_waiters();
    }

    /// The newest acknowledgement.
    pub(crate) fn last_ack(&self) -> Option<AckRequest> {
        self.state().acks.last().cloned()
    }

    fn paced(&self, answer: Response<Full<bytes::Bytes>>) -> Response<Paced> {
        let is_snapshot = answer
            .headers()
            .get("content-type")
            .is_some_and(|found| found == SNAPSHOT_TYPE);
        let pace = self.state().snapshot_pace.filter(|_| is_snapshot);
        answer.map(|whole| Paced::new(whole, pace))
    }

    async fn answer(
        &self,
        request: Request<RequestBody>,
    ) -> Result<Response<Full<bytes::Bytes>>, std::io::Error> {
        let (parts, body) = request.into_parts();
        let body = body
            .collect()
            .await
            .map_err(std::io::Error::other)?
            .to_bytes();
        let path = parts.uri.path().to_owned();
        let mood = {
            let state = self.state();
            match path.as_str() {
                CONFIG => state.config_mood.max(state.mood),
                USAGE => state.usage_mood.max(state.mood),
                _ => state.mood,
            }
        };
        match mood {
            Mood::Hanging => std::future::pending::<()>().await,
            Mood::Failing => return Ok(status(StatusCode::INTERNAL_SERVER_ERROR)),
            Mood::Well => {}
        }
        if path != JOIN {
            let state = self.state();
            let whole = parts.uri.path_and_query().map_or("", |path| path.as_str());
            let signed =
                Claim::read(&parts.headers)
                    .zip(state.node_key)
                    .is_some_and(|(claim, key)| {
                        claim.is_signed_by(key, parts.method.as_str(), whole, &body)
                    });
            if !signed {
                return Ok(problem(401, "node_unknown", ""));
            }
        }
        match path.as_str() {
            JOIN => Ok(self.join(&body)),
            CONFIG => Ok(self.config(parts.uri.query().unwrap_or_default()).await),
            ACK => Ok(self.ack(&body)),
            USAGE => self.usage(&body),
            _ => Ok(status(StatusCode::NOT_FOUND)),
        }
    }

    fn join(&self, body: &[u8]) -> Response<Full<bytes::Bytes>> {
        let request: JoinRequest = serde_json::from_slice(body).expect("a join request");
        let mut state = self.state();
        if request.token != "gte_good" {
            return problem(401, "join_token_invalid", "");
        }
        state.joins += 1;
        let key = unhex(&request.public_key).and_then(|key| key.try_into().ok());
        state.node_key = key.map(PublicKey);
        json(&JoinReply {
            node: NodeId::from_uuid(Uuid::from_u128(900)),
            group: GROUP,
            group_slug: "main".to_owned(),
            group_key: hex(&GROUP_KEY),
            signing_keys: vec![hex(&state.signer.public().0)],
        })
    }

    async fn config(&self, query: &str) -> Response<Full<bytes::Bytes>> {
        let number = |name: &str| {
            query
                .split('&')
                .find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
                .and_then(|text| text.parse::<u64>().ok())
                .unwrap_or_default()
        };
        let (generation, since) = (number("generation"), number("since"));
        self.state().polls.push((generation as u32, since));
        let deadline = tokio::time::Instant::now() + Duration::from_secs(number("wait_s"));
        loop {
            let news = self.news.notified();
            let reply = self.state().config_reply(generation, since);
            if let Some(mut reply) = reply {
                let links = self.state().links.clone();
                if !links.is_empty() {
                    let value = key_chain::to_header(&links).parse().expect("a value");
                    reply.headers_mut().insert(KEYS_HEADER, value);
                }
                return reply;
            }
            if tokio::time::timeout_at(deadline, news).await.is_err() {
                return status(StatusCode::NO_CONTENT);
            }
        }
    }

    fn ack(&self, body: &[u8]) -> Response<Full<bytes::Bytes>> {
        let mut state = self.state();
        let ack: AckRequest = serde_json::from_slice(body).expect("an ack");
        if state.knows_no_drain && ack.draining {
            return problem(400, "invalid_body", "unknown field `draining`");
        }
        state.acks.push(ack);
        json(&AckReply {
            drain: (!state.knows_no_drain).then_some(state.drain),
            live_nodes: state.live_nodes,
            head_seq: state.seq,
            diverged: state.diverged,
            limits: state.limits_answer.clone(),
        })
    }

    fn usage(&self, body: &[u8]) -> Result<Response<Full<bytes::Bytes>>, std::io::Error> {
        let batch = Batch::decode(body).expect("a batch");
        let mut state = self.state();
        state.offered.push(body.to_vec());
        let last = state.taken.get(&batch.boot).copied().unwrap_or(0);
        if batch.sequence > last + 1 {
            return Ok(problem(
                409,
                "sequence_gap",
                &format!("expected batch {}", last + 1),
            ));
        }
        if batch.sequence == last + 1 {
            state.taken.insert(batch.boot, batch.sequence);
            for record in batch.records.iter().filter(|record| record.counted) {
                if let Some(subscription) = record.attribution.subscription {
                    *state.used.entry(subscription).or_default() += 1;
                }
            }
            state.batches.push(batch.clone());
        }
        if std::mem::take(&mut state.cut_reply) {
            return Err(std::io::Error::other("cut"));
        }
        let mut quotas = Vec::new();
        for (subscription, used) in &state.used {
            for (period, start) in &state.quota_periods {
                quotas.push(QuotaUsed {
                    subscription: *subscription,
                    period: *period,
                    window_start: Moment(*start),
                    used: *used,
                    leased: 0,
                });
            }
        }
        Ok(json(&UsageReply {
            boot: batch.boot,
            sequence: state.taken[&batch.boot],
            quotas,
        }))
    }
}

impl PartialOrd for Mood {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Mood {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (*self as u8).cmp(&(*other as u8))
    }
}

impl State {
    /// Whoever is behind the next change gets a snapshot.
    pub(crate) fn forget_deltas(&mut self) {
        self.deltas.clear();
    }

    /// Calls of other gateways, as the ledger knows them.
    pub(crate) fn used_elsewhere(&mut self, subscription: SubscriptionId, calls: u64) {
        *self.used.entry(subscription).or_default() += calls;
    }

    pub(crate) fn make_delta(
        &mut self,
        removes: Vec<ObjectRef>,
        tightening: &[Object],
        other: &[Object],
    ) -> Vec<u8> {
        let prev_hash = self.state_hash;
        for object_ref in &removes {
            if let Some(old) = self.objects.remove(object_ref) {
                self.state_hash.subtract(StateHash::of_record(&old));
            }
        }
        let encode = |objects: &[Object]| objects.iter().map(Object::encode).collect::<Vec<_>>();
        let (tightening, other) = (encode(tightening), encode(other));
        for record in tightening.iter().chain(&other) {
            if let Some(old) = self.objects.insert(record.object, record.clone()) {
                self.state_hash.subtract(StateHash::of_record(&old));
            }
            self.state_hash.add(StateHash::of_record(record));
        }
        self.seq += 1;
        self.muted = false;
        let body = Body::ordered(removes, tightening, other);
        let header = self.header(prev_hash);
        let delta = SignedDelta::new(header, body.encode(), &self.signer).encode();
        self.deltas.push((self.seq, delta.clone()));
        delta
    }

    /// The header of the delta that led to what is published.
    pub(crate) fn header(&self, prev_hash: StateHash) -> Header {
        Header {
            format: FORMAT,
            group: GROUP,
            generation: self.generation,
            prev_seq: self.seq - 1,
            seq: self.seq,
            prev_hash,
            new_hash: self.state_hash,
            body_sha256: [0; 32],
            change: ChangeId::from_uuid(Uuid::nil()),
            at: Moment(0),
        }
    }

    /// The whole configuration.
    pub(crate) fn snapshot(&self) -> Vec<u8> {
        self.snapshot_as(GROUP, self.generation, self.seq, &self.signer)
    }

    pub(crate) fn snapshot_as(
        &self,
        group: gatehouse_domain::id::GatewayGroupId,
        generation: u32,
        seq: u64,
        signer: &Signer,
    ) -> Vec<u8> {
        let mut writer = Writer::default();
        let mut bytes = writer.start();
        for record in self.objects.values() {
            bytes.extend(writer.push(record.clone()).unwrap_or_default());
        }
        bytes.extend(writer.finish(group, generation, seq, Moment(0), signer));
        bytes
    }

    fn config_reply(
        &mut self,
        generation: u64,
        since: u64,
    ) -> Option<Response<Full<bytes::Bytes>>> {
        if let Some((media_type, bytes)) = self.lie.take() {
            self.muted = self.mute_after_lie;
            return Some(typed(media_type, bytes));
        }
        if std::mem::take(&mut self.nothing) {
            return Some(status(StatusCode::NO_CONTENT));
        }
        if self.muted {
            return None;
        }
        if self.seq == 0 || (generation == u64::from(self.generation) && since == self.seq) {
            return None;
        }
        let known = self.deltas.iter().any(|(seq, _)| *seq == since + 1);
        if since == 0 || generation != u64::from(self.generation) || !known {
            return Some(typed(SNAPSHOT_TYPE, self.snapshot()));
        }
        let deltas = self.deltas.iter().filter(|(seq, _)| *seq > since);
        Some(typed(
            DELTAS_TYPE,
            deltas.flat_map(|(_, delta)| framed(delta)).collect(),
        ))
    }
}

/// A body that may come slowly.
struct Paced {
    whole: Full<bytes::Bytes>,
    rest: bytes::Bytes,
    piece: usize,
    pace: Option<(Duration, Pin<Box<tokio::time::Sleep>>)>,
}

impl Paced {
    fn new(whole: Full<bytes::Bytes>, pace: Option<Duration>) -> Self {
        Self {
            whole,
            rest: bytes::Bytes::new(),
            piece: 0,
            pace: pace.map(|pace| (pace, Box::pin(tokio::time::sleep(pace)))),
        }
    }
}

impl http_body::Body for Paced {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<bytes::Bytes>, Self::Error>>> {
        let this = &mut *self;
        let Some((pace, pause)) = &mut this.pace else {
            return Pin::new(&mut this.whole).poll_frame(cx);
        };
        if this.piece == 0 {
            let Poll::Ready(Some(Ok(frame))) = Pin::new(&mut this.whole).poll_frame(cx) else {
                return Poll::Ready(None);
            };
            this.rest = frame.into_data().unwrap_or_default();
            this.piece = this.rest.len().div_ceil(12).max(1);
        }
        if this.rest.is_empty() {
            return Poll::Ready(None);
        }
        std::task::ready!(pause.as_mut().poll(cx));
        pause.as_mut().reset(tokio::time::Instant::now() + *pace);
        let piece = this.rest.split_to(this.piece.min(this.rest.len()));
        Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }
}

/// A delta as it stands in a reply.
pub(crate) fn framed(delta: &[u8]) -> Vec<u8> {
    [&(delta.len() as u32).to_le_bytes(), delta].concat()
}

fn json(value: &impl serde::Serialize) -> Response<Full<bytes::Bytes>> {
    typed("application/json", serde_json::to_vec(value).expect("JSON"))
}

fn typed(media_type: &str, bytes: Vec<u8>) -> Response<Full<bytes::Bytes>> {
    let mut response = Response::new(Full::new(bytes.into()));
    let value = media_type.parse().expect("a media type");
    response.headers_mut().insert("content-type", value);
    response
}

fn status(status: StatusCode) -> Response<Full<bytes::Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

fn problem(number: u16, code: &str, detail: &str) -> Response<Full<bytes::Bytes>> {
    let mut response = json(&serde_json::json!({"code": code, "detail": detail}));
    *response.status_mut() = StatusCode::from_u16(number).expect("a status");
    response
}
