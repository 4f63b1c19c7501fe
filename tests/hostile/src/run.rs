//! Sends cases through a proxy, several at a time, and gathers what the judge says.

use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::corpus::{Case, Class, Expected, Fill, Limits, Step};
use crate::exchange::{PATIENCE, Wire, play, play_with};
use crate::judge::{Fault, Finding, judge, strict};
use crate::origin::{Origin, Segment};

/// A request that was begun must be ended or given up by then.
const SETTLE: Duration = Duration::from_secs(3);

/// Opens a connection to the proxy.
pub type Dial<'a> = dyn Fn() -> io::Result<Box<dyn Wire>> + Sync + 'a;

/// A path of the proxy with a backend of its own, so that cases can run beside each other.
#[derive(Debug, Clone)]
pub struct Lane {
    /// What the path begins with.
    pub prefix: String,
    /// Behind it.
    pub origin: Origin,
}

/// The proxy at hand.
pub struct Proxy<'a> {
    /// How it is reached.
    pub dial: &'a Dial<'a>,
    /// At least one.
    pub lanes: Vec<Lane>,
    /// A whole header line that lets calls through; some harmless field where none is needed.
    pub credential: String,
    /// What it is set to.
    pub limits: Limits,
}

/// A request as the backend got it, without what differs from call to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// Request line and fields, in order.
    pub head: String,
    /// Without framing.
    pub body: Vec<u8>,
    /// Whether it was ended.
    pub whole: bool,
}

/// What became of one case.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// Its name.
    pub name: String,
    /// Its class.
    pub class: Class,
    /// The final statuses the client got.
    pub statuses: Vec<u16>,
    /// The requests the backend got.
    pub forwarded: Vec<Forwarded>,
    /// What was wrong.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// Whether something of this kind was found.
    #[must_use]
    pub fn has(&self, fault: Fault) -> bool {
        self.findings.iter().any(|finding| finding.fault == fault)
    }
}

/// What became of all cases, in their order.
#[derive(Debug, Clone)]
pub struct Report {
    /// One for each case.
    pub verdicts: Vec<Verdict>,
}

impl Report {
    /// How many cases have such a finding.
    #[must_use]
    pub fn count(&self, fault: Fault) -> usize {
        self.verdicts.iter().filter(|one| one.has(fault)).count()
    }

    /// How many cases are of a class.
    #[must_use]
    pub fn of(&self, class: Class) -> usize {
        self.verdicts
            .iter()
            .filter(|one| one.class == class)
            .count()
    }

    /// One line for each finding of these kinds.
    #[must_use]
    pub fn lines(&self, faults: &[Fault]) -> Vec<String> {
        let mut lines = Vec::new();
        for verdict in &self.verdicts {
            for finding in verdict
                .findings
                .iter()
                .filter(|one| faults.contains(&one.fault))
            {
                lines.push(format!(
                    "{:?} {:?} {}: {} (answered {:?})",
                    finding.fault, verdict.class, verdict.name, finding.what, verdict.statuses
                ));
            }
        }
        lines
    }

    /// The figures in a line.
    #[must_use]
    pub fn summary(&self) -> String {
        format!(
            "{} cases: {} of {} refusable forwarded, {} ambiguous, {} smuggled, {} of {} ordinary served, {} out of step",
            self.verdicts.len(),
            self.count(Fault::RefusableForwarded),
            self.of(Class::Refuse),
            self.count(Fault::Ambiguous),
            self.count(Fault::Smuggled),
            self.of(Class::Serve) - self.count(Fault::NotServed),
            self.of(Class::Serve),
            self.count(Fault::Desync),
        )
    }
}

