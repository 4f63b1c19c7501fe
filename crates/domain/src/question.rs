//! What an owner asks of whoever requests access to a plan, and the answers.

use crate::fault::Fault;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::api::words;
use crate::approval::PartFault;
use crate::slug::Slug;

/// Most questions of one plan.
pub const QUESTIONS_MAX: usize = 10;
/// Longest question, in characters.
pub const QUESTION_MAX: usize = 200;
/// Most choices of one question; at least 2.
pub const CHOICES_MAX: usize = 20;
/// Longest choice, in characters.
pub const CHOICE_MAX: usize = 80;
/// Longest answer in the requester's own words, in characters.
pub const ANSWER_MAX: usize = 1000;

words! {
    /// How a question is answered.
    QuestionKind {
        /// In the requester's own words.
        Text = "text",
        /// With one of the choices.
        Choice = "choice",
    }
}

/// A question of a plan's owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RequestQuestion {
    /// What an answer names it by: a slug, unique within the plan.
    pub key: String,
    /// As the requester reads it, 1 to 200 characters.
    pub text: String,
    /// How it is answered.
    pub kind: QuestionKind,
    /// Of a choice: 2 to 20 different ones of 1 to 80 characters.
    #[serde(default)]
    pub choices: Vec<String>,
    /// Whether a request without an answer is refused.
    #[serde(default)]
    pub required: bool,
}

/// An answer, with the question as it was put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestAnswer {
    /// The question's key.
    pub key: String,
    /// The question's text at that time.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// Every fault of a list of questions.
pub fn check_questions(questions: &[RequestQuestion]) -> Vec<PartFault> {
    let mut faults = Vec::new();
    if questions.len() > QUESTIONS_MAX {
        let (max, got) = (QUESTIONS_MAX, questions.len());
        let fault = Fault::Questions { max, got };
        faults.push(PartFault::new("", "too_many", fault));
    }
    let mut keys = BTreeSet::new();
    for (place, question) in questions.iter().enumerate() {
        let mut fault = |name: &str, code, fault: Fault| {
            faults.push(PartFault::new(format!("/{place}/{name}"), code, fault));
        };
        if let Err(invalid) = Slug::new(question.key.as_str()) {
            fault("key", "slug", Fault::QuestionKey(invalid));
        } else if !keys.insert(question.key.as_str()) {
            fault("key", "duplicate", Fault::SameKey);
        }
        if !is_line(&question.text, QUESTION_MAX) {
            fault("text", "length", Fault::Question { max: QUESTION_MAX });
        }
        let different: BTreeSet<_> = question.choices.iter().collect();
        let fits = match question.kind {
            QuestionKind::Text => question.choices.is_empty(),
            QuestionKind::Choice => {
                (2..=CHOICES_MAX).contains(&question.choices.len())
                    && different.len() == question.choices.len()
                    && question
                        .choices
                        .iter()
                        .all(|choice| is_line(choice, CHOICE_MAX))
            }
        };
        if !fits {
            let (max, length) = (CHOICES_MAX, CHOICE_MAX);
            fault("choices", "choices", Fault::Choices { max, length });
        }
    }
    faults
}

/// Reads answers by the keys of the questions, or says every fault with a pointer from the answers.
pub fn read_answers(
    questions: &[RequestQuestion],
    given: &BTreeMap<String, String>,
) -> Result<Vec<RequestAnswer>, Vec<PartFault>> {
    let mut faults = Vec::new();
    for key in given.keys() {
        if !questions.iter().any(|question| question.key == *key) {
            let fault = Fault::NotAsked;
            faults.push(PartFault::new(pointer(key), "unknown_question", fault));
        }
    }
    let mut answers = Vec::new();
    for question in questions {
        let answer = given.get(&question.key).map_or("", |answer| answer.trim());
        if answer.is_empty() {
            if question.required {
                let fault = Fault::Unanswered(question.text.clone());
                faults.push(PartFault::new(pointer(&question.key), "required", fault));
            }
            continue;
        }
        match fault_of(question, answer) {
            Some((code, fault)) => {
                faults.push(PartFault::new(pointer(&question.key), code, fault));
            }
            None => answers.push(RequestAnswer {
                key: question.key.clone(),
                question: question.text.clone(),
                answer: answer.to_owned(),
            }),
        }
    }
    if faults.is_empty() {
        Ok(answers)
    } else {
        Err(faults)
    }
}

