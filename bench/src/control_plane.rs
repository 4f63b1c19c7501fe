//! A control plane as a gateway sees it, made of answers: configuration when there is some, thanks for the rest.

mod http;

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use gatehouse_domain::id::ChangeId;
use gatehouse_snapshot::delta::{Body, Header, SignedDelta};
use gatehouse_snapshot::object::Record;
use gatehouse_snapshot::protocol::{
    ACK, AckReply, AckRequest, CONFIG, DELTAS_TYPE, SNAPSHOT_TYPE, USAGE, UsageReply,
};
use gatehouse_snapshot::sign::Signer;
use gatehouse_snapshot::state_hash::StateHash;
use gatehouse_snapshot::usage::Batch;
use uuid::Uuid;

use crate::scene::{self, Position};
use http::{Answer, Asked};

/// What was, if it was, and what takes its place.
pub(crate) type Change = (Option<Record>, Record);

/// The running control plane; ends with the program.
#[derive(Clone)]
pub(crate) struct ControlPlane {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    signer: Signer,
}

struct State {
    position: Position,
    hash: StateHash,
    /// Of the newest generation, when it is newer than what gateways started with.
    snapshot: Option<Arc<Vec<u8>>>,
    /// Encoded, in order; the first follows `deltas_after`.
    deltas: Vec<Vec<u8>>,
    deltas_after: u64,
    /// What the gateway said last that it runs.
    in_force: Position,
    records: u64,
}

impl ControlPlane {
    /// Starts it where a snapshot stands, on the core of the calling thread.
    pub(crate) fn start(position: Position, hash: StateHash) -> anyhow::Result<Self> {
        Self::start_at((Ipv4Addr::LOCALHOST, 0).into(), position, hash)
    }

    /// Starts it at an address that a gateway already tries.
    pub(crate) fn start_at(
        address: SocketAddr,
        position: Position,
        hash: StateHash,
    ) -> anyhow::Result<Self> {
        let listener = TcpListener::bind(address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                position,
                hash,
                snapshot: None,
                deltas: Vec::new(),
                deltas_after: position.seq,
                in_force: Position::default(),
                records: 0,
            }),
            changed: Condvar::new(),
            signer: scene::signer()?,
        });
        let answering = Arc::clone(&shared);
        http::serve(listener, move |asked| answering.answer(asked))?;
        Ok(Self { address, shared })
    }

    /// Publishes a change: each record in place of the one before it, if there was one.
    pub(crate) fn publish(&self, changed: Vec<Change>) {
        let mut state = self.shared.state();
        let prev_hash = state.hash;
        for (before, after) in &changed {
            if let Some(before) = before {
                state.hash.subtract(StateHash::of_record(before));
            }
            state.hash.add(StateHash::of_record(after));
        }
        let records = changed.into_iter().map(|(_, after)| after).collect();
        let body = Body::ordered(Vec::new(), records, Vec::new()).encode();
        let Position { generation, seq } = state.position;
        let header = Header {
            format: 0,
            group: scene::group(),
            generation,
            prev_seq: seq,
            seq: seq + 1,
            prev_hash,
            new_hash: state.hash,
            body_sha256: [0; 32],
            change: ChangeId::from_uuid(Uuid::from_u128(seq.into())),
            at: scene::MADE_AT,
        };
        let delta = SignedDelta::new(header, body, &self.shared.signer);
        state.deltas.push(delta.encode());
        state.position.seq += 1;
        self.shared.changed.notify_all();
    }

    /// Publishes a snapshot of a later generation.
    pub(crate) fn replace(&self, position: Position, hash: StateHash, snapshot: Vec<u8>) {
        let mut state = self.shared.state();
        state.position = position;
        state.hash = hash;
        state.snapshot = Some(Arc::new(snapshot));
        state.deltas.clear();
        state.deltas_after = position.seq;
        self.shared.changed.notify_all();
    }

    /// What the gateway said last that it runs.
    pub(crate) fn in_force(&self) -> Position {
        self.shared.state().in_force
    }

    /// Calls in the batches it was sent.
    pub(crate) fn records(&self) -> u64 {
        self.shared.state().records
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, asked: &Asked<'_>) -> Answer {
        match asked.path {
            CONFIG => self.configuration(asked),
            ACK => self.acknowledge(asked),
            USAGE => self.usage(asked),
            _ => Answer::status(404),
        }
    }

    /// Waits for something to answer with, as a long poll asks.
    fn configuration(&self, asked: &Asked<'_>) -> Answer {
        let (generation, since) = (asked.number("generation"), asked.number("since"));
        let until = Instant::now() + Duration::from_secs(asked.number("wait_s"));
        let mut state = self.state();
        loop {
            if let Some(answer) = state.news(generation, since) {
                return answer;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Answer::status(204);
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn acknowledge(&self, asked: &Asked<'_>) -> Answer {
        let Ok(said) = serde_json::from_slice::<AckRequest>(asked.body) else {
            return Answer::status(400);
        };
        let mut state = self.state();
        state.in_force = Position {
            generation: said.generation,
            seq: said.seq,
        };
        let head_seq = state.position.seq;
        self.changed.notify_all();
        Answer::json(&serde_json::json!(AckReply {
            drain: None,
            live_nodes: 1,
            head_seq,
            diverged: false,
            limits: Default::default(),
        }))
    }

    fn usage(&self, asked: &Asked<'_>) -> Answer {
        let Ok(batch) = Batch::decode(asked.body) else {
            return Answer::status(400);
        };
        self.state().records += batch.records.len() as u64;
        Answer::json(&serde_json::json!(UsageReply {
            boot: batch.boot,
            sequence: batch.sequence,
            quotas: Vec::new(),
        }))
    }
}

impl State {
    fn news(&self, generation: u64, since: u64) -> Option<Answer> {
        if generation != u64::from(self.position.generation) {
            let snapshot = self.snapshot.as_ref()?;
            return Some(Answer::bytes(SNAPSHOT_TYPE, Arc::clone(snapshot)));
        }
        let known = usize::try_from(since.checked_sub(self.deltas_after)?).ok()?;
        let news = self.deltas.get(known..).filter(|news| !news.is_empty())?;
        let mut bytes = Vec::new();
        for delta in news {
            bytes.extend_from_slice(&(delta.len() as u32).to_le_bytes());
            bytes.extend_from_slice(delta);
        }
        Some(Answer::bytes(DELTAS_TYPE, Arc::new(bytes)))
    }
}
