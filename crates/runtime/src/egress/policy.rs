//! Which addresses may be called: those of the public internet, and what the operator allows.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use ipnet::IpNet;
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// Why a target was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    #[error("not a URL with a host")]
    NotAUrl,
    #[error("the scheme must be http or https")]
    Scheme,
    #[error("the URL must not hold a user or password")]
    Credentials,
    /// Not a global address, and in no network the operator allows.
    #[error("{0} is not an address of the public internet")]
    Address(IpAddr),
    #[error("the name {0} does not resolve")]
    Unresolved(String),
}

/// Global addresses, and the networks the operator allows besides. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct AddressPolicy {
    allowed: Arc<[IpNet]>,
}

impl AddressPolicy {
    /// Allows these networks besides the public internet.
    #[must_use]
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self {
            allowed: allowed.into(),
        }
    }

    /// Whether an address may be called. IPv4 addresses in IPv6 clothes are judged as what they are.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let plain = address.to_canonical();
        self.allowed.iter().any(|network| network.contains(&plain)) || is_global(plain)
    }
}

fn is_global(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_global_v4(address),
        IpAddr::V6(address) => is_global_v6(address),
    }
}

/// The IANA IPv4 special-purpose registry, its "globally reachable" column, and multicast.
fn is_global_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = matches!(
        (a, b, c),
        (0 | 10 | 127, _, _)             // this network, private, loopback
            | (100, 64..=127, _)         // shared address space of carriers
            | (169, 254, _)              // link-local, cloud metadata
            | (172, 16..=31, _)          // private
            | (192, 0, 0 | 2)            // protocol assignments, documentation
            | (192, 31, 196)             // AS112
            | (192, 52, 193)             // AMT
            | (192, 88, 99)              // 6to4 relays
            | (192, 168, _)              // private
            | (192, 175, 48)             // AS112
            | (198, 18 | 19, _)          // benchmarks
            | (198, 51, 100)             // documentation
            | (203, 0, 113)              // documentation
            | (224..=255, _, _) // multicast, reserved, broadcast
    );
    !special
}

/// Only 2000::/3 is handed out for global use (RFC 4291 2.4); inside it, ranges that carry an IPv4
/// address are judged by that address, and special ones are refused.
fn is_global_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        is_global_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // NAT64 (RFC 6052): the well-known prefix only.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        // 6to4 (RFC 3056).
        [0x2002, high, low, ..] => embedded(high, low),
        // Protocol assignments with Teredo, ORCHID and benchmarks; documentation, old and new.
        [0x2001, 0..=0x01ff, ..] | [0x2001, 0x0db8, ..] | [0x3fff, 0..=0x0fff, ..] => false,
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

/// The address a URL names outright, without a name to resolve.
pub(super) fn literal_address(url: &Url) -> Option<IpAddr> {
    let host = url.host_str()?;
    host.trim_start_matches('[')
        .trim_end_matches(']')
        .parse()
        .ok()
}

/// Resolves a name and hands over its addresses only when every one of them may be called: a name
/// that mixes public and internal addresses is an attempt to slip in.
pub(super) struct CheckedResolver {
    policy: AddressPolicy,
}

impl CheckedResolver {
    pub(super) fn new(policy: AddressPolicy) -> Self {
        Self { policy }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.policy.clone();
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found = tokio::net::lookup_host((host.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found
                .map_err(|_| Refused::Unresolved(host.clone()))?
                .collect();
            if found.is_empty() {
                return Err(Refused::Unresolved(host).into());
            }
            if let Some(forbidden) = found.iter().find(|address| !policy.allows(address.ip())) {
                return Err(Refused::Address(forbidden.ip()).into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
