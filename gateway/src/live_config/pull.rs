//! The one task that changes what runs.

mod keys;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use gatehouse_runtime::random;
use gatehouse_snapshot::Refused;
use gatehouse_snapshot::delta::SignedDelta;
use gatehouse_snapshot::group_seal::GroupSeal;
use gatehouse_snapshot::key_chain::Link;
use gatehouse_snapshot::object::Moment;
use gatehouse_snapshot::sign::PublicKey;

use super::ConfigStatus;
use super::apply::{ConfigError, Running, Trust};
use super::control_plane::{CallError, Enrolled, News};
use super::disk::{Disk, Position};
use super::identity::Identity;
use crate::metrics::GatewayMetrics;
use crate::tables::Tables;

/// Between two attempts while the control plane is away; short enough that a return is noticed within seconds.
const PAUSE: Duration = Duration::from_millis(200);
const PAUSE_MAX: Duration = Duration::from_millis(2_500);
/// Between two attempts after something was refused.
const REFUSED_PAUSE_MAX: Duration = Duration::from_secs(20);

/// The puller and everything it owns.
pub(crate) struct Puller {
    pub(crate) tables: Arc<Tables>,
    pub(crate) status: Arc<ConfigStatus>,
    pub(crate) metrics: Arc<GatewayMetrics>,
    trust: Trust,
    data_dir: PathBuf,
    disk: Disk,
    running: Option<Running>,
    floor: Position,
    /// Asks for a whole snapshot next.
    resync: bool,
}

impl Puller {
    /// Starts from what is on disk: no network, nothing else alive. Writes nothing before [`Self::begin`].
    pub(crate) fn from_disk(
        mut disk: Disk,
        data_dir: &Path,
        snapshot_dir: Option<&Path>,
        trust: Trust,
        tables: Arc<Tables>,
        status: Arc<ConfigStatus>,
        metrics: Arc<GatewayMetrics>,
    ) -> std::io::Result<Self> {
        let mut found = disk.load(&trust)?;
        if let Some(folder) = snapshot_dir {
            let own = found.running.as_ref();
            let own = own.map(|running| (running.generation, running.seq));
            // A key that what runs has retired signs nothing that comes from elsewhere.
            let mut newest = trust.clone();
            if let Some(running) = &found.running {
                newest.retire_before(running.signed_by);
            }
            match disk.adopt(folder, &newest, own) {
                Ok(false) => {}
                Ok(true) => found = disk.load(&trust)?,
                Err(error) => {
                    let text = format!("the snapshot folder {}: {error}", folder.display());
                    let alarms: Vec<String> = found.alarm.into_iter().chain([text]).collect();
                    found.alarm = Some(alarms.join("; "));
                }
            }
        }
        if let Some(alarm) = &found.alarm {
            tracing::error!(alarm, "a configuration on disk could not be used");
            metrics.configuration_refused("disk");
        }
        let mut puller = Self {
            tables,
            status,
            metrics,
            trust,
            data_dir: data_dir.to_owned(),
            disk,
            running: found.running,
            floor: found.floor,
            resync: false,
        };
        puller.retire_keys();
        if let Some(running) = &puller.running {
            running.publish(&puller.tables, None);
            puller.tell("disk");
        }
        puller
            .status
            .change(|in_force| in_force.alarm = found.alarm.clone());
        Ok(puller)
    }

    /// Whose configuration it follows.
    pub(crate) fn trust(&self) -> &Trust {
        &self.trust
    }

    /// Trusts the keys that joining returned, which may be more than those a snapshot folder named, and opens what is sealed by
    /// the group key that it returned.
    pub(crate) fn trust_keys(&mut self, keys: Vec<PublicKey>, seal: GroupSeal) {
        self.trust.keys = keys;
        self.trust.seal = seal;
        self.status.accept(&self.trust.keys);
    }

