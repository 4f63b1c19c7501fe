//! The life of a request, whole: [`handle`], and the order of its judgements: [`judge`].

use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use gatehouse_domain::id::TenantId;
use gatehouse_domain::policy::PolicyKind;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::settings::{PublicUrl, TrustedProxies};
use gatehouse_snapshot::sign::DigestKey;
use http::header::{ALLOW, HeaderName};
use http::{HeaderValue, Method};

use crate::answer::{self, Own};
use crate::call::{Bounds, Call, Ledgers, Subject};
use crate::live_config::{ConfigStatus, Sharing};
use crate::policies::api_key::{self, Authentication, Secrets};
use crate::policies::applied::Applied;
use crate::policies::shared_rate::{self, Counted};
use crate::policies::{Authorised, Limiting, Permit, Standing, admit, cors, subscription};
use crate::refusal::Refusal;
use crate::request::{BodyLength, ReceivedHead, RequestHead};
use crate::settings::Limits;
use crate::tables::{CompiledEnvironment, CompiledRoute, Notice, OperationMatch, Tables};
use crate::trace::TraceIds;
use crate::upstream::{
    self, Answered, BodySource, Client, Outgoing, Received, Switched, Upstreams,
};
use crate::usage::ledger::QuotaLedger;
use crate::validate;

/// What every request is handled with.
pub(crate) struct Proxy {
    pub(crate) limits: Limits,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) error_pages: Option<PublicUrl>,
    pub(crate) bounds: Rc<Bounds>,
    pub(crate) tables: Arc<Tables>,
    pub(crate) group_key: Arc<ArcSwapOption<DigestKey>>,
    pub(crate) config: Arc<ConfigStatus>,
    pub(crate) sharing: Arc<Sharing>,
    pub(crate) quotas: Arc<QuotaLedger>,
    pub(crate) ledgers: Ledgers,
    pub(crate) upstreams: Upstreams,
    pub(crate) trace_ids: TraceIds,
}

/// The body of a client's request, in whichever way it is read.
pub(crate) trait ClientBody: BodySource {
    /// The framing was judged: so long is the body. Until then nobody knows where it ends.
    fn judged(&mut self, length: BodyLength);

    /// Bytes that were passed on so far. Shared, because the record of a call whose client leaves is written when all else of
    /// it is gone.
    fn counter(&self) -> Rc<Cell<u64>>;
}

/// Where requests of a connection come from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin {
    pub(crate) peer: IpAddr,
    /// `http` or `https`.
    pub(crate) scheme: &'static str,
    /// Whose domain the connection was opened to, when its certificate is a tenant's own.
    pub(crate) domain_of: Option<TenantId>,
}

/// What a client is answered.
pub(crate) enum Reply {
    /// By the gateway itself; on record.
    Own(Own),
    /// By a backend, its body still on the way. On record when that has ended.
    Backend(Answered),
    /// By a backend that agreed to speak another protocol from here on.
    Switched(Box<Switched>),
}

/// A call, and where it stands with its limits. Kept by the codec and written where it lies: handed from step to step, so much
/// would be copied at each.
pub(crate) struct Passage {
    pub(crate) call: Call,
    pub(crate) standing: Standing,
}

impl Passage {
    /// The call begins here.
    pub(crate) fn begin(proxy: &Proxy, head: &ReceivedHead<'_>, body: &impl ClientBody) -> Self {
        Self {
            call: Call::begin(
                head.method,
                head.target.path(),
                body.counter(),
                &proxy.ledgers,
            ),
            standing: Standing::default(),
        }
    }
}

/// A request as its codec hands it in.
pub(crate) struct Asked<'a> {
    pub(crate) head: ReceivedHead<'a>,
    /// Where its host is written; used again and again.
    pub(crate) host: &'a mut String,
    pub(crate) origin: Origin,
    /// The protocol the client would like to go on with (RFC 9110 §7.8).
    pub(crate) upgrade: Option<&'a [u8]>,
}

/// Answers one request. Every one is answered, and every one is recorded.
pub(crate) async fn handle<B: ClientBody>(
    proxy: &Proxy,
    asked: Asked<'_>,
    body: &mut B,
    passage: &mut Passage,
) -> Reply {
    let method = asked.head.method;
    passage.call.source = Some(asked.origin.peer);
    match pass(proxy, passage, asked, body).await {
        Ok(reply) => reply,
        Err(refusal) => {
            let pages = proxy.error_pages.as_ref();
            Reply::Own(answer::refused(&mut passage.call, &refusal, method, pages))
        }
    }
}

