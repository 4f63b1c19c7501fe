//! Questions about an API, answers, what is hidden, and who follows.

use gatehouse_control_plane::apis::{self, UpdateApi};
use gatehouse_control_plane::changelog::{self, EntryInput};
use gatehouse_control_plane::following::{follow_api, list_followed, unfollow_api};
use gatehouse_control_plane::questions::{
    self, ANSWERS_MAX, PER_HOUR_MAX, QuestionView, TEXT_MAX, answer_question, ask_question,
};
use gatehouse_control_plane::versions::{self, Deprecate};
use gatehouse_control_plane::{Actor, Page, Refusal};
use gatehouse_domain::id::CommentId;
use gatehouse_domain::{Role, Visibility};
use time::Duration;

use crate::deadlines::told;
use crate::world::{World, conflict, faults, is_forbidden, is_not_found, make_tenant, member};

async fn ask(world: &World, actor: &Actor, text: &str) -> Result<CommentId, Refusal> {
    world.pass(1);
    let asked = ask_question(&world.db, actor, world.api(), text).await?;
    Ok(asked.value.id)
}

async fn answer(
    world: &World,
    actor: &Actor,
    question: CommentId,
    text: &str,
) -> Result<CommentId, Refusal> {
    world.pass(1);
    let answered = answer_question(&world.db, actor, world.api(), question, text).await?;
    Ok(answered.value.id)
}

async fn seen(world: &World, actor: &Actor) -> Vec<QuestionView> {
    let page = Page::default();
    let found = questions::list_questions(&world.db, actor, world.api(), &page).await;
    found.unwrap().listed.data
}

#[tokio::test]
async fn who_answers_for_an_api_is_told_of_questions_and_who_asked_of_answers() {
    let world = World::create().await;
    let text = "  How <b>many</b> pets?\n";
    let question = ask(&world, &world.dora, text).await.unwrap();
    let keepers = told(&world, "question_asked").await;
    assert!(keepers.contains(&"Paul".to_owned()), "{keepers:?}");
    assert!(!keepers.contains(&"Dora".to_owned()), "{keepers:?}");
    answer(&world, &world.paul, question, "As many as you like.")
        .await
        .unwrap();
    assert_eq!(told(&world, "question_answered").await, ["Dora"]);
    // Somebody else's answer concerns both who wrote there and the team.
    answer(&world, &world.eli, question, "I have 7.")
        .await
        .unwrap();
    let now = told(&world, "question_answered").await;
    assert!(
        now.len() > 2 && now.iter().filter(|name| *name == "Dora").count() == 2,
        "{now:?}"
    );
    assert_eq!(
        now.iter().filter(|name| *name == "Paul").count(),
        1,
        "once: {now:?}"
    );
    let found = seen(&world, &world.dora).await;
    assert_eq!(found[0].question.text, "How <b>many</b> pets?");
    assert!(!found[0].question.from_team);
    let answers: Vec<_> = found[0]
        .answers
        .iter()
        .map(|one| (one.author.name.as_str(), one.from_team))
        .collect();
    assert_eq!(answers, [("Paul", true), ("Eli", false)]);
    // Who does not find the API reads and writes nothing.
    let elsewhere = make_tenant(&world.db, "elsewhere").await;
    let stranger = member(&world.db, elsewhere, "sam", Role::Owner).await;
    assert!(is_not_found(&ask(&world, &stranger, "Hi").await));
    assert!(is_not_found(
        &answer(&world, &stranger, question, "Hi").await
    ));
    let page = Page::default();
    let read = questions::list_questions(&world.db, &stranger, world.api(), &page).await;
    assert!(is_not_found(&read));
    let private = UpdateApi {
        visibility: Some(Visibility::Private),
        ..UpdateApi::default()
    };
    apis::update_api(&world.db, &world.paul, world.api(), None, private)
        .await
        .unwrap();
    assert!(is_not_found(
        &answer(&world, &world.dora, question, "Hi").await
    ));
}

#[tokio::test]
async fn what_is_written_is_bounded_in_length_in_number_and_in_an_hour() {
    let world = World::create().await;
    for (text, ok) in [
        (String::new(), false),
        ("a".repeat(TEXT_MAX - 1), true),
        ("a".repeat(TEXT_MAX), true),
        ("a".repeat(TEXT_MAX + 1), false),
    ] {
        let asked = ask(&world, &world.dora, &text).await;
        assert_eq!(asked.is_ok(), ok, "{}", text.len());
        if !ok {
            assert_eq!(faults(asked), ["/text"]);
        }
    }
    let question = ask(&world, &world.dora, "How many?").await.unwrap();
    let written = 3;
    for _ in written..PER_HOUR_MAX {
        answer(&world, &world.dora, question, "More.")
            .await
            .unwrap();
    }
    let Err(Refusal::TooMany(seconds)) = ask(&world, &world.dora, "Again?").await else {
        panic!("one more than fits into an hour");
    };
    assert!((3_500..=3_600).contains(&seconds), "{seconds}");
    assert!(
        ask(&world, &world.eli, "And I?").await.is_ok(),
        "others go on"
    );
    world.pass(seconds + 60);
    answer(&world, &world.dora, question, "An hour later.")
        .await
        .unwrap();
    let fill = "insert into api_comment (id, tenant_id, api_id, question_id, author_id, from_team, body, created_at)
                select gen_random_uuid(), tenant_id, api_id, question_id, author_id, false, 'x', created_at - interval '1 day'
                from api_comment c, generate_series(1, 200) n
                where c.body = 'An hour later.' and n <= 99 - (select count(*) from api_comment where question_id is not null)";
    sqlx::query(fill)
        .execute(&mut world.superuser().await)
        .await
        .unwrap();
    answer(&world, &world.eli, question, "The hundredth.")
        .await
        .unwrap();
    let full = conflict(answer(&world, &world.eli, question, "One more.").await);
    assert!(full.contains(&ANSWERS_MAX.to_string()), "{full}");
}

