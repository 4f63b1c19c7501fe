//! Words that never move: atomics in chunks that are made as they are needed and kept as long as the arena.

use std::sync::OnceLock;
use std::sync::atomic::AtomicU64;

/// Words of a chunk (256 KiB). A run of words lies within one.
const CHUNK_WORDS: usize = 1 << 15;
/// Chunks at most: 2^28 words, 2 GiB.
const CHUNKS_MAX: usize = 1 << 13;

/// Reading is an index and a bounds check; only making a chunk waits for another that makes the same one.
pub(super) struct Arena {
    chunks: Box<[OnceLock<Box<[AtomicU64]>>]>,
}

impl Arena {
    pub(super) fn new() -> Self {
        Self {
            chunks: (0..CHUNKS_MAX).map(|_| OnceLock::new()).collect(),
        }
    }

    /// The run of `words` at a place that [`Arena::place`] gave.
    pub(super) fn run(&self, at: u32, words: usize) -> Option<&[AtomicU64]> {
        let at = at as usize;
        let chunk = self.chunks.get(at / CHUNK_WORDS)?.get()?;
        chunk.get(at % CHUNK_WORDS..at % CHUNK_WORDS + words)
    }

    /// Takes the next `words`, which are 0, and moves `next` behind them. `None` when the arena is full.
    pub(super) fn place(&self, next: &mut usize, words: usize) -> Option<u32> {
        let left = CHUNK_WORDS - *next % CHUNK_WORDS;
        let at = if words <= left { *next } else { *next + left };
        self.chunks
            .get(at / CHUNK_WORDS)?
            .get_or_init(|| (0..CHUNK_WORDS).map(|_| AtomicU64::new(0)).collect());
        *next = at + words;
        u32::try_from(at).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering;

    #[test]
    fn runs_lie_within_a_chunk_and_never_overlap() {
        let arena = Arena::new();
        let mut next = 0;
        let places: Vec<u32> = (0..20_000)
            .map(|_| arena.place(&mut next, 5).unwrap())
            .collect();
        for (number, at) in places.iter().enumerate() {
            for word in arena.run(*at, 5).unwrap() {
                assert_eq!(word.swap(number as u64 + 1, Ordering::Relaxed), 0);
            }
        }
        assert!(
            arena.run(u32::MAX, 1).is_none(),
            "what was never given is not there"
        );
    }
}
