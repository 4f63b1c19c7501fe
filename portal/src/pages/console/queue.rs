//! `/console/requests`: the approval queue. A decision needs no second page.

use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::decide::DecideForm;
use crate::pages::console::queue_filter::QueueFilter;
use crate::pages::console::queue_row::{QueueRow, row};
use crate::pages::list_of::{After, everything, older};
use crate::pages::spread::{self, Changed};
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Empty, Pages, Spread, Tab, Tabs};
use crate::view::same::{self, Same, Way};
use crate::view::shell::Shell;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::plans;
use gatehouse_control_plane::subscriptions::{self, RequestRow, RequestSubject};
use gatehouse_domain::Permission;
use gatehouse_domain::id::ProductId;
use gatehouse_language::t;
use uuid::Uuid;

/// Waiting requests with everything a decision needs, one form, two buttons.
#[derive(Template)]
#[template(path = "pages/console/requests.html")]
pub(crate) struct QueuePage {
    pub(crate) shell: Shell,
    pub(crate) spread: Option<Spread>,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    /// Requests that were rejected by the last press, which can be taken back.
    pub(crate) undo: Vec<String>,
    /// The controls that narrow the queue, and whether one of them does.
    pub(crate) filters: Vec<Field>,
    pub(crate) filtered: bool,
    /// The same as a query, so that a decision comes back to it.
    pub(crate) filter: String,
    pub(crate) faults: Faults,
    pub(crate) may_decide: bool,
    pub(crate) rows: Vec<QueueRow>,
    /// Whether the fold with the conditions stands open.
    pub(crate) conditions_open: bool,
    pub(crate) conditions: Vec<Field>,
    pub(crate) reasons: Vec<String>,
    pub(crate) preset: String,
    pub(crate) reason_field: Field,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
    pub(crate) same: Same,
}

web_page!(QueuePage, Private);

const WAYS: &[Way] = &[
    same::SUBSCRIPTION_QUEUE,
    same::SUBSCRIPTION_APPROVE,
    same::SUBSCRIPTION_APPROVE_UNDER,
    same::SUBSCRIPTION_REJECT,
    same::SUBSCRIPTION_DECIDE,
    same::SUBSCRIPTION_RECONSIDER,
];

/// `?after=&change=&undo=`, and the filter.
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct QueueQuery {
    #[serde(default)]
    after: Option<Uuid>,
    #[serde(default)]
    change: Option<String>,
    /// Ids of subscriptions, separated by dots.
    #[serde(default)]
    undo: String,
    #[serde(flatten)]
    filter: QueueFilter,
}

