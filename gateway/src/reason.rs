//! Why a call ended as it did, as a number: what records, metrics and bodies mean by the same word.

use gatehouse_problem::ProblemKind;

/// The reason of a call. Numbers are of this program's version: what is kept on disk says their texts beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reason(u8);

/// Reasons that are no problem, first in the numbering.
const PLAIN: [&str; 3] = ["ok", "client_closed", "interrupted"];

impl Reason {
    /// The call went well.
    pub(crate) const OK: Self = Self(0);
    /// Its client left before the end of the response.
    pub(crate) const CLIENT_CLOSED: Self = Self(1);
    /// The gateway ended in the middle of it.
    pub(crate) const INTERRUPTED: Self = Self(2);
    /// How many there are.
    pub(crate) const COUNT: usize = PLAIN.len() + ProblemKind::ALL.len();

    pub(crate) fn number(self) -> u8 {
        self.0
    }

    /// The label, or the code of the problem.
    pub(crate) fn text(self) -> &'static str {
        Self::text_of(usize::from(self.0))
    }

    /// The texts in the order of the numbers.
    pub(crate) fn texts() -> impl ExactSizeIterator<Item = &'static str> {
        (0..Self::COUNT).map(Self::text_of)
    }

    /// The text of a number that this process wrote.
    pub(crate) fn text_at(number: u8) -> &'static str {
        Self::text_of(usize::from(number))
    }

    fn text_of(number: usize) -> &'static str {
        PLAIN.get(number).copied().unwrap_or_else(|| {
            let kind = ProblemKind::ALL.get(number - PLAIN.len());
            kind.map_or("unknown", |kind| kind.code())
        })
    }
}

impl From<ProblemKind> for Reason {
    fn from(kind: ProblemKind) -> Self {
        // Fewer than two hundred: held by the test below.
        Self((PLAIN.len() + kind as usize) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_is_a_reason_of_its_own_with_its_code() {
        assert!(Reason::COUNT < usize::from(u8::MAX));
        for kind in ProblemKind::ALL {
            assert_eq!(Reason::from(*kind).text(), kind.code());
        }
        let mut texts: Vec<_> = Reason::texts().collect();
        assert_eq!(
            texts[usize::from(Reason::INTERRUPTED.number())],
            "interrupted"
        );
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Reason::COUNT);
    }
}
