//! Schemas of ids: a prefix and 26 characters of Crockford's base 32.

use serde_json::json;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

macro_rules! ids {
    ($($name:ident)*) => {$(
        #[doc = concat!("The text of a ", stringify!($name), ".")]
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let prefix = gatehouse_domain::id::$name::PREFIX;
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .pattern(Some(format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$")))
                    .examples([json!(format!("{prefix}_01m2k3a4b5c6d7e8f9g0h1j2k3"))])
                    .into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

ids! {
    AccessTokenId ApiId ApiVersionId ApplicationId ApprovalDelegationId ApprovalRequestId BackendSecretId CertificateId ChangeId ChangelogEntryId ChangesetId CiTrustId CommentId CredentialId EnvironmentId EventId GatewayGroupId GuideId IdentityProviderId IncidentId IncidentUpdateId JobId LimitId MessageId
    NodeId NotificationId OperationId PlanId PolicyId ProductId SpecRevisionId SubscriptionId TargetId TeamId TenantId TermsId UpstreamId UserId
    WebhookDeliveryId WebhookEndpointId
}

macro_rules! lookups {
    ($($name:ident = $what:literal;)*) => {$(
        #[doc = concat!("The id or slug of ", $what, ".")]
        #[derive(Debug)]
        pub enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    .description(Some(concat!("Id or slug of ", $what, ".")))
                    .into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

lookups! {
    ApiLookup = "an API";
    ApplicationLookup = "an application";
    EnvironmentLookup = "an environment";
    PlanLookup = "a plan of the API";
    TeamLookup = "a team";
}
