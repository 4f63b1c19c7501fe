//! The offer, verb by verb, against a real Postgres: who may do what, what is refused, what gateways are told.

mod approvals;
mod catalogue;
mod configuration;
mod isolation;
mod keys;
mod lifecycle;
mod plans;
mod publishing;
mod simultaneous;
mod world;
