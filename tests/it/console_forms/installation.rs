//! Forms of an installation that stands alone: its gateways and tenants, and those that call others out of the control plane.

use serde_json::json;

use super::form::Fact::{Gone, Listed, Of, Without};
use super::form::Fill::{Click, Day, Type};
use super::form::{Form, form, here};

/// Of who else signs in and is told. `{issuer}` is one, `{receiver}` takes webhooks.
pub(super) fn outside() -> Vec<Form> {
    vec![
        here(
            "/console/settings/ci-trusts",
            &[
                Type("input[name=name]", "orders"),
                Type("input[name=issuer]", "{issuer}"),
                Type("input[name=subject_pattern]", "repo:acme/orders"),
                Click("input[value=\"api.read\"]"),
            ],
            "Add trust",
            Listed(
                "/v1/ci-trusts",
                ("/name", "orders"),
                "/subject_pattern",
                json!("repo:acme/orders"),
            ),
        )
        .called("trust"),
        form(
            "/console/settings/ci-trusts/{trust}/delete",
            "/console/settings/ci-trusts",
            &[],
            "Trust no more",
            Gone("/v1/ci-trusts/{trust}"),
        ),
        here(
            "/console/settings/sign-in",
            &[
                Type("input[name=name]", "Corp"),
                Type("input[name=slug]", "corp"),
                Type("input[name=issuer]", "{issuer}"),
                Type("input[name=client_id]", "forms"),
            ],
            "Add provider",
            Listed(
                "/v1/identity-providers",
                ("/slug", "corp"),
                "/enabled",
                json!(true),
            ),
        )
        .called("provider"),
        form(
            "/console/settings/sign-in/{provider}/switch",
            "/console/settings/sign-in",
            &[],
            "Turn off",
            Of(
                "/v1/identity-providers/{provider}",
                "/enabled",
                json!(false),
            ),
        ),
        here(
            "/console/settings/sign-in/{provider}/delete",
            &[],
            "Remove provider",
            Gone("/v1/identity-providers/{provider}"),
        ),
        here(
            "/console/settings/webhooks",
            &[
                Type("input[name=name]", "Till"),
                Type("input[name=url]", "{receiver}"),
                Type("textarea[name=types]", "subscription.approved"),
            ],
            "Add webhook",
            Listed(
                "/v1/webhooks",
                ("/name", "Till"),
                "/types",
                json!(["subscription.approved"]),
            ),
        )
        .called("webhook"),
        here(
            "/console/settings/webhooks/{webhook}",
            &[Type("input[name=name]", "Counter")],
            "Save webhook",
            Of("/v1/webhooks/{webhook}", "/name", json!("Counter")),
        ),
        form(
            "/console/settings/webhooks/{webhook}/test",
            "/console/settings/webhooks/{webhook}",
            &[],
            "Send a test",
            Listed(
                "/v1/webhooks/{webhook}/deliveries",
                ("/type", "webhook.test"),
                "/state",
                json!("delivered"),
            ),
        )
        .called("delivery"),
        here(
            "/console/settings/webhooks/{webhook}/deliveries/{delivery}",
            &[],
            "Send it again",
            Listed(
                "/v1/audit-events",
                ("/before/delivery", "{delivery}"),
                "/action",
                json!("webhook.redeliver"),
            ),
        ),
        form(
            "/console/settings/webhooks/{webhook}/redeliver",
            "/console/settings/webhooks/{webhook}",
            &[Day("input[name=since]", "{today}")],
            "Send again",
            Listed(
                "/v1/audit-events",
                ("/after/delivered_too", "false"),
                "/action",
                json!("webhook.redeliver"),
            ),
        ),
        form(
            "/console/settings/webhooks/{webhook}/secret",
            "/console/settings/webhooks/{webhook}",
            &[Type("input[name=overlap_hours]", "2")],
            "Make another secret",
            Listed(
                "/v1/audit-events",
                ("/action", "webhook.rotate_secret"),
                "/action",
                json!("webhook.rotate_secret"),
            ),
        ),
        form(
            "/console/settings/webhooks/{webhook}/run",
            "/console/settings/webhooks/{webhook}",
            &[],
            "Pause",
            Of("/v1/webhooks/{webhook}", "/state", json!("paused")),
        ),
        here(
            "/console/settings/webhooks/{webhook}/delete",
            &[],
            "Delete webhook",
            Gone("/v1/webhooks/{webhook}"),
        ),
    ]
}

/// Of gateways and tenants. `{node}` is a gateway of the installation that nobody calls.
pub(super) fn inside() -> Vec<Form> {
    vec![
        form(
            "/console/gateways/default/join",
            "/console/gateways",
            &[],
            "Add gateway",
            Listed(
                "/v1/audit-events",
                ("/action", "gateway.create_join_token"),
                "/action",
                json!("gateway.create_join_token"),
            ),
        ),
        form(
            "/console/gateways/{node}/drain",
            "/console/gateways",
            &[],
            "Drain",
            Listed(
                "/v1/gateways",
                ("/id", "{node}"),
                "/rotation",
                json!("drained"),
            ),
        ),
        form(
            "/console/gateways/{node}/undrain",
            "/console/gateways",
            &[],
            "Undrain",
            Listed(
                "/v1/gateways",
                ("/id", "{node}"),
                "/rotation",
                json!("serving"),
            ),
        ),
        here(
            "/console/gateways/{node}/retire",
            &[],
            "Retire gateway",
            Without("/v1/gateways", ("/id", "{node}")),
        ),
        here(
            "/platform/tenants",
            &[
                Type("input[name=name]", "Filial"),
                Type("input[name=slug]", "filial"),
            ],
            "Create tenant",
            Listed("/v1/tenants", ("/slug", "filial"), "/name", json!("Filial")),
        )
        .called("tenant"),
        here(
            "/platform/tenants/{tenant}/status",
            &[Type("textarea[name=reason]", "Unpaid.")],
            "Suspend",
            Of("/v1/tenants/{tenant}", "/status", json!("suspended")),
        ),
    ]
}

/// Of a job that waits: what does jobs stands still meanwhile.
pub(super) fn jobs() -> Vec<Form> {
    vec![form(
        "/console/jobs/{job}/cancel",
        "/console/jobs/{job}",
        &[],
        "Cancel job",
        Of("/v1/jobs/{job}", "/state", json!("cancelled")),
    )]
}
