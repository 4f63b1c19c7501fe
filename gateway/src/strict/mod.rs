//! The strict tier: HTTP/1.1 over plain TCP, in a grammar that leaves nothing to interpret, read and written in place.
//!
//! What it does not take goes to the general tier with the bytes that were read, or is refused. In reading order: `grammar`
//! (which heads are taken), `connection` (request after request), `body` (lent from where it was read), `stream` (answers), `intake` and `outlet` (the socket's
//! two sides and their deadlines). In the steady state a request costs two calls of the kernel here, and no allocation.

mod body;
mod connection;
mod grammar;
mod intake;
mod outlet;
mod reply;
mod stream;

use std::rc::Rc;

use gatehouse_runtime::Clock;
use gatehouse_runtime::listener::{CloseReason, ListenerSettings, ListenerStats};
use tokio::net::TcpStream;
use tokio::time::Instant;

use crate::proxy::{Origin, Proxy, Reply};
use crate::worker::Plan;
use crate::worker::memory::Holding;
use crate::worker::signals::{Signals, Stage};
use body::StrictBody;
use connection::Connection;
use grammar::{Head, HeadLimits};
use reply::{Dates, Ending};

pub(crate) use grammar::FIELDS_MAX;
pub(crate) use reply::date as http_date;

/// Of a body that nobody wants, so much is read over to keep the connection.
const SKIPPED_BYTES_MAX: u64 = 64 * 1024;
/// What the connections of a worker share in this tier.
pub(crate) struct Strict {
    settings: ListenerSettings,
    stats: ListenerStats,
    signals: Rc<Signals>,
    clock: Clock,
    proxy: Rc<Proxy>,
    limits: HeadLimits,
    dates: Dates,
}

/// How this tier is done with a connection.
pub(crate) enum Verdict {
    Close(CloseReason),
    /// The general tier goes on, beginning with these bytes.
    General(Vec<u8>),
}

impl Strict {
    pub(crate) fn new(plan: &Plan, signals: &Rc<Signals>, proxy: &Rc<Proxy>) -> Self {
        let settings = &plan.settings.listener;
        Self {
            limits: HeadLimits {
                bytes_max: usize::try_from(settings.header_bytes_max).unwrap_or(usize::MAX),
                fields_max: settings.headers_max,
            },
            settings: settings.clone(),
            stats: plan.stats.clone(),
            signals: Rc::clone(signals),
            clock: plan.clock.clone(),
            proxy: Rc::clone(proxy),
            dates: Dates::default(),
        }
    }

    /// Serves a connection until it ends or leaves this tier.
    pub(crate) async fn serve(
        &self,
        stream: &mut TcpStream,
        origin: Origin,
        holding: &Holding,
    ) -> Verdict {
        let mut connection = Connection::open(self, stream, origin, holding);
        loop {
            if let Err(verdict) = connection.request().await {
                return verdict;
            }
        }
    }

    /// Whether the connection stays after this answer, as far as is known before it.
    fn ending(
        &self,
        head: &Head<'_>,
        reply: &Reply,
        body: &StrictBody<'_, '_>,
        is_old: bool,
    ) -> Ending {
        let own_end = match reply {
            Reply::Own(own) => own.close || !body.may_be_skipped(SKIPPED_BYTES_MAX),
            Reply::Backend(_) | Reply::Switched(_) => false,
        };
        let ends = head.closes || own_end || self.signals.stage() > Stage::Serving || is_old;
        if ends {
            Ending::Close
        } else {
            Ending::KeepAlive
        }
    }

    /// Why a connection ended after an answer.
    fn reason(&self, too_old: Instant) -> CloseReason {
        if self.signals.stage() > Stage::Serving {
            CloseReason::Drained
        } else if Instant::now() >= too_old {
            CloseReason::Age
        } else {
            CloseReason::Finished
        }
    }
}
