//! Who may connect: a limit overall and one per source.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use super::refusal::{Refusal, Refusals};
use super::settings::ListenerSettings;
use super::stats::{CloseReason, ListenerStats};
use crate::settings::TrustedProxies;

/// Clients that are being told at once that the listener is full; further ones are only closed.
const BUSY_ANSWERS_MAX: usize = 64;
const BUSY_ANSWER_TIME: Duration = Duration::from_secs(1);

/// Lets connections in up to the limits. Clones count together; asked when a connection begins and ends, never in between.
#[derive(Clone)]
pub struct Admission {
    shared: Arc<Shared>,
    busy_answers: Arc<Semaphore>,
}

struct Shared {
    connections_max: usize,
    per_source_max: usize,
    exempt: TrustedProxies,
    counts: Mutex<Counts>,
    stats: ListenerStats,
}

#[derive(Default)]
struct Counts {
    open: usize,
    by_source: HashMap<IpAddr, usize>,
}

/// Whether a connection may stay.
pub enum Admitted {
    /// As long as it holds this.
    Yes(Permit),
    /// The listener is full: 503.
    Busy,
    /// Its source has too many: closed without a word.
    TooManyFromSource,
}

/// The place of one connection, given back when it is dropped.
pub struct Permit {
    shared: Arc<Shared>,
    source: Option<IpAddr>,
}

impl Admission {
    /// Nobody is in yet.
    #[must_use]
    pub fn new(settings: &ListenerSettings, stats: ListenerStats) -> Self {
        let shared = Shared {
            connections_max: settings.connections_max,
            per_source_max: settings.connections_per_source_max,
            exempt: settings.source_limit_exempt.clone(),
            counts: Mutex::default(),
            stats,
        };
        let busy_answers = Arc::new(Semaphore::new(BUSY_ANSWERS_MAX));
        Self {
            shared: Arc::new(shared),
            busy_answers,
        }
    }

    /// Asks for a connection from this address.
    #[must_use]
    pub fn admit(&self, address: IpAddr) -> Admitted {
        let exempt = self.shared.exempt.contains(address);
        self.enter((!exempt).then(|| source_of(address)))
    }

    /// Asks for a connection whose source is not known yet, because a proxy will tell it: see [`Permit::name_source`].
    #[must_use]
    pub fn admit_unnamed(&self) -> Admitted {
        self.enter(None)
    }

    fn enter(&self, source: Option<IpAddr>) -> Admitted {
        let mut counts = lock(&self.shared.counts);
        // The source first: one that has too many is not told how full we are.
        let from_source = source.map_or(0, |source| {
            counts.by_source.get(&source).copied().unwrap_or(0)
        });
        if source.is_some() && from_source >= self.shared.per_source_max {
            self.shared.stats.count_closed(CloseReason::SourceLimit);
            return Admitted::TooManyFromSource;
        }
        if counts.open >= self.shared.connections_max {
            self.shared.stats.count_closed(CloseReason::Busy);
            return Admitted::Busy;
        }
        counts.open += 1;
        if let Some(source) = source {
            counts.by_source.insert(source, from_source + 1);
        }
        self.shared.stats.count_open();
        Admitted::Yes(Permit {
            shared: Arc::clone(&self.shared),
            source,
        })
    }

    /// Answers 503 without reading the request, or only closes when too many are being answered.
    pub fn answer_busy(&self, mut stream: TcpStream, refusals: &Refusals, tasks: &TaskTracker) {
        let Ok(permit) = Arc::clone(&self.busy_answers).try_acquire_owned() else {
            return;
        };
        let words = refusals.wire(Refusal::Busy);
        tasks.spawn(async move {
            let _permit = permit;
            let answer = async {
                stream.write_all(&words).await?;
                stream.shutdown().await?;
                // Closing with unread bytes resets the connection, and the answer could be lost with it.
                let mut unread = [0; 4_096];
                while stream.read(&mut unread).await? > 0 {}
                std::io::Result::Ok(())
            };
            let _ = tokio::time::timeout(BUSY_ANSWER_TIME, answer).await;
        });
    }
}

