//! What a plan's limits say about a call, as fields of its answer (draft-ietf-httpapi-ratelimit-headers).

use std::sync::Arc;

use gatehouse_domain::plan::{LimitRule, QuotaPeriod};
use gatehouse_snapshot::calendar::Window;
use http::header::{HeaderName, HeaderValue};

use super::counters::QuotaState;
use crate::tables::CompiledPlan;

/// Limits that are told about; as many as the control plane lets a plan have. All are enforced in any case.
pub(crate) const LIMITS_MAX: usize = 16;
/// Longest value of a field: sixteen of `"3600s-16";q=1000000000000;w=2678400, `.
const FIELD_BYTES_MAX: usize = LIMITS_MAX * 48;
/// What is left.
pub(crate) const RATE_LIMIT: &str = "ratelimit";
/// What the limits are.
pub(crate) const RATE_LIMIT_POLICY: &str = "ratelimit-policy";

/// Where a limit stands after it was asked.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    pub(crate) remaining: u64,
    /// Seconds until waiting is of use: until a call is possible when none is left, else until all are back.
    pub(crate) reset_s: u64,
}

/// What the limits say about a call. Made without an allocation: the texts are the plan's own, the numbers lie inside.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    plan: Option<Arc<CompiledPlan>>,
    readings: [Reading; LIMITS_MAX],
    /// Which limits were asked, a bit each.
    asked: u16,
    day_s: u64,
    month_s: u64,
}

impl Standing {
    /// The limits of this plan are asked from here on.
    pub(crate) fn begin(&mut self, plan: &Arc<CompiledPlan>) {
        self.plan = Some(Arc::clone(plan));
    }

    /// How long the current day or month is.
    pub(crate) fn window(&mut self, period: QuotaPeriod, window: Window) {
        let length_s = u64::try_from((window.end_ms - window.start_ms) / 1_000).unwrap_or(0);
        match period {
            QuotaPeriod::Day => self.day_s = length_s,
            QuotaPeriod::Month => self.month_s = length_s,
        }
    }

    /// Whether no limit applies, so that no field is written.
    pub(crate) fn is_empty(&self) -> bool {
        self.asked == 0
    }

    /// Notes the reading of the limit at a place of the plan.
    pub(crate) fn put(&mut self, place: usize, reading: Reading) {
        if let Some(slot) = self.readings.get_mut(place) {
            *slot = reading;
            self.asked |= 1 << place;
        }
    }

    /// Notes a period's use for all quotas of that period: they count the same calls.
    pub(crate) fn quota(&mut self, period: QuotaPeriod, state: QuotaState, reset_s: u64) {
        let Some(plan) = self.plan.take() else { return };
        for (place, limit) in plan.limits.limits.iter().enumerate() {
            if let LimitRule::Quota {
                amount,
                period: own,
            } = limit.rule
                && own == period
            {
                let remaining = state.remaining(amount);
                self.put(place, Reading { remaining, reset_s });
            }
        }
        self.plan = Some(plan);
    }

    /// One call was given back.
    pub(crate) fn one_back(&mut self, place: usize) {
        if let Some(reading) = self.readings.get_mut(place) {
            reading.remaining += 1;
        }
    }

    /// One call was given back of every quota of a period.
    pub(crate) fn one_back_of(&mut self, period: QuotaPeriod) {
        let Some(plan) = self.plan.take() else { return };
        for (place, limit) in plan.limits.limits.iter().enumerate() {
            if matches!(limit.rule, LimitRule::Quota { period: own, .. } if own == period) {
                self.one_back(place);
            }
        }
        self.plan = Some(plan);
    }

    /// Writes the fields, names in lower case. Nothing for a plan without limits.
    pub(crate) fn each_field(&self, put: &mut dyn FnMut(&'static str, &[u8])) {
        let Some(plan) = &self.plan else { return };
        let limits = &plan.limits.limits;
        let mut text = Text::new();
        for (place, limit) in limits.iter().enumerate().take(LIMITS_MAX) {
            // Of limits of single operations, those of others say nothing about this call.
            if limit.operation.is_some() && self.asked & 1 << place == 0 {
                continue;
            }
            let window_s = match limit.rule {
                LimitRule::Rate { window_s, .. } => u64::from(window_s),
                LimitRule::Quota { period, .. } => match period {
                    QuotaPeriod::Day => self.day_s,
                    QuotaPeriod::Month => self.month_s,
                },
            };
            text.item(&limit.policy);
            text.number(window_s);
        }
        put(RATE_LIMIT_POLICY, text.bytes());
        text.clear();
        for (place, (limit, reading)) in limits.iter().zip(&self.readings).enumerate() {
            if self.asked & 1 << place != 0 {
                text.item(&limit.label);
                text.number(reading.remaining);
                text.push(b";t=");
                text.number(reading.reset_s);
            }
        }
        if !text.bytes().is_empty() {
            put(RATE_LIMIT, text.bytes());
        }
    }

    /// The fields for where they are kept as headers: refusals, and answers through hyper.
    pub(crate) fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let mut headers = Vec::new();
        self.each_field(&mut |name, value| {
            if let Ok(value) = HeaderValue::from_bytes(value) {
                headers.push((HeaderName::from_static(name), value));
            }
        });
        headers
    }
}

/// A field's value on the stack. What does not fit is left out, never cut: it is sized for the longest there can be.
struct Text {
    bytes: [u8; FIELD_BYTES_MAX],
    length: usize,
}

impl Text {
    const fn new() -> Self {
        Self {
            bytes: [0; FIELD_BYTES_MAX],
            length: 0,
        }
    }

    fn item(&mut self, text: &str) {
        if self.length > 0 {
            self.push(b", ");
        }
        self.push(text.as_bytes());
    }

    fn push(&mut self, piece: &[u8]) {
        let end = self.length + piece.len();
        if let Some(room) = self.bytes.get_mut(self.length..end) {
            room.copy_from_slice(piece);
            self.length = end;
        }
    }

    fn number(&mut self, number: u64) {
        self.push(itoa::Buffer::new().format(number).as_bytes());
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    fn clear(&mut self) {
        self.length = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_whole() {
        for number in [0, 9, 10, 1_234_567_890, u64::MAX] {
            let mut text = Text::new();
            text.number(number);
            assert_eq!(text.bytes(), number.to_string().as_bytes());
        }
    }

    #[test]
    fn the_longest_fields_fit() {
        let mut text = Text::new();
        for place in 0..LIMITS_MAX {
            text.item(&format!("\"3600s-{place}\";q=1000000000000;w="));
            text.number(2_678_400);
        }
        assert_eq!(
            text.bytes().iter().filter(|byte| **byte == b',').count(),
            15
        );
        assert!(text.bytes().ends_with(b";w=2678400"));
    }

    #[test]
    fn a_standing_is_small_enough_to_be_moved() {
        assert!(size_of::<Standing>() <= 320);
    }
}
