//! `GET /applications/{app}/logs/{request}`: one call, and why it was refused.

use crate::address::Path;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::applications::key::{milliseconds, status_badge};
use crate::pages::applications::logs::request_id;
use crate::pages::applications::show::crumbs;
use crate::pages::catalogue::addresses::environment_word;
use crate::pages::{Fact, method_class};
use crate::view::code::Code;
use crate::view::parts::{Badge, Crumbs, Link, Timeline};
use crate::view::problems;
use crate::view::shell::Shell;
use crate::view::words::{day, grouped};
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::applications::{self, ApplicationView};
use gatehouse_control_plane::usage::{self, CallDetail};
use gatehouse_domain::id;
use gatehouse_language::t;
use gatehouse_problem::{Problem, ProblemKind, Source};
use time::macros::format_description;
use uuid::Uuid;

/// One call in words.
#[derive(Template)]
#[template(path = "pages/applications/call.html")]
pub(crate) struct CallPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) heading: String,
    pub(crate) method: String,
    pub(crate) method_class: &'static str,
    pub(crate) path: String,
    pub(crate) when: String,
    pub(crate) status: Badge,
    pub(crate) verdict: String,
    pub(crate) fix: String,
    pub(crate) steps: Vec<Link>,
    pub(crate) checked: Timeline,
    pub(crate) received: Option<Code>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) request_id: String,
    /// The page about the code.
    pub(crate) about: Option<Link>,
}

web_page!(CallPage, Private);

/// `GET /applications/{application}/logs/{request}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application, request]): Path<2>,
) -> Result<CallPage, PageError> {
    let actor = visitor.actor()?;
    let view =
        applications::get_application(visitor.db(), actor, application.as_str().into()).await?;
    let number = request.strip_prefix("req_").and_then(id::decode);
    let number = number.ok_or_else(PageError::not_found)?;
    let found = usage::get_call(visitor.db(), actor, view.id, Uuid::from_u128(number)).await?;
    let shell = visitor.shell().await?.at("applications");
    Ok(page(&visitor, &view, &found, shell))
}

fn page(visitor: &Visitor, view: &ApplicationView, call: &CallDetail, shell: Shell) -> CallPage {
    let kind = ProblemKind::from_code(&call.reason);
    let request_id = request_id(call.request_id);
    let logs = Link::new(
        t!("applications-logs"),
        shell.to(&format!("/applications/{}/logs", view.id)),
    );
    let time = format_description!("[hour]:[minute]:[second] UTC");
    CallPage {
        crumbs: crumbs(&request_id, view, Some(logs), &shell),
        heading: match kind.map(ProblemKind::source) {
            Some(Source::Client) => t!("applications-why-was-this-call-refused"),
            Some(_) => t!("applications-why-did-this-call-fail"),
            None => t!("applications-what-happened-to-this-call"),
        },
        method: call.method.clone(),
        method_class: method_class(&call.method),
        path: call.path.clone(),
        when: t!(
            "applications-answered-in",
            day = &day(call.at),
            at = &call.at.format(time).unwrap_or_default(),
            milliseconds = &milliseconds(call.latency_us)
        ),
        status: status_badge(call.status),
        verdict: verdict(kind, call),
        fix: kind.map_or_else(String::new, problems::fix),
        steps: steps(kind, call, view, &shell),
        checked: checked(kind, call),
        received: kind.map(|kind| received(visitor, kind, &request_id)),
        facts: facts(call, view),
        about: kind.map(|kind| {
            let page = shell.to(&format!("/errors/{}", kind.code()));
            Link::new(t!("applications-about", code = &kind.code()), page)
        }),
        request_id,
        shell,
    }
}

fn verdict(kind: Option<ProblemKind>, call: &CallDetail) -> String {
    match (kind, call.reason.as_str()) {
        (Some(kind), _) => problems::heading(kind),
        (None, _) if call.interrupted => t!("applications-the-gateway-ended-in-the-middle"),
        (None, "ok") if call.status >= 500 => {
            t!("applications-the-backend-answered-with-a-failure")
        }
        (None, "ok") if call.status >= 400 => t!("applications-the-backend-refused-it"),
        (None, "ok") => t!("applications-it-was-let-through-and-answered"),
        (None, "client_closed") => t!("applications-the-caller-left-before-the-answer"),
        (None, reason) => t!("applications-it-ended-with", reason = &reason),
    }
}

/// What to open next, most useful first.
fn steps(
    kind: Option<ProblemKind>,
    call: &CallDetail,
    view: &ApplicationView,
    shell: &Shell,
) -> Vec<Link> {
    let of_app = |label: &str, page: &str| {
        Link::new(label, shell.to(&format!("/applications/{}{page}", view.id)))
    };
    let request = call.subscription.map(|subscription| {
        let id = gatehouse_domain::id::SubscriptionId::from_uuid(subscription);
        Link::new(
            t!("applications-see-the-access"),
            shell.to(&format!("/requests/{id}")),
        )
    });
    let ask = call.api.as_ref().map(|api| {
        Link::new(
            t!("applications-request-access"),
            shell.to(&format!("/apis/{api}/request")),
        )
    });
    match kind {
        Some(ProblemKind::NotSubscribed | ProblemKind::SubscriptionRejected) => {
            ask.into_iter().collect()
        }
        Some(
            ProblemKind::SubscriptionPending
            | ProblemKind::SubscriptionSuspended
            | ProblemKind::SubscriptionPaused
            | ProblemKind::SubscriptionExpired
            | ProblemKind::OperationNotSubscribed,
        ) => request.into_iter().chain(ask).collect(),
        Some(ProblemKind::RateLimited | ProblemKind::QuotaExceeded) => {
            vec![of_app(&t!("applications-see-what-used-it"), "/usage")]
        }
        Some(
            ProblemKind::KeyExpired
            | ProblemKind::KeyRevoked
            | ProblemKind::KeyNotForApi
            | ProblemKind::WrongEnvironment,
        ) => vec![of_app(&t!("applications-open-keys"), "/keys")],
        _ => Vec::new(),
    }
}

