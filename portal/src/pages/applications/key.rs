//! `GET /applications/{app}/keys/{key}`: a key shown once, the command, and the arrival of the first call.

use crate::address::{Path, Query, id};
use crate::form::{Form, Nothing};
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::Fact;
use crate::pages::applications::credential::kind_words;
use crate::pages::applications::keys::shown;
use crate::pages::applications::show::{key_crumbs, subscriptions_of};
use crate::pages::catalogue::addresses::public_address;
use crate::pages::spread::{self, Changed};
use crate::sealed;
use crate::view::code::Code;
use crate::view::parts::{Badge, Crumbs, Flash, Spread, Timeline};
use crate::view::problems;
use crate::view::said::says;
use crate::view::shell::Shell;
use crate::view::words::{clock, day, relative};
use crate::visitor::Visitor;
use askama::Template;
use askama::filters::HtmlSafe;
use axum::response::Redirect;
use gatehouse_control_plane::applications::{self, ApplicationView};
use gatehouse_control_plane::catalogue;
use gatehouse_control_plane::credentials::{self, CredentialView};
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::subscriptions::SubscriptionView;
use gatehouse_control_plane::usage::{self, CallFilter};
use gatehouse_domain::credential::CredentialKind;
use gatehouse_domain::subscription::ShownState;
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use time::OffsetDateTime;

/// The reveal and what comes after it, on one page.
#[derive(Template)]
#[template(path = "pages/applications/key.html")]
pub(crate) struct KeyPage {
    pub(crate) shell: Shell,
    pub(crate) crumbs: Crumbs,
    pub(crate) spread: Option<Spread>,
    /// Whether the page reloads itself for a reader without script.
    pub(crate) refresh: bool,
    pub(crate) heading: String,
    pub(crate) lead: String,
    /// The key itself, for at most ten minutes and one person.
    pub(crate) secret: Option<String>,
    pub(crate) masked: String,
    pub(crate) kept_until: String,
    /// Said where there is no secret to show.
    pub(crate) no_secret: String,
    pub(crate) stored: String,
    /// What it is known by besides, where it is no API key.
    pub(crate) facts: Vec<Fact>,
    /// Why it opens nothing, whatever is requested.
    pub(crate) warning: Option<Flash>,
    /// Absent for what gateways do not check.
    pub(crate) first_call: Option<FirstCall>,
    pub(crate) ends: Option<String>,
}

/// The way to the first call.
pub(crate) struct FirstCall {
    pub(crate) sample: Code,
    pub(crate) arrival: Arrival,
    pub(crate) timeline: Timeline,
}

web_page!(KeyPage, Private);

/// The first call, or the wait for it.
#[derive(Template)]
#[template(path = "components/arrival.html")]
pub(crate) struct Arrival {
    /// `First call received, 200 in 38 ms`.
    pub(crate) received: Option<String>,
    pub(crate) href: String,
    pub(crate) again: String,
    pub(crate) usage: String,
    pub(crate) calls: Vec<Call>,
}

impl HtmlSafe for Arrival {}
says!(Arrival);

pub(crate) struct Call {
    pub(crate) at: String,
    pub(crate) status: Badge,
    pub(crate) what: String,
    pub(crate) took: String,
    pub(crate) reason: Option<Fact>,
    pub(crate) help: String,
}

/// What the poll fetches: the region, and the steps beside it that the first call changes too.
#[derive(Template)]
#[template(path = "pages/applications/arrival.html")]
pub(crate) struct ArrivalRegion {
    pub(crate) arrival: Arrival,
    pub(crate) timeline: Timeline,
}

web_page!(ArrivalRegion, Region);

/// Calls shown under the arrival.
const CALLS_MAX: i64 = 5;

/// `GET /applications/{application}/keys/{key}`
pub(crate) async fn show(
    visitor: Visitor,
    Path([application, key]): Path<2>,
    Query(changed): Query<Changed>,
) -> Result<KeyPage, PageError> {
    let (view, key) = found(&visitor, &application, &key).await?;
    let secret = sealed::look(&visitor, &key.id.to_string()).await?;
    let subscription = subscription_of(&visitor, &view, &key).await?;
    let text = secret.as_ref().map(|(text, _)| text.as_str());
    let first_call = first_call_of(&visitor, &view, &key, subscription.as_ref(), text).await?;
    let spread = spread::of(&visitor, &changed).await?;
    let shell = visitor.shell().await?.at("applications");
    let base = format!("/applications/{}/keys", view.id);
    let heading = match &subscription {
        _ if !key.enforced => t!("applications-a-credential-of", name = &view.name),
        Some(subscription) => t!("applications-your-key-for", name = &subscription.api.name),
        None => t!("applications-your-key-for", name = &view.name),
    };
    let waits = |first: &FirstCall| first.arrival.received.is_none();
    Ok(KeyPage {
        crumbs: key_crumbs(&t!("word-key"), &view, &shell),
        refresh: first_call.as_ref().is_some_and(waits),
        heading,
        lead: t!(
            "applications-made",
            name = &view.name,
            kind = key.environment.kind.as_str(),
            relative = &relative(key.created_at, visitor.now())
        ),
        masked: shown(&key),
        kept_until: secret.as_ref().map_or_else(String::new, |(_, until)| {
            t!(
                "applications-shown-once-this-page-keeps-it",
                clock = &clock(*until)
            )
        }),
        secret: secret.map(|(text, _)| text),
        no_secret: match key.fingerprint {
            None => t!("applications-it-was-shown-once-nobody-can"),
            Some(_) => t!("applications-its-private-half-is-with-its"),
        },
        stored: shell.to(&format!("{base}/{}/stored", key.id)),
        facts: facts(&key),
        warning: (!key.enforced).then(|| {
            Flash::care(
                t!("applications-it-opens-nothing-yet"),
                CredentialKind::NOT_ENFORCED,
            )
        }),
        first_call,
        ends: key
            .expires_at
            .map(|at| t!("applications-it-ends-on-you-are-told", day = &day(at))),
        spread,
        shell,
    })
}

