//! One call to a backend, from the choice of a target to the head of the answer.

use std::rc::Rc;

use gatehouse_problem::{Problem, ProblemKind};
use http::Method;
use tokio::time::Instant;

use super::balance::{CompiledUpstream, InFlight, NoTarget};
use super::body::BodySource;
use super::connect::ConnectError;
use super::connections::{Connections, Lease, Place};
use super::counts::UpstreamCounts;
use super::http1::{
    Asked, Client, Connection, Exchange, Fault, Outbound, Received, ResponseBody, Timeouts,
    write_head,
};
use super::worker::Upstreams;
use crate::policies::Permit;
use crate::policies::headers::CompiledChanges;
use crate::refusal::{Refusal, refuse};
use crate::request::RequestHead;

/// A permitted call, as its backend gets it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    pub(crate) head: &'a RequestHead<'a>,
    /// What of the path comes after the route's.
    pub(crate) rest: &'a str,
    pub(crate) client: &'a Client<'a>,
    /// The protocol the client would like to go on with. Such a call has no body.
    pub(crate) upgrade: Option<&'a [u8]>,
    /// What policies change of its fields.
    pub(crate) changes: Option<&'a CompiledChanges>,
}

/// Sends a permitted call to its backend and waits for the head of the answer.
pub(crate) async fn forward<B: BodySource>(
    permit: &Permit,
    call: Outgoing<'_>,
    body: &mut B,
    upstreams: &Upstreams,
) -> Result<Received, Refusal> {
    let outbound = Outbound {
        head: call.head,
        rest: call.rest,
        client: call.client,
        application: permit.application(),
        body: body.length(),
        upgrade: call.upgrade,
        changes: call.changes,
    };
    send(upstream(permit)?, &outbound, body, upstreams).await
}

fn upstream(permit: &Permit) -> Result<&CompiledUpstream, Refusal> {
    let upstream = permit.route().upstream.as_deref();
    upstream.ok_or_else(|| {
        refuse(
            ProblemKind::UpstreamUnavailable,
            "No backend is set for this API in this environment.",
        )
    })
}

/// The whole of it: a target, a connection, the exchange, and the one second try.
pub(super) async fn send<B: BodySource>(
    upstream: &CompiledUpstream,
    call: &Outbound<'_>,
    body: &mut B,
    upstreams: &Upstreams,
) -> Result<Received, Refusal> {
    let now = Instant::now();
    let asked = Asked {
        method: call.head.method,
        may_switch: call.upgrade.is_some(),
        timeouts: Timeouts {
            response: upstream.response_timeout(),
            idle: upstream.idle_timeout(),
        },
        head_bytes_max: upstreams.head_bytes_max,
    };
    let attempt = Attempt {
        upstream,
        upstreams,
        now,
    };
    let reached = attempt.reach().await?;
    let mut scratch = upstreams.scratch.lend();
    let target = reached.lease.in_flight.target();
    write_head(&mut scratch.output, call, target);
    let began = if reached.at_once { now } else { Instant::now() };
    let mut exchange = Exchange::new(reached.connection, scratch, call.body, began);
    let (mut lease, mut reused) = (reached.lease, reached.reused);
    loop {
        let fault = match exchange.run(body, &asked, &upstreams.heads).await {
            Ok(parsed) => {
                attempt.answered(&lease);
                return Ok(ResponseBody::take_over(
                    exchange,
                    parsed,
                    lease,
                    asked.timeouts.idle,
                ));
            }
            Err(fault) => fault,
        };
        if reused && attempt.may_send_again(&fault, &exchange, call.head.method) {
            // Nothing came back on a connection that may have died while it lay unused. The call is made once more, on a
            // fresh one, if it was never sent or can be repeated (RFC 9110 §9.2.2), and is still here whole.
            UpstreamCounts::add(&upstreams.counts.retries);
            let (again, connection) = attempt.open(lease).await.map_err(Unreached::refusal)?;
            (lease, reused) = (again, false);
            exchange = exchange.again(connection, Instant::now());
            continue;
        }
        return Err(attempt.given_up(&fault, exchange, &lease, reused));
    }
}

/// A call's ways and means.
struct Attempt<'a> {
    upstream: &'a CompiledUpstream,
    upstreams: &'a Upstreams,
    now: Instant,
}

/// A connection to a target, for this call.
struct Reached {
    lease: Lease,
    connection: Connection,
    /// It has carried a call before.
    reused: bool,
    /// Nothing had to be waited for.
    at_once: bool,
}

/// A target that could not be connected to.
struct Unreached {
    in_flight: InFlight,
    error: ConnectError,
}

