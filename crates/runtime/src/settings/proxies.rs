//! Which hops in front of us are believed when they say who called them.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use ipnet::IpNet;
use serde::{Deserialize, Deserializer, de};

/// More hops than this in one header is not a chain of proxies.
const HOPS_MAX: usize = 32;

/// The networks of the proxies in front of a role. Empty: nobody is believed, the peer is the client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Trusts these networks.
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether an address belongs to a trusted proxy.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address of the client: the peer, or, while hops are trusted, the one before it in
    /// `X-Forwarded-For`, read from the right. What stands left of the first untrusted hop was written
    /// by a stranger. A hop that is no address ends the walk at the last one known.
    #[must_use]
    pub fn client_ip(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut client = peer.to_canonical();
        for value in headers.get_all("x-forwarded-for").into_iter().rev() {
            let Ok(text) = value.to_str() else {
                return client;
            };
            for hop in text.rsplit(',').take(HOPS_MAX) {
                if !self.contains(client) {
                    return client;
                }
                let Some(address) = hop_address(hop) else {
                    return client;
                };
                client = address;
            }
        }
        client
    }

    /// Whether the client reached the outermost trusted proxy by TLS: `X-Forwarded-Proto: https`
    /// from a trusted peer. Of several values the one written last counts.
    #[must_use]
    pub fn client_used_https(&self, peer: IpAddr, headers: &HeaderMap) -> bool {
        let last = headers.get_all("x-forwarded-proto").into_iter().next_back();
        let scheme = last
            .and_then(|value| value.to_str().ok())
            .and_then(|text| text.rsplit(',').next());
        self.contains(peer)
            && scheme.is_some_and(|scheme| scheme.trim().eq_ignore_ascii_case("https"))
    }
}

/// `1.2.3.4`, `1.2.3.4:5`, `::1`, `[::1]` or `[::1]:5`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let bare = hop
        .strip_prefix('[')
        .and_then(|hop| hop.strip_suffix(']'))
        .unwrap_or(hop);
    let address = bare
        .parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|full| full.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

impl<'de> Deserialize<'de> for TrustedProxies {
    /// A list of networks or single addresses.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let networks = texts.iter().map(|text| {
            let single = || text.parse::<IpAddr>().ok().map(IpNet::from);
            let network = text
                .parse::<IpNet>()
                .ok()
                .map(|network| network.trunc())
                .or_else(single);
            network.ok_or_else(|| {
                de::Error::custom(format!("{text:?} is not a network such as 10.0.0.0/8"))
            })
        });
        networks.collect::<Result<_, _>>().map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies() -> TrustedProxies {
        #[derive(Deserialize)]
        struct Settings {
            trusted: TrustedProxies,
        }
        let text = "trusted = ['10.0.0.0/8', '192.0.2.7', '2001:db8::/32']";
        toml::from_str::<Settings>(text).expect("networks").trusted
    }

    fn forwarded(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("x-forwarded-for", value.parse().expect("header value"));
        }
        headers
    }

    #[test]
    fn the_client_is_the_last_hop_that_a_trusted_proxy_vouches_for() {
        let table: &[(&str, &[&str], &str)] = &[
            // No header, or an untrusted peer: the peer.
            ("203.0.113.9", &[], "203.0.113.9"),
            ("203.0.113.9", &["1.1.1.1"], "203.0.113.9"),
            ("10.0.0.1", &[], "10.0.0.1"),
            // One trusted hop; anything the client itself wrote stands further left.
            ("10.0.0.1", &["198.51.100.4"], "198.51.100.4"),
            ("10.0.0.1", &["127.0.0.1, 198.51.100.4"], "198.51.100.4"),
            ("10.0.0.1", &["6.6.6.6", "198.51.100.4"], "198.51.100.4"),
            // Several trusted hops, over one header or two.
            ("10.0.0.1", &["198.51.100.4, 192.0.2.7"], "198.51.100.4"),
            (
                "10.0.0.1",
                &["6.6.6.6, 198.51.100.4", "10.9.9.9,192.0.2.7"],
                "198.51.100.4",
            ),
            // A chain of proxies alone ends at its outermost.
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            // Ports, brackets and mapped addresses.
            ("10.0.0.1", &["198.51.100.4:5123"], "198.51.100.4"),
            ("2001:db8::1", &["[2606::1]:443"], "2606::1"),
            ("2001:db8::1", &["[2606::1]"], "2606::1"),
            ("::ffff:10.0.0.1", &["::ffff:198.51.100.4"], "198.51.100.4"),
            // What is no address is not believed, nor is what stands left of it.
            ("10.0.0.1", &["198.51.100.4, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.4, "], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.4, unknown, 10.0.0.2"], "10.0.0.2"),
        ];
        for (peer, values, client) in table {
            let peer = peer.parse().expect("peer");
            let found = proxies().client_ip(peer, &forwarded(values));
            assert_eq!(found.to_string(), *client, "{peer} {values:?}");
        }
    }

    #[test]
    fn nobody_is_believed_by_default() {
        let found = TrustedProxies::default().client_ip(
            "127.0.0.1".parse().expect("peer"),
            &forwarded(&["198.51.100.4"]),
        );
        assert_eq!(found.to_string(), "127.0.0.1");
    }

    #[test]
    fn the_scheme_is_taken_from_trusted_peers_only() {
        let mut headers = HeaderMap::new();
        headers.append(
            "x-forwarded-proto",
            "http, HTTPS".parse().expect("header value"),
        );
        assert!(proxies().client_used_https("10.0.0.1".parse().expect("peer"), &headers));
        assert!(!proxies().client_used_https("203.0.113.9".parse().expect("peer"), &headers));
        headers.append("x-forwarded-proto", "http".parse().expect("header value"));
        assert!(!proxies().client_used_https("10.0.0.1".parse().expect("peer"), &headers));
    }
}
