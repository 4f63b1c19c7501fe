//! Tasks that somebody watches: names, panics, an orderly end.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks, says when they end unexpectedly, tells them to stop and waits for them.
///
/// Cheap to clone; all clones are the same supervisor. A task learns that it should stop from
/// [`Supervisor::token`]; it is never cut, except by the end of the process.
#[derive(Clone, Default)]
pub struct Supervisor(Arc<Inner>);

#[derive(Default)]
struct Inner {
    token: CancellationToken,
    tracker: TaskTracker,
    running: Mutex<Vec<(u64, &'static str)>>,
    failure: Mutex<Option<TaskFailure>>,
    next_task: std::sync::atomic::AtomicU64,
}

/// The essential task that ended although nobody had asked for it, and why.
#[derive(Debug, Clone, thiserror::Error)]
#[error("task {task} ended: {reason}")]
pub struct TaskFailure {
    pub task: &'static str,
    pub reason: String,
}

/// How a shutdown went: the names of tasks that had not ended by the deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShutdownOutcome {
    pub still_running: Vec<&'static str>,
}

impl Supervisor {
    /// A supervisor with no tasks.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancelled when shutdown begins. `token().child_token()` gives a part of the program one that
    /// can also be cancelled alone.
    #[must_use]
    pub fn token(&self) -> CancellationToken {
        self.0.token.clone()
    }

    /// Completes when shutdown begins.
    pub async fn cancelled(&self) {
        self.0.token.cancelled().await;
    }

    /// Begins shutdown; returns at once. [`Supervisor::shutdown`] also waits.
    pub fn cancel(&self) {
        self.0.token.cancel();
    }

    /// Runs a task that should live until shutdown. An earlier end and a panic are logged as errors.
    pub fn spawn<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let token = self.token();
        self.start(name, task, move |ended| match ended {
            Ok(()) if token.is_cancelled() => tracing::debug!(task = name, "task stopped"),
            Ok(()) => tracing::error!(task = name, "task ended before shutdown"),
            Err(panic) => tracing::error!(task = name, panic, "task panicked"),
        });
    }

    /// Runs a task that may end at any time, such as one answer or one delivery. A panic is logged.
    pub fn spawn_job<F>(&self, name: &'static str, job: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.start(name, job, move |ended| {
            if let Err(panic) = ended {
                tracing::error!(task = name, panic, "job panicked");
            }
        });
    }

    /// Runs a task without which the process is of no use: when it ends before shutdown, for whatever
    /// reason, shutdown begins and [`Supervisor::failure`] says why.
    pub fn spawn_essential<F>(&self, name: &'static str, task: F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let supervisor = self.clone();
        self.start(name, task, move |ended| {
            let reason = match ended {
                Ok(Ok(())) if supervisor.0.token.is_cancelled() => return,
                Ok(Ok(())) => "it returned before shutdown".to_owned(),
                Ok(Err(error)) => format!("{error:#}"),
                Err(panic) => format!("it panicked: {panic}"),
            };
            tracing::error!(task = name, reason, "essential task ended");
            lock(&supervisor.0.failure).get_or_insert(TaskFailure { task: name, reason });
            supervisor.cancel();
        });
    }

    /// The first essential task that ended by itself; the process should exit with an error then.
    #[must_use]
    pub fn failure(&self) -> Option<TaskFailure> {
        lock(&self.0.failure).clone()
    }

    /// Begins shutdown when the process is asked to end (SIGTERM) or interrupted (SIGINT).
    /// A second signal changes nothing: the deadline of the shutdown is already running.
    pub fn stop_on_signals(&self) -> std::io::Result<()> {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let supervisor = self.clone();
        self.spawn("signals", async move {
            let name = tokio::select! {
                _ = terminate.recv() => "SIGTERM",
                _ = interrupt.recv() => "SIGINT",
                () = supervisor.cancelled() => return,
            };
            tracing::info!(signal = name, "shutting down");
            supervisor.cancel();
        });
        Ok(())
    }

    /// Begins shutdown and waits for the tasks, at most until the deadline from now.
    pub async fn shutdown(&self, deadline: Duration) -> ShutdownOutcome {
        self.cancel();
        self.0.tracker.close();
        if tokio::time::timeout(deadline, self.0.tracker.wait())
            .await
            .is_ok()
        {
            return ShutdownOutcome {
                still_running: Vec::new(),
            };
        }
        let mut still_running: Vec<_> = lock(&self.0.running).iter().map(|task| task.1).collect();
        still_running.sort_unstable();
        tracing::warn!(?still_running, "shutdown deadline passed");
        ShutdownOutcome { still_running }
    }

    fn start<F, E>(&self, name: &'static str, task: F, on_end: E)
    where
        F: Future + Send + 'static,
        F::Output: Send,
        E: FnOnce(Result<F::Output, &str>) + Send + 'static,
    {
        let number = self
            .0
            .next_task
            .fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        lock(&self.0.running).push((number, name));
        let supervisor = self.clone();
        let task = Box::pin(task);
        let watched = async move {
            match (CatchPanic { task }).await {
                Ok(output) => on_end(Ok(output)),
                Err(panic) => on_end(Err(&panic)),
            }
            lock(&supervisor.0.running).retain(|task| task.0 != number);
        };
        // A closed tracker still accepts tasks; shutdown then waits for these as well.
        self.0.tracker.spawn(watched);
    }
}

