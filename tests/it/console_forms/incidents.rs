//! Forms about incidents.

use serde_json::json;

use super::form::Fact::Of;
use super::form::Fill::{Click, Type};
use super::form::{Form, here};

/// `petstore` is published.
pub(super) fn forms() -> Vec<Form> {
    vec![
        here(
            "/console/incidents/new",
            &[
                Type("input[name=title]", "Pets are slow"),
                Click("select[name=impact] option[value=outage]"),
                Type("input[name=apis]", "petstore"),
                Type("textarea[name=text]", "We look."),
            ],
            "Open incident",
            Of("/v1/incidents/1", "/impact", json!("outage")),
        )
        .and(Of("/v1/incidents/1", "/apis/0/slug", json!("petstore"))),
        here(
            "/console/incidents/1",
            &[
                Click("select[name=state] option[value=resolved]"),
                Type("textarea[name=text]", "It is over."),
            ],
            "Post update",
            Of("/v1/incidents/1", "/state", json!("resolved")),
        ),
    ]
}
