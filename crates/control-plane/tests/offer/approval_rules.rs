//! Rules that approve by themselves, tried on the past, in shadow; and what owners ask of requesters.

use std::collections::BTreeMap;

use gatehouse_control_plane::plans::{self, SetPlanApproval};
use gatehouse_control_plane::subscriptions::{
    self, AppChoice, ByPeople, RequestAccess, RequestFilter, SIMULATED_DAYS_MAX, SubscriptionView,
};
use gatehouse_control_plane::{Lookup, Page, Refusal};
use gatehouse_domain::approval::{ApprovalRule, RuleCondition, RuleMatch, RuleMode};
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::question::{QuestionKind, RequestQuestion};
use gatehouse_domain::subscription::ShownState;
use sqlx::AssertSqlSafe;

use crate::world::{World, faults, is_forbidden};

fn rule(mode: RuleMode, conditions: Vec<RuleCondition>) -> ApprovalRule {
    ApprovalRule {
        name: "internal teams".to_owned(),
        mode,
        matching: RuleMatch::All,
        conditions,
    }
}

fn domain_of(world: &World) -> RuleCondition {
    RuleCondition::MailDomain {
        domains: vec![format!("{}.example", world.tenant).replace('_', "-")],
    }
}

async fn set(world: &World, plan: &str, input: SetPlanApproval) {
    let set = plans::set_plan_approval(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from(plan),
        None,
        input,
    );
    set.await.unwrap();
}

async fn set_rule(world: &World, plan: &str, rule: ApprovalRule) {
    let input = SetPlanApproval {
        rule: Some(rule),
        ..SetPlanApproval::default()
    };
    set(world, plan, input).await;
}

/// Makes every address confirmed, or none.
async fn confirm_mails(world: &World, confirmed: bool) {
    let at = if confirmed { "now()" } else { "null" };
    let statement = format!("update app_user set email_verified_at = {at}");
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
}

fn decided_by_rule(view: &SubscriptionView) -> Option<&str> {
    let decision = view.decision.as_ref()?;
    assert!(decision.by.is_none(), "a rule is nobody");
    decision.rule.as_deref()
}

