//! Configuration while it runs: join once, then pull, verify, compile aside, swap, keep on disk, acknowledge.
//!
//! [`pull`] is the one task that changes what runs; [`ack`] tells the control plane and learns how limits are shared.
//! [`apply`] is the order of a change, [`disk`] what survives. Whatever is refused leaves what runs untouched and is told in
//! the log, in a metric and in the next acknowledgement.

pub(crate) mod ack;
pub(crate) mod apply;
pub(crate) mod control_plane;
pub(crate) mod desk;
pub(crate) mod disk;
pub(crate) mod identity;
pub(crate) mod join;
pub(crate) mod prepare;
pub(crate) mod pull;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, Guard};
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::Clock;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::protocol::HEARTBEAT_S;
use gatehouse_snapshot::sign::PublicKey;
use gatehouse_snapshot::state_hash::StateHash;
use tokio::sync::Notify;

use crate::files;
use crate::policies::looks::Looks;
use crate::refusal::Refusal;

/// Parts of limits that are used up are not waited for longer than this.
const AWAY_AFTER: Duration = Duration::from_secs(3);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a call's limits are shared by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Basis {
    /// Live nodes of the group, this one included; at least 1.
    pub(crate) nodes: u32,
    /// Whether there is nobody just now who could say how limits are shared.
    pub(crate) away: bool,
}

/// How limits are shared, as the control plane last said. It outlives an outage and a restart: the last known number stays
/// in force, because a node that takes the whole of a limit while others do, too, lets too much through.
#[derive(Debug)]
pub(crate) struct Sharing {
    live_nodes: AtomicU32,
    away: AtomicBool,
    settled: Mutex<Option<Instant>>,
    head_seq: AtomicU64,
    looks: Looks,
    path: PathBuf,
}

impl Sharing {
    /// Reads what was last known. A gateway that never heard of others is alone.
    pub(crate) fn open(path: PathBuf) -> Self {
        let known = std::fs::read_to_string(&path).ok();
        let known = known.and_then(|text| text.trim().parse().ok());
        Self {
            live_nodes: AtomicU32::new(known.unwrap_or(1).max(1)),
            away: AtomicBool::new(true),
            settled: Mutex::default(),
            head_seq: AtomicU64::new(0),
            looks: Looks::default(),
            path,
        }
    }

    pub(crate) fn live_nodes(&self) -> u32 {
        self.live_nodes.load(Ordering::Relaxed)
    }

    /// For one call: read once, so that its limits do not disagree.
    pub(crate) fn basis(&self) -> Basis {
        Basis {
            nodes: self.live_nodes(),
            away: self.away.load(Ordering::Relaxed),
        }
    }

    #[cfg(test)]
    fn learn_for_test(&self, live_nodes: u32) {
        self.live_nodes.store(live_nodes, Ordering::Relaxed);
        self.settled();
    }

    #[cfg(test)]
    fn give_up_for_test(&self) {
        *lock(&self.settled) = None;
        self.unsettled();
    }

    /// Limits that want to be looked at.
    pub(crate) fn looks(&self) -> &Looks {
        &self.looks
    }

    pub(crate) fn head_seq(&self) -> u64 {
        self.head_seq.load(Ordering::Relaxed)
    }

    /// Whoever hands out parts of limits answered.
    pub(crate) fn settled(&self) {
        *lock(&self.settled) = Some(Instant::now());
        self.away.store(false, Ordering::Relaxed);
    }

