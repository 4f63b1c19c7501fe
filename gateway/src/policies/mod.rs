//! The judgements a request passes, in the order of [`crate::proxy`]; see `docs/policy-order.md`.
//!
//! [`api_key`] says who calls, [`subscription`] whether they may, [`admit`] whether now, and makes the [`Permit`] that alone
//! reaches a backend. [`counters`] remembers what a subscription has used. [`cors`], [`jwt`], [`shared_rate`] and [`headers`] are
//! what providers attach besides; see `docs/policies.md`.

pub(crate) mod api_key;
pub(crate) mod applied;
pub(crate) mod calendar;
mod console_call;
pub(crate) mod cors;
pub(crate) mod counters;
pub(crate) mod headers;
pub(crate) mod jwt;
pub(crate) mod limits;
pub(crate) mod looks;
pub(crate) mod plan_limits;
pub(crate) mod shared_rate;
pub(crate) mod standing;
pub(crate) mod subscription;

pub(crate) use limits::{Limiting, Permit, admit};
pub(crate) use plan_limits::PlanLimits;
pub(crate) use standing::{LIMITS_MAX, Standing};
pub(crate) use subscription::Authorised;
