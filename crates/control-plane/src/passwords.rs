//! Passwords: which are accepted, and how they are kept.
//!
//! Rules of NIST SP 800-63B-4 §3.1.1: at least 15 characters because the password stands alone, no composition rules, no
//! truncation, a blocklist. The blocklist is zxcvbn's, offline, which also sees repetitions, keyboard rows, dates and the
//! person's own name in what looks long. Hashes are argon2id (RFC 9106), computed off the async threads, a few at a time:
//! sign-in must not be a way to keep every core busy.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use gatehouse_language::t;
use gatehouse_runtime::{Secret, random};
use tokio::sync::Semaphore;

use crate::refusal::Refusal;
use crate::words::blocking;

/// Fewest characters (Unicode code points).
pub const LENGTH_MIN: usize = 15;
/// Most characters. Nothing is truncated.
pub const LENGTH_MAX: usize = 128;

/// Below this many guesses, as a power of ten, a password counts as common.
const GUESSES_LOG10_MIN: f64 = 10.0;
/// Memory of one hash, KiB: the argon2id minimum of the OWASP cheat sheet with two passes.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;

/// One per process, because what it shares out is the machine's cores.
static POOL: Pool = Pool::new(2, 64);

/// Seconds after which a full queue has surely moved.
const QUEUE_WAIT_S: u64 = 2;

/// A hash no password has, of the same cost as real ones: verified for accounts that do not exist, so that their answer
/// takes as long.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$Z2F0ZWhvdXNlL25vYm9keQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Says why a password is not accepted, in words for a page; `None` accepts it. `context` is what an attacker would try
/// first: the address, the name, the product.
pub fn fault(password: &str, context: &[String]) -> Option<(&'static str, String)> {
    let length = password.chars().count();
    if length < LENGTH_MIN {
        return Some((
            "too_short",
            t!(
                "refused-people-use-at-least-characters-this-has",
                length_min = &LENGTH_MIN,
                length = &length
            ),
        ));
    }
    if length > LENGTH_MAX {
        return Some((
            "too_long",
            t!(
                "refused-people-use-at-most-characters-this-has",
                length_max = &LENGTH_MAX,
                length = &length
            ),
        ));
    }
    let mut known = vec!["gatehouse"];
    let parts = context
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    known.extend(context.iter().map(String::as_str));
    known.extend(parts.filter(|part| part.chars().count() > 2));
    let guessable = zxcvbn::zxcvbn(password, &known).guesses_log10() < GUESSES_LOG10_MIN;
    guessable.then(|| ("common", t!("refused-people-this-is-easy-to-guess-it")))
}