fn fault_of(question: &RequestQuestion, answer: &str) -> Option<(&'static str, Fault)> {
    match question.kind {
        QuestionKind::Choice if !question.choices.iter().any(|choice| choice == answer) => Some((
            "not_a_choice",
            Fault::NotAChoice(question.choices.join(", ")),
        )),
        QuestionKind::Text if answer.chars().count() > ANSWER_MAX => Some((
            "too_long",
            Fault::TooLong {
                max: ANSWER_MAX,
                got: answer.chars().count(),
            },
        )),
        QuestionKind::Text
            if answer
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) =>
        {
            Some(("control_character", Fault::ControlCharacter))
        }
        QuestionKind::Choice | QuestionKind::Text => None,
    }
}

/// A key as a pointer; of a long one its beginning.
fn pointer(key: &str) -> String {
    let short: String = key.chars().take(60).collect();
    crate::pointer::join("", &short)
}

fn is_line(text: &str, max: usize) -> bool {
    let length = text.trim().chars().count();
    (1..=max).contains(&length) && !text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(key: &str, required: bool) -> RequestQuestion {
        RequestQuestion {
            key: key.to_owned(),
            text: "How many calls a day?".to_owned(),
            kind: QuestionKind::Text,
            choices: Vec::new(),
            required,
        }
    }

    fn choice(choices: &[&str]) -> RequestQuestion {
        RequestQuestion {
            kind: QuestionKind::Choice,
            choices: choices.iter().map(|&word| word.to_owned()).collect(),
            ..text("region", false)
        }
    }

    fn given(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pair = |&(key, answer): &(&str, &str)| (key.to_owned(), answer.to_owned());
        pairs.iter().map(pair).collect()
    }

    fn pointers(faults: Vec<PartFault>) -> Vec<String> {
        faults.into_iter().map(|fault| fault.pointer).collect()
    }

    #[test]
    fn every_bound_of_a_question_is_held() {
        let many = |count: usize| {
            let question = |n| text(&format!("q{n}"), false);
            (0..count).map(question).collect::<Vec<_>>()
        };
        assert!(check_questions(&many(QUESTIONS_MAX)).is_empty());
        assert_eq!(pointers(check_questions(&many(QUESTIONS_MAX + 1))), [""]);
        let long = |length| RequestQuestion {
            text: "a".repeat(length),
            ..text("long", false)
        };
        assert!(check_questions(&[long(QUESTION_MAX)]).is_empty());
        assert_eq!(
            pointers(check_questions(&[long(QUESTION_MAX + 1)])),
            ["/0/text"]
        );
        assert_eq!(
            pointers(check_questions(&[
                text("one", true),
                text("one", true),
                text("Two", true)
            ])),
            ["/1/key", "/2/key"]
        );
        for (choices, fits) in [
            (vec!["eu"], false),
            (vec!["eu", "us"], true),
            (vec!["eu", "eu"], false),
            (vec!["eu", " "], false),
        ] {
            assert_eq!(
                check_questions(&[choice(&choices)]).is_empty(),
                fits,
                "{choices:?}"
            );
        }
        let words: Vec<String> = (0..=CHOICES_MAX).map(|n| n.to_string()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        assert!(check_questions(&[choice(&words[..CHOICES_MAX])]).is_empty());
        assert_eq!(check_questions(&[choice(&words)]).len(), 1);
    }

    #[test]
    fn answers_are_held_to_the_questions() {
        let questions = [text("volume", true), choice(&["eu", "us"])];
        let read = |pairs: &[(&str, &str)]| read_answers(&questions, &given(pairs));
        let answers = read(&[("volume", " many "), ("region", "eu")]).unwrap();
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[0].answer, "many");
        assert_eq!(
            read(&[("volume", "many")]).unwrap().len(),
            1,
            "the other may be left out"
        );
        assert_eq!(
            pointers(read(&[("region", "mars"), ("a/b", "x")]).unwrap_err()),
            ["/a~1b", "/volume", "/region"]
        );
        assert!(read(&[("volume", &"a".repeat(ANSWER_MAX))]).is_ok());
        assert!(read(&[("volume", &"a".repeat(ANSWER_MAX + 1))]).is_err());
        assert!(read(&[("volume", "a\u{7}")]).is_err());
    }
}
