//! Forms about the tenant: its people, roles and teams, and what holds for all of it.

use serde_json::json;

use super::form::Fact::{Gone, Has, Listed, Of, Without};
use super::form::Fill::{Click, Type};
use super::form::{Form, form, here};

/// Of people. `{dev}` is a developer of the tenant.
pub(super) fn people() -> Vec<Form> {
    vec![
        here(
            "/console/people",
            &[
                Type("input[name=email]", "guest@forms.example"),
                Click("select[name=role] option[value=approver]"),
            ],
            "Invite",
            Listed(
                "/v1/invitations",
                ("/email", "guest@forms.example"),
                "/role",
                json!("approver"),
            ),
        ),
        form(
            "/console/people/{dev}/roles",
            "/console/people/{dev}",
            &[Click("input[value=auditor]")],
            "Save roles",
            Listed(
                "/v1/members",
                ("/user_id", "{dev}"),
                "/roles",
                json!(["auditor", "developer"]),
            ),
        ),
        here(
            "/console/roles",
            &[
                Type("input[name=slug]", "reader"),
                Type("input[name=name]", "Reader"),
                Click("input[value=\"api.read\"]"),
            ],
            "Make role",
            Listed(
                "/v1/roles",
                ("/slug", "reader"),
                "/permissions",
                json!(["api.read"]),
            ),
        ),
        here(
            "/console/roles/reader",
            &[Type("input[name=name]", "Reader of all")],
            "Save role",
            Of("/v1/roles/reader", "/name", json!("Reader of all")),
        ),
        form(
            "/console/people/{dev}/grants",
            "/console/people/{dev}",
            &[
                Click("select[name=role] option[value=reader]"),
                Click("select[name=on] option[value=tenant]"),
            ],
            "Give role",
            Listed(
                "/v1/members/{dev}/grants",
                ("/role", "reader"),
                "/permissions",
                json!(["api.read"]),
            ),
        )
        .called("grant"),
        form(
            "/console/people/{dev}/grants/{grant}/remove",
            "/console/people/{dev}",
            &[],
            "Take away",
            Without("/v1/members/{dev}/grants", ("/id", "{grant}")),
        ),
        here(
            "/console/roles/reader/delete",
            &[],
            "Delete role",
            Gone("/v1/roles/reader"),
        ),
        here(
            "/console/teams",
            &[
                Type("input[name=name]", "Formers"),
                Type("input[name=slug]", "formers"),
            ],
            "Create team",
            Listed("/v1/teams", ("/slug", "formers"), "/name", json!("Formers")),
        )
        .called("team"),
        form(
            "/console/teams/{team}/members",
            "/console/teams/{team}",
            &[
                Click("select[name=person] option[value=\"{dev}\"]"),
                Click("select[name=role] option[value=lead]"),
            ],
            "Add member",
            Listed(
                "/v1/teams/{team}#/members",
                ("/user_id", "{dev}"),
                "/role",
                json!("lead"),
            ),
        ),
        form(
            "/console/teams/{team}/members/{dev}/remove",
            "/console/teams/{team}",
            &[],
            "Remove",
            Without("/v1/teams/{team}#/members", ("/user_id", "{dev}")),
        ),
        form(
            "/console/people/{dev}/status",
            "/console/people/{dev}",
            &[],
            "Disable",
            Of("/v1/members/{dev}", "/status", json!("disabled")),
        ),
        here(
            "/console/settings/tokens",
            &[
                Type("input[name=name]", "Robot"),
                Click("input[value=\"api.read\"]"),
            ],
            "Create token",
            Listed(
                "/v1/tokens",
                ("/name", "Robot"),
                "/scopes",
                json!(["api.read", "spec.publish"]),
            ),
        )
        .called("token"),
        form(
            "/console/settings/tokens/{token}/revoke",
            "/console/settings/tokens",
            &[],
            "Revoke",
            Has("/v1/tokens/{token}", "/revoked_at"),
        ),
    ]
}

/// Of the tenant as a whole.
pub(super) fn settings() -> Vec<Form> {
    vec![
        here(
            "/console/settings",
            &[Type("input[name=name]", "Forms and Sons")],
            "Save settings",
            Of("/v1/tenant", "/name", json!("Forms and Sons")),
        ),
        here(
            "/console/settings/branding",
            &[Type("input[name=accent]", "#7a1fa2")],
            "Save branding",
            Of("/v1/branding", "/accent", json!("#7a1fa2")),
        ),
        form(
            "/console/settings/lint/info-contact",
            "/console/settings/lint",
            &[Click("option[value=warn]")],
            "Save info-contact",
            Listed(
                "/v1/lint-rules",
                ("/id", "info-contact"),
                "/level",
                json!("warn"),
            ),
        ),
        form(
            "/console/settings/mail/{template}/test",
            "/console/settings/mail/{template}",
            &[],
            "Send me a test",
            Listed(
                "/v1/audit-events",
                ("/action", "mail.test"),
                "/action",
                json!("mail.test"),
            ),
        ),
        here(
            "/console/configuration/{changeset}",
            &[Type("textarea[name=reason]", "As agreed.")],
            "Apply",
            Of("/v1/changesets/{changeset}", "/state", json!("applied")),
        ),
        here(
            "/console/releases/{release}/rollback",
            &[],
            "Go back",
            Listed(
                "/v1/releases",
                ("/kind", "release.rollback"),
                "/kind",
                json!("release.rollback"),
            ),
        ),
        here(
            "/console/configuration",
            &[Click("select[name=edits] option[value=refuse]")],
            "Save",
            Of("/v1/configuration", "/interactive_edits", json!("refuse")),
        ),
        form(
            "/console/settings/end/export",
            "/console/settings/end",
            &[],
            "Export now",
            Listed(
                "/v1/jobs",
                ("/kind", "tenant_export"),
                "/kind",
                json!("tenant_export"),
            ),
        ),
        form(
            "/console/settings/end/close",
            "/console/settings/end",
            &[
                Type("input[name=confirm]", "{slug}"),
                Type("textarea[name=reason]", "We move."),
            ],
            "Close tenant",
            Of("/v1/tenant", "/status", json!("closing")),
        ),
        form(
            "/console/settings/end/reopen",
            "/console/settings/end",
            &[Type("textarea[name=reason]", "We stay.")],
            "Open tenant again",
            Of("/v1/tenant", "/status", json!("active")),
        ),
    ]
}
