//! What clients that mean harm achieve against a whole gateway.

mod framing;
mod fuzz;
mod h2_settings;
mod http2;
mod sizes;
mod slow;
mod tls;
