//! One connection of the strict tier, request after request.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::listener::{CloseReason, ListenerSettings};
use gatehouse_runtime::random;
use tokio::net::TcpStream;
use tokio::time::Instant;

use super::body::{self, BodyLimits, StrictBody};
use super::grammar::{self, NotHere};
use super::intake::Intake;
use super::outlet::Outlet;
use super::reply::{self, Ending};
use super::stream::Answer;
use super::{SKIPPED_BYTES_MAX, Strict, Verdict};
use crate::answer::{self, Own};
use crate::proxy::{self, Asked, Origin, Passage};
use crate::refusal::Refusal;
use crate::request::Field;
use crate::upstream::BodySource;
use crate::worker;
use crate::worker::memory::Holding;
use crate::worker::signals::Stage;

/// Room for heads that a connection begins with, and keeps.
const INBOX_BYTES: usize = 4 * 1024;
/// Room for answers that a connection keeps.
const KEPT_OUT_BYTES: usize = 32 * 1024;
/// How long a client that is still sending may take to hear that the connection ends.
const LINGER: Duration = Duration::from_secs(1);

/// One connection. Buffers live as long as it does.
pub(super) struct Connection<'w, 's> {
    strict: &'w Strict,
    origin: Origin,
    intake: Intake<'s>,
    outlet: Outlet<'s>,
    /// What was read and belongs to no request yet.
    inbox: Vec<u8>,
    /// How much of it was looked through for the end of a head.
    scanned: usize,
    /// What was read of a body.
    later: Vec<u8>,
    out: Vec<u8>,
    lines: Vec<Field<'static>>,
    host: String,
    passed: Rc<Cell<u64>>,
    /// Since when it waits for a request, and whether for its first.
    idle_since: Instant,
    is_new: bool,
    too_old: Instant,
}

/// A tenth of spread, so that connections opened together do not all come back together.
fn age_max(settings: &ListenerSettings) -> Duration {
    let age = settings.max_connection_age;
    let spread_ms = u64::try_from(age.as_millis() / 10).unwrap_or(u64::MAX);
    age + Duration::from_millis(random::below(spread_ms.saturating_add(1)))
}

impl<'w, 's> Connection<'w, 's> {
    pub(super) fn open(
        strict: &'w Strict,
        stream: &'s mut TcpStream,
        origin: Origin,
        holding: &'s Holding,
    ) -> Self {
        let (reader, writer) = stream.split();
        let now = Instant::now();
        let connection = Self {
            strict,
            origin,
            intake: Intake::new(reader, holding),
            outlet: Outlet::new(writer, &strict.settings),
            inbox: Vec::with_capacity(INBOX_BYTES),
            scanned: 0,
            later: Vec::new(),
            out: Vec::new(),
            lines: Vec::new(),
            host: String::new(),
            passed: Rc::default(),
            idle_since: now,
            is_new: true,
            too_old: now + age_max(&strict.settings),
        };
        connection.hold();
        connection
    }

