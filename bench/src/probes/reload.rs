//! Latency while a million-key snapshot is downloaded, checked and swapped in, and while single changes follow each other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::bench::{Alone, Bench};
use crate::cases::Case;
use crate::control_plane::ControlPlane;
use crate::findings::Finding;
use crate::generator::{self, Load, Pace, Tally};
use crate::keys::Fate;
use crate::planes::Plane;
use crate::scene::{self, Position};
use crate::wait;

const RATE: Pace = Pace::Fixed(5_000);
const NEXT: Position = Position {
    generation: 2,
    seq: 1,
};
const IDLE: Duration = Duration::from_secs(5);
/// The longest a change of everything may take.
const KEYS: usize = 1_000_000;
const PATIENCE: Duration = Duration::from_secs(30);
const CHANGES: usize = 1_000;
const CHANGES_OVER: Duration = Duration::from_secs(5);

pub(super) fn run(bench: &Bench) -> anyhow::Result<Vec<Finding>> {
    let case = Case::two_limits(KEYS, RATE);
    let mut alone = Alone::build(bench, &case)?;
    let control_plane = ControlPlane::start(scene::FIRST, alone.built.hash)?;
    alone.control_plane = Some(control_plane.address);
    alone.start(Plane::Gateway)?;
    let next = alone.scene.build(NEXT)?;
    let idle = generator::run(&alone.load(&case, IDLE)?, &mut || {})?;

    let begun = Instant::now();
    let (hash, snapshot) = (next.hash, next.snapshot);
    let publishing = control_plane.clone();
    let reload = during(
        &alone.load(&case, PATIENCE)?,
        move || publishing.replace(NEXT, hash, snapshot),
        || control_plane.in_force() >= NEXT,
    )?;
    let took = begun.elapsed();

    let changes = alone.changes(CHANGES)?;
    let publishing = control_plane.clone();
    let last = Position {
        seq: NEXT.seq + CHANGES as u64,
        ..NEXT
    };
    let deltas = during(
        &alone.load(&case, PATIENCE)?,
        move || {
            let begun = Instant::now();
            for (number, change) in changes.into_iter().enumerate() {
                let due = begun + CHANGES_OVER.mul_f64(number as f64 / CHANGES as f64);
                let _ = wait::until("the next change is due", PATIENCE, || {
                    Ok((Instant::now() >= due).then_some(()))
                });
                publishing.publish(vec![change]);
            }
        },
        || control_plane.in_force() >= last,
    )?;
    for tally in [&idle, &reload, &deltas] {
        alone.running()?.judge(tally)?;
    }
    let p99 = |tally: &Tally| tally.latency.quantile_us(0.99);
    let ratio = |tally| p99(tally) / p99(&idle).max(1.0);
    Ok(vec![
        Finding::told("reload", "p99 at 5,000 req/s, idle", "us", p99(&idle)),
        Finding::told(
            "reload",
            "p99 during a reload of 1,000,000 keys",
            "us",
            p99(&reload),
        ),
        Finding::told("reload", "longest during it", "us", reload.latency.max_us()),
        Finding::told("reload", "p99 during it", "x idle", ratio(&reload)).at_most(2.0, 1.0),
        Finding::told("reload", "the reload took", "ms", took.as_secs_f64() * 1e3),
        Finding::told(
            "reload",
            "p99 during 200 changes/s",
            "x idle",
            ratio(&deltas),
        )
        .at_most(2.0, 1.0),
    ])
}

/// Loads from just before `begin` until `is_over`; latencies are those of that time alone.
fn during(
    load: &Load<'_>,
    begin: impl FnOnce() + Send,
    is_over: impl Fn() -> bool + Sync,
) -> anyhow::Result<Tally> {
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            begin();
            let ended = wait::until("the change is in force", PATIENCE, || {
                Ok(is_over().then_some(()))
            });
            over.store(true, Ordering::Relaxed);
            ended
        });
        generator::run_until(load, &mut || {}, &over)
    })
}

impl Alone<'_> {
    /// Changes that put credentials in place of equal ones.
    fn changes(&self, count: usize) -> anyhow::Result<Vec<crate::control_plane::Change>> {
        let record = |place| scene::credential_record(&self.built.keys, place, Fate::Good);
        (0..count)
            .map(|place| Ok((Some(record(place)?), record(place)?)))
            .collect()
    }
}
