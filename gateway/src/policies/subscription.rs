//! Whether the caller may call this route, and by which plan.

use std::sync::Arc;

use gatehouse_domain::id::{ApplicationId, SubscriptionId};
use gatehouse_domain::subscription::{Access, ShownState};
use gatehouse_problem::{Problem, ProblemKind};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::api_key::Consumer;
use super::counters::CounterId;
use crate::call::{Now, Subject};
use crate::refusal::{Refusal, refuse};
use crate::tables::{CompiledPlan, CompiledRoute, FoundSubscription, Place, TableSet};

/// Who may call which route, by which plan. Not counted yet, and lent: it ends with the judgement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Authorised<'t> {
    pub(super) application: ApplicationId,
    pub(super) route: &'t Arc<CompiledRoute>,
    pub(super) plan: &'t Arc<CompiledPlan>,
    pub(super) subscription: SubscriptionId,
    pub(super) counters: CounterId,
    /// The operation's place in the route.
    pub(super) operation: usize,
}

/// Judges tenant, application and subscription, in that order, by the gateway's own clock.
pub(crate) fn authorise<'t>(
    subject: &Subject<'t>,
    consumer: Consumer,
    tables: &'t TableSet,
    now: Now,
    found: &mut Option<FoundSubscription>,
) -> Result<Authorised<'t>, Refusal> {
    if subject.environment.tenant.object.suspended {
        return Err(ProblemKind::TenantSuspended.into());
    }
    // The key names an application that this configuration does not hold: the key may well be good.
    if !consumer.application.present {
        return Err(ProblemKind::AuthUnknown.into());
    }
    if consumer.application.suspended {
        return Err(ProblemKind::ApplicationSuspended.into());
    }
    let is_for = |product: u32| {
        consumer
            .narrow
            .is_none_or(|credential| tables.credentials.opens(credential, product))
    };
    if consumer.narrow.is_some()
        && !subject
            .route
            .products
            .iter()
            .any(|product| is_for(*product))
    {
        return Err(not_for_api(subject));
    }
    let products = subject.route.products.iter().enumerate();
    let products = products.filter(|(_, product)| is_for(**product));
    let candidates = products.filter_map(|(at, product)| {
        let decisive = tables.subscriptions.decisive(Place {
            application: consumer.number,
            product: *product,
            scope: subject.environment.scope,
        });
        Some((at, decisive?))
    });
    let mut unopened = None;
    let mut refused: Option<(FoundSubscription, ShownState)> = None;
    for (product, candidate) in candidates {
        match candidate.facts().access(now.time) {
            Access::Granted if !subject.route.opens(product, subject.operation) => {
                unopened = Some(candidate);
            }
            Access::Granted => {
                *found = Some(candidate);
                return authorised(subject, consumer, tables, candidate);
            }
            Access::Refused(shown) => {
                let closer = refused
                    .as_ref()
                    .is_none_or(|(_, known)| closeness(shown) > closeness(*known));
                if closer {
                    refused = Some((candidate, shown));
                }
            }
        }
    }
    // It may call, only not this: nearer to access than any other refusal.
    if let Some(candidate) = unopened {
        *found = Some(candidate);
        return Err(not_opened(subject));
    }
    let Some((candidate, shown)) = refused else {
        return Err(not_subscribed(subject));
    };
    *found = Some(candidate);
    Err(refusal_of(subject, candidate, shown))
}

fn authorised<'t>(
    subject: &Subject<'t>,
    consumer: Consumer,
    tables: &'t TableSet,
    subscription: FoundSubscription,
) -> Result<Authorised<'t>, Refusal> {
    // Without its plan the limits are not known; letting the call through would be letting it through without any.
    let plan = tables
        .compiled
        .plan(subscription.plan)
        .ok_or(ProblemKind::AuthUnknown)?;
    Ok(Authorised {
        application: consumer.application.id,
        route: subject.route,
        plan,
        subscription: subscription.id,
        counters: subscription.counters,
        operation: subject.operation,
    })
}