#[tokio::test]
async fn a_rule_approves_what_it_holds_for_and_its_name_is_the_decision() {
    let world = World::create().await;
    confirm_mails(&world, true).await;
    set_rule(
        &world,
        "team",
        rule(RuleMode::Enforce, vec![domain_of(&world)]),
    )
    .await;
    let granted = world.ask(&world.dora, "Shop", "team").await;
    assert_eq!(granted.shown, ShownState::Active);
    assert_eq!(decided_by_rule(&granted), Some("internal teams"));
    assert_eq!(
        granted.decision.unwrap().reason,
        "Approved by the rule 'internal teams'."
    );
    assert_eq!(
        world
            .count("select count(*) from approval_request where rule->>'holds' = 'true' and state = 'approved'")
            .await,
        1
    );
    // Nobody is active without a decision.
    assert_eq!(
        world
            .count("select count(*) from subscription s where state = 'active' and not exists
                    (select from approval_request r join approval_decision d on d.request_id = r.id where r.subscription_id = s.id)")
            .await,
        0
    );
    // An address that nobody confirmed may be anybody's.
    confirm_mails(&world, false).await;
    let asked = world.ask(&world.dora, "Other", "team").await;
    assert_eq!(asked.shown, ShownState::Pending);
    let seen = world.get(&world.ana, asked.id).await;
    let judged = seen.open_requests[0].rule.as_ref().unwrap();
    assert!(!judged.holds && !judged.checks[0].holds);
    assert!(
        asked.open_requests[0].rule.is_none(),
        "who asks is not told how to be spared a decision"
    );
}

#[tokio::test]
async fn a_rule_never_gives_back_what_the_provider_took_away() {
    let world = World::create().await;
    set_rule(
        &world,
        "team",
        rule(
            RuleMode::Enforce,
            vec![RuleCondition::TeamKind {
                kinds: vec![gatehouse_domain::approval::AskingTeam::Personal],
            }],
        ),
    )
    .await;
    let granted = world.ask(&world.dora, "Shop", "team").await;
    assert_eq!(granted.shown, ShownState::Active);
    subscriptions::revoke(&world.db, &world.ana, granted.id, "abuse")
        .await
        .unwrap();
    let again = world.wish(crate::world::existing(&granted), "team");
    let again = world.request(&world.dora, again).await.unwrap().value;
    assert_eq!(again.shown, ShownState::Pending);
    assert!(again.decision.is_none());
}

#[tokio::test]
async fn a_rule_in_shadow_or_on_a_plan_for_two_people_records_and_leaves_it_to_people() {
    let world = World::create().await;
    let always = |mode| {
        rule(
            mode,
            vec![RuleCondition::DailyRequestsBelow { requests: 1001 }],
        )
    };
    set_rule(&world, "team", always(RuleMode::Shadow)).await;
    let asked = world.ask(&world.dora, "Shop", "team").await;
    assert_eq!(asked.shown, ShownState::Pending);
    let (everything, page) = (RequestFilter::default(), Page::default());
    let queue = subscriptions::list_requests(&world.db, &world.ana, &everything, &page);
    let judged = queue.await.unwrap().data[0].rule.clone().unwrap();
    assert!(judged.holds && judged.mode == RuleMode::Shadow);
    let approved = world.approve(&world.ana, asked.id).await.unwrap().value;
    assert_eq!(approved.decision.unwrap().by.unwrap().name, "Ana");
    // Two people are not replaced, and nobody may pretend they were.
    let refused = plans::set_plan_approval(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from("vault"),
        None,
        SetPlanApproval {
            rule: Some(always(RuleMode::Enforce)),
            ..SetPlanApproval::default()
        },
    );
    assert_eq!(faults(refused.await), ["/rule/mode"]);
    // Not even where the plan came to need two people after its rule.
    set_rule(&world, "team", always(RuleMode::Enforce)).await;
    let two = plans::UpdatePlan {
        approval: Some(ApprovalMode::TwoPerson),
        ..plans::UpdatePlan::default()
    };
    plans::update_plan(
        &world.db,
        &world.paul,
        world.api(),
        Lookup::from("team"),
        None,
        two,
    )
    .await
    .unwrap();
    let two = world.ask(&world.dora, "Two", "team").await;
    assert_eq!(two.shown, ShownState::Pending);
    assert_eq!(two.approvals.required, 2);
    // A rule that is off is asked nothing.
    set_rule(&world, "team", always(RuleMode::Off)).await;
    let off = world.ask(&world.dora, "Off", "team").await;
    assert!(
        world.get(&world.ana, off.id).await.open_requests[0]
            .rule
            .is_none()
    );
}

#[tokio::test]
async fn a_rule_also_decides_plan_changes_and_renewals() {
    let world = World::create().await;
    let always = rule(
        RuleMode::Enforce,
        vec![RuleCondition::DailyRequestsBelow { requests: 1001 }],
    );
    world
        .plan("month", ApprovalMode::Manual, |plan| {
            plan.max_subscription_days = Some(30);
        })
        .await;
    set_rule(&world, "month", always).await;
    let granted = world.approved("Shop", "team").await;
    let moved = subscriptions::request_plan_change(
        &world.db,
        &world.dora,
        granted.id,
        Lookup::from("month"),
        "",
    );
    let moved = moved.await.unwrap().value;
    assert_eq!(moved.plan.slug, "month");
    world.pass(29 * 86_400);
    let end = moved.ends_at.unwrap();
    let renewed = subscriptions::renew(&world.db, &world.dora, granted.id, "");
    assert!(renewed.await.unwrap().value.ends_at.unwrap() > end);
    assert_eq!(
        world
            .count("select count(*) from approval_decision where rule = 'internal teams' and actor_id is null")
            .await,
        2
    );
}

#[tokio::test]
async fn faults_of_a_rule_are_named_by_their_place_and_only_owners_of_plans_set_one() {
    let world = World::create().await;
    let set = |actor, expected, input| {
        plans::set_plan_approval(
            &world.db,
            actor,
            world.api(),
            Lookup::from("team"),
            expected,
            input,
        )
    };
    let faulty = SetPlanApproval {
        rule: Some(rule(
            RuleMode::Enforce,
            vec![
                RuleCondition::Team {
                    teams: vec!["nowhere".to_owned(), "No".to_owned()],
                },
                RuleCondition::DailyRequestsBelow { requests: 0 },
            ],
        )),
        due_s: Some(59),
        questions: vec![RequestQuestion {
            key: "Volume".to_owned(),
            text: "How many?".to_owned(),
            kind: QuestionKind::Text,
            choices: Vec::new(),
            required: true,
        }],
    };
    let before = world.footprint().await;
    let mut named = faults(set(&world.paul, None, faulty.clone()).await);
    named.sort();
    assert_eq!(
        named,
        [
            "/due_s",
            "/questions/0/key",
            "/rule/conditions/0/teams/0",
            "/rule/conditions/0/teams/1",
            "/rule/conditions/1/requests"
        ]
    );
    assert!(is_forbidden(
        &set(&world.ana, None, SetPlanApproval::default()).await
    ));
    assert_eq!(world.footprint().await, before);
    for (due_s, fits) in [(60, true), (7_776_000, true), (7_776_001, false)] {
        let input = SetPlanApproval {
            due_s: Some(due_s),
            ..SetPlanApproval::default()
        };
        assert_eq!(set(&world.paul, None, input).await.is_ok(), fits, "{due_s}");
    }
    let current =
        plans::get_plan_approval(&world.db, &world.paul, world.api(), Lookup::from("team"));
    let current = current.await.unwrap();
    assert_eq!((current.row_version, current.due_s), (3, Some(7_776_000)));
    assert!(matches!(
        set(&world.paul, Some(2), SetPlanApproval::default()).await,
        Err(Refusal::Stale { current: 3 })
    ));
    // Who only asks sees the questions, not the rule.
    set_rule(
        &world,
        "team",
        rule(RuleMode::Shadow, vec![domain_of(&world)]),
    )
    .await;
    let seen =
        |actor| plans::get_plan_approval(&world.db, actor, world.api(), Lookup::from("team"));
    assert!(seen(&world.ana).await.unwrap().rule.is_some());
    assert!(seen(&world.dora).await.unwrap().rule.is_none());
}

#[tokio::test]
async fn a_rule_tried_on_the_past_is_held_against_what_people_decided() {
    let world = World::create().await;
    confirm_mails(&world, true).await;
    let old = world.ask(&world.dora, "Old", "team").await;
    world.approve(&world.ana, old.id).await.unwrap();
    world.pass(11 * 86_400);
    let approved = world.ask(&world.dora, "Approved", "team").await;
    world.approve(&world.ana, approved.id).await.unwrap();
    world.pass(1);
    let refused = world.ask(&world.dora, "Refused", "team").await;
    subscriptions::reject(&world.db, &world.ana, refused.id, "no")
        .await
        .unwrap();
    world.pass(1);
    let waiting = world.ask(&world.eli, "Waiting", "team").await;
    world.ask(&world.dora, "Elsewhere", "vault").await;
    // What an approver granted without a request is none of it.
    let granted = world.wish(crate::world::existing(&refused), "team");
    subscriptions::grant(&world.db, &world.ana, granted, "sorry")
        .await
        .unwrap();
    let doras = RuleCondition::Team {
        teams: vec![approved.application.team.slug.clone()],
    };
    let tried = |actor, rule, days| {
        subscriptions::simulate_rule(
            &world.db,
            actor,
            world.api(),
            Lookup::from("team"),
            rule,
            days,
        )
    };
    let before = world.footprint().await;
    let found = tried(&world.paul, Some(rule(RuleMode::Off, vec![doras])), 10)
        .await
        .unwrap();
    assert_eq!(world.footprint().await, before, "nothing is changed by it");
    assert_eq!((found.requests, found.would_approve), (3, 2));
    assert_eq!((found.agreed_approve, found.contradicted), (1, 1));
    assert_eq!((found.left_approved, found.left_rejected), (0, 0));
    assert!(!found.truncated);
    let items: Vec<_> = found
        .items
        .iter()
        .map(|item| (item.subscription, item.would_approve, item.by_people))
        .collect();
    assert_eq!(
        items,
        [
            (refused.id, true, ByPeople::Rejected),
            (waiting.id, false, ByPeople::Waiting),
            (approved.id, true, ByPeople::Approved),
        ]
    );
    let wider = tried(
        &world.paul,
        Some(rule(RuleMode::Off, vec![domain_of(&world)])),
        12,
    );
    assert_eq!(wider.await.unwrap().requests, 4);
    assert_eq!(faults(tried(&world.paul, None, 10).await), ["/rule"]);
    assert!(is_forbidden(&tried(&world.dora, None, 10).await));
    let own = rule(RuleMode::Off, vec![domain_of(&world)]);
    for (days, fits) in [
        (0, false),
        (1, true),
        (SIMULATED_DAYS_MAX, true),
        (SIMULATED_DAYS_MAX + 1, false),
    ] {
        assert_eq!(
            tried(&world.paul, Some(own.clone()), days).await.is_ok(),
            fits,
            "{days}"
        );
    }
}

#[tokio::test]
async fn a_request_answers_the_owners_questions() {
    let world = World::create().await;
    let question = |key: &str, kind, required| RequestQuestion {
        key: key.to_owned(),
        text: format!("What about {key}?"),
        kind,
        choices: match kind {
            QuestionKind::Text => Vec::new(),
            QuestionKind::Choice => vec!["eu".to_owned(), "us".to_owned()],
        },
        required,
    };
    let input = SetPlanApproval {
        questions: vec![
            question("volume", QuestionKind::Text, true),
            question("region", QuestionKind::Choice, false),
        ],
        ..SetPlanApproval::default()
    };
    set(&world, "team", input).await;
    let wish = |answers: &[(&str, &str)]| RequestAccess {
        answers: answers
            .iter()
            .map(|(key, answer)| ((*key).to_owned(), (*answer).to_owned()))
            .collect::<BTreeMap<_, _>>(),
        ..world.wish(
            AppChoice::New {
                name: "Shop".to_owned(),
                team: None,
            },
            "team",
        )
    };
    let before = world.footprint().await;
    assert_eq!(
        faults(
            world
                .request(&world.dora, wish(&[("region", "mars"), ("colour", "red")]))
                .await
        ),
        ["/answers/colour", "/answers/volume", "/answers/region"]
    );
    assert_eq!(
        world.footprint().await,
        before,
        "not even the application was made"
    );
    let asked = world
        .request(&world.dora, wish(&[("volume", "a lot")]))
        .await;
    let asked = asked.unwrap().value;
    // Questions may change; what was asked and answered stays.
    set(&world, "team", SetPlanApproval::default()).await;
    let seen = world.get(&world.ana, asked.id).await;
    assert_eq!(seen.answers.len(), 1);
    assert_eq!(seen.answers[0].question, "What about volume?");
    assert_eq!(seen.answers[0].answer, "a lot");
    assert!(world.request(&world.eli, wish(&[])).await.is_ok());
}

#[tokio::test]
async fn who_waits_longest_is_first_over_all_pages() {
    let world = World::create().await;
    let mut asked = Vec::new();
    for number in 0..7 {
        asked.push(
            world
                .ask(&world.dora, &format!("App {number}"), "team")
                .await
                .id,
        );
        world.pass(60);
    }
    // A question about an old subscription is young.
    world.approve(&world.ana, asked[0]).await.unwrap();
    subscriptions::request_plan_change(&world.db, &world.dora, asked[0], Lookup::from("vault"), "")
        .await
        .unwrap();
    world.pass(60);
    let mine = world.ask(&world.ana, "Mine", "team").await.id;
    let list = async |filter: &RequestFilter| {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = Page { limit: 3, after };
            let listed = subscriptions::list_requests(&world.db, &world.ana, filter, &page)
                .await
                .unwrap();
            seen.extend(listed.data);
            after = listed.next;
            if after.is_none() {
                return seen;
            }
        }
    };
    let ids = |rows: &[subscriptions::RequestRow]| {
        rows.iter()
            .map(|row| row.subscription.id)
            .collect::<Vec<_>>()
    };
    let all = list(&RequestFilter::default()).await;
    let mut expected = asked[1..].to_vec();
    expected.extend([asked[0], mine]);
    assert_eq!(ids(&all), expected);
    assert_eq!(all[0].age_s, 7 * 60);
    let for_me = RequestFilter {
        for_me: true,
        ..RequestFilter::default()
    };
    assert_eq!(
        ids(&list(&for_me).await),
        expected[..7],
        "her own is not hers to decide"
    );
    let of_one = RequestFilter {
        application: Some(Lookup::from("app-3")),
        ..RequestFilter::default()
    };
    assert_eq!(ids(&list(&of_one).await), [asked[3]]);
    let overdue = RequestFilter {
        overdue: true,
        ..RequestFilter::default()
    };
    assert!(list(&overdue).await.is_empty());
    world.pass(2 * 86_400 - 7 * 60);
    assert_eq!(ids(&list(&overdue).await), [asked[1]]);
}
