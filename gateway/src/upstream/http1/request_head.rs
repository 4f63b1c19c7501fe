//! The head of a request to a backend, written straight into the buffer it is sent from.

use std::io::Write;
use std::net::IpAddr;

use gatehouse_domain::id::{self, ApplicationId};
use gatehouse_runtime::RequestId;
use http::{Method, Version};

use super::fields::{self, FromClient};
use crate::policies::headers::CompiledChanges;
use crate::request::{BodyLength, Fields, RequestHead};
use crate::syntax::list;
use crate::trace::Trace;
use crate::upstream::target::Target;

/// Who called, as far as the connection tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Client<'a> {
    pub(crate) peer: IpAddr,
    /// `http` or `https`: how the client reached this gateway.
    pub(crate) scheme: &'static str,
    /// Whether what it says of whom it calls for is believed.
    pub(crate) is_trusted: bool,
    pub(crate) request_id: &'a RequestId,
    pub(crate) trace: Trace,
}

/// A call on its way out: everything but the target, which may change.
#[derive(Debug, Clone, Copy)]
pub(in crate::upstream) struct Outbound<'a> {
    pub(in crate::upstream) head: &'a RequestHead<'a>,
    /// What of the path comes after the route's.
    pub(in crate::upstream) rest: &'a str,
    pub(in crate::upstream) client: &'a Client<'a>,
    pub(in crate::upstream) application: ApplicationId,
    pub(in crate::upstream) body: BodyLength,
    /// The protocol the connection is to be given to.
    pub(in crate::upstream) upgrade: Option<&'a [u8]>,
    /// What policies change of its fields.
    pub(in crate::upstream) changes: Option<&'a CompiledChanges>,
}

/// Writes the head. Names are in lower case, so that every tier's requests look alike; framing is made from what was parsed.
pub(in crate::upstream) fn write_head(out: &mut Vec<u8>, call: &Outbound<'_>, target: &Target) {
    request_line(out, call, target);
    end_to_end(out, call);
    forwarded(out, call);
    out.extend_from_slice(b"x-consumer-application: ");
    out.extend_from_slice(ApplicationId::PREFIX.as_bytes());
    out.push(b'_');
    value_end(out, &id::digits(call.application.uuid().as_u128()));
    line(
        out,
        b"gatehouse-request-id",
        call.client.request_id.as_str().as_bytes(),
    );
    if let Some(protocol) = call.upgrade {
        line(out, b"connection", b"upgrade");
        line(out, b"upgrade", protocol);
    }
    match call.body {
        BodyLength::Exact(length) => {
            let mut digits = itoa::Buffer::new();
            line(out, b"content-length", digits.format(length).as_bytes());
        }
        BodyLength::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        // A body of length nought is announced where servers ask for a length.
        BodyLength::None if takes_body(call.head.method) => {
            out.extend_from_slice(b"content-length: 0\r\n");
        }
        BodyLength::None => {}
    }
    out.extend_from_slice(b"\r\n");
}

fn takes_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}

/// Prefix and the very bytes that were routed by.
fn request_line(out: &mut Vec<u8>, call: &Outbound<'_>, target: &Target) {
    out.extend_from_slice(call.head.method.as_str().as_bytes());
    out.push(b' ');
    out.extend_from_slice(target.prefix.as_bytes());
    out.extend_from_slice(call.rest.as_bytes());
    if target.prefix.is_empty() && call.rest.is_empty() {
        out.push(b'/');
    }
    if let Some(query) = call.head.query {
        out.push(b'?');
        out.extend_from_slice(query.as_bytes());
    }
    out.extend_from_slice(b" HTTP/1.1\r\n");
    line(out, b"host", target.host.as_bytes());
}

fn line(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(b": ");
    value_end(out, value);
}

