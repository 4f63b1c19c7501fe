//! Ends HTTP/2 connections that keep the server busy with frames that carry nothing (RFC 9113 §10.5).
//!
//! hyper bounds streams, resets and header lists, but takes as many SETTINGS, PING, PRIORITY, empty and unknown frames as
//! come: one connection of those keeps a whole worker from its other clients. This reads frame heads along the way and counts
//! what such frames cost against an allowance that refills with time, far above what any client needs.

use std::io;
use std::time::{Duration, Instant};

use tokio::io::ReadBuf;

use super::judged::Judge;

/// The client's first bytes, `PRI * HTTP/2.0` and so on.
const PREFACE_BYTES: u64 = 24;
const FRAME_HEAD_BYTES: usize = 9;

/// What may be spent at once, and what is added in a second.
const ALLOWANCE_MAX: u64 = 10_000;
const ALLOWANCE_PER_SECOND: u64 = 1_000;
/// Every entry of SETTINGS is applied to every stream, and answered.
const SETTINGS_COST: u64 = 20;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const PRIORITY: u8 = 2;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const WINDOW_UPDATE: u8 = 8;
const CONTINUATION: u8 = 9;
const ACK: u8 = 1;
const END_STREAM: u8 = 1;

/// What the frames of one connection have cost.
#[derive(Debug)]
pub(super) struct FrameGuard {
    /// Bytes to pass over before the next frame head.
    skip: u64,
    head: [u8; FRAME_HEAD_BYTES],
    held: usize,
    allowance: u64,
    refilled: Instant,
}

impl FrameGuard {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            skip: PREFACE_BYTES,
            head: [0; FRAME_HEAD_BYTES],
            held: 0,
            allowance: ALLOWANCE_MAX,
            refilled: now,
        }
    }

    /// Whether the connection may go on after these bytes.
    fn look_at(&mut self, bytes: &[u8], now: Instant) -> bool {
        self.refill(now);
        let mut rest = bytes;
        while !rest.is_empty() {
            if self.skip > 0 {
                let passed = self.skip.min(rest.len() as u64);
                self.skip -= passed;
                rest = &rest[passed as usize..];
                continue;
            }
            let taken = (FRAME_HEAD_BYTES - self.held).min(rest.len());
            self.head[self.held..self.held + taken].copy_from_slice(&rest[..taken]);
            self.held += taken;
            rest = &rest[taken..];
            if self.held == FRAME_HEAD_BYTES {
                self.held = 0;
                let [a, b, c, kind, flags, ..] = self.head;
                let length = u32::from_be_bytes([0, a, b, c]);
                self.skip = u64::from(length);
                let Some(left) = self.allowance.checked_sub(cost(kind, flags, length)) else {
                    return false;
                };
                self.allowance = left;
            }
        }
        true
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.refilled);
        let earned = passed.as_millis() as u64 * ALLOWANCE_PER_SECOND / 1_000;
        if earned > 0 {
            self.allowance = (self.allowance + earned).min(ALLOWANCE_MAX);
            self.refilled += Duration::from_millis(passed.as_millis() as u64);
        }
    }
}

/// Frames that carry a request or its body cost nothing here: they are bounded by streams, windows and limits.
fn cost(kind: u8, flags: u8, length: u32) -> u64 {
    match kind {
        DATA if length > 0 || flags & END_STREAM != 0 => 0,
        // hyper bounds resets by itself. Window updates come with every piece of a long answer.
        HEADERS | RST_STREAM | WINDOW_UPDATE => 0,
        SETTINGS | PING if flags & ACK != 0 => 0,
        SETTINGS => SETTINGS_COST + u64::from(length / 6),
        DATA | PRIORITY | PING | CONTINUATION => 1,
        _ => 1,
    }
}

impl Judge for FrameGuard {
    fn look(&mut self, buf: &mut ReadBuf<'_>, before: usize) -> io::Result<()> {
        if !self.look_at(&buf.filled()[before..], Instant::now()) {
            buf.set_filled(before);
            return Err(io::Error::other("too many frames that carry nothing"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
        let length = (payload.len() as u32).to_be_bytes();
        let stream = [0, 0, 0, 1];
        [&length[1..], &[kind, flags], &stream, payload].concat()
    }

    /// How many such frames one connection may send at once, cut into pieces of `piece` bytes.
    fn allowed(frame: &[u8], piece: usize) -> usize {
        let now = Instant::now();
        let mut guard = FrameGuard::new(now);
        assert!(guard.look_at(&[b'P'; 24], now));
        let goes_on = |_: &usize| frame.chunks(piece).all(|piece| guard.look_at(piece, now));
        (0..20_000).take_while(goes_on).count()
    }

    #[test]
    fn frames_that_carry_nothing_are_counted_and_others_are_not() {
        for piece in [1, 7, 1_000] {
            assert_eq!(allowed(&frame(PING, 0, b"abcdefgh"), piece), 10_000);
            assert_eq!(allowed(&frame(SETTINGS, 0, b""), piece), 500);
            assert_eq!(allowed(&frame(SETTINGS, 0, &[0; 60]), piece), 333);
            assert_eq!(allowed(&frame(DATA, 0, b""), piece), 10_000);
            for (kind, flags, payload) in [
                (DATA, 0, &b"a"[..]),
                (DATA, END_STREAM, b""),
                (HEADERS, 4, b"\x82"),
                (SETTINGS, ACK, b""),
                (PING, ACK, b"abcdefgh"),
                (WINDOW_UPDATE, 0, b"\0\0\0\x01"),
            ] {
                assert_eq!(allowed(&frame(kind, flags, payload), piece), 20_000);
            }
        }
    }

    #[test]
    fn the_allowance_comes_back_with_time_and_no_further() {
        let now = Instant::now();
        let mut guard = FrameGuard::new(now);
        assert!(guard.look_at(&[b'P'; 24], now));
        let ping = frame(PING, 0, b"abcdefgh");
        let mut spend =
            |count: usize, at: Instant| (0..count).take_while(|_| guard.look_at(&ping, at)).count();
        assert_eq!(spend(9_999, now), 9_999);
        assert_eq!(spend(1_001, now + Duration::from_secs(1)), 1_001);
        assert_eq!(spend(20_000, now + Duration::from_secs(3_600)), 10_000);
    }
}
