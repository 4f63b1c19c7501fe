//! Sample pages of the catalogue.

use super::{no, pages, shell};
use crate::pages::Fact;
use crate::pages::catalogue::api::{ApiPage, NewsRow, PlanColumn, VersionRow};
use crate::pages::catalogue::facets::{Facet, FacetValue};
use crate::pages::catalogue::follow::Follow;
use crate::pages::catalogue::list::{ApiRow, ListPage, ProductRow};
use crate::pages::catalogue::plan_words::PlanRow;
use crate::pages::catalogue::request::{PlanChoice, PlanTermsChoice, RequestPage};
use crate::view::form::{Choice, Faults, Field};
use crate::view::parts::{Badge, Crumbs, Flash, Link, Tab, Tabs, Timeline};
use askama::Template;
use gatehouse_language::t;

fn rows() -> Vec<ApiRow> {
    let row = |name: &str, summary: &str, access: Badge, detail: &str, step: String| ApiRow {
        href: "/apis/orders".into(),
        name: name.into(),
        version: "v2".into(),
        summary: summary.into(),
        owner: "Store".into(),
        sign_in: t!("catalogue-key-sign-in"),
        status: Badge::good(t!("state-live")),
        access,
        access_detail: detail.into(),
        step: Link::new(step, "/apis/orders/request"),
    };
    let ask = || Badge::not_started(t!("catalogue-not-requested"));
    vec![
        row(
            "Orders",
            "Create, change and track customer orders",
            ask(),
            "",
            t!("catalogue-request-access"),
        ),
        row(
            "Petstore",
            "Pets, orders and store inventory",
            Badge::good(t!("state-active")),
            "Free, Mobile checkout",
            "Open keys".into(),
        ),
        row(
            "Refunds",
            "Full and partial refunds with reasons",
            Badge::waiting(t!("state-pending")),
            "Standard, Mobile checkout",
            "See request".into(),
        ),
        row(
            "Shipping",
            "Labels, rates and tracking events",
            Badge::stopped(t!("state-rejected")),
            "Gold, Mobile checkout",
            "Read reason".into(),
        ),
        row(
            "Weather",
            "Forecasts and observations",
            Badge::care(t!("state-suspended")),
            "Free, Mobile checkout",
            "See why".into(),
        ),
        row(
            "Ledger",
            "Double-entry bookings and balances",
            ask(),
            "",
            t!("catalogue-see-how"),
        ),
    ]
}

fn facets() -> Vec<Facet> {
    vec![
        Facet {
            name: "access",
            label: t!("word-your-access"),
            values: [
                ("active", t!("state-active")),
                ("pending", t!("state-pending")),
            ]
            .map(|(value, label)| FacetValue {
                value: value.into(),
                label,
                count: 3,
                on: value == "active",
            })
            .into(),
        },
        Facet {
            name: "status",
            label: t!("word-status"),
            values: vec![FacetValue {
                value: "live".into(),
                label: t!("state-live"),
                count: 10,
                on: true,
            }],
        },
    ]
}

pub(super) fn list() -> String {
    let page = ListPage {
        shell: shell().at("apis").with_own_search(),
        query: String::new(),
        facets: facets(),
        filters_on: 2,
        kept: Vec::new(),
        next_step: Some(
            Flash::info(
                t!(
                    "catalogue-granted",
                    api = "Identity",
                    plan = "Standard",
                    application = "Mobile checkout"
                ),
                t!("catalogue-granted-next"),
            )
            .with_action(Link::new(
                t!("catalogue-create-key"),
                "/applications/a/keys",
            )),
        ),
        total: t!("catalogue-total", count = 11),
        apis: rows(),
        operations: Vec::new(),
        products: vec![ProductRow {
            href: "/products/commerce".into(),
            name: "Commerce".into(),
            summary: "Everything a shop needs".into(),
            opens: "Orders, Refunds, Shipping".into(),
            owner: "Store".into(),
        }],
        empty: no(),
        pages: pages(),
    };
    page.render().unwrap()
}

fn plan_rows() -> Vec<PlanRow> {
    let cells = |values: [&str; 3]| values.map(str::to_owned).to_vec();
    vec![
        PlanRow {
            label: t!("catalogue-rate"),
            cells: cells(["5 / s", "50 / s", "200 / s"]),
        },
        PlanRow {
            label: t!("word-quota"),
            cells: cells(["10,000", "100,000", "5,000,000"]),
        },
        PlanRow {
            label: t!("word-decision"),
            cells: vec![
                t!("catalogue-decision-auto"),
                t!("catalogue-decision-manual"),
                t!("catalogue-decision-two-person"),
            ],
        },
    ]
}