impl fmt::Debug for Supervisor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Supervisor")
            .field("running", &*lock(&self.0.running))
            .field("stopping", &self.0.token.is_cancelled())
            .finish()
    }
}

/// Turns a panic inside a future into its message. The future is dropped, never polled again.
pub struct CatchPanic<F> {
    /// What may panic.
    pub task: Pin<Box<F>>,
}

impl<F: Future> Future for CatchPanic<F> {
    type Output = Result<F::Output, String>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| self.task.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(panic_text(&*payload))),
        }
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without a message".to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn shutdown_tells_every_task_and_waits_for_it() {
        let supervisor = Supervisor::new();
        let (done, seen) = tokio::sync::oneshot::channel();
        let token = supervisor.token();
        supervisor.spawn("worker", async move {
            token.cancelled().await;
            tokio::task::yield_now().await;
            done.send(()).expect("test listens");
        });
        let outcome = supervisor.shutdown(Duration::from_secs(10)).await;
        assert!(outcome.still_running.is_empty());
        assert_eq!(seen.await, Ok(()));
    }

    #[tokio::test]
    async fn a_task_that_ignores_shutdown_is_named_at_the_deadline() {
        let supervisor = Supervisor::new();
        supervisor.spawn("deaf", std::future::pending());
        supervisor.spawn_job("quick", async {});
        let outcome = supervisor.shutdown(Duration::from_millis(50)).await;
        assert_eq!(outcome.still_running, ["deaf"]);
    }

    #[tokio::test]
    async fn a_panic_ends_only_its_own_task() {
        let supervisor = Supervisor::new();
        supervisor.spawn_job("broken", async { panic!("planted") });
        let outcome = supervisor.shutdown(Duration::from_secs(10)).await;
        assert!(outcome.still_running.is_empty());
        assert!(supervisor.failure().is_none());
    }

    #[tokio::test]
    async fn the_end_of_an_essential_task_begins_shutdown_and_says_why() {
        for (task, reason) in [("fails", "no ledger"), ("panics", "it panicked: planted")] {
            let supervisor = Supervisor::new();
            supervisor.spawn_essential(task, async move {
                assert!(task != "panics", "planted");
                Err(anyhow::anyhow!("no ledger"))
            });
            supervisor.cancelled().await;
            let failure = supervisor.failure().expect("the failure is kept");
            assert_eq!((failure.task, failure.reason.as_str()), (task, reason));
        }
    }

    #[tokio::test]
    async fn a_child_token_stops_alone_and_with_its_parent() {
        let supervisor = Supervisor::new();
        let (one, other) = (
            supervisor.token().child_token(),
            supervisor.token().child_token(),
        );
        one.cancel();
        assert!(!supervisor.token().is_cancelled());
        supervisor.cancel();
        assert!(other.is_cancelled());
    }

    #[tokio::test]
    async fn a_request_to_end_from_outside_begins_shutdown() {
        let supervisor = Supervisor::new();
        supervisor.stop_on_signals().expect("handlers");
        gatehouse_os::kill(std::process::id(), gatehouse_os::Signal::Terminate).expect("ourselves");
        let stopped = tokio::time::timeout(Duration::from_secs(10), supervisor.cancelled());
        stopped.await.expect("shutdown begins");
        let outcome = supervisor.shutdown(Duration::from_secs(10)).await;
        assert!(outcome.still_running.is_empty());
    }
}
