//! The life of a request, whole: [`handle_request`].

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use gatehouse_domain::ApiVersionState;
use gatehouse_problem::{Problem, ProblemKind};
use gatehouse_runtime::listener::{Peer, RequestBody};
use gatehouse_runtime::settings::{PublicUrl, TrustedProxies};
use http::header::ALLOW;
use http::{HeaderValue, Method, Request, Response};
use http_body::Body;

use crate::answer::{self, AnswerBody, Form};
use crate::call::{Call, Concurrency, Ledgers, Subject};
use crate::general::body::GeneralBody;
use crate::general::view;
use crate::live_config::{ConfigStatus, Sharing};
use crate::policies::api_key::{self, Authentication, GroupKey};
use crate::policies::{Standing, admit, subscription};
use crate::refusal::Refusal;
use crate::settings::Limits;
use crate::tables::{OperationMatch, Tables};
use crate::upstream::{self, Answered, Client, Upstreams};
use crate::usage::ledger::QuotaLedger;
use crate::validate;

/// What every request is handled with.
pub(crate) struct Proxy {
    pub(crate) limits: Limits,
    pub(crate) trusted_proxies: TrustedProxies,
    pub(crate) error_pages: Option<PublicUrl>,
    pub(crate) concurrency: Concurrency,
    pub(crate) tables: Arc<Tables>,
    pub(crate) group_key: Arc<ArcSwapOption<GroupKey>>,
    pub(crate) config: Arc<ConfigStatus>,
    pub(crate) sharing: Arc<Sharing>,
    pub(crate) quotas: Arc<QuotaLedger>,
    pub(crate) ledgers: Ledgers,
    pub(crate) upstreams: Upstreams,
}

/// How a call went, if it was not refused.
enum Outcome {
    /// OPTIONS of an address that exists.
    Methods(HeaderValue),
    /// A backend answered, perhaps before it had the whole body.
    Answered(Box<(Answered, GeneralBody)>, Standing),
}

/// Answers one request. Every one is answered, and every one is recorded.
pub(crate) async fn handle_request(
    proxy: &Proxy,
    request: Request<RequestBody>,
) -> Response<AnswerBody> {
    let mut call = Call::begin(request.method(), request.uri().path(), &proxy.ledgers);
    let form = Form::of(&request);
    match Box::pin(pass(proxy, &mut call, request)).await {
        Ok(Outcome::Answered(answered, standing)) => {
            let (answered, body) = *answered;
            answer::streamed(call, answered, body, standing, form)
        }
        Ok(Outcome::Methods(allow)) => answer::options(call, allow),
        Err(refusal) => answer::refused(call, &refusal, form, proxy.error_pages.as_ref()),
    }
}

/// The order of judgements. Each may refuse; none is skipped; a later one never runs on what an earlier one has not seen.
async fn pass(
    proxy: &Proxy,
    call: &mut Call,
    request: Request<RequestBody>,
) -> Result<Outcome, Refusal> {
    // A place first: under overload a refusal must cost nothing.
    call.slot = Some(proxy.concurrency.enter().ok_or(ProblemKind::Overloaded)?);
    // Nothing of a request that can be read in two ways may decide anything.
    let (parts, body) = request.into_parts();
    let fields = view::fields(&parts.headers);
    let received = view::received(
        &parts.method,
        parts.version,
        &parts.uri,
        &fields,
        body.is_end_stream(),
    );
    let mut host = String::new();
    let head = validate::head(received, &mut host, &proxy.limits)?;
    // Without any configuration the answer is "cannot be judged", not "no".
    let tables = proxy.tables.current().ok_or_else(not_configured)?;
    let compiled = &tables.compiled;
    // The environment before the route: a route of another environment or tenant is never even looked at.
    let (environment, below) = compiled
        .environment(head.host, head.path)
        .ok_or(ProblemKind::NoRoute)?;
    call.found_environment(environment);
    let (route, rest) = environment.route(below).ok_or(ProblemKind::NoRoute)?;
    call.found_route(environment, route);
    if route.object.state == ApiVersionState::Retired {
        return Err(ProblemKind::VersionRetired.into());
    }
    proxy.config.fresh_enough(route.object.config_max_age_s)?;
    match route.operation(head.method, rest) {
        OperationMatch::Found(place) => call.found_operation(route, place),
        OperationMatch::OtherMethods(methods) => {
            let allow = allow(&methods);
            if *head.method == Method::OPTIONS {
                return Ok(Outcome::Methods(allow));
            }
            let refusal = Refusal::from(ProblemKind::MethodNotAllowed);
            return Err(refusal.header(ALLOW, allow));
        }
        OperationMatch::None => return Err(ProblemKind::NoRoute.into()),
    }
    // Who calls. "Cannot be said" is 503, so that a good key is never called bad.
    let group_key = proxy.group_key.load_full();
    let authentication = api_key::authenticate(
        head.fields,
        head.query,
        environment,
        &tables,
        group_key.as_deref(),
        call.now,
    );
    let consumer = match authentication {
        Authentication::Identified(consumer) => consumer,
        Authentication::Refused(refusal, known) => {
            call.attribution.application = known.as_ref().map(|consumer| consumer.application);
            call.attribution.credential = known.map(|consumer| consumer.credential);
            return Err(refusal);
        }
        Authentication::Undecidable(why) => return Err(undecidable(why)),
    };
    call.attribution.application = Some(consumer.application);
    call.attribution.credential = Some(consumer.credential);
    // Whether they may: tenant, application, subscription. Authority comes from nowhere else.
    let subject = Subject {
        environment,
        route,
        portal: proxy.error_pages.as_ref(),
    };
    let mut found = None;
    let judged = subscription::authorise(&subject, consumer, &tables, call.now, &mut found);
    if let Some(subscription) = found {
        call.attribution.subscription = Some(subscription.id);
        call.attribution.plan = tables.plan_id(subscription.plan);
    }
    let permit = judged?;
    // Whether now: rates, then quotas. From here on the call counts.
    let calendar = &environment.tenant.calendar;
    let basis = proxy.sharing.basis();
    let counters = &tables.counters;
    let standing = admit(&permit, calendar, call.now, basis, counters, &proxy.quotas)?;
    call.let_through();
    let peer = parts.extensions.get::<Peer>().copied();
    let client = Client {
        peer: peer.map_or(std::net::Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.ip()),
        scheme: "http",
        trusted: &proxy.trusted_proxies,
        request_id: &call.request_id.clone(),
    };
    let (bytes_in, bytes_max) = (Arc::clone(&call.bytes_in), proxy.limits.body);
    let mut body = GeneralBody::new(body, head.body, bytes_in, bytes_max);
    let before_us = call.elapsed_us();
    let answered =
        upstream::forward(&permit, &head, rest, &client, &mut body, &proxy.upstreams).await;
    call.upstream_us = call.elapsed_us() - before_us;
    let answered = answered.map_err(|mut refusal| {
        refusal.headers.extend(standing.headers());
        refusal
    })?;
    Ok(Outcome::Answered(Box::new((answered, body)), standing))
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
