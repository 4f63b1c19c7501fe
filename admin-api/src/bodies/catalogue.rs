//! APIs, versions, plans.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ApplicationRef, Orphan, TeamRef, ids, words};

/// An API.
#[derive(Debug, ToSchema)]
pub struct Api {
    /// Identity.
    pub id: ids::ApiId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// In one sentence.
    pub summary: String,
    /// Whose it is.
    pub owner_team: TeamRef,
    /// How sensitive its data is.
    pub data_class: words::DataClass,
    /// Who may find it.
    pub visibility: words::Visibility,
    /// Teams a restricted API is shown to.
    pub granted_teams: Vec<TeamRef>,
    /// For how many seconds gateways may serve it without having heard from the control plane; null: for ever.
    pub config_max_age_s: Option<u32>,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
    /// Its versions, newest first.
    pub versions: Vec<Version>,
}

/// A version of an API.
#[derive(Debug, ToSchema)]
pub struct Version {
    /// Identity.
    pub id: ids::ApiVersionId,
    /// Of which API.
    pub api_id: ids::ApiId,
    /// In URLs, such as `v1`.
    pub label: String,
    /// Where it stands in its life.
    pub state: words::ApiVersionState,
    /// The description in force.
    pub current_revision: Option<Revision>,
    /// Since when it is deprecated.
    pub deprecated_at: Option<OffsetDateTime>,
    /// When it ends.
    pub sunset_at: Option<OffsetDateTime>,
    /// Label of the version to move to.
    pub successor: Option<String>,
    /// Slug of the guide that says how to move there.
    pub guide: Option<String>,
    /// What happens when a description breaks callers of the one in force.
    pub compat: words::Compat,
    /// The number in its ETag.
    pub row_version: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// A stored description.
#[derive(Debug, ToSchema)]
pub struct Revision {
    /// Identity.
    pub id: ids::SpecRevisionId,
    /// Counts up within the version, from 1.
    pub number: i32,
    /// What it was written in, such as `openapi-3.1`.
    pub format: String,
    /// Its title.
    pub title: String,
    /// The version it declares itself.
    pub declared_version: String,
    /// Digest of its bytes, hexadecimal.
    pub sha256: String,
    /// How many operations it has.
    pub operations: i64,
    /// What is doubtful about it.
    pub warnings: serde_json::Value,
    /// What it changed for callers: `initial`, `none`, `additive`, `warning`, `breaking` or `not_compared`; null where that
    /// was never found out.
    pub change_class: Option<String>,
    /// When it was published.
    pub created_at: OffsetDateTime,
    /// Where it came from: commit, branch, run, file, author.
    pub source: serde_json::Value,
}

/// A revision in a list.
#[derive(Debug, ToSchema)]
pub struct RevisionSummary {
    /// Identity.
    pub id: ids::SpecRevisionId,
    /// Within the version, from 1.
    pub number: i32,
    /// `active`, `superseded`, `rejected` or `accepted`.
    pub state: String,
    /// What it changed for callers, as of a version's description.
    pub change_class: Option<String>,
    /// Digest of its bytes, hexadecimal.
    pub sha256: String,
    /// The version it declares itself.
    pub declared_version: String,
    /// Where it came from: commit, branch, run, file, author.
    pub source: serde_json::Value,
    /// Who sent it in.
    pub sent_by: Option<String>,
    /// When it was sent in.
    pub created_at: OffsetDateTime,
    /// Who accepted it.
    pub acceptance: Option<Acceptance>,
}

/// An approver's acceptance of a revision.
#[derive(Debug, ToSchema)]
pub struct Acceptance {
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub at: OffsetDateTime,
}

/// A revision with its report.
#[derive(Debug, ToSchema)]
pub struct RevisionDetails {
    /// The revision.
    #[serde(flatten)]
    pub revision: RevisionSummary,
    /// What it changes for callers, with their calls as they are now: as of a comparison.
    pub report: Option<serde_json::Value>,
    /// What is doubtful about it.
    pub warnings: serde_json::Value,
}

/// What was typed differently in a revision.
#[derive(Debug, ToSchema)]
pub struct RevisionLines {
    /// Label of the version that was compared with.
    pub version: Option<String>,
    /// Its revision.
    pub revision: Option<i32>,
    /// Lines that belong together: the part of the document they are in, and each line with its number before and after.
    pub hunks: Vec<serde_json::Value>,
    /// How many lines were added.
    pub added: usize,
    /// How many were taken away.
    pub removed: usize,
    /// Not everything is listed; when nothing is, too much differs to be compared by lines.
    pub cut: bool,
}

/// What a description changes for callers.
#[derive(Debug, ToSchema)]
pub struct Compared {
    /// The whole in one sentence.
    pub headline: String,
    /// The whole as a comment on a pull request, in Markdown.
    pub comment: String,
    /// What hangs on operations that would be gone; publishing refuses it, or drops it when told to.
    pub orphans: Vec<Orphan>,
    /// `unchanged`, `harmless`, `warning`, `breaking` or `not_compared`.
    pub verdict: String,
    /// Whether it may be published: `initial`, `passed`, `accepted`, `new_version`, `not_enforced` or `refused`.
    pub decision: String,
    /// What it was compared with: version, revision and digest.
    pub compared_with: Option<serde_json::Value>,
    /// How many changes of each kind there are.
    pub counts: serde_json::Value,
    /// Worst first: rule, severity, sentence, places, operations, calls, and the reason where it was accepted.
    pub changes: Vec<serde_json::Value>,
    /// What could not be compared.
    pub not_compared: Vec<serde_json::Value>,
    /// Who calls what breaks, as far as the token may see them.
    pub impact: serde_json::Value,
    /// What the tenant's lint rules find.
    pub lint: serde_json::Value,
}

/// A lint rule.
#[derive(Debug, ToSchema)]
pub struct LintRule {
    /// Its stable name.
    pub id: String,
    /// Its level in this tenant.
    pub level: words::LintLevel,
    /// Its level where none is set.
    pub default: words::LintLevel,
    /// What it asks.
    pub summary: String,
}

/// All lint rules.
#[derive(Debug, ToSchema)]
pub struct LintRules {
    /// By what they look at.
    pub data: Vec<LintRule>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// All versions of an API.
#[derive(Debug, ToSchema)]
pub struct Versions {
    /// Newest first.
    pub data: Vec<Version>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// A plan of an API.
#[derive(Debug, ToSchema)]
pub struct Plan {
    /// Identity.
    pub id: ids::PlanId,
    /// The product that stands for the API.
    pub product_id: ids::ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// In one sentence.
    pub summary: String,
    /// Whether it can be asked for.
    pub state: words::PlanState,
    /// How a request is decided.
    pub approval: words::ApprovalMode,
    /// What a request has to answer.
    pub questions: Vec<super::RequestQuestion>,
    /// Where it is offered.
    pub environments: Vec<words::EnvironmentKind>,
    /// What a subscription may call.
    pub limits: Vec<Limit>,
    /// Beside them, rates of single operations.
    pub operation_limits: Vec<OperationLimit>,
    /// Counts up with every change of the limits, from 1.
    pub revision: i32,
    /// The next revision, when one is to come into force later.
    pub scheduled: Option<ScheduledRevision>,
    /// Longest subscription, days.
    pub max_subscription_days: Option<i32>,
    /// Longest life of a key, days.
    pub max_key_days: Option<i32>,
    /// Longest time two keys work side by side, seconds.
    pub max_overlap_s: i32,
    /// What it costs: told, not charged.
    pub price: Option<Price>,
    /// For trying out: each team asks for it once, and it is not renewed.
    pub trial: bool,
    /// What requests accept.
    pub terms: Option<PlanTerms>,
    /// Subscriptions that are not over.
    pub subscriptions: i64,
    /// The number in its ETag.
    pub row_version: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// What a plan costs: at least one of the two amounts.
#[derive(Debug, ToSchema)]
pub struct Price {
    /// ISO 4217.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
    /// For each period of a subscription.
    #[schema(pattern = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$")]
    pub amount: Option<String>,
    /// The period of `amount`; they go together.
    pub period: Option<words::PricePeriod>,
    /// For a thousand calls.
    #[schema(pattern = r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$")]
    pub per_thousand_calls: Option<String>,
}

/// Terms in one version.
#[derive(Debug, ToSchema)]
pub struct PlanTerms {
    /// In URLs.
    pub slug: String,
    /// For people.
    pub title: String,
    /// Which version.
    pub version: i32,
}

/// A revision of a plan that comes into force later.
#[derive(Debug, ToSchema)]
pub struct ScheduledRevision {
    /// Its number.
    pub revision: i32,
    /// When that is.
    pub effective_at: OffsetDateTime,
    /// Its limits, in words.
    pub limits: Vec<String>,
}

/// A revision of a plan. It never changes.
#[derive(Debug, ToSchema)]
pub struct PlanRevision {
    /// Counts up within the plan, from 1.
    pub number: i32,
    /// From when on it counts, unless a later one came first.
    pub effective_at: OffsetDateTime,
    /// When it was made, and subscribers were told.
    pub created_at: OffsetDateTime,
    /// Whether it is the one in force.
    pub in_force: bool,
    /// Limits of every call.
    pub limits: Vec<Limit>,
    /// Limits of single operations.
    pub operation_limits: Vec<OperationLimit>,
}

/// The revisions of a plan.
#[derive(Debug, ToSchema)]
pub struct PlanRevisions {
    /// Newest first.
    pub data: Vec<PlanRevision>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// An application that called a version in the last 30 days.
#[derive(Debug, ToSchema)]
pub struct VersionCaller {
    /// Which.
    pub application: ApplicationRef,
    /// Its calls of the version, whatever their answer.
    pub calls: i64,
    /// The last hour in which there was one, its beginning.
    pub last_hour: OffsetDateTime,
    /// Operations it called, the busiest first, at most 20.
    pub operations: Vec<String>,
}

/// The applications that called a version.
#[derive(Debug, ToSchema)]
pub struct Callers {
    /// The busiest first.
    pub data: Vec<VersionCaller>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// A limit of one operation of a plan.
#[derive(Debug, ToSchema)]
pub struct OperationLimit {
    /// Identity.
    pub id: ids::LimitId,
    /// The stable key of the operation, such as `GET /pets/{}`.
    pub operation: String,
    /// What it bounds.
    pub rule: LimitRule,
    /// The same in words.
    pub words: String,
}

/// A limit of a plan.
#[derive(Debug, ToSchema)]
pub struct Limit {
    /// Identity.
    pub id: ids::LimitId,
    /// What it bounds.
    pub rule: LimitRule,
    /// The same in words.
    pub words: String,
}

/// What a limit bounds.
#[derive(Debug, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LimitRule {
    /// A steady rate with a burst.
    Rate {
        /// Requests per window.
        amount: u32,
        /// Length of the window, seconds.
        window_s: u32,
        /// Requests that may arrive at once after a pause.
        burst: u32,
    },
    /// A number of requests per calendar period.
    Quota {
        /// Requests per period.
        amount: u64,
        /// The period.
        period: words::QuotaPeriod,
    },
}

/// What the catalogue can be narrowed by.
#[derive(Debug, ToSchema)]
pub struct CatalogueFacets {
    /// States of the version that is shown.
    pub states: Vec<FacetValue>,
    /// Teams that own an API, by name.
    pub teams: Vec<FacetValue>,
    /// Tags of operations, the commonest first; at most 15, and those that are chosen.
    pub tags: Vec<FacetValue>,
    /// How many APIs fit all that is chosen, of at most 5,000.
    pub total: i64,
}

/// One choice.
#[derive(Debug, ToSchema)]
pub struct FacetValue {
    /// In URLs.
    pub value: String,
    /// For people.
    pub name: String,
    /// How many APIs fit it and what is chosen of the other kinds.
    pub count: i64,
}