/// Judges a request, then forwards it.
async fn pass<B: ClientBody>(
    proxy: &Proxy,
    passage: &mut Passage,
    asked: Asked<'_>,
    body: &mut B,
) -> Result<Reply, Refusal> {
    // Framing first: where the body ends the next request begins, and that must be known of a refused call, too.
    let length = validate::framing(&asked.head)?;
    body.judged(length);
    // Then a place: under overload a refusal must cost little.
    passage.call.under_way = Some(proxy.bounds.enter().ok_or(ProblemKind::Overloaded)?);
    // Nothing of a request that can be read in two ways may decide anything.
    let head = validate::head(asked.head, length, asked.host, &proxy.limits)?;
    let trace = proxy.trace_ids.trace(head.fields);
    passage.call.trace_id = trace.id();
    let (permit, rest) = match judge(proxy, passage, &head, asked.origin.domain_of)? {
        Judged::Methods(allow) => {
            return Ok(Reply::Own(answer::options(&mut passage.call, allow)));
        }
        Judged::Preflight(fields) => {
            return Ok(Reply::Own(answer::preflight(&mut passage.call, fields)));
        }
        Judged::Permitted { permit, rest } => (permit, rest),
    };
    let Passage { call, standing } = passage;
    call.asks_backend();
    let client = Client {
        peer: asked.origin.peer,
        scheme: asked.origin.scheme,
        is_trusted: proxy.trusted_proxies.contains(asked.origin.peer),
        request_id: &call.request_id,
        trace,
    };
    let outgoing = Outgoing {
        head: &head,
        rest,
        client: &client,
        upgrade: asked.upgrade.filter(|_| head.body == BodyLength::None),
        changes: call.policies.as_ref().map(|own| &own.set.request_headers),
    };
    let forwarded = upstream::forward(&permit, outgoing, body, &proxy.upstreams).await;
    call.heard_from_backend();
    match forwarded {
        Ok(Received::Answer(answered)) => Ok(Reply::Backend(answered)),
        Ok(Received::Switched(switched)) => Ok(Reply::Switched(switched)),
        Err(mut refusal) => {
            refusal.headers.extend(standing.headers());
            Err(refusal)
        }
    }
}

/// What the judgements came to, when none refused.
enum Judged<'a> {
    /// OPTIONS of an address that exists.
    Methods(HeaderValue),
    /// The preflight of a browser: the fields of its answer.
    Preflight(Vec<(HeaderName, HeaderValue)>),
    Permitted {
        permit: Permit,
        /// What of the path comes after the route's.
        rest: &'a str,
    },
}

/// The order of judgements. Each may refuse; none is skipped; a later one never runs on what an earlier one has not seen.
/// Nothing here waits, so that all of it is judged by one configuration, which nobody has to hold for longer.
fn judge<'a>(
    proxy: &Proxy,
    passage: &mut Passage,
    head: &RequestHead<'a>,
    domain_of: Option<TenantId>,
) -> Result<Judged<'a>, Refusal> {
    let Passage { call, standing } = passage;
    // Without any configuration the answer is "cannot be judged", not "no".
    let tables = proxy.tables.load();
    let tables = tables.as_ref().ok_or_else(not_configured)?;
    let compiled = &tables.compiled;
    // The environment before the route: a route of another environment or tenant is never even looked at.
    let (environment, below) = compiled
        .environment(head.host, head.path)
        .ok_or(ProblemKind::NoRoute)?;
    // A connection to one tenant's domain asks for what is another's (RFC 9110 §15.5.20).
    if domain_of.is_some_and(|tenant| tenant != environment.object.tenant) {
        return Err(ProblemKind::Misdirected.into());
    }
    call.found_environment(environment);
    let (route, rest) = compiled
        .route(environment, below)
        .ok_or(ProblemKind::NoRoute)?;
    call.found_route(environment, route);
    if route.has_ended(call.now.wall_ms) {
        let portal = proxy.error_pages.as_ref();
        return Err(retired(call, environment, route, portal));
    }
    proxy.config.fresh_enough(route.config_max_age_s)?;
    // Browsers ask without a key what they may send: before anything about keys, and before an OPTIONS that is described.
    if let Some(fields) = cors::preflight(route, head, rest) {
        return Ok(Judged::Preflight(fields));
    }
    let operation = match route.operation(head.method, rest) {
        OperationMatch::Found(place) => place,
        OperationMatch::OtherMethods(methods) => {
            let allow = allow(&methods);
            if *head.method == Method::OPTIONS {
                return Ok(Judged::Methods(allow));
            }
            let refusal = Refusal::from(ProblemKind::MethodNotAllowed);
            return Err(refusal.header(ALLOW, allow));
        }
        OperationMatch::None => return Err(ProblemKind::NoRoute.into()),
    };
    call.found_operation(route, operation);
    let policies = route.policies(operation);
    call.policies = policies.map(|set| Applied::new(set, head.fields));
    // Who calls. "Cannot be said" is 503, so that a good key is never called bad.
    let subject = Subject {
        environment,
        route,
        operation,
        policies: policies.map(AsRef::as_ref),
        portal: proxy.error_pages.as_ref(),
    };
    let (group_key, signers) = (proxy.group_key.load(), proxy.config.signers());
    let secrets = Secrets {
        group_key: group_key.as_deref(),
        signers: &signers,
    };
    let authentication =
        api_key::authenticate(head.fields, head.query, &subject, tables, secrets, call.now);
    let consumer = match authentication {
        Authentication::Identified(consumer) => consumer,
        Authentication::Refused(refusal, known) => {
            call.attribution.application = known.map(|consumer| consumer.application.id);
            call.attribution.credential = known.and_then(|consumer| consumer.credential);
            return Err(refusal);
        }
        Authentication::Undecidable(why) => return Err(undecidable(why)),
    };
    call.attribution.application = Some(consumer.application.id);
    call.attribution.credential = consumer.credential;
    // Whether they may: tenant, application, subscription. Authority comes from nowhere else.
    let mut found = None;
    let judged = subscription::authorise(&subject, consumer, tables, call.now, &mut found);
    if let Some(subscription) = found {
        call.attribution.subscription = Some(subscription.id);
        call.attribution.plan = tables.plan_id(subscription.plan);
    }
    let authorised = judged?;
    // Whether their user may, where a token says so.
    bears_token(call, &subject, head)?;
    // Whether now: rates, then quotas. From here on the call counts.
    let limiting = Limiting {
        calendar: &environment.tenant.calendar,
        now: call.now,
        clock: proxy.ledgers.clock(),
        sharing: &proxy.sharing,
        counters: &tables.counters,
        ledger: &proxy.quotas,
    };
    let permit = within_limits(call, &subject, authorised, limiting, standing)?;
    call.let_through();
    Ok(Judged::Permitted { permit, rest })
}

