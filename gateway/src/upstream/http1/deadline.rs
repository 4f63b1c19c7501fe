//! A deadline that is moved for every phase of every call.

use std::task::{Context, Poll};

use tokio::time::Instant;

use crate::alarm::Alarm;

/// A deadline, and what rings when it has passed.
#[derive(Debug, Default)]
pub(super) struct Deadline {
    due: Option<Instant>,
    alarm: Alarm,
}

impl Deadline {
    /// Moves it; nothing is armed yet.
    pub(super) fn set(&mut self, due: Instant) {
        self.due = Some(due);
    }

    /// Ready when it has passed. Wakes the task when it will.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.due
            .map_or(Poll::Pending, |due| self.alarm.poll(cx, due))
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
