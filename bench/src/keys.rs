//! The keys callers use: the same in every run.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::key::{Key, KeyKind};

use crate::dice::Dice;

const SEED: u64 = 0x6761_7465_686f_7573;

/// What will become of a call with a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Good,
    /// Refused with 401.
    Revoked,
    /// Refused with 429 after the first call; by a plane that cannot tell, with 401.
    OverLimit,
}

impl Fate {
    pub(crate) const ALL: [Self; 3] = [Self::Good, Self::Revoked, Self::OverLimit];
}

/// How many keys of each fate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KeyCounts {
    pub(crate) good: usize,
    pub(crate) revoked: usize,
    pub(crate) over_limit: usize,
}

impl KeyCounts {
    pub(crate) fn of(self, fate: Fate) -> usize {
        match fate {
            Fate::Good => self.good,
            Fate::Revoked => self.revoked,
            Fate::OverLimit => self.over_limit,
        }
    }

    pub(crate) fn total(self) -> usize {
        self.good + self.revoked + self.over_limit
    }

    fn start(self, fate: Fate) -> usize {
        match fate {
            Fate::Good => 0,
            Fate::Revoked => self.good,
            Fate::OverLimit => self.good + self.revoked,
        }
    }

    /// The fate of the key at a place.
    pub(crate) fn fate(self, place: usize) -> Fate {
        let starts_below = |fate: &Fate| self.start(*fate) <= place;
        Fate::ALL
            .into_iter()
            .rfind(starts_below)
            .unwrap_or(Fate::Good)
    }
}

/// Whole keys one behind another; all are of one length.
#[derive(Debug, Clone)]
pub(crate) struct KeyRing {
    text: Vec<u8>,
    length: usize,
    pub(crate) counts: KeyCounts,
}

impl KeyRing {
    /// Makes the keys, handing each to `take` with its place.
    pub(crate) fn make(counts: KeyCounts, mut take: impl FnMut(usize, &Key)) -> Self {
        let mut dice = Dice::new(SEED);
        let mut text = Vec::new();
        for place in 0..counts.total() {
            let key = fresh(&mut dice);
            text.extend_from_slice(key.reveal().as_bytes());
            take(place, &key);
        }
        Self {
            length: text.len() / counts.total().max(1),
            text,
            counts,
        }
    }

    /// The text of one of the keys of a fate, drawn at random.
    pub(crate) fn draw(&self, fate: Fate, dice: &mut Dice) -> &[u8] {
        let place = dice.below(self.counts.of(fate) as u64) as usize;
        self.text_at(self.counts.start(fate) + place)
    }

    pub(crate) fn text_at(&self, place: usize) -> &[u8] {
        &self.text[place * self.length..][..self.length]
    }

    /// The keys that planes other than the gateway should know: the good ones.
    pub(crate) fn good(&self) -> impl Iterator<Item = &[u8]> {
        self.text.chunks_exact(self.length).take(self.counts.good)
    }

    pub(crate) fn key_bytes(&self) -> usize {
        self.length
    }

    /// Writes one line per good key.
    pub(crate) fn write(
        &self,
        path: &Path,
        mut line: impl FnMut(usize, &str) -> String,
    ) -> io::Result<()> {
        let mut file = BufWriter::new(std::fs::File::create(path)?);
        for (place, key) in self.good().enumerate() {
            let key = std::str::from_utf8(key).unwrap_or_default();
            writeln!(file, "{}", line(place, key))?;
        }
        file.flush()
    }
}

fn fresh(dice: &mut Dice) -> Key {
    loop {
        let kind = KeyKind::ApiKey(EnvironmentKind::Production);
        if let Some(key) = Key::generate(kind, &dice.bytes()) {
            return key;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fate_has_its_own_keys_and_they_are_the_same_each_time() {
        let counts = KeyCounts {
            good: 5,
            revoked: 2,
            over_limit: 1,
        };
        let ring = KeyRing::make(counts, |_, _| {});
        let fates: Vec<Fate> = (0..8).map(|place| counts.fate(place)).collect();
        assert_eq!(fates.iter().filter(|fate| **fate == Fate::Good).count(), 5);
        assert_eq!(
            (fates[5], fates[6], fates[7]),
            (Fate::Revoked, Fate::Revoked, Fate::OverLimit)
        );
        let again = KeyRing::make(counts, |_, _| {});
        assert_eq!(again.text, ring.text);
        assert_eq!(
            ring.draw(Fate::OverLimit, &mut Dice::new(1)),
            ring.text_at(7)
        );
        assert_eq!(ring.good().count(), 5);
    }
}