/// What a credential of another kind is known by.
fn facts(key: &CredentialView) -> Vec<Fact> {
    let name = match key.kind {
        CredentialKind::ApiKey => return Vec::new(),
        CredentialKind::Basic => Some(t!("applications-user-name")),
        CredentialKind::Hmac => Some(t!("applications-key-id")),
        CredentialKind::OauthClient => Some(t!("applications-client-id")),
        CredentialKind::JwtKey | CredentialKind::MtlsCert => None,
    };
    let mut facts = vec![Fact::new(t!("word-kind"), kind_words(key.kind))];
    facts.extend(name.map(|label| Fact::new(label, key.prefix.clone())));
    let print = key.fingerprint.as_ref();
    facts.extend(print.map(|print| Fact::new(t!("applications-fingerprint"), print.clone())));
    facts
}

/// The sample and the wait, for what gateways check.
async fn first_call_of(
    visitor: &Visitor,
    view: &ApplicationView,
    key: &CredentialView,
    subscription: Option<&SubscriptionView>,
    secret: Option<&str>,
) -> Result<Option<FirstCall>, PageError> {
    if !key.enforced {
        return Ok(None);
    }
    Ok(Some(FirstCall {
        sample: sample(visitor, subscription, key, secret).await?,
        arrival: arrival(visitor, view, key).await?,
        timeline: timeline(subscription, key, visitor.now()),
    }))
}

/// `GET /applications/{application}/keys/{key}/first-call`: what changes while the page waits.
pub(crate) async fn show_arrival(
    visitor: Visitor,
    Path([application, key]): Path<2>,
) -> Result<ArrivalRegion, PageError> {
    let (view, key) = found(&visitor, &application, &key).await?;
    let subscription = subscription_of(&visitor, &view, &key).await?;
    Ok(ArrivalRegion {
        arrival: arrival(&visitor, &view, &key).await?,
        timeline: timeline(subscription.as_ref(), &key, visitor.now()),
    })
}

