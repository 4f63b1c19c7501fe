//! Terms that requests accept, prices that are told, and plans for trying out.

use gatehouse_control_plane::legal::{self, CreateTerms};
use gatehouse_control_plane::plans::{self, CreatePlan, UpdatePlan};
use gatehouse_control_plane::subscriptions::{self, AcceptTerms, AppChoice, Conditions};
use gatehouse_control_plane::visibility::Viewer;
use gatehouse_control_plane::{Actor, Lookup, Refusal};
use gatehouse_domain::Role;
use gatehouse_domain::plan::ApprovalMode;
use gatehouse_domain::price::{Price, PricePeriod};

use crate::deadlines::told;
use crate::world::{
    World, conflict, faults, is_forbidden, is_not_found, make_tenant, member, unknown,
};

fn store_terms() -> CreateTerms {
    CreateTerms {
        slug: "store".to_owned(),
        title: "Store terms".to_owned(),
        markdown: "Be *good*.".to_owned(),
    }
}

fn plan(slug: &str) -> CreatePlan {
    CreatePlan {
        slug: slug.to_owned(),
        name: slug.to_owned(),
        approval: ApprovalMode::Auto,
        ..CreatePlan::default()
    }
}

impl World {
    async fn sign(
        &self,
        actor: &Actor,
        application: &str,
        plan: &str,
        accepts: Option<i32>,
    ) -> Result<subscriptions::SubscriptionView, Refusal> {
        let application = AppChoice::New {
            name: application.to_owned(),
            team: None,
        };
        let mut wish = self.wish(application, plan);
        wish.accepts_terms = accepts;
        self.request(actor, wish).await.map(|done| done.value)
    }
}

#[tokio::test]
async fn a_request_accepts_the_newest_terms_of_its_plan_and_says_which() {
    let world = World::create().await;
    let (db, paul, ada) = (&world.db, &world.paul, &world.ada);
    assert!(is_forbidden(
        &legal::create_terms(db, paul, store_terms()).await
    ));
    let nothing = CreateTerms {
        markdown: " ".to_owned(),
        ..store_terms()
    };
    assert_eq!(
        faults(legal::create_terms(db, ada, nothing).await),
        ["/markdown"]
    );
    legal::create_terms(db, ada, store_terms()).await.unwrap();
    assert!(conflict(legal::create_terms(db, ada, store_terms()).await).contains("already"));
    let named = |terms: &str| CreatePlan {
        terms: Some(terms.to_owned()),
        ..plan("signed")
    };
    let create = |input| plans::create_plan(db, paul, world.api(), input);
    assert_eq!(unknown(create(named("nothing")).await), "/terms");
    let made = create(named("store")).await.unwrap().value;
    assert_eq!(made.terms.unwrap().version, 1);
    assert_eq!(
        faults(world.sign(&world.dora, "One", "signed", None).await),
        ["/accepts_terms"]
    );
    assert_eq!(
        faults(world.sign(&world.dora, "One", "signed", Some(2)).await),
        ["/accepts_terms"]
    );
    let asked = world
        .sign(&world.dora, "One", "signed", Some(1))
        .await
        .unwrap();
    let accepted = asked.accepted_terms.unwrap();
    assert_eq!((accepted.slug.as_str(), accepted.version), ("store", 1));
    assert!(
        conflict(legal::publish_terms(db, ada, "store", None, "Be *good*.").await)
            .contains("says the same")
    );
    let stale = legal::publish_terms(db, ada, "store", Some(9), "Be better.").await;
    assert!(matches!(stale, Err(Refusal::Stale { current: 1 })));
    legal::publish_terms(db, ada, "store", Some(1), "Be better.")
        .await
        .unwrap();
    assert_eq!(
        faults(world.sign(&world.dora, "Two", "signed", Some(1)).await),
        ["/accepts_terms"]
    );
    world
        .sign(&world.dora, "Two", "signed", Some(2))
        .await
        .unwrap();
    let before = world.get(&world.dora, asked.id).await;
    assert_eq!(
        before.accepted_terms.unwrap().version,
        1,
        "what was accepted stays"
    );
    // Access without them does not move under them.
    let free = world
        .sign(&world.dora, "Three", "free", None)
        .await
        .unwrap();
    let moved = subscriptions::request_plan_change(
        db,
        &world.dora,
        free.id,
        Lookup::from("signed"),
        "More.",
    )
    .await;
    assert!(conflict(moved).contains("needs version 2 of Store terms"));
    // Everybody reads them, in the version they are shown, and no other tenant does.
    let nobody = Viewer::Anonymous(world.tenant);
    let first = legal::get_terms(db, &nobody, "store", Some(1))
        .await
        .unwrap();
    assert_eq!(first.html.as_str(), "<p>Be <em>good</em>.</p>\n");
    assert_eq!(
        legal::get_terms(db, &nobody, "store", None)
            .await
            .unwrap()
            .line
            .version,
        2
    );
    assert!(is_not_found(
        &legal::get_terms(db, &nobody, "store", Some(3)).await
    ));
    let elsewhere = make_tenant(db, "elsewhere").await;
    let stranger = member(db, elsewhere, "Sam", Role::Owner).await;
    assert!(is_not_found(
        &legal::get_terms(db, &Viewer::Member(&stranger), "store", None).await
    ));
    assert!(is_not_found(
        &legal::publish_terms(db, &stranger, "store", None, "Ours.").await
    ));
}

