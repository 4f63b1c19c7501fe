//! Saying what is in force: at once after every change, and as a heartbeat.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use gatehouse_snapshot::protocol::{AckRequest, HEARTBEAT_S};

use super::control_plane::Enrolled;
use super::{ConfigStatus, Sharing};

/// Acknowledges for ever.
pub(crate) async fn run(enrolled: Enrolled<'_>, status: Arc<ConfigStatus>, sharing: Arc<Sharing>) {
    let mut was_away = false;
    let mut behind = None;
    let mut was_heartbeat = false;
    let mut alarm_rung = None;
    loop {
        let in_force = status.in_force();
        let request = AckRequest {
            generation: in_force.generation,
            seq: in_force.seq,
            state_hash: in_force.state_hash.to_string(),
            applied_at: in_force.applied_at,
            error: in_force.refused.clone().or_else(|| in_force.alarm.clone()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        match enrolled.ack(&request).await {
            Ok(reply) => {
                status.contact();
                sharing.learn(reply.live_nodes, reply.head_seq);
                // Behind for a whole heartbeat, and not because of a refusal: the poll that should have brought it is dead.
                // Rung ever more rarely at one position, so that a reply that is slow to begin comes at last.
                let is_behind = in_force.refused.is_none() && reply.head_seq > in_force.seq;
                let heartbeats = match behind {
                    Some((seq, heartbeats)) if seq == in_force.seq => {
                        heartbeats + u32::from(was_heartbeat)
                    }
                    _ => 0_u32,
                };
                behind = is_behind.then_some((in_force.seq, heartbeats));
                let stuck = is_behind && was_heartbeat && heartbeats.is_power_of_two();
                // Once an alarm, too: the puller keeps asking until a snapshot lies on disk.
                let mend = in_force.refused.is_none()
                    && in_force.alarm.is_some()
                    && in_force.alarm != alarm_rung;
                if mend || in_force.alarm.is_none() {
                    alarm_rung.clone_from(&in_force.alarm);
                }
                if mend {
                    status.mend.store(true, Ordering::Relaxed);
                }
                if std::mem::take(&mut was_away) || stuck || mend {
                    status.reconnect.notify_one();
                }
            }
            Err(error) => {
                if !was_away {
                    tracing::warn!(error = &error as &dyn std::error::Error, "not acknowledged");
                }
                sharing.lost();
                was_away = true;
            }
        }
        let heartbeat = Duration::from_secs(HEARTBEAT_S);
        was_heartbeat = tokio::time::timeout(heartbeat, status.changed.notified())
            .await
            .is_err();
    }
}
