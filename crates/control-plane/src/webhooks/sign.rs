//! The signature of a webhook, by Standard Webhooks 1.0: HMAC-SHA-256 over `id.timestamp.body`.

use anyhow::Context;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gatehouse_runtime::random;
use zeroize::Zeroizing;

/// Bytes of a secret; the standard wants 24 to 64.
const LENGTH: usize = 32;
/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";

/// What an endpoint's messages are signed with. Prints nothing.
#[derive(Clone)]
pub struct WebhookSecret(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for WebhookSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("WebhookSecret(..)")
    }
}

impl WebhookSecret {
    pub(super) fn generate() -> Self {
        Self(Zeroizing::new(random::bytes::<LENGTH>().to_vec()))
    }

    pub(super) fn from_bytes(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Reads the text that was shown: `whsec_` and base64.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let text = text.strip_prefix(PREFIX).context("expected whsec_…")?;
        let bytes = STANDARD.decode(text).context("expected base64")?;
        Ok(Self(Zeroizing::new(bytes)))
    }

    /// The text to show once.
    pub fn reveal(&self) -> Zeroizing<String> {
        Zeroizing::new(format!("{PREFIX}{}", STANDARD.encode(self.0.as_slice())))
    }

    /// One signature, as it stands in `webhook-signature`. `timestamp` is in Unix seconds.
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let mut context = hmac::Context::with_key(&key);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standards_own_vector_is_met() {
        // From the reference implementations of Standard Webhooks.
        let secret = WebhookSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = secret.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            br#"{"test": 2432232314}"#,
        );
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_reads_back_and_prints_nothing() {
        let secret = WebhookSecret::generate();
        let text = secret.reveal();
        assert_eq!(WebhookSecret::parse(&text).unwrap().bytes(), secret.bytes());
        assert_eq!(format!("{secret:?}"), "WebhookSecret(..)");
        assert!(WebhookSecret::parse("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").is_err());
    }
}
