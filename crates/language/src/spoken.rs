//! The language of what runs: set once where work begins, and read where words are made.

use gatehouse_domain::Language;

tokio::task_local! {
    static SPOKEN: Language;
}

/// The language of this task. English where nobody set one.
pub fn spoken() -> Language {
    SPOKEN
        .try_with(|language| *language)
        .unwrap_or(Language::English)
}

/// Does some work in a language. What it spawns does not inherit it.
pub fn speaking<F: Future>(language: Language, work: F) -> impl Future<Output = F::Output> {
    SPOKEN.scope(language, work)
}

/// The same for work that waits for nothing, such as the text of one mail.
pub fn speaking_now<T>(language: Language, work: impl FnOnce() -> T) -> T {
    SPOKEN.sync_scope(language, work)
}
