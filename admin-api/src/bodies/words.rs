//! Schemas of words from a closed list.

use gatehouse_domain as domain;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $words:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let words: Vec<&str> = $words;
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .enum_values(Some(words))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

macro_rules! all {
    ($name:path) => {
        <$name>::ALL.iter().map(|word| word.as_str()).collect()
    };
}

words! {
    /// Where an API version stands in its life.
    ApiVersionState = all!(domain::api::ApiVersionState);
    /// Whether a member may sign in.
    MemberStatus = vec!["active", "disabled"];
    /// What can be said about a gateway.
    NodeState = vec!["in_force", "behind", "silent"];
    /// One thing that can be allowed.
    Permission = all!(domain::Permission);
    /// A built-in role of a tenant.
    Role = all!(domain::Role);
    /// Who may sign up.
    SignupMode = all!(domain::api::SignupMode);
    /// How far a change got on one gateway.
    Spread = vec!["applied", "waiting", "silent"];
    /// Whether a team offers APIs or uses them.
    TeamKind = vec!["provider", "consumer"];
    /// A person's part in a team.
    TeamRole = vec!["lead", "member"];
    /// Whether a tenant may be used.
    TenantStatus = all!(domain::api::TenantStatus);
}
