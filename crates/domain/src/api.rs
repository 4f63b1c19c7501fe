//! Lifecycles of API versions and tenants.

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $word)] $variant,)*
        }

        impl $name {
            /// Every value, in the order pages list them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word in tables, URLs and JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)*
                }
            }

            /// Reads [`Self::as_str`].
            pub fn parse(text: &str) -> Option<Self> {
                match text {
                    $($word => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// Where an API version stands in its life.
    ApiVersionState {
        /// Being prepared: visible to its owners only, not served.
        Draft = "draft",
        /// Offered and served.
        Published = "published",
        /// Still served, with a date on which it ends.
        Deprecated = "deprecated",
        /// Answered with 410 Gone; never served again.
        Retired = "retired",
    }
}

impl ApiVersionState {
    /// Whether a version may move from this state to `next`. Retired is final; a deprecation can be taken back.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft, Self::Published)
                | (Self::Published, Self::Deprecated)
                | (Self::Deprecated, Self::Published | Self::Retired)
        )
    }

    /// Whether the gateway forwards calls to it.
    pub const fn is_served(self) -> bool {
        matches!(self, Self::Published | Self::Deprecated)
    }
}

words! {
    /// What happens when a description breaks callers of the one in force.
    Compat {
        /// It is not published, unless that is accepted.
        Strict = "strict",
        /// It is published, and told.
        Warn = "warn",
        /// It is published.
        Off = "off",
    }
}

words! {
    /// Where a product stands in its life.
    ProductState {
        /// Being put together: seen by its owners only.
        Draft = "draft",
        /// Offered.
        Published = "published",
        /// Still offered, but not for anything new.
        Deprecated = "deprecated",
        /// Over, with every subscription to it.
        Retired = "retired",
    }
}

impl ProductState {
    /// Whether a product may move from this state to `next`. Retired is final; a deprecation can be taken back.
    pub const fn may_become(self, next: Self) -> bool {
        matches!(
            (self, next),
            (Self::Draft, Self::Published | Self::Retired)
                | (Self::Published, Self::Deprecated)
                | (Self::Deprecated, Self::Published | Self::Retired)
        )
    }
}

words! {
    /// Whether a tenant may be used.
    TenantStatus {
        /// In use.
        Active = "active",
        /// The gateway refuses its APIs, the portal only reads.
        Suspended = "suspended",
        /// Being wound down.
        Closing = "closing",
        /// Gone; its data waits for erasure.
        Closed = "closed",
    }
}

words! {
    /// Who may sign up to a tenant's portal.
    SignupMode {
        /// Anyone.
        Open = "open",
        /// Addresses of the tenant's domains.
        Domain = "domain",
        /// Holders of an invitation.
        Invite = "invite",
        /// Nobody.
        Closed = "closed",
    }
}

words! {
    /// Who may find a product.
    Visibility {
        /// Its owning team.
        Private = "private",
        /// Teams that were granted it.
        Restricted = "restricted",
        /// Every member of the tenant.
        Tenant = "tenant",
        /// Everyone, signed in or not.
        Public = "public",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_goes_forward_and_its_deprecation_can_be_taken_back() {
        let legal: Vec<_> = ProductState::ALL
            .iter()
            .flat_map(|from| ProductState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from}>{to}"))
            .collect();
        assert_eq!(
            legal,
            [
                "draft>published",
                "draft>retired",
                "published>deprecated",
                "deprecated>published",
                "deprecated>retired"
            ]
        );
    }

    #[test]
    fn only_the_four_lifecycle_moves_are_legal() {
        let legal: Vec<_> = ApiVersionState::ALL
            .iter()
            .flat_map(|from| ApiVersionState::ALL.iter().map(move |to| (*from, *to)))
            .filter(|(from, to)| from.may_become(*to))
            .map(|(from, to)| format!("{from}>{to}"))
            .collect();
        assert_eq!(
            legal,
            [
                "draft>published",
                "published>deprecated",
                "deprecated>published",
                "deprecated>retired"
            ]
        );
    }

    #[test]
    fn words_read_back() {
        for state in ApiVersionState::ALL {
            assert_eq!(ApiVersionState::parse(state.as_str()), Some(*state));
        }
        assert_eq!(TenantStatus::parse("nope"), None);
    }
}