    /// Whoever hands out parts of limits did not answer. After a while nothing more is expected of it: see `docs/limits.md`.
    pub(crate) fn unsettled(&self) {
        let silent = lock(&self.settled).is_none_or(|settled| settled.elapsed() > AWAY_AFTER);
        if silent {
            self.away.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn learn(&self, live_nodes: u32, head_seq: u64) {
        let live_nodes = live_nodes.max(1);
        self.head_seq.store(head_seq, Ordering::Relaxed);
        if self.live_nodes.swap(live_nodes, Ordering::Relaxed) == live_nodes {
            return;
        }
        let text = live_nodes.to_string();
        let kept = tokio::task::block_in_place(|| files::replace(&self.path, text.as_bytes()));
        if let Err(error) = kept {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the number of live gateways could not be kept"
            );
        }
    }
}

/// What is in force, for the acknowledgement and the status page.
#[derive(Debug, Clone)]
pub(crate) struct InForce {
    pub(crate) generation: u32,
    pub(crate) seq: u64,
    pub(crate) state_hash: StateHash,
    pub(crate) applied_at: Moment,
    /// `disk` or `control plane`; `none` before the first configuration.
    pub(crate) source: &'static str,
    /// Why the newest change is not in force.
    pub(crate) refused: Option<String>,
    /// What is wrong with the copies on disk.
    pub(crate) alarm: Option<String>,
}

/// Shared between the tasks of this folder and the status page.
#[derive(Debug)]
pub(crate) struct ConfigStatus {
    in_force: ArcSwap<InForce>,
    /// Whose signature is accepted just now.
    signers: ArcSwap<Vec<PublicKey>>,
    clock: Clock,
    /// Milliseconds of the steady clock plus one; 0 before the first answer.
    contact_ms: AtomicU64,
    /// Rung after every change of `in_force`, so that it is acknowledged at once.
    pub(crate) changed: Notify,
    /// Rung when the control plane is back, or knows of more than a poll has brought: a poll that hangs is given up.
    pub(crate) reconnect: Notify,
    /// Set when an alarm about copies on disk has been told, or when the control plane has another configuration under the same
    /// number: a fresh snapshot mends either.
    pub(crate) mend: AtomicBool,
    /// Whether the control plane has taken this gateway out of rotation, as it last said: kept on disk, because a gateway that
    /// starts while nobody can tell it must not come back by that.
    pub(crate) out_of_rotation: Arc<AtomicBool>,
    /// The file that is there while it is.
    out_of_rotation_file: PathBuf,
}

impl ConfigStatus {
    /// `out_of_rotation_file` is where it is kept that the gateway is out of rotation.
    pub(crate) fn open(clock: Clock, out_of_rotation_file: PathBuf) -> Arc<Self> {
        let out = out_of_rotation_file.exists();
        if out {
            tracing::info!("out of rotation since before the start");
        }
        Arc::new(Self {
            in_force: ArcSwap::from_pointee(InForce {
                generation: 0,
                seq: 0,
                state_hash: StateHash::EMPTY,
                applied_at: Moment(0),
                source: "none",
                refused: None,
                alarm: None,
            }),
            signers: ArcSwap::default(),
            clock,
            contact_ms: AtomicU64::new(0),
            changed: Notify::new(),
            reconnect: Notify::new(),
            mend: AtomicBool::new(false),
            out_of_rotation: Arc::new(AtomicBool::new(out)),
            out_of_rotation_file,
        })
    }

    /// Goes out of rotation or comes back, and has it told at once.
    pub(crate) fn rotate(&self, out: bool) {
        if self.out_of_rotation.load(Ordering::Relaxed) == out {
            return;
        }
        tracing::info!(out, "told to change rotation");
        let file = &self.out_of_rotation_file;
        // Before it is told: what the control plane hears holds over a restart.
        let kept = tokio::task::block_in_place(|| match out {
            true => files::replace(file, b""),
            false => files::remove(file),
        });
        if let Err(error) = kept {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the change of rotation could not be kept: after a restart it is as before until the control plane is heard"
            );
        }
        self.out_of_rotation.store(out, Ordering::Relaxed);
        self.changed.notify_one();
    }

    /// Whose signature is accepted just now, for one moment: no count of references is touched.
    pub(crate) fn signers(&self) -> Guard<Arc<Vec<PublicKey>>> {
        self.signers.load()
    }

    pub(crate) fn accept(&self, signers: &[PublicKey]) {
        if self.signers.load().as_slice() != signers {
            self.signers.store(Arc::new(signers.to_vec()));
        }
    }

    pub(crate) fn in_force(&self) -> Arc<InForce> {
        self.in_force.load_full()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut InForce)) {
        let mut next = InForce::clone(&self.in_force.load());
        change(&mut next);
        self.in_force.store(Arc::new(next));
        self.changed.notify_one();
    }

    /// The control plane answered.
    pub(crate) fn contact(&self) {
        let now_ms = u64::try_from(self.clock.monotonic().as_millis()).unwrap_or(u64::MAX - 1);
        self.contact_ms.store(now_ms + 1, Ordering::Relaxed);
    }

    /// How long ago it last did; `None` when it never did.
    pub(crate) fn since_contact(&self) -> Option<Duration> {
        match self.contact_ms.load(Ordering::Relaxed) {
            0 => None,
            then => {
                let then = Duration::from_millis(then - 1);
                Some(self.clock.monotonic().saturating_sub(then))
            }
        }
    }

    /// Refuses where an API may not be served without word from the control plane for so long. A process that has not heard
    /// yet cannot know how long it has been, and refuses too.
    pub(crate) fn fresh_enough(&self, max_age_s: Option<u32>) -> Result<(), Refusal> {
        let Some(max_age_s) = max_age_s else {
            return Ok(());
        };
        let max_age = Duration::from_secs(max_age_s.into());
        if self.since_contact().is_some_and(|since| since <= max_age) {
            return Ok(());
        }
        Err(Problem::new(ProblemKind::ConfigStale)
            .detail(format!(
                "This API is served only within {max_age_s} s of the last word from the control plane."
            ))
            .retry_after(HEARTBEAT_S)
            .into())
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }
}
