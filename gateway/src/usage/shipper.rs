//! Hands segments to the ledger, oldest first, and deletes what it has.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use gatehouse_runtime::random;
use gatehouse_snapshot::usage::Batch;

use super::ledger::QuotaLedger;
use super::segment::{Contents, SegmentName};
use super::spool::Spool;
use crate::live_config::control_plane::{CallError, Enrolled};
use crate::metrics::GatewayMetrics;
use crate::tables::Tables;

const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The shipper and what it works on.
#[derive(Clone)]
pub(crate) struct Shipper {
    pub(crate) spool: Arc<Spool>,
    pub(crate) quotas: Arc<QuotaLedger>,
    /// Whose counters are told what the ledger says.
    pub(crate) tables: Arc<Tables>,
    pub(crate) metrics: Arc<GatewayMetrics>,
    pub(crate) every: Duration,
}

impl Shipper {
    /// Ships for ever.
    pub(crate) async fn run(self, enrolled: &Enrolled<'_>) {
        let mut pause = self.every;
        loop {
            tokio::time::sleep(random::jitter(pause)).await;
            pause = match self.ship_all(enrolled).await {
                Ok(()) => self.every,
                Err(error) => {
                    self.metrics.batch_shipped(false);
                    tracing::info!(
                        error = &error as &dyn std::error::Error,
                        "calls stay in the spool"
                    );
                    (pause * 2).min(PAUSE_MAX)
                }
            };
        }
    }

    /// Ships everything there is: at shutdown, too.
    pub(crate) async fn ship_all(&self, enrolled: &Enrolled<'_>) -> Result<(), CallError> {
        loop {
            // The open segment is closed only when nothing older waits: during an outage segments grow to their full size.
            let waiting = self.spool.closed(false);
            let Some(name) = waiting
                .first()
                .copied()
                .or_else(|| self.spool.closed(true).first().copied())
            else {
                return Ok(());
            };
            // What the ledger is told of is on the disk first.
            tokio::task::block_in_place(|| self.spool.sync());
            self.ship(enrolled, name).await?;
        }
    }

    async fn ship(&self, enrolled: &Enrolled<'_>, name: SegmentName) -> Result<(), CallError> {
        let contents = tokio::task::block_in_place(|| name.contents(self.spool.folder()));
        let contents = match contents {
            Ok(contents) => contents,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                tracing::error!(
                    sequence = name.sequence,
                    "a segment of the spool is gone; its calls are lost"
                );
                Contents::default()
            }
            Err(error) => return Err(error.into()),
        };
        match enrolled.usage(contents.encode(name)).await {
            Ok(reply) => {
                self.metrics.batch_shipped(true);
                // The totals are on disk before the calls they include are not.
                let set = self.tables.current();
                let settle = || (self.quotas).settle(&contents.batch(name), &reply, set.as_deref());
                tokio::task::block_in_place(settle)?;
                self.spool.delete_through(reply.boot, reply.sequence);
                Ok(())
            }
            Err(CallError::Refused { code, detail, .. }) if code == "sequence_gap" => {
                self.fill_gap(enrolled, name, &detail).await
            }
            Err(error) => Err(error),
        }
    }

    /// The ledger expects an earlier batch. One that is still here is sent by the next round, oldest first; one that is not is
    /// lost (a wiped disk, a removed file), and an empty batch in its place lets the later ones through.
    async fn fill_gap(
        &self,
        enrolled: &Enrolled<'_>,
        name: SegmentName,
        detail: &str,
    ) -> Result<(), CallError> {
        let gap = || {
            CallError::Away(format!(
                "the ledger asks for a batch it cannot name: {detail}"
            ))
        };
        let expected = expected_sequence(detail).ok_or_else(gap)?;
        if expected > name.sequence {
            // It has this one already.
            self.spool.delete_through(name.boot, expected - 1);
            return Ok(());
        }
        if expected == name.sequence {
            return Err(gap());
        }
        let lost = SegmentName {
            boot: name.boot,
            sequence: expected,
        };
        tracing::error!(
            sequence = expected,
            "a batch is missing here and at the ledger; its calls are lost"
        );
        let empty = Batch::new(lost.boot, lost.sequence, 0, Vec::new());
        enrolled.usage(empty.encode()).await.map(drop)
    }
}

/// The number in the detail of a `sequence_gap`.
fn expected_sequence(detail: &str) -> Option<u64> {
    detail
        .split(|c: char| !c.is_ascii_digit())
        .find(|digits| !digits.is_empty())?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_number_is_read_from_the_detail() {
        assert_eq!(expected_sequence("expected batch 17, got 19"), Some(17));
        assert_eq!(expected_sequence("no number"), None);
    }
}