#[tokio::test]
async fn owners_hide_with_a_reason_and_authors_their_own() {
    let world = World::create().await;
    let db = &world.db;
    let question = ask(&world, &world.dora, "Buy shoes").await.unwrap();
    answer(&world, &world.eli, question, "No.").await.unwrap();
    let hide = |actor, reason| questions::hide_comment(db, actor, world.api(), question, reason);
    assert!(is_forbidden(&hide(&world.eli, "Mine").await));
    assert_eq!(faults(hide(&world.paul, " ").await), ["/reason"]);
    hide(&world.paul, "An advert.").await.unwrap();
    assert!(conflict(hide(&world.paul, "Again.").await).contains("already"));
    assert!(
        seen(&world, &world.eli).await.is_empty(),
        "with its answers"
    );
    for actor in [&world.dora, &world.paul] {
        let found = seen(&world, actor).await;
        assert_eq!(
            found[0].question.hidden_reason.as_deref(),
            Some("An advert.")
        );
    }
    assert!(is_not_found(
        &answer(&world, &world.eli, question, "Still no.").await
    ));
    let show = |actor| questions::show_comment(db, actor, world.api(), question);
    assert!(is_forbidden(&show(&world.dora).await));
    show(&world.paul).await.unwrap();
    assert_eq!(seen(&world, &world.eli).await.len(), 1);
    hide(&world.dora, "Settled.").await.unwrap();
    assert!(seen(&world, &world.eli).await.is_empty());
    // An answer is hidden alone, and nobody answers an answer.
    let other = ask(&world, &world.dora, "How many?").await.unwrap();
    let rude = answer(&world, &world.eli, other, "Rude.").await.unwrap();
    assert!(is_not_found(
        &answer(&world, &world.dora, rude, "To you.").await
    ));
    questions::hide_comment(db, &world.paul, world.api(), rude, "Rude.")
        .await
        .unwrap();
    assert!(seen(&world, &world.dora).await[0].answers.is_empty());
    while gatehouse_control_plane::outbox::dispatch(db).await.unwrap() > 0 {}
    let told = "select count(*) from notification where title like 'What you wrote about %'";
    assert_eq!(
        world.count(told).await,
        2,
        "not of what they hid themselves"
    );
}

#[tokio::test]
async fn followers_hear_of_descriptions_notes_and_deprecations_once() {
    let world = World::create().await;
    let db = &world.db;
    assert!(told(&world, "api_news").await.is_empty(), "nobody follows");
    for _ in 0..2 {
        follow_api(db, &world.eli, world.api()).await.unwrap();
    }
    // Dora uses it and follows it: a deprecation reaches her as a subscriber.
    world.approved("Shop", "team").await;
    follow_api(db, &world.dora, world.api()).await.unwrap();
    assert_eq!(list_followed(db, &world.eli).await.unwrap().len(), 1);
    let note = EntryInput {
        title: Some("A pause on Sunday".to_owned()),
        ..EntryInput::default()
    };
    changelog::add_entry(db, &world.paul, world.api(), note.clone())
        .await
        .unwrap();
    assert_eq!(told(&world, "api_news").await, ["Dora", "Eli"]);
    let sunset_at = db.clock().now() + Duration::days(400);
    let end = Deprecate {
        sunset_at,
        successor: None,
        guide: None,
    };
    versions::deprecate_version(db, &world.paul, world.api(), "v1", None, end)
        .await
        .unwrap();
    assert_eq!(told(&world, "api_news").await, ["Dora", "Eli", "Eli"]);
    unfollow_api(db, &world.eli, world.api()).await.unwrap();
    changelog::add_entry(db, &world.paul, world.api(), note.clone())
        .await
        .unwrap();
    assert_eq!(
        told(&world, "api_news").await,
        ["Dora", "Dora", "Eli", "Eli"]
    );
    // What somebody does not find any more is not told them.
    let private = UpdateApi {
        visibility: Some(Visibility::Private),
        ..UpdateApi::default()
    };
    apis::update_api(db, &world.paul, world.api(), None, private)
        .await
        .unwrap();
    changelog::add_entry(db, &world.paul, world.api(), note)
        .await
        .unwrap();
    assert_eq!(
        told(&world, "api_news").await,
        ["Dora", "Dora", "Eli", "Eli"]
    );
    assert!(is_not_found(&follow_api(db, &world.eli, world.api()).await));
}
