//! How requests for access are decided: rules, questions, what a rule would have done.

use time::OffsetDateTime;
use utoipa::ToSchema;

use super::{PlanRef, ids, words};

/// How requests for a plan are decided.
#[derive(Debug, ToSchema)]
pub struct PlanApproval {
    /// The plan.
    pub plan: PlanRef,
    /// Who decides what the rule does not.
    pub approval: words::ApprovalMode,
    /// What decides by itself; null also for whoever may not see every API.
    pub rule: Option<ApprovalRule>,
    /// Seconds until a decision is due; null is as the tenant's settings say.
    pub due_s: Option<i32>,
    /// What a request has to answer.
    pub questions: Vec<RequestQuestion>,
    /// The number in its ETag: the plan's.
    pub row_version: i32,
}

/// A rule that approves by itself.
#[derive(Debug, ToSchema)]
pub struct ApprovalRule {
    /// What decisions name it by, 1 to 80 characters.
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
    /// Whether it acts.
    pub mode: words::RuleMode,
    /// How many of the conditions must hold.
    pub r#match: words::RuleMatch,
    /// 1 to 10.
    #[schema(min_items = 1, max_items = 10)]
    pub conditions: Vec<RuleCondition>,
}

/// One condition of a rule. What is not known of a request never holds.
#[derive(Debug, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleCondition {
    /// The requester's address is confirmed and is of one of these domains.
    MailDomain {
        /// In lower case; subdomains are named one by one.
        #[schema(min_items = 1, max_items = 50)]
        domains: Vec<String>,
    },
    /// The requester's address is confirmed.
    VerifiedMail {},
    /// The application belongs to one of these teams.
    Team {
        /// Slugs.
        #[schema(min_items = 1, max_items = 50)]
        teams: Vec<String>,
    },
    /// The application's team is of one of these kinds.
    TeamKind {
        /// The kinds.
        #[schema(min_items = 1)]
        kinds: Vec<words::AskingTeam>,
    },
    /// The plan lets through fewer calls a day than this, at its steady rate.
    DailyRequestsBelow {
        /// Calls a day.
        #[schema(minimum = 1)]
        requests: u64,
    },
    /// Access is asked for in one of these.
    Environment {
        /// The kinds of environments.
        #[schema(min_items = 1)]
        environments: Vec<words::EnvironmentKind>,
    },
}

/// What an owner asks of a requester.
#[derive(Debug, ToSchema)]
pub struct RequestQuestion {
    /// What an answer names it by: a slug, unique within the plan.
    pub key: String,
    /// As the requester reads it.
    #[schema(min_length = 1, max_length = 200)]
    pub text: String,
    /// How it is answered.
    pub kind: words::QuestionKind,
    /// Of a choice: what can be chosen, 2 to 20.
    #[schema(max_items = 20)]
    pub choices: Vec<String>,
    /// Whether a request without an answer is refused.
    pub required: bool,
}

