//! Forms of the console, each filled in and sent in a real browser; what it did is read over REST.

use std::time::Duration;

use gatehouse_harness::browser::Browser;
use gatehouse_harness::callers::{Administrator, CiToken, PASSWORD};
use gatehouse_harness::wait::PATIENCE;
use gatehouse_harness::{TestStack, TestUpstream, eventually, skipped};
use serde_json::{Value, json};

use crate::GATEHOUSE;

const WAIT: Duration = PATIENCE;
const DESCRIPTION: &str = r#"{"openapi": "3.0.3", "info": {"title": "Formed", "version": "1"}, "servers": [{"url": "https://formed.example"}],
    "paths": {"/things": {"get": {"responses": {"200": {"description": "All."}}}}}}"#;

/// What is done with a field.
#[derive(Debug, Clone, Copy)]
enum Fill {
    Type(&'static str, &'static str),
    /// A day in a year, as this browser takes it.
    Day(&'static str, &'static str),
    /// A box, a choice of a list, or what else is clicked.
    Click(&'static str),
}

use Fill::{Click, Day, Type};

/// Where REST has what a form did.
#[derive(Debug, Clone)]
enum Fact {
    /// At a pointer of what is at an address.
    Of(&'static str, &'static str, Value),
    /// In a list: of the one whose member has this value, what is at a pointer.
    Listed(
        &'static str,
        (&'static str, &'static str),
        &'static str,
        Value,
    ),
}

use Fact::{Listed, Of};

/// A form.
struct Form {
    page: &'static str,
    fills: &'static [Fill],
    /// The words of its button.
    press: &'static str,
    did: Fact,
}

fn form(page: &'static str, fills: &'static [Fill], press: &'static str, did: Fact) -> Form {
    Form {
        page,
        fills,
        press,
        did,
    }
}

/// Of the tenant and its people.
fn about_the_tenant() -> Vec<Form> {
    vec![
        form(
            "/console/settings",
            &[Type("input[name=name]", "Forms and Sons")],
            "Save settings",
            Of("/v1/tenant", "/name", json!("Forms and Sons")),
        ),
        form(
            "/console/settings/branding",
            &[Type("input[name=accent]", "#7a1fa2")],
            "Save branding",
            Of("/v1/branding", "/accent", json!("#7a1fa2")),
        ),
        form(
            "/console/teams",
            &[
                Type("input[name=name]", "Formers"),
                Type("input[name=slug]", "formers"),
            ],
            "Create team",
            Listed("/v1/teams", ("slug", "formers"), "/name", json!("Formers")),
        ),
        form(
            "/console/people",
            &[
                Type("input[name=email]", "guest@forms.example"),
                Click("select[name=role] option[value=approver]"),
            ],
            "Invite",
            Listed(
                "/v1/invitations",
                ("email", "guest@forms.example"),
                "/role",
                json!("approver"),
            ),
        ),
        form(
            "/console/roles",
            &[
                Type("input[name=slug]", "reader"),
                Type("input[name=name]", "Reader"),
                Click("input[value=\"api.read\"]"),
            ],
            "Make role",
            Listed(
                "/v1/roles",
                ("slug", "reader"),
                "/permissions",
                json!(["api.read"]),
            ),
        ),
        form(
            "/console/terms/new",
            &[
                Type("input[name=title]", "Use of forms"),
                Type("input[name=slug]", "use"),
                Type("textarea[name=text]", "Fill them in."),
            ],
            "Publish terms",
            Listed(
                "/v1/terms",
                ("slug", "use"),
                "/title",
                json!("Use of forms"),
            ),
        ),
        form(
            "/console/settings/webhooks",
            &[
                Type("input[name=name]", "Listener"),
                Type("input[name=url]", "https://hooks.forms.example/in"),
                Type("textarea[name=types]", "subscription.approved"),
            ],
            "Add webhook",
            Listed(
                "/v1/webhooks",
                ("name", "Listener"),
                "/types",
                json!(["subscription.approved"]),
            ),
        ),
        form(
            "/console/settings/tokens",
            &[
                Type("input[name=name]", "Robot"),
                Click("input[value=\"api.read\"]"),
            ],
            "Create token",
            Listed(
                "/v1/tokens",
                ("name", "Robot"),
                "/scopes",
                json!(["api.read", "spec.publish"]),
            ),
        ),
        form(
            "/console/requests/settings",
            &[Type("input[name=due]", "3 days")],
            "Save",
            Of("/v1/approval-settings", "/due_s", json!(3 * 24 * 3_600)),
        ),
        form(
            "/console/settings/lint",
            &[Click("form[action$=\"/info-contact\"] option[value=warn]")],
            "Save info-contact",
            Listed(
                "/v1/lint-rules",
                ("id", "info-contact"),
                "/level",
                json!("warn"),
            ),
        ),
        form(
            "/console/configuration",
            &[Click("select[name=edits] option[value=refuse]")],
            "Save",
            Of("/v1/configuration", "/interactive_edits", json!("refuse")),
        ),
        form(
            "/console/settings/policies/new?kind=headers",
            &[
                Type("input[name=slug]", "marked"),
                Type("textarea[name=request_set]", "x-marked: yes"),
            ],
            "Add policy",
            Listed(
                "/v1/policies",
                ("slug", "marked"),
                "/document/request/set/0/name",
                json!("x-marked"),
            ),
        ),
    ]
}

/// Of APIs and what is offered.
fn about_apis() -> Vec<Form> {
    vec![
        form(
            "/console/apis/new",
            &[
                Type("input[name=api]", "widgets"),
                Type("textarea[name=text]", DESCRIPTION),
            ],
            "Publish API",
            Of("/v1/apis/widgets", "/name", json!("Formed")),
        ),
        form(
            "/console/apis/petstore/settings",
            &[Type("input[name=summary]", "Pets by form")],
            "Save settings",
            Of("/v1/apis/petstore", "/summary", json!("Pets by form")),
        ),
        form(
            "/console/apis/petstore/plans/new",
            &[
                Type("input[name=slug]", "silver"),
                Type("input[name=name]", "Silver"),
                Type("input[name=rate]", "7"),
            ],
            "Create plan",
            Listed(
                "/v1/apis/petstore/plans",
                ("slug", "silver"),
                "/limits/0/rule/amount",
                json!(7),
            ),
        ),
        form(
            "/console/apis/petstore/plans/silver",
            &[Type("input[name=name]", "Sterling")],
            "Save",
            Listed(
                "/v1/apis/petstore/plans",
                ("slug", "silver"),
                "/name",
                json!("Sterling"),
            ),
        ),
        form(
            "/console/apis/petstore/guides/new",
            &[
                Type("input[name=title]", "First steps"),
                Type("input[name=slug]", "first-steps"),
                Type("textarea[name=text]", "# Go"),
            ],
            "Save guide",
            Listed(
                "/v1/apis/petstore/guides",
                ("slug", "first-steps"),
                "/title",
                json!("First steps"),
            ),
        ),
        form(
            "/console/apis/petstore/docs",
            &[
                Type("input[name=title]", "Faster pets"),
                Type("textarea[name=text]", "By far."),
            ],
            "Add entry",
            Listed(
                "/v1/apis/petstore/changelog",
                ("title", "Faster pets"),
                "/markdown",
                json!("By far."),
            ),
        ),
        form(
            "/console/apis/petstore/backend-secrets",
            &[
                Type("input[name=name]", "pets-token"),
                Type("input[name=value]", "shown to pets alone"),
            ],
            "Put secret",
            Of(
                "/v1/apis/petstore/backend-secrets/pets-token",
                "/name",
                json!("pets-token"),
            ),
        ),
        form(
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
        form(
            "/console/products",
            &[
                Type("input[name=name]", "Bundle"),
                Type("input[name=slug]", "bundle"),
            ],
            "Create product",
            Of("/v1/products/bundle", "/name", json!("Bundle")),
        ),
        form(
            "/console/apis/petstore/versions/v1/deprecate",
            &[Day("input[name=sunset]", "12312030")],
            "Deprecate version",
            Of(
                "/v1/apis/petstore/versions/v1",
                "/state",
                json!("deprecated"),
            ),
        ),
    ]
}

struct Hand {
    browser: Browser,
    portal: String,
    root: CiToken,
}

impl Hand {
    async fn sign_in(&self) {
        self.browser.goto(&format!("{}/login", self.portal)).await;
        self.browser
            .type_into("input[name=email]", Administrator::EMAIL)
            .await;
        self.browser
            .type_into("input[name=password]", PASSWORD)
            .await;
        self.browser.press_button("Continue").await;
        self.browser.wait_until_it_left("/login").await;
    }

    async fn send(&self, form: &Form) {
        let (Of(.., wanted) | Listed(.., wanted)) = &form.did;
        assert_ne!(
            self.fact(&form.did).await.as_ref(),
            Some(wanted),
            "{}: it is so before",
            form.page
        );
        self.browser
            .goto(&format!("{}{}", self.portal, form.page))
            .await;
        for fill in form.fills {
            match *fill {
                Type(field, text) => self.browser.type_into(&format!("main {field}"), text).await,
                Day(field, digits) => {
                    self.browser
                        .type_day(&format!("main {field}"), digits)
                        .await
                }
                Click(field) => self.browser.click(&format!("main {field}")).await,
            }
        }
        self.browser.press_button(form.press).await;
        let what = format!("{} did what it says", form.page);
        eventually(WAIT, &what, async || {
            let found = self.fact(&form.did).await;
            if found.as_ref() == Some(wanted) {
                return Ok(());
            }
            let says = self.browser.text_of("main").await;
            Err(format!("{found:?} and not {wanted}: {says}"))
        })
        .await;
    }

    /// What REST says of it.
    async fn fact(&self, fact: &Fact) -> Option<Value> {
        match fact {
            Of(path, pointer, _) => {
                let answer = self.root.get(path).await;
                (answer.status == 200).then(|| answer.json().pointer(pointer).cloned())?
            }
            Listed(path, (key, value), pointer, _) => {
                let all = self.root.get(path).await.json();
                let found = all["data"]
                    .as_array()?
                    .iter()
                    .find(|one| one[*key] == *value)?;
                found.pointer(pointer).cloned()
            }
        }
    }
}

#[tokio::test]
async fn what_forms_of_the_console_say_is_what_rest_has_afterwards() {
    let Some(browser) = Browser::open(true).await else {
        skipped("chromium and chromedriver are not on PATH; no form was sent by one");
        return;
    };
    let stack = TestStack::shared(GATEHOUSE).await;
    let upstream = TestUpstream::start().await;
    let tenant = stack.tenant("Formed").await;
    let root = tenant.root().await;
    root.offer_petstore("petstore", &upstream.url()).await;
    let hand = Hand {
        browser,
        portal: format!("{}{}", stack.portal_url(), tenant.prefix),
        root,
    };
    hand.sign_in().await;
    for form in about_the_tenant().iter().chain(&about_apis()) {
        hand.send(form).await;
    }
    let faults = hand.browser.faults().await;
    assert_eq!(faults, Vec::<String>::new());
    hand.browser.quit().await;
}
