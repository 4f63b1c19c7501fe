//! What is wrong with a part of an approval rule, a question, an answer or a price.
//!
//! Faults are values, so that whoever tells a person can say them in that person's language; [`std::fmt::Display`] says them in English.

use crate::slug::InvalidSlug;

/// One thing to be written differently.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A rule without a name, or with a long one.
    #[error("Name the rule in 1 to {max} characters.")]
    RuleName {
        /// Characters.
        max: usize,
    },
    /// A rule without conditions, or with too many.
    #[error("Give 1 to {max} conditions; got {got}.")]
    Conditions {
        /// How many there may be.
        max: usize,
        /// How many there are.
        got: usize,
    },
    /// A condition without values, or with too many.
    #[error("Give 1 to {max}; got {got}.")]
    Values {
        /// How many there may be.
        max: usize,
        /// How many there are.
        got: usize,
    },
    /// No mail domain.
    #[error("Write a domain in lower case, such as acme.example; got '{0}'.")]
    Domain(String),
    /// No slug of a team.
    #[error("Name a team by its slug: {0}.")]
    Team(InvalidSlug),
    /// A bound that nothing is below.
    #[error("Use a number from 1; nothing is below 0.")]
    BelowZero,
    /// Too many questions.
    #[error("Ask at most {max} questions; got {got}.")]
    Questions {
        /// How many there may be.
        max: usize,
        /// How many there are.
        got: usize,
    },
    /// No slug of a question.
    #[error("Name the question by a slug: {0}.")]
    QuestionKey(InvalidSlug),
    /// Two questions of one key.
    #[error("Another question has this key.")]
    SameKey,
    /// A question that is empty, long or of several lines.
    #[error("Ask in 1 to {max} characters, on one line.")]
    Question {
        /// Characters.
        max: usize,
    },
    /// Choices that do not fit how the question is answered.
    #[error(
        "Give a choice 2 to {max} different ones of 1 to {length} characters, and a text none."
    )]
    Choices {
        /// How many there may be.
        max: usize,
        /// Characters of one.
        length: usize,
    },
    /// An answer to what was not asked.
    #[error("The plan does not ask this.")]
    NotAsked,
    /// No answer to the question of this text, which needs one.
    #[error("Answer this: {0}")]
    Unanswered(String),
    /// An answer that is none of these, separated by commas.
    #[error("Answer one of: {0}.")]
    NotAChoice(String),
    /// A text with more characters than are kept.
    #[error("Use at most {max} characters; this has {got}.")]
    TooLong {
        /// Characters that are kept.
        max: usize,
        /// Characters it has.
        got: usize,
    },
    /// A text with control characters.
    #[error("Remove the control characters.")]
    ControlCharacter,
    /// No currency.
    #[error("Use a code of ISO 4217, such as EUR; got '{0}'.")]
    Currency(String),
    /// An amount without a period.
    #[error("Say for how long the amount pays: a day, a month or a year.")]
    NoPeriod,
    /// A period without an amount.
    #[error("Say how much a period costs, or leave the period out.")]
    NoAmount,
    /// A price that says nothing.
    #[error("Say what a period costs, a thousand calls, or both.")]
    NoPrice,
    /// No amount of money.
    #[error(
        "Use a number such as 49.90, at most {whole} digits and {fraction} after the point; got '{got}'."
    )]
    Amount {
        /// Digits before the point.
        whole: usize,
        /// Digits after it.
        fraction: usize,
        /// What was given.
        got: String,
    },
}
