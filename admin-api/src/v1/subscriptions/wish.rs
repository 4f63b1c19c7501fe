//! The access that is wanted, for requests and grants alike.

use std::collections::BTreeMap;

use gatehouse_control_plane::page::Lookup;
use gatehouse_control_plane::subscriptions::{self, AppChoice};
use gatehouse_control_plane::{FieldFault, Refusal};
use gatehouse_web::{FieldError, Problem, ProblemKind};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::bodies::ids;

/// The access that is wanted: exactly one of `application` and `new_application`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RequestAccess {
    /// Who will call.
    #[schema(value_type = Option<ids::ApplicationLookup>)]
    application: Option<String>,
    /// Registers the application that will call.
    new_application: Option<NewApplication>,
    /// What will be called.
    #[schema(value_type = ids::ApiLookup)]
    api: String,
    /// Under which limits.
    #[schema(value_type = ids::PlanLookup)]
    plan: String,
    /// Where.
    #[schema(value_type = ids::EnvironmentLookup)]
    environment: String,
    /// Why, for the people who decide; at most 500 characters.
    #[serde(default)]
    reason: String,
    /// Answers to the questions of the plan, by their keys.
    #[serde(default)]
    answers: BTreeMap<String, String>,
    /// The version of the plan's terms that is accepted; the newest is needed where the plan has terms.
    accepts_terms: Option<i32>,
}

/// An application to register in the same step.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewApplication {
    /// For people.
    name: String,
    /// The owner; without it the caller's own team.
    #[schema(value_type = Option<ids::TeamLookup>)]
    team: Option<String>,
}

impl RequestAccess {
    /// The verb's input.
    pub(super) fn into_wish(self) -> Result<subscriptions::RequestAccess, Problem> {
        let application = match (self.application, self.new_application) {
            (Some(application), None) => AppChoice::Existing(Lookup::from(application.as_str())),
            (None, Some(new)) => AppChoice::New {
                name: new.name,
                team: new.team.as_deref().map(Lookup::from),
            },
            _ => {
                let detail = "Give either application or new_application.";
                let fault = FieldError::new("/application", "required", detail);
                return Err(Problem::new(ProblemKind::Invalid).field(fault));
            }
        };
        Ok(subscriptions::RequestAccess {
            application,
            api: Lookup::from(self.api.as_str()),
            plan: Lookup::from(self.plan.as_str()),
            environment: Lookup::from(self.environment.as_str()),
            reason: self.reason,
            answers: self.answers,
            accepts_terms: self.accepts_terms,
        })
    }
}

/// The verb has one place for both ways to name the application; here the new one has its own.
pub(super) fn placed(refusal: Refusal) -> Refusal {
    let place = |pointer: String| match pointer.strip_prefix("/application/") {
        Some(rest) => format!("/new_application/{rest}"),
        None => pointer,
    };
    match refusal {
        Refusal::UnknownReference { pointer } => Refusal::unknown(place(pointer)),
        Refusal::Invalid(faults) => {
            let faults = faults.into_iter().map(|fault| FieldFault {
                pointer: place(fault.pointer),
                ..fault
            });
            Refusal::Invalid(faults.collect())
        }
        other => other,
    }
}