/// Judges a new password and hashes it. Faults are reported at `pointer`.
pub(crate) async fn accept(
    password: &Secret<String>,
    pointer: &'static str,
    context: Vec<String>,
) -> Result<String, Refusal> {
    let password = password.clone();
    POOL.run(move || {
        if let Some((code, detail)) = fault(password.expose(), &context) {
            return Err(Refusal::field(pointer, code, detail));
        }
        let hash = argon2()?
            .hash_password_with_salt(password.expose().as_bytes(), &random::bytes::<16>())
            .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether a password is the stored one. Without a stored one it takes as long and says no.
pub(crate) async fn verify(
    password: &Secret<String>,
    stored: Option<String>,
) -> Result<bool, Refusal> {
    let password = password.clone();
    POOL.run(move || {
        // A password longer than any accepted one would only make work.
        let plausible = password.expose().chars().count() <= LENGTH_MAX;
        let text = stored.as_deref().filter(|_| plausible).unwrap_or(NOBODY);
        let hash = PasswordHash::new(text)
            .map_err(|error| anyhow::anyhow!("a stored password hash is unreadable: {error}"))?;
        let input: &[u8] = if plausible {
            password.expose().as_bytes()
        } else {
            &[]
        };
        let equal = argon2()?.verify_password(input, &hash).is_ok();
        Ok(equal && plausible && stored.is_some())
    })
    .await
}

fn argon2() -> Result<Argon2<'static>, Refusal> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)
        .map_err(|error| anyhow::anyhow!("argon2 parameters: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A few jobs at once, a bounded queue, and a refusal above it.
struct Pool {
    running: Semaphore,
    /// Those running and those waiting.
    admitted: Semaphore,
}

impl Pool {
    const fn new(at_once: usize, waiting_max: usize) -> Self {
        Self {
            running: Semaphore::const_new(at_once),
            admitted: Semaphore::const_new(at_once + waiting_max),
        }
    }

    async fn run<T: Send + 'static>(
        &'static self,
        job: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Refusal> {
        let _admitted = self
            .admitted
            .try_acquire()
            .map_err(|_| Refusal::TooMany(QUEUE_WAIT_S))?;
        let running = self
            .running
            .acquire()
            .await
            .map_err(|error| Refusal::Internal(error.into()))?;
        blocking(move || {
            // Kept until the hash is done, also when the asker has gone away.
            let _running = running;
            job()
        })
        .await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> Option<&'static str> {
        let context = [
            "ana.okafor@northwind.example".to_owned(),
            "Ana Okafor".to_owned(),
        ];
        fault(password, &context).map(|(code, _)| code)
    }

    #[test]
    fn length_is_held_at_its_limits_and_counted_in_characters() {
        let text = "kx7 vq2 zj9 wm4 ".repeat(9);
        let start = |length: usize| text.chars().take(length).collect::<String>();
        for (length, code) in [
            (14, Some("too_short")),
            (15, None),
            (16, None),
            (127, None),
            (128, None),
            (129, Some("too_long")),
        ] {
            assert_eq!(refused(&start(length)), code, "{length}");
        }
        assert_eq!(refused("пёс гуляет ночь"), None);
        assert_eq!(refused("пёс гуляет ноч"), Some("too_short"));
    }

    #[test]
    fn common_repeated_and_personal_passwords_are_refused_however_long() {
        for password in [
            "passwordpassword",
            "password12345678",
            "123456789012345",
            "aaaaaaaaaaaaaaaaaaaa",
            "qwertyuiopasdfghjkl",
            "abcabcabcabcabcabc",
            "letmeinletmeinletmein",
            "gatehousegatehouse",
            "anaokaforanaokafor",
            "northwindnorthwind1",
            "P@ssw0rdP@ssw0rd",
            "iloveyouiloveyou",
        ] {
            assert_eq!(refused(password), Some("common"), "{password}");
        }
    }

    #[test]
    fn passphrases_unicode_and_spaces_are_accepted_without_composition_rules() {
        for password in [
            "correct horse battery staple",
            "lowercase only but long enough",
            "der alte Mann und das Meer 9",
            "漢字とかなの長い合言葉をつかう時",
            "🐙🦀🐡🐠🐟🐬🐳🐋🦈🐊🐅🐆🦓🦍🦧",
            "   leading and trailing   ",
        ] {
            assert_eq!(refused(password), None, "{password}");
        }
    }

    #[tokio::test]
    async fn the_whole_password_counts_and_a_missing_account_has_none() {
        let long = format!("{} end", "nothing is cut off ".repeat(6));
        let secret = Secret::new(long.clone());
        let hash = accept(&secret, "/password", Vec::new()).await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(verify(&secret, Some(hash.clone())).await.unwrap());
        let cut = Secret::new(long[..long.len() - 1].to_owned());
        assert!(!verify(&cut, Some(hash)).await.unwrap());
        assert!(!verify(&secret, None).await.unwrap());
    }

    #[test]
    fn the_hash_of_nobody_costs_what_a_real_one_costs() {
        let start = format!("$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p=1$");
        assert!(NOBODY.starts_with(&start));
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(nobody.hash.unwrap().len(), 32);
    }

    #[tokio::test]
    async fn a_full_queue_refuses_instead_of_growing() {
        let pool: &'static Pool = Box::leak(Box::new(Pool::new(1, 2)));
        let held: Vec<_> = std::iter::from_fn(|| pool.admitted.try_acquire().ok()).collect();
        assert_eq!(held.len(), 3);
        let answer = pool.run(|| Ok(())).await;
        assert!(matches!(answer, Err(Refusal::TooMany(QUEUE_WAIT_S))));
        drop(held);
        assert!(pool.run(|| Ok(())).await.is_ok());
    }
}
