//! HTTP/1.1 as a backend is spoken to: heads written as bytes, answers read strictly (RFC 9110, RFC 9112).
//!
//! A backend is believed to be what its operator configured, and not to frame its answers well: whatever can be read in two
//! ways is a fault of the backend, and nothing that was cut short ever ends as if it were whole.

mod buffers;
mod deadline;
mod exchange;
mod fields;
mod receiving;
mod request_head;
mod response_body;
mod response_head;
mod sending;
mod stream;
mod tunnel;

pub(super) use buffers::{HeadText, Scratch, Shelf};
pub(super) use exchange::{Asked, Exchange, Fault, Timeouts};
pub(crate) use request_head::Client;
pub(super) use request_head::{Outbound, write_head};
pub(crate) use response_body::{Answered, BrokenOff, Received, ResponseBody, Switched};
pub(crate) use response_head::ResponseHead;
pub(super) use stream::{Connection, Stream};
pub(crate) use tunnel::{Passed, Tunnel};