/// `POST /applications/{application}/keys/{key}/stored`: the secret is put away for good.
pub(crate) async fn stored(
    visitor: Visitor,
    Path([application, key]): Path<2>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Redirect, PageError> {
    let (view, key) = found(&visitor, &application, &key).await?;
    sealed::forget(&visitor, &key.id.to_string()).await?;
    Ok(visitor.go(&format!("/applications/{}/keys/{}", view.id, key.id)))
}

/// The application and one of its keys; a key of another application does not exist here.
pub(crate) async fn found(
    visitor: &Visitor,
    application: &str,
    key: &str,
) -> Result<(ApplicationView, CredentialView), PageError> {
    let actor = visitor.actor()?;
    let view = applications::get_application(visitor.db(), actor, application.into()).await?;
    let key = credentials::get_credential(visitor.db(), actor, id(key)?).await?;
    if key.application_id == view.id {
        Ok((view, key))
    } else {
        Err(PageError::not_found())
    }
}

/// The access this key is for: the newest live one of its environment, else one that waits.
async fn subscription_of(
    visitor: &Visitor,
    view: &ApplicationView,
    key: &CredentialView,
) -> Result<Option<SubscriptionView>, PageError> {
    let mut all = subscriptions_of(visitor, view).await?;
    all.retain(|one| one.environment.id == key.environment.id);
    let live = all.iter().position(|one| one.shown == ShownState::Active);
    let pending = || all.iter().position(|one| one.shown == ShownState::Pending);
    Ok(live.or_else(pending).map(|at| all.swap_remove(at)))
}

/// A command that works as it is pasted: a real operation, the real address, the real key while it can be shown.
async fn sample(
    visitor: &Visitor,
    subscription: Option<&SubscriptionView>,
    key: &CredentialView,
    secret: Option<&str>,
) -> Result<Code, PageError> {
    let shown = secret.map_or_else(|| "$API_KEY".to_owned(), ToOwned::to_owned);
    let Some(subscription) = subscription else {
        let url = public_address(visitor, &key.environment.slug, "", "").await?;
        return Ok(Code::curl("curl", "GET", &url, &shown));
    };
    let viewer = visitor.viewer()?;
    let slug = &subscription.api.slug;
    let version = catalogue::catalogue_api(visitor.db(), &viewer, slug)
        .await?
        .entry
        .latest;
    let address = public_address(visitor, &key.environment.slug, slug, &version).await?;
    let operations = catalogue::find_operations(visitor.db(), &viewer, slug, &version).await?;
    // A read without parameters is the safest first call.
    let easiest = operations
        .iter()
        .filter(|operation| operation.method.eq_ignore_ascii_case("get"))
        .min_by_key(|operation| operation.path_template.matches('{').count())
        .or_else(|| operations.first());
    let Some(operation) = easiest else {
        return Ok(Code::curl("curl", "GET", &address, &shown));
    };
    let detail =
        catalogue::get_operation(visitor.db(), &viewer, slug, &version, &operation.slug).await?;
    Ok(Code::shell(
        "curl",
        gatehouse_spec::sample::curl(&address, &detail.fragment, &shown),
    ))
}

/// The first call if it has come, the wait if it has not, and the latest calls with their reasons in words.
async fn arrival(
    visitor: &Visitor,
    view: &ApplicationView,
    key: &CredentialView,
) -> Result<Arrival, PageError> {
    let page = Page {
        limit: CALLS_MAX,
        after: None,
    };
    let filter = CallFilter::default();
    let calls = usage::list_calls(visitor.db(), visitor.actor()?, view.id, &filter, &page).await?;
    let base = format!("/applications/{}/keys/{}", view.id, key.id);
    let calls = calls
        .data
        .into_iter()
        .filter(|call| call.at >= key.created_at)
        .map(|call| {
            let kind = ProblemKind::from_code(&call.reason);
            Call {
                at: clock(call.at),
                status: status_badge(call.status),
                what: format!("{} {}", call.method, call.path),
                took: milliseconds(call.latency_us),
                reason: kind.map(|kind| {
                    Fact::new(
                        kind.code(),
                        format!("{}. {}", problems::heading(kind), kind.fix()),
                    )
                }),
                help: kind.map_or_else(String::new, |kind| {
                    visitor.to(&format!("/errors/{}", kind.code()))
                }),
            }
        })
        .collect();
    Ok(Arrival {
        received: first_call(key).map(|call| t!("applications-first-call-received", call = &call)),
        href: visitor.to(&format!("{base}/first-call")),
        again: visitor.to(&base),
        usage: visitor.to(&format!("/applications/{}/usage", view.id)),
        calls,
    })
}

pub(crate) fn status_badge(status: i32) -> Badge {
    match status {
        200..400 => Badge::good(status.to_string()),
        400..500 => Badge::stopped(status.to_string()),
        _ => Badge::care(status.to_string()),
    }
}

/// "38 ms", "0.4 ms".
pub(crate) fn milliseconds(microseconds: i64) -> String {
    match microseconds {
        0..1_000 => t!("applications-0-ms", microseconds = &microseconds / 100),
        _ => t!(
            "applications-ms",
            grouped = &crate::view::words::grouped(microseconds / 1_000)
        ),
    }
}

/// "200 in 38 ms".
fn first_call(key: &CredentialView) -> Option<String> {
    let call = key.first_call.as_ref()?;
    let took = milliseconds(call.latency_us);
    Some(t!("applications-in", status = &call.status, took = &took))
}

fn timeline(
    subscription: Option<&SubscriptionView>,
    key: &CredentialView,
    now: OffsetDateTime,
) -> Timeline {
    let mut line = Timeline::default();
    line = match subscription {
        None => line.now(
            t!("applications-request-access"),
            t!("applications-nothing-can-be-called-yet"),
        ),
        Some(subscription) => {
            let line = line.done(
                t!("applications-access-requested"),
                relative(subscription.created_at, now),
            );
            match (&subscription.decision, subscription.shown) {
                (Some(decision), ShownState::Active) => {
                    line.done(t!("applications-approved"), relative(decision.at, now))
                }
                (None, ShownState::Active) => line.done(t!("applications-granted"), ""),
                _ => line.now(
                    t!("applications-waiting-for-a-decision"),
                    t!("applications-until-then-calls-answer-403"),
                ),
            }
        }
    };
    let line = line.done(
        t!("applications-key-created"),
        t!(
            "applications-ends-in-2",
            clock = &clock(key.created_at),
            last4 = &key.last4
        ),
    );
    match first_call(key) {
        Some(words) => line.done(t!("applications-first-call"), words),
        None => line.now(
            t!("applications-first-call"),
            t!("applications-waiting-for-it"),
        ),
    }
}
