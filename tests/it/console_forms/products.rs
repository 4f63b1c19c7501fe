//! Forms about products and terms: several APIs that are asked for as one, and what is accepted with it.

use serde_json::json;

use super::form::Fact::{Listed, Of, Without};
use super::form::Fill::{Click, Type};
use super::form::{Form, form, here};

/// `petstore` and `orders` are published as `v1`.
pub(super) fn forms() -> Vec<Form> {
    vec![
        here(
            "/console/terms/new",
            &[
                Type("input[name=title]", "Use of forms"),
                Type("input[name=slug]", "use"),
                Type("textarea[name=text]", "Fill them in."),
            ],
            "Publish terms",
            Of("/v1/terms/use", "/title", json!("Use of forms")),
        ),
        here(
            "/console/terms/use",
            &[Type("textarea[name=text]", "Fill them in well.")],
            "Publish new version",
            Of("/v1/terms/use", "/version", json!(2)),
        ),
        here(
            "/console/products",
            &[
                Type("input[name=name]", "Bundle"),
                Type("input[name=slug]", "bundle"),
            ],
            "Create product",
            Of("/v1/products/bundle", "/name", json!("Bundle")),
        ),
        form(
            "/console/products/bundle/settings",
            "/console/products/bundle",
            &[Type("input[name=summary]", "All in one")],
            "Save settings",
            Of("/v1/products/bundle", "/summary", json!("All in one")),
        ),
        form(
            "/console/products/bundle/items",
            "/console/products/bundle",
            &[Click("select[name=item] option[value=\"petstore/v1\"]")],
            "Add version",
            Of(
                "/v1/products/bundle",
                "/items/0/api/slug",
                json!("petstore"),
            ),
        ),
        here(
            "/console/products/bundle/plans/new",
            &[
                Type("input[name=slug]", "whole"),
                Type("input[name=name]", "Whole"),
            ],
            "Create plan",
            Of("/v1/apis/bundle/plans/whole", "/name", json!("Whole")),
        ),
        here(
            "/console/products/bundle/plans/whole",
            &[Type("input[name=name]", "All of it")],
            "Save plan",
            Of("/v1/apis/bundle/plans/whole", "/name", json!("All of it")),
        ),
        here(
            "/console/products/bundle/plans/whole/approval",
            &[Type("input[name=due]", "2 days")],
            "Save",
            Of(
                "/v1/apis/bundle/plans/whole/approval",
                "/due_s",
                json!(172_800),
            ),
        ),
        form(
            "/console/products/bundle/state",
            "/console/products/bundle",
            &[],
            "Offer it",
            Of("/v1/products/bundle", "/state", json!("published")),
        ),
        form(
            "/console/products/bundle/items",
            "/console/products/bundle",
            &[Click("select[name=item] option[value=\"orders/v1\"]")],
            "Add version",
            Listed(
                "/v1/products/bundle#/items",
                ("/api/slug", "orders"),
                "/version",
                json!("v1"),
            ),
        ),
        form(
            "/console/products/bundle/items/remove",
            "/console/products/bundle",
            &[],
            "Remove Orders",
            Without("/v1/products/bundle#/items", ("/api/slug", "orders")),
        ),
        form(
            "/console/products/bundle/state",
            "/console/products/bundle",
            &[],
            "Deprecate",
            Of("/v1/products/bundle", "/state", json!("deprecated")),
        ),
        here(
            "/console/products/bundle/retire",
            &[Type("textarea[name=reason]", "Nobody wants it.")],
            "Retire product",
            Of("/v1/products/bundle", "/state", json!("retired")),
        ),
    ]
}
