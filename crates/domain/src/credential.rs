//! Credentials: when one counts, as a gateway decides it by its own clock.

use time::OffsetDateTime;

use crate::api::words;

words! {
    /// The stored state of a credential. `Retiring` is a key that was replaced and still works until its `retire_at`.
    CredentialState {
        /// Usable.
        Active = "active",
        /// Replaced; usable until `retire_at`.
        Retiring = "retiring",
        /// Taken away, for good.
        Revoked = "revoked",
        /// Past its date, for good.
        Expired = "expired",
    }
}

words! {
    /// How a caller proves who it is.
    CredentialKind {
        /// A bearer key in a header.
        ApiKey = "api_key",
        /// A name and a password (RFC 7617).
        Basic = "basic",
        /// A shared secret that signs requests; kept sealed, because whoever verifies needs it too.
        Hmac = "hmac",
        /// A key pair that signs tokens (RFC 7523); its public half is kept.
        JwtKey = "jwt_key",
        /// A client that gets tokens for its id and secret (RFC 6749 §2.3.1).
        OauthClient = "oauth_client",
        /// A certificate shown in the TLS handshake (RFC 8705); its public half is kept.
        MtlsCert = "mtls_cert",
    }
}

impl CredentialKind {
    /// Said wherever one is made or shown that gateways do not check.
    pub const NOT_ENFORCED: &str = "Gateways do not check credentials of this kind yet: calls with it are refused as calls without a key.";

    /// Whether gateways check credentials of this kind.
    pub fn is_enforced(self) -> bool {
        matches!(self, Self::ApiKey)
    }
}

/// What decides whether a credential identifies its application at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CredentialFacts {
    /// Stored state.
    pub state: CredentialState,
    /// Not usable before this moment.
    pub not_before: Option<OffsetDateTime>,
    /// Not usable from this moment on.
    pub expires_at: Option<OffsetDateTime>,
    /// Set on a replaced key: not usable from this moment on.
    pub retire_at: Option<OffsetDateTime>,
}

/// Whether a presented credential identifies anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialVerdict {
    /// It does.
    Valid,
    /// Revoked, or replaced and past its overlap.
    Revoked,
    /// Past `expires_at`, or before `not_before`.
    Expired,
}

impl CredentialFacts {
    /// Judges at `now`. The stored state alone is never enough: `expires_at` and `retire_at` end a key by the clock,
    /// with nobody awake.
    pub fn verdict(&self, now: OffsetDateTime) -> CredentialVerdict {
        let passed = |moment: Option<OffsetDateTime>| moment.is_some_and(|moment| now >= moment);
        match self.state {
            CredentialState::Revoked => CredentialVerdict::Revoked,
            CredentialState::Expired => CredentialVerdict::Expired,
            CredentialState::Active | CredentialState::Retiring => {
                if passed(self.expires_at) || self.not_before.is_some_and(|moment| now < moment) {
                    CredentialVerdict::Expired
                } else if passed(self.retire_at) {
                    CredentialVerdict::Revoked
                } else {
                    CredentialVerdict::Valid
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::Duration;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn facts(state: CredentialState) -> CredentialFacts {
        CredentialFacts {
            state,
            not_before: None,
            expires_at: None,
            retire_at: None,
        }
    }

    #[test]
    fn a_replaced_key_works_until_its_retire_time_and_not_at_it() {
        let key = CredentialFacts {
            retire_at: Some(NOW + Duration::seconds(60)),
            ..facts(CredentialState::Retiring)
        };
        assert_eq!(
            key.verdict(NOW + Duration::seconds(59)),
            CredentialVerdict::Valid
        );
        assert_eq!(
            key.verdict(NOW + Duration::seconds(60)),
            CredentialVerdict::Revoked
        );
    }

    #[test]
    fn expiry_and_revocation_hold_whatever_else_is_true() {
        let expired = CredentialFacts {
            expires_at: Some(NOW),
            ..facts(CredentialState::Active)
        };
        assert_eq!(expired.verdict(NOW), CredentialVerdict::Expired);
        let early = CredentialFacts {
            not_before: Some(NOW + Duration::SECOND),
            ..facts(CredentialState::Active)
        };
        assert_eq!(early.verdict(NOW), CredentialVerdict::Expired);
        assert_eq!(
            facts(CredentialState::Revoked).verdict(NOW),
            CredentialVerdict::Revoked
        );
        assert_eq!(
            facts(CredentialState::Active).verdict(NOW),
            CredentialVerdict::Valid
        );
    }
}
