//! Addresses that traffic may be sent to.

use std::net::IpAddr;

use gatehouse_language::t;
use gatehouse_snapshot::check::target_uri;

/// Longest address, in bytes.
const URL_MAX: usize = 500;

/// Refuses what is not an address of a backend, in words. Private networks are where backends live; link-local addresses
/// are where clouds keep their secrets, and no backend lives there.
pub(crate) fn require_target(url: &str) -> Result<(), String> {
    if url.len() > URL_MAX {
        return Err(t!(
            "refused-policies-use-at-most-characters",
            url_max = &URL_MAX
        ));
    }
    let uri = target_uri(url).map_err(|detail| sentence(&detail))?;
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(address) if is_forbidden(address.to_canonical()) => {
            Err(t!("refused-policies-is-not-an-address-of-a", bare = &bare))
        }
        Ok(_) => Ok(()),
        Err(_) if is_disguised(bare) => {
            Err(t!("refused-policies-write-the-address-as-four-numbers"))
        }
        Err(_) => Ok(()),
    }
}

fn is_forbidden(address: IpAddr) -> bool {
    let by_kind = address.is_unspecified() || address.is_multicast();
    by_kind
        || match address {
            IpAddr::V4(address) => address.is_link_local() || address.is_broadcast(),
            // Link-local, and the metadata service of one cloud.
            IpAddr::V6(address) => {
                address.segments()[0] & 0xffc0 == 0xfe80
                    || address.segments() == [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254]
            }
        }
}

/// Forms that resolvers read as IPv4 addresses, such as `2852039166` and `0xa9fea9fe`: the last label is a number.
fn is_disguised(host: &str) -> bool {
    let last = host.trim_end_matches('.').rsplit('.').next();
    last.is_some_and(|label| {
        let digits = label
            .strip_prefix("0x")
            .or_else(|| label.strip_prefix("0X"));
        match digits {
            Some(hex) => hex.chars().all(|c| c.is_ascii_hexdigit()),
            None => !label.is_empty() && label.chars().all(|c| c.is_ascii_digit()),
        }
    })
}

fn sentence(detail: &str) -> String {
    let mut letters = detail.chars();
    let first = letters.next().map(char::to_uppercase);
    first
        .into_iter()
        .flatten()
        .chain(letters)
        .chain(['.'])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backends_are_accepted_and_metadata_services_are_not() {
        for (url, accepted) in [
            ("https://api.example.com/v1", true),
            ("http://10.0.0.7:8080", true),
            ("http://127.0.0.1:9000", true),
            ("http://[fd12::1]:80", true),
            ("http://169.254.169.254/latest", false),
            ("http://[::ffff:169.254.169.254]/", false),
            ("http://[fe80::1]/", false),
            ("http://[fd00:ec2::254]/", false),
            ("http://0.0.0.0/", false),
            ("http://2852039166/", false),
            ("http://0xa9fea9fe/", false),
            ("http://169.254.43518/", false),
            ("http://224.0.0.1/", false),
            ("ftp://example.com", false),
            ("/relative", false),
            ("https://user@example.com", false),
            ("https://example.com/?a=b", false),
        ] {
            assert_eq!(require_target(url).is_ok(), accepted, "{url}");
        }
        let long = |length: usize| format!("http://a/{}", "b".repeat(length - 9));
        assert!(require_target(&long(URL_MAX)).is_ok());
        assert!(require_target(&long(URL_MAX + 1)).is_err());
    }
}