pub(super) fn api() -> String {
    let plan = |name: &str| PlanColumn {
        name: name.into(),
        lead: "Most production apps".into(),
        request: Link::new(
            t!("catalogue-request-plan", plan = name),
            "/apis/orders/request?plan=gold",
        ),
    };
    ApiPage {
        shell: shell().at("apis"),
        crumbs: Crumbs::new("Orders", vec![Link::new(t!("word-apis"), "/apis")]),
        name: "Orders".into(),
        status: Badge::good(t!("state-live")),
        version: "v2".into(),
        summary: "Create, change and track orders, with lines, payment and delivery.".into(),
        step: Some(Link::new(
            t!("catalogue-request-access"),
            "/apis/orders/request",
        )),
        follow: Follow::default(),
        tabs: Tabs::new(
            t!("word-api"),
            vec![
                Tab {
                    label: t!("catalogue-tab-overview").into(),
                    href: "/apis/orders".into(),
                    count: None,
                    current: true,
                },
                Tab {
                    label: t!("catalogue-tab-reference").into(),
                    href: "/apis/orders/v2/reference".into(),
                    count: Some(24),
                    current: false,
                },
            ],
        ),
        incidents: vec![
            Flash::care(
                "Orders answers slowly",
                t!(
                    "catalogue-banner-identified",
                    impact = t!("catalogue-impact-degraded"),
                    when = "4 minutes ago"
                ),
            )
            .with_action(Link::new(
                t!("catalogue-open-incident"),
                "/status/incidents/7",
            )),
        ],
        notice: None,
        plans: vec![plan("Free"), plan("Gold"), plan("Partner")],
        plan_rows: plan_rows(),
        no_plans: no(),
        products: vec![Link::new("Commerce", "/products/commerce")],
        versions: vec![VersionRow {
            label: "v2".into(),
            href: "/apis/orders?version=v2".into(),
            status: Badge::good(t!("state-live")),
            published: "14 Jan 2026".into(),
            until: t!("catalogue-not-set"),
            operations: "24".into(),
        }],
        news: vec![NewsRow {
            day: "14 Jan 2026".into(),
            title: "v2: 1 breaking change".into(),
            breaking: true,
        }],
        changelog: Link::new(t!("catalogue-whole-changelog"), "/apis/orders/changelog"),
        timeline: Timeline::default()
            .now(t!("catalogue-request-access"), "")
            .next(t!("catalogue-step-key"), "")
            .next(t!("catalogue-step-call"), ""),
        addresses: vec![Fact::new(
            t!("catalogue-environment-production"),
            "https://api.acme.example/orders/v2",
        )],
        facts: vec![
            Fact::new(t!("word-owner"), "Store team"),
            Fact::new(t!("catalogue-sign-in"), t!("catalogue-key-sign-in")),
        ],
        download: "/apis/orders/v2/spec".into(),
    }
    .render()
    .unwrap()
}

pub(super) fn request() -> String {
    let plan = |name: &str, chosen: bool| PlanChoice {
        id: name.to_lowercase(),
        name: name.into(),
        rate: t!("catalogue-rate-second", amount = 50, burst = 100),
        quota: t!("catalogue-quota-month", amount = 100_000),
        price: chosen.then(|| t!("catalogue-price-month", price = "EUR 49.90")),
        decision: t!("catalogue-decision-manual"),
        chosen,
        questions: if chosen {
            vec![
                Field::area("answer.gold.volume", "How many calls a day?", 1000).unforced(),
                Field::select(
                    "answer.gold.region",
                    "Where do you call from?",
                    vec![
                        Choice::new("", t!("catalogue-choose-one")),
                        Choice::new("eu", "eu"),
                    ],
                )
                .optional(),
            ]
        } else {
            Vec::new()
        },
        terms: chosen.then(|| PlanTermsChoice {
            read: Link::new(
                t!("catalogue-read", terms = "Store terms"),
                "/terms/store?version=2",
            ),
            accept: Field::check(
                "terms.gold",
                t!("catalogue-accept", version = "2", terms = "Store terms"),
                "2",
            ),
        }),
    };
    let mut faults = Faults::one("purpose", t!("catalogue-request-purpose-missing"));
    faults.add("app_name", "Use 3 to 40 letters; \"x\" has one.");
    RequestPage {
        shell: shell().at("apis"),
        crumbs: Crumbs::new(
            t!("catalogue-request-access"),
            vec![
                Link::new(t!("word-apis"), "/apis"),
                Link::new("Orders", "/apis/orders"),
            ],
        ),
        api_name: "Orders".into(),
        action: "/apis/orders/request".into(),
        plans: vec![
            plan("Free", false),
            plan("Gold", true),
            plan("Partner", false),
        ],
        environments: vec![
            Choice::new("production", t!("catalogue-environment-production")),
            Choice::new("sandbox", t!("catalogue-environment-sandbox")),
        ],
        environment: "production".into(),
        applications: vec![Choice::new("app_1", "Mobile checkout")],
        application: "new".into(),
        app_name: Field::text("app_name", t!("word-name"))
            .value("x")
            .faults(&faults),
        team: Field::select(
            "team",
            t!("word-team"),
            vec![Choice::new("t", "Store apps")],
        ),
        purpose: Field::area("purpose", t!("word-purpose"), 1000)
            .help(t!("catalogue-request-purpose-help"))
            .faults(&faults),
        faults,
        timeline: Timeline::default()
            .now(t!("catalogue-request-sent"), "")
            .next(
                t!("catalogue-request-decided"),
                t!("catalogue-request-decided-help"),
            )
            .next(
                t!("catalogue-request-key"),
                t!("catalogue-request-key-help"),
            ),
        back: "/apis/orders".into(),
    }
    .render()
    .unwrap()
}