/// Runs every case, as many at a time as the proxy has lanes.
#[must_use]
pub fn run(proxy: &Proxy<'_>, cases: &[Case]) -> Report {
    let next = AtomicUsize::new(0);
    let verdicts: Mutex<Vec<(usize, Verdict)>> = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for lane in &proxy.lanes {
            let (next, verdicts) = (&next, &verdicts);
            scope.spawn(move || {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(number) else {
                        return;
                    };
                    let verdict = one(proxy, lane, case, number);
                    if let Ok(mut verdicts) = verdicts.lock() {
                        verdicts.push((number, verdict));
                    }
                }
            });
        }
    });
    let mut verdicts = verdicts.into_inner().unwrap_or_default();
    verdicts.sort_by_key(|(number, _)| *number);
    Report {
        verdicts: verdicts.into_iter().map(|(_, verdict)| verdict).collect(),
    }
}

fn one(proxy: &Proxy<'_>, lane: &Lane, case: &Case, number: usize) -> Verdict {
    let fill = Fill {
        prefix: lane.prefix.clone(),
        credential: proxy.credential.clone(),
        limits: proxy.limits,
    };
    let mark = lane.origin.mark();
    let steps = case.script.steps(&fill);
    let outcome = (proxy.dial)().and_then(|mut wire| play(wire.as_mut(), &steps, &case.expected));
    let outcome = outcome.unwrap_or_default();
    let segments = lane.origin.settled(&mark, SETTLE);
    let mut findings = judge(case, &outcome, &segments);
    if let Some(what) = clean_call_fails(proxy, &fill, number) {
        findings.push(Finding {
            fault: Fault::Desync,
            what,
        });
    }
    Verdict {
        name: case.name.clone(),
        class: case.class,
        statuses: outcome.responses.iter().map(|one| one.status).collect(),
        forwarded: forwarded(&segments, lane),
        findings,
    }
}

/// After every case somebody else calls, and must get their own answer: what a case left on a kept connection shows here.
fn clean_call_fails(proxy: &Proxy<'_>, fill: &Fill, number: usize) -> Option<String> {
    let path = format!("/probe-{number}");
    let request = format!(
        "GET {}{path} HTTP/1.1\r\nHost: api.test\r\n{}\r\n\r\n",
        fill.prefix, fill.credential
    );
    let expected = [Expected {
        statuses: vec![200],
        may_close: false,
        head_only: false,
    }];
    let steps = [Step::Write(request.into_bytes())];
    // Its answer must come: silence means that this machine is busy.
    let outcome =
        (proxy.dial)().and_then(|mut wire| play_with(wire.as_mut(), &steps, &expected, PATIENCE));
    let outcome = outcome.unwrap_or_default();
    let answers = &outcome.responses;
    let own = answers.first().and_then(|answer| answer.header("x-seen"));
    let good = answers.len() == 1 && own.is_some_and(|seen| seen.ends_with(&path));
    (!good).then(|| format!("the next client got {own:?} for {path}"))
}

/// Differs from call to call, or from road to road, by nature.
const VARYING: [&str; 5] = [
    "gatehouse-request-id:",
    "traceparent:",
    "tracestate:",
    "x-forwarded-proto:",
    "x-forwarded-port:",
];

fn forwarded(segments: &[Segment], lane: &Lane) -> Vec<Forwarded> {
    let messages = segments
        .iter()
        .flat_map(|segment| strict(&segment.bytes).messages);
    let plain = messages.map(|message| {
        // Another run may have sent the case by another lane, whose place stands in heads, and in bodies that look like requests.
        let placeless = |bytes: &[u8]| {
            // Byte by byte a character: nothing is lost that makes a difference.
            let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
            text.replace(&lane.origin.address.to_string(), "{origin}")
                .replace(&lane.prefix, "{p}")
        };
        let head = placeless(&message.head);
        let lines = head.split("\r\n").map(|line| {
            let varying = VARYING.iter().find(|name| line.starts_with(**name));
            varying.map_or(line, |name| *name)
        });
        Forwarded {
            head: lines.collect::<Vec<_>>().join("\r\n"),
            body: placeless(&message.body).into_bytes(),
            whole: message.whole,
        }
    });
    let mut plain: Vec<Forwarded> = plain.collect();
    plain.sort_by(|a, b| a.head.cmp(&b.head));
    plain
}