/// Of several refusals, the one nearest to access explains best.
const fn closeness(shown: ShownState) -> u8 {
    match shown {
        ShownState::Active => 10,
        ShownState::Scheduled => 9,
        ShownState::Paused => 8,
        ShownState::Suspended => 7,
        ShownState::Pending => 6,
        ShownState::Expired => 5,
        ShownState::Superseded => 4,
        ShownState::Revoked => 3,
        ShownState::Cancelled => 2,
        ShownState::Rejected => 1,
        ShownState::Withdrawn => 0,
    }
}

fn refusal_of(
    subject: &Subject<'_>,
    subscription: FoundSubscription,
    shown: ShownState,
) -> Refusal {
    let date = |moment: Option<gatehouse_snapshot::object::Moment>| {
        moment
            .and_then(|moment| OffsetDateTime::from(moment).format(&Rfc3339).ok())
            .unwrap_or_else(|| "a date that is not set yet".to_owned())
    };
    let (kind, detail) = match shown {
        ShownState::Pending => (
            ProblemKind::SubscriptionPending,
            "The request waits for a decision.".to_owned(),
        ),
        ShownState::Scheduled => (
            ProblemKind::SubscriptionPending,
            format!(
                "Access was granted and begins {}.",
                date(subscription.starts_at)
            ),
        ),
        ShownState::Rejected => (
            ProblemKind::SubscriptionRejected,
            "The request was refused.".to_owned(),
        ),
        ShownState::Suspended => (
            ProblemKind::SubscriptionSuspended,
            "The provider stopped this access for now.".to_owned(),
        ),
        ShownState::Paused => (
            ProblemKind::SubscriptionPaused,
            "Your own team stopped this access for now.".to_owned(),
        ),
        ShownState::Expired => (
            ProblemKind::SubscriptionExpired,
            format!("Access ended {}.", date(subscription.ends_at)),
        ),
        ShownState::Cancelled => (
            ProblemKind::SubscriptionExpired,
            "Your own team ended this access.".to_owned(),
        ),
        ShownState::Revoked => (
            ProblemKind::SubscriptionExpired,
            "The provider ended this access.".to_owned(),
        ),
        ShownState::Superseded => (
            ProblemKind::SubscriptionExpired,
            "The plan was closed or the API retired.".to_owned(),
        ),
        ShownState::Withdrawn | ShownState::Active => return not_subscribed(subject),
    };
    with_help(subject, refuse(kind, detail))
}

fn not_opened(subject: &Subject<'_>) -> Refusal {
    let operation = subject.route.operation_key(subject.operation);
    let operation = operation.map_or_else(String::new, |key| format!(" {key}"));
    let place: &str = &subject.route.path;
    let detail = format!("The access to {place} is for other operations than{operation}.");
    with_help(subject, refuse(ProblemKind::OperationNotSubscribed, detail))
}

fn not_for_api(subject: &Subject<'_>) -> Refusal {
    let place: &str = &subject.route.path;
    let detail = format!("The key was made for other APIs than {place}.");
    with_help(subject, refuse(ProblemKind::KeyNotForApi, detail))
}

fn not_subscribed(subject: &Subject<'_>) -> Refusal {
    let place: &str = &subject.route.path;
    let problem = Problem::new(ProblemKind::NotSubscribed).detail(format!(
        "The application of this key has no access to {place}."
    ));
    with_help(subject, problem.into())
}

/// Links the page where access is requested, and where a request's state is shown.
fn with_help(subject: &Subject<'_>, mut refusal: Refusal) -> Refusal {
    if let Some(portal) = subject.portal {
        let page = format!("/apis/{}/request", subject.route.api_slug());
        let link = subject.environment.tenant.page(portal, &page);
        refusal.problem = Box::new(refusal.problem.help(link));
    }
    refusal
}
