//! `/console/requests`: the approval queue. A decision needs no second page.

use crate::address::Query;
use crate::page::web_page;
use crate::page_error::PageError;
use crate::pages::console::choice::Choice;
use crate::pages::list_of::{After, everything, older};
use crate::pages::spread::{self, Changed};
use crate::view::form::{Faults, Field};
use crate::view::parts::{Empty, Pages, Spread, Tab, Tabs};
use crate::view::shell::Shell;
use crate::view::words::age;
use crate::visitor::Visitor;
use askama::Template;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::page::Page;
use gatehouse_control_plane::subscriptions::{
    self, RequestFilter, RequestRow, RequestSubject, SubscriptionView,
};
use gatehouse_domain::Permission;
use uuid::Uuid;

/// Waiting requests with everything a decision needs, one form, two buttons.
#[derive(Template)]
#[template(path = "pages/console/requests.html")]
pub(crate) struct QueuePage {
    pub(crate) shell: Shell,
    pub(crate) spread: Option<Spread>,
    pub(crate) lead: String,
    pub(crate) tabs: Tabs,
    pub(crate) faults: Faults,
    pub(crate) may_decide: bool,
    pub(crate) rows: Vec<QueueRow>,
    /// Whether the fold with the conditions stands open.
    pub(crate) conditions_open: bool,
    pub(crate) ends_field: Field,
    pub(crate) note_field: Field,
    pub(crate) reject_open: bool,
    pub(crate) reasons: &'static [&'static str],
    pub(crate) preset: String,
    pub(crate) reason_field: Field,
    pub(crate) empty: Empty,
    pub(crate) pages: Pages,
}

web_page!(QueuePage, Private);

pub(crate) struct QueueRow {
    /// What the form sends; see [`Choice`].
    pub(crate) choice: String,
    pub(crate) href: String,
    pub(crate) chosen: bool,
    /// Asked for by the approver's own hand: nobody decides about their own request.
    pub(crate) own: bool,
    pub(crate) application: String,
    pub(crate) person: String,
    pub(crate) team: String,
    pub(crate) api: String,
    /// What the approver says yes or no to.
    pub(crate) wants: String,
    /// What a change of plan starts from.
    pub(crate) present: String,
    pub(crate) limits: Vec<String>,
    pub(crate) purpose: String,
    pub(crate) facts: Vec<WorthKnowing>,
    pub(crate) waiting: String,
    pub(crate) late: bool,
}

pub(crate) struct WorthKnowing {
    pub(crate) words: String,
    pub(crate) care: bool,
}

/// Reasons an approver may start from; every one can be edited before it is sent.
pub(crate) const REASONS: &[&str] = &[
    "Use a smaller plan first",
    "Purpose needs more detail",
    "Another API fits better",
    "Data use is not agreed yet",
];

/// `?after=&change=`
#[derive(Debug, Default, serde::Deserialize)]
pub(crate) struct QueueQuery {
    #[serde(default)]
    after: Option<Uuid>,
    #[serde(default)]
    change: Option<String>,
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
    page(
        &visitor,
        &After { after: query.after },
        spread,
        &Chosen::default(),
        Faults::default(),
    )
    .await
}

/// What a refused form had chosen.
#[derive(Default)]
pub(crate) struct Chosen {
    pub(crate) requests: Vec<String>,
    pub(crate) ends: String,
    pub(crate) note: String,
    pub(crate) preset: String,
    pub(crate) reason: String,
    pub(crate) rejecting: bool,
}

