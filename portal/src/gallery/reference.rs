//! A sample page of the reference.

use super::shell;
use crate::pages::catalogue::language::LanguageLink;
use crate::pages::catalogue::operation::{AnswerView, BodyView, OperationPage, ParameterGroup};
use crate::pages::catalogue::rail::{GroupLink, OperationLink, OperationRail};
use crate::pages::catalogue::schema_view::{FieldView, SchemaView, VariantView};
use crate::pages::catalogue::trial::{Outcome, RefusalWords, Trial, TrialForm, TrialInput};
use crate::pages::catalogue::trial_body::{BodyControls, TrialBody, TrialField};
use crate::pages::{Fact, method_class};
use crate::view::code::Code;
use crate::view::form::{Choice, Faults};
use crate::view::parts::{Badge, Crumbs, Link};
use askama::Template;
use gatehouse_language::t;
use gatehouse_spec::sample::Control;

pub(super) fn operation() -> String {
    let made = std::cell::Cell::new(0);
    let field = |name: &str, kind: &str, required, inside: SchemaView| FieldView {
        name: name.into(),
        anchor: format!("body.{name}.{}", made.replace(made.get() + 1)),
        kind: kind.into(),
        required,
        deprecated: false,
        description: "<p>Who the order is for.</p>".into(),
        bounds: vec!["At most 120 characters.".into()],
        links: vec![(
            t!("reference-all-of", schema = "Customer"),
            "/apis/orders/v2/schemas/Customer".into(),
        )],
        inside: Box::new(inside),
    };
    let inner = || SchemaView {
        fields: vec![
            field("email", "string, email", true, SchemaView::default()),
            field("name", "string or null", false, SchemaView::default()),
        ],
        variants: vec![],
    };
    let choice = SchemaView {
        fields: vec![],
        variants: vec![
            VariantView {
                label: "Card".into(),
                when: "method is card".into(),
                inside: Box::new(inner()),
            },
            VariantView {
                label: "Invoice".into(),
                when: "method is invoice".into(),
                inside: Box::default(),
            },
        ],
    };
    let link = |method: &str, title: &str, current| OperationLink {
        method: method.into(),
        short: method.into(),
        method_class: method_class(method),
        title: title.into(),
        path: "/orders".into(),
        href: "/apis/orders/v2/reference/x".into(),
        current,
    };
    let json =
        "{\n  \"id\": \"ord_7Qm2xk\",\n  \"total\": { \"amount\": 2380, \"currency\": \"EUR\" }\n}";
    OperationPage {
        shell: shell().at("apis"),
        crumbs: Crumbs::new(
            "Create an order",
            vec![
                Link::new(t!("word-apis"), "/apis"),
                Link::new("Orders v2", "/"),
            ],
        ),
        rail: OperationRail {
            overview: "/apis/orders/v2/reference".into(),
            parts: "/apis/orders/v2/schemas".into(),
            query: String::new(),
            open: Some("Orders".into()),
            operations: vec![
                link("GET", "List orders", false),
                link("POST", "Create an order", true),
                link("PATCH", "Change an order", false),
            ],
            groups: vec![GroupLink {
                label: "Returns".into(),
                href: "/".into(),
                count: 4,
            }],
            more_groups: None,
        },
        api_name: "Orders".into(),
        version: "v2".into(),
        title: "Create an order".into(),
        method: "POST".into(),
        method_class: "post",
        path: "/orders/v2/orders".into(),
        deprecated: false,
        description: "<p>Makes one order and reserves stock for its lines.</p>".into(),
        facts: vec![
            Fact::new(t!("reference-sign-in"), "API key as a bearer token"),
            Fact::new(t!("word-operation"), "createOrder"),
        ],
        parameters: vec![ParameterGroup {
            label: t!("reference-header-parameters"),
            inside: SchemaView {
                fields: vec![field(
                    "Idempotency-Key",
                    "header, string",
                    true,
                    SchemaView::default(),
                )],
                variants: vec![],
            },
        }],
        bodies: vec![BodyView {
            note: t!("reference-body-required", kind = "application/json"),
            description: String::new(),
            inside: SchemaView {
                fields: vec![
                    field("customer", "object", true, inner()),
                    field("payment", "one of 2", true, choice),
                ],
                variants: vec![],
            },
        }],
        answers: vec![
            AnswerView {
                status: "201".into(),
                tone: "good",
                summary: "Created".into(),
                description: "<p>The order, with its number.</p>".into(),
                headers: SchemaView::default(),
                links: vec![],
                note: String::new(),
                inside: inner(),
                is_bare: false,
            },
            AnswerView {
                status: "422".into(),
                tone: "care",
                summary: "Unprocessable content".into(),
                description: "<p>A field is wrong.</p>".into(),
                headers: SchemaView::default(),
                links: vec![],
                note: String::new(),
                inside: SchemaView::default(),
                is_bare: true,
            },
        ],
        languages: gatehouse_spec::sample::Language::ALL
            .map(|language| LanguageLink {
                label: language.label(),
                href: "/".into(),
                current: language == gatehouse_spec::sample::Language::Curl,
            })
            .into(),
        sample: Code::curl(
            "sample",
            "POST",
            "https://api.acme.example/orders/v2/orders",
            "$KEY",
        ),
        body_example: Some(Code::json("body", t!("reference-body"), json)),
        callbacks: vec![],
        answer_examples: vec![Code::json("answer-201", "201", json)],
        trial: trial(json),
    }
    .render()
    .unwrap()
}

