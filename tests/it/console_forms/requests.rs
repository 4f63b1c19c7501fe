//! Forms about requests for access and what became of them.

use serde_json::json;

use super::form::Fact::{Listed, Of};
use super::form::Fill::{Click, Day, Type};
use super::form::{Form, form, here};

/// Of requests. A developer asked for access for applications that are called as their subscriptions are here.
pub(super) fn forms() -> Vec<Form> {
    vec![
        here(
            "/console/requests/settings",
            &[Type("input[name=due]", "3 days")],
            "Save",
            Of("/v1/approval-settings", "/due_s", json!(3 * 24 * 3_600)),
        ),
        form(
            "/console/requests/settings/deputies",
            "/console/requests/settings",
            &[
                Click("select[name=to] option[value=\"{approver}\"]"),
                Day("input[name=ends]", "{soon}"),
            ],
            "Name deputy",
            Listed(
                "/v1/delegations",
                ("/to/id", "{approver}"),
                "/in_force",
                json!(true),
            ),
        )
        .called("deputy"),
        form(
            "/console/requests/settings/deputies/{deputy}/revoke",
            "/console/requests/settings",
            &[],
            "Take back",
            Listed(
                "/v1/delegations",
                ("/id", "{deputy}"),
                "/in_force",
                json!(false),
            ),
        ),
        here(
            "/console/requests",
            &[],
            "Approve Alpha",
            Of("/v1/subscriptions/{Alpha}", "/state", json!("active")),
        ),
        here(
            "/console/requests",
            &[
                Click("input[name=request][value*=\"{Beta}\"]"),
                Click("details.more:not(.loss) summary"),
                Type("input[name=rate]", "1"),
                Type("textarea[name=note]", "One a second."),
            ],
            "Approve selected",
            Of("/v1/subscriptions/{Beta}", "/state", json!("active")),
        )
        .and(Of(
            "/v1/subscriptions/{Beta}",
            "/own_limits/0",
            json!("1 a second, burst 1"),
        )),
        here(
            "/console/requests",
            &[
                Click("input[name=request][value*=\"{Gamma}\"]"),
                Click("input[name=request][value*=\"{Delta}\"]"),
            ],
            "Approve selected",
            Of("/v1/subscriptions/{Gamma}", "/state", json!("active")),
        )
        .and(Of("/v1/subscriptions/{Delta}", "/state", json!("active"))),
        here(
            "/console/requests",
            &[
                Click("input[name=request][value*=\"{Epsilon}\"]"),
                Type("textarea[name=reason]", "Say what it is for."),
            ],
            "Reject selected",
            Of("/v1/subscriptions/{Epsilon}", "/state", json!("rejected")),
        )
        .and(Of(
            "/v1/subscriptions/{Epsilon}",
            "/decision/reason",
            json!("Say what it is for."),
        )),
        form(
            "/console/requests/undo",
            "",
            &[],
            "Undo",
            Of("/v1/subscriptions/{Epsilon}", "/state", json!("pending")),
        )
        .where_it_is(),
        here(
            "/console/subscriptions/{Alpha}/suspend",
            &[Type("textarea[name=reason]", "It floods.")],
            "Suspend",
            Of("/v1/subscriptions/{Alpha}", "/shown", json!("suspended")),
        ),
        here(
            "/console/subscriptions/{Alpha}/unsuspend",
            &[],
            "Lift suspension",
            Of("/v1/subscriptions/{Alpha}", "/shown", json!("active")),
        ),
        here(
            "/console/subscriptions/{Alpha}/revoke",
            &[Type("textarea[name=reason]", "It floods again.")],
            "Revoke",
            Of("/v1/subscriptions/{Alpha}", "/shown", json!("revoked")),
        ),
    ]
}
