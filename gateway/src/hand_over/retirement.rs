//! The running gateway's part of a hand-over: let go of everything that must have one owner, and retire.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use gatehouse_runtime::Supervisor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Door, HandOverError, Passed, STEP_MAX, VERSION};

/// What a gateway gives up when a successor is ready.
pub(crate) struct Retirement {
    pub(crate) door: Door,
    pub(crate) passed: Passed,
    /// Whether this gateway asks its clients to connect anew: set before shutdown begins.
    pub(crate) retiring: Arc<AtomicBool>,
    /// The tasks that write to the data folder or speak to the control plane in this node's name.
    pub(crate) writers: TaskTracker,
    /// Ends answering on the status socket, where the successor answers now.
    pub(crate) status: CancellationToken,
    pub(crate) supervisor: Supervisor,
}

impl Retirement {
    /// Waits for a successor until shutdown; once one is ready, begins the shutdown and hands over.
    pub(crate) async fn run(self) {
        let token = self.supervisor.token();
        let waiting = self.door.wait(&self.passed, VERSION);
        let successor = match token.run_until_cancelled(waiting).await {
            None => return,
            Some(Ok(successor)) => successor,
            Some(Err(error)) => {
                let error = &error as &dyn std::error::Error;
                return tracing::error!(error, "no other gateway can take over from this one");
            }
        };
        self.retiring.store(true, Ordering::Relaxed);
        self.supervisor.cancel();
        self.status.cancel();
        self.writers.close();
        // What is written is written whole; a poll or a shipment under way is given up.
        if tokio::time::timeout(STEP_MAX, self.writers.wait())
            .await
            .is_err()
        {
            return tracing::error!(
                "what writes to the data folder does not end: it is not handed over"
            );
        }
        let handed: Result<(), HandOverError> = successor.yours();
        match handed {
            Ok(()) => tracing::info!("handed over; finishing what was begun"),
            // The new process is gone and this one has begun to end: whoever starts gateways starts the next.
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the gateway that took over is gone"
            ),
        }
    }
}
