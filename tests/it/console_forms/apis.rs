//! Forms about APIs: descriptions and versions, plans, guides, policies, secrets, where traffic goes.

use serde_json::json;

use super::DESCRIPTION;
use super::form::Fact::{Gone, Listed, Of};
use super::form::Fill::{Click, Day, File, Type};
use super::form::{Form, form, here};

/// Of what is told about an API and asked of who uses it. `petstore` is published as `v1`.
pub(super) fn offers() -> Vec<Form> {
    vec![
        here(
            "/console/apis/petstore/settings",
            &[Type("input[name=summary]", "Pets by form")],
            "Save settings",
            Of("/v1/apis/petstore", "/summary", json!("Pets by form")),
        ),
        here(
            "/console/apis/petstore/plans/new",
            &[
                Type("input[name=slug]", "silver"),
                Type("input[name=name]", "Silver"),
                Type("input[name=rate]", "7"),
            ],
            "Create plan",
            Of(
                "/v1/apis/petstore/plans/silver",
                "/limits/0/rule/amount",
                json!(7),
            ),
        ),
        here(
            "/console/apis/petstore/plans/silver",
            &[Type("input[name=rate]", "9")],
            "Save plan",
            Of(
                "/v1/apis/petstore/plans/silver",
                "/limits/0/rule/amount",
                json!(9),
            ),
        ),
        here(
            "/console/apis/petstore/plans/silver/approval",
            &[
                Click("select[name=mode] option[value=shadow]"),
                Type("input[name=name]", "Sandbox by itself"),
                Click("select[name=environment] option[value=sandbox]"),
            ],
            "Save",
            Of(
                "/v1/apis/petstore/plans/silver/approval",
                "/rule/name",
                json!("Sandbox by itself"),
            ),
        ),
        here(
            "/console/apis/petstore/guides/new",
            &[
                Type("input[name=title]", "First steps"),
                Type("input[name=slug]", "first-steps"),
                Type("textarea[name=text]", "# Go"),
            ],
            "Save guide",
            Of(
                "/v1/apis/petstore/guides/first-steps",
                "/title",
                json!("First steps"),
            ),
        ),
        here(
            "/console/apis/petstore/guides/first-steps",
            &[Type("textarea[name=text]", "# Go on")],
            "Save guide",
            Of(
                "/v1/apis/petstore/guides/first-steps",
                "/markdown",
                json!("# Go on"),
            ),
        ),
        here(
            "/console/apis/petstore/guides/first-steps/delete",
            &[],
            "Delete guide",
            Gone("/v1/apis/petstore/guides/first-steps"),
        ),
        form(
            "/console/apis/petstore/changelog",
            "/console/apis/petstore/docs",
            &[
                Type("input[name=title]", "Faster pets"),
                Type("textarea[name=text]", "By far."),
            ],
            "Add entry",
            Listed(
                "/v1/apis/petstore/changelog",
                ("/title", "Faster pets"),
                "/markdown",
                json!("By far."),
            ),
        )
        .called("entry"),
        form(
            "/console/apis/petstore/changelog/{entry}/delete",
            "/console/apis/petstore/docs",
            &[],
            "Delete",
            Gone("/v1/apis/petstore/changelog/{entry}"),
        ),
        here(
            "/console/apis/petstore/upstreams/production",
            &[Type(
                "textarea[name=targets]",
                "https://pets.forms.example/base",
            )],
            "Save upstream",
            Of(
                "/v1/apis/petstore/upstreams/production",
                "/targets/0/url",
                json!("https://pets.forms.example/base"),
            ),
        ),
    ]
}

