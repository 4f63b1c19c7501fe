//! Inputs made from a seed: the same ones in every run, more of them on request.
//!
//! A fuzz target is a plain test that calls [`fuzz`]. `cargo xtask fuzz --seconds N` runs every target for longer.

use std::io::Write;
use std::time::{Duration, Instant};

/// Set by `cargo xtask fuzz` alone: seconds that every target may use instead of its own count of inputs.
pub const SECONDS: &str = "GATEHOUSE_FUZZ_SECONDS";

/// A small generator of numbers (splitmix64): equal seeds give equal numbers on every machine.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// Begins anew.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Any number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `end - 1`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.number() % end.max(1) as u64) as usize
    }

    /// True once in `times`.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of several; there must be one.
    pub fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// So many bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.number() as u8).collect()
    }

    /// A copy of one of `seeds` with one to six faults: bytes changed, cut, doubled, swapped for pieces of other seeds, and
    /// `tokens` of the grammar put in.
    pub fn mutate(&mut self, seeds: &[&[u8]], tokens: &[&[u8]]) -> Vec<u8> {
        let mut bytes = self.pick(seeds).to_vec();
        for _ in 0..=self.below(6) {
            self.spoil(&mut bytes, seeds, tokens);
        }
        bytes
    }

    fn spoil(&mut self, bytes: &mut Vec<u8>, seeds: &[&[u8]], tokens: &[&[u8]]) {
        let at = self.below(bytes.len() + 1);
        let to = (at + self.below(8)).min(bytes.len());
        match self.below(8) {
            0 if at < bytes.len() => bytes[at] = self.number() as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 => drop(bytes.drain(at..to)),
            3 => {
                let piece = bytes[at..to].to_vec();
                bytes.splice(at..at, piece);
            }
            4 => bytes.truncate(at),
            5 => {
                let other = self.pick(seeds);
                let from = self.below(other.len() + 1);
                let until = (from + self.below(40)).min(other.len());
                bytes.splice(at..to, other[from..until].iter().copied());
            }
            _ if !tokens.is_empty() => {
                let token = self.pick(tokens);
                bytes.splice(at..at, token.iter().copied());
            }
            _ => {}
        }
    }
}

/// Calls a target with `inputs` generators, or for as long as `cargo xtask fuzz` says. A failing input is named by its number;
/// the same number gives the same input again. Returns how many were tried.
pub fn fuzz(target: &str, inputs: u64, mut each: impl FnMut(&mut Random)) -> u64 {
    let until = budget().map(|budget| Instant::now() + budget);
    let seed = target
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
        });
    let mut number = 0;
    while until.map_or(number < inputs, |until| Instant::now() < until) {
        let named = Named { target, number };
        each(&mut Random::new(
            seed ^ number.wrapping_mul(0x2545_f491_4f6c_dd1d),
        ));
        std::mem::forget(named);
        number += 1;
    }
    number
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test has no settings; only cargo xtask fuzz sets this"
)]
fn budget() -> Option<Duration> {
    let seconds = std::env::var(SECONDS).ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Says which input it was when a target panics.
struct Named<'a> {
    target: &'a str,
    number: u64,
}

impl Drop for Named<'_> {
    fn drop(&mut self) {
        let _ = writeln!(
            std::io::stderr().lock(),
            "fuzz target {}: input {} failed",
            self.target,
            self.number
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_inputs() {
        let inputs = |target: &str| {
            let mut inputs = Vec::new();
            fuzz(target, 50, |random| {
                inputs.push(random.mutate(&[b"GET / HTTP/1.1\r\n"], &[b"\r\n"]))
            });
            inputs
        };
        assert_eq!(inputs("one"), inputs("one"));
        assert_ne!(inputs("one"), inputs("another"));
    }
}
