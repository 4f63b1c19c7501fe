//! What was fetched from issuers, kept for a while: one fetch at a time for each, old answers while they are away.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use gatehouse_runtime::Clock;

/// An answer is used this long before it is fetched again.
const FRESH: Duration = Duration::from_secs(10 * 60);
/// And this long while fetching fails.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// A key that is not in an answer, or an issuer that failed, is asked about at most this often.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// Most issuers remembered; with more, those not in use are forgotten.
const ISSUERS_MAX: usize = 1_000;

/// How an answer is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// A fresh one will do.
    Usual,
    /// It lacked something: fetch again, though not too often.
    Newer,
}

struct Slot<T> {
    value: Option<(Arc<T>, Duration)>,
    asked: Option<Duration>,
    failure: String,
}

/// Answers by issuer.
pub(crate) struct Kept<T> {
    slots: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Slot<T>>>>>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self {
            slots: Mutex::default(),
        }
    }
}

impl<T> Kept<T> {
    /// The answer of an issuer, fetched where that is needed. The failure is in words for a log or a form.
    pub(crate) async fn get(
        &self,
        clock: &Clock,
        issuer: &str,
        need: Need,
        fetch: impl Future<Output = Result<T, String>>,
    ) -> Result<Arc<T>, String> {
        let slot = self.slot(issuer);
        // Others who ask about the same issuer wait here and then find the answer.
        let mut slot = slot.lock().await;
        let now = clock.monotonic();
        let age = |since: Duration| now.saturating_sub(since);
        let asked_lately = slot.asked.is_some_and(|asked| age(asked) < ASK_AGAIN);
        match &slot.value {
            Some((value, at)) if need == Need::Usual && age(*at) < FRESH => {
                return Ok(Arc::clone(value));
            }
            Some((value, at)) if asked_lately && age(*at) < STALE => return Ok(Arc::clone(value)),
            None if asked_lately => return Err(slot.failure.clone()),
            _ => {}
        }
        slot.asked = Some(now);
        match fetch.await {
            Ok(value) => {
                let value = Arc::new(value);
                slot.value = Some((Arc::clone(&value), now));
                Ok(value)
            }
            Err(failure) => {
                tracing::warn!(
                    issuer,
                    failure,
                    "an issuer of identities could not be asked"
                );
                slot.failure.clone_from(&failure);
                match &slot.value {
                    Some((value, at)) if age(*at) < STALE => Ok(Arc::clone(value)),
                    _ => Err(failure),
                }
            }
        }
    }

    fn slot(&self, issuer: &str) -> Arc<tokio::sync::Mutex<Slot<T>>> {
        let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if slots.len() >= ISSUERS_MAX && !slots.contains_key(issuer) {
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        let empty = || {
            Arc::new(tokio::sync::Mutex::new(Slot {
                value: None,
                asked: None,
                failure: String::new(),
            }))
        };
        Arc::clone(slots.entry(issuer.to_owned()).or_insert_with(empty))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use time::macros::datetime;

    use super::*;

    struct Scene {
        kept: Kept<u32>,
        clock: Clock,
        hand: gatehouse_runtime::ClockHand,
        fetched: AtomicU32,
    }

    impl Scene {
        fn new() -> Self {
            let (clock, hand) = Clock::adjustable(datetime!(2026-11-20 12:00 UTC));
            Self {
                kept: Kept::default(),
                clock,
                hand,
                fetched: AtomicU32::new(0),
            }
        }

        async fn ask(&self, need: Need, answers: bool) -> Result<u32, String> {
            let fetch = async {
                let number = self.fetched.fetch_add(1, Ordering::SeqCst);
                // Lets the others in, if anything does.
                tokio::task::yield_now().await;
                if answers {
                    Ok(number)
                } else {
                    Err("away".to_owned())
                }
            };
            let got = self.kept.get(&self.clock, "i", need, fetch).await;
            got.map(|value| *value)
        }

        fn pass(&self, seconds: u64) {
            self.hand.advance(Duration::from_secs(seconds));
        }
    }

    #[tokio::test]
    async fn one_fetch_answers_everybody_until_it_is_old() {
        let scene = Scene::new();
        let (one, other) = tokio::join!(scene.ask(Need::Usual, true), scene.ask(Need::Usual, true));
        assert_eq!((one, other), (Ok(0), Ok(0)));
        scene.pass(599);
        assert_eq!(scene.ask(Need::Usual, true).await, Ok(0));
        scene.pass(1);
        assert_eq!(scene.ask(Need::Usual, true).await, Ok(1));
    }

    #[tokio::test]
    async fn something_missing_is_asked_about_once_in_thirty_seconds() {
        let scene = Scene::new();
        assert_eq!(scene.ask(Need::Usual, true).await, Ok(0));
        for (pass, expected) in [(0, 0), (29, 0), (1, 1), (29, 1), (1, 2)] {
            scene.pass(pass);
            assert_eq!(scene.ask(Need::Newer, true).await, Ok(expected));
        }
    }

    #[tokio::test]
    async fn an_issuer_that_is_away_is_not_flooded_and_its_old_answer_serves_a_day() {
        let scene = Scene::new();
        assert!(scene.ask(Need::Usual, false).await.is_err());
        scene.pass(29);
        assert!(scene.ask(Need::Usual, true).await.is_err(), "not asked yet");
        scene.pass(1);
        assert_eq!(scene.ask(Need::Usual, true).await, Ok(1));
        scene.pass(24 * 60 * 60 - 1);
        assert_eq!(scene.ask(Need::Usual, false).await, Ok(1));
        scene.pass(31);
        assert!(scene.ask(Need::Usual, false).await.is_err());
    }
}