/// What the gateway checks, in its order (`docs/policy-order.md`).
const CHECKS: [fn() -> String; 6] = [
    || t!("applications-request"),
    || t!("word-api"),
    || t!("word-key"),
    || t!("applications-access"),
    || t!("word-limits"),
    || t!("applications-backend"),
];

/// Which check refused a call.
fn stopped_at(kind: ProblemKind) -> usize {
    match kind {
        ProblemKind::NoRoute
        | ProblemKind::MethodNotAllowed
        | ProblemKind::VersionRetired
        | ProblemKind::ConfigStale => 1,
        ProblemKind::NoKey
        | ProblemKind::KeyMalformed
        | ProblemKind::KeyUnknown
        | ProblemKind::KeyRevoked
        | ProblemKind::KeyExpired
        | ProblemKind::WrongEnvironment
        | ProblemKind::AmbiguousKey
        | ProblemKind::AuthUnknown => 2,
        ProblemKind::TenantSuspended
        | ProblemKind::ApplicationSuspended
        | ProblemKind::NotSubscribed
        | ProblemKind::OperationNotSubscribed
        | ProblemKind::KeyNotForApi
        | ProblemKind::SubscriptionPending
        | ProblemKind::SubscriptionRejected
        | ProblemKind::SubscriptionSuspended
        | ProblemKind::SubscriptionPaused
        | ProblemKind::SubscriptionExpired
        | ProblemKind::TokenMissing
        | ProblemKind::TokenInvalid
        | ProblemKind::TokenInsufficient => 3,
        ProblemKind::RateLimited | ProblemKind::ApiRateLimited | ProblemKind::QuotaExceeded => 4,
        ProblemKind::UpstreamFailed
        | ProblemKind::UpstreamUnavailable
        | ProblemKind::UpstreamTimeout => 5,
        _ => 0,
    }
}

fn checked(kind: Option<ProblemKind>, call: &CallDetail) -> Timeline {
    let stopped = kind.map_or(CHECKS.len(), stopped_at);
    let mut line = Timeline::default();
    for (place, word) in CHECKS.into_iter().enumerate() {
        line = match place.cmp(&stopped) {
            std::cmp::Ordering::Less => line.done(word(), passed(place, call)),
            std::cmp::Ordering::Equal => {
                line.stopped(word(), kind.map_or_else(String::new, problems::heading))
            }
            std::cmp::Ordering::Greater => line.next(word(), t!("applications-not-reached")),
        };
    }
    line
}

/// What is known of a check that was passed.
fn passed(place: usize, call: &CallDetail) -> String {
    let version = || {
        let name = call.api_name.clone().or_else(|| call.api.clone())?;
        Some(format!(
            "{name} {}",
            call.version.as_deref().unwrap_or_default()
        ))
    };
    match place {
        1 => format!("{}, {}", version().unwrap_or_default(), call.operation),
        2 => key(call),
        3 => call.plan.clone().unwrap_or_default(),
        5 => t!(
            "applications-answered-in-2",
            status = &call.status,
            milliseconds = &milliseconds(call.upstream_us)
        ),
        _ => String::new(),
    }
}

fn key(call: &CallDetail) -> String {
    match &call.key_last4 {
        Some(last4) => t!("applications-ends-in", last4 = &last4),
        None => t!("applications-none-sent-by-try-it"),
    }
}

fn received(visitor: &Visitor, kind: ProblemKind, request_id: &str) -> Code {
    let pages = visitor.portal().public_url().to_string();
    let body = Problem::new(kind).body(request_id, Some(&pages));
    let value: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    let title = format!("{}, {}", kind.status_code(), Problem::MEDIA_TYPE);
    Code::json("received", title, &text)
}

fn facts(call: &CallDetail, view: &ApplicationView) -> Vec<Fact> {
    let bytes = |bytes: i64| t!("applications-bytes", grouped = &grouped(bytes));
    let mut facts = vec![
        Fact::new(t!("word-application"), view.name.clone()),
        Fact::new(
            t!("word-environment"),
            call.environment
                .as_deref()
                .map(environment_word)
                .unwrap_or_default(),
        ),
        Fact::new(t!("word-key"), key(call)),
    ];
    if let Some(plan) = &call.plan {
        facts.push(Fact::new(t!("word-plan"), plan.clone()));
    }
    facts.push(Fact::new(t!("applications-sent"), bytes(call.bytes_in)));
    facts.push(Fact::new(
        t!("applications-received"),
        bytes(call.bytes_out),
    ));
    let same = usize::try_from(call.same_reason).unwrap_or(0);
    facts.push(Fact::new(
        t!("applications-same-outcome-within-the-hour"),
        t!("count-call", count = same),
    ));
    facts
}
