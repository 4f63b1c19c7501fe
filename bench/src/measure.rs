//! One repeat of one plane: a load, and what it cost the plane.

use crate::backend::Backend;
use crate::bench::Measured;
use crate::generator::{self, Load, Tally};
use crate::machine::CoreTime;
use crate::planes::Running;
use crate::process::Reading;

/// More of the machine's time than this given to others makes a repeat worthless.
const STEAL_MAX: f64 = 0.02;
/// Attempts to get a repeat that nothing disturbed.
const ATTEMPTS: usize = 3;

/// The figures of one repeat.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    pub(crate) rps: f64,
    pub(crate) cpu_us: f64,
    pub(crate) user_us: f64,
    pub(crate) system_us: f64,
    pub(crate) p50_us: f64,
    pub(crate) p99_us: f64,
    pub(crate) max_us: f64,
    pub(crate) rss_mb: f64,
    /// Share of the measured time the plane was on its core.
    pub(crate) busy: f64,
    pub(crate) steal: f64,
}

/// Runs a load until one repeat was undisturbed. Fails when a call was answered wrongly, or as if it had been forwarded when
/// it was not.
pub(crate) fn repeat(
    plane: &mut Measured,
    load: &Load<'_>,
    parts: u32,
    backend: &Backend,
) -> anyhow::Result<Sample> {
    let mut best: Option<Sample> = None;
    for _ in 0..ATTEMPTS {
        let forwarded_before = backend.answered();
        let (sample, tally) = once(&mut plane.running, load, parts)?;
        plane.running.judge(&tally)?;
        let forwarded = backend.answered() - forwarded_before;
        anyhow::ensure!(
            forwarded == tally.with_status(200),
            "the backend saw {forwarded} calls of {}",
            tally.shown()
        );
        plane.tallies.push(tally);
        if best.is_none_or(|best| sample.steal < best.steal) {
            best = Some(sample);
        }
        if sample.steal <= STEAL_MAX {
            break;
        }
    }
    Ok(best.unwrap_or_default())
}

fn once(running: &mut Running, load: &Load<'_>, parts: u32) -> anyhow::Result<(Sample, Tally)> {
    running.assert_running()?;
    let mut marks: Vec<(Reading, CoreTime)> = Vec::with_capacity(2);
    let tally = generator::run(load, &mut || {
        marks.push((running.reading(), CoreTime::now()));
    })?;
    running.assert_running()?;
    let [(before, time_before), (after, time_after)] = marks.as_slice() else {
        anyhow::bail!("a load has two marks");
    };
    let parts = f64::from(parts);
    let calls = tally.measured.max(1) as f64 * parts;
    let cpu_ns = after.cpu_ns.saturating_sub(before.cpu_ns) as f64;
    let sample = Sample {
        rps: tally.per_second() * parts,
        cpu_us: cpu_ns / 1e3 / calls,
        user_us: (after.user_s - before.user_s) * 1e6 / calls,
        system_us: (after.system_s - before.system_s) * 1e6 / calls,
        p50_us: tally.latency.quantile_us(0.50),
        p99_us: tally.latency.quantile_us(0.99),
        max_us: tally.latency.max_us(),
        rss_mb: after.rss_bytes as f64 / 1e6,
        busy: cpu_ns / tally.elapsed.as_nanos() as f64,
        steal: time_after.steal_since(*time_before),
    };
    Ok((sample, tally))
}

/// The middle of several figures, with the smallest and the largest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(samples: &[Sample], figure: impl Fn(&Sample) -> f64) -> Self {
        let mut figures: Vec<f64> = samples.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        let at = |place: usize| figures.get(place).copied().unwrap_or(0.0);
        let middle = figures.len() / 2;
        let median = if figures.len().is_multiple_of(2) {
            f64::midpoint(at(middle.saturating_sub(1)), at(middle))
        } else {
            at(middle)
        };
        Self {
            median,
            min: at(0),
            max: at(figures.len().saturating_sub(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between_the_middle_two() {
        let samples = [4.0, 1.0, 3.0, 2.0].map(|cpu_us| Sample {
            cpu_us,
            ..Sample::default()
        });
        let spread = Spread::of(&samples, |sample| sample.cpu_us);
        assert_eq!((spread.median, spread.min, spread.max), (2.5, 1.0, 4.0));
        let spread = Spread::of(&samples[..3], |sample| sample.cpu_us);
        assert_eq!((spread.median, spread.min, spread.max), (3.0, 1.0, 4.0));
    }
}