/// An answer of a requester.
#[derive(Debug, ToSchema)]
pub struct RequestAnswer {
    /// The question's key.
    pub key: String,
    /// The question as it was put.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// What a rule said of a request.
#[derive(Debug, ToSchema)]
pub struct Judgement {
    /// The rule, by the name it had.
    pub rule: String,
    /// What it did then.
    pub mode: words::RuleMode,
    /// Whether it held.
    pub holds: bool,
    /// Each condition.
    pub checks: Vec<RuleCheck>,
}

/// One condition of a rule, judged.
#[derive(Debug, ToSchema)]
pub struct RuleCheck {
    /// The condition in words.
    pub words: String,
    /// Whether it held.
    pub holds: bool,
}

/// What a rule would have done with the requests of the past.
#[derive(Debug, ToSchema)]
pub struct RuleSimulation {
    /// The plan.
    pub plan: PlanRef,
    /// The rule by its name.
    pub rule: String,
    /// How many days were looked at.
    pub days: u16,
    /// Requests in them, at most 10000.
    pub requests: u64,
    /// Whether there were more; the newest were taken.
    pub truncated: bool,
    /// How many the rule would have approved.
    pub would_approve: u64,
    /// Of those it would have approved: people agreed.
    pub agreed_approve: u64,
    /// Of those it would have approved: people refused.
    pub contradicted: u64,
    /// Of those it would have left to people: people agreed.
    pub left_approved: u64,
    /// Of those it would have left to people: people refused.
    pub left_rejected: u64,
    /// The requests, contradictions first, then the newest; at most 200.
    pub items: Vec<SimulatedRequest>,
}

/// One past request.
#[derive(Debug, ToSchema)]
pub struct SimulatedRequest {
    /// The subscription.
    pub subscription: ids::SubscriptionId,
    /// The application's name.
    pub application: String,
    /// The team's slug.
    pub team: String,
    /// When it was asked for.
    pub at: OffsetDateTime,
    /// What people made of it.
    pub by_people: words::ByPeople,
    /// Whether the rule would have approved it.
    pub would_approve: bool,
    /// Each condition.
    pub checks: Vec<RuleCheck>,
}

/// How long decisions may take in the tenant.
#[derive(Debug, ToSchema)]
pub struct ApprovalSettings {
    /// Seconds until a decision is due, where the plan says nothing else.
    pub due_s: i32,
    /// So many seconds before that approvers are reminded once; null: not at all.
    pub remind_before_s: Option<i32>,
    /// Who is told when a decision is late; null: the owners of the tenant.
    pub escalation_team: Option<super::TeamRef>,
    /// What approvers start a rejection from.
    #[schema(max_items = 20)]
    pub reject_reasons: Vec<String>,
    /// The number in its ETag; 0 while nothing was ever set.
    pub row_version: i32,
}

/// Something said about a request.
#[derive(Debug, ToSchema)]
pub struct RequestMessage {
    /// Identity.
    pub id: ids::MessageId,
    /// For which side it speaks.
    pub side: words::RequestSide,
    /// Who wrote it.
    pub author: super::PersonRef,
    /// In their words.
    #[schema(min_length = 1, max_length = 2000)]
    pub text: String,
    /// When.
    pub created_at: OffsetDateTime,
}

/// What was said about a request, in short.
#[derive(Debug, ToSchema)]
pub struct Said {
    /// How many messages there are.
    pub count: i64,
    /// The last.
    pub last: Option<LastMessage>,
}

/// The last of the messages about a request.
#[derive(Debug, ToSchema)]
pub struct LastMessage {
    /// Its author's name.
    pub author: String,
    /// For which side it speaks.
    pub side: words::RequestSide,
    /// In their words.
    pub text: String,
}

/// What a decision risks.
#[derive(Debug, ToSchema)]
pub struct Risk {
    /// How sensitive the API's data are.
    pub data_class: words::DataClass,
    /// Calls a day the plan asked for lets through at its steady rate; null is without bound.
    pub asked_per_day: Option<u64>,
    /// What active subscriptions of the API in this environment may call already.
    pub promised: Promised,
    /// Calls of the busiest of the last 30 days, to the API in this environment.
    pub busiest_day: i64,
    /// What the applications of the team did before.
    pub prior: PriorUse,
}

/// What others were promised.
#[derive(Debug, ToSchema)]
pub struct Promised {
    /// Active subscriptions, at most 10000 of each plan counted.
    pub subscriptions: i64,
    /// Calls a day all of them may make together at their plans' steady rates; null is without bound.
    pub per_day: Option<u64>,
    /// Whether a plan had more than were counted.
    pub at_least: bool,
}

/// What the applications of a team did before.
#[derive(Debug, ToSchema)]
pub struct PriorUse {
    /// Calls to any API in the last 30 days.
    pub calls: i64,
    /// Of those, answered with 400 or above.
    pub failed: i64,
    /// Requests that were rejected, among at most 1000.
    pub rejected: i64,
    /// Subscriptions that were revoked, among at most 1000.
    pub revoked: i64,
}

/// Somebody who decides for somebody away.
#[derive(Debug, ToSchema)]
pub struct Delegation {
    /// Identity.
    pub id: ids::ApprovalDelegationId,
    /// Who is away.
    pub from: super::PersonRef,
    /// Who decides for them.
    pub to: super::PersonRef,
    /// About which API; null is all of them.
    pub api: Option<super::ApiRef>,
    /// Why, in their words.
    pub reason: String,
    /// First moment.
    pub starts_at: OffsetDateTime,
    /// First moment after it.
    pub ends_at: OffsetDateTime,
    /// When it was taken back.
    pub revoked_at: Option<OffsetDateTime>,
    /// Whether it holds at this moment.
    pub in_force: bool,
    /// When it was made.
    pub created_at: OffsetDateTime,
}