impl Permit {
    /// Counts the connection to its source after all. False when that source has too many: the connection must be closed.
    #[must_use]
    pub fn name_source(&mut self, address: IpAddr) -> bool {
        if self.source.is_some() || self.shared.exempt.contains(address) {
            return true;
        }
        let source = source_of(address);
        let mut counts = lock(&self.shared.counts);
        let from_source = counts.by_source.entry(source).or_insert(0);
        if *from_source >= self.shared.per_source_max {
            self.shared.stats.count_closed(CloseReason::SourceLimit);
            return false;
        }
        *from_source += 1;
        drop(counts);
        self.source = Some(source);
        true
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut counts = lock(&self.shared.counts);
        counts.open -= 1;
        if let Some(source) = self.source {
            let left = counts
                .by_source
                .get(&source)
                .copied()
                .unwrap_or(0)
                .saturating_sub(1);
            if left == 0 {
                counts.by_source.remove(&source);
            } else {
                counts.by_source.insert(source, left);
            }
        }
        self.shared.stats.count_gone();
    }
}

/// One customer usually holds a whole IPv6 /64, so that is one source.
fn source_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
        v4 => v4,
    }
}

fn lock(counts: &Mutex<Counts>) -> MutexGuard<'_, Counts> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn admission(connections_max: usize, per_source_max: usize) -> Admission {
        let settings = ListenerSettings {
            connections_max,
            connections_per_source_max: per_source_max,
            source_limit_exempt: TrustedProxies::new(vec!["10.0.0.0/8".parse().expect("network")]),
            ..ListenerSettings::default()
        };
        Admission::new(&settings, ListenerStats::default())
    }

    fn admit(admission: &Admission, address: &str) -> Admitted {
        admission.admit(address.parse().expect("address"))
    }

    #[test]
    fn a_source_gets_its_limit_and_others_are_not_touched() {
        let admission = admission(100, 2);
        let held: Vec<_> = (0..2).map(|_| admit(&admission, "2001:db8::1")).collect();
        assert!(
            held.iter()
                .all(|admitted| matches!(admitted, Admitted::Yes(_)))
        );
        let same_network = admit(&admission, "2001:db8::ffff:1");
        assert!(matches!(same_network, Admitted::TooManyFromSource));
        let next_network = admit(&admission, "2001:db8:0:1::1");
        assert!(matches!(next_network, Admitted::Yes(_)));
        drop(held);
        assert!(matches!(admit(&admission, "2001:db8::2"), Admitted::Yes(_)));
    }

    #[test]
    fn a_load_balancer_has_no_limit_of_its_own_but_counts() {
        let admission = admission(3, 1);
        let held: Vec<_> = (0..3).map(|_| admit(&admission, "10.0.0.1")).collect();
        assert!(
            held.iter()
                .all(|admitted| matches!(admitted, Admitted::Yes(_)))
        );
        assert!(matches!(admit(&admission, "10.0.0.1"), Admitted::Busy));
        assert!(matches!(admit(&admission, "192.0.2.1"), Admitted::Busy));
    }

    #[test]
    fn a_source_that_a_proxy_names_is_counted_like_any_other() {
        let admission = admission(100, 1);
        let unnamed = || match admission.admit_unnamed() {
            Admitted::Yes(permit) => permit,
            _ => panic!("not full"),
        };
        let client = "192.0.2.1".parse().expect("address");
        let (mut first, mut second) = (unnamed(), unnamed());
        assert!(first.name_source(client) && !second.name_source(client));
        let too_many = admit(&admission, "192.0.2.1");
        assert!(matches!(too_many, Admitted::TooManyFromSource));
        drop(first);
        assert!(second.name_source(client));
    }

    #[test]
    fn sources_that_left_are_forgotten() {
        let admission = admission(100, 1);
        for number in 0..50 {
            drop(admit(&admission, &format!("192.0.2.{number}")));
        }
        assert!(lock(&admission.shared.counts).by_source.is_empty());
        assert_eq!(admission.shared.stats.open(), 0);
    }
}
