//! What a load counted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::connection::Answer;
use crate::histogram::Histogram;
use crate::keys::Fate;

/// Counts of a whole load, and latencies of its measured part.
#[derive(Default)]
pub(crate) struct Tally {
    /// By what should become of a call and its status, over the whole load.
    answers: BTreeMap<(u8, u16), u64>,
    /// Connections that broke with a request under way.
    pub(crate) lost: u64,
    /// Connections that were opened again.
    pub(crate) reopened: u64,
    /// Of the measured part.
    pub(crate) measured: u64,
    pub(crate) body_bytes: u64,
    pub(crate) elapsed: Duration,
    pub(crate) latency: Histogram,
    measuring: bool,
}

impl Tally {
    pub(super) fn start_measuring(&mut self) {
        self.measuring = true;
    }

    pub(super) fn stop_measuring(&mut self, elapsed: Duration) {
        self.measuring = false;
        self.elapsed = elapsed;
    }

    pub(super) fn answered(&mut self, answer: &Answer, now: Instant) {
        let counted = self.answers.entry((answer.fate as u8, answer.status));
        *counted.or_default() += 1;
        if self.measuring {
            self.measured += 1;
            self.body_bytes += answer.body_bytes;
            self.latency.add(now.saturating_duration_since(answer.due));
        }
    }

    /// Every answer.
    pub(crate) fn total(&self) -> u64 {
        self.answers.values().sum()
    }

    /// Answers with a status to calls of a fate.
    pub(crate) fn count(&self, fate: Fate, status: u16) -> u64 {
        self.answers
            .get(&(fate as u8, status))
            .copied()
            .unwrap_or(0)
    }

    /// Answers with a status, whatever should have become of the call.
    pub(crate) fn with_status(&self, status: u16) -> u64 {
        Fate::ALL
            .into_iter()
            .map(|fate| self.count(fate, status))
            .sum()
    }

    /// Answers to calls of a fate.
    pub(crate) fn of_fate(&self, fate: Fate) -> u64 {
        let of_fate = self.answers.iter().filter(|((of, _), _)| *of == fate as u8);
        of_fate.map(|(_, count)| count).sum()
    }

    /// Answers by status, for messages.
    pub(crate) fn shown(&self) -> String {
        let all = Fate::ALL.into_iter().flat_map(|fate| {
            let of_fate = self
                .answers
                .iter()
                .filter(move |((of, _), _)| *of == fate as u8);
            of_fate.map(move |((_, status), count)| format!("{fate:?} {status}: {count}"))
        });
        all.collect::<Vec<_>>().join(", ")
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.measured as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }
}