    /// Reads one request and answers it. An error is the end of the connection here.
    pub(super) async fn request(&mut self) -> Result<(), Verdict> {
        let end = match self.head_end().await {
            Ok(end) => end,
            Err(not_here) => return Err(self.leave(not_here).await),
        };
        let lines = grammar::reused(std::mem::take(&mut self.lines));
        let besides = self.inbox.capacity() + self.out.capacity();
        let (bytes, early) = self.inbox.split_at_mut(end);
        let head = match grammar::parse(bytes, lines, self.strict.limits) {
            Ok(head) => head,
            Err(not_here) => return Err(self.leave(Leaving::Head(not_here)).await),
        };
        let limits = BodyLimits {
            settings: &self.strict.settings,
            stats: &self.strict.stats,
            bytes_max: self.strict.proxy.limits.body,
            besides,
        };
        let mut body = StrictBody::new(&self.intake, early, &mut self.later, limits, &self.passed);
        let asked = Asked {
            head: head.received(),
            host: &mut self.host,
            origin: self.origin,
            upgrade: None,
        };
        let mut passage = Passage::begin(&self.strict.proxy, &asked.head, &body);
        worker::after_reading().await;
        let reply = {
            let handling = proxy::handle(&self.strict.proxy, asked, &mut body, &mut passage);
            let handling = pin!(handling);
            until_left(&self.intake, handling).await
        };
        let Some(reply) = reply else {
            return Err(Verdict::Close(CloseReason::Finished));
        };
        let ending = self
            .strict
            .ending(&head, &reply, &body, self.idle_since >= self.too_old);
        let answer = Answer {
            intake: &self.intake,
            outlet: &mut self.outlet,
            out: &mut self.out,
            dates: &self.strict.dates,
            ending,
            is_head_request: head.is_head_request(),
        };
        worker::after_reading().await;
        answer
            .send(reply, &mut passage, &mut body, &self.strict.clock)
            .await
            .map_err(Verdict::Close)?;
        let skipped = ending == Ending::KeepAlive && skip(&mut body).await;
        let whole = body.is_whole();
        let used = body.finish();
        self.lines = grammar::reused(head.into_lines());
        if !skipped {
            let reason = self.strict.reason(self.too_old);
            self.outlet.end().await;
            // Closing with unread bytes resets the connection: the answer could be lost with it.
            let is_all = self.inbox.len() == end + used && self.later.is_empty();
            if !whole || !is_all || self.intake.has_ahead() {
                self.linger().await;
            }
            return Err(Verdict::Close(reason));
        }
        self.begin_anew(end + used);
        Ok(())
    }

    /// Makes the buffers ready for the next request, which may have come already.
    fn begin_anew(&mut self, used: usize) {
        self.inbox.drain(..used);
        self.inbox.append(&mut self.later);
        self.intake.take_ahead(&mut self.inbox);
        self.scanned = 0;
        self.is_new = false;
        self.idle_since = Instant::now();
        body::shrink(&mut self.later);
        if self.inbox.is_empty() && self.inbox.capacity() > INBOX_BYTES {
            self.inbox = Vec::with_capacity(INBOX_BYTES);
        }
        self.out.clear();
        if self.out.capacity() > KEPT_OUT_BYTES {
            self.out = Vec::new();
        }
        self.hold();
    }

    /// Says how much memory it has. Costs nothing as long as that does not change.
    fn hold(&self) {
        let held = self.inbox.capacity() + self.later.capacity() + self.out.capacity();
        self.intake.holding.set(held);
    }

    /// Waits for a whole head; the place after it in the inbox.
    async fn head_end(&mut self) -> Result<usize, Leaving> {
        let limits = self.strict.limits;
        // Since the first byte of a head that has come in part.
        let mut begun: Option<Instant> = None;
        loop {
            let end = grammar::find_end(&self.inbox, &mut self.scanned, self.is_new, limits);
            if let Some(end) = end.map_err(Leaving::Head)? {
                return Ok(end);
            }
            let due = match (self.inbox.is_empty(), begun) {
                (true, _) => self.idle_due(),
                (false, Some(begun)) => begun + self.strict.settings.header,
                (false, None) => *begun.insert(Instant::now()) + self.strict.settings.header,
            };
            let room = limits.bytes_max + 1 - self.inbox.len();
            // Doubles up to the longest head; what is kept from request to request is enough for most.
            self.inbox.reserve(1.max(room.min(INBOX_BYTES / 4)));
            self.hold();
            let Self {
                strict,
                intake,
                inbox,
                ..
            } = self;
            let is_idle = inbox.is_empty();
            poll_fn(|cx| match intake.poll_read(cx, &mut (&mut *inbox)) {
                Poll::Ready(Ok(1..)) => Poll::Ready(Ok(())),
                Poll::Ready(Ok(0)) => Poll::Ready(Err(Leaving::Close(CloseReason::Finished))),
                Poll::Ready(Err(_)) => Poll::Ready(Err(Leaving::Close(CloseReason::Protocol))),
                Poll::Pending if is_idle && strict.signals.stage() >= Stage::Draining => {
                    Poll::Ready(Err(Leaving::Close(CloseReason::Drained)))
                }
                Poll::Pending => intake.poll_due(cx, due).map(|()| Err(Leaving::Late)),
            })
            .await?;
        }
    }

