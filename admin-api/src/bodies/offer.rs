//! Published descriptions, operations, environments, upstreams, products.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{ApiRef, EnvironmentRef, Plan, Revision, Subscription, TeamRef, Version, ids, words};

/// What publishing a description did.
#[derive(Debug, ToSchema)]
pub struct Published {
    /// Whether the version was made, changed, or had these very bytes already.
    pub outcome: words::Outcome,
    /// The description in force.
    pub revision: Revision,
    /// The API.
    pub api: ApiRef,
    /// Label of the version.
    pub version: String,
    /// How many operations it has.
    pub operations: i64,
    /// What is doubtful about it.
    pub warnings: serde_json::Value,
    /// Where it answers.
    pub addresses: Vec<Address>,
    /// What it changes for callers, as of a comparison; null when the same bytes were in force already.
    pub report: Option<serde_json::Value>,
    /// What hung on operations that are gone, and was taken away with them.
    pub dropped: Vec<Orphan>,
}

/// Something that hangs on an operation which is gone.
#[derive(Debug, ToSchema)]
pub struct Orphan {
    /// The stable key of the operation.
    pub operation: String,
    /// Slug of the product, which is the API's where it stands for one.
    pub product: String,
    /// Slug of the plan that limits it; null, without a policy, where the product itself names it among what it opens.
    pub plan: Option<String>,
    /// Slug of the policy that is attached to it.
    pub policy: Option<String>,
}

/// Where a version answers in one environment.
#[derive(Debug, ToSchema)]
pub struct Address {
    /// The environment.
    pub environment: EnvironmentRef,
    /// The path on the gateways.
    pub path: String,
    /// The whole address.
    pub url: String,
    /// Whether calls have somewhere to go.
    pub has_upstream: bool,
}

