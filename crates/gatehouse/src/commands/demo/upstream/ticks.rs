//! Server-sent events, one a second: a stream that shows whether anything on its way holds it back.

use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use tokio::time::{Interval, MissedTickBehavior};

const PAUSE: Duration = Duration::from_secs(1);
/// Most events of one stream.
pub(super) const EVENTS_MAX: u64 = 3_600;

/// A stream of numbered events.
#[derive(Debug)]
pub(super) struct Ticks {
    interval: Option<Interval>,
    sent: u64,
    total: u64,
    name: &'static str,
    data: fn(&str, u64) -> Value,
    subject: String,
}

impl Ticks {
    /// `total` events called `name` with what `data` gives for their number.
    pub(super) fn new(
        total: u64,
        name: &'static str,
        subject: &str,
        data: fn(&str, u64) -> Value,
    ) -> Self {
        let total = total.clamp(1, EVENTS_MAX);
        Self {
            interval: None,
            sent: 0,
            total,
            name,
            data,
            subject: subject.to_owned(),
        }
    }

    pub(super) fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.sent == self.total {
            return Poll::Ready(None);
        }
        let interval = self.interval.get_or_insert_with(|| {
            let mut interval = tokio::time::interval(PAUSE);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            interval
        });
        match interval.poll_tick(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(_) => {
                self.sent += 1;
                Poll::Ready(Some(self.event()))
            }
        }
    }

    fn event(&self) -> Bytes {
        let data = (self.data)(&self.subject, self.sent);
        Bytes::from(format!(
            "id: {}\nevent: {}\ndata: {data}\n\n",
            self.sent, self.name
        ))
    }
}
