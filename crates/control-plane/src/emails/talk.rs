//! Mails about what is said of an API: questions, answers, and news for who follows it.

use super::letter::{Draft, Letter};
use gatehouse_language::t;

/// Tells who answers for an API what somebody asks.
pub fn question_asked(tenant: &str, api: &str, author: &str, text: &str, path: &str) -> Letter {
    Draft::new(
        "question_asked",
        t!("emails-question-about-from", api = api, author = author),
        t!("emails-asks-about", author = author, api = api),
    )
    .quote(Some(text))
    .say(t!("emails-answer-where-everybody-who-has-the"))
    .link(t!("emails-open-question"), path)
    .because(t!(
        "emails-you-get-this-because-you-answer",
        api = api,
        tenant = tenant
    ))
}

/// Tells who asked, or answered before, what somebody answers.
pub fn question_answered(tenant: &str, api: &str, author: &str, text: &str, path: &str) -> Letter {
    Draft::new(
        "question_answered",
        t!("emails-answer-about-from", api = api, author = author),
        t!(
            "emails-answered-a-question-about",
            author = author,
            api = api
        ),
    )
    .quote(Some(text))
    .link(t!("emails-open-question"), path)
    .because(t!(
        "emails-you-get-this-because-you-wrote",
        api = api,
        tenant = tenant
    ))
}

/// Tells who follows an API what happened to it: `what` is one line.
pub fn api_news(tenant: &str, api: &str, what: &str, path: &str) -> Letter {
    Draft::new(
        "api_news",
        format!("{api}: {what}"),
        format!("{api}: {what}."),
    )
    .link(t!("emails-open-changelog"), path)
    .because(t!(
        "emails-you-get-this-because-you-follow-2",
        api = api,
        tenant = tenant
    ))
}
