//! Applications, subscriptions, keys.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{PersonRef, Problem, TeamRef, ids, words};

/// Who works on an application.
#[derive(Debug, ToSchema)]
pub struct ApplicationMembers {
    /// The team that owns it, with whatever else it owns.
    pub team: TeamRef,
    /// Whether that is one person's own: it takes nobody in.
    pub personal: bool,
    /// Whether the caller chooses its members.
    pub may_change: bool,
    /// Leads first.
    pub members: Vec<super::TeamMember>,
    /// Who was written to, where the address was of nobody here yet.
    pub invitation: Option<super::Invitation>,
}

/// An application.
#[derive(Debug, ToSchema)]
pub struct Application {
    /// Identity.
    pub id: ids::ApplicationId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// What it does.
    pub description: String,
    /// Whether it may call.
    pub state: words::ApplicationState,
    /// The owner.
    pub owner_team: TeamRef,
    /// Subscriptions that are not over.
    pub subscriptions: i64,
    /// Keys that work.
    pub keys: i64,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
}

/// An application, in short, and whose it is.
#[derive(Debug, ToSchema)]
pub struct ApplicationRef {
    /// Identity.
    pub id: ids::ApplicationId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// The owner.
    pub team: TeamRef,
}

/// An API, in short.
#[derive(Debug, ToSchema)]
pub struct ApiRef {
    /// Identity.
    pub id: ids::ApiId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// A plan, in short.
#[derive(Debug, ToSchema)]
pub struct PlanRef {
    /// Identity.
    pub id: ids::PlanId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// An environment, in short.
#[derive(Debug, ToSchema)]
pub struct EnvironmentRef {
    /// Identity.
    pub id: ids::EnvironmentId,
    /// In URLs.
    pub slug: String,
    /// Which side of the fence.
    pub kind: words::EnvironmentKind,
}

/// A key, without its secret.
#[derive(Debug, ToSchema)]
pub struct Key {
    /// Identity.
    pub id: ids::CredentialId,
    /// Whose.
    pub application_id: ids::ApplicationId,
    /// How a caller proves it.
    pub kind: words::CredentialKind,
    /// Whether gateways check it: API keys alone so far. Calls with the other kinds are refused as calls without a key.
    pub enforced: bool,
    /// Where it works.
    pub environment: EnvironmentRef,
    /// For people.
    pub name: String,
    /// How its text begins; the user name of `basic`, the key id of `hmac` and the client id of `oauth_client`.
    pub prefix: String,
    /// How its text, or its fingerprint, ends.
    pub last4: String,
    /// SHA-256 of its public key (RFC 7638) or certificate, in hexadecimal digits; where its kind has one.
    pub fingerprint: Option<String>,
    /// Whether it opens anything now.
    pub state: words::CredentialState,
    /// Who made it.
    pub created_by: Option<PersonRef>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// When it ends.
    pub expires_at: Option<OffsetDateTime>,
    /// When it stops because another took its place.
    pub retire_at: Option<OffsetDateTime>,
    /// When it was revoked.
    pub revoked_at: Option<OffsetDateTime>,
    /// Why.
    pub revoked_reason: Option<String>,
    /// When it was last used.
    pub last_used_at: Option<OffsetDateTime>,
    /// How many calls were made with it, those that were refused too.
    pub calls: i64,
    /// The first call with it.
    pub first_call: Option<FirstCall>,
    /// The key whose place it took.
    pub rotated_from: Option<ids::CredentialId>,
    /// What it is for; none is all that its application subscribes to.
    pub products: Vec<KeyProduct>,
    /// The number in its ETag.
    pub row_version: i32,
}

/// The use of one key.
#[derive(Debug, ToSchema)]
pub struct KeyEvidence {
    /// The key.
    pub key: ids::CredentialId,
    /// What it is at this moment.
    pub state: words::CredentialState,
    /// The key that took its place.
    pub replaced_by: Option<ids::CredentialId>,
    /// When that was.
    pub replaced_at: Option<OffsetDateTime>,
    /// When it stops at the latest.
    pub retire_at: Option<OffsetDateTime>,
    /// After how many hours without use it stops sooner.
    pub quiet_hours: Option<i32>,
    /// When it was reported as leaked.
    pub leaked_at: Option<OffsetDateTime>,
    /// When a gateway last saw it.
    pub last_used_at: Option<OffsetDateTime>,
    /// Calls since it was replaced, refused ones too; null for a key that was not.
    pub calls_since_replaced: Option<i64>,
    /// Calls of the last 60 minutes.
    pub calls_last_hour: i64,
    /// Calls of this hour and the 23 before it.
    pub calls_last_day: i64,
    /// What was called in that day, most called first; at most 10.
    pub operations: Vec<EvidenceOperation>,
    /// Where its calls came from, newest first; at most 10.
    pub sources: Vec<EvidenceSource>,
    /// Gateways of its environment that have not been heard from: what they saw of it is not known.
    pub unheard_gateways: Vec<String>,
}

/// An operation called with a key.
#[derive(Debug, ToSchema)]
pub struct EvidenceOperation {
    /// Method and path template.
    pub operation: String,
    /// How often.
    pub calls: i64,
}

/// An address that called with a key.
#[derive(Debug, ToSchema)]
pub struct EvidenceSource {
    /// Of the connection: a proxy in between shows its own, unless it speaks the PROXY protocol.
    pub address: String,
    /// How often, since it was last among the newest.
    pub calls: i64,
    /// When a gateway last saw it.
    pub last_seen_at: OffsetDateTime,
}

/// A product that a key is for. That of a single API has its slug and name.
#[derive(Debug, ToSchema)]
pub struct KeyProduct {
    /// Identity.
    pub id: ids::ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// The first call with a key.
#[derive(Debug, ToSchema)]
pub struct FirstCall {
    /// When.
    pub at: OffsetDateTime,
    /// Its status.
    pub status: i32,
    /// Its whole time, microseconds.
    pub latency_us: i64,
}

/// An application's access to an API under a plan.
#[derive(Debug, ToSchema)]
pub struct Subscription {
    /// Identity.
    pub id: ids::SubscriptionId,
    /// Who calls.
    pub application: ApplicationRef,
    /// What is called.
    pub api: ApiRef,
    /// The product that stands for the API.
    pub product_id: ids::ProductId,
    /// The product, where it is one over several APIs: `api` is the first of them then, under the product's name.
    pub product: Option<super::ProductRef>,
    /// Under which limits.
    pub plan: PlanRef,
    /// Limits of its own beside the plan's, in words; the strictest decides.
    pub own_limits: Vec<String>,
    /// A plan asked for while another is in force.
    pub wanted_plan: Option<PlanRef>,
    /// Where.
    pub environment: EnvironmentRef,
    /// What was decided.
    pub state: words::StoredState,
    /// What that means at this moment.
    pub shown: words::ShownState,
    /// First moment of access.
    pub starts_at: Option<OffsetDateTime>,
    /// First moment without access.
    pub ends_at: Option<OffsetDateTime>,
    /// The provider's stop.
    pub provider_hold: Option<Hold>,
    /// The consumer's stop.
    pub consumer_hold: Option<Hold>,
    /// Who asked; null is the program itself.
    pub requested_by: Option<PersonRef>,
    /// Why, in their words.
    pub request_reason: String,
    /// What they answered to the owner's questions.
    pub answers: Vec<super::RequestAnswer>,
    /// The terms that its team accepted last.
    pub accepted_terms: Option<super::PlanTerms>,
    /// The plan's terms, where the newest version has not been accepted; it goes on without.
    pub terms_to_accept: Option<super::PlanTerms>,
    /// The last decision on the request.
    pub decision: Option<Decision>,
    /// How many people have agreed, of how many that must.
    pub approvals: Approvals,
    /// Questions that wait for approvers.
    pub open_requests: Vec<OpenRequest>,
    /// Why, when and by whom it ended.
    pub ended: Option<End>,
    /// When it was asked for.
    pub created_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
    /// What the caller may do to it now.
    pub actions: Vec<words::SubscriptionEvent>,
}

/// A stop.
#[derive(Debug, ToSchema)]
pub struct Hold {
    /// Since when.
    pub at: OffsetDateTime,
    /// By whom; null is the program itself.
    pub by: Option<PersonRef>,
    /// Why.
    pub reason: Option<String>,
}

/// A decision.
#[derive(Debug, ToSchema)]
pub struct Decision {
    /// Whether it was agreed to.
    pub approved: bool,
    /// By whom; null is a rule or the program itself.
    pub by: Option<PersonRef>,
    /// When.
    pub at: OffsetDateTime,
    /// Why, in their words.
    pub reason: String,
    /// The rule that decided, by its name.
    pub rule: Option<String>,
    /// Whose right a deputy used.
    pub on_behalf_of: Option<PersonRef>,
}

/// How far an approval is.
#[derive(Debug, ToSchema)]
pub struct Approvals {
    /// Different people who agreed.
    pub given: i32,
    /// Different people who must.
    pub required: i32,
}

/// A question that waits for approvers.
#[derive(Debug, ToSchema)]
pub struct OpenRequest {
    /// Identity.
    pub id: ids::ApprovalRequestId,
    /// About what.
    pub subject: words::RequestSubject,
    /// Since when.
    pub waiting_since: OffsetDateTime,
    /// By when it should be decided.
    pub due_at: OffsetDateTime,
    /// How far it is.
    pub approvals: Approvals,
    /// What the plan's rule said of it; shown to those who see every subscription.
    pub rule: Option<super::Judgement>,
    /// When it was passed on because nobody had decided in time.
    pub escalated_at: Option<OffsetDateTime>,
}

/// How a subscription ended, or was taken back.
#[derive(Debug, ToSchema)]
pub struct End {
    /// Why; null for a withdrawn or rejected request.
    pub reason: Option<words::EndedReason>,
    /// When.
    pub at: OffsetDateTime,
    /// By whom; null is the program itself.
    pub by: Option<PersonRef>,
    /// In their words.
    pub note: Option<String>,
}

/// A question in the approvers' queue.
#[derive(Debug, ToSchema)]
pub struct AccessRequest {
    /// Identity of the question.
    pub id: ids::ApprovalRequestId,
    /// The subscription it is about.
    pub subscription: Subscription,
    /// What is asked.
    pub subject: words::RequestSubject,
    /// Who asks.
    pub requester: Option<PersonRef>,
    /// Why, in their words.
    pub reason: String,
    /// For which team.
    pub team: TeamRef,
    /// The limits of the plan, in words.
    pub plan_limits: Vec<String>,
    /// What the same team has already.
    pub other_access: Vec<OtherAccess>,
    /// What the decision risks.
    pub risk: super::Risk,
    /// What was said about it.
    pub messages: super::Said,
    /// Since when.
    pub waiting_since: OffsetDateTime,
    /// By when it should be decided.
    pub due_at: OffsetDateTime,
    /// Whether that has passed.
    pub overdue: bool,
    /// How long it has waited, seconds.
    pub age_s: i64,
    /// When it was passed on because nobody had decided in time.
    pub escalated_at: Option<OffsetDateTime>,
    /// What the plan's rule said of it, without acting.
    pub rule: Option<super::Judgement>,
}

/// Access a team has already.
#[derive(Debug, ToSchema)]
pub struct OtherAccess {
    /// The application's name.
    pub application: String,
    /// The API's name.
    pub api: String,
    /// The plan's name.
    pub plan: String,
    /// The environment.
    pub environment: String,
    /// What it is at this moment.
    pub shown: words::ShownState,
}

/// What happened to a subscription, oldest first.
#[derive(Debug, ToSchema)]
pub struct Timeline {
    /// All of it.
    pub data: Vec<TimelineEntry>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// One thing that happened.
#[derive(Debug, ToSchema)]
pub struct TimelineEntry {
    /// When.
    pub at: OffsetDateTime,
    /// What was done, as the audit log calls it.
    pub action: String,
    /// By whom.
    pub actor_name: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// The changed fields after.
    pub after: Option<serde_json::Value>,
}

/// The quotas of a subscription.
#[derive(Debug, ToSchema)]
pub struct Quotas {
    /// All of them.
    pub data: Vec<Quota>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// A quota and what is used of it.
#[derive(Debug, ToSchema)]
pub struct Quota {
    /// Over what it is counted.
    pub period: words::QuotaPeriod,
    /// Requests allowed in the period.
    pub amount: i64,
    /// Requests counted in this period.
    pub used: i64,
    /// When the period began.
    pub started_at: OffsetDateTime,
    /// When it ends and the count begins anew.
    pub resets_at: OffsetDateTime,
}

/// What became of each decision, in the order they were sent.
#[derive(Debug, ToSchema)]
pub struct Decided {
    /// One for each.
    pub data: Vec<DecidedItem>,
}

/// What became of one decision.
#[derive(Debug, ToSchema)]
pub struct DecidedItem {
    /// The subscription.
    pub subscription: ids::SubscriptionId,
    /// The status it would have had alone.
    pub status: u16,
    /// The subscription as it is now, with the change; null when it was refused.
    pub result: Option<super::Changed<Subscription>>,
    /// Why it was refused; null when it was carried out.
    pub problem: Option<Problem>,
}