    /// Brings what was read up to what another process has kept on disk since, now that it keeps nothing more.
    pub(crate) fn catch_up(&mut self) -> std::io::Result<()> {
        // It may have learnt keys, too, and signatures of retired ones are good on disk.
        if let Ok(Some(identity)) = Identity::load(&self.data_dir) {
            self.trust.keys = identity.trusted;
        }
        let caught_up = match &mut self.running {
            Some(running) => self.disk.catch_up(running, &self.trust)?,
            None => false,
        };
        if !caught_up {
            let found = self.disk.load(&self.trust)?;
            self.running = found.running.or(self.running.take());
            self.floor = self.floor.max(found.floor);
        }
        self.retire_keys();
        if let Some(running) = &self.running {
            running.publish(&self.tables, None);
            self.tell("disk");
        }
        Ok(())
    }

    /// Opens the journal: from here on the folder is this process's to write.
    pub(crate) fn begin(&mut self) -> std::io::Result<()> {
        match &self.running {
            Some(running) => self.disk.begin(running),
            None => Ok(()),
        }
    }

    /// Pulls for ever. Dropped at shutdown; a change is applied or not, never half.
    pub(crate) async fn run(mut self, enrolled: Enrolled<'_>) {
        let mut pause = PAUSE;
        loop {
            let status = Arc::clone(&self.status);
            // A ring from before this poll is answered by this poll.
            tokio::select! {
                biased;
                () = status.reconnect.notified() => {}
                () = std::future::ready(()) => {}
            }
            self.resync |= self.status.mend.swap(false, Ordering::Relaxed);
            let (generation, seq) = match &self.running {
                Some(running) if !self.resync => (running.generation, running.seq),
                _ => (0, 0),
            };
            let newest_key = self.trust.keys.last().map(PublicKey::id);
            let aside = self.disk.aside();
            let reply = tokio::select! {
                // What has begun to arrive is never thrown away.
                biased;
                reply = enrolled.poll(generation, seq, newest_key) => reply,
                // A poll that was begun before an outage may hang long after it.
                () = status.reconnect.notified() => continue,
            };
            // Once a reply moves it is received to its end: a large snapshot takes longer than a heartbeat.
            let news = match reply {
                Ok(reply) => {
                    let keys = reply.keys();
                    reply.receive(&aside).await.map(|news| (keys, news))
                }
                Err(error) => Err(error),
            };
            let (went_well, pause_max) = match news {
                Ok((keys, news)) => {
                    self.status.contact();
                    (self.take(keys, news), REFUSED_PAUSE_MAX)
                }
                Err(error) => {
                    self.failed(&error);
                    (false, PAUSE_MAX)
                }
            };
            if went_well {
                pause = PAUSE;
                // At sequence 0 a poll is always answered at once, with the snapshot that is already in force.
                if self.running.as_ref().is_some_and(|running| running.seq > 0) {
                    continue;
                }
            }
            tokio::select! {
                () = tokio::time::sleep(random::jitter(pause)) => {}
                () = status.reconnect.notified() => {}
            }
            pause = (pause * 2).min(pause_max);
        }
    }

    fn failed(&self, error: &CallError) {
        tracing::info!(
            error = error as &dyn std::error::Error,
            "no configuration was pulled"
        );
        if let CallError::Refused { code, .. } = error
            && code == "node_unknown"
        {
            self.metrics.configuration_refused("node_unknown");
            let text =
                "the control plane does not know this gateway any more; join it again".to_owned();
            self.status.change(|in_force| in_force.refused = Some(text));
        }
    }