#[tokio::test]
async fn prices_are_checked_told_and_taken_back() {
    let world = World::create().await;
    let (db, paul) = (&world.db, &world.paul);
    let priced = |currency: &str, monthly: &str| CreatePlan {
        price: Some(Price {
            currency: currency.to_owned(),
            amount: Some(monthly.to_owned()),
            period: Some(PricePeriod::Month),
            per_thousand_calls: None,
        }),
        ..plan("priced")
    };
    let create = |input| plans::create_plan(db, paul, world.api(), input);
    assert_eq!(
        faults(create(priced("euro", "-1")).await),
        ["/price/currency", "/price/amount"]
    );
    let made = create(priced("EUR", "49.90")).await.unwrap().value;
    assert_eq!(made.price.unwrap().in_words(), "EUR 49.90 a month");
    let named = || Lookup::from("priced");
    let update = |input| plans::update_plan(db, paul, world.api(), named(), None, input);
    let kept = update(UpdatePlan::default()).await.unwrap().value;
    assert!(kept.price.is_some(), "what was not named stays");
    let taken = UpdatePlan {
        price: Some(None),
        ..UpdatePlan::default()
    };
    assert!(update(taken).await.unwrap().value.price.is_none());
}

#[tokio::test]
async fn a_team_tries_a_product_once_for_as_long_as_the_plan_says() {
    let world = World::create().await;
    let (db, paul) = (&world.db, &world.paul);
    let trial = CreatePlan {
        trial: true,
        ..plan("trial")
    };
    let create = |input| plans::create_plan(db, paul, world.api(), input);
    assert_eq!(faults(create(trial.clone()).await), ["/trial"]);
    let trial = CreatePlan {
        max_subscription_days: Some(14),
        ..trial
    };
    create(trial).await.unwrap();
    let named = || Lookup::from("trial");
    let endless = UpdatePlan {
        max_subscription_days: Some(None),
        ..UpdatePlan::default()
    };
    assert_eq!(
        faults(plans::update_plan(db, paul, world.api(), named(), None, endless).await),
        ["/trial"]
    );
    let free = world.sign(&world.eli, "Free", "free", None).await.unwrap();
    let back = subscriptions::request_plan_change(db, &world.eli, free.id, named(), "Try.").await;
    assert!(conflict(back).contains("with which access begins"));
    // Of rivals of one team, one gets it.
    let (one, two) = tokio::join!(
        world.sign(&world.dora, "One", "trial", None),
        world.sign(&world.dora, "Two", "trial", None),
    );
    let (granted, refused) = if one.is_ok() { (one, two) } else { (two, one) };
    let granted = granted.unwrap();
    assert!(conflict(refused).contains("asked for the trial"));
    assert_eq!(
        granted.ends_at.unwrap() - granted.starts_at.unwrap(),
        time::Duration::days(14)
    );
    world.pass(13 * 86_400);
    let renewal = subscriptions::renew(db, &world.dora, granted.id, "More.").await;
    assert!(conflict(renewal).contains("which is not renewed"));
    world.pass(30 * 86_400);
    assert!(
        conflict(world.sign(&world.dora, "Later", "trial", None).await)
            .contains("asked for the trial")
    );
    world
        .sign(&world.eli, "Other", "trial", None)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_newer_version_is_accepted_by_the_team_before_it_renews_or_moves() {
    let world = World::create().await;
    let (db, paul, ada, dora) = (&world.db, &world.paul, &world.ada, &world.dora);
    legal::create_terms(db, ada, store_terms()).await.unwrap();
    let signed = |slug: &str, approval| CreatePlan {
        terms: Some("store".to_owned()),
        max_subscription_days: Some(30),
        approval,
        ..plan(slug)
    };
    for (slug, approval) in [
        ("signed", ApprovalMode::Auto),
        ("better", ApprovalMode::Auto),
    ] {
        plans::create_plan(db, paul, world.api(), signed(slug, approval))
            .await
            .unwrap();
    }
    plans::create_plan(
        db,
        paul,
        world.api(),
        CreatePlan {
            approval: ApprovalMode::Manual,
            ..plan("asked")
        },
    )
    .await
    .unwrap();
    let access = world.sign(dora, "One", "signed", Some(1)).await.unwrap();
    assert!(access.terms_to_accept.is_none());
    assert!(told(&world, "terms_changed").await.is_empty());
    legal::publish_terms(db, ada, "store", None, "Be better.")
        .await
        .unwrap();
    // Once, and nobody else.
    assert_eq!(told(&world, "terms_changed").await, ["Dora"]);
    let now = world.get(dora, access.id).await;
    assert_eq!(now.terms_to_accept.unwrap().version, 2);
    assert_eq!(now.shown, access.shown, "it goes on meanwhile");

    world.pass(29 * 86_400);
    let renew = || subscriptions::renew(db, dora, access.id, "More.");
    assert!(conflict(renew().await).contains("version 2 of Store terms"));
    let better = || Lookup::from("better");
    let moved = subscriptions::request_plan_change(db, dora, access.id, better(), "").await;
    assert!(conflict(moved).contains("accept it first"));
    let accept = async |actor: &Actor, version: i32| {
        let input = AcceptTerms {
            terms: "store".to_owned(),
            version,
        };
        subscriptions::accept_terms(db, actor, access.id, &input).await
    };
    assert_eq!(faults(accept(dora, 1).await), ["/version"]);
    assert_eq!(faults(accept(dora, 3).await), ["/version"]);
    let nothing = AcceptTerms {
        terms: "nothing".to_owned(),
        version: 1,
    };
    let nothing = subscriptions::accept_terms(db, dora, access.id, &nothing).await;
    assert_eq!(unknown(nothing), "/terms");
    assert!(
        is_not_found(&accept(&world.eli, 2).await),
        "other teams accept nothing"
    );
    assert!(accept(paul, 2).await.is_err(), "nor does the provider");
    let elsewhere = make_tenant(db, "elsewhere").await;
    let stranger = member(db, elsewhere, "Sam", Role::Owner).await;
    assert!(is_not_found(&accept(&stranger, 2).await));
    let (one, two) = tokio::join!(accept(dora, 2), accept(dora, 2));
    assert!(one.is_ok() != two.is_ok(), "rivals accept once");
    let refused = if one.is_ok() { two } else { one };
    assert!(conflict(refused).contains("accepted already"));
    let now = world.get(dora, access.id).await;
    assert_eq!(now.accepted_terms.unwrap().version, 2);
    assert!(now.terms_to_accept.is_none());
    renew().await.unwrap();
    let moved = subscriptions::request_plan_change(db, dora, access.id, better(), "").await;
    assert_eq!(moved.unwrap().value.plan.slug, "better");

    // An approver moves nobody under terms they have not accepted.
    let asked = world.sign(dora, "Two", "asked", None).await.unwrap();
    let other = Conditions {
        plan: Some(Lookup::from("signed")),
        ..Conditions::default()
    };
    let agreed = subscriptions::approve(db, &world.ana, asked.id, other).await;
    assert!(conflict(agreed).contains("let them ask for that plan"));
}
