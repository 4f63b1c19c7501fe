//! A subscription as people see it, with what the asking actor may do to it.

use gatehouse_domain::approval::Judgement;
use gatehouse_domain::id::{ApprovalRequestId, ProductId, SubscriptionId};
use gatehouse_domain::question::RequestAnswer;
use gatehouse_domain::subscription::{EndedReason, ShownState, StoredState, SubscriptionEvent};
use serde::Serialize;
use time::OffsetDateTime;

use crate::plans::PlanTerms;
use crate::refs::{ApiRef, AppRef, EnvRef, PersonRef, PlanRef, ProductRef};

/// A subscription.
#[derive(Debug, Clone, Serialize)]
pub struct SubscriptionView {
    /// Identity.
    pub id: SubscriptionId,
    /// Who calls.
    pub application: AppRef,
    /// What is called.
    pub api: ApiRef,
    /// The product that stands for the API.
    pub product_id: ProductId,
    /// The product, where it is one over several APIs: `api` is the first of them then, under the product's name.
    pub product: Option<ProductRef>,
    /// Under which limits.
    pub plan: PlanRef,
    /// Limits of its own beside the plan's, in words; the strictest decides.
    pub own_limits: Vec<String>,
    /// A plan asked for while another is in force.
    pub wanted_plan: Option<PlanRef>,
    /// Where.
    pub environment: EnvRef,
    /// What was decided.
    pub state: StoredState,
    /// What that means at this moment.
    pub shown: ShownState,
    /// First moment of access.
    #[serde(with = "time::serde::rfc3339::option")]
    pub starts_at: Option<OffsetDateTime>,
    /// First moment without access.
    #[serde(with = "time::serde::rfc3339::option")]
    pub ends_at: Option<OffsetDateTime>,
    /// The provider's stop.
    pub provider_hold: Option<HoldView>,
    /// The consumer's stop.
    pub consumer_hold: Option<HoldView>,
    /// Who asked; `None` is the program itself.
    pub requested_by: Option<PersonRef>,
    /// Why, in their words.
    pub request_reason: String,
    /// What they answered to the owner's questions.
    pub answers: Vec<RequestAnswer>,
    /// The terms that its team accepted last.
    pub accepted_terms: Option<PlanTerms>,
    /// The plan's terms, where the newest version has not been accepted; it goes on without.
    pub terms_to_accept: Option<PlanTerms>,
    /// The last decision on the request.
    pub decision: Option<DecisionView>,
    /// How many people have agreed, of how many that must.
    pub approvals: Approvals,
    /// Questions that wait for approvers.
    pub open_requests: Vec<OpenRequest>,
    /// Why, when and by whom it ended.
    pub ended: Option<EndView>,
    /// When it was asked for.
    #[serde(with = "time::serde::rfc3339")]
    pub created_at: OffsetDateTime,
    /// For If-Match.
    pub row_version: i32,
    /// What the actor who asked for this view may do now.
    pub actions: Vec<SubscriptionEvent>,
}

/// A stop.
#[derive(Debug, Clone, Serialize)]
pub struct HoldView {
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// By whom; `None` is the program itself.
    pub by: Option<PersonRef>,
    /// Why.
    pub reason: Option<String>,
}

/// A decision.
#[derive(Debug, Clone, Serialize)]
pub struct DecisionView {
    /// Whether it was agreed to.
    pub approved: bool,
    /// By whom; `None` is a rule or the program itself.
    pub by: Option<PersonRef>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// Why, in their words.
    pub reason: String,
    /// The rule that decided, by its name.
    pub rule: Option<String>,
    /// Whose right a deputy used.
    pub on_behalf_of: Option<PersonRef>,
}

/// How far an approval is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Approvals {
    /// Different people who agreed.
    pub given: i32,
    /// Different people who must.
    pub required: i32,
}

/// What approvers are asked about a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestSubject {
    /// The subscription itself.
    Subscription,
    /// Another plan.
    PlanChange,
    /// A later end date.
    Renewal,
}

impl RequestSubject {
    /// The word in tables and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::PlanChange => "plan_change",
            Self::Renewal => "renewal",
        }
    }

    /// Reads [`RequestSubject::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Subscription, Self::PlanChange, Self::Renewal]
            .into_iter()
            .find(|subject| subject.as_str() == text)
    }
}

/// A question that waits for approvers.
#[derive(Debug, Clone, Serialize)]
pub struct OpenRequest {
    /// Identity.
    pub id: ApprovalRequestId,
    /// About what.
    pub subject: RequestSubject,
    /// Since when.
    #[serde(with = "time::serde::rfc3339")]
    pub waiting_since: OffsetDateTime,
    /// By when it should be decided.
    #[serde(with = "time::serde::rfc3339")]
    pub due_at: OffsetDateTime,
    /// How far it is.
    pub approvals: Approvals,
    /// What the plan's rule said of it; shown to those who decide.
    pub rule: Option<Judgement>,
    /// When it was passed on because nobody had decided in time.
    #[serde(with = "time::serde::rfc3339::option")]
    pub escalated_at: Option<OffsetDateTime>,
}

/// How a subscription ended, or was taken back.
#[derive(Debug, Clone, Serialize)]
pub struct EndView {
    /// Why; `None` for a withdrawn or rejected request.
    pub reason: Option<EndedReason>,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// By whom; `None` is the program itself.
    pub by: Option<PersonRef>,
    /// In their words.
    pub note: Option<String>,
}