    /// Takes what came; `false` when something of it was refused.
    fn take(&mut self, keys: Result<Vec<Link>, Refused>, news: News) -> bool {
        // Compiling and writing may take a while; the other tasks of this thread go elsewhere meanwhile.
        tokio::task::block_in_place(|| {
            let learnt = keys.map_err(ConfigError::from);
            let learnt = learnt.and_then(|links| self.learn_keys(&links));
            let keys_refused = learnt.as_ref().err().map(ToString::to_string);
            self.outcome(learnt);
            // What else came is judged by the keys that are known.
            let taken = match news {
                News::Nothing => {
                    self.clear_refusal();
                    true
                }
                News::Deltas(deltas) => deltas.iter().all(|delta| {
                    let taken = self.take_delta(delta);
                    self.outcome(taken)
                }),
                News::Snapshot => {
                    let taken = self.take_snapshot();
                    self.outcome(taken)
                }
            };
            let Some(text) = keys_refused else {
                return taken;
            };
            self.status.change(|in_force| in_force.refused = Some(text));
            false
        })
    }

    /// What runs is the newest there is: nothing is refused any more.
    fn clear_refusal(&self) {
        if self.status.in_force().refused.is_some() {
            self.status.change(|in_force| in_force.refused = None);
        }
    }

    fn outcome(&mut self, taken: Result<(), ConfigError>) -> bool {
        match taken {
            Ok(()) => true,
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "configuration refused"
                );
                self.metrics.configuration_refused(error.reason());
                self.resync |= error.asks_for_snapshot();
                let text = error.to_string();
                self.status.change(|in_force| in_force.refused = Some(text));
                false
            }
        }
    }

    fn take_delta(&mut self, bytes: &[u8]) -> Result<(), ConfigError> {
        let delta = SignedDelta::decode(bytes)?;
        let running = self.running.as_mut().ok_or(Refused::Gap {
            running: 0,
            follows: 0,
        })?;
        let prepared = running.prepare(&delta, &self.trust)?;
        // Enforced first, then kept: a revoked key must not wait for a disk. It is acknowledged after both.
        running.apply(prepared);
        running.publish(&self.tables, None);
        self.floor = (running.generation, running.seq);
        self.retire_keys();
        let kept = self.disk.append(bytes);
        self.metrics.configuration_applied();
        self.tell("control plane");
        match kept {
            Ok(long) => {
                self.resync |= long;
                Ok(())
            }
            Err(error) => {
                // In force but not on disk: a new snapshot mends the journal's hole.
                self.resync = true;
                Err(error.into())
            }
        }
    }

    fn take_snapshot(&mut self) -> Result<(), ConfigError> {
        let aside = self.disk.aside();
        let before = self.running.as_ref();
        let (next, verified) = Running::of_snapshot(File::open(&aside)?, &self.trust, before)?;
        let position = (next.generation, next.seq);
        if position < self.floor {
            return Err(Refused::Older {
                what: "snapshot",
                generation: next.generation,
                seq: next.seq,
            }
            .into());
        }
        let same = |running: &Running| {
            (running.generation, running.seq, running.state_hash)
                == (next.generation, next.seq, next.state_hash)
        };
        if !self.resync && self.running.as_ref().is_some_and(same) {
            self.clear_refusal();
            return Ok(());
        }
        next.publish(&self.tables, before);
        self.running = Some(next);
        self.floor = position;
        self.retire_keys();
        self.resync = false;
        self.metrics.configuration_applied();
        self.tell("control plane");
        if let Err(error) = self.disk.keep_snapshot(&verified) {
            // In force but not on disk, and the journal does not follow it: asked for again until it can be kept.
            self.resync = true;
            return Err(error.into());
        }
        self.status.change(|in_force| in_force.alarm = None);
        Ok(())
    }

    /// Makes what runs known.
    fn tell(&self, source: &'static str) {
        let Some(running) = &self.running else { return };
        let applied_at = Moment::from(self.status.clock().now());
        self.status.change(|in_force| {
            in_force.generation = running.generation;
            in_force.seq = running.seq;
            in_force.state_hash = running.state_hash;
            in_force.applied_at = applied_at;
            in_force.source = source;
            in_force.refused = None;
        });
        tracing::info!(
            generation = running.generation,
            seq = running.seq,
            source,
            "configuration in force"
        );
    }
}
