//! Subscriptions: asked for, decided, stopped, changed and ended. The state machine itself is
//! [`gatehouse_domain::subscription`]; here are the hands that move it.
//!
//! [`request`] and [`grant`] make one; [`approve`] and [`reject`] decide it; every other verb is one event on one locked
//! row (`act.rs`). Who may do what is in `rights.rs`, for the verbs and for the buttons of pages alike.

mod acceptance;
mod act;
mod approval;
mod change_plan;
mod deadlines;
mod decide;
mod decide_many;
mod delegation;
mod end;
mod expire;
mod grant;
mod hold;
mod limits;
mod list;
mod messages;
mod queue;
mod reconsider;
mod renew;
mod request;
mod rights;
mod risk;
mod row;
mod ruling;
mod select;
mod simulate;
mod store;
mod supersede;
mod timeline;
mod view;
mod why_not;
mod wish;

pub use acceptance::{AcceptTerms, accept_terms};
pub use change_plan::{
    approve_plan_change, reject_plan_change, request_plan_change, withdraw_plan_change,
};
pub use deadlines::{
    ApprovalSettings, REJECT_REASONS_MAX, SetApprovalSettings, chase_due, get_approval_settings,
    set_approval_settings,
};
pub use decide::{Conditions, approve, reject};
pub use decide_many::{
    DECISIONS_MAX, Decision, Undecided, Verdict, decide_all, decide_many, decide_one,
};
pub use delegation::{
    DELEGATION_DAYS_MAX, DELEGATIONS_MAX, Delegate, DelegationView, create_delegation,
    list_delegations, revoke_delegation,
};
pub use end::{cancel, revoke, withdraw};
pub use expire::expire_due;
pub use grant::grant;
pub use hold::{pause, resume, suspend, unsuspend};
pub use list::{SubscriptionFilter, get_subscription, list_subscriptions};
pub use messages::{
    Conversation, MESSAGE_MAX, MESSAGES_MAX, MessageView, list_messages, send_message,
};
pub use queue::{
    LastMessage, OtherAccess, RequestFilter, RequestRow, Said, count_requests, list_requests,
};
pub use reconsider::reconsider;
pub use renew::{approve_renewal, reject_renewal, renew};
pub use request::request;
pub use risk::{PriorUse, Promised, Risk};
pub use simulate::{
    ByPeople, RuleSimulation, SIMULATED_DAYS_MAX, SIMULATED_MAX, SimulatedRequest, simulate_rule,
};
pub use timeline::{TimelineEntry, timeline};
pub use view::{
    Approvals, DecisionView, EndView, HoldView, OpenRequest, RequestSubject, SubscriptionView,
};
pub use wish::{AppChoice, RequestAccess};

pub(crate) use end::end_all_of_application;
pub(crate) use limits::{limited_of_plan, of_subscriptions};
pub(crate) use list::open_of_apis;
pub(crate) use rights::require as require_right;
pub(crate) use supersede::{drop_wishes, move_to_plan, supersede_of_plan, supersede_of_product};