/// Judges the token of an operation that wants one.
fn bears_token(call: &Call, subject: &Subject<'_>, head: &RequestHead<'_>) -> Result<(), Refusal> {
    let Some(jwt) = subject.policies.and_then(|set| set.jwt.as_ref()) else {
        return Ok(());
    };
    match jwt.judge(head.fields, call.now) {
        Ok(()) => Ok(()),
        Err(_) if jwt.shadow => {
            call.would_be_refused(PolicyKind::Jwt, 1);
            Ok(())
        }
        Err(fault) => Err(jwt.refusal(&fault)),
    }
}

/// What all calls share, then what the plan gives. What a later limit refuses is given back to the earlier.
fn within_limits(
    call: &Call,
    subject: &Subject<'_>,
    authorised: Authorised<'_>,
    limiting: Limiting<'_>,
    standing: &mut Standing,
) -> Result<Permit, Refusal> {
    let rates = subject.policies.map_or(&[][..], |set| &set.rates);
    if rates.is_empty() {
        return admit(authorised, limiting, standing);
    }
    let counted = Counted {
        read_ns: call.now.steady_ns,
        clock: limiting.clock,
        nodes: limiting.sharing.basis().nodes,
    };
    let mut would_refuse = 0;
    let taken = shared_rate::take(rates, counted, &mut would_refuse);
    if would_refuse > 0 {
        call.would_be_refused(PolicyKind::RateLimit, would_refuse);
    }
    let taken = taken?;
    let admitted = admit(authorised, limiting, standing);
    if admitted.is_err() {
        taken.give_back();
    }
    admitted
}

/// Says where to go, as far as somebody said so: to the version that follows, and the guide that leads there, or the API's page.
fn retired(
    call: &Call,
    environment: &CompiledEnvironment,
    route: &CompiledRoute,
    portal: Option<&PublicUrl>,
) -> Refusal {
    let mut problem = Problem::new(ProblemKind::VersionRetired);
    if let Some(successor) = call.notice.as_ref().and_then(Notice::successor) {
        problem = problem.detail(format!("Its place was taken by {successor}."));
    }
    if let Some(portal) = portal {
        let api = route.api_slug();
        let page = match route.life.as_ref().and_then(|life| life.guide()) {
            Some(guide) => format!("/apis/{api}/guides/{guide}"),
            None => format!("/apis/{api}"),
        };
        problem = problem.help(environment.tenant.page(portal, &page));
    }
    problem.into()
}

fn not_configured() -> Refusal {
    undecidable("This gateway has no configuration yet.")
}

fn undecidable(why: &str) -> Refusal {
    Problem::new(ProblemKind::AuthUnknown)
        .detail(why)
        .retry_after(2)
        .into()
}

/// RFC 9110 §10.2.1.
fn allow(methods: &[Method]) -> HeaderValue {
    let names: Vec<&str> = methods.iter().map(Method::as_str).collect();
    HeaderValue::from_str(&names.join(", ")).unwrap_or(HeaderValue::from_static(""))
}
