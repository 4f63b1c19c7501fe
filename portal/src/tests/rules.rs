//! The page of a plan's rule: tried on the past, saved, and left alone where the form cannot show it.

use super::Stand;
use super::queue::{ask, stand};
use gatehouse_control_plane::plans::{self, PlanApproval, SetPlanApproval};
use gatehouse_control_plane::subscriptions;
use gatehouse_domain::EnvironmentKind;
use gatehouse_domain::approval::{ApprovalRule, RuleCondition, RuleMatch, RuleMode};

const PATH: &str = "/console/apis/petstore/plans/gold/approval";

async fn now(stand: &Stand) -> PlanApproval {
    let olga = stand.actor("olga@acme.test").await;
    let (api, plan) = ("petstore".into(), "gold".into());
    let now = plans::get_plan_approval(&stand.db, &olga, api, plan).await;
    now.unwrap()
}

fn form<'a>(version: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("row_version", version),
        ("mode", "enforce"),
        ("name", "small plans"),
        ("matching", "all"),
    ];
    form.extend_from_slice(more);
    form
}

#[tokio::test]
async fn a_rule_is_tried_on_the_past_and_then_decides() {
    let stand = stand().await;
    let olga = stand.actor("olga@acme.test").await;
    let past = ask(&stand, "Past", "gold").await.id;
    subscriptions::reject(&stand.db, &olga, past, "No")
        .await
        .unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let plans = owner.get("/console/plans").await.body;
    assert!(plans.contains(&format!("href=\"{PATH}\"")), "{plans}");
    owner.get(PATH).await;
    let version = now(&stand).await.row_version.to_string();
    let daily = [("daily", "100"), ("decide", "try")];
    let tried = owner.post(PATH, &form(&version, &daily)).await;
    assert_eq!(tried.status, 200, "{}", tried.body);
    for words in [
        "Of 1 request in the last 90 days the rule would have approved 1.",
        "<dt>It approves, people refused</dt><dd>1</dd>",
        "People refused some that it would have let in.",
        "value=\"100\"",
    ] {
        assert!(tried.body.contains(words), "{words}: {}", tried.body);
    }
    assert!(now(&stand).await.rule.is_none(), "trying stores nothing");
    let bad = [("daily", "few"), ("questions", "what"), ("due", "soon")];
    let refused = owner.post(PATH, &form(&version, &bad)).await;
    assert_eq!(refused.status, 422);
    for field in ["daily", "questions", "due"] {
        assert!(
            refused.body.contains(&format!("href=\"#f-{field}\"")),
            "{}",
            refused.body
        );
    }
    let none = owner.post(PATH, &form(&version, &[])).await;
    assert_eq!(none.status, 422, "a rule without a condition");
    let good = [
        ("daily", "100"),
        ("due", "3 hours"),
        (
            "questions",
            "volume | How many? | optional\nregion | Where? | optional | eu, us",
        ),
    ];
    let saved = owner.post(PATH, &form(&version, &good)).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let stale = owner.post(PATH, &form(&version, &good)).await;
    assert!(stale.status == 422 && stale.body.contains("Somebody changed this"));
    let stored = now(&stand).await;
    assert_eq!((stored.due_s, stored.questions.len()), (Some(10_800), 2));
    let granted = ask(&stand, "Next", "gold").await;
    assert_eq!(
        granted.decision.unwrap().rule.as_deref(),
        Some("small plans")
    );
    let page = owner.get(PATH).await.body;
    assert!(page.contains("region | Where? | optional | eu, us") && page.contains("3 hours"));
}

#[tokio::test]
async fn a_rule_the_form_cannot_show_stays_as_it_is() {
    let stand = stand().await;
    let olga = stand.actor("olga@acme.test").await;
    let rule = ApprovalRule {
        name: "both".into(),
        mode: RuleMode::Shadow,
        matching: RuleMatch::Any,
        conditions: vec![RuleCondition::Environment {
            environments: EnvironmentKind::ALL.to_vec(),
        }],
    };
    let input = SetPlanApproval {
        rule: Some(rule.clone()),
        due_s: None,
        questions: Vec::new(),
    };
    let (api, plan) = ("petstore".into(), "gold".into());
    plans::set_plan_approval(&stand.db, &olga, api, plan, None, input)
        .await
        .unwrap();
    let mut owner = stand.signed_in("olga@acme.test").await;
    let page = owner.get(PATH).await.body;
    assert!(
        page.contains("stays as it is") && !page.contains("name=\"mode\""),
        "{page}"
    );
    let version = now(&stand).await.row_version.to_string();
    let fields = [
        ("row_version", version.as_str()),
        ("due", "1 day"),
        ("mode", ""),
    ];
    assert_eq!(owner.post(PATH, &fields).await.status, 303);
    let stored = now(&stand).await;
    assert_eq!((stored.rule, stored.due_s), (Some(rule), Some(86_400)));
    let mut dev = stand.signed_in("dev@acme.test").await;
    assert_eq!(dev.get(PATH).await.status, 403);
}
