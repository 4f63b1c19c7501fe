//! Typed identifiers: a UUIDv7 in the database, a prefixed sortable text everywhere a person or a program sees it.
//!
//! The text is `prefix_` followed by the 128 bits in 26 characters of Crockford's base 32, lower case. It sorts like
//! the UUID, carries no ambiguous letters and says what it names, so a wrong id pasted into the wrong field is refused
//! before any lookup.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Characters of a text form without its prefix: 128 bits in groups of 5, the first group holding 3.
pub const TEXT_LENGTH: usize = 26;

/// The text given where an identifier was expected is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that starts with '{prefix}_' followed by 26 letters and digits")]
pub struct InvalidId {
    /// The prefix this kind of identifier starts with, without the underscore.
    pub prefix: &'static str,
}

/// Writes 128 bits as 26 base-32 characters, most significant first.
pub fn encode(value: u128) -> String {
    digits(value).iter().copied().map(char::from).collect()
}

/// The same without allocating: digits of ASCII.
pub fn digits(value: u128) -> [u8; TEXT_LENGTH] {
    std::array::from_fn(|place| {
        let position = TEXT_LENGTH - 1 - place;
        ALPHABET[((value >> (position * 5)) & 31) as usize]
    })
}

/// Reads what [`encode`] wrote. `None` for a wrong length, a foreign character or a value above 128 bits.
pub fn decode(text: &str) -> Option<u128> {
    if text.len() != TEXT_LENGTH || text.as_bytes()[0] > b'7' {
        return None;
    }
    text.bytes().try_fold(0u128, |value, byte| {
        let digit = ALPHABET.iter().position(|known| *known == byte)?;
        Some((value << 5) | digit as u128)
    })
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// The prefix of the text form, without the underscore.
            pub const PREFIX: &'static str = $prefix;

            /// Wraps the identifier as the database holds it.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// The identifier as the database holds it.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                // Written for every request that is forwarded: nothing is allocated.
                let digits = digits(self.0.as_u128());
                formatter.write_str(concat!($prefix, "_"))?;
                formatter.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.strip_prefix(concat!($prefix, "_"))
                    .and_then(decode)
                    .map(|value| Self(Uuid::from_u128(value)))
                    .ok_or(InvalidId { prefix: $prefix })
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(self)
                } else {
                    self.0.serialize(serializer)
                }
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                if deserializer.is_human_readable() {
                    let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                    text.parse().map_err(serde::de::Error::custom)
                } else {
                    Uuid::deserialize(deserializer).map(Self)
                }
            }
        }
    )*};
}

ids! {
    /// A tenant: a company or department with its own users, APIs and data.
    TenantId = "ten";
    /// A person with a sign-in, known across tenants.
    UserId = "usr";
    /// A team inside a tenant.
    TeamId = "team";
    /// A CI access token.
    AccessTokenId = "tok";
    /// An OpenID Connect provider people sign in with.
    IdentityProviderId = "idp";
    /// A trust in the workload identities of a CI system.
    CiTrustId = "cit";
    /// An API.
    ApiId = "api";
    /// One version of an API.
    ApiVersionId = "ver";
    /// One stored description of an API version.
    SpecRevisionId = "rev";
    /// One operation of a spec revision.
    OperationId = "op";
    /// An environment of a tenant: sandbox or production.
    EnvironmentId = "env";
    /// A group of gateways that run the same configuration.
    GatewayGroupId = "grp";
    /// One gateway process.
    NodeId = "gw";
    /// A certificate that a tenant's own hosts are served with.
    CertificateId = "crt";
    /// A value that gateways show to backends of an API.
    BackendSecretId = "bsec";
    /// A backend and how to reach it.
    UpstreamId = "up";
    /// One address of an upstream.
    TargetId = "tgt";
    /// Where an API version is reachable in one environment.
    RouteId = "rt";
    /// What its owners write about an API.
    GuideId = "gde";
    /// One thing that happened to an API.
    ChangelogEntryId = "cle";
    /// A question about an API, or an answer.
    CommentId = "cmt";
    /// Something that is or was wrong with APIs.
    IncidentId = "inc";
    /// What was said of an incident at one time.
    IncidentUpdateId = "upd";
    /// What can be subscribed to: one API, or a bundle.
    ProductId = "prd";
    /// What whoever asks for a plan accepts.
    TermsId = "trm";
    /// A plan of a product.
    PlanId = "plan";
    /// One immutable set of limits of a plan.
    PlanRevisionId = "plr";
    /// One limit of a plan revision.
    LimitId = "lim";
    /// A policy: what gateways do at the place it is attached to.
    PolicyId = "pcy";
    /// An application that calls APIs.
    ApplicationId = "app";
    /// An application's access to a product under a plan.
    SubscriptionId = "sub";
    /// Something said about a request.
    MessageId = "msg";
    /// A question put to approvers.
    ApprovalRequestId = "apr";
    /// Somebody who decides for somebody away.
    ApprovalDelegationId = "dlg";
    /// A credential of an application; an API key is one kind.
    CredentialId = "key";
    /// One change of configuration, which may touch several gateway groups.
    ChangeId = "chg";
    /// A declarative change with its diff.
    ChangesetId = "chs";
    /// Long work that somebody asked for.
    JobId = "job";
    /// An event in the outbox.
    EventId = "evt";
    /// A notice to one person.
    NotificationId = "ntf";
    /// Where events are sent.
    WebhookEndpointId = "whk";
    /// One event on its way to one endpoint.
    WebhookDeliveryId = "whd";
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_value_reads_back_and_sorts_like_its_number(left: u128, right: u128) {
            prop_assert_eq!(decode(&encode(left)), Some(left));
            prop_assert_eq!(encode(left).cmp(&encode(right)), left.cmp(&right));
        }
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let tenant = TenantId::from_uuid(Uuid::from_u128(7));
        let text = tenant.to_string();
        assert_eq!(text, "ten_00000000000000000000000007");
        assert_eq!(text.parse::<TenantId>(), Ok(tenant));
        assert_eq!(text.parse::<ApiId>(), Err(InvalidId { prefix: "api" }));
    }

    #[test]
    fn text_that_is_too_long_too_large_or_foreign_is_refused() {
        for text in [
            "",
            "ten_",
            "ten_0000000000000000000000000",
            "ten_000000000000000000000000000",
            "ten_80000000000000000000000000",
            "ten_0000000000000000000000000I",
            "0000000000000000000000000é",
        ] {
            assert!(text.parse::<TenantId>().is_err(), "{text}");
        }
    }

    #[test]
    fn json_uses_the_prefixed_text() {
        let id = ApiId::from_uuid(Uuid::from_u128(1));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, "\"api_00000000000000000000000001\"");
        assert_eq!(serde_json::from_str::<ApiId>(&json).unwrap(), id);
    }
}
