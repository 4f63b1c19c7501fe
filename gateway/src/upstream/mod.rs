//! The way to a backend: choose a target, get a connection, send, retry once where that is safe, stream back.
//!
//! [`forward`] is the only door and asks for a [`Permit`]. Everything here belongs to one worker thread; what workers know
//! of a target together is in `target`.

mod balance;
mod body;
mod budget;
mod connect;
mod connections;
mod counts;
mod forward;
mod health;
mod http1;
mod target;
mod worker;

pub(crate) use balance::CompiledUpstream;
pub(crate) use body::{BodyFault, BodySource};
pub(crate) use connect::Connector;
pub(crate) use counts::UpstreamMetrics;
pub(crate) use forward::{Outgoing, forward};
pub(crate) use http1::{
    Answered, BrokenOff, Client, Passed, Received, ResponseBody, ResponseHead, Switched, Tunnel,
};
pub(crate) use worker::Upstreams;

#[cfg(test)]
mod tests;
