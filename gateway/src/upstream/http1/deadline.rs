//! A deadline that is moved for every phase of every call, over one timer that is touched only when it rings early.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::time::{Instant, Sleep, sleep_until};

/// A deadline. Moving it later costs nothing: the timer rings at the older time, and is then set to the newer.
#[derive(Debug, Default)]
pub(super) struct Deadline {
    due: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Deadline {
    /// Moves it; nothing is armed yet.
    pub(super) fn set(&mut self, due: Instant) {
        self.due = Some(due);
    }

    /// Ready when it has passed. Wakes the task when it will.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(due) = self.due else {
            return Poll::Pending;
        };
        // One allocation for the life of a connection.
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(due)));
        if due < timer.deadline() {
            timer.as_mut().reset(due);
        }
        while timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= due {
                return Poll::Ready(());
            }
            timer.as_mut().reset(due);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn it_rings_at_the_newest_time_whether_that_is_later_or_earlier() {
        let ms = Duration::from_millis;
        let began = Instant::now();
        let mut deadline = Deadline::default();
        deadline.set(began + ms(50));
        let first = poll_fn(|cx| Poll::Ready(deadline.poll(cx))).await;
        assert!(first.is_pending());
        deadline.set(began + ms(150));
        poll_fn(|cx| deadline.poll(cx)).await;
        assert!(began.elapsed() >= ms(150), "{:?}", began.elapsed());
        let again = Instant::now();
        deadline.set(again + ms(60_000));
        let pending = poll_fn(|cx| Poll::Ready(deadline.poll(cx))).await;
        assert!(pending.is_pending());
        deadline.set(again + ms(50));
        poll_fn(|cx| deadline.poll(cx)).await;
        assert!(again.elapsed() >= ms(50) && again.elapsed() < ms(30_000));
    }
}
