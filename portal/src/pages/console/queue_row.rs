//! One row of the approval queue: what is asked, by whom, and what the decision risks.

use crate::pages::Fact;
use crate::pages::console::choice::Choice;
use crate::pages::console::decide::DecideForm;
use crate::view::shell::Shell;
use crate::view::words::{age, relative};
use crate::visitor::Visitor;
use gatehouse_control_plane::Actor;
use gatehouse_control_plane::apis::DataClass;
use gatehouse_control_plane::subscriptions::{
    PriorUse, RequestRow, RequestSubject, Risk, Said, SubscriptionView,
};
use gatehouse_domain::EnvironmentKind;
use gatehouse_language::t;

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
    /// What was answered to the owner's questions.
    pub(crate) answers: Vec<Fact>,
    pub(crate) facts: Vec<WorthKnowing>,
    /// What was said about it, in short, and where it is said.
    pub(crate) said: String,
    pub(crate) messages: String,
    pub(crate) waiting: String,
    /// When it is due, or that it was passed on.
    pub(crate) due: String,
    pub(crate) late: bool,
}

pub(crate) struct WorthKnowing {
    pub(crate) words: String,
    pub(crate) care: bool,
}

/// One row of the queue.
pub(super) fn row(
    request: &RequestRow,
    visitor: &Visitor,
    actor: &Actor,
    chosen: &DecideForm,
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
        chosen: chosen.request.contains(&choice),
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
        answers: answers(request, view),
        facts: facts(request, view),
        said: said(&request.messages),
        messages: shell.to(&format!("/requests/{}/messages", view.id)),
        waiting: age(visitor.now() - request.waiting_since),
        due: due(request, visitor),
        late: request.overdue,
        choice,
    }
}

/// Answers belong to the first request, not to what is asked later.
fn answers(request: &RequestRow, view: &SubscriptionView) -> Vec<Fact> {
    if request.subject != RequestSubject::Subscription {
        return Vec::new();
    }
    let answers = view.answers.iter();
    answers
        .map(|one| Fact::new(one.question.clone(), one.answer.clone()))
        .collect()
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
                t!("access-wants-change", plan = &wanted.name),
                t!("access-wants-from", api = api, plan = plan),
            )
        }
        RequestSubject::Renewal => (
            t!("access-wants-renewal", api = api, plan = plan),
            String::new(),
        ),
    }
}

/// By when, and what follows when nobody decides.
fn due(request: &RequestRow, visitor: &Visitor) -> String {
    let now = visitor.now();
    match request.escalated_at {
        Some(at) => t!("access-passed-on", when = relative(at, now)),
        None if request.overdue => t!("access-is-late"),
        None => t!("access-due", when = relative(request.due_at, now)),
    }
}

/// "2 messages, the last by Mia: When do you start?"
fn said(said: &Said) -> String {
    let Some(last) = &said.last else {
        return String::new();
    };
    let mut text: String = last.text.chars().take(120).collect();
    if text.len() < last.text.len() {
        text.push('\u{2026}');
    }
    t!(
        "access-said",
        count = said.count,
        author = &last.author,
        text = text
    )
}

fn plain(words: String) -> WorthKnowing {
    WorthKnowing { words, care: false }
}

fn care(words: String) -> WorthKnowing {
    WorthKnowing { words, care: true }
}

fn facts(request: &RequestRow, view: &SubscriptionView) -> Vec<WorthKnowing> {
    let mut facts = vec![plain(match view.environment.kind {
        EnvironmentKind::Sandbox => t!("access-fact-sandbox"),
        EnvironmentKind::Production => t!("access-fact-production"),
    })];
    facts.extend(of_data(request.risk.data_class));
    facts.push(of_amount(&request.risk));
    facts.push(of_others(&request.risk));
    facts.push(of_access(request));
    facts.extend(of_past(&request.risk.prior));
    if view.approvals.required > 1 {
        let (given, required) = (view.approvals.given, view.approvals.required);
        facts.push(plain(t!(
            "access-fact-agreed",
            given = given,
            required = required
        )));
    }
    facts
}

fn of_data(class: DataClass) -> Option<WorthKnowing> {
    match class {
        DataClass::Public | DataClass::Internal => None,
        DataClass::Personal => Some(care(t!("access-fact-personal"))),
        DataClass::Secret => Some(care(t!("access-fact-secret"))),
    }
}

fn of_amount(risk: &Risk) -> WorthKnowing {
    match risk.asked_per_day {
        Some(calls) => plain(t!("access-fact-amount", calls = calls)),
        None => care(t!("access-fact-no-bound")),
    }
}

/// What the API has promised already, beside what it really serves.
fn of_others(risk: &Risk) -> WorthKnowing {
    let (promised, busiest) = (&risk.promised, risk.busiest_day);
    let words = match (promised.subscriptions, promised.per_day, promised.at_least) {
        (0, _, _) => t!("access-fact-nobody"),
        (n, Some(calls), false) => t!(
            "access-fact-others",
            count = n,
            calls = calls,
            busiest = busiest
        ),
        (n, Some(calls), true) => t!(
            "access-fact-others-least",
            count = n,
            calls = calls,
            busiest = busiest
        ),
        (n, None, false) => t!("access-fact-unbound", count = n, busiest = busiest),
        (n, None, true) => t!("access-fact-unbound-least", count = n, busiest = busiest),
    };
    plain(words)
}

fn of_access(request: &RequestRow) -> WorthKnowing {
    if request.other_access.is_empty() {
        return care(t!("access-fact-first"));
    }
    let mut names: Vec<String> = Vec::new();
    for one in &request.other_access {
        let name = format!("{} {}", one.api, one.plan);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.truncate(3);
    plain(t!("access-fact-has", names = names.join(", ")))
}

fn of_past(prior: &PriorUse) -> Vec<WorthKnowing> {
    let mut facts = Vec::new();
    if prior.calls > 0 {
        facts.push(plain(t!(
            "access-fact-made",
            calls = prior.calls,
            failed = prior.failed
        )));
    }
    let (rejected, revoked) = (prior.rejected, prior.revoked);
    let ended = match (rejected > 0, revoked > 0) {
        (true, true) => t!("access-fact-both", rejected = rejected, revoked = revoked),
        (true, false) => t!("access-fact-rejected", rejected = rejected),
        (false, true) => t!("access-fact-revoked", revoked = revoked),
        (false, false) => return facts,
    };
    facts.push(care(ended));
    facts
}

#[cfg(test)]
mod tests {
    use super::{PriorUse, of_past};

    #[test]
    fn only_counts_that_matter_are_said() {
        let said = |rejected, revoked| {
            let prior = PriorUse {
                rejected,
                revoked,
                ..PriorUse::default()
            };
            let facts = of_past(&prior).into_iter().map(|fact| fact.words);
            facts.collect::<Vec<_>>()
        };
        assert_eq!(said(0, 1), ["Before: 1 revoked"]);
        assert_eq!(said(2, 0), ["Before: 2 rejected"]);
        assert_eq!(said(2, 1), ["Before: 2 rejected, 1 revoked"]);
        assert!(said(0, 0).is_empty());
    }
}