    /// Until when a request may begin.
    fn idle_due(&self) -> Instant {
        let settings = &self.strict.settings;
        let pause = if self.is_new {
            settings.first_byte
        } else {
            settings.keep_alive
        };
        self.too_old.min(self.idle_since + pause)
    }

    /// Ends the connection's time in this tier before a request was read.
    async fn leave(&mut self, leaving: Leaving) -> Verdict {
        let (refusal, reason) = match leaving {
            Leaving::Close(reason) => return Verdict::Close(reason),
            Leaving::Head(NotHere::General) => {
                return Verdict::General(std::mem::take(&mut self.inbox));
            }
            Leaving::Late if self.inbox.is_empty() => {
                let reason = match Instant::now() >= self.too_old {
                    true => CloseReason::Age,
                    false if self.is_new => CloseReason::FirstByte,
                    false => CloseReason::Idle,
                };
                return Verdict::Close(reason);
            }
            Leaving::Late => (ProblemKind::RequestTimeout.into(), CloseReason::Header),
            Leaving::Head(NotHere::Refused(refusal)) => (*refusal, CloseReason::Protocol),
        };
        self.refuse(&refusal).await;
        Verdict::Close(reason)
    }

    /// Answers what was no request, and ends.
    async fn refuse(&mut self, refusal: &Refusal) {
        let Strict {
            clock,
            dates,
            proxy,
            ..
        } = self.strict;
        let problem: &Problem = &refusal.problem;
        let pages = proxy.error_pages.as_ref().map(ToString::to_string);
        let own = Own::unrecorded(answer::unrecorded(problem, clock, pages.as_deref()));
        self.out.clear();
        reply::own(&mut self.out, &own, Ending::Close, dates, clock.now());
        if self
            .outlet
            .write(&self.intake, &self.out, &[])
            .await
            .is_ok()
        {
            self.outlet.end().await;
            self.linger().await;
        }
    }

    /// Reads on for a moment after the last answer.
    async fn linger(&mut self) {
        let Self { intake, inbox, .. } = self;
        let due = Instant::now() + LINGER;
        poll_fn(|cx| {
            loop {
                inbox.clear();
                match intake.poll_read(cx, &mut (&mut *inbox)) {
                    Poll::Ready(Ok(1..)) if Instant::now() < due => {}
                    Poll::Ready(_) => return Poll::Ready(()),
                    Poll::Pending => return intake.poll_due(cx, due),
                }
            }
        })
        .await;
    }
}

/// Why no request was read.
enum Leaving {
    Head(NotHere),
    /// A deadline has passed.
    Late,
    Close(CloseReason),
}

/// What the future gives, or nothing when the client leaves first.
async fn until_left<F: Future>(
    intake: &Intake<'_>,
    mut future: std::pin::Pin<&mut F>,
) -> Option<F::Output> {
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => intake.poll_left(cx).map(|()| None),
    })
    .await
}

/// Reads over the rest of a body that nobody wants. False when it is too long, too slow or broken.
async fn skip(body: &mut StrictBody<'_, '_>) -> bool {
    let mut skipped = 0;
    while !body.is_whole() {
        if skipped > SKIPPED_BYTES_MAX {
            return false;
        }
        match body.next().await {
            Ok(Some(piece)) => skipped += piece.len() as u64,
            Ok(None) => {}
            Err(_) => return false,
        }
    }
    true
}
