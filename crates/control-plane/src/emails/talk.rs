//! Mails about what is said of an API: questions, answers, and news for who follows it.

use super::letter::{Draft, Letter};

/// Tells who answers for an API what somebody asks.
pub fn question_asked(tenant: &str, api: &str, author: &str, text: &str, path: &str) -> Letter {
    Draft::new(
        "question_asked",
        &format!("Question about {api} from {author}"),
        &format!("{author} asks about {api}."),
    )
    .quote(Some(text))
    .say("Answer where everybody who has the same question reads it.")
    .link("Open question", path)
    .because(&format!(
        "You get this because you answer for {api} at {tenant}."
    ))
}

/// Tells who asked, or answered before, what somebody answers.
pub fn question_answered(tenant: &str, api: &str, author: &str, text: &str, path: &str) -> Letter {
    Draft::new(
        "question_answered",
        &format!("Answer about {api} from {author}"),
        &format!("{author} answered a question about {api}."),
    )
    .quote(Some(text))
    .link("Open question", path)
    .because(&format!(
        "You get this because you wrote there, or answer for {api}, at {tenant}."
    ))
}

/// Tells who follows an API what happened to it: `what` is one line.
pub fn api_news(tenant: &str, api: &str, what: &str, path: &str) -> Letter {
    Draft::new(
        "api_news",
        &format!("{api}: {what}"),
        &format!("{api}: {what}."),
    )
    .link("Open changelog", path)
    .because(&format!(
        "You get this because you follow {api} at {tenant}. Its page has the button that stops it."
    ))
}