/// How many requests wait, for the rail.
pub(crate) async fn waiting(visitor: &Visitor, actor: &Actor) -> Result<usize, PageError> {
    let count = subscriptions::count_requests(visitor.db(), actor).await?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// `GET /console/requests`
pub(crate) async fn show(
    visitor: Visitor,
    Query(query): Query<QueueQuery>,
) -> Result<QueuePage, PageError> {
    let spread = spread::of(
        &visitor,
        &Changed {
            change: query.change,
        },
    )
    .await?;
    let undo = query.undo.split('.').filter(|id| !id.is_empty());
    let at = At {
        after: After { after: query.after },
        filter: query.filter,
        undo: undo.map(str::to_owned).collect(),
    };
    page(
        &visitor,
        at,
        spread,
        &DecideForm::default(),
        Faults::default(),
    )
    .await
}

/// Which part of the queue is looked at.
#[derive(Default)]
pub(super) struct At {
    pub(super) after: After,
    pub(super) filter: QueueFilter,
    pub(super) undo: Vec<String>,
}

/// The queue as it stands now, with the form as it was sent.
pub(super) async fn page(
    visitor: &Visitor,
    at: At,
    spread: Option<Spread>,
    chosen: &DecideForm,
    faults: Faults,
) -> Result<QueuePage, PageError> {
    let actor = visitor.require(Permission::SubscriptionRead)?;
    let At {
        after,
        filter,
        undo,
    } = at;
    let page = Page {
        after: after.after,
        ..everything()
    };
    let listed = subscriptions::list_requests(visitor.db(), actor, &filter.wanted(), &page).await?;
    let may_decide = actor.may_anywhere(Permission::SubscriptionDecide);
    let choices = async {
        let settings = subscriptions::get_approval_settings(visitor.db(), actor).await?;
        let plans = offered(visitor, actor, &listed.data).await?;
        Ok((settings, plans))
    };
    // None needs what another finds: three connections for a page.
    let ((settings, plans), filters, shell) =
        tokio::try_join!(choices, filter.fields(visitor, actor), visitor.shell())?;
    let shell = shell.console("requests");
    let rows: Vec<QueueRow> = listed
        .data
        .iter()
        .map(|request| row(request, visitor, actor, chosen, &shell))
        .collect();
    Ok(QueuePage {
        same: visitor.same(WAYS, &[]),
        spread,
        lead: lead(&rows),
        tabs: tabs(QueueTab::Waiting, Some(rows.len()), &shell),
        undo: if may_decide { undo } else { Vec::new() },
        filters,
        filtered: filter.is_on(),
        filter: filter.query(),
        may_decide,
        conditions_open: chosen.has_conditions(),
        conditions: conditions(chosen, plans, &faults),
        reasons: settings.reject_reasons,
        preset: chosen.preset.clone(),
        reason_field: Field::area("reason", t!("access-reason"), 500)
            .optional()
            .value(chosen.reason.clone())
            .help(t!("access-reason-help"))
            .faults(&faults),
        faults,
        empty: empty(&filter),
        pages: older(&filter.path(), &shell, rows.len(), listed.next, &after),
        rows,
        shell,
    })
}

fn lead(rows: &[QueueRow]) -> String {
    let late = rows.iter().filter(|row| row.late).count();
    match (rows.len(), late) {
        (0, _) => t!("access-queue-nobody"),
        (n, 0) => t!("access-queue-wait", count = n),
        (n, late) => t!("access-queue-late", count = n, late = late),
    }
}

fn empty(filter: &QueueFilter) -> Empty {
    if filter.is_on() {
        return Empty::new(t!("access-queue-none-fit"), t!("access-queue-others"), None);
    }
    Empty::new(
        t!("access-queue-empty"),
        t!("access-queue-empty-help"),
        None,
    )
}

/// The plans an approval can name instead of the one that was asked for.
async fn offered(
    visitor: &Visitor,
    actor: &Actor,
    rows: &[RequestRow],
) -> Result<Vec<Choice>, PageError> {
    let asked = rows
        .iter()
        .filter(|row| row.subject == RequestSubject::Subscription);
    let products: Vec<ProductId> = asked.map(|row| row.subscription.product_id).collect();
    let plans = plans::list_plan_choices(visitor.db(), actor, &products).await?;
    let named = plans.into_iter().map(|plan| {
        let name = format!("{}: {}", plan.product, plan.name);
        Choice::new(plan.id.to_string(), name)
    });
    Ok(std::iter::once(Choice::new("", t!("access-as-asked")))
        .chain(named)
        .collect())
}

fn conditions(chosen: &DecideForm, plans: Vec<Choice>, faults: &Faults) -> Vec<Field> {
    vec![
        Field::select("plan", t!("access-other-plan"), plans)
            .optional()
            .value(chosen.plan.clone())
            .faults(faults),
        Field::date("ends", t!("access-ends"))
            .optional()
            .value(chosen.ends.clone())
            .help(t!("access-ends-help"))
            .faults(faults),
        Field::number("rate", t!("access-most-second"))
            .optional()
            .value(chosen.rate.clone())
            .help(t!("access-most-second-help"))
            .faults(faults),
        Field::number("quota", t!("access-most-day"))
            .optional()
            .value(chosen.quota.clone())
            .faults(faults),
        Field::area("note", t!("access-note"), 500)
            .optional()
            .value(chosen.note.clone())
            .faults(faults),
    ]
}

/// The pages about requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QueueTab {
    Waiting,
    Decided,
    Settings,
}

pub(super) fn tabs(current: QueueTab, waiting: Option<usize>, shell: &Shell) -> Tabs {
    let tab = |which, label: String, path, count| Tab {
        label: label.into(),
        href: shell.to(path),
        count,
        current: which == current,
    };
    Tabs::new(
        t!("word-requests"),
        vec![
            tab(
                QueueTab::Waiting,
                t!("access-tab-waiting"),
                "/console/requests",
                waiting,
            ),
            tab(
                QueueTab::Decided,
                t!("access-tab-decided"),
                "/console/requests/decided",
                None,
            ),
            tab(
                QueueTab::Settings,
                t!("access-tab-how"),
                "/console/requests/settings",
                None,
            ),
        ],
    )
}
