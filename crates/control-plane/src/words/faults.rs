//! What the domain finds wrong, in the reader's language.

use gatehouse_domain::AccentFault;
use gatehouse_domain::backend_secret::BadReference;
use gatehouse_domain::email::InvalidEmail;
use gatehouse_domain::fault::Fault;
use gatehouse_domain::plan::InvalidLimit;
use gatehouse_domain::slug::InvalidSlug;
use gatehouse_language::t;

/// A fault that can be said to a person. In English it is said as its `Display` says it.
pub(crate) trait Said {
    /// What is wrong and what to write instead.
    fn said(&self) -> String;

    /// The same as a sentence.
    fn sentence(&self) -> String {
        let mut words = self.said();
        if let Some(first) = words.get(..1).map(str::to_uppercase) {
            words.replace_range(..1, &first);
        }
        words.push('.');
        words
    }
}

impl Said for InvalidSlug {
    fn said(&self) -> String {
        match self {
            Self::Length(text, length) => {
                t!("fault-slug-length", text = text, length = *length)
            }
            Self::Character(text, letter) => {
                t!(
                    "fault-slug-character",
                    text = text,
                    letter = &letter.to_string()
                )
            }
            Self::Shape(text) => t!("fault-slug-shape", text = text),
            Self::Reserved(text) => t!("fault-slug-reserved", text = text),
        }
    }
}

impl Said for InvalidEmail {
    fn said(&self) -> String {
        t!("fault-email")
    }
}

impl Said for AccentFault {
    fn said(&self) -> String {
        match self {
            Self::NotAColour => t!("fault-colour"),
            Self::TooLight { chosen, nearest } => t!(
                "fault-colour-light",
                chosen = &chosen.to_string(),
                nearest = &nearest.to_string()
            ),
        }
    }
}

impl Said for InvalidLimit {
    fn said(&self) -> String {
        match self {
            Self::Amount { max, got } => {
                t!("fault-limit-amount", max = *max, got = got.to_string())
            }
            Self::Window(seconds) => t!("fault-limit-window", got = *seconds),
        }
    }
}

impl Said for BadReference {
    fn said(&self) -> String {
        t!("fault-backend-secret")
    }
}

impl Said for Fault {
    fn said(&self) -> String {
        match self {
            Self::RuleName { max } => t!("fault-rule-name", max = *max),
            Self::Conditions { max, got } => t!("fault-conditions", max = *max, got = *got),
            Self::Values { max, got } => t!("fault-values", max = *max, got = *got),
            Self::Domain(got) => t!("fault-domain", got = got),
            Self::Team(fault) => t!("fault-team", fault = &fault.said()),
            Self::BelowZero => t!("fault-below-zero"),
            Self::Questions { max, got } => t!("fault-questions", max = *max, got = *got),
            Self::QuestionKey(fault) => t!("fault-question-key", fault = &fault.said()),
            Self::SameKey => t!("fault-same-key"),
            Self::Question { max } => t!("fault-question", max = *max),
            Self::Choices { max, length } => t!("fault-choices", max = *max, length = *length),
            Self::NotAsked => t!("fault-not-asked"),
            Self::Unanswered(question) => t!("fault-unanswered", question = question),
            Self::NotAChoice(choices) => t!("fault-not-a-choice", choices = choices),
            Self::TooLong { max, got } => t!("fault-too-long", max = *max, got = *got),
            Self::ControlCharacter => t!("fault-control-character"),
            Self::Currency(got) => t!("fault-currency", got = got),
            Self::NoPeriod => t!("fault-no-period"),
            Self::NoAmount => t!("fault-no-amount"),
            Self::NoPrice => t!("fault-no-price"),
            Self::Amount {
                whole,
                fraction,
                got,
            } => t!(
                "fault-amount",
                whole = *whole,
                fraction = *fraction,
                got = got
            ),
        }
    }
}