/// Operations of a version.
#[derive(Debug, ToSchema)]
pub struct Operations {
    /// In the order of the description.
    pub data: Vec<Operation>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// An operation.
#[derive(Debug, ToSchema)]
pub struct Operation {
    /// In URLs.
    pub slug: String,
    /// HTTP method.
    pub method: String,
    /// Path template.
    pub path_template: String,
    /// In one sentence.
    pub summary: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Whether the description calls it deprecated.
    pub deprecated: bool,
    /// Its `operationId`.
    pub operation_id: Option<String>,
    /// Whether the provider calls it, not the consumer.
    pub webhook: bool,
}

/// An operation with its part of the description.
#[derive(Debug, ToSchema)]
pub struct OperationDetail {
    /// The operation.
    #[serde(flatten)]
    pub operation: Operation,
    /// The API.
    pub api: ApiRef,
    /// Label of the version.
    pub version: String,
    /// Where the version stands in its life.
    pub version_state: words::ApiVersionState,
    /// Its part of the description, with everything it refers to.
    pub fragment: serde_json::Value,
    /// Where it answers.
    pub addresses: Vec<OperationAddress>,
}

/// Where an operation answers in one environment.
#[derive(Debug, ToSchema)]
pub struct OperationAddress {
    /// The environment.
    pub environment: EnvironmentRef,
    /// The environment's public URL, where it has one of its own.
    pub public_url: Option<String>,
    /// The path on the gateways.
    pub path: String,
    /// The same path below the environment's own base.
    pub path_in_environment: String,
}

/// All environments of the tenant.
#[derive(Debug, ToSchema)]
pub struct Environments {
    /// Sandboxes first.
    pub data: Vec<Environment>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// An environment.
#[derive(Debug, ToSchema)]
pub struct Environment {
    /// Identity.
    pub id: ids::EnvironmentId,
    /// In URLs.
    pub slug: String,
    /// Which side of the fence.
    pub kind: words::EnvironmentKind,
    /// The only host it answers on.
    pub host: Option<String>,
    /// The path every API begins with.
    pub base_path: String,
    /// The address people are shown, where it is not the gateways' own.
    pub public_url: Option<String>,
    /// The number in its ETag.
    pub row_version: i32,
}

/// A certificate of the tenant's own domains. Its private key is not shown.
#[derive(Debug, ToSchema)]
pub struct Certificate {
    /// Identity.
    pub id: ids::CertificateId,
    /// In URLs; a renewal keeps it.
    pub name: String,
    /// The hosts it names, in lower case; `*` as the first label stands for one label.
    pub hosts: Vec<String>,
    /// The environments whose host is among them: there it is served.
    pub environments: Vec<EnvironmentRef>,
    /// First moment of its validity.
    pub not_before: OffsetDateTime,
    /// Last moment of its validity.
    pub not_after: OffsetDateTime,
    /// SHA-256 of the leaf, hexadecimal.
    pub fingerprint: String,
    /// When it was first put.
    pub created_at: OffsetDateTime,
    /// When it was put last.
    pub put_at: OffsetDateTime,
    /// The number in its ETag.
    pub row_version: i32,
}

/// Where the traffic of an API goes in one environment.
#[derive(Debug, ToSchema)]
pub struct Upstream {
    /// Identity.
    pub id: ids::UpstreamId,
    /// The API.
    pub api: ids::ApiId,
    /// The environment.
    pub environment: EnvironmentRef,
    /// For people.
    pub name: String,
    /// How calls are spread over the targets.
    pub load_balancing: words::LoadBalancing,
    /// How long is waited.
    pub timeouts: Timeouts,
    /// Its addresses.
    pub targets: Vec<Target>,
    /// The number in its ETag.
    pub row_version: i32,
}

/// How long is waited for a target, milliseconds.
#[derive(Debug, ToSchema)]
pub struct Timeouts {
    /// For a connection.
    pub connect_ms: i32,
    /// For the head of the answer.
    pub response_ms: i32,
    /// Between two pieces of a body.
    pub idle_ms: i32,
}

/// One address of an upstream.
#[derive(Debug, ToSchema)]
pub struct Target {
    /// Identity.
    pub id: ids::TargetId,
    /// Its address.
    pub url: String,
    /// Its share of the calls.
    pub weight: i32,
    /// Whether it gets no new calls.
    pub drain: bool,
}

/// An API as the catalogue shows it.
#[derive(Debug, ToSchema)]
pub struct CatalogueEntry {
    /// Identity.
    pub api_id: ids::ApiId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// In one sentence.
    pub summary: String,
    /// Whose it is.
    pub owner_team: TeamRef,
    /// Its versions that are served.
    pub versions: Vec<VersionRef>,
    /// The version people should use.
    pub latest: String,
    /// How many operations that has.
    pub operations: i64,
    /// The tags of its operations.
    pub tags: Vec<String>,
    /// The easiest way in.
    pub approval_hint: Option<words::ApprovalMode>,
    /// What the caller's teams have already.
    pub my_access: Vec<MyAccess>,
}

/// An API with everything its page shows.
#[derive(Debug, ToSchema)]
pub struct CatalogueApi {
    /// What the list shows.
    #[serde(flatten)]
    pub entry: CatalogueEntry,
    /// The product that stands for it.
    pub product_id: ids::ProductId,
    /// Plans that can be asked for.
    pub plans: Vec<Plan>,
    /// Its versions that are served, whole.
    pub version_details: Vec<Version>,
    /// Where it can be called.
    pub environments: Vec<Environment>,
    /// What its description says about itself.
    pub description_markdown: String,
    /// Products over several APIs that open it.
    pub products: Vec<ProductRef>,
    /// The caller's subscriptions to it.
    pub my_subscriptions: Vec<Subscription>,
}

/// A product over several APIs, in short.
#[derive(Debug, ToSchema)]
pub struct ProductRef {
    /// Identity.
    pub id: ids::ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
}

/// What can be subscribed to: it stands for one API, or was put together from versions of several.
#[derive(Debug, ToSchema)]
pub struct Product {
    /// Identity.
    pub id: ids::ProductId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub name: String,
    /// In one sentence.
    pub summary: String,
    /// Whose it is.
    pub owner_team: TeamRef,
    /// Where it stands in its life.
    pub state: words::ProductState,
    /// Who may find it.
    pub visibility: words::Visibility,
    /// Teams a restricted product is shown to; only for those who may read it all.
    pub granted_teams: Vec<TeamRef>,
    /// The API it stands for; such a product has every version of it, and changes with it.
    pub api: Option<ApiRef>,
    /// What a subscription to it opens.
    pub items: Vec<ProductItem>,
    /// Subscriptions in force or waiting; only for those who may read it all.
    pub subscriptions: i64,
    /// The number in its ETag.
    pub row_version: i32,
    /// When it was made.
    pub created_at: OffsetDateTime,
}

/// A version that a product opens.
#[derive(Debug, ToSchema)]
pub struct ProductItem {
    /// Of which API.
    pub api: ApiRef,
    /// Label of the version.
    pub version: String,
    /// Where the version stands in its life.
    pub state: words::ApiVersionState,
    /// The only operations it opens, by their stable keys; null opens all.
    pub operations: Option<Vec<String>>,
}

/// Terms in a list.
#[derive(Debug, ToSchema)]
pub struct TermsLine {
    /// Identity.
    pub id: ids::TermsId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub title: String,
    /// The newest version, which requests accept.
    pub version: i32,
    /// The number in its ETag.
    pub row_version: i32,
    /// When that version was published.
    pub published_at: OffsetDateTime,
}

/// One version of terms.
#[derive(Debug, ToSchema)]
pub struct Terms {
    /// What a list shows; `version` is the one shown.
    #[serde(flatten)]
    pub line: TermsLine,
    /// As written.
    pub markdown: String,
    /// The same as HTML that is safe in a page.
    pub html: String,
}

/// All terms.
#[derive(Debug, ToSchema)]
pub struct TermsList {
    /// By their names.
    pub data: Vec<TermsLine>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// A guide of an API in a list.
#[derive(Debug, ToSchema)]
pub struct GuideLine {
    /// Identity.
    pub id: ids::GuideId,
    /// In URLs.
    pub slug: String,
    /// For people.
    pub title: String,
    /// Its place among the guides of the API.
    pub position: i32,
    /// The number in its ETag.
    pub row_version: i32,
    /// When it was last changed.
    pub updated_at: OffsetDateTime,
}

/// A guide of an API.
#[derive(Debug, ToSchema)]
pub struct Guide {
    /// What a list shows.
    #[serde(flatten)]
    pub line: GuideLine,
    /// As written.
    pub markdown: String,
    /// The same as HTML that is safe in a page.
    pub html: String,
}

/// All guides of an API.
#[derive(Debug, ToSchema)]
pub struct Guides {
    /// In their order.
    pub data: Vec<GuideLine>,
    /// Always null: the list is whole.
    pub next: Option<String>,
}

/// An entry of an API's changelog.
#[derive(Debug, ToSchema)]
pub struct ChangelogEntry {
    /// Identity.
    pub id: ids::ChangelogEntryId,
    /// `published`, `updated`, `deprecated`, `retired`: a step in the life of a version; `note`: its owners wrote it.
    pub kind: String,
    /// How many changes break callers of the description before.
    pub breaking: i32,
    /// Label of the version it is about.
    pub version: Option<String>,
    /// In one line.
    pub title: String,
    /// As written.
    pub markdown: String,
    /// The same as HTML that is safe in a page.
    pub html: String,
    /// The number in its ETag.
    pub row_version: i32,
    /// When it happened.
    pub at: OffsetDateTime,
}

/// A version, in short.
#[derive(Debug, ToSchema)]
pub struct VersionRef {
    /// In URLs.
    pub label: String,
    /// Where it stands in its life.
    pub state: words::ApiVersionState,
}

/// Access the caller's teams have.
#[derive(Debug, ToSchema)]
pub struct MyAccess {
    /// The subscription.
    pub subscription: ids::SubscriptionId,
    /// Name of the application.
    pub application: String,
    /// Slug of the application.
    pub application_slug: String,
    /// Slug of the environment.
    pub environment: String,
    /// Name of the plan.
    pub plan: String,
    /// What it is at this moment.
    pub shown: words::ShownState,
}

/// An operation found by its words.
#[derive(Debug, ToSchema)]
pub struct OperationHit {
    /// The API.
    pub api: ApiRef,
    /// Label of the version.
    pub version: String,
    /// The operation.
    #[serde(flatten)]
    pub operation: Operation,
}

/// Operations found by their words.
#[derive(Debug, ToSchema)]
pub struct OperationHits {
    /// The best first.
    pub data: Vec<OperationHit>,
    /// Always null.
    pub next: Option<String>,
}