fn value_end(out: &mut Vec<u8>, value: &[u8]) {
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

/// What of the client's fields a backend gets, and the trace.
fn end_to_end(out: &mut Vec<u8>, call: &Outbound<'_>) {
    let received = call.head.fields;
    let Client {
        is_trusted, trace, ..
    } = *call.client;
    let names_fields = names_fields(received);
    let mut cookies_told = false;
    for field in received.iter() {
        let start = out.len();
        out.extend_from_slice(field.name.as_bytes());
        out[start..].make_ascii_lowercase();
        let passes = match fields::from_client(&out[start..]) {
            FromClient::Passed => true,
            FromClient::Dropped | FromClient::ForwardedFor | FromClient::TraceParent => false,
            FromClient::Forwarding => is_trusted,
            FromClient::TraceState => trace.takes_state(field.value),
            // RFC 9113 §8.2.3: what HTTP/2 sends in several lines is one in HTTP/1.1.
            FromClient::Cookie if call.head.version == Version::HTTP_2 => {
                let told_before = std::mem::replace(&mut cookies_told, true);
                if !(told_before || names_fields && is_named(received, b"cookie")) {
                    out.extend_from_slice(b": ");
                    join(out, received.get_all("cookie"), b"; ");
                    out.extend_from_slice(b"\r\n");
                    continue;
                }
                false
            }
            FromClient::Cookie => true,
        };
        let is_touched = |name: &[u8]| call.changes.is_some_and(|changes| changes.touches(name));
        if passes
            && !(names_fields && is_named(received, &out[start..]))
            && !is_touched(&out[start..])
        {
            out.extend_from_slice(b": ");
            value_end(out, field.value);
        } else {
            out.truncate(start);
        }
    }
    trace.write(out);
    let set = call.changes.into_iter().flat_map(CompiledChanges::each_set);
    for (name, value) in set {
        line(out, name, value);
    }
}

/// Written for every call: the usual form by hand.
fn address(out: &mut Vec<u8>, address: IpAddr) {
    match address {
        IpAddr::V4(address) => {
            for (place, octet) in address.octets().into_iter().enumerate() {
                if place > 0 {
                    out.push(b'.');
                }
                out.extend_from_slice(itoa::Buffer::new().format(octet).as_bytes());
            }
        }
        // Writing into memory cannot fail.
        IpAddr::V6(address) => drop(write!(out, "{address}")),
    }
}

/// Whether `Connection` says more than what becomes of the connection, which is rare.
fn names_fields(received: Fields<'_>) -> bool {
    received.get_all("connection").flat_map(list).any(|option| {
        !option.eq_ignore_ascii_case(b"keep-alive") && !option.eq_ignore_ascii_case(b"close")
    })
}

fn is_named(received: Fields<'_>, name: &[u8]) -> bool {
    let mut options = received.get_all("connection").flat_map(list);
    options.any(|option| option.eq_ignore_ascii_case(name))
}

fn join<'a>(out: &mut Vec<u8>, values: impl Iterator<Item = &'a [u8]>, between: &[u8]) -> bool {
    let mut first = true;
    for value in values {
        if !std::mem::replace(&mut first, false) {
            out.extend_from_slice(between);
        }
        out.extend_from_slice(value);
    }
    !first
}

/// Says who called: after what trusted proxies said, or alone.
fn forwarded(out: &mut Vec<u8>, call: &Outbound<'_>) {
    let (received, client) = (call.head.fields, call.client);
    let told = |name: &str| {
        client.is_trusted && received.contains(name) && !is_named(received, name.as_bytes())
    };
    out.extend_from_slice(b"x-forwarded-for: ");
    if client.is_trusted && !is_named(received, b"x-forwarded-for") {
        let hops = received.get_all("x-forwarded-for");
        let hops = hops.filter(|hops| hops.is_ascii() && !hops.is_empty());
        if join(out, hops, b", ") {
            out.extend_from_slice(b", ");
        }
    }
    address(out, client.peer);
    out.extend_from_slice(b"\r\n");
    if !told("x-forwarded-proto") {
        line(out, b"x-forwarded-proto", client.scheme.as_bytes());
    }
    if !told("x-forwarded-host") {
        line(out, b"x-forwarded-host", call.head.authority.as_bytes());
    }
    if told("forwarded") {
        // RFC 7239 §6: an IPv6 address stands in quotes and brackets.
        let _ = match client.peer {
            IpAddr::V4(address) => write!(out, "forwarded: for={address}\r\n"),
            IpAddr::V6(address) => write!(out, "forwarded: for=\"[{address}]\"\r\n"),
        };
    }
}

#[cfg(test)]
mod tests;
