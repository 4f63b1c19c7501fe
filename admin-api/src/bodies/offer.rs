//! Published descriptions, operations, environments, upstreams, products.

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

/// What can be subscribed to, as the catalogue shows it: one API.
#[derive(Debug, ToSchema)]
pub struct Product {
    /// The API it stands for.
    pub api_id: ids::ApiId,
    /// In URLs; that of the API.
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

/// A product with everything its page shows.
#[derive(Debug, ToSchema)]
pub struct ProductDetail {
    /// The product.
    #[serde(flatten)]
    pub product: Product,
    /// Identity.
    pub product_id: ids::ProductId,
    /// Plans that can be asked for.
    pub plans: Vec<Plan>,
    /// Its versions that are served, whole.
    pub version_details: Vec<Version>,
    /// Where it can be called.
    pub environments: Vec<Environment>,
    /// What its description says about itself.
    pub description_markdown: String,
    /// The caller's subscriptions to it.
    pub my_subscriptions: Vec<Subscription>,
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
