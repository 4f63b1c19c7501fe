//! Subscriptions: access of applications to APIs.

pub(crate) mod approve;
pub(crate) mod approve_plan_change;
pub(crate) mod approve_renewal;
pub(crate) mod cancel;
pub(crate) mod decide_many;
pub(crate) mod get;
pub(crate) mod grant;
pub(crate) mod list;
pub(crate) mod list_requests;
pub(crate) mod pause;
pub(crate) mod reject;
pub(crate) mod reject_plan_change;
pub(crate) mod reject_renewal;
pub(crate) mod renew;
pub(crate) mod request;
pub(crate) mod request_plan_change;
pub(crate) mod resume;
pub(crate) mod revoke;
pub(crate) mod suspend;
pub(crate) mod timeline;
pub(crate) mod unsuspend;
mod wish;
pub(crate) mod withdraw;
pub(crate) mod withdraw_plan_change;
