//! Which target of an upstream takes the next call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use gatehouse_snapshot::check::target_uri;
use gatehouse_snapshot::object::{LoadBalancing, Object, Upstream};
use http::Uri;

use super::pool::Pool;

/// Longest schedule; weights are scaled down to fit.
const SCHEDULE_MAX: u64 = 1_000;

/// An upstream with its targets, their connections and their calls in flight. It lives as long as its object is unchanged.
#[derive(Debug)]
pub(crate) struct CompiledUpstream {
    source: Arc<Object>,
    object: Upstream,
    targets: Vec<Arc<Target>>,
    /// Places of targets, each as often as its weight says, spread evenly.
    schedule: Vec<usize>,
    next: AtomicUsize,
}

/// One address.
#[derive(Debug)]
pub(crate) struct Target {
    /// Host and port as the `Host` header carries them.
    pub(crate) host: String,
    /// Host to connect to, IPv6 without brackets.
    pub(crate) name: String,
    pub(crate) port: u16,
    pub(crate) tls: bool,
    /// Put before every forwarded path; no slash at its end.
    prefix: String,
    weight: u32,
    in_flight: AtomicUsize,
    pub(crate) pool: Pool,
}

/// One call in flight at a target, until it is dropped.
#[derive(Debug)]
pub(crate) struct InFlight(Arc<Target>);

impl InFlight {
    pub(crate) fn target(&self) -> &Arc<Target> {
        &self.0
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}

impl CompiledUpstream {
    /// Reads the targets; says what is wrong with one that cannot be used.
    pub(crate) fn new(source: &Arc<Object>, upstream: &Upstream) -> Result<Self, String> {
        let targets = upstream
            .targets
            .iter()
            .map(|target| Target::read(&target.url, target.weight).map(Arc::new))
            .collect::<Result<Vec<_>, _>>()?;
        let weights: Vec<u32> = targets.iter().map(|target| target.weight).collect();
        Ok(Self {
            source: Arc::clone(source),
            object: upstream.clone(),
            schedule: schedule(&weights),
            targets,
            next: AtomicUsize::new(0),
        })
    }

    /// Whether it was made from this very object.
    pub(crate) fn is_of(&self, source: &Arc<Object>) -> bool {
        Arc::ptr_eq(&self.source, source)
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_millis(self.object.connect_timeout_ms.into())
    }

    pub(crate) fn response_timeout(&self) -> Duration {
        Duration::from_millis(self.object.response_timeout_ms.into())
    }

    pub(crate) fn idle_timeout(&self) -> Duration {
        Duration::from_millis(self.object.idle_timeout_ms.into())
    }

    /// Picks a target; `None` when none has any weight.
    pub(crate) fn choose(&self) -> Option<InFlight> {
        let target = match self.object.load_balancing {
            LoadBalancing::RoundRobin => {
                let turn = self.next.fetch_add(1, Ordering::Relaxed);
                let place = *self.schedule.get(turn % self.schedule.len().max(1))?;
                self.targets.get(place)?
            }
            LoadBalancing::LeastConnections => {
                // Least load for its weight after taking this call; ties go round by the turn.
                let turn = self.next.fetch_add(1, Ordering::Relaxed);
                let count = self.targets.len().max(1);
                let usable = (0..self.targets.len())
                    .map(|place| &self.targets[(place + turn) % count])
                    .filter(|target| target.weight > 0);
                usable.min_by(|left, right| {
                    let load = |target: &Target, other: &Target| {
                        (target.in_flight.load(Ordering::Relaxed) as u128 + 1)
                            * u128::from(other.weight)
                    };
                    load(left, right).cmp(&load(right, left))
                })?
            }
        };
        target.in_flight.fetch_add(1, Ordering::Relaxed);
        Some(InFlight(Arc::clone(target)))
    }

    /// Closes unused connections and keeps no further ones.
    pub(crate) fn close(&self) {
        self.targets.iter().for_each(|target| target.pool.close());
    }
}

impl Drop for CompiledUpstream {
    fn drop(&mut self) {
        self.close();
    }
}

impl Target {
    fn read(url: &str, weight: u32) -> Result<Self, String> {
        let uri = target_uri(url)?;
        let tls = uri.scheme_str() == Some("https");
        let host = uri.host().unwrap_or_default();
        let authority = uri.authority().map(ToString::to_string);
        Ok(Self {
            name: host.trim_matches(['[', ']']).to_owned(),
            port: uri.port_u16().unwrap_or(if tls { 443 } else { 80 }),
            host: authority.unwrap_or_default(),
            tls,
            prefix: uri.path().trim_end_matches('/').to_owned(),
            weight,
            in_flight: AtomicUsize::new(0),
            pool: Pool::default(),
        })
    }

