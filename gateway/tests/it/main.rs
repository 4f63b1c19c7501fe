//! The gateway as its neighbours meet it: real sockets, a signed configuration, a small control plane and backends that can
//! misbehave.

mod authority;
mod control_plane;
mod edges;
mod http;
mod node;
mod objects;
mod upstream;

mod backends;
mod config_keys;
mod configuration;
mod console_calls;
mod forwarding;
mod framing;
mod hand_over;
mod hostile;
mod limits;
mod offer;
mod policies;
mod refusals;
mod rotation;
mod usage;

/// Says aloud what was not tried, past the test runner, which keeps what passing tests print to itself.
fn skipped(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr().lock(), "SKIPPED: {what}");
}
