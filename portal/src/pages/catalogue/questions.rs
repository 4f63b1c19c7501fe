//! What owners ask of a requester, as controls of the request form: it asks the questions of every plan and offers its terms,
//! before it knows which one is taken.

use super::request::PlanTermsChoice;
use crate::page_error::PageError;
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::Link;
use crate::view::shell::Shell;
use gatehouse_control_plane::Refusal;
use gatehouse_control_plane::plans::PlanView;
use gatehouse_domain::question::{ANSWER_MAX, QuestionKind, RequestQuestion};
use gatehouse_language::t;
use gatehouse_problem::ProblemKind;
use std::collections::BTreeMap;

/// The field that answers a question of a plan: `answer.gold.volume`. Plan and key are slugs, which have no dot.
pub(super) fn name(plan: &str, key: &str) -> String {
    format!("answer.{plan}.{key}")
}

/// One control for each question of a plan, with what was answered before.
pub(super) fn fields(
    plan: &PlanView,
    given: &BTreeMap<String, String>,
    faults: &Faults,
) -> Vec<Field> {
    let questions = plan.questions.iter();
    questions
        .map(|question| {
            let name = name(&plan.slug, &question.key);
            let value = given.get(&name).cloned().unwrap_or_default();
            field(name, question).value(value).faults(faults)
        })
        .collect()
}

fn field(name: String, question: &RequestQuestion) -> Field {
    let label = question.text.clone();
    let field = match question.kind {
        QuestionKind::Text => {
            Field::area(name, label, u32::try_from(ANSWER_MAX).unwrap_or(u32::MAX))
        }
        QuestionKind::Choice => {
            let choices = question.choices.iter();
            let choices = choices.map(|one| Choice::new(one.clone(), one.clone()));
            let none = Choice::new("", t!("catalogue-choose-one"));
            Field::select(name, label, std::iter::once(none).chain(choices).collect())
        }
    };
    // A browser would hold the form back for the question of a plan that is not taken, and could not even show it.
    if question.required {
        field.unforced()
    } else {
        field.optional()
    }
}

/// The field that accepts the terms of a plan: `terms.gold`. Its value is the version that was shown.
fn terms_name(plan: &str) -> String {
    format!("terms.{plan}")
}

/// What a plan wants accepted.
pub(super) fn terms(
    plan: &PlanView,
    given: &BTreeMap<String, String>,
    faults: &Faults,
    shell: &Shell,
) -> Option<PlanTermsChoice> {
    let terms = plan.terms.as_ref()?;
    let name = terms_name(&plan.slug);
    let version = terms.version.to_string();
    let label = t!("catalogue-accept", version = &version, terms = &terms.title);
    let ticked = given.get(&name) == Some(&version);
    let path = format!("/terms/{}?version={version}", terms.slug);
    Some(PlanTermsChoice {
        read: Link::new(t!("catalogue-read", terms = &terms.title), shell.to(&path)),
        accept: Field::check(name, label, version)
            .ticked(ticked)
            .faults(faults),
    })
}

/// The version of the chosen plan's terms that was accepted.
pub(super) fn accepted(plan: &str, given: &BTreeMap<String, String>) -> Option<i32> {
    given.get(&terms_name(plan))?.parse().ok()
}

/// The answers to the chosen plan's questions by their keys, of all fields the form does not know by name.
pub(super) fn answers(
    plan: &str,
    given: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, PageError> {
    let known = ["answer.", "terms."];
    let is_known = |field: &String| known.iter().any(|area| field.starts_with(area));
    if !given.keys().all(is_known) {
        return Err(PageError::of(ProblemKind::BadRequest));
    }
    let of_plan = name(plan, "");
    let answers = given
        .iter()
        .filter_map(|(field, answer)| Some((field.strip_prefix(&of_plan)?, answer)))
        .filter(|(_, answer)| !answer.trim().is_empty());
    Ok(answers
        .map(|(key, answer)| (key.to_owned(), answer.clone()))
        .collect())
}

/// Moves faults of answers beside the questions they are about, and of terms beside the terms.
pub(super) fn placed(plan: &str, refusal: Refusal) -> Refusal {
    let Refusal::Invalid(mut faults) = refusal else {
        return refusal;
    };
    for fault in &mut faults {
        if let Some(key) = fault.pointer.strip_prefix("/answers/") {
            fault.pointer = format!("/{}", name(plan, key));
        } else if fault.pointer == "/accepts_terms" {
            fault.pointer = format!("/{}", terms_name(plan));
        }
    }
    Refusal::Invalid(faults)
}
