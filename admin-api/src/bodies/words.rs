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

/// The one grant of the token exchange (RFC 8693 §2.1).
pub(crate) const GRANT: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
/// What it gives out (RFC 8693 §3).
pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// What it takes.
pub(crate) const SUBJECT_TYPES: [&str; 2] = [
    "urn:ietf:params:oauth:token-type:jwt",
    "urn:ietf:params:oauth:token-type:id_token",
];

words! {
    /// What a token exchange is.
    ExchangeGrant = vec![GRANT];
    /// Why a token exchange gave nothing (RFC 6749 §5.2, RFC 8693 §2.2.2).
    ExchangeError = vec!["invalid_request", "unsupported_grant_type", "invalid_target", "invalid_scope"];
    /// What a token exchange gives out.
    IssuedTokenType = vec![ACCESS_TOKEN];
    /// What a token exchange takes.
    SubjectTokenType = SUBJECT_TYPES.to_vec();
    /// How an exchanged token is sent.
    TokenType = vec!["Bearer"];
    /// How mail of a kind of event comes.
    MailPreference = all!(domain::notice::MailPreference);
    /// A language of pages and mails.
    Language = domain::Language::COMPLETE.iter().map(|one| one.tag()).collect();
    /// Whether an application may call.
    ApplicationState = vec!["active", "suspended"];
    /// Where an API version stands in its life.
    ApiVersionState = all!(domain::api::ApiVersionState);
    /// Where a product stands in its life.
    ProductState = all!(domain::api::ProductState);
    /// What kind of team asks.
    AskingTeam = all!(domain::approval::AskingTeam);
    /// What people made of a request.
    ByPeople = vec!["approved", "rejected", "waiting", "undecided", "not_asked"];
    /// How a question to a requester is answered.
    QuestionKind = all!(domain::question::QuestionKind);
    /// How many conditions of a rule must hold.
    RuleMatch = all!(domain::approval::RuleMatch);
    /// On which side of a request somebody stands.
    RequestSide = all!(domain::subscription::RequestSide);
    /// What a rule does with the requests it holds for.
    RuleMode = all!(domain::approval::RuleMode);
    /// What happens when a description breaks callers.
    Compat = all!(domain::api::Compat);
    /// What a finding of a lint rule does.
    LintLevel = gatehouse_spec::lint::Level::ALL.iter().map(|level| level.as_str()).collect();
    /// How a request for a plan is decided.
    ApprovalMode = all!(domain::plan::ApprovalMode);
    /// How a caller proves who it is.
    CredentialKind = all!(domain::credential::CredentialKind);
    /// Whether a key opens anything.
    CredentialState = all!(domain::credential::CredentialState);
    /// How sensitive the data of an API is.
    DataClass = vec!["public", "internal", "personal", "secret"];
    /// How far an event is on its way to a webhook.
    DeliveryState = all!(domain::webhook::DeliveryState);
    /// Whether events are sent to a webhook.
    EndpointState = all!(domain::webhook::EndpointState);
    /// Why a subscription is over.
    EndedReason = all!(domain::subscription::EndedReason);
    /// Which side of the fence an environment is on.
    EnvironmentKind = vec!["sandbox", "production"];
    /// What a grant holds for.
    GrantScopeKind = vec!["tenant", "team", "product", "api"];
    /// What an incident does to calls.
    IncidentImpact = all!(domain::incident::IncidentImpact);
    /// How far an incident is.
    IncidentState = all!(domain::incident::IncidentState);
    /// Whether a job still goes, or was told for the last time.
    JobEventKind = vec!["progress", "ended"];
    /// What a job does.
    JobKind = all!(domain::job::JobKind);
    /// How far a job is.
    JobState = all!(domain::job::JobState);
    /// What a limit bounds.
    LimitKind = vec!["rate", "quota"];
    /// How calls are spread over targets.
    LoadBalancing = vec!["round_robin", "least_connections"];
    /// Whether a member may sign in.
    MemberStatus = vec!["active", "disabled"];
    /// What can be said about a gateway.
    NodeState = vec!["in_force", "behind", "diverged", "silent"];
    /// Whether calls are sent to a gateway: draining is asked of it, drained is what it says of itself.
    Rotation = vec!["serving", "draining", "drained"];
    /// One thing that can be allowed.
    Permission = all!(domain::Permission);
    /// What publishing did.
    Outcome = vec!["created", "updated", "unchanged"];
    /// Where a policy is attached, outermost first.
    PolicyLevel = all!(domain::policy::PolicyLevel);
    /// What a policy does.
    PolicyKind = all!(domain::policy::PolicyKind);
    /// Whether a policy decides.
    PolicyMode = all!(domain::policy::PolicyMode);
    /// Whether places further in may say otherwise.
    PolicyInherit = all!(domain::policy::PolicyInherit);
    /// How a token is signed.
    JwtAlgorithm = vec!["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"];
    /// Whether a plan can be asked for.
    PlanState = all!(domain::plan::PlanState);
    /// What a price is paid for again and again.
    PricePeriod = all!(domain::price::PricePeriod);
    /// A calendar period, in the tenant's time zone.
    QuotaPeriod = all!(domain::plan::QuotaPeriod);
    /// What approvers are asked.
    RequestSubject = vec!["subscription", "plan_change", "renewal"];
    /// A built-in role of a tenant.
    Role = all!(domain::Role);
    /// What a subscription is at this moment.
    ShownState = all!(domain::subscription::ShownState);
    /// Who may sign up.
    SignupMode = all!(domain::api::SignupMode);
    /// How far a change got on one gateway.
    Spread = vec!["applied", "waiting", "silent"];
    /// What was decided about a subscription.
    StoredState = all!(domain::subscription::StoredState);
    /// What can happen to a subscription.
    SubscriptionEvent = all!(domain::subscription::SubscriptionEvent);
    /// Whether a team offers APIs or uses them.
    TeamKind = vec!["provider", "consumer"];
    /// A person's part in a team.
    TeamRole = vec!["lead", "member"];
    /// Whether a tenant may be used.
    TenantStatus = all!(domain::api::TenantStatus);
    /// Over which time usage is told, by which steps: minutes, hours, days, days.
    UsageRange = vec!["hour", "day", "14d", "90d"];
    /// Who may find an API.
    Visibility = all!(domain::api::Visibility);
    /// What is decided about a request.
    Verdict = vec!["approve", "reject"];
}
