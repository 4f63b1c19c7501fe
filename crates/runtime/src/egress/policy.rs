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

/// Which addresses may be called. Cheap to clone.
#[derive(Debug, Clone)]
pub struct AddressPolicy {
    allowed: Arc<[IpNet]>,
    beyond: Beyond,
}

/// What may be called besides the allowed networks.
#[derive(Debug, Clone, Copy)]
enum Beyond {
    PublicInternet,
    AllButMetadata,
}

impl AddressPolicy {
    /// The public internet and these networks; for URLs that came from people.
    #[must_use]
    pub fn new(allowed: Vec<IpNet>) -> Self {
        Self {
            allowed: allowed.into(),
            beyond: Beyond::PublicInternet,
        }
    }

    /// Everything but the addresses at which clouds hand out credentials; for upstreams, which
    /// usually live in private networks.
    #[must_use]
    pub fn for_upstreams() -> Self {
        Self {
            allowed: Arc::default(),
            beyond: Beyond::AllButMetadata,
        }
    }

    /// Whether an address may be called. IPv4 addresses in IPv6 clothes are judged as what they are.
    #[must_use]
    pub fn allows(&self, address: IpAddr) -> bool {
        let plain = undressed(address);
        self.allowed.iter().any(|network| network.contains(&plain))
            || match self.beyond {
                Beyond::PublicInternet => is_global(plain),
                Beyond::AllButMetadata => !is_metadata(plain),
            }
    }

    /// Resolves a host, a name or an address, and gives its addresses only when every one of them may
    /// be called: a name that mixes public and internal addresses is an attempt to slip in. Connect to
    /// what this returns, never to the name.
    pub async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Refused> {
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'))
            .unwrap_or(host);
        let unresolved = || Refused::Unresolved(host.to_owned());
        let found = tokio::net::lookup_host((bare, port))
            .await
            .map_err(|_| unresolved())?;
        let found: Vec<SocketAddr> = found.collect();
        if found.is_empty() {
            return Err(unresolved());
        }
        match found.iter().find(|address| !self.allows(address.ip())) {
            Some(forbidden) => Err(Refused::Address(forbidden.ip())),
            None => Ok(found),
        }
    }
}

impl Default for AddressPolicy {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// The IPv4 address that an IPv6 one stands for: mapped (RFC 4291 2.5.5.2), NAT64 by its well-known
/// prefix (RFC 6052) or 6to4 (RFC 3056); others as they are.
fn undressed(address: IpAddr) -> IpAddr {
    let IpAddr::V6(plain) = address.to_canonical() else {
        return address.to_canonical();
    };
    let embedded = |high: u16, low: u16| {
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match plain.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => embedded(high, low),
        _ => IpAddr::V6(plain),
    }
}

/// Link-local addresses, and those few at which clouds serve credentials outside of it.
fn is_metadata(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            address.is_link_local()
                || matches!(address.octets(), [100, 100, 100, 200] | [192, 0, 0, 192])
        }
        IpAddr::V6(address) => {
            address.is_unicast_link_local()
                || address.segments() == [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254]
        }
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

/// Only 2000::/3 is handed out for global use (RFC 4291 2.4); special ranges inside it are refused.
fn is_global_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
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

/// The policy as the resolver of the HTTP client, so that it connects to checked addresses only.
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
            let found = policy.resolve(name.as_str(), 0).await?;
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