    /// The target of a forwarded call: prefix and the very bytes that were routed by.
    pub(crate) fn uri(&self, rest: &str, query: Option<&str>) -> Option<Uri> {
        let mut text = String::with_capacity(self.prefix.len() + rest.len() + 1);
        text.push_str(&self.prefix);
        text.push_str(rest);
        if text.is_empty() {
            text.push('/');
        }
        if let Some(query) = query {
            text.push('?');
            text.push_str(query);
        }
        Uri::try_from(text).ok()
    }
}

/// Smooth weighted round robin, written out once.
fn schedule(weights: &[u32]) -> Vec<usize> {
    let total: u64 = weights.iter().copied().map(u64::from).sum();
    let scale = total.div_ceil(SCHEDULE_MAX).max(1);
    let scaled: Vec<i64> = weights
        .iter()
        .map(|weight| i64::try_from(u64::from(*weight).div_ceil(scale)).unwrap_or(1))
        .collect();
    let total: i64 = scaled.iter().sum();
    let mut credit = vec![0i64; scaled.len()];
    let mut places = Vec::new();
    for _ in 0..total {
        for (credit, weight) in credit.iter_mut().zip(&scaled) {
            *credit += weight;
        }
        let best =
            (0..credit.len()).max_by_key(|place| (credit[*place], std::cmp::Reverse(*place)));
        if let Some(best) = best {
            credit[best] -= total;
            places.push(best);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use gatehouse_domain::id::{TenantId, UpstreamId};
    use gatehouse_snapshot::object::Target as ObjectTarget;
    use uuid::Uuid;

    fn upstream(load_balancing: LoadBalancing, weights: &[u32]) -> CompiledUpstream {
        let targets = weights
            .iter()
            .enumerate()
            .map(|(place, weight)| ObjectTarget {
                url: format!("http://t{place}.example/base/"),
                weight: *weight,
            });
        let object = Upstream {
            id: UpstreamId::from_uuid(Uuid::nil()),
            tenant: TenantId::from_uuid(Uuid::nil()),
            name: "u".to_owned(),
            load_balancing,
            connect_timeout_ms: 1,
            response_timeout_ms: 1,
            idle_timeout_ms: 1,
            targets: targets.collect(),
        };
        CompiledUpstream::new(&Arc::new(Object::Upstream(object.clone())), &object).unwrap()
    }

    #[test]
    fn turns_follow_weights_and_are_spread() {
        assert_eq!(schedule(&[2, 1]), [0, 1, 0]);
        assert_eq!(schedule(&[5, 1, 1]), [0, 0, 1, 0, 2, 0, 0]);
        assert_eq!(schedule(&[1, 0]), [0]);
        assert!(schedule(&[1_000_000, 500_000]).len() <= 1_001);
        let round = upstream(LoadBalancing::RoundRobin, &[1, 1]);
        let hosts: Vec<_> = (0..4)
            .map(|_| round.choose().unwrap().target().host.clone())
            .collect();
        assert_eq!(
            hosts,
            ["t0.example", "t1.example", "t0.example", "t1.example"]
        );
        assert!(upstream(LoadBalancing::RoundRobin, &[0]).choose().is_none());
        assert!(
            upstream(LoadBalancing::LeastConnections, &[0])
                .choose()
                .is_none()
        );
    }

    #[test]
    fn the_least_loaded_target_for_its_weight_is_taken() {
        let least = upstream(LoadBalancing::LeastConnections, &[1, 3]);
        let held: Vec<_> = (0..8).filter_map(|_| least.choose()).collect();
        let on = |host: &str| {
            held.iter()
                .filter(|call| call.target().host == host)
                .count()
        };
        assert_eq!((on("t0.example"), on("t1.example")), (2, 6));
        drop(held);
        assert_eq!(least.targets[1].in_flight.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn the_forwarded_address_is_prefix_and_rest_byte_for_byte() {
        let target = Target::read("https://b.example:8443/base/", 1).unwrap();
        assert_eq!(
            (target.port, target.tls, target.host.as_str()),
            (8443, true, "b.example:8443")
        );
        let uri = target.uri("/caf%C3%A9/%7E", Some("q=%2F&x")).unwrap();
        assert_eq!(uri.to_string(), "/base/caf%C3%A9/%7E?q=%2F&x");
        let root = Target::read("http://[::1]", 1).unwrap();
        assert_eq!(
            (
                root.uri("", None).unwrap().to_string().as_str(),
                root.name.as_str()
            ),
            ("/", "::1")
        );
    }
}
