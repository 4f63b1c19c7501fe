//! Saying what is in force: at once after every change, and as a heartbeat.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use gatehouse_snapshot::protocol::{AckRequest, HEARTBEAT_S};

use http::StatusCode;
use tokio::time::Instant;

use super::control_plane::{CallError, Enrolled};
use super::desk::Desk;
use super::{ConfigStatus, Sharing};
use crate::metrics::GatewayMetrics;

/// Between two requests, however urgently parts of limits are wanted.
const URGENT_PAUSE: Duration = Duration::from_millis(100);

/// How a control plane refuses a body that it does not understand.
const NOT_UNDERSTOOD: [StatusCode; 2] = [StatusCode::BAD_REQUEST, StatusCode::UNPROCESSABLE_ENTITY];

/// Acknowledges for ever, and with a desk settles limits on the way.
pub(crate) async fn run(
    enrolled: Enrolled<'_>,
    status: Arc<ConfigStatus>,
    sharing: Arc<Sharing>,
    metrics: Arc<GatewayMetrics>,
    mut desk: Option<Desk>,
) {
    let has_desk = desk.is_some();
    let mut was_away = false;
    let mut behind = None;
    let mut was_heartbeat = false;
    let mut alarm_rung = None;
    let mut diverged_at = None;
    let mut unspoken = false;
    let heartbeat = Duration::from_secs(HEARTBEAT_S);
    let mut next_heartbeat = Instant::now() + heartbeat;
    loop {
        let in_force = status.in_force();
        let request = AckRequest {
            generation: in_force.generation,
            seq: in_force.seq,
            state_hash: in_force.state_hash.to_string(),
            applied_at: in_force.applied_at,
            error: in_force.refused.clone().or_else(|| in_force.alarm.clone()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            draining: status.out_of_rotation.load(Ordering::Relaxed) && !unspoken,
            limits: desk.as_mut().map(Desk::ask).unwrap_or_default(),
        };
        let answer = enrolled.ack(&request).await;
        // A control plane of before refuses a body with what it does not know: it hears the rest.
        unspoken = request.draining
            && matches!(&answer, Err(CallError::Refused { status, .. }) if NOT_UNDERSTOOD.contains(status));
        match answer {
            Ok(reply) => {
                status.contact();
                sharing.learn(reply.live_nodes, reply.head_seq);
                if let Some(out) = reply.drain {
                    status.rotate(out);
                }
                let kept = desk.as_mut().map(|desk| {
                    sharing.settled();
                    tokio::task::block_in_place(|| desk.put(&reply.limits))
                });
                if let Some(Err(error)) = kept {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        "leases of quotas could not be kept and are not used"
                    );
                }
                // Once for what it runs: until a snapshot has come there is nothing new to ask for.
                let runs = (in_force.seq, in_force.state_hash);
                let diverged = reply.diverged && diverged_at != Some(runs);
                diverged_at = reply.diverged.then_some(runs);
                if diverged {
                    tracing::error!(
                        seq = in_force.seq,
                        "this is not the configuration the control plane has under that number"
                    );
                    metrics.configuration_refused("diverged");
                }
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
                if mend || diverged {
                    status.mend.store(true, Ordering::Relaxed);
                }
                if std::mem::take(&mut was_away) || stuck || mend || diverged {
                    status.reconnect.notify_one();
                }
            }
            Err(error) => {
                if !was_away {
                    tracing::warn!(error = &error as &dyn std::error::Error, "not acknowledged");
                }
                if desk.is_some() {
                    sharing.unsettled();
                }
                was_away = true;
            }
        }
        let urgent = async {
            tokio::time::sleep(URGENT_PAUSE).await;
            if has_desk {
                sharing.looks().rung().await;
            } else {
                // They are another task's.
                std::future::pending::<()>().await;
            }
        };
        was_heartbeat = false;
        tokio::select! {
            () = status.changed.notified() => next_heartbeat = Instant::now() + heartbeat,
            () = urgent => {}
            () = tokio::time::sleep_until(next_heartbeat) => was_heartbeat = true,
        }
        // Urgent ones between do not put the sign of life off, nor what is judged by it.
        if was_heartbeat {
            next_heartbeat = Instant::now() + heartbeat;
        }
    }
}