fn body_field(name: &str, control: Control, value: &str, error: Option<&str>) -> TrialField {
    TrialField {
        name: format!("body.{name}"),
        property: name.into(),
        help: t!("reference-this-body"),
        required: error.is_some(),
        forced: error.is_some(),
        value: value.into(),
        choices: Vec::new(),
        control,
        accept: if control.takes_files() {
            "image/png".into()
        } else {
            String::new()
        },
        error: error.map(str::to_owned),
    }
}

/// Everything the box can hold at once.
fn trial(json: &str) -> Trial {
    Trial {
        hint: None,
        form: Some(TrialForm {
            action: "/x".into(),
            faults: Faults::one(
                "header.Idempotency-Key",
                "Idempotency-Key: Needed: fill it in.",
            ),
            plan: None,
            applications: vec![Choice::new("checkout", "Mobile checkout")],
            application: "checkout".into(),
            environments: vec![Choice::new("sandbox", "Sandbox")],
            environment: "sandbox".into(),
            scenarios: vec![Choice::new("429||", "429 Too Many Requests")],
            scenario: String::new(),
            inputs: vec![TrialInput {
                name: "header.Idempotency-Key".into(),
                label: "Idempotency-Key".into(),
                help: "header, string".into(),
                required: true,
                value: String::new(),
                choices: Vec::new(),
                max: 2_000,
                error: Some("Needed: fill it in.".into()),
            }],
            body: BodyControls {
                text: Some(TrialBody {
                    content_type: "application/json".into(),
                    text: json.into(),
                    error: None,
                }),
                fields: vec![
                    body_field("meta", Control::Json, "{\n  \"tag\": \"cat\"\n}", None),
                    body_field("photos", Control::Files, "", Some("Needed: choose a file.")),
                ],
                content_type: "multipart/form-data".into(),
            },
            asks: true,
        }),
        outcome: Some(Outcome {
            status: Badge::care("429 Too Many Requests"),
            took: "84 ms".into(),
            size: "214 B".into(),
            refusal: Some(RefusalWords {
                title: "The quota of this period is used up".into(),
                detail: "100,000 of 100,000 calls used.".into(),
                fix: "Wait for the reset that Retry-After names.".into(),
                code: "quota_exceeded".into(),
                href: "/errors/quota_exceeded".into(),
            }),
            headers: Code::new("try-headers", t!("reference-headers"))
                .text("content-type: application/json"),
            body: Some(Code::json("try-body", "application/json", json)),
            note: String::new(),
            limits: t!("reference-left-second", count = 49),
            curl: Code::shell("try-curl", "curl https://api.acme.example/orders"),
            request_id: "req_01JD3T7Q".into(),
            log: "/x".into(),
        }),
    }
}
