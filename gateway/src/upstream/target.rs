//! One address of an upstream, and what all workers know of it together.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use gatehouse_snapshot::check::target_uri;

use super::health::Health;

/// One address. It lives as long as any upstream lists it or any call is under way at it.
#[derive(Debug)]
pub(crate) struct Target {
    /// Unlike any other target's of this process: what workers find their connections by.
    pub(super) number: u64,
    /// As the configuration writes it.
    pub(super) url: String,
    /// Host and port as the `Host` header carries them.
    pub(crate) host: String,
    /// Host to connect to, IPv6 without brackets.
    pub(crate) name: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    /// Put before every forwarded path; no slash at its end.
    pub(super) prefix: String,
    /// Calls under way, over all workers.
    pub(super) in_flight: AtomicUsize,
    pub(super) health: Health,
    /// Upstreams in force that list it.
    listed: AtomicUsize,
}

/// A target on the list of an upstream.
#[derive(Debug)]
pub(super) struct Listed(Arc<Target>);

impl Target {
    /// Reads an address; says what is wrong with one that cannot be used.
    pub(super) fn read(url: &str) -> Result<Self, String> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let uri = target_uri(url)?;
        let tls = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        let authority = uri.authority().map(ToString::to_string);
        Ok(Self {
            number: NEXT.fetch_add(1, Ordering::Relaxed),
            url: url.to_owned(),
            name: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            host: authority.unwrap_or_default(),
            tls,
            prefix: uri.path().trim_end_matches('/').to_owned(),
            in_flight: AtomicUsize::new(0),
            health: Health::default(),
            listed: AtomicUsize::new(0),
        })
    }

    /// Whether no upstream in force lists it any more: its unused connections are of no use.
    pub(super) fn is_gone(&self) -> bool {
        self.listed.load(Ordering::Relaxed) == 0
    }
}

impl Listed {
    pub(super) fn new(target: Arc<Target>) -> Self {
        target.listed.fetch_add(1, Ordering::Relaxed);
        Self(target)
    }
}

impl std::ops::Deref for Listed {
    type Target = Arc<Target>;

    fn deref(&self) -> &Arc<Target> {
        &self.0
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.0.listed.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_into_what_connecting_and_forwarding_need() {
        let target = Target::read("https://b.example:8443/base/").unwrap();
        assert_eq!(
            (target.port, target.tls, target.host.as_str()),
            (8443, true, "b.example:8443")
        );
        assert_eq!(target.prefix, "/base");
        let root = Target::read("http://[::1]").unwrap();
        assert_eq!((root.prefix.as_str(), root.name.as_str()), ("", "::1"));
        assert_ne!(root.number, target.number);
        assert!(Target::read("ftp://b.example").is_err());
    }

    #[test]
    fn a_target_is_gone_when_the_last_list_with_it_is() {
        let target = Arc::new(Target::read("http://b.example").unwrap());
        let (one, two) = (
            Listed::new(Arc::clone(&target)),
            Listed::new(Arc::clone(&target)),
        );
        drop(one);
        assert!(!target.is_gone());
        drop(two);
        assert!(target.is_gone());
    }
}