/// The queue as it stands now.
pub(crate) async fn page(
    visitor: &Visitor,
    after: &After,
    spread: Option<Spread>,
    chosen: &Chosen,
    faults: Faults,
) -> Result<QueuePage, PageError> {
    let actor = visitor.require(Permission::SubscriptionRead)?;
    let page = Page {
        after: after.after,
        ..everything()
    };
    let filter = RequestFilter::default();
    let mut listed = subscriptions::list_requests(visitor.db(), actor, &filter, &page).await?;
    // Who waits longest is decided first.
    listed.data.sort_by_key(|request| request.waiting_since);
    let shell = visitor.shell().await?.console("requests");
    let rows: Vec<QueueRow> = listed
        .data
        .iter()
        .map(|request| row(request, visitor, actor, chosen, &shell))
        .collect();
    let late = rows.iter().filter(|row| row.late).count();
    Ok(QueuePage {
        spread,
        lead: match (rows.len(), late) {
            (0, _) => "Nobody waits.".to_owned(),
            (n, 0) => format!(
                "{} for a decision.",
                if n == 1 {
                    "1 person waits".to_owned()
                } else {
                    format!("{n} people wait")
                }
            ),
            (n, late) => format!("{n} wait, {late} past the target."),
        },
        tabs: tabs(true, rows.len(), &shell),
        may_decide: actor.may_anywhere(Permission::SubscriptionDecide),
        conditions_open: !chosen.ends.is_empty() || !chosen.note.is_empty(),
        ends_field: Field::date("ends", "Access ends on")
            .optional()
            .value(chosen.ends.clone())
            .help("UTC. First requests only; a plan's own end holds too when it is earlier.")
            .faults(&faults),
        note_field: Field::area("note", "Note to the requester", 500)
            .optional()
            .value(chosen.note.clone())
            .faults(&faults),
        reject_open: chosen.rejecting,
        reasons: REASONS,
        preset: chosen.preset.clone(),
        reason_field: Field::area("reason", "Sent to the requester word for word", 500)
            .optional()
            .value(chosen.reason.clone())
            .help("At most 500 characters. Needed to reject.")
            .faults(&faults),
        faults,
        empty: Empty::new(
            "No requests waiting",
            "Access requests appear here as soon as they are made.",
            None,
        ),
        pages: older("/console/requests", &shell, rows.len(), listed.next, after),
        rows,
        shell,
    })
}

pub(super) fn tabs(waiting_shows: bool, count: usize, shell: &Shell) -> Tabs {
    Tabs::new(
        "Requests",
        vec![
            Tab {
                label: "Waiting",
                href: shell.to("/console/requests"),
                count: waiting_shows.then_some(count),
                current: waiting_shows,
            },
            Tab {
                label: "Decided",
                href: shell.to("/console/requests/decided"),
                count: None,
                current: !waiting_shows,
            },
        ],
    )
}

fn row(
    request: &RequestRow,
    visitor: &Visitor,
    actor: &Actor,
    chosen: &Chosen,
    shell: &Shell,
) -> QueueRow {
    let view = &request.subscription;
    let choice = Choice {
        subject: request.subject,
        subscription: view.id,
    }
    .to_string();
    let (wants, present) = wants(request);
    QueueRow {
        href: shell.to(&format!("/requests/{}", view.id)),
        chosen: chosen.requests.contains(&choice),
        own: request.requester.as_ref().map(|person| person.id) == actor.user(),
        application: view.application.name.clone(),
        person: request
            .requester
            .as_ref()
            .map_or_else(String::new, |person| person.name.clone()),
        team: view.application.team.name.clone(),
        api: view.api.name.clone(),
        wants,
        present,
        limits: request.plan_limits.clone(),
        purpose: request.reason.clone(),
        facts: facts(request, view),
        waiting: age(visitor.now() - request.waiting_since),
        late: request.overdue,
        choice,
    }
}

/// What is asked, and what it would replace.
fn wants(request: &RequestRow) -> (String, String) {
    let view = &request.subscription;
    let (api, plan) = (&view.api.name, &view.plan.name);
    match request.subject {
        RequestSubject::Subscription => (format!("{api} {plan}"), String::new()),
        RequestSubject::PlanChange => {
            let wanted = view.wanted_plan.as_ref().unwrap_or(&view.plan);
            (
                format!("Change to {}", wanted.name),
                format!("{api}, now {plan}"),
            )
        }
        RequestSubject::Renewal => (format!("Renew {api} {plan}"), String::new()),
    }
}

fn facts(request: &RequestRow, view: &SubscriptionView) -> Vec<WorthKnowing> {
    let mut facts = Vec::new();
    facts.push(WorthKnowing {
        words: format!("For {}", view.environment.kind),
        care: false,
    });
    if request.other_access.is_empty() {
        facts.push(WorthKnowing {
            words: "First access of this team".to_owned(),
            care: true,
        });
    } else {
        let mut names: Vec<String> = Vec::new();
        for one in &request.other_access {
            let name = format!("{} {}", one.api, one.plan);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names.truncate(3);
        facts.push(WorthKnowing {
            words: format!("Has {}", names.join(", ")),
            care: false,
        });
    }
    if view.approvals.required > 1 {
        facts.push(WorthKnowing {
            words: format!(
                "{} of {} have agreed",
                view.approvals.given, view.approvals.required
            ),
            care: false,
        });
    }
    facts
}