impl Attempt<'_> {
    /// A connection to a target, or to another one if the first cannot be connected to: nothing was sent by then.
    async fn reach(&self) -> Result<Reached, Refusal> {
        let counts = &self.upstreams.counts;
        let chosen = self.upstream.choose(self.now).map_err(|none| match none {
            NoTarget::Unlisted => ProblemKind::UpstreamUnavailable.into(),
            NoTarget::Ejected(wait) => {
                UpstreamCounts::add(&counts.refused);
                unavailable(wait.as_secs() + 1)
            }
        })?;
        let failed = match self.connect(chosen).await? {
            Ok(reached) => return Ok(reached),
            Err(failed) => failed,
        };
        let now = Instant::now();
        let Some(other) = self.upstream.choose_other(failed.in_flight.target(), now) else {
            return Err(failed.refusal());
        };
        drop(failed);
        UpstreamCounts::add(&counts.failovers);
        self.connect(other).await?.map_err(Unreached::refusal)
    }

    async fn connect(&self, chosen: InFlight) -> Result<Result<Reached, Unreached>, Refusal> {
        let connections = self.upstreams.connections(chosen.target());
        let at_once = connections.try_enter();
        let (place, at_once) = match at_once {
            Some(place) => (place, true),
            None => (self.enter(&connections).await?, false),
        };
        // Where no second try could be paid for, nothing is risked that may need one.
        if self.upstream.may_retry(self.now)
            && let Some(connection) = connections.take(self.now)
        {
            UpstreamCounts::add(&self.upstreams.counts.reused);
            return Ok(Ok(Reached {
                lease: Lease {
                    place,
                    in_flight: chosen,
                },
                connection,
                reused: true,
                at_once,
            }));
        }
        connections.make_room();
        let lease = Lease {
            place,
            in_flight: chosen,
        };
        let opened = self.open(lease).await;
        Ok(opened.map(|(lease, connection)| Reached {
            lease,
            connection,
            reused: false,
            at_once: false,
        }))
    }

    async fn enter(&self, connections: &Rc<Connections>) -> Result<Place, Refusal> {
        connections.enter(self.now).await.map_err(|_| {
            UpstreamCounts::add(&self.upstreams.counts.full);
            let problem = Problem::new(ProblemKind::UpstreamUnavailable)
                .detail("The backend has as many calls as it may have.");
            problem.retry_after(1).into()
        })
    }

    /// Opens a connection. The worker's counts and the target's health learn how it went.
    async fn open(&self, lease: Lease) -> Result<(Lease, Connection), Unreached> {
        let counts = &self.upstreams.counts;
        let deadline = Instant::now() + self.upstream.connect_timeout();
        let connections = lease.place.connections();
        match self
            .upstreams
            .connector
            .connect(connections, deadline)
            .await
        {
            Ok(connection) => {
                UpstreamCounts::add(&counts.connects);
                Ok((lease, connection))
            }
            Err(error) => {
                UpstreamCounts::add(&counts.connect_failures);
                let Lease { in_flight, .. } = lease;
                tracing::info!(
                    target = %in_flight.target().host,
                    error = %error,
                    "cannot connect to a backend"
                );
                self.failed(&in_flight);
                Err(Unreached { in_flight, error })
            }
        }
    }

    fn may_send_again(&self, fault: &Fault, exchange: &Exchange, method: &Method) -> bool {
        matches!(fault, Fault::Silent(_))
            && exchange.is_whole()
            && (exchange.is_unsent() || method.is_idempotent())
            && self.upstream.retry(Instant::now())
    }

    fn answered(&self, lease: &Lease) {
        lease.in_flight.succeeded(self.now);
    }

    fn failed(&self, in_flight: &InFlight) {
        let ejection = &self.upstreams.ejection;
        if let Some(pause) = self.upstream.failed(in_flight, ejection, Instant::now()) {
            UpstreamCounts::add(&self.upstreams.counts.ejections);
            tracing::warn!(
                target = %in_flight.target().host,
                pause_ms = pause.as_millis(),
                "a backend failed too often and is left out for a while"
            );
        }
    }

    /// Says why there is no answer, to the log and to the client.
    fn given_up(
        &self,
        fault: &Fault,
        mut exchange: Exchange,
        lease: &Lease,
        reused: bool,
    ) -> Refusal {
        if let Fault::Body(fault) = *fault {
            // A part of a request must not be taken for the whole.
            exchange.abort();
            return fault.refusal();
        }
        // What died while it lay unused says nothing about its target, and bad bytes are no reason to send calls elsewhere.
        let speaks_against_it = match fault {
            Fault::Silent(_) | Fault::Cut(_) => !reused,
            Fault::NoResponse | Fault::NotTaken => true,
            Fault::Malformed(_) | Fault::Body(_) => false,
        };
        if speaks_against_it {
            self.failed(&lease.in_flight);
        }
        tracing::info!(
            target = %lease.in_flight.target().host,
            error = %fault,
            "a backend failed before its response"
        );
        match fault {
            Fault::NoResponse => timed_out("The backend did not answer in time."),
            Fault::NotTaken => timed_out("The backend did not take the request in time."),
            _ => ProblemKind::UpstreamFailed.into(),
        }
    }
}

impl Unreached {
    fn refusal(self) -> Refusal {
        match self.error {
            ConnectError::TooSlow => timed_out("The backend did not accept a connection in time."),
            // It is there, and not what it should be.
            ConnectError::Tls(_) => refuse(
                ProblemKind::UpstreamFailed,
                "No trusted TLS connection to the backend could be made.",
            ),
            ConnectError::Resolve(_) | ConnectError::Forbidden | ConnectError::Connect(_) => {
                unavailable(1)
            }
        }
    }
}

fn unavailable(retry_after_s: u64) -> Refusal {
    Problem::new(ProblemKind::UpstreamUnavailable)
        .retry_after(retry_after_s)
        .into()
}

fn timed_out(why: &str) -> Refusal {
    refuse(ProblemKind::UpstreamTimeout, why)
}
