//! What developers ask for, and what approvers answer.

use gatehouse_harness::callers::CiToken;
use gatehouse_runtime::Clock;
use serde_json::{Value, json};
use time::Duration;
use time::format_description::well_known::Rfc3339;

use super::fill::{Texts, line, text};
use super::offer::API;
use super::roles::{People, id_of};

/// What was asked for, of which pages are looked at.
pub(super) struct Access {
    /// Requests of the developer in each state.
    pub(super) requests: Vec<String>,
    /// The developer's applications.
    pub(super) applications: Vec<String>,
}

/// Carries out everything about access that takes a text.
pub(super) async fn fill(texts: &mut Texts, root: &CiToken, people: &People) -> Access {
    let (asks, decides) = (&people.asks, &people.decides);
    let mut requests = Vec::new();
    let wish = json!({
        "new_application": {"name": line(80)}, "api": API, "plan": "asked", "environment": "production",
        "reason": text(500), "answers": {"why": line(200)},
    });
    let waiting = texts.send(asks, "request_access", &[], wish).await;
    let waiting = id_of(&waiting);
    for side in [decides, asks] {
        let words = json!({"text": text(2_000)});
        texts.send(side, "send_message", &[&waiting], words).await;
    }
    requests.push(waiting);
    let decisions: [(&str, &[(&'static str, &str)]); 4] = [
        ("approved", &[("approve_subscription", "note")]),
        ("refused", &[("reject_subscription", "reason")]),
        (
            "again",
            &[
                ("reject_subscription", "reason"),
                ("reconsider_subscription", "reason"),
            ],
        ),
        (
            "over",
            &[
                ("approve_subscription", "note"),
                ("revoke_subscription", "reason"),
            ],
        ),
    ];
    for (name, verbs) in decisions {
        let id = ask(texts, asks, name, "next").await;
        for &(verb, member) in verbs {
            texts.send(decides, verb, &[&id], said(member)).await;
        }
        requests.push(id);
    }
    let many = ask(texts, asks, "many", "next").await;
    let decision = json!({"subscription": many, "verdict": "reject", "reason": text(500)});
    let decision = json!({"decisions": [decision]});
    texts.send(decides, "decide_many", &[], decision).await;
    requests.extend(changes(texts, people).await);
    requests.extend(renewals(texts, people).await);
    granted(texts, root, people).await;
    let applications = applications(texts, people).await;
    Access {
        requests,
        applications,
    }
}

fn said(member: &str) -> Value {
    let mut body = json!({});
    body[member] = text(500).into();
    body
}

/// Access of a new application under a plan; the request's id.
async fn ask(texts: &mut Texts, asks: &CiToken, name: &str, plan: &str) -> String {
    let wish = json!({
        "new_application": {"name": format!("{plan} {name}")}, "api": API, "plan": plan, "environment": "production",
        "reason": "To sell.",
    });
    id_of(&texts.send(asks, "request_access", &[], wish).await)
}

/// Other plans that are asked for: one waits, one is agreed to, one is refused.
async fn changes(texts: &mut Texts, people: &People) -> Vec<String> {
    let mut changed = Vec::new();
    for (name, answer) in [
        ("waits", None),
        ("agreed", Some(("approve_plan_change", "note"))),
        ("denied", Some(("reject_plan_change", "reason"))),
    ] {
        let id = ask(texts, &people.asks, name, "open").await;
        let wish = json!({"plan": "next", "reason": text(500)});
        texts
            .send(&people.asks, "request_plan_change", &[&id], wish)
            .await;
        if let Some((verb, member)) = answer {
            texts
                .send(&people.decides, verb, &[&id], said(member))
                .await;
        }
        changed.push(id);
    }
    changed
}

/// Further terms that are asked for, with the same three ends.
async fn renewals(texts: &mut Texts, people: &People) -> Vec<String> {
    let mut renewed = Vec::new();
    for (name, answer) in [
        ("waits", None),
        ("agreed", Some(("approve_renewal", "note"))),
        ("denied", Some(("reject_renewal", "reason"))),
    ] {
        let id = ask(texts, &people.asks, name, "month").await;
        let yes = json!({});
        texts
            .send(&people.decides, "approve_subscription", &[&id], yes)
            .await;
        texts
            .send(&people.asks, "renew_subscription", &[&id], said("reason"))
            .await;
        if let Some((verb, member)) = answer {
            texts
                .send(&people.decides, verb, &[&id], said(member))
                .await;
        }
        renewed.push(id);
    }
    renewed
}

/// Access that nobody asked for, held up; and a deputy.
async fn granted(texts: &mut Texts, root: &CiToken, people: &People) {
    let wish = json!({
        "new_application": {"name": line(80), "team": "filled"}, "api": API, "plan": "next", "environment": "production",
        "reason": text(500),
    });
    let granted = texts.send(root, "grant_access", &[], wish).await;
    let suspended = id_of(&granted);
    texts
        .send(
            &people.decides,
            "suspend_subscription",
            &[&suspended],
            said("reason"),
        )
        .await;
    let ends = Clock::system().now() + Duration::days(3);
    let ends = ends.format(&Rfc3339).unwrap();
    let deputy = json!({"to": people.admin.user, "ends_at": ends, "reason": text(500)});
    texts
        .send(&people.decides, "create_delegation", &[], deputy)
        .await;
}

/// Applications, their keys, and questions about the API.
async fn applications(texts: &mut Texts, people: &People) -> Vec<String> {
    let (asks, decides) = (&people.asks, &people.decides);
    let described = json!({"name": line(80), "description": text(400)});
    let made = texts
        .send(asks, "create_application", &[], described.clone())
        .await;
    let made = id_of(&made);
    let key = || json!({"environment": "production", "name": line(80)});
    texts.send(asks, "issue_key", &[&made], key()).await;
    let gone = texts.send(asks, "issue_key", &[&made], key()).await;
    texts
        .send(asks, "revoke_key", &[&id_of(&gone)], said("reason"))
        .await;
    let plain = json!({"name": "Changed later"});
    let changed = texts.send(asks, "create_application", &[], plain).await;
    let changed = id_of(&changed);
    texts
        .send(asks, "update_application", &[&changed], described)
        .await;
    let plain = json!({"name": "Too loud"});
    let loud = texts.send(asks, "create_application", &[], plain).await;
    let loud = id_of(&loud);
    texts
        .send(decides, "suspend_application", &[&loud], said("reason"))
        .await;
    vec![made, changed, loud]
}

/// Questions of developers and what the API's owner says to them.
pub(super) async fn questions(texts: &mut Texts, root: &CiToken, people: &People) {
    let words = || json!({"text": text(4_000)});
    let asked = texts
        .send(&people.asks, "ask_question", &[API], words())
        .await;
    texts
        .send(root, "answer_question", &[API, &id_of(&asked)], words())
        .await;
    let rude = texts
        .send(&people.asks, "ask_question", &[API], words())
        .await;
    texts
        .send(root, "hide_comment", &[API, &id_of(&rude)], said("reason"))
        .await;
}
