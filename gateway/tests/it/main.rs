//! The gateway as its neighbours meet it: real sockets, a signed configuration, a small control plane and backends that can
//! misbehave.

mod control_plane;
mod http;
mod node;
mod objects;
mod upstream;

mod configuration;
mod forwarding;
mod framing;
mod limits;
mod refusals;
mod usage;