/// Of policies of each kind, of one API and of all, and the secrets they name.
pub(super) fn policies() -> Vec<Form> {
    vec![
        here(
            "/console/apis/petstore/backend-secrets",
            &[
                Type("input[name=name]", "pets-token"),
                Type("input[name=secret_value]", "shown to pets alone"),
            ],
            "Put secret",
            Of(
                "/v1/apis/petstore/backend-secrets/pets-token",
                "/name",
                json!("pets-token"),
            ),
        ),
        here(
            "/console/apis/petstore/backend-secrets/pets-token",
            &[Type("input[name=secret_value]", "another for pets")],
            "Put value",
            Of(
                "/v1/apis/petstore/backend-secrets/pets-token",
                "/row_version",
                json!(2),
            ),
        ),
        here(
            "/console/apis/petstore/backend-secrets/pets-token/delete",
            &[],
            "Delete secret",
            Gone("/v1/apis/petstore/backend-secrets/pets-token"),
        ),
        form(
            "/console/apis/petstore/policies/new",
            "/console/apis/petstore/policies/new?kind=rate_limit",
            &[
                Type("input[name=slug]", "slow"),
                Type("input[name=amount]", "50"),
            ],
            "Add policy",
            Listed(
                "/v1/policies?api=petstore",
                ("/slug", "slow"),
                "/document/amount",
                json!(50),
            ),
        )
        .called("slow"),
        here(
            "/console/apis/petstore/policies/slow",
            &[Type("input[name=amount]", "40")],
            "Save policy",
            Of("/v1/policies/{slow}", "/document/amount", json!(40)),
        ),
        here(
            "/console/apis/petstore/policies/slow/delete",
            &[],
            "Delete policy",
            Gone("/v1/policies/{slow}"),
        ),
        form(
            "/console/settings/policies/new",
            "/console/settings/policies/new?kind=headers",
            &[
                Type("input[name=slug]", "marked"),
                Type("textarea[name=request_set]", "x-marked: yes"),
            ],
            "Add policy",
            Listed(
                "/v1/policies",
                ("/slug", "marked"),
                "/document/request/set/0/name",
                json!("x-marked"),
            ),
        )
        .called("marked"),
        here(
            "/console/settings/policies/marked",
            &[Type("textarea[name=request_set]", "x-named: yes")],
            "Save policy",
            Of(
                "/v1/policies/{marked}",
                "/document/request/set/0/name",
                json!("x-named"),
            ),
        ),
        here(
            "/console/settings/policies/marked/delete",
            &[],
            "Delete policy",
            Gone("/v1/policies/{marked}"),
        ),
        form(
            "/console/settings/policies/new",
            "/console/settings/policies/new?kind=cors",
            &[
                Type("input[name=slug]", "browsers"),
                Type("textarea[name=origins]", "https://shop.forms.example"),
            ],
            "Add policy",
            Listed(
                "/v1/policies",
                ("/slug", "browsers"),
                "/document/origins/0",
                json!("https://shop.forms.example"),
            ),
        ),
        form(
            "/console/settings/policies/new",
            "/console/settings/policies/new?kind=jwt",
            &[
                Type("input[name=slug]", "signed"),
                Type("input[name=issuer]", "https://login.forms.example"),
                Type("textarea[name=audiences]", "forms"),
                Type("textarea[name=algorithms]", "ES256"),
                Type("textarea[name=jwks]", "{jwks}"),
            ],
            "Add policy",
            Listed(
                "/v1/policies",
                ("/slug", "signed"),
                "/document/issuer",
                json!("https://login.forms.example"),
            ),
        ),
    ]
}

/// Of versions. Somebody else sent a description of `petstore` that breaks callers: it waits as its revision 2.
pub(super) fn versions() -> Vec<Form> {
    vec![
        here(
            "/console/apis/new",
            &[
                Type("input[name=api]", "widgets"),
                Type("textarea[name=text]", DESCRIPTION),
            ],
            "Publish API",
            Of("/v1/apis/widgets", "/name", json!("Formed")),
        ),
        here(
            "/console/apis/widgets/versions",
            &[
                Type("input[name=version]", "v2"),
                File("input[name=file]", DESCRIPTION),
            ],
            "Publish version",
            Of("/v1/apis/widgets/versions/v2", "/state", json!("published")),
        ),
        form(
            "/console/apis/petstore/versions/v1",
            "/console/apis/petstore/versions/v1?revision=2",
            &[Type("textarea[name=reason]", "Nobody calls it.")],
            "Accept revision",
            Of(
                "/v1/apis/petstore/versions/v1/revisions/2",
                "/state",
                json!("accepted"),
            ),
        ),
        form(
            "/console/apis/petstore/versions/v1",
            "/console/apis/petstore/versions/v1?revision=2",
            &[],
            "Publish version",
            Of(
                "/v1/apis/petstore/versions/v1/revisions/2",
                "/state",
                json!("active"),
            ),
        ),
        here(
            "/console/apis/petstore/versions/v1/deprecate",
            &[Day("input[name=sunset]", "12312030")],
            "Deprecate version",
            Of(
                "/v1/apis/petstore/versions/v1",
                "/state",
                json!("deprecated"),
            ),
        ),
        here(
            "/console/apis/petstore/versions/v1/retire",
            &[Type("textarea[name=reason]", "Nobody is left.")],
            "Retire version",
            Of("/v1/apis/petstore/versions/v1", "/state", json!("retired")),
        ),
    ]
}
