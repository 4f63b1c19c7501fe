//! Wakes waiting gateways' requests when a group's head moves.
//!
//! `NOTIFY` is a hint that saves waiting; whoever waits also asks the database now and then, so a lost hint costs a moment
//! and never a change.

use std::time::Duration;

use gatehouse_control_plane::Db;
use gatehouse_domain::id::GatewayGroupId;
use gatehouse_runtime::{Supervisor, random};
use tokio::sync::broadcast::{self, Receiver, Sender};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Hints a slow waiter may have behind it before it is simply woken.
const HINTS_MAX: usize = 256;
/// How often a waiter asks the database although nothing was heard.
const POLL_EVERY: Duration = Duration::from_millis(700);
/// How long the listening connection stays away after it broke.
const RECONNECT_AFTER: Duration = Duration::from_millis(500);

/// Tells waiters of moved heads. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Heads(Sender<Hint>);

/// What was heard.
#[derive(Debug, Clone, Copy)]
enum Hint {
    /// The head of one group moved.
    Moved(GatewayGroupId),
    /// Something may have been missed.
    Unsure,
}

impl Heads {
    /// Listens until shutdown, reconnecting for as long as it takes.
    pub(crate) fn watch(db: &Db, supervisor: &Supervisor) -> Self {
        let (hints, _) = broadcast::channel(HINTS_MAX);
        let (db, token, sender) = (db.clone(), supervisor.token(), hints.clone());
        supervisor.spawn("admin_api.config_heads", async move {
            while !token.is_cancelled() {
                listen(&db, &sender, &token).await;
                tokio::select! {
                    () = token.cancelled() => {}
                    () = tokio::time::sleep(random::jitter(RECONNECT_AFTER)) => {}
                }
            }
        });
        Self(hints)
    }

    /// Starts to listen for one group. Do this before reading the head, or a move between the two is missed.
    pub(crate) fn subscribe(&self, group: GatewayGroupId) -> Waiter {
        Waiter {
            group,
            hints: self.0.subscribe(),
        }
    }
}

/// One waiting request.
#[derive(Debug)]
pub(crate) struct Waiter {
    group: GatewayGroupId,
    hints: Receiver<Hint>,
}

impl Waiter {
    /// Returns when the group's head may have moved, or when it is time to look anyway.
    pub(crate) async fn worth_asking(&mut self) {
        let heard = async {
            loop {
                match self.hints.recv().await {
                    Ok(Hint::Moved(group)) if group != self.group => {}
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => return,
                    Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
                }
            }
        };
        tokio::select! {
            () = heard => {}
            () = tokio::time::sleep(random::jitter(POLL_EVERY)) => {}
        }
    }
}

async fn listen(db: &Db, hints: &Sender<Hint>, token: &CancellationToken) {
    let mut listener = match db.listen().await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "cannot listen for configuration changes"
            );
            return;
        }
    };
    // Whatever moved while nobody listened.
    let _ = hints.send(Hint::Unsure);
    loop {
        let heard = tokio::select! {
            () = token.cancelled() => return,
            heard = listener.try_recv() => heard,
        };
        let hint = match heard {
            Ok(Some(notification)) => {
                let group = notification.payload().parse::<Uuid>();
                group.map_or(Hint::Unsure, |group| Hint::Moved(group.into()))
            }
            // The connection was lost; what came in between is unknown.
            Ok(None) => Hint::Unsure,
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "listening for configuration changes broke off"
                );
                return;
            }
        };
        // Without waiters there is nobody to tell.
        let _ = hints.send(hint);
    }
}
